//! Values for people: fields, differences, sizes and visits, safe to show on a terminal.

use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::source::clean;
use crate::systems::{System, by_kind};
use crate::ticket::{Fields, Visit, references};

/// A value on one line, as it would stand in a manifest.
pub fn value(value: &Value) -> String {
    if let Some(address) = references(value) {
        return format!("the id of {address}");
    }
    match value {
        Value::Null => "(none)".to_owned(),
        // Some systems tell a field that is empty from one they do not show; to people it is the same.
        Value::String(text) if text.is_empty() => "(none)".to_owned(),
        Value::String(text) => clean(text),
        // A site or a person is a line.
        Value::Array(items) if items.iter().any(Value::is_object) => items.iter().map(self::value).collect::<Vec<_>>().join("\n"),
        Value::Array(items) => items.iter().map(self::value).collect::<Vec<_>>().join(", "),
        Value::Object(entries) => {
            let entries: Vec<String> = entries.iter().map(|(name, entry)| format!("{}: {}", clean(name), self::value(entry))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Bool(_) | Value::Number(_) => clean(&value.to_string()),
    }
}

/// `name: value` behind so many blanks, a text of several lines below its name.
pub fn field(indent: usize, name: &str, content: &Value) -> String {
    let shown = value(content);
    if !shown.contains('\n') {
        return format!("{:indent$}{name}: {shown}\n", "");
    }
    let mut text = format!("{:indent$}{name}:\n", "");
    for line in shown.lines() {
        let _ = writeln!(text, "{:indent$}  | {line}", "");
    }
    text
}

/// All fields of a ticket, in the order of its system's documentation.
pub fn fields(indent: usize, kind: &str, fields: &Fields) -> String {
    let names = in_order(kind, fields.iter().map(|(name, _)| name));
    names.into_iter().filter_map(|name| Some(field(indent, name, fields.get(name)?))).collect()
}

/// Names of fields in the order of their system's documentation.
pub fn in_order<'a>(kind: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let system = by_kind(kind);
    let table = system.map(System::fields).unwrap_or_default();
    let place = |name: &str| {
        let row = system.and_then(|system| system.row(name)).map_or("", |row| row.name);
        table.iter().position(|field| field.name == row).unwrap_or(table.len())
    };
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_by_cached_key(|name| (place(name), *name));
    names
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

/// Columns that a line has if it can be broken.
const WIDTH: usize = 80;

/// A line, broken between its words where a terminal ends; what follows is indented further.
pub fn wrapped(indent: usize, line: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in line.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            column = indent + 4;
            let _ = write!(text, "\n{:column$}{word}", "");
        } else if column > 0 {
            column += 1;
            let _ = write!(text, " {word}");
        } else {
            column = indent;
            let _ = write!(text, "{:indent$}{word}", "");
        }
        column += width;
    }
    text.push('\n');
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
    fn long_texts_differ_by_line() {
        let shown = anstream::adapter::strip_str(&difference("d", &json!("one\ntwo"), &json!("one\nthree"))).to_string();
        assert_eq!(shown, "      d:\n          one\n        - two\n        + three\n");
    }

    #[test]
    fn each_object_of_a_list_is_a_line() {
        let sites = json!([{"macnum": "01", "window": "Sun 02:00"}, {"macnum": "02", "window": "any\u{1b}"}]);
        assert_eq!(field(2, "sites", &sites), "  sites:\n    | {macnum: 01, window: Sun 02:00}\n    | {macnum: 02, window: any\u{fffd}}\n");
        assert_eq!(field(2, "sites", &json!([{"macnum": "01"}])), "  sites: {macnum: 01}\n");
    }

    #[test]
    fn a_line_is_broken_where_a_terminal_ends() {
        let words = |count: usize| vec!["x".repeat(18); count].join(" ");
        assert_eq!(wrapped(2, &words(2)), format!("  {}\n", words(2)));
        let long = wrapped(4, &words(6));
        assert_eq!(long.lines().map(str::len).collect::<Vec<_>>(), [79, 45], "{long}");
        assert!(long.lines().nth(1).is_some_and(|line| line.starts_with("        x")), "{long}");
        assert_eq!(wrapped(0, &"y".repeat(99)), format!("{}\n", "y".repeat(99)));
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([size(812), size(23_400), size(3_140_000)], ["812 bytes", "24 kB", "3.1 MB"]);
    }
}
