//! What became of a try, on its way into the state.
//!
//! Owns which event an answer is, and what a person is told where it cannot be recorded. Refuses an event for what nobody knows: that stays
//! in doubt, and only what was heard is kept.

use futures_util::future::{BoxFuture, join, ready};
use serde_json::Value;

use super::Done;
use super::heard::heard;
use super::run::Run;
use super::unrecorded::{all_of, unanswered, unheard, unrecorded};
use super::write::{Attempt, Task};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::refresh::{booking_mismatch, sighting};
use crate::state::{Closing, Event, Sighting, Write};
use crate::systems::Sent;
use crate::ticket::{Change, Fields};

/// An outcome that is queued for the state: no intent that comes after it is durable before it is.
pub(super) struct Queued<'a> {
    pub attempt: Attempt,
    /// Ends when it is durable, or with how to put it on record by hand.
    pub durable: BoxFuture<'a, Outcome<()>>,
}

impl<'a> Queued<'a> {
    /// Nothing was intended, so there is nothing to record.
    pub fn not_started(why: impl Into<String>) -> Self {
        Self { attempt: Attempt::not_started(why), durable: Box::pin(ready(Ok(()))) }
    }

    /// The same, durable together with something else. Told is what became of both.
    pub fn with(self, other: impl Future<Output = Outcome<()>> + Send + 'a) -> Self {
        let both = join(self.durable, other);
        let both = async {
            let (own, other) = both.await;
            all_of(vec![own, other])
        };
        Self { durable: Box::pin(both), ..self }
    }
}

impl Run<'_> {
    /// Hands what became of a request to the state, in the order of the calls.
    pub(super) fn queue<'r>(&'r self, task: &'r Task<'_>, sent: Sent) -> Queued<'r> {
        let (key, write) = (task.step.key.clone(), task.write);
        match sent {
            Sent::Done(seen) => {
                let sight = sighting(task.system, &seen);
                let differs = differs(task, &sight.fields);
                let id = seen.id;
                let done = match write {
                    Write::Create => Done::Created { id: id.clone(), differs },
                    Write::Update => Done::Updated { id: id.clone(), differs },
                    Write::Close => Done::Closed { id: id.clone() },
                    Write::Delete => Done::Deleted { id: id.clone() },
                };
                let event = done_event(task, id.clone(), sight);
                self.queued(event, Attempt::Over(done), move |error| unrecorded(&key, write, &id, error))
            }
            Sent::Rejected { why, stops_system } => {
                if stops_system {
                    self.close(task.system.id(), &format!("an earlier request was refused: {why}"));
                }
                let (event, attempt) =
                    (Event::Rejected { key: key.clone(), why: why.clone() }, Attempt::Over(Done::Rejected { why: why.clone() }));
                self.queued(event, attempt, move |error| unanswered(&key, write, &why, error))
            }
            Sent::Unsent { why, retry_after, stops_system } => {
                if stops_system {
                    self.close(task.system.id(), &why);
                }
                let is_later = retry_after.is_some() && !stops_system;
                let attempt = if is_later { Attempt::Again(why.clone()) } else { Attempt::Over(Done::Unsent { why: why.clone() }) };
                self.queued(Event::Unsent { key: key.clone(), why: why.clone() }, attempt, move |error| {
                    unanswered(&key, write, &why, error)
                })
            }
            // It stays in doubt. What the system said of it may be what settles it later, and the terminal is soon gone.
            Sent::Unknown { why } => {
                let (event, done) = (heard(&key, &why), Done::Unknown { why: why.clone() });
                self.queued(event, Attempt::Over(done), move |error| unheard(&key, write, &why, error))
            }
        }
    }

    /// Queued by the call itself; `lost` tells what to do where it cannot be recorded.
    fn queued<'r>(&'r self, event: Event, attempt: Attempt, lost: impl FnOnce(&Diagnostic) -> Diagnostic + Send + 'r) -> Queued<'r> {
        let recorded = self.job.ledger.record(vec![event], self.job.clock.now());
        Queued { attempt, durable: Box::pin(async { recorded.await.map_err(|error| Box::new(lost(&error))) }) }
    }
}

/// What the answer shows otherwise than it was sent. Of an update, only what it changed: the rest is not its doing.
fn differs(task: &Task<'_>, seen: &Fields) -> Vec<Change> {
    let Some(request) = task.request else { return Vec::new() };
    let booked = booking_mismatch(task.system, request, seen).into_iter();
    if task.write != Write::Update {
        return booked.collect();
    }
    let kept = |(name, sent): (&str, &Value)| {
        let value = seen.get(name).filter(|value| sent.is_null() && value.as_str() != Some(""))?;
        Some(Change { field: name.to_owned(), before: None, after: Some(value.clone()) })
    };
    booked.filter(|change| task.fields.get(&change.field).is_some()).chain(task.fields.iter().filter_map(kept)).collect()
}

fn done_event(task: &Task<'_>, id: String, seen: Sighting) -> Event {
    let key = task.step.key.clone();
    match task.write {
        Write::Create => Event::Created { key, id, seen },
        // An answer without fields is no read-back: the next plan reads the ticket.
        Write::Update if seen.fields == Fields::default() => Event::Updated { key, seen: None },
        Write::Update => {
            // A field of the files that somebody else changed was not sent now: it stays drift, and is no answer to this update.
            let is_described = |name: &str| task.request.is_some_and(|request| request.fields.get(name).is_some());
            let is_known = |(name, _): &(&str, &Value)| task.fields.get(name).is_some() || !is_described(name);
            let fields = seen.fields.iter().filter(is_known).map(|(name, value)| (name.to_owned(), value.clone())).collect();
            Event::Updated { key, seen: Some(Sighting { fields, ..seen }) }
        }
        Write::Close => Event::Closed { key, why: Closing::Closed, reason: None },
        Write::Delete => Event::Closed { key, why: Closing::Deleted, reason: None },
    }
}
