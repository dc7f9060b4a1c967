//! Answers in the delimited form: `tid=34&cid=demo&...`, with raw blanks, and broken into lines.
//!
//! Owns the cutting. Several tickets are shown nowhere: each `tid` is taken for the beginning of another. A whole ticket has the last
//! variable of the page, so that half of one is not taken for it.

use super::record::Record;
use super::{Wrong, encoded};

const FIRST: &str = "tid";
const LAST: &str = "summary";

/// Tickets, one after the other. There is no envelope, so there are none without a `tid`.
pub fn tickets(body: &str) -> Result<Vec<Record>, Wrong> {
    let mut records: Vec<Record> = Vec::new();
    for (name, value) in pairs(body)? {
        if name == FIRST {
            records.push(Record::default());
        }
        records.last_mut().ok_or(Wrong::Envelope)?.values.push((name, value));
    }
    records.into_iter().map(with_custom_fields).collect()
}

/// `added_ticket=5`.
pub fn response(body: &str) -> Result<Vec<(String, String)>, Wrong> {
    pairs(body)
}

/// Lines are broken anywhere: a line end is no part of a value, which has it as `%0A`.
fn pairs(body: &str) -> Result<Vec<(String, String)>, Wrong> {
    let lines = body.replace("\r\n", "\n").replace('\r', "\n");
    let line = lines.replace(&format!("\n{FIRST}="), &format!("&{FIRST}=")).replace('\n', "");
    let parts = line.split('&').filter(|part| !part.trim().is_empty());
    let pair = |part: &str| part.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
    parts.map(|part| pair(part).filter(|(name, _)| is_name(name)).ok_or(Wrong::Syntax)).collect()
}

/// A word or two of an error, or a page of HTML, has an equals sign at times.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || "<>\"{}".contains(c))
}

/// Custom fields stand among the others, and `custom_fields` names them.
fn with_custom_fields(mut record: Record) -> Result<Record, Wrong> {
    if !record.values.iter().any(|(name, _)| name == LAST) {
        return Err(Wrong::Half);
    }
    let listed = record.values.iter().find(|(name, _)| name == "custom_fields").map(|(_, list)| encoded::decoded(list));
    let names: Vec<String> = listed.unwrap_or_default().split(',').map(|name| name.trim().to_owned()).collect();
    let (custom, values) = record.values.into_iter().partition(|(name, _)| names.contains(name));
    record.values = values;
    record.custom = custom;
    Ok(record)
}
