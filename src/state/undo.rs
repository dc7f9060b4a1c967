//! Taking events back that could not be made durable, or whose company was impossible.
//!
//! Owns the copy of what a batch of events is about to change. Refuses to copy the whole state: a run makes thousands of batches.

use jiff::Timestamp;

use super::model::{Event, Key, PlanUse, Record};
use super::transition::{Impossible, State};

/// What was there before a batch, oldest first.
#[derive(Debug, Default)]
pub struct Undo(Vec<Former>);

#[derive(Debug)]
enum Former {
    Record(Key, Option<Box<Record>>),
    Plan(String, Option<PlanUse>),
}

impl State {
    /// Applies all the events or, where one is impossible, none of them.
    pub(super) fn apply_all(&mut self, events: &[Event], at: Timestamp) -> Result<Undo, Impossible> {
        let mut undo = Undo::default();
        for event in events {
            self.keep_former(event, &mut undo);
            if let Err(impossible) = self.apply(event, at) {
                self.take_back(undo);
                return Err(impossible);
            }
        }
        Ok(undo)
    }

    /// The state as it was before the batch.
    pub(super) fn take_back(&mut self, undo: Undo) {
        for former in undo.0.into_iter().rev() {
            match former {
                Former::Record(key, Some(record)) => drop(self.records.insert(key, *record)),
                Former::Record(key, None) => drop(self.records.remove(&key)),
                Former::Plan(plan, Some(usage)) => drop(self.plans.insert(plan, usage)),
                Former::Plan(plan, None) => drop(self.plans.remove(&plan)),
            }
        }
    }

    fn keep_former(&self, event: &Event, undo: &mut Undo) {
        let record = |key: &Key| Former::Record(key.clone(), self.records.get(key).cloned().map(Box::new));
        undo.0.extend(event.key().map(record));
        if let Event::Moved { to, .. } = event {
            undo.0.push(record(to));
        }
        if let Event::PlanStarted { plan } | Event::PlanFinished { plan } = event {
            undo.0.push(Former::Plan(plan.clone(), self.plans.get(plan).cloned()));
        }
    }
}
