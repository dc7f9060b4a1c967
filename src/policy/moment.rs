//! Times as expressions see them: days, hours and weekdays, by the clock of the site or of the policy.
//!
//! Refuses to round in favour of a visit: what is not known to the hour counts as the earliest moment that it may be.

use std::borrow::Cow;

use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use minijinja::Value;

use super::value::Misses;
use crate::ticket::Visit;

/// The moment of judging, by a zone's clock.
pub fn now(at: Timestamp, zone: TimeZone, misses: &Misses) -> Value {
    let local = at.to_zoned(zone).datetime();
    misses.closed(
        "now",
        vec![
            (Cow::Borrowed("at"), Value::from(at.to_string())),
            (Cow::Borrowed("date"), Value::from(local.date().to_string())),
            (Cow::Borrowed("hour"), Value::from(local.hour())),
            (Cow::Borrowed("time"), Value::from(clock(local))),
            (Cow::Borrowed("weekday"), Value::from(weekday(local))),
        ],
    )
}

/// A visit, by its site's clock.
pub fn visit(visit: &Visit, now: Timestamp, misses: &Misses) -> Value {
    let Visit { start, end, timezone } = visit;
    misses.closed(
        "step.visit",
        vec![
            (Cow::Borrowed("date"), Value::from(start.date().to_string())),
            (Cow::Borrowed("end"), Value::from(end.to_string())),
            (Cow::Borrowed("from"), Value::from(clock(*start))),
            (Cow::Borrowed("hours_ahead"), Value::from(hours_ahead(visit, now))),
            (Cow::Borrowed("start"), Value::from(start.to_string())),
            (Cow::Borrowed("timezone"), Value::from(timezone.as_deref())),
            (Cow::Borrowed("to"), Value::from(clock(*end))),
            (Cow::Borrowed("weekday"), Value::from(weekday(*start))),
        ],
    )
}

/// Whole hours until the start, rounded down; without a time zone, until the earliest moment that it may be.
fn hours_ahead(visit: &Visit, now: Timestamp) -> i64 {
    // A start that is no moment at all is none that anybody can count on.
    let ahead = visit.starts_at_earliest().map_or(SignedDuration::ZERO, |start| start.duration_since(now));
    ahead.as_secs().div_euclid(3600)
}

fn clock(local: DateTime) -> String {
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// As a rollout's schedule writes it.
fn weekday(local: DateTime) -> &'static str {
    match local.weekday() {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}
