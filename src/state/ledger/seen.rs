//! The state as others see it.
//!
//! Owns that it holds what is durable and nothing else: a batch is tried on it, and is part of it only once it was written. Refuses to keep
//! a reader waiting for a store.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::queue::{Answer, Entry};
use crate::state::event::Event;
use crate::state::transition::{Impossible, State};
use crate::state::undo::Undo;

/// Shared by a ledger, which looks, and its core, which alone changes it.
#[derive(Default)]
pub struct Seen(Mutex<Arc<State>>);

/// What one commit is to hold.
pub struct Batch {
    pub events: Vec<Event>,
    /// Who waits for it.
    pub waiting: Vec<Answer>,
    /// From the state as it is to the state with all of this.
    pub ahead: Undo,
}

impl Seen {
    pub fn read<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.locked())
    }

    /// The state as it is now, which later changes leave alone.
    pub fn now(&self) -> Arc<State> {
        Arc::clone(&self.locked())
    }

    pub fn begin_with(&self, state: State) {
        *self.locked() = Arc::new(state);
    }

    /// Tries what can follow, one entry after the other. Those that cannot are left out, each with its reason.
    pub fn tried(&self, entries: Vec<Entry>, at: Timestamp) -> (Batch, Vec<(Answer, Impossible)>) {
        let (mut events, mut waiting, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        let mut back = Undo::default();
        let mut seen = self.locked();
        let state = Arc::make_mut(&mut seen);
        for entry in entries {
            match state.apply_all(&entry.events, at) {
                Ok(undo) => {
                    back = back.followed_by(undo);
                    events.extend(entry.events);
                    waiting.push(entry.answer);
                }
                Err(impossible) => refused.push((entry.answer, impossible)),
            }
        }
        let ahead = state.turn_back(back);
        (Batch { events, waiting, ahead }, refused)
    }

    /// The batch is durable, under this number. Nothing else changed the state since it was tried.
    pub fn take_over(&self, ahead: Undo, sequence: u64) {
        let mut seen = self.locked();
        let state = Arc::make_mut(&mut seen);
        drop(state.turn_back(ahead));
        state.through = sequence;
    }

    fn locked(&self) -> MutexGuard<'_, Arc<State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
