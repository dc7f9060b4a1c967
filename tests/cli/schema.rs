//! `schema` and `completions`: what other programs read.

use crate::support::project::Project;

#[test]
fn the_schema_is_the_committed_one() {
    let ran = Project::empty().run("schema").ends_with(0);
    assert_eq!(ran.out, include_str!("../../schemas/callout.schema.json"));
    assert!(ran.err.is_empty(), "{ran}");
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
