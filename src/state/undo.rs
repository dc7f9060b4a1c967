//! Taking events back that could not be made durable, or whose company was impossible.
//!
//! Owns the copy of what a batch of events is about to change. Refuses to copy the whole state: a run makes thousands of batches.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::event::Event;
use super::model::{Key, PlanUse, Record};
use super::transition::{Impossible, State};

/// What was there before a batch, oldest first.
#[derive(Debug, Default)]
pub struct Undo(Vec<Former>);

#[derive(Debug)]
enum Former {
    Record(Key, Option<Box<Record>>),
    Plan(String, Option<PlanUse>),
}

impl Undo {
    /// This batch and a later one, as one.
    pub fn followed_by(mut self, later: Self) -> Self {
        self.0.extend(later.0);
        self
    }
}

impl State {
    /// Applies all the events or, where one is impossible, none of them.
    pub(super) fn apply_all(&mut self, events: &[Event], at: Timestamp) -> Result<Undo, Impossible> {
        let mut undo = Undo::default();
        for event in events {
            self.keep_former(event, &mut undo);
            if let Err(impossible) = self.apply(event, at) {
                drop(self.turn_back(undo));
                return Err(impossible);
            }
        }
        Ok(undo)
    }

    /// Goes back to before a batch, and answers with the way forth again: turned back once more, the batch is there as it was.
    pub(super) fn turn_back(&mut self, undo: Undo) -> Undo {
        let turned = undo.0.into_iter().rev().map(|former| match former {
            Former::Record(key, record) => {
                let now = swap(&mut self.records, key.clone(), record.map(|record| *record));
                Former::Record(key, now.map(Box::new))
            }
            Former::Plan(plan, usage) => {
                let now = swap(&mut self.plans, plan.clone(), usage);
                Former::Plan(plan, now)
            }
        });
        Undo(turned.collect())
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

/// Puts there what was there, and answers with what is.
fn swap<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, former: Option<V>) -> Option<V> {
    match former {
        Some(former) => map.insert(key, former),
        None => map.remove(&key),
    }
}
