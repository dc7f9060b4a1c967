//! One project with its vendor: files that change, commands that are typed and killed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use callout::cli::SystemClock;
use callout::state::{Key, PlanUse, State};
use callout::systems::registry;
use callout::systems::sandbox::{Options, Running, Sandbox, TOKEN_VARIABLE};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::footprint::{Folding, Look};
use crate::program::{self, Desk, Moment, Run};
use crate::support::clock::JumpingClock;
use crate::support::project::{Project, Ran};
use crate::support::random::Random;
use crate::tally::{Hit, Tally};
use crate::tickets::Wanted;
use crate::wire::{STAGES, Stage, Wire};

pub const PLAN: &str = "p.plan";

pub struct World {
    pub project: Project,
    pub sandbox: Sandbox,
    /// What the files ask for.
    pub wanted: Vec<Wanted>,
    pub random: Random,
    pub tally: Tally,
    /// No site is used a second time.
    pub next_site: u64,
    /// What was typed, for the message of a test that fails.
    story: Vec<String>,
    /// The state's files after the last command.
    seen: Look,
    /// How long a run lasts that nobody kills, here and now.
    longest: Duration,
    wire: Wire,
    running: Running,
    runtime: Runtime,
}

impl World {
    /// An empty folder, and a vendor without tickets.
    pub fn new(seed: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let sandbox = Sandbox::new(Options { rate_limit: None, seed, ..Options::new(Arc::new(SystemClock)) });
        let running = runtime.block_on(sandbox.serve(0)).expect("a free port");
        let wire = Wire::to(running.address, &runtime);
        let mut project = Project::empty();
        project.set(TOKEN_VARIABLE, "sandbox");
        Self {
            project,
            sandbox,
            wanted: Vec::new(),
            random: Random::new(seed),
            tally: Tally::default(),
            next_site: 0,
            story: vec![format!("seed {seed}")],
            seen: Look::default(),
            longest: Duration::from_millis(100),
            wire,
            running,
            runtime,
        }
    }

    /// The project file: every system behind the wire, and limits that hold nothing back.
    pub fn project_file(&self) -> String {
        let sections = registry().iter().map(|system| {
            let own = if system.kind() == "Dispatch" { json!({"locations_per_request": 3}) } else { json!({}) };
            let mut section = self.running.settings(system.id(), &own);
            section["requests_per_minute"] = json!("unlimited");
            format!("    {}: {}\n", system.id(), section.to_string().replace(&self.running.base_url, &self.wire.url))
        });
        let limits = "{creates: 1000, creates_per_day: 100000, closes: 1000, removals: 1000, stop_after_unknown: 1000}";
        let head = "apiVersion: callout/v1\nkind: Project\nmetadata: {name: acme}\nspec:\n  manifests: [tickets/]\n  systems:\n";
        format!("{head}{}  limits: {limits}\n", sections.collect::<String>())
    }

    /// Types a command that nobody kills.
    pub fn types(&mut self, words: &[&str]) -> Run {
        let run = self.run(words, Moment::Never);
        self.longest = self.longest.max(run.took);
        run
    }

    /// Types a command and kills it at some moment, if it lasts so long. Whatever it was doing, the state is whole, nobody was sent
    /// twice, and nobody is forgotten.
    pub fn types_and_kills(&mut self, words: &[&str]) -> Run {
        let moment = self.moment(words);
        let before = std::mem::take(&mut self.seen);
        let run = self.run(words, moment);
        if run.was_killed() {
            let hit = self.hit(words, &before, &self.seen);
            self.tally.hit(hit);
            self.story.push(format!("    killed: {hit:?}"));
        }
        self.check_known();
        run
    }

    /// The same command in this process, some minutes later: a mark is looked for only when a create cannot be on its way any more.
    pub fn types_later(&mut self, words: &[&str]) -> Ran {
        self.story.push(format!("later: {words:?}"));
        let later = Timestamp::now() + SignedDuration::from_mins(5);
        self.project.clock = JumpingClock::at(&later.to_string());
        let ran = self.project.run_words(words, "");
        self.look_again();
        ran
    }

    fn run(&mut self, words: &[&str], moment: Moment) -> Run {
        let shown: Vec<String> = words.iter().map(|word| word.chars().take(40).collect()).collect();
        self.story.push(format!("{}  {moment:?}", shown.join(" ")));
        self.tally.runs += 1;
        let variables = BTreeMap::from([(TOKEN_VARIABLE.to_owned(), "sandbox".to_owned())]);
        let run = program::run(&Desk { folder: self.project.path(""), variables }, words, moment, &self.wire);
        self.wire.fall_silent(&self.runtime);
        self.look_again();
        run
    }

