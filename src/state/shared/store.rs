//! A state in object storage.
//!
//! Owns the fence: a commit is an object that is made where there is none, so of two runs one gets each number, whoever holds the lock.
//! Refuses to go on after anything that it did not do itself: the next load finds out what is true.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::fold::{self, FOLD_AFTER};
use super::found::{self, Position};
use super::lease::{Asking, Lease};
use super::line::commit_in;
use super::lock_object::Through;
use super::objects::{Created, Objects, Replaced};
use super::watch::Watch;
use super::{begin, layout, setting_aside, told, told_over};
use crate::diagnostics::Outcome;
use crate::state::by::Owner;
use crate::state::cipher::Cipher;
use crate::state::journal::{self, Commit};
use crate::state::migrate::Farewell;
use crate::state::replay::{self, Named};
use crate::state::store::{Distance, Loaded, Store};
use crate::state::transition::State;
use crate::ticket::Clock;

/// One state below one prefix.
pub struct SharedStore {
    pub(super) objects: Objects,
    /// None for a copy, which nobody locks.
    clock: Option<Arc<dyn Clock>>,
    renew_every: Option<Duration>,
    /// Random; names this run's lease.
    run: String,
    /// What was seen of the lock, also by others that were opened for the same run.
    watch: Arc<Mutex<Watch>>,
    held: Option<Held>,
    position: Option<Position>,
}

/// What this run has as the only writer.
struct Held {
    lease: Lease,
    owner: Owner,
}

impl SharedStore {
    /// The state below these objects' prefix. Asks for nothing yet. The lease is renewed in the background every `renew_every`, if at all.
    pub fn new(objects: Objects, clock: Arc<dyn Clock>, renew_every: Option<Duration>) -> Self {
        Self { clock: Some(clock), renew_every, ..Self::copy(objects) }
    }

    /// A copy of a state, only to be read.
    pub fn copy(objects: Objects) -> Self {
        let run = uuid::Uuid::new_v4().to_string();
        Self { objects, clock: None, renew_every: None, run, watch: Arc::default(), held: None, position: None }
    }

    fn clock(&self) -> Outcome<Arc<dyn Clock>> {
        self.clock.clone().ok_or_else(|| told::bug("a copy of a state is only read").into())
    }

    /// The same, with what was seen of the lock before.
    #[must_use]
    pub fn watching(self, watch: &Arc<Mutex<Watch>>) -> Self {
        Self { watch: Arc::clone(watch), ..self }
    }

    fn held(&self) -> Outcome<&Held> {
        let held = self.held.as_ref().ok_or_else(|| told::bug("a state is changed only under its lock"))?;
        held.lease.check()?;
        Ok(held)
    }

    /// Does something that needs the lock. After an error nothing is known but what a load finds.
    pub(super) fn change<T>(&mut self, change: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        self.held()?;
        let done = change(self);
        if done.is_err() {
            self.position = None;
        }
        done
    }

    fn position(&mut self) -> Outcome<&mut Position> {
        self.position.as_mut().ok_or_else(|| told::bug("a commit is added only after a load").into())
    }

    /// Waits for something that is done with the objects.
    pub(super) fn on<T, F>(&self, task: impl FnOnce(Objects) -> F) -> Outcome<T>
    where
        T: Send + 'static,
        F: Future<Output = Outcome<T>> + Send + 'static,
    {
        self.objects.wait(task(self.objects.clone()))
    }

    /// Takes the commit's number for this line, or says who has it.
    pub(super) fn add(&self, commit: &Commit, line: &str) -> Outcome<()> {
        let key = layout::commit(&commit.lineage, commit.sequence);
        let Created::Other(found) = self.objects.create(&key, line.as_bytes())? else { return Ok(()) };
        let (place, name) = (self.objects.name(), self.objects.name_of(&key));
        Err(match commit_in(&name, &found.bytes, (&commit.lineage, commit.sequence), self.objects.cipher()) {
            Ok(other) => told::taken(place, &other).into(),
            Err(why) => told::taken_by_what(place, commit.sequence, &why).into(),
        })
    }

    fn reached(&self, lineage: &str, commit: u64) {
        if let Some(held) = &self.held {
            held.lease.reached(Through { lineage: lineage.to_owned(), commit });
        }
    }

    /// Closes this place: the state lies elsewhere from now on.
    pub(super) fn leave_for(&mut self, farewell: &Farewell) -> Outcome<()> {
        self.held()?;
        self.position = None;
        self.held.take().map_or(Ok(()), |held| held.lease.leave(farewell))
    }

