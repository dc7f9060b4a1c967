//! What an editor knows of the inside of a rollout's template.
//!
//! Owns one transform over the finished definitions: each ticket's definitions once more, where a value may also be an expression
//! and nothing is required, since defaults and overrides add to a template. It points back at the originals for everything that a
//! value must be, so that it stays small. Refuses to judge: `validate` checks each ticket that comes out, against the originals.

use serde_json::{Map, Value, json};

use super::rollout_spec::PARTS;
use super::schema::ticket_kinds;

/// Behind the name of a definition: the same for templates.
const SUFFIX: &str = "Template";

/// Adds the definitions, and tells the rollout's schema where they belong.
pub fn complete(definitions: &mut Map<String, Value>) {
    let mut templates = Templates { originals: definitions.clone(), made: Map::new() };
    let branches: Vec<Value> = ticket_kinds().into_iter().map(|kind| branch(kind, &templates.document(kind))).collect();
    let Templates { made, .. } = templates;
    if let Some(rollout) = definitions.get_mut("RolloutSpec").and_then(Value::as_object_mut) {
        rollout.insert("allOf".to_owned(), Value::Array(branches));
    }
    definitions.insert(
        "Expression".to_owned(),
        json!({"description": "A value of the site: `${{ site.COLUMN }}`.", "type": "string", "pattern": r"\$\{\{|\{%"}),
    );
    definitions.extend(made);
}

/// The keys of a template and of the overrides follow from the template's kind.
fn branch(kind: &str, reference: &Value) -> Value {
    let of_kind = json!({"properties": {"template": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}}});
    json!({"if": of_kind, "then": {"properties": {"template": reference, "overrides": {"additionalProperties": reference}}}})
}

struct Templates {
    originals: Map<String, Value>,
    made: Map<String, Value>,
}

impl Templates {
    /// A kind's document: what a rollout repeats of it.
    fn document(&mut self, kind: &str) -> Value {
        let reference = self.definition(kind);
        let properties = self.made.get_mut(&format!("{kind}{SUFFIX}")).and_then(|made| made.get_mut("properties"));
        if let Some(properties) = properties.and_then(Value::as_object_mut) {
            properties.retain(|key, _| key == "kind" || PARTS.contains(&key.as_str()));
        }
        reference
    }

    /// A reference to the templates' form of a definition, which is made at its first use.
    fn definition(&mut self, name: &str) -> Value {
        let own = format!("{name}{SUFFIX}");
        if !self.made.contains_key(&own) {
            // Before its inside is looked at, so that a definition that names itself ends.
            self.made.insert(own.clone(), Value::Null);
            let original = self.originals.get(name).cloned().unwrap_or_default();
            let made = self.schema(&original, &format!("#/$defs/{name}"));
            self.made.insert(own.clone(), made);
        }
        json!({"$ref": format!("#/$defs/{own}")})
    }

    /// The templates' form of the schema at a pointer.
    fn schema(&mut self, schema: &Value, pointer: &str) -> Value {
        if schema.get("const").is_some() {
            return json!({"$ref": pointer});
        }
        if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix("#/$defs/")) {
            let is_mapping = self.originals.get(name).is_some_and(|target| target.get("properties").is_some());
            return if is_mapping { self.definition(name) } else { or_expression(&json!({"$ref": pointer})) };
        }
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            let of = |(key, value): (&String, &Value)| (key.clone(), self.schema(value, &format!("{pointer}/properties/{key}")));
            let made = json!({"properties": properties.iter().map(of).collect::<Map<_, _>>(), "additionalProperties": false});
            return with_type(schema, made);
        }
        if let Some(items) = schema.get("items") {
            let made = json!({"items": self.schema(items, &format!("{pointer}/items"))});
            return with_type(schema, made);
        }
        if let Some(inner) = schema.get("additionalProperties").filter(|inner| inner.is_object()) {
            let made = json!({"additionalProperties": self.schema(inner, &format!("{pointer}/additionalProperties"))});
            return with_type(schema, made);
        }
        let original = json!({"$ref": pointer});
        if takes_any_text(schema) { original } else { or_expression(&original) }
    }
}

