use super::super::event::{Event, Write};
use super::super::model::{Phase, Stray};
use super::super::samples::{at, commit, created, intended, key, owner};
use super::*;
use std::fs::File;

mod moved;
mod versions;

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
        Self::with(Vec::new(), Vec::new())
    }

    /// The same, with more events in the snapshot and behind it.
    fn with(third: Vec<Event>, behind: Vec<Event>) -> Self {
        let folder = Self::made();
        let (mut store, _) = folder.opened();
        for commit in [commit(1, vec![intended("a", Write::Create)]), commit(2, vec![created("a", "7")]), commit(3, third)] {
            store.append(&commit).expect("added");
        }
        let state = folder.look().expect("readable");
        store.compact(&state).expect("compacted");
        store.append(&commit(4, [vec![intended("b", Write::Create)], behind].concat())).expect("added");
        folder
    }
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
