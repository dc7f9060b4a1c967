use std::collections::BTreeMap;

use super::*;
use crate::state::{By, Commit, Key};
use crate::ticket::Address;

fn key() -> Key {
    Key::new(Address::new("Dispatch", "a"), 0)
}

fn settled(reason: &str) -> Commit {
    Commit {
        sequence: 7,
        lineage: "l1".to_owned(),
        at: "2027-01-04T12:00:00.25Z".parse().expect("a moment"),
        run: "r".to_owned(),
        command: None,
        plan: None,
        by: By { user: Some("ana".to_owned()), ..By::default() },
        events: vec![Event::NotCreated { key: key(), reason: reason.to_owned() }],
    }
}

fn entry(commit: &Commit) -> Entry<'_> {
    Entry { commit, event: &commit.events[0], record: None }
}

/// Without callout's own colours, as a file gets it.
fn plain(text: &str) -> String {
    text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "")
}

const BAD: &str = "\u{1b}[31mred\u{9b}31m\u{202e}back\u{feff}\nnext\tend";

#[test]
fn no_form_passes_on_what_moves_a_cursor() {
    let commit = settled(BAD);
    let entry = entry(&commit);
    let forms = [plain(&LogText::default().line(&entry)), log_json(&entry), log_csv(&entry)];
    for form in &forms {
        // A heading goes before the text's line.
        let line = form.trim_end().lines().last().expect("a line");
        assert!(!line.contains(|c: char| c.is_control() || c == '\u{202e}' || c == '\u{feff}'), "{form:?}");
        assert!(form.contains("next"), "{form:?}");
    }
    let read: Value = serde_json::from_str(&forms[1]).expect("JSON");
    assert_eq!(read["reason"], BAD, "what programs read is exact");
    assert_eq!(read["at"], "2027-01-04T12:00:00.25Z");
}

#[test]
fn a_reason_comes_back_from_csv_and_runs_in_no_spreadsheet() {
    let read = |reason: &str| {
        let text = log_csv_head() + &log_csv(&entry(&settled(reason)));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let row: BTreeMap<String, String> = reader.deserialize().next().expect("a row").expect("cells");
        row["reason"].clone()
    };
    assert_eq!(read("he said \"no\", a=b; 1-2\nand left"), "he said \"no\", a=b; 1-2 and left");
    for formula in ["=HYPERLINK(\"http://x\",\"y\")", "+1", "-1+2", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n=1"] {
        assert!(read(formula).starts_with('\''), "{formula:?}");
    }
}

#[test]
fn csv_and_json_have_the_same_columns() {
    let commit = settled("x");
    let line: Value = serde_json::from_str(&log_json(&entry(&commit))).expect("JSON");
    let names: Vec<&str> = line.as_object().expect("an object").keys().map(String::as_str).skip(1).collect();
    assert_eq!(log_csv_head().trim_end(), names.join(","));
    assert_eq!(line["format_version"], 1);
}

#[test]
fn a_run_over_midnight_says_the_day() {
    let [first, mut second, mut third] = [settled("x"), settled("y"), settled("z")];
    second.at = "2027-01-05T00:00:01Z".parse().expect("a moment");
    third.at = second.at;
    third.run = "s".to_owned();
    third.by = By::default();
    let mut text = LogText::default();
    let lines: String = [&first, &second, &third].map(|commit| text.line(&entry(commit))).concat();
    insta::assert_snapshot!(plain(&lines) + &text.end(2), @r"
    2027-01-04T12:00:00Z  by ana
      12:00:00  not created    Dispatch/a                          x
      2027-01-05
      00:00:01  not created    Dispatch/a                          y

    2027-01-05T00:00:01Z  by an unknown user
      00:00:01  not created    Dispatch/a                          z

    3 events in 2 runs.
    2 writes have no outcome: callout settle says what is in doubt.
    ");
    assert_eq!(LogText::default().end(0), "No events.\n");
}