    fn moment(&mut self, words: &[&str]) -> Moment {
        // A command without requests changes few files, unless it folds the journal.
        let is_long = std::fs::metadata(self.project.path(".callout/journal.jsonl")).is_ok_and(|journal| journal.len() > 256 * 1024);
        let changes = if words[0] == "state" && !is_long { 3 } else { 9 };
        let asks = matches!(words[0], "apply" | "settle");
        let random = &mut self.random;
        match random.below(10) {
            0 | 1 => Moment::After(self.longest * u32::try_from(random.below(110)).unwrap_or_default() / 100),
            2..=5 if asks => {
                let stage = random.pick(&STAGES).copied().unwrap_or(Stage::Done);
                Moment::Request(1 + random.below(3), stage, "")
            }
            2..=7 => Moment::Change(1 + random.below(changes)),
            _ => Moment::Full(self.blocks(words)),
        }
    }

    /// A size that some file is about to pass.
    fn blocks(&mut self, words: &[&str]) -> u64 {
        let size = |name: &str| std::fs::metadata(self.project.path(name)).map_or(0, |file| file.len() / 512);
        match words[0] {
            "init" => self.random.below(250),
            "plan" => {
                let plan = size(PLAN).max(20);
                self.random.below(plan)
            }
            _ => size(".callout/journal.jsonl") + self.random.below(6),
        }
    }

    /// Where a run was when it died.
    fn hit(&self, words: &[&str], before: &Look, after: &Look) -> Hit {
        let folded = match after.folding {
            Some(Folding::HistoryWritten) => Some(Hit::HistoryWritten),
            Some(Folding::HistoryKept) => Some(Hit::HistoryKept),
            Some(Folding::FileWritten) => Some(Hit::FileWritten),
            Some(Folding::SnapshotReplaced) => Some(Hit::SnapshotReplaced),
            None => None,
        };
        let has_part = |folder: &str| {
            let entries = std::fs::read_dir(self.project.path(folder)).into_iter().flatten().flatten();
            entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(".tmp")).count() > 0
        };
        match words[0] {
            "init" if after.state.is_none() => return Hit::InitBeforeState,
            "init" if !self.project.path("callout.yaml").exists() => return Hit::InitHalfWay,
            "plan" if has_part("") => return Hit::PlanWritten,
            "plan" => return Hit::BeforeAnything,
            _ => {}
        }
        if after.torn {
            return Hit::TornLine;
        }
        if let Some(hit) = folded.filter(|_| before.folding != after.folding || before.through() < after.through()) {
            return hit;
        }
        let new: Vec<Key> = after.doubts().difference(&before.doubts()).cloned().collect();
        match words[0] {
            "settle" => Hit::Settle,
            "state" => Hit::Surgery,
            _ if before.through() == after.through() => Hit::BeforeAnything,
            "apply" if words.contains(&PLAN) && is_under_way(after.state.as_ref()) => Hit::PlanApplied,
            _ if new.iter().any(|key| self.is_done(after, key)) => Hit::DoubtWithTicket,
            _ if !new.is_empty() => Hit::DoubtWithoutTicket,
            _ => Hit::BetweenCommits,
        }
    }

    /// Whatever happened to its writer, a state can be read.
    fn look_again(&mut self) {
        let look = Look::at(&self.project.path(""));
        self.seen = look.unwrap_or_else(|error| panic!("the state cannot be read: {error}\n{}", self.told()));
    }

    pub fn look(&self) -> &Look {
        &self.seen
    }

    pub fn state(&self) -> &State {
        self.seen.state.as_ref().unwrap_or_else(|| panic!("there is no state\n{}", self.told()))
    }

    /// All that led here.
    pub fn told(&self) -> String {
        self.story.join("\n")
    }

    #[track_caller]
    pub fn expect(&self, run: &Run, codes: &[i32]) {
        assert!(run.code.is_some_and(|code| codes.contains(&code)), "{run}\n{}", self.told());
    }
}

fn is_under_way(state: Option<&State>) -> bool {
    let plans = state.into_iter().flat_map(|state| state.plans.values());
    plans.filter(|PlanUse { finished, .. }| finished.is_none()).count() > 0
}
