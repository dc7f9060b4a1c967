//! Documents that show a shell: their commands are run, and what is said is compared with what they show.

use std::path::Path;

use crate::stage::command;

/// One command of a `console` block, and what the README says that it answers.
pub struct Shown {
    pub command: String,
    pub answer: Vec<String>,
}

/// The contents of the fenced blocks of a language.
pub fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    text.split(&opening).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

/// The commands of every `console` block, in their order.
pub fn tour(text: &str) -> Vec<Shown> {
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
pub fn run(lines: &[&str], folder: &Path, variables: &[(&str, &str)]) -> Vec<String> {
    const MARK: &str = "-- next --";
    let script: String = lines.iter().flat_map(|line| [*line, "\necho '", MARK, "'\n"]).collect();
    let output =
        command("sh", folder).envs(variables.iter().copied()).arg("-c").arg(format!("exec 2>&1\n{script}")).output().expect("a shell");
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
    let word = word.trim_matches(['(', ')', ';', ',', '.', ':']);
    let mark = word.strip_prefix("co-").is_some_and(|rest| rest.len() == 8);
    let commit = word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    mark || commit || word.parse::<jiff::Timestamp>().is_ok()
}

/// Whether the answer is as shown, where `...` stands for any lines.
fn fits(shown: &[String], said: &[String]) -> bool {
    match shown.split_first() {
        None => said.is_empty(),
        Some((line, rest)) if line == "..." => (0..=said.len()).any(|skipped| fits(rest, &said[skipped..])),
        Some((line, rest)) => said.split_first().is_some_and(|(first, others)| steady(line) == steady(first) && fits(rest, others)),
    }
}

/// Fails the test where a command says something else than is shown.
pub fn check(document: &str, tour: &[Shown], said: &[String]) {
    assert_eq!(tour.len(), said.len(), "every command has an answer");
    for (shown, said) in tour.iter().zip(said) {
        let said: Vec<String> = said.lines().map(str::to_owned).collect();
        let (command, expected) = (&shown.command, shown.answer.join("\n"));
        assert!(fits(&shown.answer, &said), "$ {command}\n{document} shows\n{expected}\n\nreally\n{}", said.join("\n"));
    }
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
