//! What is told where the store does not do what it was asked for.

use std::error::Error as _;
use std::fmt;

use object_store::Error;

use crate::diagnostics::Diagnostic;

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
