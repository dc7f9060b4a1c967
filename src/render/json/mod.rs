//! The forms for programs: JSON with a version, and with a schema that is made from the same types.
//!
//! Owns what a reader may rely on: a key that is here stays, with its meaning, as long as `format_version` stays; keys may be added. Refuses
//! texts that a program would have to take apart: what it needs has a key of its own.

mod apply;
mod plan;
mod published;
mod told;
mod validated;

use serde::Serialize;
use serde_json::Value;

use super::source::clean;

pub use apply::{Became, Deed, Ending, Happening, Planned, Stepped, Tallied, Upshot, event_line};
pub use plan::plan_json;
pub use published::Published;
pub use told::Diagnosed;
pub use validated::validated_json;

/// What has a JSON form, as data. callout's own types always have one.
fn data(form: &impl Serialize) -> Value {
    serde_json::to_value(form).unwrap_or_default()
}

/// On one line, without a newline. What could move a cursor is escaped, so the values are exact.
pub(super) fn one_line(form: &impl Serialize) -> String {
    let line = data(form).to_string();
    if clean(&line) == line {
        return line;
    }
    line.chars().map(|c| if clean(&c.to_string()).contains(c) { c.to_string() } else { escaped(c) }).collect()
}

/// JSON spells what is beyond U+FFFF as a pair.
fn escaped(c: char) -> String {
    c.encode_utf16(&mut [0; 2]).iter().fold(String::new(), |text, unit| format!("{text}\\u{unit:04x}"))
}
