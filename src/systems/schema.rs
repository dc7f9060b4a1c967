//! Shaping of generated schemas, so that editors complete well and each mistake gives one error.
//!
//! Owns two rewritings of what schemars makes. Refuses to know any system's fields.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// Turns the `oneOf` of an enum with documented values into `enum` and `enumDescriptions`.
///
/// A `oneOf` fails with one error per value; an `enum` with one error that lists them all.
pub fn flatten_enum(schema: &mut Schema) {
    let Some(Value::Array(values)) = schema.get("oneOf") else { return };
    let (mut constants, mut descriptions) = (Vec::new(), Vec::new());
    for value in values {
        let Some(constant) = value.get("const") else { return };
        constants.push(constant.clone());
        descriptions.push(value.get("description").cloned().unwrap_or_else(|| json!("")));
    }
    schema.remove("oneOf");
    schema.insert("type".to_owned(), json!("string"));
    schema.insert("enum".to_owned(), Value::Array(constants));
    schema.insert("enumDescriptions".to_owned(), Value::Array(descriptions));
}

/// Tidies each property: no `null` offered (an optional field is left out), no Rust number formats, descriptions on one line.
pub fn tidy(schema: &mut Schema) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for property in properties.values_mut().filter_map(Value::as_object_mut) {
        drop_null_type(property);
        drop_null_choice(property);
        property.remove("format");
        if property.get("default").is_some_and(Value::is_null) {
            property.remove("default");
        }
        if let Some(Value::String(text)) = property.get_mut("description") {
            *text = text.replace('\n', " ");
        }
    }
}

fn drop_null_type(property: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = property.get_mut("type") else { return };
    types.retain(|kind| kind != "null");
    if let [only] = types.as_slice() {
        let only = only.clone();
        property.insert("type".to_owned(), only);
    }
}

fn drop_null_choice(property: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = property.get_mut("anyOf") else { return };
    choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
    if choices.len() == 1
        && let Some(Value::Object(only)) = choices.pop()
    {
        property.remove("anyOf");
        for (key, value) in only {
            property.entry(key).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_values_become_one_enum() {
        let mut schema = Schema::try_from(json!({"oneOf": [
            {"type": "string", "const": "a", "description": "First."}, {"type": "string", "const": "b"}]}))
        .expect("a schema");
        flatten_enum(&mut schema);
        assert_eq!(schema.to_value(), json!({"type": "string", "enum": ["a", "b"], "enumDescriptions": ["First.", ""]}));
    }

    #[test]
    fn a_choice_that_is_no_enum_stays() {
        let value = json!({"oneOf": [{"type": "string"}, {"type": "object"}]});
        let mut schema = Schema::try_from(value.clone()).expect("a schema");
        flatten_enum(&mut schema);
        assert_eq!(schema.to_value(), value);
    }

    #[test]
    fn neither_null_nor_a_number_format_is_offered() {
        let mut schema = Schema::try_from(json!({"properties": {
            "a": {"type": ["string", "null"], "default": null},
            "b": {"description": "B.", "anyOf": [{"$ref": "#/$defs/B"}, {"type": "null"}]},
            "c": {"type": ["string", "integer", "null"], "format": "uint32", "description": "Two\nlines."}}}))
        .expect("a schema");
        tidy(&mut schema);
        assert_eq!(
            schema.to_value(),
            json!({"properties": {
                "a": {"type": "string"},
                "b": {"description": "B.", "$ref": "#/$defs/B"},
                "c": {"type": ["string", "integer"], "description": "Two lines."}}})
        );
    }
}
