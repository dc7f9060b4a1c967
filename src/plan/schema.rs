//! The schema of a saved plan, made from the types that are saved.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::Plan;
use super::file::FORM;
use crate::state::Cipher;

/// What `plan --out` writes: one line of JSON, as it is or encrypted. Draft 2020-12.
pub fn saved_plan_schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let plan = FORM.schema(generator.subschema_for::<Plan>().as_value());
    let encrypted = Cipher::schema(FORM.kind);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "a saved plan",
        "description": "What `callout plan --out FILE` writes and `callout apply FILE` takes, once. It is for reading: a file that was edited is refused.",
        "type": "object",
        "required": ["format_version", "kind"],
        "if": {"properties": {"kind": {"const": "encrypted"}}},
        "then": encrypted,
        "else": plan,
        "$defs": generator.take_definitions(true),
    })
}
