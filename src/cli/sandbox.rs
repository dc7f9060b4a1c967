//! The sandbox: embedded for `--sandbox`, and `callout sandbox` on its own.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::args::{Resolve, Sandbox as Words};
use super::{Ending, Environment, Exit, Failure};
use crate::diagnostics::Diagnostic;
use crate::manifest::{self, Project};
pub(super) use crate::systems::sandbox::TOKEN_VARIABLE;
use crate::systems::sandbox::{Options, Running, Sandbox};
use crate::systems::{System, registry};
use crate::ticket::{Clock, Ticket};

/// The token that the sandbox takes.
pub(super) const TOKEN: &str = "sandbox";

/// Where a project's sandbox keeps its state and its tickets.
pub(super) fn folder(project: &Project) -> PathBuf {
    project.folder.join(".callout").join("sandbox")
}

/// The sandbox of a project. Its tickets outlive the process, as a real system's would.
pub(super) async fn embedded(project: &Project, tickets: &[Ticket], clock: &Arc<dyn Clock>) -> Result<Running, Failure> {
    let mut options = Options::new(clock.clone());
    options.rate_limit = None;
    options.inspection = false;
    options.timezones.extend(tickets.iter().filter_map(zone_of));
    let sandbox = Sandbox::load(options, &tickets_of(project))?;
    sandbox.serve(0).await.map_err(|error| cannot_listen(0, &error).into())
}

fn tickets_of(project: &Project) -> PathBuf {
    folder(project).join("tickets.json")
}

/// The vendor knows where each account is, and the manifest says the same.
fn zone_of(ticket: &Ticket) -> Option<(String, TimeZone)> {
    let zone = TimeZone::get(ticket.visit.as_ref()?.timezone.as_deref()?).ok()?;
    Some((ticket.fields.text("account_macnum")?.to_owned(), zone))
}

/// `callout sandbox`: serves until it is interrupted.
pub(super) async fn run(words: &Words, environment: &Environment) -> Ending {
    if !words.resolve.is_empty() {
        return resolve(&words.resolve, environment);
    }
    let sandbox = Sandbox::new(Options::new(environment.clock.clone()));
    let running = sandbox.serve(words.port).await.map_err(|error| cannot_listen(words.port, &error))?;
    environment.out.line(&format!("The sandbox listens on {}; the token is `{TOKEN}`. Ctrl-C ends it.", running.base_url));
    environment.out.line(&format!("Look inside: curl {}/_sandbox/tickets", running.base_url));
    environment.out.write(&sections(&running));
    super::stop::signal().await;
    Ok(Exit::Done)
}

/// Plays the vendor's people: the technicians of `--sandbox` have done their work.
fn resolve(which: &[Resolve], environment: &Environment) -> Ending {
    let project = manifest::project_only(&environment.folder)?;
    let file = tickets_of(&project);
    let sandbox = Sandbox::load(Options::new(environment.clock.clone()), &file)?;
    let open = sandbox.open();
    let ids = which.iter().flat_map(|which| match which {
        Resolve::All => open.clone(),
        Resolve::Ticket(id) => vec![*id],
    });
    let ids: BTreeSet<u64> = ids.collect();
    for id in &ids {
        sandbox.resolve(*id).map_err(|error| {
            let told = Diagnostic::error("sandbox/ticket", format!("ticket {id} cannot be resolved: {error}"));
            told.help("`callout --sandbox state list` names the tickets; `callout sandbox --resolve all` resolves every open one")
        })?;
    }
    environment.out.line(&match ids.len() {
        0 => "No ticket of the sandbox is open.".to_owned(),
        1 => "1 ticket of the sandbox is resolved. Next: callout --sandbox plan".to_owned(),
        count => format!("{count} tickets of the sandbox are resolved. Next: callout --sandbox plan"),
    });
    Ok(Exit::Done)
}

/// What to copy into a project, so that its tickets go here.
fn sections(running: &Running) -> String {
    let section = |system: &&dyn System| format!("    {}: {}\n", system.id(), running.settings(system.id(), &Value::Null));
    let sections: String = registry().iter().map(section).collect();
    format!("To point a project here: export {TOKEN_VARIABLE}={TOKEN}, and in its callout.yaml:\n  systems:\n{sections}")
}

fn cannot_listen(port: u16, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("sandbox/port", format!("the sandbox cannot listen on port {port}: {error}"))
        .help("try another one: callout sandbox --port 0")
}
