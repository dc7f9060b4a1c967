//! What is wrong with a file's YAML, before anybody asks what it means.
//!
//! Owns the faults that the composer finds. Refuses to know schemas.

use granit_parser::{ErrorKind, ScanError, Tag};

use super::compose::MAX_DEPTH;
use super::syntax;
use super::tree::{Entry, Span};
use crate::diagnostics::Diagnostic;

/// Something wrong with the file's YAML.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
    pub span: Span,
}

impl Fault {
    pub fn new(code: &'static str, span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: Some(help.into()), span }
    }

    pub fn into_diagnostic(self) -> (Diagnostic, Span) {
        let diagnostic = Diagnostic::error(self.code, self.message);
        (self.help.into_iter().fold(diagnostic, Diagnostic::help), self.span)
    }

    /// What the parser says, in a person's words.
    pub fn syntax(error: &ScanError, text: &str, file: u32) -> Self {
        let at = u32::try_from(error.marker().byte_offset().unwrap_or(0)).unwrap_or(u32::MAX);
        let (message, help, start) = syntax::explain(error.kind(), text, at);
        let code = if *error.kind() == ErrorKind::RecursionLimitExceeded { "yaml/too-deep" } else { "yaml/syntax" };
        Self { code, message, help: Some(help), span: Span { file, start, end: start } }
    }

    /// A tag that callout does not read; the parser's span is that of the value after it.
    pub fn tag(tag: &Tag, text: &str, at: Span) -> Self {
        let tag = tag.original();
        let start = text.get(..at.start as usize).and_then(|head| head.rfind(tag.as_str()));
        let span = start.and_then(|start| u32::try_from(start).ok()).map_or(at, |start| Span { start, ..at });
        let help = "Remove the tag. Quote a value that must stay text.";
        Self::new("yaml/tag", span, format!("`{tag}` is a YAML tag, and callout reads none"), help)
    }

    /// Points at the second of two equal keys, and names the line of the first.
    pub fn duplicate(text: &str, entry: &Entry<'_>, first: Span) -> Self {
        let line = 1 + text.as_bytes().iter().take(first.start as usize).filter(|byte| **byte == b'\n').count();
        let message = format!("the key `{}` is given twice: first on line {line}, and here again", entry.key);
        let help = "Keep one of the two. Neither is preferred, so that none is lost silently.";
        Self::new("yaml/duplicate-key", entry.key_span, message, help)
    }

    pub fn too_deep(span: Span) -> Self {
        let message = format!("this is nested more than {MAX_DEPTH} levels deep");
        Self::new("yaml/too-deep", span, message, "A manifest needs fewer than ten levels. Look for brackets that are never closed.")
    }
}
