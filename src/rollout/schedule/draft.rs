//! What a schedule file should hold, against what it holds.
//!
//! Owns which sites get a visit and in which order: by wave and by key, so that the order of the list means nothing. Refuses to write.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::assign::{Days, Skipped, Wanting};
use super::findings::{Findings, last};
use super::release::{Revised, Revision, release};
use super::rules::WaveRule;
use super::{Book, Rules, Status, Visit};
use crate::diagnostics::Diagnostic;
use crate::rollout::expand::Recipe;
use crate::rollout::mistakes::Mistakes;
use crate::rollout::sites::Site;
use crate::rollout::waves::Member;
use crate::systems::{zone, zone_hint};

/// A row's place in the file: the key of its site, and the reissue.
pub type RowKey = (String, u32);

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
    pub findings: Findings,
    pub skipped: Vec<Skipped>,
    /// What came of a person's order; `None` if there was none.
    pub revised: Option<Revised>,
}

/// What becomes of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub row: RowKey,
    /// As it will be, or as it was if it goes.
    pub visit: Visit,
    pub becomes: Becomes,
}

/// What a row becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Becomes {
    Added,
    Removed,
    Returned,
    /// Its site is in another wave, and its day is the same.
    Rewaved {
        from: Option<String>,
    },
    /// It has another time.
    Moved {
        from: Visit,
    },
    /// Nobody wants it, and it was never sent.
    Dropped,
}

/// A site with what its visit depends on.
pub struct Wanted<'s> {
    pub member: Member<'s>,
    pub reissue: u32,
    pub zone: TimeZone,
    pub zone_name: String,
}

impl Wanted<'_> {
    fn wave(&self) -> Option<&str> {
        self.member.wave.map(|wave| wave.name.as_str())
    }
}

/// What the days of a rollout's sites depend on.
pub struct Ground<'g, 't> {
    pub(in crate::rollout) recipe: &'g Recipe<'t>,
    pub rules: &'g Rules,
    /// By key.
    pub wanted: BTreeMap<&'g str, Wanted<'g>>,
    /// Whose visits are counted together, by key. A site that left the list is not known any more: it counts among all.
    pub groups: HashMap<&'g str, &'g str>,
    pub now: Timestamp,
}

impl Draft {
    /// Brings a rollout's schedule up to date; `None` for a rollout without one.
    pub(in crate::rollout) fn make(
        recipe: &Recipe<'_>,
        chosen: &[Member<'_>],
        revision: Option<&Revision<'_>>,
        now: Timestamp,
    ) -> Result<Option<Self>, Vec<Diagnostic>> {
        let Some(schedule) = &recipe.schedule else { return Ok(None) };
        let rules = &schedule.rules;
        let ground = Ground { recipe, rules, wanted: wanted(recipe, chosen)?, groups: groups(recipe, rules), now };
        let mut book = schedule.book.clone();
        ground.judge(&mut book);
        let revised = revision.map(|revision| release(&ground, &mut book, revision)).transpose()?;
        let skipped = ground.give_days(&mut book)?;
        let findings = Findings::of(&ground, &book);
        let written = book.written(!rules.waves.is_empty()).map_err(|bug| vec![bug])?;
        let changes = changes(&schedule.book, &book, rules);
        Ok(Some(Self { rollout: recipe.rollout.name.clone(), rules: rules.clone(), book, written, changes, findings, skipped, revised }))
    }

    /// Whether the file is as it should be.
    pub fn is_written(&self) -> bool {
        self.book.text.as_deref() == Some(&self.written)
    }
}

impl Ground<'_, '_> {
    /// How full the days of a file are.
    pub fn days(&self, book: &Book) -> Days<'_> {
        let mut days = Days::new(self.rules);
        for ((key, _), visit) in &book.visits {
            days.take(visit.start.date(), self.group(key));
        }
        days
    }

    pub fn group(&self, key: &str) -> Option<&str> {
        self.groups.get(key).copied()
    }

    /// Gives each row its status and its wave: a visit is wanted as long as its site takes part and has not asked for fewer visits.
    fn judge(&self, book: &mut Book) {
        for ((key, reissue), visit) in &mut book.visits {
            let wanted = self.wanted.get(key.as_str()).filter(|site| *reissue <= site.reissue);
            visit.status = if wanted.is_some() { Status::Planned } else { Status::Removed };
            if let Some(site) = wanted {
                visit.wave = site.wave().map(str::to_owned);
            }
        }
    }

