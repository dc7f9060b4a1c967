use std::path::PathBuf;

use super::super::event::{Closing, Write};
use super::super::ledger::Ledger;
use super::super::lineage::{Start, init, open_for_reading, open_for_writing};
use super::super::samples::{at, created, intended, key, owner, session};
use super::*;

struct Project {
    folder: tempfile::TempDir,
    home: Home,
}

impl Project {
    /// Some commits, folded, and some behind them.
    async fn filled() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home { lock_file: folder.path().join("callout.lock"), state: folder.path().join(".callout/state.json").into() };
        init(&home, &owner(), &Start::New).expect("begun");
        let project = Self { folder, home };
        let ledger = project.ledger();
        ledger.record(vec![intended("a", Write::Create), created("a", "7")], at(1)).await.expect("recorded");
        ledger.compact().await.expect("folded");
        ledger.record(vec![intended("b", Write::Create)], at(2)).await.expect("recorded");
        ledger.record(vec![created("b", "8")], at(3)).await.expect("recorded");
        drop(ledger);
        project
    }

    fn ledger(&self) -> Ledger {
        open_for_writing(&self.home, session()).expect("opened")
    }

    fn state(&self) -> State {
        open_for_reading(&self.home).expect("readable")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(".callout").join(name)
    }

    /// A copy of the folder as it is.
    fn copy(&self, name: &str) -> Copy {
        let to = self.folder.path().join(name);
        std::fs::create_dir_all(to.join("history")).expect("a folder");
        for part in ["state.json", "journal.jsonl"] {
            std::fs::copy(self.path(part), to.join(part)).expect("copied");
        }
        for entry in std::fs::read_dir(self.path("history")).expect("a folder") {
            let entry = entry.expect("an entry");
            std::fs::copy(entry.path(), to.join("history").join(entry.file_name())).expect("copied");
        }
        Copy::At(to)
    }

    fn refusal(&self, copy: Option<&Copy>, nothing_since: bool) -> String {
        let error = Mending::begin(&self.home, session(), copy, nothing_since).err().expect("refused");
        let text = format!("{}: {}\n{}", error.code, error.message, error.help.as_deref().unwrap_or_default());
        text.replace(&self.folder.path().display().to_string(), "PROJECT")
    }

    fn mend(&self, copy: Option<&Copy>, nothing_since: bool) -> State {
        let mending = Mending::begin(&self.home, session(), copy, nothing_since).expect("mendable");
        let state = mending.finish("mended".into(), "a reason".into(), at(9)).expect("mended");
        assert_eq!(self.state(), state);
        state
    }
}

#[tokio::test]
async fn a_lost_snapshot_comes_back_and_the_log_stays_whole() {
    let project = Project::filled().await;
    let before = project.state();
    std::fs::write(project.path("state.json"), "").expect("emptied");
    let after = project.mend(None, false);
    assert_eq!((after.records, after.through), (before.records, before.through + 1));
    assert_eq!(std::fs::read(project.path("set-aside-1/state.json")).expect("kept"), b"");
    let salvage = salvage(&[&*project.home.state.open().expect("a place")], &before.lineage).expect("looked at");
    assert_eq!(salvage.commits.keys().copied().collect::<Vec<_>>(), [1, 2, 3, 4]);
    project.ledger().compact().await.expect("goes on");
}

