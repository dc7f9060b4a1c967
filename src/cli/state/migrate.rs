//! `callout state migrate`: the state goes to another place, and the old one says where.

use super::super::args::Said;
use super::super::home::beside;
use super::super::waiting::locked;
use super::super::{Ending, Environment, Exit};
use super::{reason_of, session, try_out};
use crate::diagnostics::Diagnostic;
use crate::manifest::Project;
use crate::state::{Home, Location, Migration, setting};

pub(super) async fn run((project, home): (&Project, &Home), to: &str, how: &Said, environment: &mut Environment) -> Ending {
    let reason = reason_of(how, "state migrate")?.to_owned();
    let place = if to.contains("://") { beside(project, to, environment).await? } else { Location::named(to, &environment.folder) };
    let place = place.encrypted(home.state.cipher().clone());
    let session = session(home, "callout state migrate", environment);
    let mut migration = locked(how.waiting, environment, || Migration::begin(home, &place, session.clone())).await?;
    let state = migration.state();
    let open = state.records.values().filter(|record| record.is_open() || record.in_doubt()).count();
    let records = if state.records.len() == 1 { "1 record".to_owned() } else { format!("{} records", state.records.len()) };
    environment.out.line(&format!("{records}, {open} open or in doubt, up to commit {}.", state.through));
    environment.out.line(&format!("from {}\nto   {place}", home.state));
    if !how.yes && !environment.confirms("\nMove the state? The old place then refuses every run. Nothing is sent.") {
        return Err(Diagnostic::error("state/declined", "the state was not moved").help("--yes moves it without asking").into());
    }
    try_out(&place, environment)?;
    locked(how.waiting, environment, || migration.reserve()).await?;
    let named = shown(home, &place);
    migration.finish(named.clone(), reason, environment.clock.now())?;
    environment.out.line("The state has moved, and was read back.");
    environment
        .out
        .line(&format!("Next, in callout.yaml, under `spec`: {}\nCommit that for everybody, then: callout plan", setting(&named)));
    Ok(Exit::Done)
}

/// What is tried there is of no worth elsewhere.
pub(super) fn of_the_sandbox() -> Diagnostic {
    Diagnostic::error("state/sandbox", "the sandbox's state stays in its folder").help("leave out --sandbox to move the real one")
}

/// As `callout.yaml` can name it: a path below its own folder.
fn shown(home: &Home, place: &Location) -> String {
    let place = place.to_string();
    let folder = home.lock_file.parent().map(|folder| format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR));
    folder.and_then(|folder| place.strip_prefix(&folder)).unwrap_or(&place).to_owned()
}
