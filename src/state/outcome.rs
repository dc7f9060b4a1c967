//! What an outcome makes of one record.
//!
//! Owns the baseline: what was seen, and what of it an own change makes worthless. Which event may follow which is not decided here.

use serde_json::Value;

use super::event::Closing;
use super::model::{Phase, Record, Request, Sighting};

/// Takes over what was seen: as the new baseline, or only for the fields that the baseline lacks.
pub(super) fn sight(record: &mut Record, seen: &Sighting, replaces: bool) {
    let baseline = record.baseline.get_or_insert_default();
    if replaces {
        *baseline = seen.fields.clone();
    } else {
        for (name, value) in seen.fields.iter() {
            baseline.0.entry(name.to_owned()).or_insert_with(|| value.clone());
        }
    }
    record.status.clone_from(&seen.status);
    // Finished is final: a ticket that reopens in its system does not start a second visit here.
    record.finished |= seen.finished;
}

pub(super) fn created(record: &mut Record, id: &str, seen: &Sighting) {
    record.phase = Phase::Live { id: id.to_owned() };
    record.intent = None;
    sight(record, seen, true);
}

/// The read-back becomes the baseline of the fields that it has; the others keep theirs. As long as nobody has seen all that was sent,
/// the ticket counts as not compared: it is read at the next plan.
pub(super) fn updated(record: &mut Record, seen: Option<&Sighting>) {
    let shows = |name: &str| seen.is_some_and(|seen| seen.fields.get(name).is_some());
    let is_seen = seen.is_some() && asked_for(record).all(shows);
    took_effect(record);
    record.booking_checked &= is_seen;
    let Some(seen) = seen else { return };
    if let Some(baseline) = &mut record.baseline {
        baseline.0.retain(|name, _| seen.fields.get(name).is_none());
    }
    sight(record, seen, false);
}

/// The system said no. After a create the address is free again, and it counts as one that failed.
pub(super) fn refused(record: &mut Record, why: &str) {
    without_effect(record, Phase::NotCreated { why: why.to_owned(), refused: true });
}

/// The write changed nothing, and nobody said no. After a create the address is free again.
pub(super) fn undone(record: &mut Record, why: &str) {
    without_effect(record, Phase::NotCreated { why: why.to_owned(), refused: false });
}

fn without_effect(record: &mut Record, after_create: Phase) {
    record.intent = None;
    if record.phase == Phase::Pending {
        record.phase = after_create;
    }
}

pub(super) fn done_by_hand(record: &mut Record, request: &Request, seen: &Sighting) {
    asks_for(record, request.clone());
    sight(record, seen, false);
}

/// From now on this is what was sent. What was seen of the fields that it changes is no baseline any more.
fn asks_for(record: &mut Record, request: Request) {
    let before = std::mem::replace(&mut record.request, request);
    if let Some(baseline) = &mut record.baseline {
        baseline.0.retain(|name, _| before.fields.get(name) == record.request.fields.get(name));
    }
}

pub(super) fn close(record: &mut Record, why: Closing) {
    let id = record.id().map(str::to_owned);
    record.phase = Phase::Closed { id, why };
    record.intent = None;
}

fn took_effect(record: &mut Record) {
    if let Some(request) = record.intent.take().and_then(|intent| intent.request) {
        asks_for(record, *request);
    }
}

/// A change that is said to be done was seen by nobody yet: until a read, what its fields show is neither drift nor right.
pub(super) fn settle_write(record: &mut Record, done: bool) {
    if done { updated(record, None) } else { record.intent = None }
}

/// The values that the change in doubt is to set.
fn asked_for(record: &Record) -> impl Iterator<Item = &str> {
    let request = record.intent.as_ref().and_then(|intent| intent.request.as_deref());
    let is_new = |(name, value): &(&str, &Value)| !value.is_null() && record.request.fields.get(name) != Some(*value);
    request.into_iter().flat_map(|request| request.fields.iter()).filter(is_new).map(|(name, _)| name).collect::<Vec<_>>().into_iter()
}
