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
    /// The first day of its wave, or of the whole schedule.
    pub starts: Date,
    /// The moment that has to be over on the day before, wherever the site is.
    pub behind: Option<Timestamp>,
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
    groups: HashMap<String, HashMap<Date, usize>>,
    /// The first day with room for a group that does not come before another day. Days only fill, so it only moves on.
    first: HashMap<(Date, Option<String>), Date>,
}

impl<'r> Days<'r> {
    pub fn new(rules: &'r Rules) -> Self {
        Self { rules, all: HashMap::new(), groups: HashMap::new(), first: HashMap::new() }
    }

    /// Counts a visit.
    pub fn take(&mut self, day: Date, group: Option<&str>) {
        *self.all.entry(day).or_default() += 1;
        if let Some(group) = group {
            *self.groups.entry(group.to_owned()).or_default().entry(day).or_default() += 1;
        }
    }

    fn has_room(&self, day: Date, group: Option<&str>) -> bool {
        let is_free = |taken: Option<&usize>, most: usize| taken.is_none_or(|taken| *taken < most);
        let of_group = group.and_then(|group| self.groups.get(group)).and_then(|days| days.get(&day));
        let most = self.rules.group.as_ref().map_or(usize::MAX, |rule| rule.max);
        self.rules.is_open(day) && is_free(self.all.get(&day), self.rules.per_day) && is_free(of_group, most)
    }

    fn first_with_room(&mut self, from: Date, group: Option<&str>) -> Option<Date> {
        let at = (from, group.map(str::to_owned));
        let known = self.first.get(&at).copied().unwrap_or(from);
        let found = known.series(1.day()).take(HORIZON).find(|day| self.has_room(*day, group))?;
        self.first.insert(at, found);
        Some(found)
    }

    /// Takes the first free day for a site, not before the lead time from `now` is over; `None` if there is none.
    pub fn give(&mut self, site: &Wanting<'_>, now: Timestamp, skipped: &mut Vec<Skipped>) -> Option<(DateTime, DateTime)> {
        let earliest = now.checked_add(self.rules.booking.lead_time).ok()?;
        let local = |moment: Timestamp| site.zone.to_datetime(moment).date();
        let behind = site.behind.map_or(Ok(site.starts), |moment| local(moment).tomorrow()).ok()?;
        let after = site.after.map_or(Ok(site.starts), Date::tomorrow).ok()?;
        let from = [site.starts, local(earliest), behind, after].into_iter().max()?;
        let first = self.first_with_room(from, site.group)?;
        for day in first.series(1.day()).take(HORIZON) {
            if !self.has_room(day, site.group) {
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
        let over = |(group, days): (&String, &HashMap<Date, usize>)| {
            let days = days.iter().filter(|(_, taken)| **taken > most).map(|(day, _)| *day);
            days.map(|day| (day, Some(group.clone()))).collect::<Vec<_>>()
        };
        all.chain(self.groups.iter().flat_map(over)).collect()
    }
}
