//! What waits for the next commit of a ledger.
//!
//! Owns who sees to it: the caller that queued an entry, unless it was dropped.

use std::collections::HashSet;

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::Shared;
use crate::diagnostics::Outcome;
use crate::state::{Event, Key};

/// To the caller that queued an entry.
pub type Answer = oneshot::Sender<Outcome<()>>;

/// One caller's events, which become durable together or not at all.
pub struct Entry {
    pub events: Vec<Event>,
    pub now: Timestamp,
    pub answer: Answer,
}

/// The entries, in the order in which they came.
#[derive(Default)]
pub struct Queue {
    entries: Vec<Entry>,
    abandoned: bool,
    /// Whose requests may be in flight: the intent is durable, and nothing was queued for it since.
    in_flight: HashSet<Key>,
}

impl Queue {
    pub fn push(&mut self, entry: Entry) {
        for key in entry.events.iter().filter_map(Event::key) {
            self.in_flight.remove(key);
        }
        self.entries.push(entry);
    }

    /// These may be sent from now on.
    pub fn sends(&mut self, intended: Vec<Key>) {
        self.in_flight.extend(intended);
    }

    /// Whether nobody's outcome is about to come.
    pub fn is_complete(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// All of them, for one commit.
    pub fn take(&mut self) -> Vec<Entry> {
        self.abandoned = false;
        std::mem::take(&mut self.entries)
    }

    /// A caller was dropped and may have left its entry.
    pub fn abandon(&mut self) {
        self.abandoned = true;
    }

    /// Whether somebody else has to see to an entry.
    pub fn is_abandoned(&self) -> bool {
        self.abandoned
    }
}

impl Shared {
    /// Serves what a dropped caller left in the queue; where somebody holds the core, that one does it on leaving.
    pub(super) fn sweep(&self) {
        while self.queued().is_abandoned() {
            let Ok(mut core) = self.core.try_lock() else { return };
            self.drain(&mut core);
        }
    }
}

/// Sees to it that the queue is served, also when the caller is dropped at an await.
pub struct Leaving<'a> {
    shared: &'a Shared,
    is_served: bool,
}

impl<'a> Leaving<'a> {
    pub fn of(shared: &'a Shared) -> Self {
        Self { shared, is_served: false }
    }

    /// Nothing of the caller is in the queue any more.
    pub fn served(mut self) {
        self.is_served = true;
    }
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if !self.is_served {
            self.shared.queued().abandon();
            self.shared.sweep();
        }
    }
}
