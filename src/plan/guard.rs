//! What refuses a plan though each step of it is right: the limits of the project and of each rollout.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::AddAssign;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Plan, Step, parts};
use crate::state::{Closing, Phase, Record, State};
use crate::ticket::{Digest, RolloutLimits, Rollouts};

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
    /// In place of every limit on creates, the project's and the rollouts': who says a number has seen the plan.
    pub creates: Option<usize>,
}

/// All that limits a plan.
#[derive(Debug, Clone, Copy)]
pub struct Limits<'a> {
    pub rules: &'a Rules,
    /// The terms of each rollout in the files. A rollout that left them has no limits of its own any more.
    pub rollouts: &'a Rollouts,
    pub allowed: Allowed,
}

/// A limit that the plan is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// Its key under `spec.limits`.
    pub limit: String,
    /// The rollout whose limit it is; none for the project's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<String>,
    /// So many of what it counts.
    pub allowed: usize,
    /// So many the plan would make of it, those before included.
    pub wanted: usize,
    /// Of `wanted`, already done today; for limits per day.
    #[serde(default)]
    pub before: usize,
    /// Creates of the whole plan: what `--allow-creates` has to allow, whichever limit it lifts.
    #[serde(default)]
    pub creates: usize,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, allowed, wanted, before, .. } = self;
        let (one, many) = match limit.as_str() {
            "creates" | "creates_per_day" => ("create", "creates"),
            "closes" => ("close or delete", "closes and deletes"),
            _ => ("removal", "removals"),
        };
        let (what, are) = if *wanted == 1 { (one, "is") } else { (many, "are") };
        let today = if limit == "creates_per_day" { format!(" today ({before} already sent)") } else { String::new() };
        write!(f, "{wanted} {what}{today} {are} over the limit of {allowed} ({})", self.key())
    }
}

impl Refusal {
    /// The key in the files, and whose it is.
    fn key(&self) -> String {
        let of = self.rollout.as_ref().map(|rollout| format!(" of Rollout/{rollout}")).unwrap_or_default();
        format!("spec.limits.{}{of}", self.limit)
    }

    /// What lifts it.
    pub fn next_step(&self) -> String {
        if self.limit.starts_with("creates") {
            let creates = self.creates.max(self.wanted - self.before);
            return format!("`callout apply --allow-creates {creates}` lifts it for one run");
        }
        let place = if self.rollout.is_none() { " in callout.yaml" } else { "" };
        format!("raise {}{place} if this is meant", self.key())
    }
}

impl Plan {
    /// The same plan, refused or not under these limits. A refused one names parts of itself that are not.
    #[must_use]
    pub fn limited(self, limits: &Limits<'_>, state: &State, now: Timestamp) -> Self {
        let scale = Scale { limits, sent: Sent::on_day_of(state, now) };
        let refusals = scale.refusals(&Load::of(&self.steps));
        let parts = if refusals.is_empty() { Vec::new() } else { parts::that_fit(&scale, &self) };
        Self { refusals, parts, ..self }
    }
}

impl Limits<'_> {
    /// Of all limits that these steps are under: a saved plan holds only while they do.
    pub(super) fn digest(&self, steps: &[Step]) -> Digest {
        let names: BTreeSet<&str> = steps.iter().filter_map(|step| step.rollout.as_ref()).map(|site| site.rollout.as_str()).collect();
        let limits = |name| Some((name, self.rollouts.get(name)?.limits));
        let own: BTreeMap<&str, RolloutLimits> =
            names.into_iter().filter_map(limits).filter(|(_, limits)| *limits != RolloutLimits::default()).collect();
        // Without limits of rollouts it is what it was before there were any.
        if own.is_empty() { Digest::of(self.rules) } else { Digest::of(&(self.rules, own)) }
    }

    /// The project's, in the words of a rollout's.
    fn of_project(&self) -> RolloutLimits {
        let Rules { creates, creates_per_day, closes, removals, .. } = *self.rules;
        RolloutLimits { creates: Some(creates), creates_per_day: Some(creates_per_day), closes: Some(closes), removals: Some(removals) }
    }
}

/// What one step, or several, count against the limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Burden {
    pub creates: usize,
    /// Closed or deleted.
    pub closes: usize,
    /// Closed by a change of their own, such as a status in the file: these did not leave the files.
    pub ended: usize,
    /// Let go of while somebody may still be coming.
    pub forgotten: usize,
}

impl AddAssign for Burden {
    fn add_assign(&mut self, other: Self) {
        self.creates += other.creates;
        self.closes += other.closes;
        self.ended += other.ended;
        self.forgotten += other.forgotten;
    }
}

