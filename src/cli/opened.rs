//! A project, opened: its files, its systems and its state, real or sandboxed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::args::{Global, Waiting};
use super::committed::committed;
use super::crowd::Crowd;
use super::home::home;
use super::waiting::locked;
use super::{Environment, Failure, planning, sandbox, shortened};
use crate::diagnostics::{Diagnostic, Outcome, Severity};
use crate::manifest::{self, Project};
use crate::plan::{Court, Rules};
use crate::policy::Policy;
use crate::refresh::{Side, Sides};
use crate::rollout;
use crate::state::{By, Home, Ledger, LockFile, Owner, Session, Start, State, open_for_reading, open_for_writing};
use crate::systems::sandbox::Running;
use crate::systems::{Context, Remote, by_id, registry};
use crate::ticket::{Address, Clock, Money, Rollouts, Ticket};

/// What the origin of records says while the sandbox answers. Its address changes from run to run.
const SANDBOX_ORIGIN: &str = "the sandbox";

/// What every command but `init` and `validate` starts from.
pub(super) struct Opened {
    pub project: Project,
    pub tickets: Vec<Ticket>,
    /// The terms of each rollout.
    pub rollouts: Rollouts,
    pub sides: Sides,
    pub rules: Rules,
    /// The rules of the project's own.
    pub policies: Vec<Policy>,
    pub home: Home,
    pub sandboxed: bool,
    /// Lineages that the state had before.
    pub given_up: Vec<String>,
    settings: BTreeMap<&'static str, Value>,
    context: Context,
    /// Serves until it is dropped.
    _sandbox: Option<Running>,
}

/// Ends the writing. The journal has everything: if only its folding into the snapshot fails, the next run does it.
pub(super) async fn finish(ledger: &Ledger, environment: &Environment) {
    if let Err(diagnostic) = ledger.finish().await {
        environment.err.tell(&shortened(&[not_folded(*diagnostic)], environment));
    }
}

/// A journal that somebody else put in the place of this run's may have nothing of it.
fn not_folded(why: Diagnostic) -> Diagnostic {
    if why.code == "state/moved" {
        let help = "Perhaps nothing of what this run did is kept. See that no other callout is running and that nothing else writes \
                    there, then run callout state check, and compare what is said above with callout state list.";
        return why.help(help);
    }
    let help = why.help.as_deref().unwrap_or_default();
    let help = format!("Nothing is lost: the journal has everything, and the next run folds it into the snapshot. {help}");
    Diagnostic { severity: Severity::Warning, ..why }.help(help.trim_end())
}

/// Connections by the system's key.
pub(super) type Remotes = BTreeMap<&'static str, Box<dyn Remote>>;

impl Opened {
    /// Loads the whole project. Its errors end the command, its warnings are shown.
    pub async fn open(global: &Global, environment: &Environment) -> Result<Self, Failure> {
        Self::open_at(None, global, environment).await
    }

    /// The same, with the state's place where it is known already: what a reference leads to is looked up once.
    async fn open_at(home: Option<Home>, global: &Global, environment: &Environment) -> Result<Self, Failure> {
        let request = manifest::Request {
            start: environment.folder.clone(),
            paths: Vec::new(),
            sandbox: global.sandbox,
            keep: manifest::Keep::Tickets,
        };
        let loaded = rollout::load(&request);
        if loaded.has_errors() {
            return Err(loaded.diagnostics.into());
        }
        environment.err.tell(&loaded.diagnostics);
        let project = loaded.project.ok_or_else(manifest::missing_project)?;
        let home = match home {
            Some(home) => home,
            None => self::home(&project, global.sandbox, environment).await?,
        };
        let opened = Self::of((project, home), loaded.tickets, global, environment).await?;
        Ok(Self { rollouts: loaded.terms, policies: loaded.policies, ..opened })
    }

