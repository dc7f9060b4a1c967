//! From a tree to a JSON value, as the schema wants it.
//!
//! Owns the rule that keeps `0417` and `1e3` what they are: where a text fits, a plain scalar is its source text.
//! Where a number fits too, only a number in its plainest spelling becomes one.
//! Refuses one reading only: a bare `true` where text is wanted, since nobody can tell whether a word or a choice was meant.

use serde_json::{Map, Value};

use super::scalar::resolve;
use super::shape::At;
use super::tree::{Content, Node, Span, Style};
use crate::diagnostics::Diagnostic;

/// A value, and what could not be read as its schema wants it.
pub struct Typed {
    pub value: Value,
    pub problems: Vec<(Diagnostic, Span)>,
}

/// Reads a tree. JSON pointers into the value lead to the same places in the tree.
pub fn typed(node: &Node<'_>, at: At<'_>) -> Typed {
    let mut problems = Vec::new();
    let value = read(node, at, "", &mut problems).unwrap_or(Value::Null);
    Typed { value, problems }
}

/// `None` is an absent value: a null whose place allows none.
fn read(node: &Node<'_>, at: At<'_>, name: &str, problems: &mut Vec<(Diagnostic, Span)>) -> Option<Value> {
    match &node.content {
        Content::Scalar(text, Style::Text) => Some(Value::String(text.clone().into_owned())),
        Content::Scalar(text, Style::Plain) => plain(text, node.span, at, name, problems),
        Content::List(items) => {
            // A null keeps its place in a list, so that the items after it keep their numbers.
            Some(Value::Array(items.iter().map(|item| read(item, at.item(), name, problems).unwrap_or(Value::Null)).collect()))
        }
        Content::Map(entries) => {
            let mut map = Map::with_capacity(entries.len());
            for entry in entries {
                if let Some(value) = read(&entry.value, at.property(&entry.key), &entry.key, problems) {
                    map.insert(entry.key.clone().into_owned(), value);
                }
            }
            Some(Value::Object(map))
        }
    }
}

fn plain(text: &str, span: Span, at: At<'_>, name: &str, problems: &mut Vec<(Diagnostic, Span)>) -> Option<Value> {
    let types = at.types();
    let value = resolve(text);
    match value {
        Value::Null => None,
        Value::Bool(_) if types.text && !types.boolean => {
            let message = format!("{name} is a text, but a bare `{text}` is a yes/no value in YAML");
            let help = format!("Quote it if you mean the word: {name}: \"{text}\"");
            problems.push((Diagnostic::error("schema/type", message).help(help), span));
            Some(Value::String(text.to_owned()))
        }
        Value::Number(number) if types.text && !(types.number && number.to_string() == text) => Some(Value::String(text.to_owned())),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => Some(value),
    }
}
