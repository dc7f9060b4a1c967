use super::super::event::{Event, Write};
use super::super::model::{Phase, Stray};
use super::super::samples::{at, commit, created, intended, key, owner};
use super::*;
use std::fs::File;

mod moved;

struct Folder(tempfile::TempDir);

impl Folder {
    fn made() -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        let mut store = folder.store();
        store.lock(&owner()).expect("a free lock");
        store.create(&State::new("l1")).expect("made");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(".callout").join(name)
    }

    fn store(&self) -> FileStore {
        FileStore::new(self.path("state.json"))
    }

    fn opened(&self) -> (FileStore, Loaded) {
        let mut store = self.store();
        store.lock(&owner()).expect("a free lock");
        let loaded = store.load().expect("readable").expect("a state");
        (store, loaded)
    }

    fn told(&self, error: &Diagnostic) -> String {
        let text = format!("{}: {}\n{}", error.code, error.message, error.help.as_deref().unwrap_or_default());
        text.replace(&format!("{}/", self.0.path().display()), "")
    }

    fn look(&self) -> Result<State, String> {
        self.store().load().map(|loaded| loaded.expect("a state").state).map_err(|error| self.told(&error))
    }

    /// Three commits, folded into the snapshot, and a fourth behind it.
    fn filled() -> Self {
        let folder = Self::made();
        let (mut store, _) = folder.opened();
        for commit in [commit(1, vec![intended("a", Write::Create)]), commit(2, vec![created("a", "7")]), commit(3, vec![])] {
            store.append(&commit).expect("added");
        }
        let state = folder.look().expect("readable");
        store.compact(&state).expect("compacted");
        store.append(&commit(4, vec![intended("b", Write::Create)])).expect("added");
        folder
    }

    /// The same, with tickets that nobody asked for in the snapshot and behind it: nothing else makes a file of version 2.
    fn with_surplus() -> Self {
        Self::with(vec![surplus("8")], surplus("9"))
    }

    /// The same, with what was heard of a write in doubt in the snapshot and behind it: nothing else makes a file of version 3.
    fn with_heard() -> Self {
        Self::with(vec![intended("a", Write::Update), heard("a")], heard("b"))
    }

    fn with(third: Vec<Event>, behind: Event) -> Self {
        let folder = Self::made();
        let (mut store, _) = folder.opened();
        for commit in [commit(1, vec![intended("a", Write::Create)]), commit(2, vec![created("a", "7")]), commit(3, third)] {
            store.append(&commit).expect("added");
        }
        let state = folder.look().expect("readable");
        store.compact(&state).expect("compacted");
        store.append(&commit(4, vec![intended("b", Write::Create), behind])).expect("added");
        folder
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

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::filled();
    let mode = |name: &str| fs::metadata(folder.path(name)).expect("there").permissions().mode() & 0o777;
    for name in ["state.json", "journal.jsonl", "lock", "history/state-0000000003.json", "history/journal-0000000001-0000000003.jsonl"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    assert_eq!((mode(""), mode("history")), (0o700, 0o700));
}

#[test]
fn a_damaged_snapshot_names_the_copy_that_brings_all_back() {
    let folder = Folder::filled();
    let whole = folder.look().expect("readable");
    for damage in ["", "{}", "{\"format_version\":1"] {
        fs::write(folder.path("state.json"), damage).expect("written");
        let told = folder.look().expect_err("damaged");
        let step = "Next: callout state check. It says what is left, and how to bring it back.";
        assert!(told.starts_with("state/damaged: `.callout/state.json` is ") && told.ends_with(step), "{told}");
    }
    fs::remove_file(folder.path("state.json")).expect("removed");
    insta::assert_snapshot!(folder.look().expect_err("missing"));
    for kept in ["state-0000000003.json", "state-0000000000.json"] {
        fs::copy(folder.path("history").join(kept), folder.path("state.json")).expect("copied");
        assert_eq!(folder.look().expect("restored"), whole, "{kept}");
    }
}

#[test]
fn a_damaged_journal_names_its_line_and_the_way_back() {
    let folder = Folder::filled();
    let text = fs::read_to_string(folder.path("journal.jsonl")).expect("text");
    fs::write(folder.path("journal.jsonl"), text.replace("Dispatch/b", "Dispatch/c")).expect("written");
    insta::assert_snapshot!(folder.look().expect_err("damaged"));
    fs::remove_file(folder.path("journal.jsonl")).expect("removed");
    insta::assert_snapshot!(folder.look().expect_err("missing"));
}

#[test]
fn an_older_copy_is_told_by_the_history() {
    let folder = Folder::filled();
    for name in ["state.json", "journal.jsonl"] {
        fs::copy(folder.path(name), folder.path(&format!("old-{name}"))).expect("copied");
    }
    let (mut store, loaded) = folder.opened();
    store.append(&commit(5, vec![created("b", "8")])).expect("added");
    let state = loaded.state.with(&created("b", "8"), at(0)).expect("possible");
    store.compact(&State { through: 5, ..state }).expect("compacted");
    drop(store);
    for name in ["state.json", "journal.jsonl"] {
        fs::copy(folder.path(&format!("old-{name}")), folder.path(name)).expect("copied");
    }
    insta::assert_snapshot!(folder.look().expect_err("older"));
}

#[test]
fn a_missing_kept_journal_is_a_gap() {
    let folder = Folder::filled();
    fs::copy(folder.path("history/state-0000000000.json"), folder.path("state.json")).expect("copied");
    fs::remove_file(folder.path("history/journal-0000000001-0000000003.jsonl")).expect("removed");
    insta::assert_snapshot!(folder.look().expect_err("a gap"));
}

#[test]
fn a_newer_callouts_files_are_refused_with_its_name() {
    let folder = Folder::made();
    let newer = r#"{"format_version":7,"written_by":"callout 7.0.0","new":true}"#;
    let journal = fs::read_to_string(folder.path("journal.jsonl")).expect("text");
    fs::write(folder.path("journal.jsonl"), format!("{journal}{newer}\n")).expect("written");
    insta::assert_snapshot!(folder.look().expect_err("newer").replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    fs::write(folder.path("journal.jsonl"), format!("{journal}{newer}")).expect("written");
    assert!(folder.look().expect_err("newer, and never a torn tail").starts_with("state/newer"));
    fs::write(folder.path("state.json"), newer).expect("written");
    insta::assert_snapshot!(folder.look().expect_err("newer").replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn nothing_is_added_when_the_lock_file_or_the_journal_was_replaced() {
    let folder = Folder::made();
    let (mut store, _) = folder.opened();
    let journal = fs::read(folder.path("journal.jsonl")).expect("bytes");
    fs::copy(folder.path("journal.jsonl"), folder.path("copy")).expect("copied");
    fs::rename(folder.path("copy"), folder.path("journal.jsonl")).expect("renamed");
    let told = folder.told(&store.append(&commit(1, vec![])).expect_err("another file"));
    insta::assert_snapshot!(told);
    drop(store);
    let (mut store, _) = folder.opened();
    fs::remove_file(folder.path("lock")).expect("removed");
    insta::assert_snapshot!(folder.told(&store.append(&commit(1, vec![])).expect_err("no lock file")));
    assert_eq!(fs::read(folder.path("journal.jsonl")).expect("bytes"), journal);
    let (_second, _) = folder.opened();
    store.append(&commit(1, vec![])).expect_err("another run has the new lock file");
}

#[test]
fn a_path_that_is_no_state_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("file"), "x").expect("written");
    let mut store = FileStore::new(folder.path().join("file/state.json"));
    let error = store.lock(&owner()).expect_err("a file is in the way");
    assert!(error.code == "state/disk" && error.message.starts_with("cannot make `"), "{error}");
    let mut store = FileStore::new(folder.path().join("folder/state.json"));
    fs::create_dir_all(folder.path().join("folder/state.json")).expect("made");
    let error = store.load().expect_err("a folder is in the way");
    assert_eq!(error.help.as_deref(), Some("A file stands where a folder must be, or the reverse: look at that path."));
}

/// `/dev/full` answers every write as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_what_was_there_is_kept() {
    let folder = Folder::made();
    let (mut store, _) = folder.opened();
    store.append(&commit(1, vec![intended("a", Write::Create)])).expect("added");
    let before = folder.look().expect("readable");
    fs::rename(folder.path("journal.jsonl"), folder.path("kept")).expect("moved");
    std::os::unix::fs::symlink("/dev/full", folder.path("journal.jsonl")).expect("linked");
    let file = File::options().read(true).write(true).open("/dev/full").expect("a full disk");
    let live = store.live.as_mut().expect("a journal");
    (live.file, live.length, live.tail) = (file, 0, Vec::new());
    let told = folder.told(&live.add("a line").expect_err("full"));
    insta::assert_snapshot!(told);
    fs::rename(folder.path("kept"), folder.path("journal.jsonl")).expect("moved back");
    assert_eq!(folder.look().expect("readable"), before);
}

#[test]
fn ten_snapshots_and_all_journals_are_kept() {
    let folder = Folder::made();
    let (mut store, loaded) = folder.opened();
    let mut state = loaded.state;
    for number in 1..=15 {
        store.append(&commit(number, vec![])).expect("added");
        state.through = number;
        store.compact(&state).expect("compacted");
    }
    let kept = store.history.list().expect("listed");
    assert_eq!(kept.snapshots, (6..=15).collect::<Vec<_>>());
    assert_eq!((kept.journals.len(), kept.newest()), (15, Some(15)));
}

#[test]
fn a_compaction_that_does_not_fit_the_journal_is_refused() {
    let folder = Folder::filled();
    let (mut store, loaded) = folder.opened();
    let error = store.compact(&State { through: 3, ..loaded.state }).expect_err("a commit is missing");
    assert_eq!(error.message, "the snapshot ends with commit 3, the journal with 4");
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

#[test]
fn what_a_killed_run_left_half_written_goes_with_the_next_writer_and_no_reader() {
    let folder = Folder::filled();
    let left = ["history/.callout-new-a1B2c3", ".callout-new-d4E5f6"].map(|name| folder.path(name));
    let others = folder.path(".new-notes");
    for path in left.iter().chain([&others]) {
        fs::write(path, "{\"kind\":\"sta").expect("written");
    }
    folder.look().expect("readable");
    assert!(left.iter().all(|path| path.exists()));
    folder.opened();
    assert!(others.exists() && !left.iter().any(|path| path.exists()));
}
