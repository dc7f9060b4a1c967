//! What a user writes in `callout.yaml`.
//!
//! Owns the shape of the project file and its documentation. Refuses keys that do nothing yet.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::state_spec::StateSpec;
use crate::systems::registry;
use crate::systems::schema::{flatten_enum, tidy};

/// The project: which files belong to it, which systems it talks to, and its limits. One `callout.yaml` at the root.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Project", transform = tidy)]
pub struct ProjectDocument {
    /// The version of this format.
    #[serde(rename = "apiVersion")]
    #[schemars(extend("const" = "callout/v1"))]
    pub api_version: String,
    /// What this document describes.
    #[schemars(extend("const" = "Project"))]
    pub kind: String,
    /// Who this project is.
    pub metadata: ProjectMetadata,
    /// Files, systems, defaults and limits.
    #[serde(default)]
    pub spec: ProjectSpec,
}

/// Who this project is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct ProjectMetadata {
    /// The project's name, for people. Lower-case letters, digits, `-` and `.`.
    #[schemars(length(min = 1, max = 100), regex(pattern = r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"), extend("examples" = ["acme-field-ops"]))]
    pub name: String,
}

/// Files, systems, defaults and limits.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct ProjectSpec {
    /// Files and folders with manifests, relative to this file. Without it: every YAML file below this folder.
    #[serde(default)]
    #[schemars(length(min = 1), inner(length(min = 1)), extend("examples" = [["tickets/"]]))]
    pub manifests: Option<Vec<String>>,
    /// Folders outside this project whose files may go with tickets, relative to this file. Without it, only files of the project may.
    #[serde(default)]
    #[schemars(inner(length(min = 1)), extend("examples" = [["../floor-plans/"]]))]
    pub attachment_folders: Vec<String>,
    /// Where callout remembers what it created.
    #[serde(default)]
    pub state: StateSpec,
    /// How to reach each ticket system. A system that no ticket uses needs no section.
    #[serde(default)]
    #[schemars(schema_with = "systems_schema")]
    pub systems: BTreeMap<String, Value>,
    /// Parts of documents, by kind, that every document of that kind has unless it says otherwise.
    #[serde(default)]
    #[schemars(schema_with = "defaults_schema")]
    pub defaults: BTreeMap<String, Value>,
    /// How much one run may do. Over a limit, nothing at all is done.
    #[serde(default)]
    pub limits: Limits,
    /// After so many hours a saved plan is refused. 24 without it.
    #[serde(default = "day")]
    #[schemars(range(min = 1, max = 720))]
    pub plan_expires_hours: u32,
    /// What is in the files that `plan --out` writes.
    #[serde(default)]
    pub saved_plans: SavedPlansSpec,
    /// `true` asks what each create costs, and for the address behind its account, whenever a plan is made. As `--costs` does once.
    #[serde(default)]
    #[schemars(default)]
    pub costs: bool,
}

/// What is in the files that `plan --out` writes.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(transform = tidy)]
pub struct SavedPlansSpec {
    /// Whether names, telephone numbers and e-mail addresses of contacts stand in it. They stay (`keep`) without this key.
    pub contacts: Contacts,
}

/// Whether a saved plan has the contacts of its tickets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = flatten_enum)]
pub enum Contacts {
    /// The file has them, and is for those who may read them.
    #[default]
    Keep,
    /// The file has none. Apply takes them from the project's files, its state and the live tickets, and refuses where one is not as it was.
    LeaveOut,
}

/// How much one run may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(transform = tidy)]
pub struct Limits {
    /// Tickets created by one run.
    #[schemars(range(max = 1_000_000))]
    pub creates: u32,
    /// Tickets created within one day, over all runs.
    #[schemars(range(max = 1_000_000))]
    pub creates_per_day: u32,
    /// Tickets that may leave the files in one run.
    #[schemars(range(max = 1_000_000))]
    pub removals: u32,
    /// Tickets closed or deleted by one run.
    #[schemars(range(max = 1_000_000))]
    pub closes: u32,
    /// After so many creates with unknown result, a run starts nothing more.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub stop_after_unknown: u32,
    /// Whole dollars that the creates of one run may cost, by the estimates of their systems. With it, estimates are always asked for, and
    /// a create whose cost nobody knows refuses. Systems that estimate nothing are not counted. No limit without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 1_000_000_000), extend("examples" = [25_000]))]
    pub spend: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { creates: 100, creates_per_day: 300, removals: 20, closes: 10, stop_after_unknown: 1, spend: None }
    }
}

fn day() -> u32 {
    24
}

fn systems_schema(generator: &mut SchemaGenerator) -> Schema {
    let sections: Map<String, Value> =
        registry().iter().map(|system| (system.id().to_owned(), system.settings_schema(generator).to_value())).collect();
    schemars::json_schema!({"type": "object", "properties": sections, "additionalProperties": false})
}

/// What is in a default is judged where it ends up: in each document.
fn defaults_schema(_: &mut SchemaGenerator) -> Schema {
    let part = json!({
        "type": "object",
        "properties": {
            "metadata": {"type": "object", "properties": {"labels": {"type": "object"}}, "additionalProperties": false},
            "spec": {"type": "object"},
            "lifecycle": {"type": "object"},
        },
        "additionalProperties": false,
    });
    let kinds: Map<String, Value> = registry().iter().map(|system| (system.kind().to_owned(), part.clone())).collect();
    schemars::json_schema!({"type": "object", "properties": kinds, "additionalProperties": false})
}
