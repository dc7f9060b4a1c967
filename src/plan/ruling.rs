//! What a policy of the project says about a plan, or about one step of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Plan;
use crate::state::Key;

/// What follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing of the plan is applied.
    Deny,
    /// It is told, and nothing else.
    Warn,
}

/// One rule of one policy that something is against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ruling {
    /// The policy's name.
    pub policy: String,
    pub effect: Effect,
    /// Where the rule is written, as `file:line:column`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The step that is against it; none where it is a group of visits, or the plan as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// In the policy's own words, with the values in them.
    pub message: String,
}

impl Plan {
    /// Whether it is over a limit or against a policy: such a plan is never applied, not even in part.
    pub fn is_refused(&self) -> bool {
        !self.refusals.is_empty() || self.denials().next().is_some()
    }

    pub fn denials(&self) -> impl Iterator<Item = &Ruling> {
        self.rulings.iter().filter(|ruling| ruling.effect == Effect::Deny)
    }
}
