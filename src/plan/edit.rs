//! A live ticket that differs from the files: what an update sends, and whose side `--take` is on.
//!
//! Owns conflicts. Refuses to choose a side by itself: without `--take`, a field that both sides changed is left to a person.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::build::World;
use super::case::Case;
use super::diff::{difference, is_empty, standing_mismatch};
use super::order::is_awaited;
use super::{Action, Reason, Step};
use crate::refresh::{ATTACHMENTS, booking_mismatch, resolved};
use crate::state::{Event, Record, Request, Sighting};
use crate::ticket::{Change, Digest, Fields, references};

/// Whose values win where a ticket was changed in its system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Take {
    /// The files': they are sent.
    File,
    /// The ticket's: they stay, and count as sent.
    Live,
}

impl fmt::Display for Take {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "--take file",
            Self::Live => "--take live",
        })
    }
}

const FILES_BY_HAND: &str = "files are sent with a create only; add them in the ticket system";

/// A ticket that was read, and everything that it differs in.
pub(super) struct Edit<'a> {
    pub case: &'a Case<'a>,
    pub record: &'a Record,
    pub desired: Request,
    /// What the files ask for against what was sent.
    pub changes: Vec<Change>,
    pub now: Sighting,
    /// What somebody changed in the ticket system.
    pub drifted: Vec<Change>,
    /// What was booked otherwise than sent.
    pub mismatch: Vec<Change>,
}

impl Edit<'_> {
    /// The files changed.
    pub fn change(&self, step: &mut Step) {
        let blocked = |reason| Action::Blocked { reason };
        let clashes = self.clashes();
        step.action = match self.by_hand() {
            Some(remark) => blocked(Reason::DoByHand { remark: remark.to_owned() }),
            None if !clashes.is_empty() && self.take().is_none() => blocked(Reason::Conflict { fields: clashes }),
            None => self.update(step),
        };
    }

    /// The files did not change, and a person chose a side.
    pub fn drift(&self, step: &mut Step) {
        let differs = || self.drifted.iter().chain(&self.mismatch).next().is_some();
        match (self.take(), self.by_hand()) {
            (Some(Take::File), Some(remark)) if differs() => step.notes.push(format!("--take file cannot put it back: {remark}")),
            // A wrong booking is no drift: it stays with a person.
            (Some(Take::Live), _) if step.action == Action::Keep => self.let_stand(step),
            (Some(Take::File), None) if differs() => {
                if let update @ Action::Update { .. } = self.update(step) {
                    step.action = update;
                }
            }
            (Some(Take::File | Take::Live) | None, _) => {}
        }
    }

    fn take(&self) -> Option<Take> {
        self.case.world.take
    }

    /// Why no update can carry this, if so.
    fn by_hand(&self) -> Option<&'static str> {
        let remark = self.case.side.system.capabilities().update.remark();
        remark.or_else(|| self.changes.iter().any(|change| change.field == ATTACHMENTS).then_some(FILES_BY_HAND))
    }

    /// Fields that both sides changed, and not to the same: from what the ticket shows to what the files ask for.
    fn clashes(&self) -> Vec<Change> {
        let of_both = self.changes.iter().filter(|change| has(&self.drifted, &change.field) && !self.is_there(&change.field));
        let clash = |change: &Change| Change { before: self.now.fields.get(&change.field).cloned(), ..change.clone() };
        of_both.map(clash).collect()
    }

    /// Whether the ticket shows already what the files ask for.
    fn is_there(&self, field: &str) -> bool {
        let Request { fields, attachments, visit, .. } = &self.desired;
        self.case.side.system.expected(fields, attachments, visit.as_ref()).get(field)
            == self.now.fields.get(field).filter(|value| !is_empty(value))
    }

    fn update(&self, step: &mut Step) -> Action {
        if self.take() == Some(Take::Live) {
            self.let_stand(step);
        }
        let stays = |field: &str| has(&self.drifted, field) && (self.take() == Some(Take::Live) || self.is_there(field));
        let mut names: BTreeSet<&str> = self.changes.iter().map(|change| change.field.as_str()).filter(|field| !stays(field)).collect();
        if self.take() == Some(Take::File) {
            names.extend(self.put_back(step));
        }
        let Some(id) = self.case.id().filter(|_| !names.is_empty()) else { return Action::Keep };
        let changed = self.payload(&names);
        step.notes.extend(notices(self.case, &changed));
        let closes = self.case.side.endings.as_ref().is_some_and(|endings| endings.are_set_by(&changed));
        Action::Update { id, request: Box::new(self.desired.clone()), changed, closes }
    }

    /// The fields that the ticket has otherwise and the files can put back.
    fn put_back<'s>(&'s self, step: &mut Step) -> Vec<&'s str> {
        let differing: BTreeSet<&str> = self.drifted.iter().chain(&self.mismatch).map(|change| change.field.as_str()).collect();
        let unchanged = differing.into_iter().filter(|field| !has(&self.changes, field));
        let (known, unknown): (Vec<&str>, Vec<&str>) = unchanged.partition(|field| self.desired.fields.get(field).is_some());
        if !known.is_empty() {
            step.notes.push(format!("put back to what the files say: {} (--take file)", known.join(", ")));
        }
        if !unknown.is_empty() {
            step.notes.push(format!("not in the files, so there is nothing to put back: {}", unknown.join(", ")));
        }
        let now = |field: &str| self.now.fields.get(field).cloned();
        let change =
            |field: &&str| Change { field: (*field).to_owned(), before: now(field), after: self.desired.fields.get(field).cloned() };
        step.changes.extend(known.iter().map(change));
        known
    }

    /// As the fields go out: references filled, and the mark in its place, so that a change beside it does not lose it.
    fn payload(&self, names: &BTreeSet<&str>) -> Fields {
        let fields = self.filled();
        let fields = match &self.desired.mark {
            Some(mark) => self.case.side.system.with_mark(fields, mark),
            None => fields,
        };
        names.iter().map(|name| ((*name).to_owned(), fields.get(name).cloned().unwrap_or(Value::Null))).collect()
    }

    /// With the ids of other tickets, but for those that are still to get a further one.
    fn filled(&self) -> Fields {
        let World { tickets, state, .. } = self.case.world;
        let mut fields = resolved(&self.desired, state);
        let awaits = |value: &Value| references(value).is_some_and(|address| is_awaited(tickets, state, &address));
        let waiting = self.desired.fields.iter().filter(|(_, value)| awaits(value));
        fields.0.extend(waiting.map(|(name, value)| (name.to_owned(), value.clone())));
        fields
    }

    /// What somebody changed in the ticket system counts as sent from now on.
    fn let_stand(&self, step: &mut Step) {
        if self.drifted.is_empty() {
            return;
        }
        let names: Vec<&str> = self.drifted.iter().map(|change| change.field.as_str()).collect();
        step.notes.push(format!("the ticket's values stand: {} (--take live)", names.join(", ")));
        let is_all = self.changes.iter().all(|change| has(&self.drifted, &change.field));
        let request = if is_all { self.desired.clone() } else { with_fields(&self.record.request, &self.desired.fields, &names) };
        let fields = with_new(self.record.baseline.as_ref(), &self.now.fields, &names);
        let accepted = self.accepted(&request, &fields);
        let seen = Sighting { fields, ..self.now.clone() };
        step.events.push(Event::TookLive { key: self.case.recorded(), request: Box::new(request), seen, accepted });
    }

    /// What then differs is left alone. A wrong booking that nobody has accepted yet is not accepted by the way.
    fn accepted(&self, request: &Request, baseline: &Fields) -> Option<Digest> {
        let system = self.case.side.system;
        let is_open = !is_accepted(self.record, &self.mismatch, &standing_mismatch(system, self.record, None));
        if is_open { self.record.accepted.clone() } else { difference(&[], &booking_mismatch(system, request, baseline)) }
    }
}