#[tokio::test]
async fn a_lost_journal_needs_a_copy_and_a_word() {
    let project = Project::filled().await;
    let (before, copy) = (project.state(), project.copy("backup"));
    std::fs::remove_file(project.path("journal.jsonl")).expect("removed");
    insta::assert_snapshot!(project.refusal(None, false), @r"
    state/incomplete: the state cannot be restored to what it was: `PROJECT/.callout/journal.jsonl` is missing, so nobody knows what was done last
    Nothing was changed. What is wrong: `PROJECT/.callout/journal.jsonl` is missing, though other files of the state are there.
    With a copy of the folder, from the last run or a backup: callout state restore FOLDER --reason TEXT.
    Without one: callout state rebuild --reason TEXT. It keeps the 1 record that can be read, and holds back every other ticket of the files.
    ");
    insta::assert_snapshot!(project.refusal(Some(&copy), false), @r"
    state/incomplete: the state cannot be restored to what it was: `PROJECT/.callout/journal.jsonl` is missing, so nobody knows what was done last
    Nothing was changed. What is wrong: `PROJECT/.callout/journal.jsonl` is missing, though other files of the state are there.
    If nothing was sent since that copy was made: callout state restore PROJECT/backup --nothing-since --reason TEXT.
    Otherwise: callout state rebuild --from PROJECT/backup --reason TEXT. It keeps the 2 records that can be read, and holds back every other ticket of the files.
    ");
    assert_eq!(project.mend(Some(&copy), true).records, before.records);
    assert!(project.refusal(None, false).starts_with("state/not-lost"));
}

#[tokio::test]
async fn a_line_that_a_copy_has_comes_back_without_a_word() {
    let project = Project::filled().await;
    let copy = project.copy("backup");
    project.ledger().record(vec![intended("c", Write::Create)], at(5)).await.expect("recorded");
    let before = project.state();
    let text = std::fs::read_to_string(project.path("journal.jsonl")).expect("text");
    std::fs::write(project.path("journal.jsonl"), text.replacen("\"8\"", "\"9\"", 1)).expect("damaged");
    insta::assert_snapshot!(project.refusal(None, true), @r"
    state/incomplete: the state cannot be restored to what it was: commit 3 cannot be read
    Nothing was changed. What is wrong: `PROJECT/.callout/journal.jsonl` line 3 is damaged: its checksum does not fit its content.
    With a copy of the folder, from the last run or a backup: callout state restore FOLDER --reason TEXT.
    Without one: callout state rebuild --reason TEXT. It keeps the 3 records that can be read, and holds back every other ticket of the files.
    ");
    assert_eq!(project.mend(Some(&copy), false).records, before.records);
}

#[tokio::test]
async fn a_lost_folder_comes_back_from_a_copy_at_a_persons_word() {
    let project = Project::filled().await;
    let (before, copy) = (project.state(), project.copy("backup"));
    std::fs::remove_dir_all(project.path("")).expect("removed");
    assert!(project.refusal(None, false).starts_with("state/missing"));
    assert!(project.refusal(Some(&copy), false).contains("--nothing-since"));
    assert_eq!(project.mend(Some(&copy), true).records, before.records);
}

#[tokio::test]
async fn a_stop_anywhere_leaves_damage_that_is_mended_alike() {
    let project = Project::filled().await;
    let before = project.state();
    std::fs::write(project.path("state.json"), "").expect("emptied");
    let damaged = project.copy("damaged");
    project.mend(None, false);
    // As it is before the last file is put in place.
    let Copy::At(damaged) = damaged else { panic!("a folder") };
    std::fs::copy(damaged.join("state.json"), project.path("state.json")).expect("as before");
    assert_eq!(project.mend(None, false).records, before.records);
}

#[tokio::test]
async fn another_projects_copy_is_refused() {
    let (project, other) = (Project::filled().await, Project::filled().await);
    let copy = other.copy("backup");
    std::fs::write(project.path("state.json"), "").expect("emptied");
    assert!(project.refusal(Some(&copy), true).starts_with("state/lineage"));
    assert_eq!(copy.read(&project.home).expect_err("refused").code, "state/lineage");
    let none = Copy::At(project.path("nowhere"));
    insta::assert_snapshot!(project.refusal(Some(&none), true), @r"
    state/no-copy: there is no state at `PROJECT/.callout/nowhere`
    Name a copy of the folder `.callout` or of a shared state's objects, the file `state.json` in it, or an address such as s3://bucket/copy.
    ");
    insta::assert_snapshot!(project.refusal(Some(&Copy::Kept(7)), true), @r"
    state/no-copy: the history has no snapshot that ends with commit 7
    callout state history lists what is kept
    ");
}

#[tokio::test]
async fn a_whole_state_gets_back_what_was_said_by_mistake_and_loses_nothing() {
    let project = Project::filled().await;
    let copy = project.copy("backup");
    let ledger = project.ledger();
    let cancelled = |name: &str| Event::Closed { key: key(name), why: Closing::Cancelled, reason: None };
    let moved = Event::Moved { key: key("b"), to: key("d"), reason: "renamed".into() };
    ledger.record(vec![cancelled("a"), moved, intended("c", Write::Create)], at(5)).await.expect("recorded");
    let (state, copied) = (ledger.state(), copy.read(&project.home).expect("readable").state);
    let back = comes_back(&state, &copied);
    assert_eq!(back.records, [(&key("a"), &copied.records[&key("a")])]);
    let restored = Event::Restored { key: key("a"), record: Box::new(copied.records[&key("a")].clone()), reason: "a mistake".into() };
    ledger.record(vec![restored], at(6)).await.expect("recorded");
    let after = ledger.state();
    assert_eq!((after.records[&key("a")].id(), after.records.len()), (Some("7"), state.records.len()));
    assert!(comes_back(&after, &copied).records.is_empty());
}

#[tokio::test]
async fn two_tickets_of_one_address_are_told() {
    let (project, other) = (Project::filled().await, Project::filled().await);
    let mut copied = other.state();
    let record = copied.records.get_mut(&key("a")).expect("a record");
    record.phase = Phase::Live { id: "70".into() };
    let state = project.state();
    let back = comes_back(&state, &copied);
    let record = &copied.records[&key("a")];
    assert_eq!(back.twins, [Twin { key: key("a"), ours: Some("7".to_owned()), theirs: "70".to_owned(), record }]);
    assert!(back.records.is_empty());
}
