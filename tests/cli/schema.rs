//! `schema` and `completions`: what other programs read.

use serde_json::{Value, json};

use crate::support::project::Project;
use crate::support::schemas::mistake;

#[test]
fn every_schema_is_the_committed_one() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas");
    for file in std::fs::read_dir(folder).expect("the schemas") {
        let path = file.expect("a file").path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".schema.json"));
        let ran = Project::empty().run(&format!("schema {}", name.expect("a schema"))).ends_with(0);
        assert!(ran.out == std::fs::read_to_string(&path).expect("a schema") && ran.err.is_empty(), "{}", path.display());
    }
    assert_eq!(Project::empty().run("schema").out, Project::empty().run("schema callout").out);
    let ran = Project::empty().run("schema none").ends_with(1);
    assert!(ran.err.contains("possible values: callout, plan, plan-output, validate-output, apply-events"), "{ran}");
}

#[test]
fn every_shell_gets_its_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = Project::empty().run(&format!("completions {shell}")).ends_with(0);
        assert!(ran.out.contains("detailed-exitcode") && ran.err.is_empty(), "{shell}");
    }
    let ran = Project::empty().run("completions tcsh").ends_with(1);
    assert!(ran.err.contains("possible values: bash, elvish, fish, powershell, zsh"), "{ran}");
}

#[test]
fn a_key_that_no_schema_tells_of_is_found_wherever_it_stands() {
    let good = json!({
        "format_version": 1, "valid": true, "summary": "", "diagnostics": [],
        "counts": {"errors": 0, "warnings": 0, "tickets": 0, "documents": 0, "rollouts": 0, "policies": 0, "skipped_files": 0, "looked_up": null},
    });
    assert_eq!(mistake("validate-output", &good), None);
    for (path, value) in [("/counts", json!({"beside": 1})), ("", json!({"beside": 1})), ("/counts", json!({"errors": "none"}))] {
        let mut wrong = good.clone();
        let place = wrong.pointer_mut(path).and_then(Value::as_object_mut).expect("an object");
        place.extend(value.as_object().expect("an object").clone());
        assert!(mistake("validate-output", &wrong).is_some(), "{wrong}");
    }
}