    /// Gives a day to each site that has none, wave by wave.
    fn give_days(&self, book: &mut Book) -> Result<Vec<Skipped>, Vec<Diagnostic>> {
        let (mut mistakes, mut skipped, mut days) = (Mistakes::default(), Vec::new(), self.days(book));
        // When each wave is over.
        let mut over: HashMap<&str, Timestamp> = HashMap::new();
        let waves: Vec<Option<&WaveRule>> =
            if self.rules.waves.is_empty() { vec![None] } else { self.rules.waves.iter().map(Some).collect() };
        for rule in waves {
            let wave = rule.map(|rule| rule.name.as_str());
            let before = rule.and_then(|rule| over.get(rule.after.as_deref()?)).copied();
            // Its tickets are sent when the wave before is over, and then it is the lead time at least until the first visit.
            let behind = before.and_then(|end| end.checked_add(self.rules.booking.lead_time).ok());
            let starts = rule.map_or(self.rules.starts, |rule| rule.starts);
            for new in self.wanted.values().filter(|new| new.wave() == wave) {
                let site = new.member.site;
                if book.visit(&site.key, new.reissue).is_some() {
                    continue;
                }
                let earlier = book.visits.range((site.key.clone(), 0)..(site.key.clone(), new.reissue));
                let after = earlier.map(|(_, visit)| visit.start.date()).max();
                let wanting = Wanting { key: &site.key, zone: &new.zone, group: self.group(&site.key), starts, behind, after };
                let Some((start, end)) = days.give(&wanting, self.now, &mut skipped) else {
                    mistakes.add(site, self.recipe.rollout.tell(no_day(starts), "/spec/schedule"));
                    continue;
                };
                let wave = wave.map(str::to_owned);
                let visit = Visit { start, end, timezone: new.zone_name.clone(), status: Status::Planned, wave };
                book.visits.insert((site.key.clone(), new.reissue), visit);
            }
            if let Some(wave) = wave {
                let end = last(book, wave).and_then(|(_, visit)| visit.ends_at()).max(before);
                over.extend(end.map(|end| (wave, end)));
            }
        }
        let told = mistakes.told(&self.recipe.rollout.name, self.wanted.len());
        if told.is_empty() { Ok(skipped) } else { Err(told) }
    }
}

fn no_day(starts: jiff::civil::Date) -> Diagnostic {
    let message = format!("no day is free within ten years from {starts}");
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
                wanted.insert(site.key.as_str(), Wanted { member: *member, reissue, zone, zone_name });
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

fn groups<'r>(recipe: &'r Recipe<'_>, rules: &Rules) -> HashMap<&'r str, &'r str> {
    let Some(group) = &rules.group else { return HashMap::new() };
    let of = |site: &'r Site| Some((site.key.as_str(), site.cells.get(group.column)?.as_str()));
    recipe.sites.all.iter().filter_map(of).collect()
}

/// What differs between the file and what it should hold, row by row.
fn changes(before: &Book, after: &Book, rules: &Rules) -> Vec<Change> {
    let rows: BTreeSet<&RowKey> = before.visits.keys().chain(after.visits.keys()).collect();
    rows.into_iter().filter_map(|row| change(row, before.visits.get(row), after.visits.get(row), rules)).collect()
}

fn change(row: &RowKey, before: Option<&Visit>, after: Option<&Visit>, rules: &Rules) -> Option<Change> {
    let becomes = match (before, after) {
        (Some(before), Some(after)) => altered(before, after, rules)?,
        (None, _) => Becomes::Added,
        (Some(_), None) => Becomes::Dropped,
    };
    Some(Change { row: row.clone(), visit: after.or(before)?.clone(), becomes })
}

fn altered(before: &Visit, after: &Visit, rules: &Rules) -> Option<Becomes> {
    if !before.is_when(after) {
        return Some(Becomes::Moved { from: before.clone() });
    }
    match (before.status, after.status) {
        (Status::Planned, Status::Removed) => Some(Becomes::Removed),
        (Status::Removed, Status::Planned) => Some(Becomes::Returned),
        (Status::Planned, Status::Planned) | (Status::Removed, Status::Removed) => {
            let is_other = before.wave != after.wave && !rules.waves.is_empty();
            is_other.then(|| Becomes::Rewaved { from: before.wave.clone() })
        }
    }
}