/// Whether a person left these differences alone: as they are now, or as they were before somebody changed the ticket again.
pub(super) fn is_accepted(record: &Record, mismatch: &[Change], at_first: &[Change]) -> bool {
    let is_known = |changes: &[Change]| record.accepted.is_some() && difference(&[], changes) == record.accepted;
    mismatch.is_empty() || is_known(mismatch) || is_known(at_first)
}

/// What sending these fields does besides, in the system's words.
fn notices(case: &Case<'_>, changed: &Fields) -> Vec<String> {
    let notices = case.side.system.capabilities().notices.iter();
    notices.filter(|notice| changed.get(notice.field).is_some()).map(|notice| notice.says.to_owned()).collect()
}

fn has(changes: &[Change], field: &str) -> bool {
    changes.iter().any(|change| change.field == field)
}

/// The request, with these fields as in `fields`.
fn with_fields(request: &Request, fields: &Fields, names: &[&str]) -> Request {
    let mut request = request.clone();
    request.fields = replaced(request.fields, fields, names);
    request
}

/// The baseline, with these fields as they are seen now, and with what it lacked so far.
fn with_new(baseline: Option<&Fields>, now: &Fields, names: &[&str]) -> Fields {
    let mut fields = replaced(baseline.cloned().unwrap_or_default(), now, names);
    for (name, value) in now.iter() {
        fields.0.entry(name.to_owned()).or_insert_with(|| value.clone());
    }
    fields
}

fn replaced(mut fields: Fields, by: &Fields, names: &[&str]) -> Fields {
    for name in names {
        match by.get(name) {
            Some(value) => fields.set(*name, value.clone()),
            None => drop(fields.0.remove(*name)),
        }
    }
    fields
}
