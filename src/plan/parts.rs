//! Parts of a refused plan that are within every limit, in words that can be typed.
//!
//! A part is planned anew when it is typed. So it selects nothing that this plan does not hold, and nothing that only the rest of this plan
//! holds back. Refuses to promise more: what happens in the world until then is not known.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guard::{Burden, Load, Scale, burden};
use super::{Action, Counts, Plan, Reason, Step};
use crate::refresh::{Filter, Selector, Target, Test};
use crate::ticket::Address;

/// More are not named: one is typed, and the next plan names others.
const PARTS: usize = 3;

/// Single documents or sites of one part: a longer line is not read. A label that no more tickets have says nothing shorter.
const TARGETS: usize = 3;

/// Values of labels that are weighed, the greatest first: of so many, one that fits is large enough.
const LABELS: usize = 16;

/// A part of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// Selects it.
    pub selection: Filter,
    /// What it does.
    pub counts: Counts,
}

/// A few parts of this plan that are over no limit.
pub(super) fn that_fit(scale: &Scale<'_>, plan: &Plan) -> Vec<Part> {
    let knife =
        Knife { scale, plan, found: plan.steps.iter().filter(|step| is_found(step)).map(|step| (&step.key.address, step)).collect() };
    let (mut found, mut covered) = (Vec::new(), BTreeSet::new());
    for rollout in knife.rollouts() {
        let parts = knife.of_rollout(rollout);
        covered.extend((!parts.is_empty()).then_some(rollout));
        found.extend(parts);
    }
    found.extend(knife.targets(|step| step.rollout.as_ref().is_none_or(|site| !covered.contains(site.rollout.as_str()))));
    found.truncate(PARTS);
    found
}

/// What can be cut out of a plan by words.
enum Cut<'a> {
    Rollout(&'a str),
    Wave(&'a str, &'a str),
    Label { rollout: &'a str, label: &'a str, value: &'a str },
}

impl<'a> Cut<'a> {
    fn rollout(&self) -> &'a str {
        match self {
            Self::Rollout(rollout) | Self::Wave(rollout, _) | Self::Label { rollout, .. } => rollout,
        }
    }

    /// None where a step does not show it.
    fn has(&self, step: &Step) -> Option<bool> {
        let Some(site) = step.rollout.as_ref().filter(|site| site.rollout == self.rollout()) else { return Some(false) };
        match self {
            Self::Rollout(_) => Some(true),
            Self::Wave(_, wave) => Some(site.wave.as_deref() == Some(wave)),
            Self::Label { label, value, .. } => labels(step).map(|labels| labels.get(*label).map(String::as_str) == Some(value)),
        }
    }

    /// The plan's own words, narrowed.
    fn within(&self, plan: &Filter) -> Filter {
        let mut filter = Filter { targets: vec![Target::Rollout { name: self.rollout().to_owned(), key: None }], ..plan.clone() };
        match self {
            Self::Rollout(_) => {}
            Self::Wave(_, wave) => filter.waves = vec![(*wave).to_owned()],
            Self::Label { label, value, .. } => {
                filter.selectors.push(Selector { label: (*label).to_owned(), test: Test::Is((*value).to_owned()) });
            }
        }
        filter
    }
}

struct Knife<'a> {
    scale: &'a Scale<'a>,
    plan: &'a Plan,
    /// What other steps may be held back for.
    found: BTreeMap<&'a Address, &'a Step>,
}

