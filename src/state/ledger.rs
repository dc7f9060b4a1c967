//! The only writer of state.
//!
//! Owns the order of commits: every event is checked, made durable, and only then part of the state that others see.
//! Refuses everything after a failed write. Callers that come together share one commit, and so do those that come while another's is
//! under way: a store that waits for its device or a network does so on a thread of its own, and nobody who looks at the state waits for it.

mod commits;
mod queue;
mod seen;
mod trouble;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, OwnedMutexGuard, oneshot};

use super::event::{Event, Write};
use super::lineage;
use super::model::{Key, Request};
use super::permit::Permit;
use super::session::Session;
use super::store::{Distance, Store};
use super::transition::State;
use crate::diagnostics::Outcome;
use crate::ticket::Digest;
use commits::{Committed, Core};
use queue::{Entry, Leaving, Queue};
use seen::Seen;
use trouble::{aimless, lost};

/// So long a commit over a network waits for others. A quarter of what the quickest of them takes: where nobody comes, little is lost.
const MOMENT: Duration = Duration::from_millis(5);

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
    /// So long a commit waits for others.
    moment: Duration,
    seen: Arc<Seen>,
    shared: Arc<Shared>,
}

/// What a commit needs, also when the caller that began it was dropped.
struct Shared {
    core: Arc<tokio::sync::Mutex<Core>>,
    queue: Mutex<Queue>,
    /// Told whenever nobody's outcome is about to come any more.
    complete: Notify,
}

impl Ledger {
    /// Locks and loads the state of this lineage. A missing state and another lineage's are refused.
    pub fn open(mut store: Box<dyn Store>, lineage: &str, session: Session) -> Outcome<Self> {
        store.lock(&session.owner)?;
        let name = store.name();
        let loaded = lineage::expect(store.load()?, lineage, &name)?;
        let (distance, seen) = (store.distance(), Arc::default());
        let moment = match distance {
            Distance::Network => MOMENT,
            Distance::Memory | Distance::Disk => Duration::ZERO,
        };
        let core = Core::new(store, session, loaded, Arc::clone(&seen));
        let shared = Arc::new(Shared { core: Arc::new(tokio::sync::Mutex::new(core)), queue: Mutex::default(), complete: Notify::new() });
        Ok(Self { lineage: lineage.to_owned(), is_instant: distance == Distance::Memory, moment, seen, shared })
    }

    /// Whether each commit costs a round trip through a network.
    pub fn is_far(&self) -> bool {
        !self.moment.is_zero()
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

    /// Writes down what happened: all the events or, where one cannot follow, none.
    ///
    /// They are queued by the call itself, behind all that was queued before, and written even if nobody waits for the answer. It comes when
    /// they are durable.
    pub fn record(&self, events: Vec<Event>, now: Timestamp) -> impl Future<Output = Outcome<()>> + Send {
        let queued = (!events.is_empty()).then(|| {
            let (answer, answered) = oneshot::channel();
            self.shared.push(Entry { events, now, answer });
            (Leaving::of(&self.shared), answered)
        });
        async move {
            match queued {
                Some((leaving, answered)) => self.served(leaving, answered).await,
                None => Ok(()),
            }
        }
    }

    /// The state with all that is durable.
    pub fn state(&self) -> State {
        self.read(State::clone)
    }

    /// A look at the state without copying it. Waits for no store.
    pub fn read<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        self.seen.read(look)
    }

    /// From now on every commit says that it was made for this plan.
    pub async fn carries_out(&self, plan: &str) -> Outcome<()> {
        let plan = plan.to_owned();
        self.after_the_queue(|core| core.plan = Some(plan)).await
    }

    /// Folds the journal into the snapshot now.
    pub async fn compact(&self) -> Outcome<()> {
        self.after_the_queue(Core::compact).await?
    }

    /// Ends a run: writes what is queued, and folds a long journal. An error here loses nothing: the journal has it all.
    pub async fn finish(&self) -> Outcome<()> {
        self.after_the_queue(|core| if core.journal_is_long() { core.compact() } else { Ok(()) }).await?
    }

    /// Sees to it that an entry is written, and answers with what became of it. Most are taken along by another's commit.
    async fn served(&self, leaving: Leaving<'_>, mut answered: oneshot::Receiver<Outcome<()>>) -> Outcome<()> {
        // Lets tasks that are ready queue their events too, so that one commit serves them all.
        tokio::task::yield_now().await;
        let outcome = tokio::select! {
            biased;
            outcome = &mut answered => outcome.ok(),
            core = self.core() => {
                self.gathered().await;
                // A thread that ended badly has answered nobody, which each caller tells by itself.
                drop(self.work(core, |_| ()).await);
                answered.try_recv().ok()
            }
        };
        leaving.served();
        // The core may have been given to this caller, who did not need it any more.
        self.shared.sweep();
        outcome.unwrap_or_else(|| Err(Box::new(lost())))
    }

    /// Waits a moment for the outcomes of requests in flight, where each commit costs a round trip: what comes just after it began waits for
    /// all of it. Without this, tasks fall apart into two groups that wait for each other's commits.
    async fn gathered(&self) {
        let complete = self.shared.complete.notified();
        if self.moment.is_zero() || self.shared.queued().is_complete() {
            return;
        }
        // Over or not: what is queued by then goes out.
        drop(tokio::time::timeout(self.moment, complete).await);
        // Whoever gets the place of the last one queues an intent.
        tokio::task::yield_now().await;
    }

    async fn after_the_queue<R: Send + 'static>(&self, then: impl FnOnce(&mut Core) -> R + Send + 'static) -> Outcome<R> {
        self.work(self.core().await, then).await
    }

    async fn core(&self) -> OwnedMutexGuard<Core> {
        Arc::clone(&self.shared.core).lock_owned().await
    }

    /// Makes durable what is queued, and then does this. A store that waits does so on another thread, so that requests and answers of
    /// other tasks go on meanwhile, and whole, also when this caller is dropped.
    async fn work<R: Send + 'static>(
        &self,
        mut core: OwnedMutexGuard<Core>,
        then: impl FnOnce(&mut Core) -> R + Send + 'static,
    ) -> Outcome<R> {
        let shared = Arc::clone(&self.shared);
        let work = move || {
            shared.drain(&mut core);
            let done = then(&mut core);
            drop(core);
            // Whoever held the core looks after letting go of it whether a caller was dropped meanwhile.
            shared.sweep();
            done
        };
        if self.is_instant {
            return Ok(work());
        }
        tokio::task::spawn_blocking(work).await.map_err(|_| Box::new(lost()))
    }
}

impl Shared {
    fn queued(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes all that is queued durable, as one commit. Has no await in it: it is done whole, whoever is dropped.
    fn drain(&self, core: &mut Core) {
        let entries = self.queued().take();
        if entries.is_empty() {
            return;
        }
        let Committed { answers, intended } = core.commit(entries);
        // Before the answers: an outcome may come at once.
        self.queued().sends(intended);
        for (caller, outcome) in answers {
            // A caller that was dropped meanwhile needs no answer.
            drop(caller.send(outcome));
        }
    }

    fn push(&self, entry: Entry) {
        let mut queue = self.queued();
        queue.push(entry);
        if queue.is_complete() {
            self.complete.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests;
