//! What is told where the store does not do what it was asked for.

use std::error::Error as _;
use std::fmt;

use object_store::Error;

use crate::diagnostics::Diagnostic;
use crate::state::journal::Commit;

/// What was to be done with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Read,
    Write,
    List,
    Delete,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::List => "list",
            Self::Delete => "delete",
        })
    }
}

/// Whether asking again cannot help, and nothing was changed.
pub(super) fn is_final(error: &Error) -> bool {
    matches!(
        error,
        Error::PermissionDenied { .. }
            | Error::Unauthenticated { .. }
            | Error::NotSupported { .. }
            | Error::NotImplemented { .. }
            | Error::InvalidPath { .. }
            | Error::UnknownConfigurationKey { .. }
    )
}

pub(super) fn of(verb: Verb, name: &str, error: &Error) -> Diagnostic {
    let (code, help) = match error {
        Error::PermissionDenied { .. } => (
            "state/denied",
            "The credentials are known there, but may not do this. They need to read, write, list and delete below that address.",
        ),
        Error::Unauthenticated { .. } => {
            ("state/denied", "The store does not know these credentials. See that the usual variables of that cloud are set for this run.")
        }
        Error::NotFound { .. } => ("state/store", "See that the bucket of that address exists, and that its region is right."),
        _ => ("state/store", "See that the store can be reached from here, then run the command again."),
    };
    Diagnostic::error(code, format!("cannot {verb} `{name}`: {}", reason(error))).help(help)
}

pub(super) fn broken_off(name: &str) -> Diagnostic {
    Diagnostic::error("state/store", format!("a request to `{name}` was broken off"))
        .help("Run the command again. If it happens again, this is a bug in callout.")
}

/// An object that nobody but this run should have changed.
pub(super) fn replaced(name: &str) -> Diagnostic {
    Diagnostic::error("state/moved", format!("`{name}` was replaced by another run since this one read it")).help(
        "Nothing was written over it. This run adds nothing more to the state and sends nothing more. See that no other callout is running, \
         then run callout plan.",
    )
}

/// The number that this run wanted for a commit is another's.
pub(super) fn taken(place: &str, commit: &Commit) -> Diagnostic {
    let Commit { sequence, by, at, command, .. } = commit;
    let what = command.as_ref().map(|command| format!("`{command}` of ")).unwrap_or_default();
    let page = by.ci_run.as_ref().map(|page| format!(" Its page: {page}.")).unwrap_or_default();
    let message = format!("commit {sequence} of `{place}` is another run's: {what}{by} wrote it at {at:.0}");
    Diagnostic::error("state/moved", message).help(format!(
        "Two runs wrote to one state, and the other one was first.{page} This run added nothing and sends nothing more. When no other callout \
         is running, run callout plan: it shows what is in doubt."
    ))
}

/// The number is taken by something that is no commit.
pub(super) fn taken_by_what(place: &str, sequence: u64, why: &Diagnostic) -> Diagnostic {
    let message = format!("commit {sequence} of `{place}` cannot be written, because something else is in its place: {}", why.message);
    Diagnostic::error("state/moved", message).help("This run added nothing and sends nothing more. Next: callout state check.")
}

pub(super) fn exists(name: &str) -> Diagnostic {
    Diagnostic::error("state/exists", format!("`{name}` is there already; a state is never overwritten")).help("Go on with callout plan.")
}

pub(super) fn bug(what: &str) -> Diagnostic {
    Diagnostic::error("state/order", what).help("Nothing was added to the state. This is a bug in callout.")
}

/// The innermost reason, without addresses: a signed one is a secret.
fn reason(error: &Error) -> String {
    let mut inner: &dyn std::error::Error = error.source().unwrap_or(error);
    while let Some(deeper) = inner.source() {
        inner = deeper;
    }
    let text = inner.to_string();
    let words =
        text.split_whitespace().map(|word| word.split_once('?').filter(|(head, _)| head.contains("://")).map_or(word, |(head, _)| head));
    let text: String = words.collect::<Vec<_>>().join(" ");
    text.chars().take(LENGTH).collect()
}

/// A store may answer with a page of text.
const LENGTH: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_no_query() {
        let source = "error sending https://x.example.com/b/state.json?sig=hunter2 (timed out)".into();
        let told = of(Verb::Read, "az://b/state.json", &Error::Generic { store: "S3", source });
        assert_eq!(told.message, "cannot read `az://b/state.json`: error sending https://x.example.com/b/state.json (timed out)");
        assert_eq!(told.help.as_deref(), Some("See that the store can be reached from here, then run the command again."));
    }

    #[test]
    fn who_may_not_is_told_so() {
        let denied = Error::PermissionDenied { path: "p".to_owned(), source: "403 Forbidden".into() };
        let told = of(Verb::Write, "s3://b/state.json", &denied);
        assert_eq!((told.code, told.message.as_str()), ("state/denied", "cannot write `s3://b/state.json`: 403 Forbidden"));
    }
}
