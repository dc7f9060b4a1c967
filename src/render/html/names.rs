//! How days, waves and filtered views are written in the report.

use jiff::Timestamp;
use jiff::civil::Date;
use url::form_urlencoded::Serializer;

/// `Mon 11 Jan 2027`.
pub(super) fn day(date: Date) -> String {
    date.strftime("%a %-d %b %Y").to_string()
}

/// `4 Jan 2027, 12:00 UTC`.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%-d %b %Y, %H:%M UTC").to_string()
}

/// What the filter knows a wave by: names have no blanks.
pub(super) fn key_of(rollout: Option<&str>, wave: Option<&str>) -> String {
    match (rollout, wave) {
        (None, _) => "none".to_owned(),
        (Some(rollout), None) => format!("{rollout} -"),
        (Some(rollout), Some(wave)) => format!("{rollout} {wave}"),
    }
}

/// A link to the part of the table that these filters leave.
pub(super) fn view(filters: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::from("#"));
    for (name, value) in filters {
        query.append_pair(name, value);
    }
    query.finish()
}
