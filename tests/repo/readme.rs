//! The README is run: its commands as they are printed, its tour line by line against what is really said.

use std::fs;
use std::path::Path;

use crate::stage::{command, copy, root};

/// One command of a `console` block, and what the README says that it answers.
struct Shown {
    command: String,
    answer: Vec<String>,
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("README.md")
}

/// The contents of the fenced blocks of a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    text.split(&opening).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

fn tour(text: &str) -> Vec<Shown> {
    let mut tour: Vec<Shown> = Vec::new();
    for line in blocks(text, "console").into_iter().flat_map(str::lines) {
        match (line.strip_prefix("$ "), tour.last_mut()) {
            (Some(command), _) => tour.push(Shown { command: command.to_owned(), answer: Vec::new() }),
            (None, Some(shown)) => shown.answer.push(line.to_owned()),
            (None, None) => panic!("a console block begins with a command, not with `{line}`"),
        }
    }
    tour
}

/// Runs lines in one shell, so that a `cd` stays, and answers with what each says.
fn run(lines: &[&str], folder: &Path) -> Vec<String> {
    const MARK: &str = "-- next --";
    let script: String = lines.iter().flat_map(|line| [*line, "\necho '", MARK, "'\n"]).collect();
    let output = command("sh", folder).arg("-c").arg(format!("exec 2>&1\n{script}")).output().expect("a shell");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut answers: Vec<String> = text.split(&format!("{MARK}\n")).map(str::to_owned).collect();
    assert_eq!(answers.pop().as_deref(), Some(""), "the shell ended early:\n{text}");
    answers
}

/// Marks and moments differ from run to run.
fn steady(line: &str) -> String {
    line.split_inclusive(' ')
        .map(|word| if varies(word.trim_end()) { word.replace(word.trim_end(), "VARIES") } else { word.to_owned() })
        .collect()
}

fn varies(word: &str) -> bool {
    let mark = word.strip_prefix("co-").is_some_and(|rest| rest.len() == 8);
    mark || word.parse::<jiff::Timestamp>().is_ok()
}

/// Whether the answer is as shown, where `...` stands for any lines.
fn fits(shown: &[String], said: &[String]) -> bool {
    match shown.split_first() {
        None => said.is_empty(),
        Some((line, rest)) if line == "..." => (0..=said.len()).any(|skipped| fits(rest, &said[skipped..])),
        Some((line, rest)) => said.split_first().is_some_and(|(first, others)| steady(line) == steady(first) && fits(rest, others)),
    }
}

#[test]
fn the_tour_shows_what_is_really_said() {
    let (stage, tour) = (copy(), tour(&readme()));
    assert!(tour.len() >= 10, "only {} commands", tour.len());
    // The README's first line puts a folder into PATH that this copy does not have; the tested binary is found behind it.
    let lines: Vec<&str> = tour.iter().map(|shown| shown.command.as_str()).collect();
    for (shown, said) in tour.iter().zip(run(&lines, stage.path())) {
        let said: Vec<String> = said.lines().map(str::to_owned).collect();
        assert!(
            fits(&shown.answer, &said),
            "$ {}\nthe README shows\n{}\n\nreally\n{}",
            shown.command,
            shown.answer.join("\n"),
            said.join("\n")
        );
    }
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
        let said = run(&[&format!("{line} && echo passed")], stage.path()).concat();
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

#[test]
fn what_differs_from_run_to_run_is_told_apart_from_what_does_not() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(fits(&lines("a co-wdy32fcp b"), &lines("a co-00000000 b")));
    assert!(!fits(&lines("a co-wdy32fcp b"), &lines("a co-00000000 c")));
    assert!(!fits(&lines("a"), &lines("a\nb")));
    assert!(fits(&lines("...\nb"), &lines("a\na\nb")));
    assert!(!fits(&lines("...\nb"), &lines("a\nb\nc")));
}
