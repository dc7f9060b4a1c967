use super::super::event::Write;
use super::super::samples::{at, created, intended, owner, session};
use super::*;

struct Project {
    folder: tempfile::TempDir,
    home: Home,
}

impl Project {
    fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home { lock_file: folder.path().join("callout.lock"), state: folder.path().join(".callout/state.json").into() };
        Self { folder, home }
    }

    fn begun() -> Self {
        let project = Self::empty();
        init(&project.home, &owner(), &Start::New).expect("begun");
        project
    }

    fn lineage(&self) -> String {
        LockFile::read(&self.home.lock_file).expect("readable").expect("a lock file").lineage
    }

    fn lose_state(&self) {
        std::fs::remove_dir_all(self.folder.path().join(".callout")).expect("removed");
    }

    /// A message without what differs from run to run.
    fn told(&self, error: &Diagnostic) -> String {
        let text = format!("{}: {}\n{}", error.code, error.message, error.help.as_deref().unwrap_or_default());
        text.replace(&self.folder.path().display().to_string(), "PROJECT")
    }

    fn refusals(&self) -> (String, String) {
        let reading = open_for_reading(&self.home).expect_err("refused");
        let writing = open_for_writing(&self.home, session()).err().expect("refused");
        (self.told(&reading), self.told(&writing))
    }
}

#[tokio::test]
async fn a_new_project_is_begun_written_and_read() {
    let project = Project::begun();
    let ledger = open_for_writing(&project.home, session()).expect("opened");
    ledger.record(vec![intended("a", Write::Create), created("a", "7")], at(1)).await.expect("recorded");
    let state = open_for_reading(&project.home).expect("readable beside the writer");
    assert_eq!((state.lineage.clone(), state.records.len()), (project.lineage(), 1));
    let second = open_for_writing(&project.home, session()).err().expect("one writer");
    assert_eq!(second.code, "state/locked");
}

#[test]
fn the_lock_file_says_what_it_is_for() {
    let project = Project::begun();
    let text = std::fs::read_to_string(&project.home.lock_file).expect("text").replace(&project.lineage(), "LINEAGE");
    insta::assert_snapshot!(text);
}

#[test]
fn a_missing_state_is_never_an_empty_one() {
    let project = Project::begun();
    let lineage = project.lineage();
    project.lose_state();
    let (reading, writing) = project.refusals();
    assert_eq!(reading, writing);
    assert!(!project.folder.path().join(".callout").exists(), "a refusal makes no folder");
    insta::assert_snapshot!(reading.replace(&lineage, "LINEAGE"));
    let again = init(&project.home, &owner(), &Start::New).expect_err("no silent second beginning");
    assert_eq!(project.told(&again), reading);
}

#[test]
fn a_project_without_anything_is_told_to_begin() {
    let (reading, writing) = Project::empty().refusals();
    assert_eq!(reading, writing);
    insta::assert_snapshot!(reading);
}

#[test]
fn a_state_of_another_project_is_refused() {
    let (project, other) = (Project::begun(), Project::begun());
    std::fs::copy(&other.home.lock_file, &project.home.lock_file).expect("copied");
    let (reading, writing) = project.refusals();
    assert_eq!(reading, writing);
    let loaded = project.home.state.open().expect("a place").load().expect("readable").expect("a state");
    insta::assert_snapshot!(reading.replace(&loaded.state.lineage, "FOUND").replace(&project.lineage(), "WANTED"));
    assert_eq!(init(&project.home, &owner(), &Start::New).expect_err("refused").code, "state/lineage");
}

#[test]
fn a_lost_lock_file_is_told_and_made_again() {
    let project = Project::begun();
    let lineage = project.lineage();
    std::fs::remove_file(&project.home.lock_file).expect("removed");
    let (reading, writing) = project.refusals();
    assert_eq!(reading, writing);
    insta::assert_snapshot!(reading.replace(&lineage, "LINEAGE"));
    let begun = init(&project.home, &owner(), &Start::New).expect("completed");
    assert_eq!((begun, project.lineage()), (Begun::Completed { lineage: lineage.clone() }, lineage));
}

#[test]
fn init_refuses_where_there_is_a_state() {
    let project = Project::begun();
    let error = init(&project.home, &owner(), &Start::New).expect_err("refused");
    insta::assert_snapshot!(project.told(&error).replace(&project.lineage(), "LINEAGE"));
}

