use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::lineage::{Start, init, open_for_reading, open_for_writing};
use super::super::log::{Entry, read_log};
use super::super::samples::{at, intention, owner, seen, session};
use super::super::store::{Owner, Store};
use super::super::survey::Piece;
use super::*;
use crate::state::Named;

struct Project {
    folder: tempfile::TempDir,
    home: Home,
}

impl Project {
    /// Some commits, folded, and some behind them.
    async fn filled() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home { lock_file: folder.path().join("callout.lock"), state: folder.path().join("old/state.json").into() };
        init(&home, &owner(), &Start::New).expect("begun");
        let project = Self { folder, home };
        for (name, is_folded) in [("a", true), ("b", true), ("c", false)] {
            project.send(&project.home, name, is_folded).await;
        }
        project
    }

    async fn send(&self, home: &Home, name: &str, is_folded: bool) {
        let ledger = open_for_writing(home, session()).expect("opened");
        let intention = intention(name);
        let key = intention.key.clone();
        let _permit = ledger.intend(intention, at(0)).await.expect("intended");
        let created = Event::Created { key, id: format!("id-{name}"), seen: seen("as booked") };
        ledger.record(vec![created], at(1)).await.expect("recorded");
        if is_folded {
            ledger.compact().await.expect("folded");
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn place(&self, name: &str) -> Location {
        self.path(name).join("state.json").into()
    }

    fn at(&self, name: &str) -> Home {
        Home { state: self.place(name), ..self.home.clone() }
    }

    fn begin(&self, name: &str) -> Outcome<Migration> {
        Migration::begin(&self.home, &self.place(name), session())
    }

    fn moved(&self, name: &str) -> Outcome<State> {
        self.begin(name)?.finish(format!("FOLDER/{name}/state.json"), "a disk of its own".to_owned(), at(60))
    }

    fn told(&self, refused: &Diagnostic) -> String {
        let text = format!("{}: {}\n{}", refused.code, refused.message, refused.help.as_deref().unwrap_or_default());
        text.replace(&self.path("").display().to_string(), "FOLDER/")
    }
}

fn logged(home: &Home) -> Vec<u64> {
    let mut sequences = Vec::new();
    let log = read_log(home, None, &mut |entry: Entry<'_>| sequences.push(entry.commit.sequence)).expect("a log");
    assert!(log.is_whole(), "{log:?}");
    sequences.dedup();
    sequences
}

#[tokio::test]
async fn everything_arrives_and_the_old_place_says_where_it_is() {
    let project = Project::filled().await;
    let before = open_for_reading(&project.home).expect("a state");
    let state = project.moved("new").expect("moved");
    assert_eq!(state, State { through: 7, ..before });
    assert_eq!(open_for_reading(&project.at("new")).expect("a state"), state);
    assert_eq!(logged(&project.at("new")), [1, 2, 3, 4, 5, 6, 7]);
    let refused = open_for_reading(&project.home).expect_err("left");
    insta::assert_snapshot!(project.told(&refused), @r"
    state/left: the state `FOLDER/old/state.json` went to `FOLDER/new/state.json` (2027-01-15T08:01:00Z, by ana on ci-7)
    Nothing was planned or sent: what lies here is not the newest. In callout.yaml, under `spec`, say where it is now:
    state: {path: FOLDER/new/state.json}
    ");
    assert_eq!(open_for_writing(&project.home, session()).map(|_| ()).expect_err("left").code, "state/left");
    let over = Start::Over { reason: "lost".to_owned() };
    assert_eq!(init(&project.home, &owner(), &over).expect_err("left").code, "state/left");
    assert_eq!(project.moved("newer").expect_err("left").code, "state/left");
    project.send(&project.at("new"), "d", true).await;
    assert_eq!(logged(&project.at("new")), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[tokio::test]
async fn a_damaged_farewell_opens_nothing() {
    let project = Project::filled().await;
    project.moved("new").expect("moved");
    std::fs::write(project.path("old/moved.json"), "{}").expect("written");
    let refused = open_for_reading(&project.home).expect_err("left");
    assert!(project.told(&refused).starts_with("state/left: the state `FOLDER/old/state.json` went to another place, and"), "{refused}");
}

#[tokio::test]
async fn stopped_at_any_step_it_is_gone_on_with() {
    for steps in 0.. {
        let project = Project::filled().await;
        let mut migration = project.begin("new").expect("begun");
        let left = Arc::new(AtomicUsize::new(steps));
        migration.from = Box::new(Stopped { inner: migration.from, left: Arc::clone(&left) });
        migration.to = Box::new(Stopped { inner: migration.to, left });
        let done = migration.finish("there".to_owned(), "why".to_owned(), at(60)).is_ok();
        if done {
            assert_eq!(steps, 9, "append, create, six kept files, farewell");
            break;
        }
        let before = open_for_reading(&project.home).expect("the old place is still the state");
        project.send(&project.home, "meanwhile", steps % 2 == 0).await;
        let state = project.moved("new").expect("gone on with");
        assert_eq!(state.records.len(), before.records.len() + 1);
        assert_eq!(open_for_reading(&project.at("new")).expect("a state"), state, "{steps}");
        assert_eq!(logged(&project.at("new")), (1..=state.through).collect::<Vec<_>>(), "{steps}");
    }
}

#[tokio::test]
async fn a_place_that_has_something_else_is_refused() {
    let project = Project::filled().await;
    insta::assert_snapshot!(project.told(&project.moved("old").expect_err("the same")), @r"
    state/same-place: the state is at `FOLDER/old/state.json` already
    Nothing to do: go on with callout plan.
    ");
    let other = Home { lock_file: project.path("other.lock"), state: project.place("other") };
    init(&other, &owner(), &Start::New).expect("begun");
    let refused = project.told(&project.moved("other").expect_err("another project's"));
    assert!(refused.starts_with("state/lineage: the state `FOLDER/other/state.json` belongs to another project"), "{refused}");
    assert!(refused.ends_with("Nothing was moved. Name a place that has no state."), "{refused}");
    std::fs::create_dir(project.path("half")).expect("a folder");
    std::fs::write(project.path("half/state.json"), "").expect("written");
    let refused = project.told(&project.moved("half").expect_err("damaged"));
    assert!(refused.starts_with("state/damaged: the new place cannot be used: `FOLDER/half/journal.jsonl` is missing"), "{refused}");
    assert_eq!(open_for_reading(&project.home).expect("untouched").through, 6);
}

#[tokio::test]
async fn a_copy_that_went_on_by_itself_is_refused() {
    let project = Project::filled().await;
    std::fs::create_dir(project.path("new")).expect("a folder");
    for name in ["state.json", "journal.jsonl"] {
        std::fs::copy(project.path("old").join(name), project.path("new").join(name)).expect("copied");
    }
    project.send(&project.at("new"), "x", false).await;
    let refused = project.moved("new").expect_err("parted");
    insta::assert_snapshot!(project.told(&refused), @r"
    state/parted: the state at `FOLDER/new/state.json` went on by itself: it has commits that this one does not know
    Nothing was moved. If that is the one in use, say so in callout.yaml, under `spec`: state: {path: FOLDER/new/state.json}
    Otherwise name a place that has no state.
    ");
    assert_eq!(open_for_reading(&project.home).expect("untouched").through, 6);
}

/// A store whose changes come to an end.
struct Stopped {
    inner: Box<dyn Mendable>,
    left: Arc<AtomicUsize>,
}

impl Stopped {
    fn step(&mut self) -> Outcome<&mut dyn Mendable> {
        let left = self.left.load(Ordering::Relaxed);
        let Some(fewer) = left.checked_sub(1) else { return Err(Box::new(Diagnostic::error("state/killed", "stopped here"))) };
        self.left.store(fewer, Ordering::Relaxed);
        Ok(&mut *self.inner)
    }
}

impl Store for Stopped {
    fn name(&self) -> String {
        self.inner.name()
    }
    fn lock(&mut self, owner: &Owner) -> Outcome<()> {
        self.inner.lock(owner)
    }
    fn load(&mut self) -> Outcome<Option<Loaded>> {
        self.inner.load()
    }
    fn create(&mut self, state: &State) -> Outcome<()> {
        self.step()?.create(state)
    }
    fn append(&mut self, commit: &Commit) -> Outcome<u64> {
        self.step()?.append(commit)
    }
    fn compact(&mut self, state: &State) -> Outcome<()> {
        self.step()?.compact(state)
    }
    fn journals(&self, each: &mut dyn FnMut(Named)) -> Outcome<()> {
        self.inner.journals(each)
    }
    fn set_aside(&mut self) -> Outcome<()> {
        self.step()?.set_aside()
    }
}

impl Mendable for Stopped {
    fn pieces(&self) -> Outcome<Vec<Piece>> {
        self.inner.pieces()
    }
    fn content(&self, role: Role, lineage: &str) -> Content {
        self.inner.content(role, lineage)
    }
    fn bytes(&self, role: Role) -> Outcome<Option<Vec<u8>>> {
        self.inner.bytes(role)
    }
    fn has(&self, role: Role) -> Outcome<bool> {
        self.inner.has(role)
    }
    fn mentions(&self, text: &str) -> Outcome<bool> {
        self.inner.mentions(text)
    }
    fn create_with(&mut self, state: &State, first: &Commit) -> Outcome<()> {
        self.step()?.create_with(state, first)
    }
    fn mend(&mut self, base: &State, commits: &[Commit]) -> Outcome<()> {
        self.step()?.mend(base, commits)
    }
    fn keep(&mut self, role: Role, bytes: &[u8]) -> Outcome<()> {
        self.step()?.keep(role, bytes)
    }
    fn leave(&mut self, farewell: &Farewell) -> Outcome<()> {
        self.step()?.leave(farewell)
    }
    fn asides(&self) -> Outcome<BTreeSet<u16>> {
        self.inner.asides()
    }
    fn aside(&self, number: u16) -> Outcome<Box<dyn Mendable>> {
        self.inner.aside(number)
    }
}
