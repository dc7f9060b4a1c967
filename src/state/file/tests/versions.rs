//! Format versions: who reads what, and the files of every version that ever was.

use super::*;

impl Folder {
    /// [`Folder::filled`] with tickets that nobody asked for in the snapshot and behind it: nothing else makes a file of version 2.
    fn with_surplus() -> Self {
        Self::with(vec![surplus("8")], vec![surplus("9")])
    }

    /// [`Folder::filled`] with what was heard of a write in doubt in the snapshot and behind it: nothing else makes a file of version 3.
    fn with_heard() -> Self {
        Self::with(vec![intended("a", Write::Update), heard("a")], vec![heard("b")])
    }

    /// The format version of each line of a file.
    fn versions(&self, name: &str) -> Vec<u64> {
        let text = fs::read_to_string(self.path(name)).expect("a file");
        let version = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["format_version"].as_u64();
        text.lines().filter_map(version).collect()
    }
}

fn surplus(id: &str) -> Event {
    Event::Surplus { key: key("a"), tickets: vec![Stray { id: Some(id.to_owned()), what: format!("{id} for Store 5 (5)") }] }
}

fn heard(name: &str) -> Event {
    Event::Heard { key: key(name), why: "the server answered 502 Bad Gateway".to_owned() }
}

#[test]
fn what_was_heard_of_a_doubt_is_kept_and_refused_by_who_would_drop_it() {
    let folder = Folder::with_heard();
    assert_eq!((folder.versions("state.json"), folder.versions("journal.jsonl")), (vec![3], vec![1, 3]));
    let state = folder.look().expect("readable");
    let kept = state.records.values().filter_map(|record| record.intent.as_ref()?.heard.as_deref());
    assert_eq!(kept.collect::<Vec<_>>(), ["the server answered 502 Bad Gateway"; 2]);
    // Brought back from a copy, it is the same; and a settlement leaves nothing of it.
    let (mut store, _) = folder.opened();
    let record = Box::new(state.records[&key("b")].clone());
    let settled = Event::NotCreated { key: key("b"), reason: "not in the portal".to_owned() };
    store.append(&commit(5, vec![settled.clone()])).expect("added");
    store.append(&commit(6, vec![Event::Restored { key: key("b"), record, reason: "said by mistake".to_owned() }])).expect("added");
    assert_eq!(folder.versions("journal.jsonl"), [1, 3, 1, 3]);
    assert_eq!(folder.look().expect("readable").records, state.records);
    let updated = Event::WriteSettled { key: key("a"), done: false, reason: "looked".to_owned() };
    store.append(&commit(7, vec![settled, updated])).expect("added");
    store.compact(&folder.look().expect("readable")).expect("compacted");
    assert_eq!(folder.versions("state.json"), [1]);
}

#[test]
fn only_what_an_older_callout_would_forget_is_written_so_that_it_refuses() {
    let plain = Folder::filled();
    assert_eq!((plain.versions("state.json"), plain.versions("journal.jsonl")), (vec![1], vec![1, 1]));
    let folder = Folder::with_surplus();
    assert_eq!((folder.versions("state.json"), folder.versions("journal.jsonl")), (vec![2], vec![1, 2]));
    assert_eq!(folder.versions("history/journal-0000000001-0000000003.jsonl"), [1, 1, 1, 2]);
    let state = folder.look().expect("readable");
    let strays: Vec<&str> = state.records[&key("a")].surplus.iter().map(|stray| stray.what.as_str()).collect();
    assert_eq!(strays, ["8 for Store 5 (5)", "9 for Store 5 (5)"]);
    // Once a person has seen to them, the snapshot is again one that every callout reads.
    let (mut store, _) = folder.opened();
    store.append(&commit(5, vec![Event::SurplusSettled { key: key("a"), reason: "cancelled".to_owned() }])).expect("added");
    store.compact(&folder.look().expect("readable")).expect("compacted");
    assert_eq!(folder.versions("state.json"), [1]);
}

/// `tests/state/vN` holds the files as that version's callout wrote them. They are never changed: a new version adds a folder.
#[test]
fn the_files_of_every_version_load() {
    let versions = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/state");
    let mut read = 0;
    for version in fs::read_dir(versions).expect("listed") {
        let folder = version.expect("an entry").path();
        let loaded = FileStore::new(folder.join("state.json")).load().expect("readable").expect("a state");
        let phases: Vec<_> = loaded.state.records.values().map(|record| &record.phase).collect();
        assert_eq!(phases, [&Phase::Live { id: "7".into() }, &Phase::Pending], "{}", folder.display());
        assert_eq!((loaded.state.through, loaded.commits), (4, 1), "{}", folder.display());
        read += 1;
    }
    assert!(read >= 3);
}

/// Makes `tests/state/vN` when a format version is new: `cargo test -- --ignored write_the_files`.
#[test]
#[ignore = "writes into the repository"]
fn write_the_files_of_this_version() {
    let folder = Folder::with_heard();
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/state/v3");
    assert!(!to.join("state.json").exists(), "files of a version that is out are never written again");
    fs::create_dir_all(&to).expect("made");
    for name in ["state.json", "journal.jsonl"] {
        fs::copy(folder.path(name), to.join(name)).expect("copied");
    }
}
