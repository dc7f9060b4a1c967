//! What a reviewer of a schedule should know, although no row moves for it by itself.
//!
//! Owns naming it: days that are too full, waves out of order, visits on days that the rules do not offer any more,
//! visits by a clock that the list has corrected since. Refuses to speak of
//! what has passed: nobody can do anything about it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::draft::{Ground, RowKey};
use super::rules::WaveRule;
use super::{Book, Status, Visit};
use crate::systems::zone;

/// What was found in one file.
#[derive(Debug, Default)]
pub struct Findings {
    /// By day.
    pub overfull: Vec<Overfull>,
    /// In the order of the waves.
    pub early: Vec<Early>,
    /// By key.
    pub astray: Vec<Astray>,
    /// By key.
    pub misset: Vec<Misset>,
}

/// A day with more visits than the rules allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overfull {
    pub day: Date,
    /// The value of the column that is counted apart; `None`: all sites together.
    pub group: Option<String>,
    pub most: usize,
    /// The sites, by key.
    pub keys: Vec<String>,
}

/// A wave with visits that the wave before leaves no time for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Early {
    pub wave: String,
    pub after: String,
    /// How many of its visits are too early.
    pub count: usize,
    /// The first of them.
    pub first: (RowKey, Visit),
    /// The last visit of the wave before.
    pub last: (RowKey, Visit),
    /// Whether the wave begins before that visit ends; otherwise only the lead time is missing between the two.
    pub overlaps: bool,
}

/// A visit on a day that its rules do not offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Astray {
    pub row: RowKey,
    pub visit: Visit,
    pub why: &'static str,
}

/// A visit by another clock than its site's is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misset {
    pub row: RowKey,
    pub visit: Visit,
    /// The time zone that the rules give the site.
    pub timezone: String,
}

impl Findings {
    pub fn of(ground: &Ground<'_, '_>, book: &Book) -> Self {
        Self { overfull: overfull(ground, book), early: early(ground, book), astray: astray(ground, book), misset: misset(ground, book) }
    }
}

/// The planned visits of a wave.
fn planned<'b>(book: &'b Book, wave: &str) -> impl Iterator<Item = (&'b RowKey, &'b Visit)> {
    let is_of = |visit: &Visit| visit.status == Status::Planned && visit.wave.as_deref() == Some(wave);
    book.visits.iter().filter(move |(_, visit)| is_of(visit))
}

/// The planned visit of a wave that ends last.
pub fn last<'b>(book: &'b Book, wave: &str) -> Option<(&'b RowKey, &'b Visit)> {
    planned(book, wave).max_by_key(|(_, visit)| visit.ends_at())
}

/// Days that are over everywhere are not told.
fn overfull(ground: &Ground<'_, '_>, book: &Book) -> Vec<Overfull> {
    let today = today(ground.now);
    let told = |(day, group): (Date, Option<String>)| {
        let is_counted = |key: &str| group.as_deref().is_none_or(|group| ground.group(key) == Some(group));
        let visits = book.visits.iter().filter(|((key, _), visit)| visit.start.date() == day && is_counted(key));
        let most = if group.is_some() { ground.rules.group.as_ref().map_or(0, |rule| rule.max) } else { ground.rules.per_day };
        Overfull { day, most, keys: visits.map(|((key, _), _)| key.clone()).collect(), group }
    };
    ground.days(book).overfull().into_iter().filter(|(day, _)| *day >= today).map(told).collect()
}

/// The earliest day that is not over everywhere on earth.
pub fn today(now: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(now - SignedDuration::from_hours(12)).date()
}

fn early(ground: &Ground<'_, '_>, book: &Book) -> Vec<Early> {
    let told = |wave: &WaveRule| {
        let after = wave.after.as_ref()?;
        let (last_row, last) = last(book, after)?;
        let end = last.ends_at().filter(|end| *end > ground.now)?;
        let bound = end.checked_add(ground.rules.booking.lead_time).ok()?;
        let is_early = |visit: &Visit| {
            let day = zone(&visit.timezone).map(|zone| zone.to_datetime(bound).date());
            visit.starts_at().is_some_and(|start| start > ground.now) && day.is_some_and(|day| visit.start.date() <= day)
        };
        let early: Vec<_> = planned(book, &wave.name).filter(|(_, visit)| is_early(visit)).collect();
        let (row, visit) = early.iter().min_by_key(|(_, visit)| visit.starts_at())?;
        Some(Early {
            wave: wave.name.clone(),
            after: after.clone(),
            count: early.len(),
            first: ((*row).clone(), (*visit).clone()),
            last: (last_row.clone(), last.clone()),
            overlaps: visit.starts_at().is_some_and(|start| start < end),
        })
    };
    ground.rules.waves.iter().filter_map(told).collect()
}

fn astray(ground: &Ground<'_, '_>, book: &Book) -> Vec<Astray> {
    let rules = ground.rules;
    let why = |visit: &Visit| {
        let day = visit.start.date();
        if rules.is_blackout(day) {
            return Some("it is in `blackout`");
        }
        if !rules.is_open(day) {
            return Some("`days` does not have it");
        }
        (day < rules.starts_of(visit.wave.as_deref())).then_some("it is before `starts`")
    };
    let told = |(row, visit): (&RowKey, &Visit)| Some(Astray { row: row.clone(), visit: visit.clone(), why: why(visit)? });
    to_come(ground, book).filter_map(told).collect()
}

/// Two names of one clock are no difference: the moments are compared.
fn misset(ground: &Ground<'_, '_>, book: &Book) -> Vec<Misset> {
    let told = |(row, visit): (&RowKey, &Visit)| {
        let site = ground.wanted.get(row.0.as_str())?;
        let moments = |zone: &TimeZone| (zone.to_timestamp(visit.start).ok(), zone.to_timestamp(visit.end).ok());
        let is_misset = moments(&site.zone) != (visit.starts_at(), visit.ends_at());
        is_misset.then(|| Misset { row: row.clone(), visit: visit.clone(), timezone: site.zone_name.clone() })
    };
    to_come(ground, book).filter_map(told).collect()
}

fn to_come<'b>(ground: &Ground<'_, '_>, book: &'b Book) -> impl Iterator<Item = (&'b RowKey, &'b Visit)> {
    let now = ground.now;
    let is_to_come = move |visit: &Visit| visit.status == Status::Planned && visit.starts_at().is_some_and(|start| start > now);
    book.visits.iter().filter(move |(_, visit)| is_to_come(visit))
}
