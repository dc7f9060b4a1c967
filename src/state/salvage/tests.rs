use super::super::cipher::Cipher;
use super::super::event::{Closing, Write};
use super::super::file::FileStore;
use super::super::replay::{fresh_journal, snapshot_text};
use super::super::samples::{at, commit, created, intended, key, owner, request};
use super::super::store::Store;
use super::*;

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(commits: &[Commit]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        let mut store = folder.store();
        store.lock(&owner()).expect("a free lock");
        store.create(&State::new("l1")).expect("made");
        store.load().expect("readable");
        for commit in commits {
            store.append(commit).expect("added");
        }
        folder
    }

    fn store(&self) -> FileStore {
        FileStore::new(self.path("state.json"))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(".callout").join(name)
    }

    fn journal(&self) -> Vec<String> {
        std::fs::read_to_string(self.path("journal.jsonl")).expect("text").lines().map(|line| format!("{line}\n")).collect()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).expect("written");
    }

    fn salvage(&self) -> Salvage {
        salvage(&[&self.store()], "l1").expect("looked at")
    }
}

/// A life of some tickets, each event a commit: refused and sent again, changed, cancelled, renamed, in doubt.
fn life() -> Vec<Commit> {
    let rejected = |name: &str| Event::Rejected { key: key(name), why: "no".into() };
    let events = vec![
        intended("a", Write::Create),
        rejected("a"),
        intended("b", Write::Create),
        intended("a", Write::Create),
        created("a", "7"),
        created("b", "8"),
        intended("a", Write::Update),
        rejected("a"),
        intended("c", Write::Create),
        Event::Moved { key: key("b"), to: key("d"), reason: "renamed".into() },
        Event::NotCreated { key: key("c"), reason: "phoned".into() },
        intended("c", Write::Create),
        Event::Closed { key: key("d"), why: Closing::Cancelled, reason: None },
        created("c", "9"),
        Event::Presumed { key: key("e"), request: Box::new(request("e")), reason: "lost".into() },
        Event::NotCreated { key: key("e"), reason: "phoned".into() },
    ];
    (1..).zip(events).map(|(sequence, event)| commit(sequence, vec![event])).collect()
}

fn truth(commits: &[Commit]) -> State {
    let events = commits.iter().flat_map(|commit| &commit.events);
    let state = events.fold(State::new("l1"), |state, event| state.with(event, at(0)).expect("possible"));
    State { through: commits.len() as u64, ..state }
}

fn holds(state: &State, key: &Key) -> bool {
    state.records.get(key).is_some_and(|record| !matches!(record.phase, Phase::NotCreated { .. }))
}

#[test]
fn whatever_happens_to_the_snapshot_comes_back_exactly() {
    let folder = Folder::with(&life());
    for damaged in [Some("{}"), Some(""), None] {
        match damaged {
            Some(text) => folder.write("state.json", text),
            None => std::fs::remove_file(folder.path("state.json")).expect("removed"),
        }
        let salvage = folder.salvage();
        assert!(salvage.is_exact(), "{damaged:?}: {}", salvage.missing());
        assert_eq!(salvage.state, truth(&life()));
    }
}

#[test]
fn two_lines_may_be_lost_anywhere_and_no_address_that_is_held_is_forgotten() {
    let commits = life();
    let truth = truth(&commits);
    let folder = Folder::with(&commits);
    let lines = folder.journal();
    for first in 1..lines.len() {
        for second in first..lines.len() {
            let mut left = lines.clone();
            left[first] = "#\n".to_owned();
            left[second] = "#\n".to_owned();
            folder.write("journal.jsonl", left.concat());
            let salvage = folder.salvage();
            assert!(!salvage.is_exact(), "{first} {second}");
            let lost = [first as u64, second as u64];
            for key in truth.records.keys().filter(|key| holds(&truth, key)) {
                // A record of what was not created counts: where anything is missing, a rebuild holds its address back too.
                let takes = |event: &Event| {
                    let to = if let Event::Moved { to, .. } = event { Some(to) } else { None };
                    let is_one =
                        matches!(event, Event::Intended { write: Write::Create, .. } | Event::Created { .. } | Event::Moved { .. });
                    is_one && [event.key(), to].contains(&Some(key))
                };
                let seen = commits.iter().filter(|commit| !lost.contains(&commit.sequence)).any(|commit| commit.events.iter().any(takes));
                let is_known = salvage.state.records.contains_key(key) || salvage.named.contains_key(key);
                assert!(!seen || is_known, "{first} {second} {key}");
            }
        }
    }
}

