//! From a tree to a JSON value, as the schema wants it.
//!
//! Owns the rule that keeps `0417` and `1e3` what they are: where a text fits, a plain scalar is its source text.
//! Where a number fits too, only a number in its plainest spelling becomes one. A table's cell is read as what its place wants.
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
        Content::Scalar(text, Style::Cell) => cell(text, at),
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

/// A cell has no type, so no spelling of it can be a slip: `true` where text is wanted is that word, and only an empty cell is none.
/// At a key that nobody knows it stays, so that a misspelt key is told for every site.
fn cell(text: &str, at: At<'_>) -> Option<Value> {
    let types = at.types();
    match resolve(text) {
        _ if text.is_empty() && at.is_known() => None,
        Value::Bool(is) if types.boolean => Some(Value::Bool(is)),
        Value::Number(number) if types.number && (!types.text || number.to_string() == text) => Some(Value::Number(number)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            Some(Value::String(text.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::Shapes;
    use super::super::tree::Entry;
    use super::*;
    use serde_json::json;
    use std::borrow::Cow;

    #[test]
    fn a_cell_is_read_as_what_its_place_wants() {
        let schema = json!({"properties": {
            "text": {"type": "string"}, "flag": {"type": "boolean"}, "count": {"type": "integer"}, "id": {"type": ["integer", "string"]}},
            "additionalProperties": false});
        let shapes = Shapes::new(&schema);
        let span = Span { file: 0, start: 0, end: 0 };
        let read = |key: &'static str, cell: &'static str| {
            let value = Node { span, content: Content::Scalar(Cow::Borrowed(cell), Style::Cell) };
            let node = Node { span, content: Content::Map(vec![Entry { key: Cow::Borrowed(key), key_span: span, value }]) };
            let typed = typed(&node, shapes.root());
            assert!(typed.problems.is_empty(), "{key}: {cell}");
            typed.value.get(key).cloned()
        };
        for word in ["0417", "true", "null", "~", "1e3", "no"] {
            assert_eq!(read("text", word), Some(json!(word)));
        }
        assert_eq!(
            (read("flag", "TRUE"), read("flag", "false"), read("flag", "yes")),
            (Some(json!(true)), Some(json!(false)), Some(json!("yes")))
        );
        assert_eq!(
            (read("count", "7"), read("count", "007"), read("count", "seven")),
            (Some(json!(7)), Some(json!(7)), Some(json!("seven")))
        );
        assert_eq!((read("id", "482001"), read("id", "0417")), (Some(json!(482_001)), Some(json!("0417"))));
        assert_eq!(["text", "flag", "count", "id"].map(|key| read(key, "")), [None, None, None, None]);
        assert_eq!(read("txet", ""), Some(json!("")));
    }
}
