//! What a rollout says of its tickets as a whole: where each belongs, and when it may be sent.
//!
//! Owns the nouns: site, wave, gate, limits. Refuses to judge them: whether a wave may be sent depends on the state.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Money;

/// One site of a rollout.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct RolloutSite {
    /// The rollout's name.
    #[serde(rename = "name")]
    pub rollout: String,
    /// The site's key, as the list of sites has it.
    pub key: String,
    /// The name of its wave, where the rollout has waves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wave: Option<String>,
}

/// The terms of each rollout in the files, by its name.
pub type Rollouts = BTreeMap<String, Terms>;

/// What a rollout says of when its tickets may be sent, and how many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Nothing new is sent.
    pub paused: bool,
    /// In their order; none for a rollout without waves.
    pub waves: Vec<Wave>,
    pub limits: RolloutLimits,
}

/// Sites that go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    pub name: String,
    /// Closed, it waits for a change of the files.
    pub open: bool,
    /// What has to have happened before.
    pub gate: Option<Gate>,
}

/// What has to have happened in an earlier wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The earlier wave's name.
    pub after: String,
    pub finished: Finished,
    /// More failed visits than these close it.
    pub failed: usize,
}

/// How many visits of the earlier wave have to be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// Every one, however it went.
    All,
    /// So many that went well.
    AtLeast(usize),
}

/// Limits of one rollout, in visits unless the name says otherwise; none where the rollout gives none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutLimits {
    pub creates: Option<usize>,
    /// By calendar day in UTC, over all runs.
    pub creates_per_day: Option<usize>,
    pub closes: Option<usize>,
    pub removals: Option<usize>,
    /// What its creates may cost in one run. Left out where it is not set: what saved plans were made under stays the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<Money>,
}

impl Terms {
    /// Whether nothing new of this wave is sent, whatever became of the others.
    pub fn is_stopped(&self, wave: Option<&str>) -> bool {
        self.paused || wave.and_then(|wave| self.wave(wave)).is_some_and(|wave| !wave.open)
    }

    pub fn wave(&self, name: &str) -> Option<&Wave> {
        self.waves.iter().find(|wave| wave.name == name)
    }
}
