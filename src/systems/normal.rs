//! The normal form in which the values of fields are compared, and the rows of field tables.
//!
//! Owns when two spellings are the same. Refuses to know any system's fields: it is given the table.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::subject::without_mark;
use super::{About, Compare, Field};
use crate::ticket::{Attachment, Fields, Mark, digits, references};

/// A row for what a manifest gives, by what the create's answer and a read show of it.
pub const fn sent(name: &'static str, in_create: bool, in_read: bool, compare: Compare) -> Field {
    Field { name, sent: true, in_create, in_read, compare, about: About::Work }
}

/// A row for what only the server sets.
pub const fn set(name: &'static str, in_create: bool, in_read: bool, compare: Compare) -> Field {
    Field { name, sent: false, in_create, in_read, compare, about: About::Work }
}

/// The row of a field. One that is a part of another, such as `custom_fields.Rack`, is in the row of the whole.
pub fn row<'a>(table: &'a [Field], name: &str) -> Option<&'a Field> {
    let of = |name: &str| table.iter().find(|field| field.name == name);
    of(name).or_else(|| of(name.split_once('.')?.0))
}

/// What an answer shows of what was sent, in normal form. Idempotent.
pub fn comparable(table: &[Field], seen: &Fields) -> Fields {
    let is_compared = |row: &&Field| row.sent && (row.in_read || row.in_create) && row.compare != Compare::CreateOnly;
    let compared = |name: &str| row(table, name).filter(is_compared);
    seen.iter().filter_map(|(name, value)| Some((name.to_owned(), normal(compared(name)?.compare, value)?))).collect()
}

/// What answers show if the ticket was booked as sent. What waits for another ticket, and what a server may reword, is not expected.
pub fn expected(table: &[Field], fields: &Fields, attachments: &[Attachment]) -> Fields {
    let mut wanted = fields.clone();
    wanted.0.retain(|_, value| references(value).is_none());
    wanted.set("attachments", attachments.iter().map(|file| json!(file.filename)).collect::<Vec<_>>());
    let mut expected = comparable(table, &wanted);
    expected.0.retain(|name, _| row(table, name).is_some_and(|row| row.compare != Compare::Reworded));
    expected
}

/// A text in which letters' case and the number of blanks make no difference.
pub fn folded(value: &Value) -> Option<String> {
    text(value).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
}

/// A value in the form that is compared; `None` for what counts as absent.
fn normal(compare: Compare, value: &Value) -> Option<Value> {
    match compare {
        Compare::Text | Compare::Reworded | Compare::CreateOnly => text(value).map(Value::String),
        Compare::Preset => folded(value).map(Value::String),
        Compare::Marked => text(value).map(|text| without_mark(&text)).filter(|text| !text.is_empty()).map(Value::String),
        Compare::List => list(value),
        Compare::Phone => text(value).map(|text| Value::String(digits(&text).unwrap_or(text))),
        Compare::Integer => text(value).map(|text| text.parse::<i64>().map_or(Value::String(text), Value::from)),
        Compare::Boolean => text(value).map(|text| match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            _ => Value::String(text),
        }),
        Compare::Moment => text(value).map(|text| Value::String(moment(&text))),
    }
}

/// A scalar as text, with plain line ends and without blanks around; `None` for nothing.
pub fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

/// A comma list without the mark, or an array of names or ids, which is sorted: a server promises no order of those.
fn list(value: &Value) -> Option<Value> {
    if let Value::Array(items) = value {
        let mut names: Vec<String> = items.iter().filter_map(text).collect();
        names.sort();
        // No files is something to see: an upload can fail.
        return Some(json!(names));
    }
    let text = text(value)?;
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty() && Mark::find(entry).is_none());
    let kept = entries.collect::<Vec<_>>().join(",");
    (!kept.is_empty()).then_some(Value::String(kept))
}

/// A moment as `2027-01-11T13:00:00Z`. The vendor's answers are UTC, also where they say no zone.
fn moment(text: &str) -> String {
    let parsed = text.parse::<Timestamp>().or_else(|_| format!("{text}Z").parse());
    parsed.map_or_else(|_| text.to_owned(), |moment| moment.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::trials::trials;
    use crate::systems::registry;
    use proptest::prelude::*;

    #[test]
    fn ids_are_the_same_in_any_order_and_as_text() {
        let table = [sent("ids", true, true, Compare::List)];
        let of = |value: Value| comparable(&table, &[("ids".to_owned(), value)].into_iter().collect());
        assert_eq!(of(json!([12, 7])), of(json!(["7", "12"])));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[ ,0-9a-z+()./\r\n:TZ-]{0,24}".prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            proptest::collection::vec("[ ,a-z]{0,4}", 0..4).prop_map(Value::from),
        ]
    }

    proptest! {
        #![proptest_config(trials(256))]

        #[test]
        fn the_normal_form_of_a_normal_form_is_itself(values in proptest::collection::vec(any_value(), 100)) {
            for system in registry() {
                let names = system.fields().iter().map(|field| field.name.to_owned());
                let seen: Fields = names.zip(values.clone()).collect();
                let once = system.comparable(&seen);
                prop_assert_eq!(system.comparable(&once), once);
            }
        }
    }
}
