//! What is told where another run was there first.

use crate::diagnostics::Diagnostic;
use crate::state::journal::Commit;

/// An object that nobody but this run should have changed.
pub fn replaced(name: &str) -> Diagnostic {
    Diagnostic::error("state/moved", format!("`{name}` was replaced by another run since this one read it")).help(
        "Nothing was written over it. This run adds nothing more to the state and sends nothing more. See that no other callout is running, \
         then run callout plan.",
    )
}

/// The number that this run wanted for a commit is another's.
pub fn taken(place: &str, commit: &Commit) -> Diagnostic {
    let Commit { sequence, by, at, command, .. } = commit;
    let what = command.as_ref().map(|command| format!("`{command}` of ")).unwrap_or_default();
    let page = by.ci_run.as_ref().map(|page| format!(" Its page: {page}.")).unwrap_or_default();
    let message = format!("commit {sequence} of `{place}` is another run's: {what}{by} wrote it at {at:.0}");
    Diagnostic::error("state/moved", message).help(format!(
        "Two runs wrote to one state, and the other one was first.{page} This run added nothing there and sends nothing more. When no other \
         callout is running, run callout plan: it shows what is in doubt."
    ))
}

/// The number is taken by something that is no commit.
pub fn taken_by_what(place: &str, sequence: u64, why: &Diagnostic) -> Diagnostic {
    let message = format!("commit {sequence} of `{place}` cannot be written, because something else is in its place: {}", why.message);
    Diagnostic::error("state/moved", message).help("This run added nothing there and sends nothing more. Next: callout state check.")
}

pub fn exists(name: &str) -> Diagnostic {
    Diagnostic::error("state/exists", format!("`{name}` is there already; a state is never overwritten")).help("Go on with callout plan.")
}

pub fn bug(what: &str) -> Diagnostic {
    Diagnostic::error("state/order", what).help("Nothing was added to the state. This is a bug in callout.")
}
