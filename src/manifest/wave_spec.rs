//! What a user writes under `waves` and `limits` of a `Rollout`.
//!
//! Owns their shape and their documentation. Refuses to say which site is in which wave, and whether a gate is open.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::systems::schema::tidy;
use crate::ticket::Finished;

/// Sites that go together, before or after others.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Wave", transform = tidy)]
pub struct WaveSpec {
    /// What the wave is called, in plans and for `--wave`. Letters, digits, `-`, `_` and `.`.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"), extend("examples" = ["pilot"]))]
    pub name: String,
    /// Which sites are in it: an expression that is true or false for each. A site is in the first wave that it fits. Without
    /// it, all sites that are in no wave before.
    #[serde(default, rename = "where")]
    #[schemars(length(min = 1), extend("examples" = ["site.wave == \"pilot\""]))]
    pub condition: Option<String>,
    /// The most sites that it may have. With more, nothing is planned: a pilot that grew by mistake is none.
    #[serde(default)]
    #[schemars(range(min = 1), extend("examples" = [5]))]
    pub max: Option<u32>,
    /// The wave before it, which stands above it in the list. Its visits are given days behind that wave's last and the lead time, and
    /// nothing of it is sent before that wave has passed the gate.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = ["pilot"]))]
    pub after: Option<String>,
    /// What has to have become of the wave that it comes after. Without it: every visit is over, and none failed.
    #[serde(default)]
    pub gate: Option<GateSpec>,
    /// Whether it may be sent at all. `false` waits for a change of this file.
    #[serde(default = "yes")]
    #[schemars(default = "yes")]
    pub open: bool,
    /// The first day that may have a visit of this wave, if that is later than the schedule's.
    #[serde(default)]
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"), extend("examples" = ["2027-02-01"]))]
    pub starts: Option<String>,
}

fn yes() -> bool {
    true
}

/// What has to have become of the earlier wave. It is asked anew by each plan.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Gate", transform = tidy)]
pub struct GateSpec {
    /// `all`: every visit of it is over, however it went. A number: so many went well.
    #[serde(default)]
    #[schemars(extend("examples" = ["all", 20]))]
    pub finished: FinishedSpec,
    /// How many visits of it may have failed: refused by the ticket system, cancelled, or with the outcome `failed` or `no-access`.
    #[serde(default)]
    #[schemars(extend("examples" = [0]))]
    pub failed: u32,
}

/// `all`, or a number.
#[derive(Debug, Clone, Copy)]
pub struct FinishedSpec(pub Finished);

impl Default for FinishedSpec {
    fn default() -> Self {
        Self(Finished::All)
    }
}

impl<'de> Deserialize<'de> for FinishedSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value == "all" {
            return Ok(Self(Finished::All));
        }
        let number = value.as_u64().and_then(|number| usize::try_from(number).ok()).filter(|number| *number > 0);
        let finished = number.map(|number| Self(Finished::AtLeast(number)));
        finished.ok_or_else(|| serde::de::Error::custom("expected a whole number above 0, or all"))
    }
}

impl JsonSchema for FinishedSpec {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Finished".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": ["integer", "string"], "minimum": 1, "maximum": 1_000_000, "pattern": "^all$"})
    }
}

/// How much one run may do of this rollout, besides the project's own limits. Over a limit, nothing at all is done.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RolloutLimits", transform = tidy)]
pub struct LimitsSpec {
    /// Tickets of this rollout created by one run.
    #[serde(default)]
    #[schemars(range(max = 1_000_000), extend("examples" = [60]))]
    pub creates: Option<u32>,
    /// Tickets of this rollout created within one day, over all runs.
    #[serde(default)]
    #[schemars(range(max = 1_000_000))]
    pub creates_per_day: Option<u32>,
    /// Tickets of this rollout closed or deleted by one run.
    #[serde(default)]
    #[schemars(range(max = 1_000_000))]
    pub closes: Option<u32>,
    /// Tickets that one run may let go of because their sites left the list.
    #[serde(default)]
    #[schemars(range(max = 1_000_000))]
    pub removals: Option<u32>,
    /// Whole dollars that the creates of this rollout may cost in one run, by the estimates of its system. With it, estimates are always
    /// asked for, and a create whose cost nobody knows refuses.
    #[serde(default)]
    #[schemars(range(max = 1_000_000_000), extend("examples" = [12_000]))]
    pub spend: Option<u32>,
}