/// A collection's type and words, beside what was made of its inside. One that could be a scalar too may be an expression.
fn with_type(schema: &Value, mut made: Value) -> Value {
    for key in ["type", "description"] {
        if let Some(value) = schema.get(key) {
            made[key] = value.clone();
        }
    }
    let only_mapping = schema.get("type").is_some_and(|kind| kind == "object");
    if only_mapping { made } else { or_expression(&made) }
}

fn or_expression(original: &Value) -> Value {
    json!({"anyOf": [original, {"$ref": "#/$defs/Expression"}]})
}

/// Whether an expression fits already.
fn takes_any_text(schema: &Value) -> bool {
    let narrow = ["pattern", "enum", "maxLength"].iter().any(|keyword| schema.get(keyword).is_some());
    schema.get("type").is_some_and(|kind| kind == "string") && !narrow
}

#[cfg(test)]
mod tests {
    use super::super::schema;
    use super::*;
    use jsonschema::Validator;

    /// The documents that are right as they stand, without their version, as templates.
    fn templates() -> Vec<Value> {
        let validator = validator();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/manifests/valid");
        let mut found = Vec::new();
        for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            for document in serde_yaml::Deserializer::from_str(&text) {
                let Ok(mut document) = <Value as serde::Deserialize>::deserialize(document) else { continue };
                if validator.is_valid(&document) && document["kind"].as_str().is_some_and(|kind| ticket_kinds().contains(&kind)) {
                    document.as_object_mut().expect("a mapping").remove("apiVersion");
                    found.push(document);
                }
            }
        }
        for kind in ticket_kinds() {
            assert!(found.iter().any(|document| document["kind"] == kind), "no {kind}");
        }
        found
    }

    fn validator() -> Validator {
        jsonschema::draft202012::new(&schema::document()).expect("a schema")
    }

    fn rollout(template: &Value) -> Value {
        let mut over = template.clone();
        over.as_object_mut().expect("a mapping").remove("kind");
        let spec = json!({"sites": {"csv": "a.csv", "key": "a"}, "overrides": {"0417": over}, "template": template});
        json!({"apiVersion": "callout/v1", "kind": "Rollout", "metadata": {"name": "a"}, "spec": spec})
    }

    /// Calls `change` with the document once for each place inside, and that place.
    fn each_place(document: &Value, change: impl Fn(&mut Value) -> bool, check: impl Fn(&str, &Value)) {
        fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
            found.push(at.to_owned());
            match value {
                Value::Object(map) => map.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), found)),
                Value::Array(items) => items.iter().enumerate().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), found)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        let mut found = Vec::new();
        pointers(document, "", &mut found);
        for pointer in found.iter().filter(|pointer| *pointer != "/kind") {
            let mut changed = document.clone();
            if change(changed.pointer_mut(pointer).expect("a place")) {
                check(pointer, &changed);
            }
        }
    }

    #[test]
    fn what_is_right_by_hand_is_right_in_a_template() {
        let validator = validator();
        for template in templates() {
            let errors: Vec<String> = validator.iter_errors(&rollout(&template)).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{template:#}\n{errors:?}");
        }
    }

    #[test]
    fn every_value_may_be_an_expression_and_no_key_may_be_misspelt() {
        let validator = validator();
        for template in templates() {
            let expression = |value: &mut Value| {
                let scalar = !value.is_object() && !value.is_array();
                *value = json!("${{ site.a }}");
                scalar
            };
            each_place(&template, expression, |pointer, changed| assert!(validator.is_valid(&rollout(changed)), "{pointer}"));
            let misspelt =
                |value: &mut Value| value.as_object_mut().is_some_and(|map| map.insert("misspelt".to_owned(), json!("a")).is_none());
            each_place(&template, misspelt, |pointer, changed| {
                assert!(pointer.ends_with("/labels") || !validator.is_valid(&rollout(changed)), "{pointer}");
            });
        }
    }

    #[test]
    fn a_value_that_is_wrong_by_hand_is_wrong_in_a_template() {
        let validator = validator();
        let mut template = templates().into_iter().find(|template| template["kind"] == "Dispatch").expect("a dispatch");
        template["spec"]["service_type"] = json!("Equipment Instal");
        assert!(!validator.is_valid(&rollout(&template)));
        template["spec"]["service_type"] = json!("${{ site.work }}");
        assert!(validator.is_valid(&rollout(&template)));
    }
}
