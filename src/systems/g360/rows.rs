//! The rows of an answer. The vendor's pages list the fields of a row, and not what stands around them.

use serde_json::{Map, Value};

/// Names under which a server may wrap its rows.
const WRAPPERS: [&str; 9] = ["sites", "configurations", "accounts", "addresses", "data", "results", "result", "items", "response"];

/// Numbers of rows that other lists of the vendor stop at: without a `page_size` that counts, and at most. A server that does not heed
/// ours shows exactly so many.
const USUAL_ENDS: [usize; 2] = [20, 100];

/// Whether a list of so many rows may go on: it is as long as was asked for, or as lists of this vendor use to be at most.
pub fn may_go_on(rows: usize, asked: usize) -> bool {
    rows >= asked || USUAL_ENDS.contains(&rows)
}

/// A row of an answer.
pub type Row = Map<String, Value>;

/// The rows of an answer: a list of objects, bare or below a wrapper. `None` for anything else.
pub fn rows(answer: &Value) -> Option<Vec<&Row>> {
    let mut answer = answer;
    // A wrapper in a wrapper in a wrapper is nobody's.
    for _ in 0..3 {
        if let Some(list) = answer.as_array() {
            return list.iter().map(Value::as_object).collect();
        }
        answer = WRAPPERS.iter().find_map(|name| answer.get(*name))?;
    }
    None
}

/// A value as text: a number is one too.
pub fn text(value: &Value) -> Option<String> {
    let text = value.as_str().map(str::trim).map(str::to_owned);
    text.filter(|text| !text.is_empty()).or_else(|| value.as_u64().map(|number| number.to_string()))
}

/// A field of a row as text.
pub fn field(row: &Row, name: &str) -> Option<String> {
    row.get(name).and_then(text)
}

/// The texts of a field that has one or a list of them.
pub fn fields(row: &Row, name: &str) -> Vec<String> {
    match row.get(name) {
        Some(Value::Array(list)) => list.iter().filter_map(text).collect(),
        Some(one) => text(one).into_iter().collect(),
        None => Vec::new(),
    }
}
