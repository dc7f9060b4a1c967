//! What is told where the state takes no more: each ticket that was made meanwhile, with the command that puts it on record by hand.

use crate::diagnostics::{Diagnostic, Outcome, typed};
use crate::state::{Key, Write};

/// What the ledger says to everybody after the first failure.
const AFTER: &str = "state/stopped";

/// Every error, not only the first: each may hold the only copy of a ticket's id. Who merely met the same failure later adds nothing.
pub(super) fn all_of(results: Vec<Outcome<()>>) -> Outcome<()> {
    let mut errors: Vec<_> = results.into_iter().filter_map(Result::err).collect();
    if errors.iter().any(|error| error.code != AFTER) {
        errors.retain(|error| error.code != AFTER);
    }
    let mut errors = errors.into_iter();
    let Some(mut first) = errors.next() else { return Ok(()) };
    for error in errors {
        first.message = format!("{}\n{}", first.message, error.message);
        let helps = [first.help.take(), error.help];
        first.help = helps.into_iter().flatten().reduce(|all, one| format!("{all}\n{one}"));
        // Of several, none is named above the others.
        first.address = None;
    }
    Err(first)
}

/// The worst moment: it is done, and the state does not say so. The intent still does.
pub(super) fn unrecorded(key: &Key, write: Write, id: &str, error: &Diagnostic) -> Diagnostic {
    let (what, settles) = match write {
        Write::Create => (format!("ticket {id} was created for {key}"), format!("--id {id}")),
        Write::Update | Write::Close | Write::Delete => (format!("the {write} of ticket {id} for {key} is done"), "--done".to_owned()),
    };
    by_hand(key, &what, &settles, error)
}

/// Nothing came of it, and the state does not say so.
pub(super) fn unanswered(key: &Key, write: Write, why: &str, error: &Diagnostic) -> Diagnostic {
    let settles = if write == Write::Create { "--not-created" } else { "--not-done" };
    by_hand(key, &format!("the {write} for {key} came to nothing ({why})"), settles, error)
}

/// Nobody knows what came of it, as the state says already. What was heard, it does not say.
pub(super) fn unheard(key: &Key, write: Write, why: &str, error: &Diagnostic) -> Diagnostic {
    let help = format!("nothing more was sent; keep this message, mend the state's disk, then: callout settle {}", typed(&key.to_string()));
    let message = format!("the {write} for {key} is in doubt ({why}); what was heard of it could not be recorded: {error}");
    Diagnostic::error("apply/unrecorded", message).about(key).help(help)
}

fn by_hand(key: &Key, what: &str, settles: &str, error: &Diagnostic) -> Diagnostic {
    let help = format!(
        "nothing more was sent; mend the state's disk, then: callout settle {} {settles} --reason \"recorded by hand\"",
        typed(&key.to_string())
    );
    Diagnostic::error("apply/unrecorded", format!("{what}, but that could not be recorded: {error}")).about(key).help(help)
}
