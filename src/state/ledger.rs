//! The only writer of state.
//!
//! Owns the order of commits: every event is checked, made durable, and only then part of the state that others see.
//! Refuses everything after a failed write. Callers that come together share one line and one fsync, and so do those that come while
//! another's is under way: a store that waits for its device does so on a thread of its own.

mod queue;
mod trouble;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::event::{Event, Write};
use super::journal::Commit;
use super::lineage;
use super::model::{Key, Request};
use super::permit::Permit;
use super::session::Session;
use super::store::Store;
use super::transition::State;
use super::undo::Undo;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::ticket::Digest;
use queue::{Entry, Leaving, Queue};
use trouble::{after_failure, aimless, lost, not_kept, refused};

/// A journal of more lines than this is folded into the snapshot when a run ends.
const MANY_COMMITS: usize = 1000;
/// A journal smaller than this (in bytes) is read in no time: folding it would only fill the history.
const SMALL_JOURNAL: u64 = 256 * 1024;

/// A write that is about to be sent.
#[derive(Debug, Clone)]
pub struct Intention {
    pub key: Key,
    pub write: Write,
    /// Of what is sent.
    pub payload: Digest,
    /// Needed for a create; for an update, what the ticket is if it takes effect.
    pub request: Option<Box<Request>>,
}

/// The state and its store, shared by all tasks of a run.
pub struct Ledger {
    lineage: String,
    /// Whether the store never keeps a caller waiting.
    is_instant: bool,
    shared: Arc<Shared>,
}

/// What a commit needs, also when the caller that began it was dropped.
struct Shared {
    core: tokio::sync::Mutex<Core>,
    queue: Mutex<Queue>,
}

struct Core {
    state: State,
    store: Box<dyn Store>,
    session: Session,
    /// What is being carried out, for the log.
    plan: Option<String>,
    /// Why nothing is written any more.
    failed: Option<Diagnostic>,
    commits: usize,
    journal_size: u64,
    snapshot_size: u64,
}

impl Ledger {
    /// Locks and loads the state of this lineage. A missing state and another lineage's are refused.
    pub fn open(mut store: Box<dyn Store>, lineage: &str, session: Session) -> Outcome<Self> {
        store.lock(&session.owner)?;
        let name = store.name();
        let loaded = lineage::expect(store.load()?, lineage, &name)?;
        let is_instant = store.is_instant();
        let core = Core {
            state: loaded.state,
            store,
            session,
            plan: None,
            failed: None,
            commits: loaded.commits,
            journal_size: loaded.journal_size,
            snapshot_size: loaded.snapshot_size,
        };
        let shared = Arc::new(Shared { core: tokio::sync::Mutex::new(core), queue: Mutex::default() });
        Ok(Self { lineage: lineage.to_owned(), is_instant, shared })
    }

    pub fn lineage(&self) -> &str {
        &self.lineage
    }

    /// Writes down that a request is about to be sent. The permit exists only once that is durable.
    ///
    /// Refuses what cannot follow, such as a create for an address that has a ticket. A caller that is dropped meanwhile leaves an intent, thus a doubt.
    pub async fn intend(&self, intention: Intention, now: Timestamp) -> Outcome<Permit> {
        self.intend_all(vec![intention], now).await
    }

    /// The same for one request that makes several tickets: one commit, and one permit, because it is one request.
    ///
    /// Where one of them cannot follow, none is written down and there is no permit.
    pub async fn intend_all(&self, intentions: Vec<Intention>, now: Timestamp) -> Outcome<Permit> {
        let intended = |Intention { key, write, payload, request }| Event::Intended { key, write, payload, request };
        if intentions.is_empty() {
            return Err(Box::new(aimless()));
        }
        self.record(intentions.into_iter().map(intended).collect(), now).await?;
        Ok(Permit::after_durable_intent())
    }

    /// Writes down what happened: all the events or, where one cannot follow, none. Answers when they are durable.
    pub async fn record(&self, events: Vec<Event>, now: Timestamp) -> Outcome<()> {
        if events.is_empty() {
            return Ok(());
        }
        let (answer, mut answered) = oneshot::channel();
        self.shared.queued().push(Entry { events, now, answer });
        let leaving = Leaving::of(&self.shared);
        // Lets tasks that are ready queue their events too, so that one fsync serves them all.
        tokio::task::yield_now().await;
        self.serve().await;
        leaving.served();
        answered.try_recv().unwrap_or_else(|_| Err(Box::new(lost())))
    }

    /// The state with all that is durable.
    pub async fn state(&self) -> State {
        self.read(State::clone).await
    }

