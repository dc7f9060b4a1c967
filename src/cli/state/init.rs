//! `callout state init`: a first state, or a new one in the place of one that is lost for good.

use std::path::Path;

use super::super::args::Waiting;
use super::super::init::ignore_state;
use super::super::opened::owner;
use super::super::waiting::locked;
use super::super::{Ending, Environment, Exit};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::manifest;
use crate::rollout;
use crate::state::{Begun, Home, Location, Start};

/// What a person gives up, and whether that was said on the command line.
pub(super) struct Over<'a> {
    pub reason: &'a str,
    pub yes: bool,
}

pub(super) async fn run(home: &Home, over: Option<&Over<'_>>, waiting: Waiting, environment: &mut Environment) -> Ending {
    let start = match over {
        Some(over) => {
            consented(over, environment)?;
            Start::Over { reason: over.reason.to_owned() }
        }
        None => Start::New,
    };
    let owner = owner("callout state init", environment);
    // Where there is a state already, that is told, and nothing is tried.
    if over.is_some() || !home.lock_file.exists() {
        try_out(&home.state, environment)?;
    }
    let begun = locked(waiting, environment, || crate::state::init(home, &owner, &start)).await?;
    environment.out.line(&match begun {
        Begun::Fresh { lineage } => format!("A new, empty state (lineage {lineage}). Commit callout.lock."),
        Begun::Completed { lineage } => format!("The state was there; callout.lock names it again (lineage {lineage}). Commit it."),
    });
    let folder = home.lock_file.parent().unwrap_or(&environment.folder);
    if home.state.snapshot().and_then(Path::parent) == Some(&folder.join(".callout")) {
        ignore_state(folder, environment)?;
    }
    Ok(Exit::Done)
}

/// Whether the place keeps what a state stands on. One that does not is refused before anything is made there.
pub(in crate::cli) fn try_out(place: &Location, environment: &Environment) -> Outcome<()> {
    if let Some(remark) = place.try_out()? {
        environment.err.tell(&[remark]);
    }
    Ok(())
}

/// An empty state takes every ticket of the files for one that was never sent. No other command does so much with so few words.
fn consented(over: &Over<'_>, environment: &mut Environment) -> Result<(), Diagnostic> {
    environment.out.line(&what_it_means(environment));
    if over.yes || environment.confirms("\nStart over? No ticket is known then. Nothing is sent now.") {
        return Ok(());
    }
    let help = "--yes does it without asking. callout state rebuild --reason TEXT keeps back what may have been sent.";
    Err(Diagnostic::error("state/declined", "nothing was started over").help(help))
}

fn what_it_means(environment: &Environment) -> String {
    let request = manifest::Request { start: environment.folder.clone(), paths: Vec::new(), sandbox: false, keep: manifest::Keep::Tickets };
    let loaded = rollout::load(&request);
    let files = match loaded.tickets.len() {
        _ if loaded.has_errors() => "The files have mistakes, so nobody can say how many tickets they describe.".to_owned(),
        0 => return "The files describe no ticket.".to_owned(),
        1 => "The files describe 1 ticket.".to_owned(),
        many => format!("The files describe {many} tickets."),
    };
    format!("{files} Whatever was sent before, the next apply sends it again.")
}
