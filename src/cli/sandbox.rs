//! The sandbox: embedded for `--sandbox`, and `callout sandbox` on its own.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::args::Sandbox as Words;
use super::{Ending, Environment, Exit, Failure};
use crate::diagnostics::Diagnostic;
use crate::manifest::Project;
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
    let sandbox = Sandbox::load(options, &folder(project).join("tickets.json"))?;
    sandbox.serve(0).await.map_err(|error| cannot_listen(0, &error).into())
}

/// The vendor knows where each account is, and the manifest says the same.
fn zone_of(ticket: &Ticket) -> Option<(String, TimeZone)> {
    let zone = TimeZone::get(ticket.visit.as_ref()?.timezone.as_deref()?).ok()?;
    Some((ticket.fields.text("account_macnum")?.to_owned(), zone))
}

/// `callout sandbox`: serves until it is interrupted.
pub(super) async fn run(words: &Words, environment: &Environment) -> Ending {
    let sandbox = Sandbox::new(Options::new(environment.clock.clone()));
    let running = sandbox.serve(words.port).await.map_err(|error| cannot_listen(words.port, &error))?;
    environment.out.line(&format!("The sandbox listens on {}; the token is `{TOKEN}`. Ctrl-C ends it.", running.base_url));
    environment.out.line(&format!("Look inside: curl {}/_sandbox/tickets", running.base_url));
    environment.out.write(&sections(&running));
    super::stop::signal().await;
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
