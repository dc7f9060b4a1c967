//! What a user writes as a test of a policy: a little plan, and what the policy has to say of it.
//!
//! Owns the shape and its documentation. A step says what matters for the rule, and the rest has defaults. Refuses moments: they are read
//! by the room that tries the examples, which tells a wrong one at its place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::schema::ticket_kinds;
use crate::systems::schema::{flatten_enum, tidy};

/// One test of a policy.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PolicyTest", transform = tidy)]
pub struct ExampleSpec {
    /// What is tried, for people.
    #[schemars(length(min = 1, max = 200), extend("examples" = ["a Saturday is refused"]))]
    pub name: String,
    /// The moment at which the plan is made, with its offset from UTC. Without it: 2027-01-04T12:00:00Z, a Monday.
    #[serde(default)]
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})$"), extend("examples" = ["2027-01-04T12:00:00Z"]))]
    pub now: Option<String>,
    /// What is planned, and with `action: keep` what was sent before.
    #[schemars(length(min = 1))]
    pub steps: Vec<ExampleStep>,
    /// What the policy has to come to.
    #[schemars(schema_with = "expected_schema")]
    pub expect: Expected,
    /// What it has to say, word for word. Without it, any words will do.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub message: Option<String>,
}

/// What a policy comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = flatten_enum)]
pub enum Expected {
    /// Nothing of the plan is applied.
    Deny,
    /// It is told, and the plan is applied.
    Warn,
    /// Nothing is against the rule.
    Pass,
}

/// One step of a test's plan. Without any key it is the create of a ticket that says nothing.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(transform = tidy)]
pub struct ExampleStep {
    /// So many steps that are like this one.
    #[schemars(range(min = 1, max = 10_000))]
    pub times: u32,
    /// What the plan does with the ticket.
    #[schemars(schema_with = "doing_schema")]
    pub action: Doing,
    /// It is not sent yet: its wave or its date has to come first.
    pub waits: bool,
    /// The kind of its document.
    #[schemars(schema_with = "kind_schema")]
    pub kind: String,
    /// The name of its document.
    #[schemars(extend("examples" = ["store-0417-router"]))]
    pub name: String,
    /// The key of its location, if it has one.
    pub key: Option<String>,
    /// The number of the visit: 0 is the first one.
    pub reissue: u32,
    /// The place of work, for people.
    pub site: String,
    /// Its labels.
    #[schemars(extend("examples" = [{"program": "sdwan-2026"}]))]
    pub labels: BTreeMap<String, String>,
    /// Its fields, by the vendor's names.
    #[schemars(schema_with = "fields_schema")]
    pub fields: BTreeMap<String, Value>,
    /// The fields that the plan changes, each with its value `before` and `after`.
    pub changes: BTreeMap<String, ExampleChange>,
    /// The names of its files.
    pub attachments: Vec<String>,
    /// When somebody will be on site.
    pub visit: Option<ExampleVisit>,
    /// The site of a rollout that it is for.
    pub rollout: Option<ExampleRollout>,
    /// The site as its system knows it.
    pub account: Option<ExampleAccount>,
    /// What it costs, in dollars; `unknown` where its system could not say. Without it nobody was asked.
    #[schemars(extend("examples" = [347.5, "unknown"]))]
    pub cost: Option<ExampleCost>,
}

impl Default for ExampleStep {
    fn default() -> Self {
        Self {
            times: 1,
            action: Doing::Create,
            waits: false,
            kind: "Dispatch".to_owned(),
            name: "example".to_owned(),
            key: None,
            reissue: 0,
            site: String::new(),
            labels: BTreeMap::new(),
            fields: BTreeMap::new(),
            changes: BTreeMap::new(),
            attachments: Vec::new(),
            visit: None,
            rollout: None,
            account: None,
            cost: None,
        }
    }
}

/// What a plan does with a ticket, as policies know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = flatten_enum)]
pub enum Doing {
    /// It is sent.
    Create,
    /// Its fields are changed.
    Update,
    /// It is closed in its system.
    Close,
    /// It is deleted in its system.
    Delete,
    /// It was sent before, and stays as it is. Rules about steps are not asked about it; it counts in groups.
    Keep,
}

/// A field's values.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(transform = tidy)]
pub struct ExampleChange {
    /// What was sent.
    #[schemars(schema_with = "value_schema")]
    pub before: Option<Value>,
    /// What the files ask for.
    #[schemars(schema_with = "value_schema")]
    pub after: Option<Value>,
}

/// When somebody will be on site, by the site's clock.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct ExampleVisit {
    /// The earliest arrival, such as `2027-01-11T08:00:00`.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$"), extend("examples" = ["2027-01-11T08:00:00"]))]
    pub start: String,
    /// The latest arrival. Without it, the start.
    #[serde(default)]
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$"), extend("examples" = ["2027-01-11T12:00:00"]))]
    pub end: Option<String>,
    /// The site's time zone, such as `America/New_York`.
    #[serde(default)]
    #[schemars(extend("examples" = ["America/New_York"]))]
    pub timezone: Option<String>,
}

/// A site of a rollout.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct ExampleRollout {
    /// The rollout's name.
    pub name: String,
    /// The site's key.
    #[serde(default)]
    pub key: String,
    /// The name of its wave.
    #[serde(default)]
    pub wave: Option<String>,
}

/// A site as its system knows it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(transform = tidy)]
pub struct ExampleAccount {
    /// The system's number of it.
    pub id: u64,
    /// Its name there.
    pub name: String,
    /// Its address there, on one line.
    pub address: String,
}

/// An amount in dollars, or `unknown`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExampleCost(pub Option<f64>);

impl<'de> Deserialize<'de> for ExampleCost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value == "unknown" {
            return Ok(Self(None));
        }
        value.as_f64().map(|dollars| Self(Some(dollars))).ok_or_else(|| serde::de::Error::custom("expected dollars, or unknown"))
    }
}

impl JsonSchema for ExampleCost {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "ExampleCost".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": ["number", "string"], "minimum": 0, "maximum": 10_000_000, "pattern": "^unknown$"})
    }
}

fn expected_schema(generator: &mut SchemaGenerator) -> Schema {
    flat(Expected::json_schema(generator))
}

fn doing_schema(generator: &mut SchemaGenerator) -> Schema {
    flat(Doing::json_schema(generator))
}

fn flat(mut schema: Schema) -> Schema {
    flatten_enum(&mut schema);
    schema
}

fn kind_schema(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({"enum": ticket_kinds()})
}

fn fields_schema(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({
        "type": "object",
        "additionalProperties": {"type": ["string", "number", "boolean", "array", "object"]},
        "examples": [{"po_number": "PO-88213"}],
    })
}

fn value_schema(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({"type": ["string", "number", "boolean", "array", "object"]})
}
