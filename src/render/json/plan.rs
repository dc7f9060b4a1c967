//! A plan as JSON: what `plan`, `show` and `settle` print.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::super::plan::summary;
use crate::plan::{Counts, Plan, Spend};

/// Raised when a reader must look at the form again.
const FORMAT: u32 = 1;

/// A plan as `callout plan --format json` prints it, `show` and `settle` too.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "callout plan --format json")]
pub(super) struct PlanOutput<'a> {
    /// The version of this form.
    format_version: u32,
    /// The first line of the text form: what applying it means.
    summary: String,
    /// How many steps of each kind it has.
    counts: Counts,
    /// What its creates cost together, as far as anybody was asked.
    spend: Spend,
    /// The plan itself.
    plan: &'a Plan,
}

/// A plan as JSON: all of it, with its counts and its summary line.
pub fn plan_json(plan: &Plan) -> Value {
    super::data(&PlanOutput { format_version: FORMAT, summary: summary(plan), counts: plan.counts(), spend: plan.spend(), plan })
}
