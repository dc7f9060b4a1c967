//! Kills a run at a chosen effect: a durable change, a request that is about to leave, an answer that just came.

use std::future::pending;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use callout::state::Permit;
use callout::state::memory::Hook;
use callout::systems::{Answer, Found, Listing, Observed, Payload, Reader, Remote, Sent, Several, Unready, Writer};
use callout::ticket::{Fields, Mark};
use jiff::Timestamp;
use tokio::sync::Notify;

/// Counts the effects of one run.
pub struct Killer {
    /// Dies at this effect; 0 is never.
    at: u64,
    seen: AtomicU64,
    died: Notify,
    /// What happens to the clock at some effect.
    jolt: Option<(u64, Box<dyn Fn() + Send + Sync>)>,
}

impl Killer {
    pub fn at(effect: u64) -> Arc<Self> {
        Self::jolting(effect, None)
    }

    /// The same, and at some effect something else happens: somebody sets the clock.
    pub fn jolting(at: u64, jolt: Option<(u64, Box<dyn Fn() + Send + Sync>)>) -> Arc<Self> {
        Arc::new(Self { at, seen: AtomicU64::new(0), died: Notify::new(), jolt })
    }

    pub fn never() -> Arc<Self> {
        Self::at(0)
    }

    /// One more effect. False once the run is dead.
    fn lives(&self) -> bool {
        let seen = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
        if let Some((_, jolt)) = self.jolt.as_ref().filter(|(effect, _)| *effect == seen) {
            jolt();
        }
        let lives = self.at == 0 || seen < self.at;
        if !lives {
            self.died.notify_one();
        }
        lives
    }

    /// One more effect; a dead run waits here for ever.
    async fn effect(&self) {
        if !self.lives() {
            pending::<()>().await;
        }
    }

    /// Whether its moment came.
    pub fn has_killed(&self) -> bool {
        self.at > 0 && self.seen.load(Ordering::SeqCst) >= self.at
    }

    pub async fn died(&self) {
        self.died.notified().await;
    }

    /// For the store: a killed store changes nothing any more.
    pub fn hook(self: &Arc<Self>) -> Hook {
        let killer = self.clone();
        Box::new(move |_| if killer.lives() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    }
}

/// A connection whose user may die before a request leaves and after its answer came.
pub struct Mortal<'a> {
    pub remote: &'a dyn Remote,
    pub killer: Arc<Killer>,
}

impl Reader for Mortal<'_> {
    fn read<'a>(&'a self, id: &'a str) -> Answer<'a, Observed> {
        Box::pin(async move {
            self.killer.effect().await;
            self.remote.read(id).await
        })
    }

    fn find<'a>(&'a self, mark: &'a Mark, since: Timestamp) -> Answer<'a, Found> {
        Box::pin(async move {
            self.killer.effect().await;
            self.remote.find(mark, since).await
        })
    }

    fn list(&self, since: Option<Timestamp>, most_pages: usize) -> Answer<'_, Listing> {
        Box::pin(async move {
            self.killer.effect().await;
            self.remote.list(since, most_pages).await
        })
    }
}

impl Mortal<'_> {
    /// A request that changes something: its sender may die before it leaves, and after its answer came.
    async fn sends<T>(&self, write: Answer<'_, T>) -> T {
        self.killer.effect().await;
        let sent = write.await;
        self.killer.effect().await;
        sent
    }
}

impl Writer for Mortal<'_> {
    fn ready<'a>(&'a self, payload: Option<&'a Payload>) -> Answer<'a, Result<(), Unready>> {
        Box::pin(async move {
            self.killer.effect().await;
            self.remote.ready(payload).await
        })
    }

    fn create<'a>(&'a self, permit: Permit, payload: &'a Payload) -> Answer<'a, Sent> {
        Box::pin(self.sends(self.remote.create(permit, payload)))
    }

    fn ready_together<'a>(&'a self, payloads: &'a [Payload]) -> Answer<'a, Result<(), Unready>> {
        Box::pin(async move {
            self.killer.effect().await;
            self.remote.ready_together(payloads).await
        })
    }

    fn create_together<'a>(&'a self, permit: Permit, payloads: &'a [Payload]) -> Answer<'a, Several> {
        Box::pin(self.sends(self.remote.create_together(permit, payloads)))
    }

    fn update<'a>(&'a self, permit: Permit, id: &'a str, changed: &'a Fields) -> Answer<'a, Sent> {
        Box::pin(self.sends(self.remote.update(permit, id, changed)))
    }

    fn close<'a>(&'a self, permit: Permit, id: &'a str) -> Answer<'a, Sent> {
        Box::pin(self.sends(self.remote.close(permit, id)))
    }

    fn delete<'a>(&'a self, permit: Permit, id: &'a str) -> Answer<'a, Sent> {
        Box::pin(self.sends(self.remote.delete(permit, id)))
    }
}
