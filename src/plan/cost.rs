//! What a step would cost, as its system estimates it, and where it says that the site is.
//!
//! An estimate is advice: no system promises its price. What is not known stays unknown, and is never counted as nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Plan, Step};
use crate::ticket::Money;

/// What one create costs. A step that was not asked about has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// The system's own sum.
    Estimated(Money),
    /// Why nobody knows.
    Unknown(String),
}

/// The site that an account stands for, as its system knows it: a wrong account number shows in its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// The system's own number of it.
    pub id: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// On one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
}

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
}
