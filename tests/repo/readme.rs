//! The README is run: its commands as they are printed, its tour line by line against what is really said.

use std::fs;

use crate::console::{blocks, check, run, tour};
use crate::stage::{copy, root};

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("README.md")
}

#[test]
fn the_tour_shows_what_is_really_said() {
    let (stage, tour) = (copy(), tour(&readme()));
    assert!(tour.len() >= 10, "only {} commands", tour.len());
    // The README's first line puts a folder into PATH that this copy does not have; the tested binary is found behind it.
    let lines: Vec<&str> = tour.iter().map(|shown| shown.command.as_str()).collect();
    check("the README", &tour, &run(&lines, stage.path(), &[]));
}

#[test]
fn the_main_job_passes_as_printed() {
    let (stage, text) = (copy(), readme());
    let blocks = blocks(&text, "sh");
    let job = blocks.first().expect("the main job");
    assert_eq!(job.lines().count(), 1, "one line to paste");
    // The same line with the binary that is under test: building it a second time would prove nothing.
    let line = job.replace("cargo run -q -- ", "callout ").replace("cargo run -- ", "callout ");
    assert!(!line.contains("cargo"), "{line}");
    for wanted in ["Applied: 1 created.", "Applied: nothing to do.|No changes. "] {
        let said = run(&[&format!("{line} && echo passed")], stage.path(), &[]).concat();
        assert!(said.ends_with("passed\n") && wanted.split('|').any(|wanted| said.contains(wanted)), "{line}\n{said}");
    }
}

#[test]
fn the_second_command_is_the_one_that_ci_runs() {
    let text = readme();
    assert_eq!(blocks(&text, "sh").get(1).copied(), Some("cargo test"));
    let ci = fs::read_to_string(root().join(".ci/run")).expect(".ci/run");
    assert!(ci.lines().any(|line| line.trim_end().ends_with("cargo test")), "{ci}");
}