    /// A project that was loaded already, without the terms of its rollouts and its policies.
    pub async fn of(
        (project, home): (Project, Home),
        tickets: Vec<Ticket>,
        global: &Global,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let mut variables = environment.variables.as_ref().clone();
        let running = if global.sandbox {
            variables.insert(sandbox::TOKEN_VARIABLE.to_owned(), sandbox::TOKEN.to_owned());
            Some(sandbox::embedded(&project, &tickets, &environment.clock).await?)
        } else {
            None
        };
        let settings = settings(&project, running.as_ref());
        Ok(Self {
            sides: sides(&settings, global.sandbox),
            rules: rules(&project),
            policies: Vec::new(),
            given_up: given_up(&home)?,
            context: context(&project, &home, variables, environment),
            home,
            tickets,
            rollouts: Rollouts::new(),
            project,
            sandboxed: global.sandbox,
            settings,
            _sandbox: running,
        })
    }

    /// The project, and its state for commands that only look. Both are read at once: in a large project each takes its time.
    pub async fn with_state(global: &Global, environment: &Environment) -> Result<(Self, State), Failure> {
        // What is wrong in the project file is told by `open`.
        let known = manifest::project_only(&environment.folder).ok().filter(|_| !global.sandbox);
        let home = match known {
            Some(project) => home(&project, false, environment).await.ok(),
            None => None,
        };
        let reading = home.clone().map(|home| tokio::task::spawn_blocking(move || open_for_reading(&home)));
        let opened = Self::open_at(home, global, environment).await?;
        if let Some(committed) = committed(&opened) {
            environment.err.tell(&[Diagnostic { severity: Severity::Warning, ..committed }]);
        }
        opened.start_sandbox_state(environment)?;
        let read = match reading {
            Some(reading) => reading.await.ok(),
            None => None,
        };
        let state = read.unwrap_or_else(|| open_for_reading(&opened.home))?;
        Ok((opened, state))
    }

    /// The state, for the one writer.
    pub async fn ledger(&self, command: &str, waiting: Waiting, environment: &Environment) -> Outcome<Ledger> {
        if let Some(committed) = committed(self) {
            return Err(committed.into());
        }
        self.start_sandbox_state(environment)?;
        let session = self.session(command, environment);
        locked(waiting, environment, || open_for_writing(&self.home, session.clone())).await
    }

    /// A run that will write: who it is, and which files it goes by.
    pub fn session(&self, command: &str, environment: &Environment) -> Session {
        session(&self.project.folder, command, environment)
    }

    /// The sandbox's state makes itself: nothing is lost with it, and nothing from there can be applied elsewhere.
    fn start_sandbox_state(&self, environment: &Environment) -> Outcome<()> {
        if !self.sandboxed || self.home.lock_file.exists() {
            return Ok(());
        }
        crate::state::init(&self.home, &owner("callout --sandbox", environment), &Start::New).map(|_| ())
    }

    /// Connections to these systems.
    pub fn connect<'a>(&self, systems: impl IntoIterator<Item = &'a str>) -> Outcome<Remotes> {
        let mut remotes = Remotes::new();
        for id in systems {
            let (Some(system), Some(settings)) = (by_id(id), self.settings.get(id)) else { continue };
            if !remotes.contains_key(system.id()) {
                remotes.insert(system.id(), system.connect(settings, self.context.clone())?);
            }
        }
        Ok(remotes)
    }

    /// Connections to the systems of these addresses.
    pub fn connect_for<'a>(&self, addresses: impl Iterator<Item = &'a Address>) -> Outcome<Remotes> {
        let kinds: BTreeSet<&str> = addresses.map(|address| address.kind.as_str()).collect();
        self.connect(kinds.into_iter().filter_map(|kind| self.sides.get(kind)).map(|side| side.system.id()))
    }

    /// The slowest rate of the systems that are used; `None` where none is limited.
    pub fn requests_per_minute(&self) -> Option<usize> {
        let rate = |settings: &Value| settings.get("requests_per_minute").map_or(Some(60), Value::as_u64);
        self.settings.values().filter_map(rate).min().and_then(|rate| usize::try_from(rate).ok())
    }

    /// What plans are judged by.
    pub fn court<'a>(&'a self, state: &'a State) -> Court<'a> {
        Court { policies: &self.policies, tickets: &self.tickets, state, sides: &self.sides }
    }

    /// How another revision of the project used the systems. The sandbox answers for every revision alike.
    pub fn sides_of(&self, project: &Project) -> Sides {
        if self.sandboxed { self.sides.clone() } else { sides(&settings(project, None), false) }
    }

    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.context.clock
    }
}

