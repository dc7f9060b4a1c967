use super::super::cipher::Cipher;
use super::super::event::Write;
use super::super::journal::{commit_line, header_line};
use super::super::samples::{commit, created, intended, key};
use super::*;

fn journal() -> Vec<String> {
    let mut lines = vec![header_line(&Header { lineage: "l1".to_owned(), follows: 4 }).expect("a line")];
    for (sequence, name) in [(5, "a"), (6, "b"), (7, "c")] {
        lines.push(
            commit_line(&commit(sequence, vec![intended(name, Write::Create), created(name, "7")]), &Cipher::default()).expect("a line"),
        );
    }
    lines
}

fn read(lines: &[String]) -> Lines {
    Lines::of(lines.concat().as_bytes(), &Cipher::default())
}

fn numbers(lines: &Lines) -> Vec<u64> {
    lines.commits.iter().map(|commit| commit.sequence).collect()
}

#[test]
fn a_whole_journal_is_read_whole() {
    let lines = read(&journal());
    assert_eq!((numbers(&lines), lines.damage.len(), lines.torn), (vec![5, 6, 7], 0, false));
    assert_eq!(Lines::of(journal()[0].as_bytes(), &Cipher::default()).end(), Some(4));
}

#[test]
fn a_damaged_line_costs_itself_alone_and_its_names_are_read() {
    for damage in ["\"7\"", "\"event\""] {
        let mut text = journal();
        text[2] = text[2].replacen(damage, "#", 1);
        let lines = read(&text);
        assert_eq!(numbers(&lines), [5, 7], "{damage}");
        let [found] = lines.damage.as_slice() else { panic!("{:?}", lines.damage) };
        assert_eq!((found.line, found.sequence), (3, Some(6)));
        assert_eq!(found.names, BTreeSet::from([key("b")]), "{damage}");
    }
}

#[test]
fn a_lost_line_and_a_lost_beginning_are_seen() {
    let mut text = journal();
    text.remove(2);
    assert_eq!(read(&text).damage[0].why, "it holds commit 7, where commit 6 must be");
    let mut text = journal();
    text[0] = "{}\n".to_owned();
    let lines = read(&text);
    assert_eq!((numbers(&lines), lines.header.is_none(), lines.damage[0].line), (vec![5, 6, 7], true, 1));
}

#[test]
fn a_torn_end_is_no_damage_and_a_whole_one_without_its_newline_counts() {
    let text = journal().concat();
    let torn = Lines::of(&text.as_bytes()[..text.len() - 20], &Cipher::default());
    assert_eq!((numbers(&torn), torn.torn, torn.damage.len()), (vec![5, 6], true, 0));
    let cut = Lines::of(text.trim_end().as_bytes(), &Cipher::default());
    assert_eq!((numbers(&cut), cut.torn), (vec![5, 6, 7], false));
    let start = Lines::of(&text.as_bytes()[..20], &Cipher::default());
    assert_eq!((start.damage.len(), start.end()), (1, None));
    assert_eq!(Lines::of(b"", &Cipher::default()).damage.len(), 0);
}

#[test]
fn later_visits_are_named_with_their_numbers() {
    let line = r#"{"key":{"address":"Dispatch/a[rear]","reissue":12},"to":{"address":"Dispatch/B"},{"address":"Dispatch/c"}}"#;
    let keys: Vec<String> = names(line.as_bytes()).iter().map(ToString::to_string).collect();
    assert_eq!(keys, ["Dispatch/a[rear]#12", "Dispatch/c"]);
}
