//! The rules of a schedule, read.
//!
//! Owns what a rule means: which days may have visits, and how many. Refuses rules that contradict each other.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, Weekday};

use crate::diagnostics::Diagnostic;
use crate::manifest::{Rollout, ScheduleSpec, WeekdayName};
use crate::rollout::columns::Columns;
use crate::rollout::waves::specs;
use crate::ticket::Booking;

/// The rules of one rollout.
#[derive(Debug, Clone)]
pub struct Rules {
    pub starts: Date,
    pub days: Vec<Weekday>,
    pub from: Time,
    pub to: Time,
    pub per_day: usize,
    pub group: Option<Group>,
    /// First and last day of each.
    pub blackout: Vec<(Date, Date)>,
    pub booking: Booking,
    /// In their order; none in a rollout without waves.
    pub waves: Vec<WaveRule>,
}

/// When the sites of a wave may be visited.
#[derive(Debug, Clone)]
pub struct WaveRule {
    pub name: String,
    /// The wave that has to be over before.
    pub after: Option<String>,
    /// Its first day, which is not before the schedule's.
    pub starts: Date,
}

/// Sites that share a value, and how many of them a day may have.
#[derive(Debug, Clone)]
pub struct Group {
    pub column: usize,
    pub max: usize,
}

impl Rules {
    /// Reads them. Every mistake is told.
    pub fn read(rollout: &Rollout, spec: &ScheduleSpec, columns: &Arc<Columns>) -> Result<Self, Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let mut told = |wrong: Diagnostic, pointer: &str| mistakes.push(rollout.tell(wrong, &format!("/spec/schedule/{pointer}")));
        let starts = date(&spec.starts).map_err(|wrong| told(wrong, "starts")).unwrap_or_default();
        let mut blackout = Vec::new();
        for (at, written) in spec.blackout.iter().flatten().enumerate() {
            match range(written) {
                Ok(days) => blackout.push(days),
                Err(wrong) => told(wrong, &format!("blackout/{at}")),
            }
        }
        let (from, to) = (time(&spec.window.from), time(&spec.window.to));
        if to < from {
            let message = format!("the window ends at {}, before it starts", spec.window.to);
            told(Diagnostic::error("rollout/schedule", message).help("A visit starts and ends on one day."), "window/to");
        }
        let mut group = None;
        if let Some(by) = &spec.per_day_by {
            match columns.find(&by.column) {
                Some(column) => group = Some(Group { column, max: count(by.max) }),
                None => told(columns.unknown(&by.column), "per_day_by/column"),
            }
        }
        let booking = Booking {
            lead_time: spec.lead_time.as_deref().map(duration).unwrap_or_default(),
            book_ahead: spec.book_ahead.as_deref().map(duration),
        };
        if booking.book_ahead.is_some_and(|ahead| ahead <= booking.lead_time) {
            let message = "book_ahead is not longer than lead_time: each ticket would be too early until it is too late";
            told(Diagnostic::error("rollout/schedule", message).help("Raise book_ahead, or lower lead_time."), "book_ahead");
        }
        let days = spec.days.iter().map(|day| weekday(*day)).collect();
        let waves = specs(rollout).iter().enumerate().map(|(at, wave)| WaveRule {
            name: wave.name.clone(),
            after: wave.after.clone(),
            starts: wave.starts.as_deref().map_or(Ok(starts), date).map_or_else(
                |wrong| {
                    mistakes.push(rollout.tell(wrong, &format!("/spec/waves/{at}/starts")));
                    starts
                },
                |own| own.max(starts),
            ),
        });
        let waves = waves.collect();
        let rules = Self { starts, days, from, to, per_day: count(spec.per_day), group, blackout, booking, waves };
        if mistakes.is_empty() { Ok(rules) } else { Err(mistakes) }
    }

    /// Whether a day may have visits at all.
    pub fn is_open(&self, day: Date) -> bool {
        self.days.contains(&day.weekday()) && !self.is_blackout(day)
    }

    pub fn is_blackout(&self, day: Date) -> bool {
        self.blackout.iter().any(|(first, last)| (*first..=*last).contains(&day))
    }

    /// The first day of a wave, or of the schedule.
    pub fn starts_of(&self, wave: Option<&str>) -> Date {
        self.waves.iter().find(|rule| Some(rule.name.as_str()) == wave).map_or(self.starts, |rule| rule.starts)
    }

    /// Start and end of a visit on a day, by the site's clock.
    pub fn window(&self, day: Date) -> (DateTime, DateTime) {
        (day.to_datetime(self.from), day.to_datetime(self.to))
    }
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn date(text: &str) -> Result<Date, Diagnostic> {
    text.parse()
        .map_err(|_| Diagnostic::error("rollout/schedule", format!("`{text}` is no day of the calendar")).help("For example: 2027-01-11"))
}

fn range(text: &str) -> Result<(Date, Date), Diagnostic> {
    let (first, last) = text.split_once('/').unwrap_or((text, text));
    let (first, last) = (date(first)?, date(last)?);
    if last < first {
        let message = format!("the blackout {text} ends before it starts");
        return Err(Diagnostic::error("rollout/schedule", message).help(format!("Write {last}/{first}.")));
    }
    Ok((first, last))
}

/// The schema lets only times of a clock through.
fn time(text: &str) -> Time {
    format!("{text}:00").parse().unwrap_or_default()
}

/// Hours or days, as the schema has them: at most 999.
fn duration(text: &str) -> SignedDuration {
    let (number, unit) = text.split_at(text.len().saturating_sub(1));
    let number: i64 = number.parse().unwrap_or_default();
    SignedDuration::from_hours(if unit == "d" { number * 24 } else { number })
}

fn weekday(name: WeekdayName) -> Weekday {
    match name {
        WeekdayName::Mon => Weekday::Monday,
        WeekdayName::Tue => Weekday::Tuesday,
        WeekdayName::Wed => Weekday::Wednesday,
        WeekdayName::Thu => Weekday::Thursday,
        WeekdayName::Fri => Weekday::Friday,
        WeekdayName::Sat => Weekday::Saturday,
        WeekdayName::Sun => Weekday::Sunday,
    }
}
