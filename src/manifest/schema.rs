//! The one schema of everything that callout reads: each system's documents and the project file.
//!
//! Owns how the branches by `kind` are put together, and the compiled validators. Refuses `oneOf`: with `if` and `then` an editor
//! offers the keys of one kind only, and each mistake gives one error.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::policy_spec::PolicyDocument;
use super::project_spec::ProjectDocument;
use super::rollout_spec::RolloutDocument;
use super::shape::Shapes;
use super::templated;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::systems::envelope::API_VERSION;
use crate::systems::{System, registry};

/// The kind of the project file.
pub const PROJECT: &str = "Project";

/// The kind of a document that becomes many tickets.
pub const ROLLOUT: &str = "Rollout";

/// The kind of a rule over plans.
pub const POLICY: &str = "Policy";

/// The schema of one kind, ready for use.
#[derive(Debug)]
pub struct KindSchema {
    /// All definitions, with a reference to this kind's document at the top.
    pub schema: Value,
    pub shapes: Shapes,
    pub validator: Validator,
}

/// Every kind that a document may have.
pub fn kinds() -> Vec<&'static str> {
    ticket_kinds().into_iter().chain([ROLLOUT, POLICY, PROJECT]).collect()
}

/// The kinds that are tickets.
pub fn ticket_kinds() -> Vec<&'static str> {
    registry().iter().map(|system| system.kind()).collect()
}

/// The whole schema, draft 2020-12.
pub fn document() -> Value {
    let mut generator = generator();
    let branches: Vec<(&str, Schema)> = branches(&mut generator);
    let all_of: Vec<Value> = branches
        .iter()
        .map(|(kind, schema)| json!({"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": schema}))
        .collect();
    let mut definitions = generator.take_definitions(true);
    templated::complete(&mut definitions);
    for kind in ticket_kinds() {
        ask_for_nothing_in_spec(&mut definitions, kind);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "callout",
        "description": "Tickets as code: what callout reads. The kind decides which keys a document has.",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {
            "apiVersion": {"const": API_VERSION, "description": "The version of this format."},
            "kind": {"enum": kinds(), "description": "What this document describes."},
        },
        "allOf": all_of,
        "$defs": definitions,
    })
}

/// An editor sees one file, and `spec.defaults` in another may give whatever this one does not say: what is missing is told by `validate`,
/// which knows both. An entry of a list has no defaults.
fn ask_for_nothing_in_spec(definitions: &mut Map<String, Value>, kind: &str) {
    let spec = definitions.get(kind).and_then(|document| document.pointer("/properties/spec/$ref")).and_then(Value::as_str);
    let mut names: Vec<String> = spec.and_then(definition).into_iter().collect();
    while let Some(Value::Object(object)) = names.pop().and_then(|name| definitions.get_mut(&name)) {
        object.remove("required");
        let within = object.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::values);
        names.extend(within.filter_map(|property| property.get("$ref").and_then(Value::as_str).and_then(definition)));
    }
}

/// The name in a reference to a definition.
fn definition(reference: &str) -> Option<String> {
    reference.strip_prefix("#/$defs/").map(str::to_owned)
}

/// The schema as it is printed and committed.
pub fn text() -> String {
    format!("{:#}\n", document())
}

/// The schema of one kind, compiled at the first use.
pub fn of_kind(kind: &str) -> Outcome<&'static KindSchema> {
    static COMPILED: OnceLock<BTreeMap<&'static str, Result<KindSchema, String>>> = OnceLock::new();
    let bug = |why: &str| Box::new(Diagnostic::error("schema/internal", format!("callout's own schema of {kind} cannot be used: {why}")));
    match COMPILED.get_or_init(compile).get(kind) {
        Some(Ok(compiled)) => Ok(compiled),
        Some(Err(why)) => Err(bug(why)),
        None => Err(bug("there is no such kind")),
    }
}

fn compile() -> BTreeMap<&'static str, Result<KindSchema, String>> {
    let mut generator = generator();
    let branches = branches(&mut generator);
    let definitions = generator.take_definitions(true);
    branches.into_iter().map(|(kind, schema)| (kind, compile_one(schema.to_value(), &definitions))).collect()
}

fn compile_one(mut schema: Value, definitions: &Map<String, Value>) -> Result<KindSchema, String> {
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        object.insert("$defs".to_owned(), Value::Object(definitions.clone()));
    }
    let validator = jsonschema::draft202012::new(&schema).map_err(|error| error.to_string())?;
    Ok(KindSchema { shapes: Shapes::new(&schema), schema, validator })
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().into_generator()
}

fn branches(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
    let of_system = |system: &&'static dyn System| (system.kind(), system.document_schema(generator));
    let mut branches: Vec<_> = registry().iter().map(of_system).collect();
    branches.push((ROLLOUT, generator.subschema_for::<RolloutDocument>()));
    branches.push((POLICY, generator.subschema_for::<PolicyDocument>()));
    branches.push((PROJECT, generator.subschema_for::<ProjectDocument>()));
    branches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_valid_schema_whose_branches_exclude_each_other() {
        let schema = document();
        jsonschema::draft202012::meta::validate(&schema).expect("a valid schema");
        assert!(jsonschema::draft202012::new(&schema).is_ok());
        assert_eq!(schema["allOf"].as_array().map(Vec::len), Some(kinds().len()));
        assert!(!schema.to_string().contains("oneOf"), "an editor offers every kind's keys in a oneOf");
    }

    #[test]
    fn no_default_has_a_key_that_could_not_be_written() {
        fn walk(at: &str, value: &Value) {
            for (name, inner) in value.as_object().into_iter().flatten() {
                let is_null_in_it = inner.as_object().is_some_and(|default| default.values().any(Value::is_null));
                assert!(name != "default" || !is_null_in_it, "{at} has a default that no file may have: {inner}");
                walk(&format!("{at}/{name}"), inner);
            }
        }
        walk("", &document());
    }

    #[test]
    fn every_object_is_closed_and_every_key_is_explained() {
        fn walk(at: &str, value: &Value) {
            let map = value.as_object().expect("a schema");
            for (name, property) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let open = at.ends_with("/systems") || at.contains("/defaults");
                // A template's key is explained by the one that it points at.
                let points = at.contains("Template");
                assert!(open || points || property.get("description").is_some(), "{at}/{name} has no description");
                assert!(map.contains_key("additionalProperties"), "{at} lets unknown keys pass");
                walk(&format!("{at}/{name}"), property);
            }
        }
        for (name, definition) in document()["$defs"].as_object().expect("definitions") {
            walk(name, definition);
        }
    }
}