#[test]
fn an_answer_behind_a_gap_frees_nothing() {
    // The create that is in doubt was answered in the gap, and what was refused behind it is an update.
    let commits: Vec<Commit> = life().into_iter().filter(|commit| commit.events[0].key() == Some(&key("a"))).collect();
    let commits: Vec<Commit> = (1..).zip(commits).map(|(sequence, old)| commit(sequence, old.events)).collect();
    let folder = Folder::with(&commits);
    let mut lines = folder.journal();
    // Left: intended, rejected, intended; then the refusal of the update.
    lines.drain(4..6);
    folder.write("journal.jsonl", lines.concat());
    assert!(folder.salvage().state.records[&key("a")].in_doubt());
}

#[test]
fn a_lost_journal_leaves_its_end_open() {
    let folder = Folder::with(&life());
    let lines = folder.journal();
    let header = lines[0].clone();
    for (text, why) in [
        (Some(String::new()), "has no line that can be read"),
        (Some(header.replacen("l1", "l2", 1)), "has no line that can be read"),
        (None, "is missing"),
    ] {
        match &text {
            Some(text) => folder.write("journal.jsonl", text),
            None => std::fs::remove_file(folder.path("journal.jsonl")).expect("removed"),
        }
        let missing = folder.salvage().missing();
        assert!(missing.contains(why) && missing.ends_with("so nobody knows what was done last"), "{text:?}: {missing}");
    }
    let other = fresh_journal(&State::new("l2")).expect("a text");
    folder.write("journal.jsonl", &other);
    assert!(folder.salvage().missing().contains("is another project's"));
    folder.write("state.json", snapshot_text(&State { through: 9, ..State::new("l1") }, &Cipher::default()).expect("a text"));
    folder.write("journal.jsonl", lines[..3].concat());
    assert_eq!(folder.salvage().missing(), "the journal ends with commit 2, before the snapshot does");
}

#[test]
fn a_copy_fills_the_gap_and_two_that_went_apart_do_not_fit() {
    let commits = life();
    let (folder, copy) = (Folder::with(&commits), Folder::with(&commits[..12]));
    let lines = folder.journal();
    folder.write("journal.jsonl", [&lines[..6], &["#\n".to_owned()], &lines[7..]].concat().concat());
    assert!(!folder.salvage().is_exact());
    let both = salvage(&[&folder.store(), &copy.store()], "l1").expect("looked at");
    assert!(both.is_exact(), "{}", both.missing());
    assert_eq!(both.state, truth(&commits));
    let mut other = commits[..12].to_vec();
    other[11] = commit(12, vec![intended("f", Write::Create)]);
    let apart = Folder::with(&other);
    let both = salvage(&[&folder.store(), &apart.store()], "l1").expect("looked at");
    // What it has before they went apart fills the gap all the same; what it did after that is told.
    assert_eq!(both.parted, Some(12));
    assert!(both.is_exact(), "{}", both.missing());
    assert_eq!(both.state, truth(&commits));
    assert!(both.named.contains_key(&key("f")));
}

#[test]
fn a_copy_that_went_on_by_itself_gives_none_of_its_later_commits() {
    let commits = life();
    let folder = Folder::with(&commits);
    let lines = folder.journal();
    // The last two lines are lost here, and the copy has others of these numbers.
    folder.write("journal.jsonl", [&lines[..15], &["#\n".to_owned(), "#\n".to_owned()]].concat().concat());
    let mut other = commits.clone();
    other[13] = commit(14, vec![intended("f", Write::Create)]);
    other[14] = commit(15, vec![created("f", "21")]);
    other[15] =
        commit(16, vec![Event::Observed { key: key("f"), seen: super::super::samples::seen("x"), baseline: false, booking_checked: true }]);
    let apart = Folder::with(&other);
    let both = salvage(&[&folder.store(), &apart.store()], "l1").expect("looked at");
    assert_eq!((both.parted, both.missing()), (Some(14), "commits 15 to 16 cannot be read".to_owned()));
    assert_eq!(both.state.records[&key("c")].id(), Some("9"), "what can be read here is kept");
    assert_eq!(both.named.get(&key("f")), Some(&Some("21".to_owned())), "with its id, whatever came after");
}

