//! What a user writes in a `Rollout`.
//!
//! Owns the shape of the document around its template, and its documentation. Refuses keys that do nothing yet, and to judge the
//! template itself: each ticket that comes from it is judged as if it had been written by hand.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::schedule_spec::ScheduleSpec;
use super::schema::ticket_kinds;
use super::wave_spec::{LimitsSpec, WaveSpec};
use crate::systems::envelope::Metadata;
use crate::systems::schema::tidy;

/// Many tickets from one template: one document of the template's kind for each site of a list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Rollout", transform = tidy)]
pub struct RolloutDocument {
    /// The version of this format.
    #[serde(rename = "apiVersion")]
    #[schemars(extend("const" = "callout/v1"))]
    pub api_version: String,
    /// What this document describes.
    #[schemars(extend("const" = "Rollout"))]
    pub kind: String,
    /// Who this rollout is. Its labels are on each of its tickets; the template may give them other values.
    pub metadata: Metadata,
    /// The sites, the template, and the exceptions.
    pub spec: RolloutSpec,
}

/// The sites, the template, and the exceptions.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct RolloutSpec {
    /// Where the sites are listed.
    pub sites: SitesSpec,
    /// When the sites are visited. Without it the template gives its own dates.
    #[serde(default)]
    pub schedule: Option<ScheduleSpec>,
    /// The waves in which the sites are visited, in their order. Every site is in exactly one. Without them, all are sent alike.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub waves: Option<Vec<WaveSpec>>,
    /// `true` sends nothing new of this rollout. What was sent goes on.
    #[serde(default)]
    #[schemars(default)]
    pub paused: bool,
    /// How much one run may do of this rollout.
    #[serde(default)]
    pub limits: Option<LimitsSpec>,
    /// Exceptions of single sites, by the site's key: parts of a document that are laid over what the template gives for it.
    /// Mappings are merged key by key, and a list takes the place of the whole list.
    #[serde(default)]
    #[schemars(schema_with = "overrides_schema")]
    pub overrides: Option<IgnoredAny>,
    /// The document that each site gets: kind, metadata, spec and lifecycle of any kind of ticket. A value may hold `${{ ... }}`, an
    /// expression of Jinja that knows `site.COLUMN`, `rollout.name`, with waves `wave.name` and, with a schedule, `visit.start`,
    /// `visit.end` and `visit.timezone`. A value that is one expression and nothing else takes
    /// the type of its field, and if it is empty the field is left out.
    #[schemars(schema_with = "template_schema")]
    pub template: IgnoredAny,
}

/// Where the sites are listed: in a CSV file or right here. One of `csv` and `list` is required.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct SitesSpec {
    /// A CSV file in UTF-8, relative to this file, inside the project's folder. Its first row names the columns.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = ["sites.csv"]))]
    pub csv: Option<String>,
    /// The sites themselves: for each a mapping from columns to texts. A column that a site does not name is empty for it.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = [[{"store": "0417", "name": "Store 417"}]]))]
    pub list: Option<Vec<BTreeMap<String, String>>>,
    /// The column that tells the sites apart. Every site has its own value there, which no other site has, not even in other case.
    #[schemars(length(min = 1), extend("examples" = ["store"]))]
    pub key: String,
    /// How many sites the list has, before `where` chooses among them. With another number nothing is planned, so that a file
    /// that lost its end removes nobody.
    #[serde(default)]
    #[schemars(range(min = 1), extend("examples" = [412]))]
    pub expect: Option<u32>,
    /// Which of the sites take part: an expression that is true or false for each. Without it, all.
    #[serde(default, rename = "where")]
    #[schemars(length(min = 1), extend("examples" = ["site.region == \"northeast\""]))]
    pub condition: Option<String>,
}

/// The keys of a template beside `kind`.
pub const PARTS: [&str; 3] = ["metadata", "spec", "lifecycle"];

/// Only the frame: what an editor is told about the inside is added to the whole schema, and what is wrong there is found in
/// the tickets that come out.
fn template_schema(_: &mut SchemaGenerator) -> Schema {
    let mut properties = parts();
    properties.insert("kind".to_owned(), json!({"description": "The kind of each ticket.", "enum": ticket_kinds()}));
    schemars::json_schema!({
        "type": "object",
        "properties": properties,
        "required": ["kind", "metadata", "spec"],
        "additionalProperties": false,
    })
}

fn overrides_schema(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({
        "type": "object",
        "additionalProperties": {"type": "object", "properties": parts(), "additionalProperties": false},
        "examples": [{"0417": {"spec": {"special_instructions": "Use the rear door."}}}],
    })
}

fn parts() -> serde_json::Map<String, Value> {
    let said = ["Who each ticket is.", "What each ticket says.", "What is to happen to each ticket besides what it says."];
    PARTS.iter().zip(said).map(|(part, said)| ((*part).to_owned(), json!({"type": "object", "description": said}))).collect()
}
