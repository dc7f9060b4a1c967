//! Examples for messages, out of the schema.
//!
//! Owns how an example is found and written: YAML on one line. Refuses to invent: what the schema has no example for has none here.

use serde_json::Value;

use super::scalar::resolve;

/// Up to so many required keys, an example of a mapping is short enough to help.
const SHORT: usize = 3;

/// An example of what fits a schema, as YAML on one line.
pub fn example_of(schema: &Value, root: &Value) -> Option<String> {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|reference| root.pointer(reference.trim_start_matches('#')));
    let given = schema.get("examples").or_else(|| target?.get("examples")).and_then(|examples| examples.get(0));
    given.map(inline).or_else(|| of_mapping(target.unwrap_or(schema), root))
}

fn of_mapping(schema: &Value, root: &Value) -> Option<String> {
    let required = schema.get("required")?.as_array()?;
    let pair = |key: &Value| {
        let key = key.as_str()?;
        Some(format!("{key}: {}", example_of(schema.get("properties")?.get(key)?, root)?))
    };
    let pairs: Option<Vec<String>> = required.iter().map(pair).collect();
    pairs.filter(|pairs| (1..=SHORT).contains(&pairs.len())).map(|pairs| format!("{{{}}}", pairs.join(", ")))
}

fn inline(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{key}: {}", inline(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::String(text) if is_plain(text) => text.clone(),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Whether a text means itself without quotes, also inside braces. A reference to a secret is quoted, as people are used to see it.
fn is_plain(text: &str) -> bool {
    let reference = ["env:", "file:", "command:"].iter().any(|way| text.starts_with(way));
    let starts = text.starts_with(|c: char| c.is_alphanumeric() || c == '/' || c == '.');
    starts && !reference && resolve(text).is_string() && !text.contains([',', '{', '}', '[', ']', '#']) && !text.contains(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_example_is_yaml_that_means_the_same() {
        let root = json!({"$defs": {"C": {"required": ["bearer"], "properties": {"bearer": {"examples": ["env:TOKEN"]}}}}});
        let of = |schema: Value| example_of(&schema, &root);
        assert_eq!(of(json!({"$ref": "#/$defs/C"})).as_deref(), Some(r#"{bearer: "env:TOKEN"}"#));
        assert_eq!(of(json!({"examples": ["0417"]})).as_deref(), Some(r#""0417""#));
        assert_eq!(of(json!({"examples": [["a.pdf", "b, c"]]})).as_deref(), Some(r#"[a.pdf, "b, c"]"#));
        assert_eq!(of(json!({"type": "string"})), None);
    }
}
