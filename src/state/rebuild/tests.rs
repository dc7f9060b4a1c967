use std::path::PathBuf;

use super::super::LockFile;
use super::super::lineage::{Start, init, open_for_reading, open_for_writing};
use super::super::restore::Mending;
use super::super::samples::{at, created, intended, key, owner, request, session};
use super::*;
use crate::state::Write;

struct Project {
    folder: tempfile::TempDir,
    home: Home,
}

impl Project {
    fn begun() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home { lock_file: folder.path().join("callout.lock"), state: folder.path().join(".callout/state.json").into() };
        init(&home, &owner(), &Start::New).expect("begun");
        Self { folder, home }
    }

    async fn filled() -> Self {
        let project = Self::begun();
        let ledger = open_for_writing(&project.home, session()).expect("opened");
        ledger.record(vec![intended("a", Write::Create), created("a", "7")], at(1)).await.expect("recorded");
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(".callout").join(name)
    }

    fn lineage(&self) -> String {
        LockFile::read(&self.home.lock_file).expect("readable").expect("a lock file").lineage
    }

    fn refusal(&self) -> String {
        let error = Rebuild::begin(&self.home, session(), None).err().expect("refused");
        let text = format!("{}: {}\n{}", error.code, error.message, error.help.as_deref().unwrap_or_default());
        text.replace(&self.folder.path().display().to_string(), "PROJECT").replace(&self.lineage(), "LINEAGE")
    }

    fn rebuild(&self) -> State {
        Rebuild::begin(&self.home, session(), None).expect("lost").finish(vec![presumed()], "the disk died".into(), at(5)).expect("rebuilt")
    }
}

fn presumed() -> Event {
    Event::Presumed { key: key("a"), request: Box::new(request("x")), reason: "the disk died".into() }
}

#[tokio::test]
async fn a_missing_state_is_made_again_under_its_lineage_and_never_empty() {
    let project = Project::filled().await;
    std::fs::remove_dir_all(project.folder.path().join(".callout")).expect("removed");
    let state = project.rebuild();
    assert_eq!(state.lineage, project.lineage());
    assert_eq!(open_for_reading(&project.home).expect("readable"), state);
    assert!(state.records[&key("a")].is_presumed());
    let ledger = open_for_writing(&project.home, session()).expect("opened");
    ledger.record(vec![Event::NotCreated { key: key("a"), reason: "never sent".into() }], at(6)).await.expect("goes on");
    ledger.compact().await.expect("folds");
    assert!(!open_for_reading(&project.home).expect("readable").records[&key("a")].in_doubt());
    assert!(!project.path("set-aside-1").exists(), "nothing was there");
}

/// The snapshot is lost, and a newer callout wrote the journal: its tickets are in no file that this one reads.
#[tokio::test]
async fn what_a_newer_callout_wrote_is_not_passed_over() {
    let project = Project::filled().await;
    std::fs::write(project.path("state.json"), "").expect("emptied");
    let journal = std::fs::read_to_string(project.path("journal.jsonl")).expect("text");
    std::fs::write(project.path("journal.jsonl"), journal.replace("\"format_version\":1,", "\"format_version\":7,")).expect("written");
    let this = env!("CARGO_PKG_VERSION");
    assert_eq!(
        project.refusal(),
        format!(
            "state/newer: `PROJECT/.callout/journal.jsonl` was written by a newer callout: it has format version 7, written by callout \
             {this}; this is callout {this} and reads up to version 4\nInstall that version or a later one."
        )
    );
    assert!(!project.path("set-aside-1").exists(), "nothing was changed");
}

#[tokio::test]
async fn a_stop_between_any_two_files_leaves_no_state_that_could_be_planned_with() {
    let project = Project::filled().await;
    std::fs::remove_dir_all(project.folder.path().join(".callout")).expect("removed");
    let whole = project.rebuild();
    // As it is after the first of the two files.
    std::fs::remove_file(project.path("state.json")).expect("removed");
    std::fs::remove_dir_all(project.path("history")).expect("removed");
    assert_eq!(open_for_reading(&project.home).expect_err("half a state").code, "state/damaged");
    assert!(project.refusal().contains("is damaged, and nothing of it is lost"), "{}", project.refusal());
    let mending = Mending::begin(&project.home, session(), None, false).expect("all of it is there");
    assert_eq!(mending.state().records, whole.records);
}

