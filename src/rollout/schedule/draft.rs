//! What a schedule file should hold, against what it holds.
//!
//! Owns which sites get a visit and in which order: by key, so that the order of the list means nothing. Refuses to write.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::assign::{Days, Skipped, Wanting};
use super::{Book, Rules, Status, Visit};
use crate::diagnostics::Diagnostic;
use crate::rollout::expand::Recipe;
use crate::rollout::mistakes::Mistakes;
use crate::rollout::sites::Site;
use crate::rollout::waves::Member;
use crate::systems::{zone, zone_hint};

/// One rollout's schedule, brought up to date.
#[derive(Debug)]
pub struct Draft {
    pub rollout: String,
    pub rules: Rules,
    /// As the file should be.
    pub book: Book,
    /// Its text.
    pub written: String,
    /// By key and reissue.
    pub changes: Vec<Change>,
    pub overfull: Vec<Overfull>,
    pub skipped: Vec<Skipped>,
}

/// What becomes of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Added { key: String, reissue: u32, visit: Visit },
    Removed { key: String, reissue: u32, visit: Visit },
    Returned { key: String, reissue: u32, visit: Visit },
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

/// A site with what its visit depends on.
struct Wanted<'s> {
    site: &'s Site,
    reissue: u32,
    zone: TimeZone,
    zone_name: String,
}

impl Draft {
    /// Brings a rollout's schedule up to date; `None` for a rollout without one.
    pub(in crate::rollout) fn make(recipe: &Recipe<'_>, chosen: &[Member<'_>], now: Timestamp) -> Result<Option<Self>, Vec<Diagnostic>> {
        let Some(schedule) = &recipe.schedule else { return Ok(None) };
        let wanted = wanted(recipe, chosen)?;
        let (rules, mut book) = (schedule.rules.clone(), schedule.book.clone());
        let group_of = groups(recipe, &rules);
        let mut changes = judged(&mut book, &wanted);
        let mut days = Days::new(&rules);
        for ((key, _), visit) in &book.visits {
            days.take(visit.start.date(), group_of.get(key.as_str()).copied());
        }
        let mut mistakes = Mistakes::default();
        let mut skipped = Vec::new();
        for new in wanted.values() {
            let Wanted { site, reissue, zone, zone_name } = new;
            if book.visit(&site.key, *reissue).is_some() {
                continue;
            }
            let earlier = book.visits.range((site.key.clone(), 0)..(site.key.clone(), *reissue));
            let after = earlier.map(|(_, visit)| visit.start.date()).max();
            let wanting = Wanting { after, key: &site.key, zone, group: group_of.get(site.key.as_str()).copied() };
            let Some((start, end)) = days.give(&wanting, now, &mut skipped) else {
                mistakes.add(site, recipe.rollout.tell(no_day(&rules), "/spec/schedule"));
                continue;
            };
            let visit = Visit { start, end, timezone: zone_name.clone(), status: Status::Planned };
            changes.insert((site.key.clone(), *reissue), Change::Added { key: site.key.clone(), reissue: *reissue, visit: visit.clone() });
            book.visits.insert((site.key.clone(), *reissue), visit);
        }
        let told = mistakes.told(&recipe.rollout.name, chosen.len());
        if !told.is_empty() {
            return Err(told);
        }
        let overfull = overfull(&days, &book, &rules, &group_of, now);
        let written = book.written().map_err(|bug| vec![bug])?;
        let changes = changes.into_values().collect();
        Ok(Some(Self { rollout: recipe.rollout.name.clone(), overfull, rules, book, written, changes, skipped }))
    }

    /// Whether the file is as it should be.
    pub fn is_written(&self) -> bool {
        self.book.text.as_deref() == Some(&self.written)
    }
}

fn no_day(rules: &Rules) -> Diagnostic {
    let message = format!("no day is free within ten years from {}", rules.starts);
    let help = "Look at `days`, `blackout`, `per_day` and the window: together they leave no day.";
    Diagnostic::error("rollout/schedule", message).help(help)
}