/// What a step of this plan counts.
pub(super) fn burden(step: &Step) -> Burden {
    match &step.action {
        Action::Create { .. } => Burden { creates: 1, ..Burden::default() },
        Action::Update { closes: true, .. } => Burden { ended: 1, ..Burden::default() },
        Action::Close { .. } | Action::Delete { .. } => Burden { closes: 1, ..Burden::default() },
        Action::Retire { why: Closing::Forgotten } => Burden { forgotten: 1, ..Burden::default() },
        Action::Retire { .. }
        | Action::Adopt { .. }
        | Action::Update { closes: false, .. }
        | Action::Blocked { .. }
        | Action::InDoubt { .. }
        | Action::Deferred { .. }
        | Action::Keep => Burden::default(),
    }
}

/// What some steps count, in all and by rollout.
#[derive(Debug, Clone, Default)]
pub(super) struct Load<'a> {
    pub all: Burden,
    pub rollouts: BTreeMap<&'a str, Burden>,
}

impl<'a> Load<'a> {
    pub fn of(steps: impl IntoIterator<Item = &'a Step>) -> Self {
        let mut load = Self::default();
        steps.into_iter().for_each(|step| load.add(step));
        load
    }

    /// Both together.
    pub fn with(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        sum.all += other.all;
        for (name, burden) in &other.rollouts {
            *sum.rollouts.entry(name).or_default() += *burden;
        }
        sum
    }

    pub fn add(&mut self, step: &'a Step) {
        let burden = burden(step);
        self.all += burden;
        if let Some(site) = &step.rollout {
            *self.rollouts.entry(&site.rollout).or_default() += burden;
        }
    }
}

/// Tickets that were sent, or may have been, on a day in UTC. What is of a day that has not come yet counts too: a clock was set back,
/// and must not give the day its creates a second time.
struct Sent<'a> {
    all: usize,
    rollouts: BTreeMap<&'a str, usize>,
}

impl<'a> Sent<'a> {
    fn on_day_of(state: &'a State, now: Timestamp) -> Self {
        let day = |moment: Timestamp| moment.to_zoned(TimeZone::UTC).date();
        let today = day(now);
        let was_sent = |record: &Record| !record.adopted && !record.is_moved() && !matches!(record.phase, Phase::NotCreated { .. });
        let mut sent = Self { all: 0, rollouts: BTreeMap::new() };
        for record in state.records.values().filter(|record| was_sent(record) && day(record.since) >= today) {
            sent.all += 1;
            if let Some(site) = &record.request.site {
                *sent.rollouts.entry(&site.rollout).or_default() += 1;
            }
        }
        sent
    }
}

/// Weighs steps against the limits.
pub(super) struct Scale<'a> {
    limits: &'a Limits<'a>,
    sent: Sent<'a>,
}

impl Scale<'_> {
    /// The limits that such a load is over.
    pub fn refusals(&self, load: &Load<'_>) -> Vec<Refusal> {
        let mut refusals = self.over(None, (self.limits.of_project(), self.sent.all), load.all);
        for (name, burden) in &load.rollouts {
            let Some(terms) = self.limits.rollouts.get(*name) else { continue };
            let sent = self.sent.rollouts.get(name).copied().unwrap_or_default();
            refusals.extend(self.over(Some(name), (terms.limits, sent), *burden));
        }
        refusals.into_iter().map(|refusal| Refusal { creates: load.all.creates, ..refusal }).collect()
    }

    fn over(&self, rollout: Option<&str>, (limits, sent): (RolloutLimits, usize), burden: Burden) -> Vec<Refusal> {
        let Burden { creates, closes, ended, forgotten } = burden;
        let lifted = |limit: Option<usize>, before: usize| limit.map(|limit| self.limits.allowed.creates.map_or(limit, |own| own + before));
        let weighed = [
            ("creates", lifted(limits.creates, 0), creates, 0),
            ("creates_per_day", lifted(limits.creates_per_day, sent), creates + sent, sent),
            ("closes", limits.closes, closes + ended, 0),
            ("removals", limits.removals, closes + forgotten, 0),
        ];
        let over = weighed.into_iter().filter_map(|(limit, allowed, wanted, before)| {
            let allowed = allowed.filter(|allowed| wanted > *allowed && wanted > before)?;
            let (limit, rollout) = (limit.to_owned(), rollout.map(str::to_owned));
            Some(Refusal { limit, rollout, allowed, wanted, before, creates: 0 })
        });
        over.collect()
    }
}