#[tokio::test]
async fn a_damaged_state_is_put_aside_whole() {
    let project = Project::filled().await;
    let text = std::fs::read_to_string(project.path("journal.jsonl")).expect("text");
    std::fs::write(project.path("journal.jsonl"), text.replacen("\"7\"", "\"8\"", 1)).expect("damaged");
    let rebuild = Rebuild::begin(&project.home, session(), None).expect("lost");
    assert!(rebuild.damage().expect("damage").message.ends_with("its checksum does not fit its content"));
    rebuild.finish(vec![presumed()], "the disk died".into(), at(5)).expect("rebuilt");
    for name in ["state.json", "journal.jsonl", "history"] {
        assert!(project.path("set-aside-1").join(name).exists(), "{name}");
    }
    assert!(open_for_reading(&project.home).expect("readable").records[&key("a")].is_presumed());
}

#[tokio::test]
async fn a_whole_state_is_never_rebuilt() {
    let project = Project::filled().await;
    insta::assert_snapshot!(project.refusal(), @r"
    state/not-lost: the state `PROJECT/.callout/state.json` is not lost: it is whole, with 1 ticket on record
    A rebuild would forget what it knows. Tickets that it does not know are taken over one by one: callout import ADDRESS ID, callout import --from FILE.csv, or callout import --match mark.
    ");
}

#[tokio::test]
async fn a_state_that_may_be_another_projects_is_left_alone() {
    let project = Project::filled().await;
    let other = Project::begun();
    std::fs::copy(&other.home.lock_file, &project.home.lock_file).expect("another lock file");
    assert!(project.refusal().starts_with("state/lineage: the state `PROJECT/.callout/state.json` belongs to another project"));
    std::fs::write(project.path("journal.jsonl"), "").expect("damaged");
    insta::assert_snapshot!(project.refusal(), @r"
    state/lineage: the damaged state `PROJECT/.callout/state.json` may be another project's: nothing in it names the lineage LINEAGE of `callout.lock`
    What is wrong with it: `PROJECT/.callout/journal.jsonl` is empty; a journal always has a first line that says where it begins. If it is this project's, move its folder away; then the state is missing, and callout state rebuild makes a new one.
    ");
}

#[test]
fn without_a_lock_file_nothing_says_what_the_marks_are() {
    let project = Project::begun();
    std::fs::remove_dir_all(project.folder.path().join(".callout")).expect("removed");
    std::fs::remove_file(&project.home.lock_file).expect("removed");
    assert_eq!(Rebuild::begin(&project.home, session(), None).err().expect("refused").code, "state/none");
    assert!(!project.folder.path().join(".callout").exists(), "a refusal leaves nothing behind");
}

#[tokio::test]
async fn another_run_holds_it_back() {
    let project = Project::filled().await;
    std::fs::remove_file(project.path("journal.jsonl")).expect("removed");
    let first = Rebuild::begin(&project.home, session(), None).expect("lost");
    assert_eq!(Rebuild::begin(&project.home, session(), None).err().expect("refused").code, "state/locked");
    first.finish(vec![presumed()], "the disk died".into(), at(5)).expect("rebuilt");
    assert_eq!(Rebuild::begin(&project.home, session(), None).err().expect("refused").code, "state/not-lost");
}

/// The second of three tickets is lost, the third one's line cannot follow: what is left of each is kept.
#[tokio::test]
async fn what_can_still_be_read_is_kept() {
    let project = Project::filled().await;
    let ledger = open_for_writing(&project.home, session()).expect("opened");
    ledger.record(vec![intended("b", Write::Create)], at(2)).await.expect("recorded");
    ledger.record(vec![created("b", "8")], at(3)).await.expect("recorded");
    ledger.record(vec![intended("c", Write::Create), created("c", "9")], at(4)).await.expect("recorded");
    drop(ledger);
    let text = std::fs::read_to_string(project.path("journal.jsonl")).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    std::fs::write(project.path("journal.jsonl"), format!("{}\n{}\n{}\n{}\n", lines[0], lines[1], lines[3], lines[4])).expect("damaged");
    let rebuild = Rebuild::begin(&project.home, session(), None).expect("lost");
    let known = rebuild.known();
    assert_eq!(known.records.keys().cloned().collect::<Vec<_>>(), [key("a"), key("c")]);
    assert_eq!(rebuild.named(), &BTreeMap::from([(key("b"), Some("8".to_owned()))]));
    let presumed = Event::Presumed { key: key("b"), request: Box::new(request("x")), reason: "gone".into() };
    let state = rebuild.finish(vec![presumed], "gone".into(), at(5)).expect("rebuilt");
    assert_eq!((state.through, state.records.len()), (5, 3), "the numbers go on: an older copy shows that it is one");
    assert_eq!(open_for_reading(&project.home).expect("readable"), state);
}