    /// Makes a state with these first lines.
    pub(super) fn begin(&mut self, state: &State, first: Option<&Commit>) -> Outcome<()> {
        self.change(|store| {
            if store.load()?.is_some() {
                return Err(told::exists(&store.objects.name_of(layout::SNAPSHOT)).into());
            }
            let ending = begin::Ending { owner: store.held()?.owner.clone(), run: store.run.clone(), at: store.clock()?.now() };
            let lineage = state.lineage.clone();
            store.on(async move |objects: Objects| begin::make_ready(&objects, &lineage, &ending).await)?;
            if let Some(first) = first {
                store.add(first, &journal::commit_line(first, store.objects.cipher())?)?;
            }
            let text = replay::snapshot_text(state, store.objects.cipher())?;
            let through = state.through;
            store.on(async move |objects: Objects| begin::put_snapshot(&objects, text, through).await)?;
            // What was just made is what is read: nobody else can have come in between without being seen.
            store.load()?;
            Ok(())
        })
    }
}

impl Store for SharedStore {
    fn name(&self) -> String {
        self.objects.name().to_owned()
    }

    fn cipher(&self) -> Cipher {
        self.objects.cipher().clone()
    }

    fn distance(&self) -> Distance {
        Distance::Network
    }

    fn lock(&mut self, owner: &Owner) -> Outcome<()> {
        self.objects.cipher().may_write()?;
        self.position = None;
        // An earlier lease of this run has the same id: it is given back before it could be taken for the next one.
        self.held = None;
        let (owner, id, clock) = (owner.clone(), self.run.clone(), self.clock()?);
        let asking = Asking { owner: owner.clone(), id, clock, renew_every: self.renew_every };
        let lease = Lease::take(&self.objects, asking, &mut self.watch.lock().unwrap_or_else(PoisonError::into_inner))?;
        self.held = Some(Held { lease, owner });
        Ok(())
    }

    fn load(&mut self) -> Outcome<Option<Loaded>> {
        self.position = None;
        let found = self.on(async |objects: Objects| found::load(&objects).await)?;
        let Some((loaded, position)) = found else { return Ok(None) };
        if self.held.is_some() {
            self.reached(&position.lineage, position.last);
            self.position = Some(position);
        }
        Ok(Some(loaded))
    }

    fn create(&mut self, state: &State) -> Outcome<()> {
        self.begin(state, None)
    }

    fn append(&mut self, commit: &Commit) -> Outcome<u64> {
        let line = journal::commit_line(commit, self.objects.cipher())?;
        self.held()?;
        let last = self.position()?.last;
        if commit.sequence != last + 1 {
            return Err(told::bug(&format!("commit {} cannot follow commit {last}", commit.sequence)).into());
        }
        self.change(|store| store.add(commit, &line))?;
        self.reached(&commit.lineage, commit.sequence);
        let objects = self.objects.clone();
        let position = self.position()?;
        position.last = commit.sequence;
        position.unfolded.extend(line.as_bytes());
        if position.last - position.folded >= FOLD_AFTER {
            // The commit is kept, whatever becomes of the copy that only makes reading cheap: the next one tries again.
            if let Err(why) = fold::fold(&objects, position) {
                tracing::warn!("commits of the journal were not folded: {why}");
            }
        }
        Ok(line.len() as u64)
    }

    fn compact(&mut self, state: &State) -> Outcome<()> {
        self.change(|store| {
            let objects = store.objects.clone();
            let position = store.position()?;
            if state.through != position.last {
                let message = format!("the snapshot ends with commit {}, the journal with {}", state.through, position.last);
                return Err(told::bug(&message).into());
            }
            let text = replay::snapshot_text(state, objects.cipher())?;
            fold::fold(&objects, position)?;
            fold::keep_snapshot(&objects, state.through, &text)?;
            store.held()?;
            let position = store.position()?;
            match objects.replace(layout::SNAPSHOT, text.as_bytes(), &position.snapshot)? {
                Replaced::Done(version) => position.snapshot = version,
                Replaced::Stale => return Err(told::replaced(&objects.name_of(layout::SNAPSHOT)).into()),
            }
            fold::prune(&objects)
        })
    }

    fn journals(&self, each: &mut dyn FnMut(Named)) -> Outcome<()> {
        told_over::journals(&self.objects, each)
    }

    fn set_aside(&mut self) -> Outcome<()> {
        self.change(|store| {
            store.position = None;
            store.on(async |objects: Objects| {
                let lineage = told_over::lineage(&objects).await?;
                setting_aside::set_aside(&objects, lineage.as_deref()).await
            })
        })
    }
}
