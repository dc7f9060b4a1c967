//! What stops a plan, or a step of it, though each step alone is right: limits and look-alikes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::build::World;
use super::{Action, Reason, Step};
use crate::state::{Closing, Key, Phase, Record, State};
use crate::systems::Observed;
use crate::ticket::Address;

/// The project's limits, in visits unless the name says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    pub creates: usize,
    /// By calendar day in UTC, over all runs.
    pub creates_per_day: usize,
    pub closes: usize,
    pub removals: usize,
    /// Writes with unknown result after which a run starts no further one.
    pub stop_after_unknown: usize,
    pub plan_expires_hours: i64,
}

/// What a person allowed for this one run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowed {
    /// In place of both limits on creates.
    pub creates: Option<usize>,
}

/// A limit that the plan is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Its key under `spec.limits`.
    pub limit: String,
    pub allowed: usize,
    pub wanted: usize,
    /// Of `wanted`, already done today; for limits per day.
    #[serde(default)]
    pub before: usize,
    /// Documents whose creates would fit, to select with `--target`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slice: Vec<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.limit.as_str() {
            "creates" | "creates_per_day" => "creates",
            "closes" => "closes and deletes",
            _ => "removals",
        };
        let today = if self.limit == "creates_per_day" { format!(" today ({} already sent)", self.before) } else { String::new() };
        write!(f, "{} {what}{today} are over the limit of {} (spec.limits.{})", self.wanted, self.allowed, self.limit)
    }
}

impl Refusal {
    /// What lifts it, and what fits below it.
    pub fn next_step(&self) -> String {
        let lift = if self.limit.starts_with("creates") {
            format!("`callout apply --allow-creates {}` lifts it for one run", self.wanted - self.before)
        } else {
            format!("raise spec.limits.{} in callout.yaml if this is meant", self.limit)
        };
        if self.slice.is_empty() {
            return lift;
        }
        format!("{lift}; a slice that fits: {}", self.slice.iter().map(|target| format!("--target {target}")).collect::<Vec<_>>().join(" "))
    }
}

/// The limits that these steps are over, under what the project allows.
pub fn refusals(rules: &Rules, state: &State, steps: &[Step], now: Timestamp) -> Vec<Refusal> {
    refusals_allowing(rules, Allowed::default(), state, steps, now)
}

/// The same, with what a person allowed for this run.
pub fn refusals_allowing(rules: &Rules, allowed: Allowed, state: &State, steps: &[Step], now: Timestamp) -> Vec<Refusal> {
    let count = |fits: fn(&Action) -> bool| steps.iter().filter(|step| fits(&step.action)).count();
    let creates = count(|action| matches!(action, Action::Create { .. }));
    let closes = count(|action| matches!(action, Action::Close { .. } | Action::Delete { .. }));
    let removals = count(|action| matches!(action, Action::Close { .. } | Action::Delete { .. } | Action::Retire { .. }));
    let before = created_on_day_of(state, now);
    let per_day = allowed.creates.map_or(rules.creates_per_day, |creates| creates + before);
    let mut refusals = Vec::new();
    let mut check = |limit: &str, allowed: usize, wanted: usize, before: usize| {
        if wanted > allowed && wanted > before {
            let slice = if limit.starts_with("creates") { slice(steps, allowed.saturating_sub(before)) } else { Vec::new() };
            refusals.push(Refusal { limit: limit.to_owned(), allowed, wanted, before, slice });
        }
    };
    check("creates", allowed.creates.unwrap_or(rules.creates), creates, 0);
    check("creates_per_day", per_day, creates + before, before);
    check("closes", rules.closes, closes, 0);
    check("removals", rules.removals, removals, 0);
    refusals
}

/// Tickets that were sent, or may have been, on this day in UTC.
fn created_on_day_of(state: &State, now: Timestamp) -> usize {
    let day = |moment: Timestamp| moment.to_zoned(TimeZone::UTC).date();
    let was_sent = |record: &Record| !record.adopted && !record.is_moved() && !matches!(record.phase, Phase::NotCreated { .. });
    state.records.values().filter(|record| was_sent(record) && day(record.since) == day(now)).count()
}

