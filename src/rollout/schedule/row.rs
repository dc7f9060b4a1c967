//! One row of a schedule file.
//!
//! Owns what makes it a visit that can be. Refuses local times that a clock does not show exactly once: nobody could say when it is.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::systems::{zone, zone_hint};

/// The columns, in their order.
pub const COLUMNS: [&str; 6] = ["key", "reissue", "start", "end", "timezone", "status"];

/// The column behind them, in the file of a rollout with waves.
pub const WAVE: &str = "wave";

/// Whether the visit is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Planned,
    /// The site takes part no more. Its ticket may have been sent, so the visit keeps its place in the day.
    Removed,
}

impl Status {
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Removed => "removed",
        }
    }
}

/// When a site is visited, by its own clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    pub start: DateTime,
    pub end: DateTime,
    pub timezone: String,
    pub status: Status,
    /// The wave that its site was in when the file was written. For reviewers: what is sent when depends on the document.
    pub wave: Option<String>,
}

impl Visit {
    pub fn starts_at(&self) -> Option<Timestamp> {
        zone(&self.timezone)?.to_timestamp(self.start).ok()
    }

    pub fn ends_at(&self) -> Option<Timestamp> {
        zone(&self.timezone)?.to_timestamp(self.end).ok()
    }

    /// Whether it is at the same time as another, whatever else is said of them.
    pub fn is_when(&self, other: &Self) -> bool {
        (self.start, self.end, &self.timezone) == (other.start, other.end, &other.timezone)
    }
}

/// A mistake in a row: the column, what is wrong there, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    pub column: usize,
    pub message: String,
    pub help: String,
}

fn wrong(column: usize, message: String, help: impl Into<String>) -> Wrong {
    Wrong { column, message, help: help.into() }
}

/// Reads the cells of a row, which are as many as there are columns, with the wave's or without.
pub fn read(cells: &[String]) -> Result<(String, u32, Visit), Wrong> {
    let [key, reissue, start, end, timezone, status, wave @ ..] = cells else {
        return Err(wrong(0, format!("a row has {} cells", COLUMNS.len()), "Take the file back from git."));
    };
    if key.is_empty() {
        return Err(wrong(0, "this row has no key".to_owned(), "It is the key of the site, as the list of sites has it."));
    }
    let reissue = reissue
        .parse()
        .map_err(|_| wrong(1, format!("reissue is `{reissue}`, which is no number of a visit"), "0 is the first visit, 1 the next one."))?;
    let zone = zone(timezone).ok_or_else(|| wrong(4, format!("timezone `{timezone}` is not known"), zone_hint(timezone)))?;
    let (start, end) = (moment(2, start, &zone, timezone)?, moment(3, end, &zone, timezone)?);
    if end < start {
        return Err(wrong(3, format!("the visit ends at {end}, before it starts"), "Write a later end, or the start for a hard start."));
    }
    if end.date() != start.date() {
        return Err(wrong(3, format!("the visit ends at {end}, on another day than it starts"), "A visit starts and ends on one day."));
    }
    let status = [Status::Planned, Status::Removed]
        .into_iter()
        .find(|known| known.word() == status)
        .ok_or_else(|| wrong(5, format!("status is `{status}`"), "It is `planned`, or `removed` for a site that takes part no more."))?;
    let wave = wave.first().filter(|wave| !wave.is_empty()).cloned();
    Ok((key.clone(), reissue, Visit { start, end, timezone: timezone.clone(), status, wave }))
}

fn moment(column: usize, text: &str, zone: &TimeZone, name: &str) -> Result<DateTime, Wrong> {
    let field = COLUMNS.get(column).copied().unwrap_or_default();
    let parsed = text.parse().ok().filter(|moment: &DateTime| moment.to_string() == text);
    let moment = parsed.ok_or_else(|| {
        let message = format!("{field} is `{text}`, which is no date and time of the calendar");
        wrong(column, message, "Write it like 2027-01-11T08:00:00.")
    })?;
    match unclear(moment, zone) {
        Some(why) => Err(wrong(column, format!("{field} is {text}, and in {name} {why}"), "Write a time that the clock shows once.")),
        None => Ok(moment),
    }
}

/// Why a local time is no one moment, if it is none.
pub fn unclear(moment: DateTime, zone: &TimeZone) -> Option<&'static str> {
    match zone.to_ambiguous_timestamp(moment).offset() {
        AmbiguousOffset::Unambiguous { .. } => None,
        AmbiguousOffset::Gap { .. } => Some("the clock skips it"),
        AmbiguousOffset::Fold { .. } => Some("the clock shows it twice"),
    }
}
