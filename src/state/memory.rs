//! A state in memory: for simulations, which kill the run at every durable effect and start it again on the same disk.
//!
//! Owns a disk that outlives its stores, and the hook that stops a store at an effect. Keeps the same texts as the files do.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::cipher::Cipher;
use super::journal::{self, Commit};
use super::replay::{self, Named, Parts, Span};
use super::store::{Distance, Loaded, Owner, Store};
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome};

/// What survives a crash. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<Contents>>);

/// The files.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    pub snapshot: Option<Vec<u8>>,
    pub journal: Option<Vec<u8>>,
    pub snapshots: BTreeMap<u64, Vec<u8>>,
    pub journals: BTreeMap<Span, Vec<u8>>,
    /// States that were given up, oldest first.
    pub aside: Vec<Contents>,
    locked_by: Option<Owner>,
}

impl Disk {
    /// A look at the files, or a change by hand.
    pub fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A durable change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    CreateSnapshot,
    CreateJournal,
    Append,
    KeepJournal,
    KeepSnapshot,
    ReplaceSnapshot,
    ReplaceJournal,
    SetAside,
}

/// Where in a change a store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    Before(Step),
    /// Half of the bytes are written. Only an append can be seen half done: all else is renamed into place.
    Amid(Step),
    After(Step),
}

/// Asked at every effect; to break is to be killed there.
pub type Hook = Box<dyn FnMut(Effect) -> ControlFlow<()> + Send>;

/// A store over a [`Disk`].
pub struct MemoryStore {
    disk: Disk,
    hook: Hook,
    distance: Distance,
    killed: bool,
    locked: bool,
    /// The journal's length and its last commit, as this store left them.
    left: Option<(usize, u64)>,
}

impl MemoryStore {
    pub fn new(disk: &Disk) -> Self {
        Self::with_hook(disk, Box::new(|_| ControlFlow::Continue(())))
    }

    /// A store that a hook may kill. A killed store changes nothing any more.
    pub fn with_hook(disk: &Disk, hook: Hook) -> Self {
        Self { disk: disk.clone(), hook, distance: Distance::Memory, killed: false, locked: false, left: None }
    }

    /// The same where the hook takes its time, as a device or a network does.
    #[must_use]
    pub fn far_away(mut self, distance: Distance) -> Self {
        self.distance = distance;
        self
    }

    fn reach(&mut self, effect: Effect) -> Outcome<()> {
        if !self.killed && (self.hook)(effect).is_continue() {
            return Ok(());
        }
        self.killed = true;
        Err(refusal("state/killed", format!("the run was killed at {effect:?}")).into())
    }

    fn change(&mut self, step: Step, change: impl FnOnce(&mut Contents)) -> Outcome<()> {
        self.reach(Effect::Before(step))?;
        change(&mut self.disk.contents());
        self.reach(Effect::After(step))
    }

    fn owns(&self) -> Outcome<()> {
        if self.locked { Ok(()) } else { Err(refusal("state/unlocked", "a state is changed only under its lock").into()) }
    }
}

impl Drop for MemoryStore {
    fn drop(&mut self) {
        if self.locked {
            self.disk.contents().locked_by = None;
        }
    }
}

impl Store for MemoryStore {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn distance(&self) -> Distance {
        self.distance
    }

    fn lock(&mut self, owner: &Owner) -> Outcome<()> {
        let mut contents = self.disk.contents();
        if let Some(other) = &contents.locked_by {
            return Err(refusal("state/locked", format!("the state is in use by {other}")).into());
        }
        contents.locked_by = Some(owner.clone());
        self.locked = true;
        Ok(())
    }

    fn load(&mut self) -> Outcome<Option<Loaded>> {
        let contents = self.disk.contents().clone();
        let (snapshot, journal) = match (contents.snapshot, contents.journal) {
            (Some(snapshot), Some(journal)) => (snapshot, journal),
            (None, journal) if contents.snapshots.is_empty() && journal.as_deref().is_none_or(replay::never_used) => return Ok(None),
            (None | Some(_), None | Some(_)) => {
                return Err(refusal("state/damaged", "one of `memory/state.json` and `memory/journal.jsonl` is missing").into());
            }
        };
        let named = |name: &str, bytes| Named { name: format!("memory/{name}"), bytes };
        let parts = Parts { snapshot: named("state.json", snapshot), journal: named("journal.jsonl", journal) };
        let (loaded, journal) = replay::assemble(&parts, &Cipher::default(), |span| {
            let holds = |kept: &Span| kept.last >= span.first && kept.first <= span.last;
            Ok(contents.journals.into_iter().filter(|(kept, _)| holds(kept)).map(|(_, bytes)| named("history", bytes)).collect())
        })?;
        if self.locked {
            let mut bytes = parts.journal.bytes;
            bytes.truncate(journal.intact);
            if !journal.terminated {
                bytes.push(b'\n');
            }
            self.left = Some((bytes.len(), journal.end()));
            self.disk.contents().journal = Some(bytes);
        }
        Ok(Some(loaded))
    }

