//! The log for programs: a JSON object or a CSV row for each event, with the same columns.
//!
//! Refuses to be run by a spreadsheet: no cell can be taken for a formula.

use serde_json::Value;

use super::Row;
use crate::render::cell::harmless;
use crate::render::json::one_line;
use crate::render::source::clean;
use crate::state::Entry;

/// An event as one line of JSON, without its newline. What could move a cursor is escaped, so the values are exact.
pub fn log_json(entry: &Entry<'_>) -> String {
    one_line(&Row::of(entry))
}

/// The names of the columns. Lines end as RFC 4180 has it.
pub fn log_csv_head() -> String {
    written(columns(&Row::default()).into_iter().map(|(name, _)| name).collect())
}

/// An event as one row: no cell has a line end.
pub fn log_csv(entry: &Entry<'_>) -> String {
    written(columns(&Row::of(entry)).into_iter().map(|(_, value)| harmless(&clean(&cell(&value)).replace('\n', " "))).collect())
}

/// The version is of the JSON form; columns are known by their names.
fn columns(row: &Row) -> Vec<(String, Value)> {
    let Ok(Value::Object(row)) = serde_json::to_value(row) else { return Vec::new() };
    row.into_iter().filter(|(name, _)| name != "format_version").collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(labels) => {
            let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={}", cell(value))).collect();
            labels.join("; ")
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => value.to_string(),
    }
}

fn written(cells: Vec<String>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).buffer_capacity(1024).from_writer(Vec::new());
    // Writing into memory cannot fail.
    let bytes = writer.write_record(cells).ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
