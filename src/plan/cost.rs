//! What the creates of a plan cost together, as far as their systems told.
//!
//! What is not known stays unknown, and is never counted as nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Plan, Step};
use crate::systems::{Estimate, by_kind};
use crate::ticket::{Cost, Fields, Money};

/// What some steps cost together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Spend {
    /// Of those that are known.
    pub known: Money,
    /// Creates with an estimate.
    pub estimated: usize,
    /// Creates that were asked about, and nobody knows.
    pub unknown: usize,
    /// Creates that nobody was asked about: their systems estimate nothing, or the plan was made without `--costs`.
    pub not_asked: usize,
}

impl Spend {
    pub fn of<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Self {
        let mut spend = Self::default();
        for step in steps.into_iter().filter(|step| matches!(step.action, Action::Create { .. })) {
            match &step.cost {
                Some(Cost::Estimated(money)) => {
                    spend.known += *money;
                    spend.estimated += 1;
                }
                Some(Cost::Unknown(_)) => spend.unknown += 1,
                None => spend.not_asked += 1,
            }
        }
        spend
    }

    /// Whether anybody was asked about any of them.
    pub fn was_asked(&self) -> bool {
        self.estimated + self.unknown > 0
    }
}

impl Plan {
    pub fn spend(&self) -> Spend {
        Spend::of(&self.steps)
    }

    /// What is sent by the creates whose systems can tell what they cost, with their places among the steps.
    pub fn priced<'a>(&'a self) -> impl Iterator<Item = (usize, &'a Step, &'a Fields)> {
        let sent = |step: &'a Step| if let Action::Create { payload, .. } = &step.action { Some(payload) } else { None };
        let steps = self.steps.iter().enumerate().filter(|(_, step)| has_estimates(step));
        steps.filter_map(move |(at, step)| Some((at, step, sent(step)?)))
    }

    /// The same plan, with what was found out about some of its steps.
    #[must_use]
    pub fn costed(mut self, estimates: impl IntoIterator<Item = (usize, Estimate)>) -> Self {
        for (at, estimate) in estimates {
            if let Some(step) = self.steps.get_mut(at) {
                (step.cost, step.account) = (Some(estimate.cost), estimate.account);
            }
        }
        self
    }
}

/// Whether the system of a step can tell what its create costs.
fn has_estimates(step: &Step) -> bool {
    by_kind(&step.key.address.kind).is_some_and(|system| system.estimates().yes())
}

/// Whether it is a create whose cost nobody knows, though its system could tell.
pub(super) fn is_unknown(step: &Step) -> bool {
    let is_told = matches!(step.cost, Some(Cost::Estimated(_)));
    matches!(step.action, Action::Create { .. }) && !is_told && (step.cost.is_some() || has_estimates(step))
}