    /// A look at the state without copying it.
    pub async fn read<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        self.with_core(|core| look(&core.state)).await
    }

    /// From now on every commit says that it was made for this plan.
    pub async fn carries_out(&self, plan: &str) {
        let shared = &self.shared;
        self.with_core(|core| {
            shared.drain(core);
            core.plan = Some(plan.to_owned());
        })
        .await;
    }

    /// Folds the journal into the snapshot now.
    pub async fn compact(&self) -> Outcome<()> {
        let shared = &self.shared;
        self.with_core(|core| {
            shared.drain(core);
            core.compact()
        })
        .await
    }

    /// Ends a run: writes what is queued, and folds a long journal. An error here loses nothing: the journal has it all.
    pub async fn finish(&self) -> Outcome<()> {
        let shared = &self.shared;
        self.with_core(|core| {
            shared.drain(core);
            if core.journal_is_long() { core.compact() } else { Ok(()) }
        })
        .await
    }

    /// Makes durable what is queued. A store that waits does so on another thread, so that requests and answers of other tasks go on
    /// meanwhile, and whole, also when this caller is dropped.
    async fn serve(&self) {
        let shared = Arc::clone(&self.shared);
        if self.is_instant {
            return self.with_core(|core| shared.drain(core)).await;
        }
        let served = tokio::task::spawn_blocking(move || {
            shared.drain(&mut shared.core.blocking_lock());
            shared.sweep();
        });
        // A thread that ended badly has answered nobody, which each caller tells by itself.
        drop(served.await);
    }

    /// Whoever holds the core looks after letting go of it whether a caller was dropped meanwhile.
    async fn with_core<R>(&self, work: impl FnOnce(&mut Core) -> R) -> R {
        let done = work(&mut *self.shared.core.lock().await);
        self.shared.sweep();
        done
    }
}

impl Shared {
    fn queued(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes all that is queued durable, as one commit. Has no await in it: it is done whole, whoever is dropped.
    fn drain(&self, core: &mut Core) {
        let entries = self.queued().take();
        if !entries.is_empty() {
            core.commit(entries);
        }
    }
}

impl Core {
    fn commit(&mut self, entries: Vec<Entry>) {
        if let Some(failed) = &self.failed {
            let refusal = after_failure(failed);
            for entry in entries {
                answer(entry.answer, Err(Box::new(refusal.clone())));
            }
            return;
        }
        let Some(at) = entries.iter().map(|entry| entry.now).max() else { return };
        let (mut events, mut undos, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries {
            match self.state.apply_all(&entry.events, at) {
                Ok(undo) => {
                    undos.push(undo);
                    events.extend(entry.events);
                    waiting.push(entry.answer);
                }
                Err(impossible) => answer(entry.answer, Err(Box::new(refused(&impossible)))),
            }
        }
        if events.is_empty() {
            return;
        }
        let outcome = self.append(events, at, undos);
        for caller in waiting {
            answer(caller, outcome.clone());
        }
    }

    fn append(&mut self, events: Vec<Event>, at: Timestamp, undos: Vec<Undo>) -> Outcome<()> {
        let commit = Commit { plan: self.plan.clone(), ..self.session.commit(&self.state, at, events) };
        match self.store.append(&commit) {
            Ok(length) => {
                self.state.through = commit.sequence;
                self.commits += 1;
                self.journal_size += length;
                Ok(())
            }
            Err(error) => {
                undos.into_iter().rev().for_each(|undo| self.state.take_back(undo));
                let error = not_kept(*error, &commit.events);
                self.failed = Some(error.clone());
                Err(Box::new(error))
            }
        }
    }

    fn journal_is_long(&self) -> bool {
        self.failed.is_none() && (self.commits > MANY_COMMITS || self.journal_size > self.snapshot_size.max(SMALL_JOURNAL))
    }

    fn compact(&mut self) -> Outcome<()> {
        if let Some(failed) = &self.failed {
            return Err(Box::new(after_failure(failed)));
        }
        if self.commits == 0 {
            return Ok(());
        }
        let compacted = self.store.compact(&self.state);
        match &compacted {
            Ok(()) => (self.commits, self.journal_size) = (0, 0),
            Err(error) => self.failed = Some(error.as_ref().clone()),
        }
        compacted
    }
}

/// A caller that was dropped meanwhile needs no answer.
fn answer(to: oneshot::Sender<Outcome<()>>, outcome: Outcome<()>) {
    drop(to.send(outcome));
}

#[cfg(test)]
mod tests;