impl<'a> Knife<'a> {
    /// The rollouts that the plan holds whole, as far as its other words go: naming one then selects nothing new.
    fn rollouts(&self) -> Vec<&'a str> {
        let names: BTreeSet<&str> =
            self.plan.steps.iter().filter_map(|step| step.rollout.as_ref()).map(|site| site.rollout.as_str()).collect();
        let targets = &self.plan.selection.targets;
        let is_whole = |name: &str| targets.iter().any(|target| matches!(target, Target::Rollout { name: own, key: None } if own == name));
        names.into_iter().filter(|name| targets.is_empty() || is_whole(name)).collect()
    }

    /// All of it, or some of its waves, or the most that shares a label.
    fn of_rollout(&self, rollout: &'a str) -> Vec<Part> {
        if let Some(whole) = self.part(&Cut::Rollout(rollout)) {
            return vec![whole];
        }
        let waves = self.plan.waves.get(rollout).into_iter().flatten();
        let waves: Vec<Part> = waves.filter_map(|wave| self.part(&Cut::Wave(rollout, wave))).take(PARTS).collect();
        if waves.is_empty() { self.by_label(rollout).into_iter().collect() } else { waves }
    }

    fn by_label(&self, rollout: &'a str) -> Option<Part> {
        let mut creates: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let own = self.plan.steps.iter().filter(|step| Cut::Rollout(rollout).has(step) == Some(true));
        for (label, value) in own.filter(|step| burden(step).creates > 0).filter_map(labels).flatten() {
            *creates.entry((label, value)).or_default() += 1;
        }
        let mut values: Vec<((&str, &str), usize)> = creates.into_iter().collect();
        values.sort_by_key(|(_, creates)| std::cmp::Reverse(*creates));
        // What is too much by itself fits in no way.
        let alone = |creates: usize| Load { all: Burden { creates, ..Burden::default() }, ..Load::default() };
        let may_fit = |creates: usize| creates > TARGETS && self.scale.refusals(&alone(creates)).is_empty();
        let fitting = values.into_iter().filter(|(_, creates)| may_fit(*creates));
        fitting.take(LABELS).find_map(|((label, value), _)| self.part(&Cut::Label { rollout, label, value }))
    }

    /// The part, if it does some of what is limited and is over no limit.
    fn part(&self, cut: &Cut<'_>) -> Option<Part> {
        let may_be = || self.plan.steps.iter().filter(|step| cut.has(step) != Some(false));
        let has = |step: &Step| cut.has(step) == Some(true);
        if may_be().any(|step| self.is_held_back_by_rest(step, has)) || !self.scale.refusals(&Load::of(may_be())).is_empty() {
            return None;
        }
        self.named(cut.within(&self.plan.selection), has)
    }

    /// Whether it could be sent if the part were planned by itself, though this plan does not send it.
    fn is_held_back_by_rest(&self, step: &Step, has: impl Fn(&Step) -> bool) -> bool {
        match &step.action {
            Action::Blocked { reason: Reason::LookAlike { other, .. } } => self.found.get(other).is_some_and(|other| !has(other)),
            // It was found in a list that is read for other steps' sake, and perhaps not without them.
            Action::Adopt { request, .. } => request.lifecycle.adopt.is_none(),
            Action::Blocked { reason } => matches!(reason, Reason::SentBefore { .. }),
            Action::Create { .. }
            | Action::Update { .. }
            | Action::Close { .. }
            | Action::Delete { .. }
            | Action::Retire { .. }
            | Action::InDoubt { .. }
            | Action::Deferred { .. }
            | Action::Keep => false,
        }
    }

    fn named(&self, mut selection: Filter, has: impl Fn(&Step) -> bool) -> Option<Part> {
        // A wave that nothing of the part is in would be refused as a mistake.
        let is_in = |wave: &str, step: &Step| step.rollout.as_ref().is_some_and(|site| site.wave.as_deref() == Some(wave));
        selection.waves.retain(|wave| self.plan.steps.iter().any(|step| has(step) && is_in(wave, step)));
        let sendable = self.sendable(has);
        let counts = Counts::of(sendable.iter().copied());
        // What is under no limit is no reason to type it.
        (Load::of(sendable).all != Burden::default()).then_some(Part { selection, counts })
    }

    /// The steps of a part, without creates that refer to a ticket which the part does not make.
    fn sendable(&self, has: impl Fn(&Step) -> bool) -> Vec<&'a Step> {
        let is_create = |step: &&Step| matches!(step.action, Action::Create { .. });
        let made_by_plan: BTreeSet<&Address> = self.plan.steps.iter().filter(is_create).map(|step| &step.key.address).collect();
        let (mut made, mut sendable): (BTreeSet<&Address>, Vec<&Step>) = (BTreeSet::new(), Vec::new());
        // In a plan's order a ticket comes before what refers to it.
        for step in self.plan.steps.iter().filter(|step| has(step)) {
            if let Action::Create { payload, .. } = &step.action {
                if payload.references().iter().any(|address| made_by_plan.contains(address) && !made.contains(address)) {
                    continue;
                }
                made.insert(&step.key.address);
            }
            sendable.push(step);
        }
        sendable
    }

    /// The first documents, or sites where the plan was asked for by targets, that together stay within the limits.
    fn targets(&self, is_meant: impl Fn(&Step) -> bool) -> Option<Part> {
        let mut units: BTreeMap<String, (Target, Load<'a>)> = BTreeMap::new();
        let is_burden = |step: &Step| burden(step) != Burden::default();
        let meant = self.plan.steps.iter().filter(|step| is_meant(step) && is_burden(step));
        let mut meant: BTreeSet<String> = meant.flat_map(|step| self.units(step)).map(|unit| unit.to_string()).collect();
        for step in self.plan.steps.iter().filter(|step| self.is_held_back_by_rest(step, |_| false)) {
            for unit in self.units(step) {
                meant.remove(&unit.to_string());
            }
        }
        for step in &self.plan.steps {
            for unit in self.units(step).into_iter().filter(|unit| meant.contains(&unit.to_string())) {
                units.entry(unit.to_string()).or_insert_with(|| (unit, Load::default())).1.add(step);
            }
        }
        let (mut load, mut targets) = (Load::default(), Vec::new());
        for (unit, own) in units.into_values() {
            let with = load.with(&own);
            if targets.len() < TARGETS && self.scale.refusals(&with).is_empty() {
                load = with;
                targets.push(unit);
            }
        }
        let has = |step: &Step| targets.iter().any(|target| target.selects(&step.key.address, step.rollout.as_ref()));
        self.named(Filter { targets: targets.clone(), ..self.plan.selection.clone() }, has)
    }

    /// The smallest targets that select this step and nothing beside the plan.
    fn units(&self, step: &Step) -> Vec<Target> {
        let targets = &self.plan.selection.targets;
        if targets.is_empty() {
            return vec![Target::Ticket(Address { key: None, ..step.key.address.clone() })];
        }
        let selecting = targets.iter().filter(|target| target.selects(&step.key.address, step.rollout.as_ref()));
        let unit = |target: &Target| match (target, &step.rollout) {
            (Target::Rollout { name, key: None }, Some(site)) => Target::Rollout { name: name.clone(), key: Some(site.key.clone()) },
            (Target::Ticket(_) | Target::Rollout { .. }, _) => target.clone(),
        };
        selecting.map(unit).collect()
    }
}

/// Whether a ticket that looks like it is held back for its sake, and not for a record's.
fn is_found(step: &Step) -> bool {
    matches!(step.action, Action::Adopt { .. } | Action::Blocked { reason: Reason::LookAlike { .. } })
}

/// The labels of a ticket that is sent. What is only recorded does not show them here.
fn labels(step: &Step) -> Option<&BTreeMap<String, String>> {
    if let Action::Create { request, .. } = &step.action { Some(&request.labels) } else { None }
}
