//! Whose a document is: ours, somebody else's, or ours with a slip in its first lines.
//!
//! Owns the reading of `apiVersion` and `kind`. A document that was probably meant for callout is never skipped silently:
//! its technician would be forgotten.

use super::schema::{PROJECT, kinds};
use super::tree::{Content, Node, Span};
use crate::diagnostics::Diagnostic;
use crate::systems::envelope::API_VERSION;
use crate::systems::nearest;

/// What the first lines of a document say.
pub enum Whose {
    /// A document of one of our kinds.
    Ours(&'static str),
    Theirs,
    Slip(Box<Diagnostic>, Span),
}

/// Reads the envelope.
pub fn whose(document: &Node<'_>) -> Whose {
    let Content::Map(entries) = &document.content else { return Whose::Theirs };
    let Some(version) = document.entry("apiVersion") else {
        return without_version(document, entries.iter().map(|entry| (&*entry.key, entry.key_span)));
    };
    let Some(text) = version.value.text() else { return Whose::Theirs };
    if text != API_VERSION {
        return if is_near_version(text) { slip_in_version(text, version.value.span) } else { Whose::Theirs };
    }
    let Some(kind) = document.entry("kind").filter(|kind| !kind.value.is_null()) else {
        return slip("manifest/kind", "this document has no kind", format!("Add one: {}.", list()), version.key_span);
    };
    let span = kind.value.text().map_or(kind.key_span, |_| kind.value.span);
    let written = kind.value.text().unwrap_or("");
    match kinds().into_iter().find(|known| *known == written) {
        Some(kind) => Whose::Ours(kind),
        None => slip("manifest/kind", format!("callout knows no kind `{written}`"), kind_help(written), span),
    }
}

/// Whether a text that is no YAML was meant for callout.
pub fn speaks_to_us(text: &str) -> bool {
    let version = |line: &str| {
        let value = line.trim_start_matches(['-', ' ', '{']).strip_prefix("apiVersion")?.trim_start_matches([':', ' ', '\t', '"', '\'']);
        Some(is_near_version(value.trim_end_matches(['"', '\'', ' ', '\r'])))
    };
    text.lines().any(|line| version(line).unwrap_or(false)) || text.contains("callout/v")
}

/// Without `apiVersion` a document is ours only if the rest leaves hardly a doubt.
fn without_version<'t>(document: &Node<'_>, keys: impl Iterator<Item = (&'t str, Span)>) -> Whose {
    for (key, span) in keys {
        let near = nearest(key, ["apiVersion"]).is_some();
        let version = document.text_at(&[key]).unwrap_or("");
        if near && (version == API_VERSION || is_near_version(version)) {
            return slip(
                "manifest/api-version",
                format!("`{key}` should be `apiVersion`"),
                format!("Write `apiVersion: {API_VERSION}`."),
                span,
            );
        }
    }
    let kind = document.entry("kind").filter(|kind| kind.value.text().is_some_and(|kind| kinds().contains(&kind)));
    match kind.filter(|kind| kind.value.text() != Some(PROJECT) && document.entry("spec").is_some()) {
        Some(kind) => slip(
            "manifest/api-version",
            "this document has no apiVersion",
            format!("Add `apiVersion: {API_VERSION}` above."),
            kind.key_span,
        ),
        None => Whose::Theirs,
    }
}

/// Whether an `apiVersion` was probably meant to be ours.
pub fn is_near_version(text: &str) -> bool {
    let group = text.split(['/', ' ']).next().unwrap_or("");
    group.to_lowercase().starts_with("callout") || nearest(group, ["callout"]).is_some()
}

fn slip_in_version(text: &str, span: Span) -> Whose {
    let message = format!("apiVersion is `{text}`; this version of callout reads `{API_VERSION}`");
    slip("manifest/api-version", message, format!("Write `apiVersion: {API_VERSION}`."), span)
}

fn slip(code: &'static str, message: impl Into<String>, help: String, span: Span) -> Whose {
    Whose::Slip(Box::new(Diagnostic::error(code, message).help(help)), span)
}

fn kind_help(written: &str) -> String {
    nearest(written, kinds()).map_or_else(|| format!("It knows these: {}.", list()), |near| format!("Did you mean `{near}`?"))
}

fn list() -> String {
    kinds().join(", ")
}
