//! Every example is valid, can be applied on the sandbox, and plans clean afterwards.

use crate::stage::{callout, copy, entries};

#[test]
fn every_example_runs_and_then_has_no_changes() {
    let stage = copy();
    let examples = entries(&stage.path().join("examples"));
    assert!(!examples.is_empty());
    for example in examples {
        for (arguments, wanted) in [
            (&["validate"][..], "Valid: "),
            (&["--sandbox", "validate", "--online"], " looked up"),
            (&["--sandbox", "plan", "--detailed-exitcode"], "to create."),
            (&["--sandbox", "apply", "--yes"], "Applied: "),
            (&["--sandbox", "plan", "--detailed-exitcode"], "No changes. "),
            (&["--sandbox", "settle"], "Nothing needs a person."),
        ] {
            let (code, said) = callout(&example, arguments);
            let expected = if wanted == "to create." { 2 } else { 0 };
            assert!(code == expected && said.contains(wanted), "{} {arguments:?}: exit code {code}\n{said}", example.display());
        }
    }
}

#[test]
fn an_example_stays_valid_for_years() {
    let far = "2035-";
    for example in entries(&crate::stage::root().join("examples")) {
        for manifest in entries(&example.join("tickets")).iter().filter(|path| path.extension().is_some_and(|e| e == "yaml")) {
            let text = std::fs::read_to_string(manifest).expect("a manifest");
            let starts: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("start_date: ")).collect();
            let visits = text.lines().filter(|line| *line == "kind: Dispatch").count();
            assert!(starts.len() >= visits && starts.iter().all(|start| *start >= far), "{}: {starts:?}", manifest.display());
        }
    }
}