/// The sites in the order of their keys, each with its zone and its number of visits.
fn wanted<'s>(recipe: &Recipe<'_>, chosen: &[Member<'s>]) -> Result<BTreeMap<&'s str, Wanted<'s>>, Vec<Diagnostic>> {
    let mut mistakes = Mistakes::default();
    let mut wanted = BTreeMap::new();
    for member in chosen {
        let site = member.site;
        match (recipe.reissue(*member), zone_of(recipe, *member)) {
            (Ok(reissue), Ok((zone_name, zone))) => {
                wanted.insert(site.key.as_str(), Wanted { site, reissue, zone, zone_name });
            }
            (reissue, zone) => {
                [reissue.err(), zone.err()].into_iter().flatten().for_each(|wrong| mistakes.add(site, wrong));
            }
        }
    }
    let told = mistakes.told(&recipe.rollout.name, chosen.len());
    if told.is_empty() { Ok(wanted) } else { Err(told) }
}

fn zone_of(recipe: &Recipe<'_>, member: Member<'_>) -> Result<(String, TimeZone), Diagnostic> {
    let pointer = "/spec/schedule/timezone";
    let mut wrong = Vec::new();
    let found = recipe.zone.as_ref().and_then(|zone| zone.text_at(&[], &recipe.scope(member, None), &mut wrong));
    if let Some((wrong, _)) = wrong.pop() {
        return Err(recipe.rollout.tell(wrong, pointer));
    }
    let name = found.map(|(name, _)| name).unwrap_or_default();
    let unknown = || {
        let message = if name.is_empty() { "timezone is empty".to_owned() } else { format!("timezone `{name}` is not known") };
        Diagnostic::error("rollout/timezone", message).help(zone_hint(&name))
    };
    let zone = zone(&name).ok_or_else(|| recipe.rollout.tell(unknown(), pointer))?;
    Ok((name, zone))
}

/// Whose visits are counted together, by key. A site that left the list is not known any more: it counts among all.
fn groups<'r>(recipe: &'r Recipe<'_>, rules: &Rules) -> HashMap<&'r str, &'r str> {
    let Some(group) = &rules.group else { return HashMap::new() };
    let of = |site: &'r Site| Some((site.key.as_str(), site.cells.get(group.column)?.as_str()));
    recipe.sites.all.iter().filter_map(of).collect()
}

/// Gives each row its status: a visit is wanted as long as its site takes part and has not asked for fewer visits.
fn judged(book: &mut Book, wanted: &BTreeMap<&str, Wanted<'_>>) -> BTreeMap<(String, u32), Change> {
    let mut changes = BTreeMap::new();
    for ((key, reissue), visit) in &mut book.visits {
        let is_wanted = wanted.get(key.as_str()).is_some_and(|site| *reissue <= site.reissue);
        let status = if is_wanted { Status::Planned } else { Status::Removed };
        if visit.status == status {
            continue;
        }
        visit.status = status;
        let (key, reissue, visit) = (key.clone(), *reissue, visit.clone());
        let at = (key.clone(), reissue);
        changes.insert(
            at,
            match status {
                Status::Planned => Change::Returned { key, reissue, visit },
                Status::Removed => Change::Removed { key, reissue, visit },
            },
        );
    }
    changes
}

/// Only days to come: nobody can do anything about the others.
fn overfull(days: &Days<'_>, book: &Book, rules: &Rules, groups: &HashMap<&str, &str>, now: Timestamp) -> Vec<Overfull> {
    let today = TimeZone::UTC.to_datetime(now - SignedDuration::from_hours(12)).date();
    let told = |(day, group): (Date, Option<String>)| {
        let is_counted = |key: &str| group.as_deref().is_none_or(|group| groups.get(key) == Some(&group));
        let visits = book.visits.iter().filter(|((key, _), visit)| visit.start.date() == day && is_counted(key));
        let most = if group.is_some() { rules.group.as_ref().map_or(0, |rule| rule.max) } else { rules.per_day };
        Overfull { day, most, keys: visits.map(|((key, _), _)| key.clone()).collect(), group }
    };
    days.overfull().into_iter().filter(|(day, _)| *day >= today).map(told).collect()
}