#[test]
fn a_snapshot_that_went_on_by_itself_is_not_built_on() {
    let commits = life();
    let folder = Folder::with(&commits);
    folder.write("state.json", "{}");
    // Only a snapshot: it is further on, and never heard of what was done here.
    let apart = Folder::with(&[]);
    std::fs::remove_file(apart.path("journal.jsonl")).expect("removed");
    std::fs::remove_dir_all(apart.path("history")).expect("removed");
    let other = truth(&[commit(1, vec![intended("f", Write::Create), created("f", "21")])]);
    apart.write("state.json", snapshot_text(&State { through: 40, ..other.clone() }, &Cipher::default()).expect("a text"));
    let both = salvage(&[&folder.store(), &apart.store()], "l1").expect("looked at");
    assert_eq!(both.parted, Some(1));
    assert_eq!(both.state, truth(&commits));
    assert_eq!(both.named.get(&key("f")), Some(&Some("21".to_owned())));
    // And the other way round: a commit that the newer snapshot here does not know.
    folder.write("state.json", snapshot_text(&State { through: 40, ..truth(&commits) }, &Cipher::default()).expect("a text"));
    let apart = Folder::with(&[commit(1, vec![intended("f", Write::Create)])]);
    let both = salvage(&[&folder.store(), &apart.store()], "l1").expect("looked at");
    assert_eq!(both.parted, Some(1));
}

#[test]
fn two_tickets_of_one_visit_are_two_states() {
    let of = |id: &str| vec![commit(1, vec![intended("a", Write::Create)]), commit(2, vec![created("a", id)])];
    let folder = Folder::with(&of("7"));
    folder.write("state.json", "{}");
    // Only a snapshot, further on: the same visit was sent there too.
    let apart = Folder::with(&[]);
    std::fs::remove_file(apart.path("journal.jsonl")).expect("removed");
    std::fs::remove_dir_all(apart.path("history")).expect("removed");
    let snapshot = |id: &str| snapshot_text(&State { through: 40, ..truth(&of(id)) }, &Cipher::default()).expect("a text");
    apart.write("state.json", snapshot("8"));
    let both = salvage(&[&folder.store(), &apart.store()], "l1").expect("looked at");
    assert_eq!((both.parted, both.state.records[&key("a")].id()), (Some(2), Some("7")));
    // A later snapshot of the same ticket is this state's own.
    apart.write("state.json", snapshot("7"));
    assert_eq!(salvage(&[&folder.store(), &apart.store()], "l1").expect("looked at").parted, None);
    // Here too, only a snapshot is left.
    folder.write("state.json", snapshot_text(&truth(&of("7")), &Cipher::default()).expect("a text"));
    folder.write("journal.jsonl", "");
    apart.write("state.json", snapshot("8"));
    let both = salvage(&[&folder.store(), &apart.store()], "l1").expect("looked at");
    assert_eq!((both.parted, both.state.records[&key("a")].id()), (Some(1), Some("7")));
}

#[test]
fn the_state_after_any_commit_can_be_told() {
    let commits = life();
    let folder = Folder::with(&commits);
    for through in 0..=commits.len() {
        let known = as_of(&folder.store(), "l1", through as u64).expect("looked at");
        assert_eq!(known, Some(truth(&commits[..through])), "{through}");
    }
    assert_eq!(as_of(&folder.store(), "l1", 17).expect("looked at"), None, "not there yet");
    let lines = folder.journal();
    folder.write("journal.jsonl", [&lines[..6], &["#\n".to_owned()], &lines[7..]].concat().concat());
    assert!(as_of(&folder.store(), "l1", 5).expect("looked at").is_some());
    for through in 6..=16 {
        assert_eq!(as_of(&folder.store(), "l1", through).expect("looked at"), None, "{through}");
    }
}

#[test]
fn a_torn_end_is_all_there_is() {
    let folder = Folder::with(&life());
    let text = folder.journal().concat();
    folder.write("journal.jsonl", &text[..text.len() - 30]);
    let salvage = folder.salvage();
    assert!(salvage.is_exact());
    assert_eq!(salvage.state, truth(&life()[..15]));
}

/// Two runs that no lock kept apart wrote a commit of one number each: both may have sent.
#[test]
fn both_sides_of_a_fork_are_named() {
    let folder = Folder::with(&[commit(1, vec![intended("a", Write::Create)]), commit(2, vec![created("a", "7")])]);
    let lines = folder.journal();
    let other = [intended("b", Write::Create), created("b", "8"), intended("a", Write::Create)];
    let other = super::super::journal::commit_line(&Commit { run: "run-2".into(), ..commit(2, other.to_vec()) }, &Cipher::default())
        .expect("a line");
    folder.write("journal.jsonl", lines.concat() + &other);
    let salvage = folder.salvage();
    assert!(!salvage.is_exact());
    assert_eq!(salvage.named, BTreeMap::from([(key("b"), Some("8".to_owned()))]), "a is on record already");
}