#[tokio::test]
async fn starting_over_needs_a_reason_and_keeps_what_was() {
    let project = Project::begun();
    let old = project.lineage();
    let ledger = open_for_writing(&project.home, session()).expect("opened");
    ledger.record(vec![intended("a", Write::Create)], at(1)).await.expect("recorded");
    drop(ledger);
    let over = |reason: &str| init(&project.home, &owner(), &Start::Over { reason: reason.to_owned() });
    assert_eq!(over(" ").expect_err("no reason").message, "starting over needs a reason");
    let refused = over("the runner's disk is gone").expect_err("nothing is lost");
    assert!(refused.message.ends_with("is not lost: it is whole, and remembers 1 ticket that is open or in doubt"), "{refused}");
    let journal = project.folder.path().join(".callout/journal.jsonl");
    let damaged = std::fs::read_to_string(&journal).expect("a journal").replace("intended", "INTENDED");
    std::fs::write(&journal, &damaged).expect("damaged");
    over("the runner's disk is gone").expect("begun");
    assert_ne!(project.lineage(), old);
    let lock = LockFile::read(&project.home.lock_file).expect("readable").expect("a lock file");
    let given_up = GivenUp { lineage: old, at: at(0), reason: "the runner's disk is gone".to_owned() };
    assert_eq!(lock.given_up, vec![given_up.clone()]);
    assert!(open_for_reading(&project.home).expect("readable").records.is_empty());
    let aside = project.folder.path().join(".callout/set-aside-1/journal.jsonl");
    assert_eq!(std::fs::read_to_string(aside).expect("kept"), damaged);
    over("once more").expect("begun");
    let lock = LockFile::read(&project.home.lock_file).expect("readable").expect("a lock file");
    assert_eq!((lock.given_up.len(), &lock.given_up[0]), (2, &given_up));
}

#[test]
fn a_lock_file_that_cannot_be_read_is_an_error_with_its_place() {
    let project = Project::begun();
    for (text, wanted) in [
        ("", "cannot be used: "),
        ("<<<<<<< HEAD\napiVersion: callout/v1\n", "cannot be used: "),
        ("apiVersion: callout/v1\nkind: Lock\nspec: {lineage: x, more: 1}\n", "unknown field `more`"),
        ("apiVersion: callout/v1\nkind: Lock\nspec: {lineage: ''}\n", "its lineage is empty"),
        (
            "apiVersion: callout/v1\nkind: Project\nspec: {lineage: x}\n",
            "it says `callout/v1`, `Project`, where `callout/v1`, `Lock` must be",
        ),
    ] {
        std::fs::write(&project.home.lock_file, text).expect("written");
        let error = open_for_reading(&project.home).expect_err("refused");
        assert!(error.code == "state/lock-file" && error.message.contains(wanted), "{error}");
        assert!(error.help.as_deref().is_some_and(|help| help.contains("git checkout -- ")));
    }
    std::fs::write(&project.home.lock_file, "apiVersion: callout/v1\nkind: [\n").expect("written");
    let place = open_for_reading(&project.home).expect_err("refused").place.expect("a place");
    assert!(place.line_column().0 >= 2, "{place}");
}

#[test]
fn an_init_that_was_stopped_half_way_is_completed() {
    let project = Project::empty();
    let folder = project.folder.path().join(".callout");
    let other = Project::begun();
    std::fs::create_dir(&folder).expect("made");
    std::fs::copy(other.folder.path().join(".callout/journal.jsonl"), folder.join("journal.jsonl")).expect("copied");
    assert!(matches!(init(&project.home, &owner(), &Start::New), Ok(Begun::Fresh { .. })));
    assert_eq!(open_for_reading(&project.home).expect("readable").lineage, project.lineage());
}

#[test]
fn a_state_that_another_run_began_meanwhile_is_left_alone() {
    let project = Project::begun();
    let before = LockFile::read(&project.home.lock_file).expect("readable");
    still_says(&project.home, before.as_ref()).expect("nothing happened");
    init(&project.home, &owner(), &Start::Over { reason: "the other run".to_owned() }).expect("begun anew");
    let told = project.told(&still_says(&project.home, before.as_ref()).expect_err("changed"));
    assert_eq!(
        told,
        "state/moved: another run changed `PROJECT/callout.lock` at the same time\n\
         Nothing was changed. Look at what it did first: callout plan."
    );
    assert!(still_says(&project.home, None).is_err(), "a state that was not there");
}
