//! What refuses a plan though each step of it is right: the limits of the project and of each rollout.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::cost::is_unknown;
use super::refusal::{CREATES, CREATES_PER_DAY, Refusal, SPEND, UNKNOWN_COSTS};
use super::{Action, Cost, Plan, Step, parts};
use crate::state::{Closing, Phase, Record, State};
use crate::ticket::{Digest, Money, RolloutLimits, Rollouts};

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
    /// What the creates of one run may cost. Left out where it is not set: what saved plans were made under stays the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<Money>,
}

/// What a person allowed for this one run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowed {
    /// In place of every limit on creates, the project's and the rollouts': who says a number has seen the plan.
    pub creates: Option<usize>,
    /// In place of every limit on what creates cost, likewise.
    pub spend: Option<Money>,
    /// So many creates whose cost nobody knows, where a limit would refuse each. An amount does not cover them: they may cost anything.
    pub unknown_costs: Option<usize>,
}

/// All that limits a plan.
#[derive(Debug, Clone, Copy)]
pub struct Limits<'a> {
    pub rules: &'a Rules,
    /// The terms of each rollout in the files. A rollout that left them has no limits of its own any more.
    pub rollouts: &'a Rollouts,
    pub allowed: Allowed,
}

impl Plan {
    /// The same plan, refused or not under these limits. A refused one names parts of itself that are not.
    #[must_use]
    pub fn limited(self, limits: &Limits<'_>, state: &State, now: Timestamp) -> Self {
        let scale = Scale { limits, sent: Sent::on_day_of(state, now) };
        let refusals: Vec<Refusal> =
            scale.refusals(&Load::of(&self.steps)).into_iter().map(|refusal| refusal.naming(&self.steps)).collect();
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
        let Rules { creates, creates_per_day, closes, removals, spend, .. } = *self.rules;
        RolloutLimits {
            creates: Some(creates),
            creates_per_day: Some(creates_per_day),
            closes: Some(closes),
            removals: Some(removals),
            // Who says an amount where nothing is limited wants it to be one.
            spend: spend.or(self.allowed.spend),
        }
    }

    /// Whether what creates cost is limited for any of these tickets: then their costs have to be asked for.
    pub fn spend_of(&self, steps: &[Step]) -> bool {
        let has_limit = |step: &Step| step.rollout.as_ref().and_then(|site| self.rollouts.get(&site.rollout)?.limits.spend).is_some();
        self.of_project().spend.is_some() || steps.iter().any(has_limit)
    }
}

/// What one step, or several, count against the limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Burden {
    pub creates: usize,
    /// What those whose cost is known cost.
    pub spend: Money,
    /// Creates whose cost nobody knows, though their system could tell.
    pub unknown_costs: usize,
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
        self.spend += other.spend;
        self.unknown_costs += other.unknown_costs;
        self.closes += other.closes;
        self.ended += other.ended;
        self.forgotten += other.forgotten;
    }
}

/// What a step of this plan counts.
pub(super) fn burden(step: &Step) -> Burden {
    match &step.action {
        Action::Create { .. } => {
            let spend = if let Some(Cost::Estimated(money)) = step.cost { money } else { Money::default() };
            Burden { creates: 1, spend, unknown_costs: usize::from(is_unknown(step)), ..Burden::default() }
        }
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
        let all = &load.all;
        let whole = |limit: &str| match limit {
            SPEND => whole_dollars(all.spend),
            UNKNOWN_COSTS => all.unknown_costs,
            _ => 0,
        };
        refusals.into_iter().map(|refusal| Refusal { creates: all.creates, whole: whole(&refusal.limit), ..refusal }).collect()
    }

    fn over(&self, rollout: Option<&str>, (limits, sent): (RolloutLimits, usize), burden: Burden) -> Vec<Refusal> {
        let Burden { creates, spend, unknown_costs, closes, ended, forgotten } = burden;
        let allowed = self.limits.allowed;
        let lifted = |limit: Option<usize>, before: usize| limit.map(|limit| allowed.creates.map_or(limit, |own| own + before));
        let most = limits.spend.map(|limit| allowed.spend.unwrap_or(limit));
        let weighed = [
            (CREATES, lifted(limits.creates, 0), creates, 0),
            (CREATES_PER_DAY, lifted(limits.creates_per_day, sent), creates + sent, sent),
            ("closes", limits.closes, closes + ended, 0),
            ("removals", limits.removals, closes + forgotten, 0),
            (SPEND, most.map(whole_dollars), whole_dollars(spend), 0),
            (UNKNOWN_COSTS, most.map(|_| allowed.unknown_costs.unwrap_or(0)), unknown_costs, 0),
        ];
        let over = weighed.into_iter().filter_map(|(limit, allowed, wanted, before)| {
            let allowed = allowed.filter(|allowed| wanted > *allowed && wanted > before)?;
            let (limit, rollout) = (limit.to_owned(), rollout.map(str::to_owned));
            Some(Refusal { limit, rollout, allowed, wanted, before, creates: 0, whole: 0, tickets: Vec::new() })
        });
        over.collect()
    }
}

fn whole_dollars(money: Money) -> usize {
    usize::try_from(money.whole_dollars()).unwrap_or(usize::MAX)
}