/// The first documents, at most three, whose creates together stay within `room`.
fn slice(steps: &[Step], room: usize) -> Vec<String> {
    let mut documents: BTreeMap<String, usize> = BTreeMap::new();
    for step in steps.iter().filter(|step| matches!(step.action, Action::Create { .. })) {
        *documents.entry(Address { key: None, ..step.key.address.clone() }.to_string()).or_default() += 1;
    }
    let mut left = room;
    let fitting = documents.into_iter().filter(|(_, creates)| {
        let fits = *creates <= left;
        left -= if fits { *creates } else { 0 };
        fits
    });
    fitting.map(|(document, _)| document).take(3).collect()
}

/// Blocks each create at the same place as another visit that is open, in doubt, let go of, or in the same plan.
pub(super) fn block_look_alikes(world: &World<'_>, steps: &mut [Step]) {
    let mut places: BTreeMap<String, Vec<(Address, Option<String>)>> = BTreeMap::new();
    for (key, record) in world.state.records.iter().filter(|(key, record)| may_be_coming(world, key, record)) {
        let Some(side) = world.sides.get(&key.address.kind).filter(|side| side.origin == record.request.origin) else { continue };
        let address = renamed(world, &key.address);
        for place in side.system.look_alike(&record.request.fields) {
            places.entry(place).or_default().push((address.clone(), record.id().map(str::to_owned)));
        }
    }
    for step in steps.iter() {
        for place in places_of(world, step) {
            places.entry(place).or_default().push((step.key.address.clone(), None));
        }
    }
    let meant = meant(world);
    for step in steps {
        let others = places_of(world, step).into_iter().filter_map(|place| places.get(&place)).flatten();
        let own = &step.key.address;
        let alike = others.into_iter().find(|(other, _)| other != own && !meant.contains(&(own, other)) && !meant.contains(&(other, own)));
        if let Some((other, id)) = alike {
            let reason = Reason::LookAlike { other: other.clone(), id: id.clone() };
            step.action = Action::Blocked { reason };
        }
    }
}

/// Pairs that `lifecycle.alongside` allows. A document named without a key stands for all of its locations.
fn meant<'a>(world: &World<'a>) -> BTreeSet<(&'a Address, &'a Address)> {
    let mut pairs = BTreeSet::new();
    let known = || world.tickets.iter().map(|ticket| &ticket.address).chain(world.state.records.keys().map(|key| &key.address));
    for ticket in world.tickets {
        for named in &ticket.lifecycle.alongside {
            let is_meant =
                |address: &&Address| *address == named || (named.key.is_none() && address.kind == named.kind && address.name == named.name);
            pairs.extend(known().filter(is_meant).map(|address| (&ticket.address, address)));
        }
    }
    pairs
}

fn places_of(world: &World<'_>, step: &Step) -> Vec<String> {
    let Action::Create { request, .. } = &step.action else { return Vec::new() };
    world.sides.get(&step.key.address.kind).map(|side| side.system.look_alike(&request.fields)).unwrap_or_default()
}

/// Whether a technician may be on the way for this record.
fn may_be_coming(world: &World<'_>, key: &Key, record: &Record) -> bool {
    let is_over = matches!(world.observed.of(key), Some(Observed::Found(seen)) if seen.finished);
    match &record.phase {
        Phase::Pending => true,
        Phase::Live { .. } => !record.finished && !is_over,
        Phase::Closed { why: Closing::Forgotten | Closing::Removed, .. } => !record.finished,
        Phase::Closed {
            why: Closing::FinishedAndRemoved | Closing::Closed | Closing::Deleted | Closing::Cancelled | Closing::Moved,
            ..
        }
        | Phase::NotCreated { .. } => false,
    }
}

/// The address that a record has after this plan's renames.
fn renamed(world: &World<'_>, address: &Address) -> Address {
    let to = world.tickets.iter().find(|ticket| ticket.lifecycle.renamed_from.as_ref() == Some(address));
    to.map_or_else(|| address.clone(), |ticket| ticket.address.clone())
}
