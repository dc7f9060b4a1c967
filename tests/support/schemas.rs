//! What callout writes for programs, held against the schemas that it publishes.
//!
//! The published ones let unknown keys pass, so that keys can be added. Here they do not: a key that no schema tells of fails the test.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, OnceLock};

use jsonschema::Validator;
use serde_json::{Value, json};

/// Fails unless the value is as this schema says, such as `plan-output`, without a key beside it.
#[track_caller]
pub fn check(schema: &str, value: &Value) {
    if let Some(why) = mistake(schema, value) {
        panic!("this is not as schemas/{schema}.schema.json says: {why}\n{value:#}");
    }
}

/// Why a value is not as its schema says.
pub fn mistake(schema: &str, value: &Value) -> Option<String> {
    static COMPILED: OnceLock<Mutex<BTreeMap<String, &'static Validator>>> = OnceLock::new();
    let mut compiled = COMPILED.get_or_init(Mutex::default).lock().expect("the schemas");
    let validator = *compiled.entry(schema.to_owned()).or_insert_with(|| Box::leak(Box::new(compile(schema))));
    drop(compiled);
    validator.validate(value).err().map(|error| format!("{error} at {}", error.instance_path()))
}

/// Checks all that a command wrote for programs: what it printed, and the plan that it saved.
#[track_caller]
pub fn check_command(words: &[&str], (code, out): (u8, &str), folder: &Path) {
    let has = |flag: &str, value: &str| words.windows(2).any(|two| two == [flag, value]) || words.contains(&&*format!("{flag}={value}"));
    let command = words.iter().find(|word| ["validate", "plan", "show", "settle", "apply", "state", "log", "status"].contains(word));
    let is = |name: &str| command == Some(&name);
    let parsed = |text: &str| serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in what {words:?} wrote:\n{text}"));
    if has("--format", "json") && !out.is_empty() {
        if is("validate") {
            check("validate-output", &parsed(out));
        } else if is("plan") || is("show") || is("settle") {
            check("plan-output", &parsed(out));
        }
    }
    if has("--log-format", "json") {
        out.lines().for_each(|line| check("apply-events", &parsed(line)));
        let last = parsed(out.lines().last().expect("a last line"));
        assert_eq!((&last["event"], &last["exit_code"]), (&json!("finished"), &json!(code)), "{words:?} printed\n{out}");
    }
    let saved = words.windows(2).find(|two| two[0] == "--out").map(|two| folder.join(two[1]));
    if let Some(file) = saved.filter(|_| is("plan") && code != 1) {
        check("plan", &parsed(&std::fs::read_to_string(file).expect("the saved plan")));
    }
}

fn compile(name: &str) -> Validator {
    let path = format!("{}/schemas/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a schema")).expect("JSON");
    close(&mut schema, true);
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema that compiles")
}

/// Closes every object: where a value stands, all of its keys are told of. What only adds to the same value, such as a branch, stays open.
fn close(schema: &mut Value, is_value: bool) {
    let Some(map) = schema.as_object_mut() else { return };
    for (name, below) in map.iter_mut() {
        match (name.as_str(), below) {
            ("properties", Value::Object(properties)) => properties.values_mut().for_each(|property| close(property, true)),
            ("$defs", Value::Object(definitions)) => definitions.values_mut().for_each(|definition| close(definition, false)),
            ("items" | "additionalProperties", below) => close(below, true),
            ("oneOf" | "anyOf" | "allOf", Value::Array(branches)) => branches.iter_mut().for_each(|branch| close(branch, false)),
            ("then" | "else", below) => close(below, false),
            _ => {}
        }
    }
    let says_something = ["type", "$ref", "oneOf", "anyOf", "allOf", "properties"].iter().any(|key| map.contains_key(*key));
    if is_value && says_something {
        map.insert("unevaluatedProperties".to_owned(), json!(false));
    }
}
