//! The steps of a plan as people read them: tickets of no rollout first, then each rollout's, wave by wave.
//!
//! Owns that order and the headings. It is for the text alone: apply keeps to the plan's own order.

use std::collections::BTreeMap;

use super::cost::spend_text;
use super::plan::counted;
use super::source::clean;
use super::values::wrapped;
use crate::plan::{Action, Counts, Plan, Spend, Step};

/// Steps that stand together.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// None: tickets of no rollout.
    pub rollout: Option<&'a str>,
    /// None: in no wave.
    pub wave: Option<&'a str>,
    pub steps: Vec<&'a Step>,
}

/// All steps of a plan. A rollout's waves stand in the order that the files give them; then what is in a wave that the files no longer
/// have, and what is in none.
pub(super) fn groups(plan: &Plan) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<Place<'_>, Vec<&Step>> = BTreeMap::new();
    for step in &plan.steps {
        groups.entry(Place::of(plan, step)).or_default().push(step);
    }
    groups.into_iter().map(|(Place { rollout, wave, .. }, steps)| Group { rollout, wave, steps }).collect()
}

/// Where a step stands among the others: the fields are compared in their order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place<'a> {
    rollout: Option<&'a str>,
    /// Among the rollout's waves.
    at: usize,
    is_in_none: bool,
    wave: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(plan: &'a Plan, step: &'a Step) -> Self {
        let rollout = step.rollout.as_ref().map(|site| site.rollout.as_str());
        let wave = step.rollout.as_ref().and_then(|site| site.wave.as_deref());
        let waves = rollout.and_then(|rollout| plan.waves.get(rollout)).map(Vec::as_slice).unwrap_or_default();
        let at = waves.iter().position(|name| Some(name.as_str()) == wave).unwrap_or(waves.len());
        Self { rollout, at, is_in_none: wave.is_none(), wave }
    }
}

impl Group<'_> {
    pub fn is_of_rollout(&self) -> bool {
        self.rollout.is_some()
    }

    pub fn is_of_same_rollout(&self, other: &Self) -> bool {
        self.rollout == other.rollout
    }

    /// `Rollout/routers, wave pilot`. None for tickets of no rollout.
    pub fn name(&self) -> Option<String> {
        let wave = self.wave.map(|wave| format!(", wave {}", clean(wave))).unwrap_or_default();
        self.rollout.map(|rollout| format!("Rollout/{}{wave}", clean(rollout)))
    }

    /// What it is, and how many of what it holds. Empty for tickets of no rollout.
    pub fn heading(&self) -> String {
        let Some(name) = self.name() else { return String::new() };
        let costs = spend_text(&Spend::of(self.steps.iter().copied())).map(|costs| format!(", {costs}")).unwrap_or_default();
        wrapped(0, &format!("{name}: {}{costs}", self.tally()))
    }

    /// How many of what it holds.
    pub fn tally(&self) -> String {
        let counts = Counts::of(self.steps.iter().copied());
        let mut parts = counted(&counts);
        let drifted = self.steps.iter().filter(|step| step.action == Action::Keep && !step.drift.is_empty()).count();
        let others = [(counts.closed_before, "closed"), (counts.unchanged.saturating_sub(drifted), "unchanged")];
        parts.extend(others.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")));
        if counts.drifted > 0 {
            parts.push(format!("{} changed in the ticket system", counts.drifted));
        }
        parts.join(", ")
    }
}
