//! Values for people: fields, differences, sizes and visits, safe to show on a terminal.

use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::ticket::{Visit, references};

/// Text that holds no control characters but line ends and tabs: a ticket cannot write to the reader's terminal.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if is_harmless(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// Control characters, and those that change the direction of what is read.
fn is_harmless(c: char) -> bool {
    let turns_text = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    !turns_text && (!c.is_control() || c == '\n' || c == '\t')
}

/// A value on one line, as it would stand in a manifest.
pub fn value(value: &Value) -> String {
    if let Some(address) = references(value) {
        return format!("the id of {address}, known after apply");
    }
    match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => clean(text),
        Value::Array(items) => items.iter().map(self::value).collect::<Vec<_>>().join(", "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => clean(&value.to_string()),
    }
}

/// `    name: value`, a text of several lines below its name.
pub fn field(name: &str, content: &Value) -> String {
    let shown = value(content);
    if !shown.contains('\n') {
        return format!("    {name}: {shown}\n");
    }
    let mut text = format!("    {name}:\n");
    for line in shown.lines() {
        let _ = writeln!(text, "      | {line}");
    }
    text
}

/// `      name: before -> after`, texts of several lines as a line diff.
pub fn difference(name: &str, before: &Value, after: &Value) -> String {
    let (old, new) = (value(before), value(after));
    if !old.contains('\n') && !new.contains('\n') {
        return format!("      {name}: {} -> {}\n", old.red(), new.green());
    }
    let mut text = format!("      {name}:\n");
    for change in TextDiff::from_lines(&old, &new).iter_all_changes() {
        let line = change.value().trim_end_matches('\n');
        let _ = match change.tag() {
            ChangeTag::Delete => writeln!(text, "        {}", format!("- {line}").red()),
            ChangeTag::Insert => writeln!(text, "        {}", format!("+ {line}").green()),
            ChangeTag::Equal => writeln!(text, "          {line}"),
        };
    }
    text
}

/// A file's size: `812 bytes`, `24 kB`, `3.1 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// `Mon 11 Jan 2027, 08:00 to 12:00 America/New_York`.
pub fn visit(visit: &Visit) -> String {
    let day = visit.start.strftime("%a %-d %b %Y, %H:%M");
    let until = if visit.start == visit.end { " sharp".to_owned() } else { format!(" to {}", visit.end.strftime("%H:%M")) };
    let zone = visit.timezone.as_deref().map_or_else(|| " local time".to_owned(), |zone| format!(" {zone}"));
    clean(&format!("{day}{until}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_ticket_cannot_write_to_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mred\u{202e}\nb\tc\r"), "a\u{fffd}[31mred\u{fffd}\nb\tc\u{fffd}");
    }

    #[test]
    fn long_texts_differ_by_line() {
        let shown = anstream::adapter::strip_str(&difference("d", &json!("one\ntwo"), &json!("one\nthree"))).to_string();
        assert_eq!(shown, "      d:\n          one\n        - two\n        + three\n");
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([size(812), size(23_400), size(3_140_000)], ["812 bytes", "24 kB", "3.1 MB"]);
    }
}
