//! What refuses a plan though each step of it is right: limits.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Action, Step};
use crate::state::{Closing, Phase, Record, State};
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
    let removals =
        count(|action| matches!(action, Action::Close { .. } | Action::Delete { .. } | Action::Retire { why: Closing::Forgotten }));
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
