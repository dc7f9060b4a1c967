//! How many steps of each kind a plan has, for its summary line and for programs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Plan, Step};

/// How many steps of each kind a plan has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Counts {
    pub create: usize,
    pub adopt: usize,
    pub update: usize,
    pub close: usize,
    pub delete: usize,
    pub retire: usize,
    pub rename: usize,
    pub blocked: usize,
    /// Of those blocked: their descriptions left the files, and their technicians are still coming.
    pub still_coming: usize,
    pub in_doubt: usize,
    pub deferred: usize,
    /// Described in the files, and closed before: nobody comes.
    pub closed_before: usize,
    pub unchanged: usize,
    pub drifted: usize,
}

impl Counts {
    pub fn of<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Self {
        let mut counts = Self::default();
        for step in steps {
            *match &step.action {
                Action::Create { .. } => &mut counts.create,
                Action::Adopt { .. } => &mut counts.adopt,
                Action::Update { .. } => &mut counts.update,
                Action::Close { .. } => &mut counts.close,
                Action::Delete { .. } => &mut counts.delete,
                Action::Retire { .. } => &mut counts.retire,
                Action::Blocked { .. } => &mut counts.blocked,
                Action::InDoubt { .. } => &mut counts.in_doubt,
                Action::Deferred { .. } => &mut counts.deferred,
                Action::Keep if step.is_closed => &mut counts.closed_before,
                Action::Keep => &mut counts.unchanged,
            } += 1;
            counts.rename += usize::from(step.renamed_from().is_some());
            counts.still_coming += usize::from(step.is_still_coming());
            counts.drifted += usize::from(!step.drift.is_empty());
        }
        counts
    }
}

impl Plan {
    pub fn counts(&self) -> Counts {
        Counts::of(&self.steps)
    }
}
