//! Expressions where nothing fills them in.
//!
//! Owns finding them in documents written by hand and in the project's defaults. Refuses them: such a text would be sent as it stands,
//! and a ticket cannot be taken back. Who means the braces has a template for it, where an expression can give them.

use super::tree::{Content, Node, Span};
use crate::diagnostics::Diagnostic;

/// How an expression begins.
const SIGN: &str = "${{";

/// The first expression of a document that is no template, and how many more there are.
pub fn in_document(node: &Node<'_>) -> Option<(Diagnostic, Span)> {
    found(node, "Write the value itself, or make this document the template of a Rollout.")
}

/// The same in the project's defaults.
pub fn in_defaults(node: &Node<'_>) -> Option<(Diagnostic, Span)> {
    found(node, "Defaults mean what they say. Put it into the templates that need it.")
}

fn found(node: &Node<'_>, advice: &str) -> Option<(Diagnostic, Span)> {
    let mut spans = Vec::new();
    look(node, &mut spans);
    let (first, others) = spans.split_first()?;
    let more = match others.len() {
        0 => String::new(),
        1 => "\nLikewise 1 more value below it.".to_owned(),
        more => format!("\nLikewise {more} more values below it."),
    };
    let message = "`${{ ... }}` is filled in only in the template of a Rollout; here it would be sent as it stands";
    Some((Diagnostic::error("manifest/expression", message).help(format!("{advice}{more}")), *first))
}

fn look(node: &Node<'_>, found: &mut Vec<Span>) {
    match &node.content {
        Content::Scalar(text, _) => found.extend(text.contains(SIGN).then_some(node.span)),
        Content::List(items) => items.iter().for_each(|item| look(item, found)),
        Content::Map(entries) => {
            for entry in entries {
                found.extend(entry.key.contains(SIGN).then_some(entry.key_span));
                look(&entry.value, found);
            }
        }
    }
}
