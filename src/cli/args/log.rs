//! The words of `callout log`, and moments as people write them.

use std::str::FromStr;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::refresh::{Selector, Target};
use crate::state::Event;

#[derive(Debug, Args)]
pub struct Log {
    /// Only what happened since: a date (2027-01-31), a moment (2027-01-31T08:00:00Z), or how long ago (7d, 24h). In UTC.
    #[arg(long, value_name = "WHEN")]
    pub since: Option<When>,
    /// Only what happened until then; a date's whole day counts.
    #[arg(long, value_name = "WHEN")]
    pub until: Option<When>,
    /// Only this ticket, all locations of this document, or this rollout: Rollout/NAME, or Rollout/NAME[KEY] for one site. Repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub target: Vec<Target>,
    /// Only tickets that had this label: LABEL=VALUE, LABEL!=VALUE, or LABEL. Several must all hold.
    #[arg(long, value_name = "LABEL=VALUE")]
    pub selector: Vec<Selector>,
    /// Only events of this name. Repeatable.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Event::NAMES))]
    pub event: Vec<String>,
    /// The log of a state that was given up or replaced, by its number: 1 for .callout/set-aside-1.
    #[arg(long, value_name = "N")]
    pub set_aside: Option<u16>,
    /// What to print: one line an event, a JSON object on each line, or CSV.
    #[arg(long, value_enum, default_value_t)]
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
    Csv,
}

/// A moment in UTC, as a person writes it.
#[derive(Debug, Clone, Copy)]
pub enum When {
    Day(Date),
    Moment(Timestamp),
    /// Back from now.
    Ago(Span),
}

/// Why a text is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date (2027-01-31), no moment (2027-01-31T08:00:00Z) and no time that has passed (7d, 24h)")]
pub struct NoMoment(String);

impl FromStr for When {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, NoMoment> {
        let wrong = || NoMoment(text.to_owned());
        if text.contains([':', 'T']) {
            let local = || text.parse::<DateTime>().and_then(|local| local.to_zoned(TimeZone::UTC)).map(|zoned| zoned.timestamp());
            return text.parse().or_else(|_| local()).map(Self::Moment).map_err(|_| wrong());
        }
        if let Ok(day) = text.parse() {
            return Ok(Self::Day(day));
        }
        let span: Span = text.parse().map_err(|_| wrong())?;
        if span.is_negative() { Err(wrong()) } else { Ok(Self::Ago(span)) }
    }
}

impl When {
    /// The first second that is meant; `None` before the beginning of all calendars.
    pub fn begin(self, now: Timestamp) -> Option<i64> {
        match self {
            Self::Day(day) => day.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp().as_second()),
            Self::Moment(moment) => Some(moment.as_second()),
            Self::Ago(span) => now.to_zoned(TimeZone::UTC).checked_sub(span).ok().map(|then| then.timestamp().as_second()),
        }
    }

    /// The last second that is meant.
    pub fn end(self, now: Timestamp) -> Option<i64> {
        match self {
            Self::Day(day) => Self::Day(day.tomorrow().ok()?).begin(now).map(|next| next - 1),
            Self::Moment(_) | Self::Ago(_) => self.begin(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let now: Timestamp = "2027-01-31T12:00:00Z".parse().expect("a moment");
        let bounds = |text: &str| {
            let when: When = text.parse().expect("a moment");
            let shown = |second: Option<i64>| Timestamp::from_second(second.expect("in range")).expect("in range").to_string();
            [shown(when.begin(now)), shown(when.end(now))]
        };
        let both = |text: &str| [text.to_owned(), text.to_owned()];
        assert_eq!(bounds("2027-01-04"), ["2027-01-04T00:00:00Z", "2027-01-04T23:59:59Z"]);
        assert_eq!(bounds("2027-01-04T08:00:00Z"), both("2027-01-04T08:00:00Z"));
        assert_eq!(bounds("2027-01-04T08:00:00.9Z"), both("2027-01-04T08:00:00Z"));
        assert_eq!(bounds("2027-01-04T08:00:00+02:00"), both("2027-01-04T06:00:00Z"));
        assert_eq!(bounds("2027-01-04T08:00"), both("2027-01-04T08:00:00Z"));
        assert_eq!(bounds("2027-01-04 08:00"), both("2027-01-04T08:00:00Z"));
        assert_eq!(bounds("7d"), both("2027-01-24T12:00:00Z"));
        assert_eq!(bounds("24h"), both("2027-01-30T12:00:00Z"));
        assert_eq!(bounds("1w 12h"), both("2027-01-24T00:00:00Z"));
        assert_eq!(bounds("90m"), both("2027-01-31T10:30:00Z"));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["", "yesterday", "7", "d", "-7d", "2027-13-01", "2027-01-04T25:00:00Z", "31.01.2027"] {
            assert_eq!(text.parse::<When>().err(), Some(NoMoment(text.to_owned())), "{text}");
        }
    }
}