/// The same in a project whose files need not be right.
pub(super) fn session(folder: &Path, command: &str, environment: &Environment) -> Session {
    let owner = owner(command, environment);
    Session::new(Owner { by: By { commit: planning::commit(folder), ..owner.by.clone() }, ..owner })
}

pub(super) fn owner(command: &str, environment: &Environment) -> Owner {
    Owner {
        by: By::from_variables(&environment.variables),
        pid: std::process::id(),
        command: command.to_owned(),
        since: environment.clock.now(),
    }
}

fn given_up(home: &Home) -> Outcome<Vec<String>> {
    let lock_file = LockFile::read(&home.lock_file)?;
    Ok(lock_file.map(|lock| lock.given_up.into_iter().map(|given_up| given_up.lineage).collect()).unwrap_or_default())
}

fn rules(project: &Project) -> Rules {
    let limits = &project.limits;
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    Rules {
        creates: count(limits.creates),
        creates_per_day: count(limits.creates_per_day),
        closes: count(limits.closes),
        removals: count(limits.removals),
        stop_after_unknown: count(limits.stop_after_unknown),
        plan_expires_hours: i64::from(project.plan_expires_hours),
        spend: limits.spend.map(|dollars| Money::from_whole_dollars(dollars.into())),
    }
}

/// The settings of each system, turned to the sandbox if it serves.
fn settings(project: &Project, running: Option<&Running>) -> BTreeMap<&'static str, Value> {
    let own = |id: &str| project.systems.get(id).cloned();
    registry()
        .iter()
        .filter_map(|system| {
            let id = system.id();
            let settings = match running {
                Some(running) => {
                    let mut settings = running.settings(id, &own(id).unwrap_or_default());
                    settings["requests_per_minute"] = "unlimited".into();
                    settings
                }
                None => own(id)?,
            };
            Some((id, settings))
        })
        .collect()
}

fn sides(settings: &BTreeMap<&'static str, Value>, sandboxed: bool) -> Sides {
    let side = |system: &'static dyn crate::systems::System, settings: &Value| {
        let origin = if sandboxed { SANDBOX_ORIGIN.to_owned() } else { system.origin(settings).to_string() };
        let (per_request, endings) = (system.tickets_per_request(settings), system.endings(settings));
        (system.kind().to_owned(), Side { system, origin, per_request, endings })
    };
    registry().iter().filter_map(|system| Some(side(*system, settings.get(system.id())?))).collect()
}

fn context(project: &Project, home: &Home, variables: BTreeMap<String, String>, environment: &Environment) -> Context {
    let crowd = Crowd::new(environment, home.state.objects().cloned());
    Context {
        clock: environment.clock.clone(),
        variables: Arc::new(variables),
        folder: project.folder.clone(),
        waiting: Arc::new(move |what| crowd.hears(what)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_folded_is_lost_only_if_somebody_else_touched_it() {
        let told = |code| not_folded(Diagnostic::error(code, "no").help("Free some space."));
        let full = told("state/disk");
        assert_eq!(
            (full.severity, full.help.as_deref()),
            (
                Severity::Warning,
                Some("Nothing is lost: the journal has everything, and the next run folds it into the snapshot. Free some space.")
            )
        );
        let moved = told("state/moved");
        assert_eq!(
            (moved.severity, moved.help.as_deref()),
            (
                Severity::Error,
                Some(
                    "Perhaps nothing of what this run did is kept. See that no other callout is running and that nothing else writes there, then run callout state check, and compare what is said above with callout state list."
                )
            )
        );
    }
}