    fn create(&mut self, state: &State) -> Outcome<()> {
        self.owns()?;
        if self.load()?.is_some() {
            return Err(refusal("state/exists", "there is a state already").into());
        }
        let (snapshot, journal) =
            (replay::snapshot_text(state, &Cipher::default())?.into_bytes(), replay::fresh_journal(state)?.into_bytes());
        self.left = Some((journal.len(), state.through));
        self.change(Step::CreateJournal, |contents| contents.journal = Some(journal))?;
        self.change(Step::CreateSnapshot, |contents| contents.snapshot = Some(snapshot.clone()))?;
        self.change(Step::KeepSnapshot, |contents| drop(contents.snapshots.insert(state.through, snapshot)))
    }

    fn append(&mut self, commit: &Commit) -> Outcome<u64> {
        self.owns()?;
        let line = journal::commit_line(commit, &Cipher::default())?;
        let (left, last) = self.left.ok_or_else(|| refusal("state/order", "a commit is added only after a load"))?;
        if commit.sequence != last + 1 {
            return Err(refusal("state/order", format!("commit {} cannot follow commit {last}", commit.sequence)).into());
        }
        if self.disk.contents().journal.as_ref().map(Vec::len) != Some(left) {
            return Err(refusal("state/moved", "`memory/journal.jsonl` was changed by somebody else; nothing was added").into());
        }
        self.reach(Effect::Before(Step::Append))?;
        let (head, tail) = line.as_bytes().split_at(line.len() / 2);
        let add = |disk: &Disk, bytes: &[u8]| disk.contents().journal.get_or_insert_default().extend_from_slice(bytes);
        add(&self.disk, head);
        self.reach(Effect::Amid(Step::Append))?;
        add(&self.disk, tail);
        self.left = Some((left + line.len(), commit.sequence));
        self.reach(Effect::After(Step::Append))?;
        Ok(line.len() as u64)
    }

    fn compact(&mut self, state: &State) -> Outcome<()> {
        self.owns()?;
        let (snapshot, journal) =
            (replay::snapshot_text(state, &Cipher::default())?.into_bytes(), replay::fresh_journal(state)?.into_bytes());
        let before =
            journal::read("memory/journal.jsonl", self.disk.contents().journal.as_deref().unwrap_or_default(), &Cipher::default())?;
        let span = Span { first: before.header.follows + 1, last: before.end() };
        let left = (journal.len(), state.through);
        self.change(Step::KeepJournal, |contents| {
            contents.journals.extend(contents.journal.clone().map(|bytes| (span, bytes)));
        })?;
        self.change(Step::KeepSnapshot, |contents| drop(contents.snapshots.insert(state.through, snapshot.clone())))?;
        self.change(Step::ReplaceSnapshot, |contents| contents.snapshot = Some(snapshot))?;
        self.change(Step::ReplaceJournal, |contents| contents.journal = Some(journal))?;
        self.left = Some(left);
        Ok(())
    }

    fn journals(&self, each: &mut dyn FnMut(Named)) -> Outcome<()> {
        let Contents { journal, journals, .. } = self.disk.contents().clone();
        let named = |name: String, bytes| Named { name: format!("memory/{name}"), bytes };
        let kept = journals.into_iter().map(|(span, bytes)| named(format!("journal-{}-{}.jsonl", span.first, span.last), bytes));
        kept.chain(journal.map(|bytes| named("journal.jsonl".to_owned(), bytes))).for_each(each);
        Ok(())
    }

    fn set_aside(&mut self) -> Outcome<()> {
        self.owns()?;
        self.change(Step::SetAside, |contents| {
            let old = std::mem::take(contents);
            contents.locked_by.clone_from(&old.locked_by);
            contents.aside.clone_from(&old.aside);
            contents.aside.push(old);
        })
    }
}

fn refusal(code: &'static str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, message).help("Nothing was changed.")
}
