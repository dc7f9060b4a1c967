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

/// The first few events by name: an id that is only on the screen is better than none.
pub(super) fn not_kept(error: Diagnostic, events: &[Event]) -> Diagnostic {
    const SHOWN: usize = 10;
    let mut named: Vec<String> = events.iter().take(SHOWN).map(ToString::to_string).collect();
    if events.len() > SHOWN {
        named.push(format!("{} more", events.len() - SHOWN));
    }
    let help = error.help.as_deref().unwrap_or_default();
    let help = format!("{help} Perhaps not recorded: {}.", named.join(", "));
    error.help(help.trim_start())
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
