//! What is told where the ledger does not write: each with what it means for the tickets.

use crate::diagnostics::Diagnostic;
use crate::state::event::Event;
use crate::state::transition::Impossible;

pub(super) fn refused(impossible: &Impossible) -> Diagnostic {
    Diagnostic::error("state/impossible", format!("not recorded: {impossible}"))
        .about(&impossible.key)
        .help("Nothing was written for it. `callout plan` shows where this address stands.")
}

pub(super) fn after_failure(first: &Diagnostic) -> Diagnostic {
    Diagnostic::error("state/stopped", format!("not recorded, because an earlier write to the state failed: {first}"))
        .help("This run sends nothing more. Make the state writable, then run `callout plan`: it shows what is in doubt.")
}

/// The first few events by name: an id that is only on the screen is better than none. What was only intended was not sent.
pub(super) fn not_kept(error: Diagnostic, events: &[Event]) -> Diagnostic {
    let intended = |event: &&Event| matches!(event, Event::Intended { .. });
    let unsent: Vec<String> = events.iter().filter(intended).filter_map(Event::key).map(ToString::to_string).collect();
    let unsure: Vec<String> = events.iter().filter(|event| !intended(event)).map(ToString::to_string).collect();
    let told = [error.help.clone().unwrap_or_default(), listed("Nothing was sent for", &unsent), listed("Perhaps not recorded:", &unsure)];
    error.help(told.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" "))
}

fn listed(what: &str, names: &[String]) -> String {
    const SHOWN: usize = 10;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - more].join(", ");
    match (names.len(), more) {
        (0, _) => String::new(),
        (_, 0) => format!("{what} {shown}."),
        (_, more) => format!("{what} {shown}, {more} more."),
    }
}

/// A request for nothing has nothing that could be in doubt.
pub(super) fn aimless() -> Diagnostic {
    Diagnostic::error("state/impossible", "a request was to be sent for no ticket at all")
        .help("Nothing was sent. This is a bug in callout.")
}

pub(super) fn lost() -> Diagnostic {
    Diagnostic::error("state/stopped", "the ledger gave no answer")
        .help("Run `callout plan`: it shows what is in doubt. This is a bug in callout.")
}
