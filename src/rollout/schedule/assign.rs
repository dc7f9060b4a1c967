//! Giving free days to sites.
//!
//! Owns the counting: how many visits each day has, in all and by group. Refuses to move anything: it only adds.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::row::unclear;
use super::rules::Rules;

/// Days that are looked at for a site. Who needs more than ten years has a mistake in the rules.
const HORIZON: usize = 3_653;

/// A site that wants a day.
pub struct Wanting<'w> {
    pub key: &'w str,
    pub zone: &'w TimeZone,
    pub group: Option<&'w str>,
    /// The day of its visit before, which has to be over first.
    pub after: Option<Date>,
}

/// A day that a site was not offered, because its clock does not show the window's ends exactly once then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub key: String,
    pub local: DateTime,
    pub why: &'static str,
}

/// How full the days are.
pub struct Days<'r> {
    rules: &'r Rules,
    all: HashMap<Date, usize>,
    groups: HashMap<(Date, String), usize>,
    /// No day before it has room.
    first: Date,
}

impl<'r> Days<'r> {
    pub fn new(rules: &'r Rules) -> Self {
        Self { rules, all: HashMap::new(), groups: HashMap::new(), first: rules.starts }
    }

    /// Counts a visit.
    pub fn take(&mut self, day: Date, group: Option<&str>) {
        *self.all.entry(day).or_default() += 1;
        if let Some(group) = group {
            *self.groups.entry((day, group.to_owned())).or_default() += 1;
        }
    }

    fn has_room(&self, day: Date) -> bool {
        self.rules.is_open(day) && self.all.get(&day).is_none_or(|taken| *taken < self.rules.per_day)
    }

    fn has_room_for(&self, day: Date, group: Option<&str>) -> bool {
        let (Some(rule), Some(group)) = (&self.rules.group, group) else { return true };
        self.groups.get(&(day, group.to_owned())).is_none_or(|taken| *taken < rule.max)
    }

    /// Takes the first free day for a site, not before the lead time from `now` is over; `None` if there is none.
    pub fn give(&mut self, site: &Wanting<'_>, now: Timestamp, skipped: &mut Vec<Skipped>) -> Option<(DateTime, DateTime)> {
        let earliest = now.checked_add(self.rules.booking.lead_time).ok()?;
        let today = site.zone.to_datetime(earliest).date();
        // Zones are at most a day apart, so nobody is offered a day before yesterday.
        self.first = self.first.max(today.yesterday().ok()?);
        self.first = self.first.series(1.day()).take(HORIZON).find(|day| self.has_room(*day))?;
        let free = site.after.map_or(Ok(today), Date::tomorrow).ok()?;
        let days = self.first.max(today).max(free).series(1.day()).take(HORIZON);
        for day in days.filter(|day| self.rules.is_open(*day)) {
            if !self.has_room(day) || !self.has_room_for(day, site.group) {
                continue;
            }
            let (start, end) = self.rules.window(day);
            if let Some((local, why)) = [start, end].into_iter().find_map(|local| Some((local, unclear(local, site.zone)?))) {
                skipped.push(Skipped { key: site.key.to_owned(), local, why });
                continue;
            }
            if site.zone.to_timestamp(start).is_ok_and(|start| start >= earliest && start > now) {
                self.take(day, site.group);
                return Some((start, end));
            }
        }
        None
    }

    /// Days that hold more visits than the rules allow, each with the group that is too many, if not all are.
    pub fn overfull(&self) -> BTreeSet<(Date, Option<String>)> {
        let all = self.all.iter().filter(|(_, taken)| **taken > self.rules.per_day).map(|(day, _)| (*day, None));
        let most = self.rules.group.as_ref().map_or(usize::MAX, |rule| rule.max);
        let groups = self.groups.iter().filter(|(_, taken)| **taken > most).map(|((day, group), _)| (*day, Some(group.clone())));
        all.chain(groups).collect()
    }
}
