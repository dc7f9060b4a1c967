//! What a user writes in a `Policy`.
//!
//! Owns the shape of the document and its documentation. Refuses to know the language: what an expression may say is judged by the room
//! that evaluates it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::example_spec::ExampleSpec;
use crate::systems::schema::{flatten_enum, tidy};

/// A rule of the project: what no plan may do, or what is told when one does it. It holds for every plan and every apply.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Policy", transform = tidy)]
pub struct PolicyDocument {
    /// The version of this format.
    #[serde(rename = "apiVersion")]
    #[schemars(extend("const" = "callout/v1"))]
    pub api_version: String,
    /// What this document describes.
    #[schemars(extend("const" = "Policy"))]
    pub kind: String,
    /// Who this policy is.
    pub metadata: PolicyMetadata,
    /// The rule, what it says, and its tests.
    pub spec: PolicySpec,
}

/// Who this policy is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct PolicyMetadata {
    /// The policy's name, unique among policies: what a refused plan names. Lower-case letters, digits, `-` and `.`.
    #[schemars(length(min = 1, max = 100), regex(pattern = r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"), extend("examples" = ["no-weekend-visits"]))]
    pub name: String,
}

/// The rule, what it says, and its tests. One of `deny` and `warn` is required.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct PolicySpec {
    /// Why there is this rule, for people who read the file.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = ["Nobody opens the stores for us at weekends."]))]
    pub description: Option<String>,
    /// What the rule is asked about, one by one: each step of a plan, each group of visits, or the plan as a whole.
    #[serde(default)]
    #[schemars(schema_with = "each_schema")]
    pub each: Each,
    /// Only with `each: group`: what the visits of a group have in common. A name for each, and an expression that knows `step`. The rule
    /// then knows them as `group.NAME`.
    #[serde(default)]
    #[schemars(schema_with = "group_by_schema")]
    pub group_by: Option<BTreeMap<String, String>>,
    /// Which steps the rule is about: an expression that is true or false, without `${{`. Without it, all.
    #[serde(default)]
    #[schemars(extend("examples" = ["step.action == \"create\""]))]
    pub when: Option<Rule>,
    /// The rule: an expression, without `${{`, that is true for what is against it. Then nothing of the plan is applied. If it cannot be
    /// evaluated, nothing is applied either.
    #[serde(default)]
    #[schemars(extend("examples" = ["step.visit.weekday in [\"sat\", \"sun\"]"]))]
    pub deny: Option<Rule>,
    /// The same, but what is against it is only told.
    #[serde(default)]
    #[schemars(extend("examples" = ["plan.creates > 50"]))]
    pub warn: Option<Rule>,
    /// What is said of what is against the rule, for whoever has to do something about it. `${{ ... }}` fills in values.
    #[schemars(length(min = 1, max = 1000), extend("examples" = ["${{ step.visit.date }} is a ${{ step.visit.weekday }}"]))]
    pub message: String,
    /// The time zone of `now` in the rule, such as `America/New_York`. UTC without it. Visits are always told by their site's clock.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = ["America/New_York"]))]
    pub timezone: Option<String>,
    /// What the rule has to say of examples. `callout policy test` tries them.
    #[serde(default)]
    pub tests: Vec<ExampleSpec>,
}

/// An expression. `true` alone is one too, which YAML takes for no text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Rule(pub String);

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Bool(is) => Ok(Self(is.to_string())),
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => Err(serde::de::Error::custom("expected an expression")),
        }
    }
}

impl JsonSchema for Rule {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "PolicyExpression".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": ["string", "boolean"], "minLength": 1})
    }
}

/// What a rule is asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = flatten_enum)]
pub enum Each {
    /// Each ticket that the plan creates, changes, closes or deletes. The rule knows `step`, `plan` and `now`.
    #[default]
    Step,
    /// Each group of visits that one is added to. Visits that were sent before count too. The rule knows `group`, `plan` and `now`.
    Group,
    /// The plan as a whole, if it writes anything. The rule knows `plan` and `now`.
    Plan,
}

/// In its place, so that an editor offers the values with their words.
fn each_schema(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Each::json_schema(generator);
    flatten_enum(&mut schema);
    schema.insert("default".to_owned(), "step".into());
    schema
}

fn group_by_schema(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"},
        "additionalProperties": {"type": "string", "minLength": 1},
        "examples": [{"region": "step.labels.region", "date": "step.visit.date"}],
    })
}
