//! Ticket documents as YAML.
//!
//! Owns the text that `expand` prints: what it describes is exactly what was read, and a sign that nobody would see stands there as its
//! number. Refuses to print a document that YAML cannot hold.

use serde_json::Value;

use super::source::clean;
use crate::diagnostics::{Diagnostic, Outcome, is_hidden};
use crate::manifest::Kept;

/// All documents, each with a line that says where it is from.
pub fn documents(kept: &[Kept]) -> Outcome<String> {
    let mut text = String::new();
    if kept.iter().any(|kept| kept.document.pointer("/spec/attachments").is_some()) {
        text.push_str("# Attachments are named from the project's folder.\n");
    }
    for kept in kept {
        text.push_str("---\n");
        text.push_str(&origin(kept));
        text.push_str(&yaml(&kept.document)?);
    }
    Ok(text)
}

fn origin(kept: &Kept) -> String {
    let Some(place) = &kept.place else { return String::new() };
    let site = kept.site.as_ref().map(|site| format!(", site {}", clean(&site.key))).unwrap_or_default();
    format!("# {}:{}{site}\n", clean(&place.file.name), place.line_column().0)
}

fn yaml(document: &Value) -> Outcome<String> {
    let written = serde_yaml::to_string(&marked(document)).map_err(|error| {
        let message = format!("a document cannot be written as YAML: {error}");
        Box::new(Diagnostic::error("expand/yaml", message))
    })?;
    Ok(numbered(&written))
}

/// Stands before and behind the number of a sign. No YAML has it as it is, so a text with it is written in quotes, where numbers count.
const MARK: char = '\u{feff}';

/// [`MARK`], as the writer writes it.
const WRITTEN_MARK: &str = "\\uFEFF";

/// The document with marks and numbers in place of signs that nobody would see. The writer has no such choice: direction marks and signs
/// without width are letters to it.
fn marked(value: &Value) -> Value {
    let text = |text: &str| {
        // A text that has the written mark itself must not be taken for one.
        let is_mark = text.contains(WRITTEN_MARK);
        let must = |c: char| (is_hidden(c) && !c.is_control()) || (c == '\\' && is_mark);
        if !text.contains(must) {
            return text.to_owned();
        }
        text.chars().map(|c| if must(c) { format!("{MARK}{:08X}{MARK}", u32::from(c)) } else { c.to_string() }).collect()
    };
    match value {
        Value::String(content) => Value::String(text(content)),
        Value::Array(items) => items.iter().map(marked).collect(),
        Value::Object(entries) => entries.iter().map(|(name, entry)| (text(name), marked(entry))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// The marks and numbers as YAML's own.
fn numbered(written: &str) -> String {
    let mut parts = written.split(WRITTEN_MARK);
    let mut text = parts.next().unwrap_or_default().to_owned();
    // Between two marks is a number, between two numbers a text.
    while let Some(number) = parts.next() {
        text.push_str("\\U");
        text.push_str(number);
        text.push_str(parts.next().unwrap_or_default());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_nobody_would_see_stands_there_as_its_number() {
        let written = yaml(&json!({"a": "x\u{202e}y", "b": "plain", "c": ["1\u{200b}"]})).expect("YAML");
        assert_eq!(written, "a: \"x\\U0000202Ey\"\nb: plain\nc:\n- \"1\\U0000200B\"\n");
    }

    proptest! {
        #[test]
        fn it_reads_back_as_it_was(text in "([a-z: \\\\#\"'\n-]|\u{202e}|\u{200b}|\u{feff}|\u{1b}|\u{e0041}|\\\\uFEFF|é){0,12}", key in "[a-z\u{202e}\\\\]{1,4}") {
            let document = json!({key: text, "list": [text]});
            let written = yaml(&document).expect("YAML");
            prop_assert_eq!(&serde_yaml::from_str::<Value>(&written).expect("YAML"), &document, "{}", written);
            prop_assert!(!written.contains(|c: char| is_hidden(c) && c != '\n'), "{:?}", written);
        }
    }
}
