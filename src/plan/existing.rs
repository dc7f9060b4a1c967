//! Steps for tickets that were created before and are still wanted.

use std::borrow::Cow;

use super::case::Case;
use super::diff::{difference, done_by_hand, drift, standing_mismatch};
use super::edit::{Edit, Take, is_accepted};
use super::{Action, Reason, Step};
use crate::refresh::{changed_request, config_changes, edits_without_effect, is_changed, sighting, site_of};
use crate::state::{Event, Record, Request, Sighting};
use crate::systems::{Observed, Seen};
use crate::ticket::{Change, Fields, Ticket, Visit};

/// The files ask for what was sent.
pub(super) fn keep(case: &Case<'_>) -> Step {
    let (Some(recorded), Some(ticket)) = (case.record, case.ticket) else { return case.step(Action::Keep) };
    let record = &*ignoring(recorded, ticket);
    let mismatch = mismatch(case, record);
    let difference = difference(&[], &mismatch);
    let can_update = case.side.system.capabilities().update.yes();
    let is_fine = difference.is_none() || difference == record.accepted || (can_update && is_left_alone(case, record, &mismatch));
    let action = match case.observed {
        Some(Observed::Missing) => Action::Blocked { reason: Reason::Missing { id: case.id().unwrap_or_default() } },
        Some(Observed::Found(_) | Observed::Unread { .. }) | None if is_fine => Action::Keep,
        Some(Observed::Found(_) | Observed::Unread { .. }) | None => {
            Action::Blocked { reason: Reason::BookedDifferently { fields: mismatch.clone() } }
        }
    };
    let mut step = Step { difference, ..case.step(action) };
    if let Some(seen) = seen(case) {
        let now = sighting(case.side.system, seen);
        edit(case, record, ticket, (now, Vec::new())).drift(&mut step);
    }
    observe(case, record, &mut step);
    note(case, recorded, ticket, &mut step);
    if let Some(Observed::Unread { why, .. }) = case.observed {
        step.notes.push(format!("it could not be read, and is shown as last known: {why}"));
    }
    step
}

/// Where the system updates, a ticket that somebody changed after its difference was accepted has drifted, and was not booked wrong.
fn is_left_alone(case: &Case<'_>, record: &Record, mismatch: &[Change]) -> bool {
    is_accepted(record, mismatch, &standing_mismatch(case.side.system, record, None))
}

/// The record with what the files ignore now: a comparison that was just switched off is not made.
fn ignoring<'a>(record: &'a Record, ticket: &Ticket) -> Cow<'a, Record> {
    let ignored = &ticket.lifecycle.ignore_changes;
    if record.request.lifecycle.ignore_changes == *ignored {
        return Cow::Borrowed(record);
    }
    let mut record = record.clone();
    record.request.lifecycle.ignore_changes.clone_from(ignored);
    Cow::Owned(record)
}

/// Everything that a ticket that was read differs in.
fn edit<'a>(case: &'a Case<'a>, record: &'a Record, ticket: &Ticket, (now, changes): (Sighting, Vec<Change>)) -> Edit<'a> {
    let system = case.side.system;
    let drifted = drift(system, record, &now.fields);
    let mismatch = standing_mismatch(system, record, Some(&now.fields));
    Edit { case, record, desired: desired(case, ticket, record), changes, now, drifted, mismatch }
}

/// The work is over: whatever the files say now has no effect.
pub(super) fn keep_finished(case: &Case<'_>) -> Step {
    let (Some(record), Some(ticket)) = (case.record, case.ticket) else { return case.step(Action::Keep) };
    let mut step = case.step(Action::Keep);
    if is_changed(&record.request, ticket, case.side, case.world.state) {
        step.notes.push("finished: the edit has no effect; a new visit is `reissue`".to_owned());
    }
    observe(case, record, &mut step);
    step
}

/// A tombstone: the files have it again, and still nobody is sent.
pub(super) fn keep_closed(case: &Case<'_>) -> Step {
    let mut step = case.step(Action::Keep);
    if case.record.is_some_and(Record::is_moved) {
        step.notes.push("its ticket has another address now; `lifecycle.renamed_from` with that address moves it back".to_owned());
        return step;
    }
    let is_let_go = case.record.is_some_and(Record::is_let_go);
    // Of one that was let go of, nobody can say that nobody comes.
    step.is_closed = !is_let_go;
    let visit = further_visit(case);
    step.notes.push(if is_let_go {
        let id = case.id().unwrap_or_default();
        format!("let go of before: nothing is sent, and ticket {id} may still be coming; once it is over, a new visit is {visit}")
    } else {
        format!("closed before: nothing is sent; a new visit is {visit}")
    });
    step
}

/// What to write for one more visit. Of a location, the document's `reissue` would send somebody to its other locations too.
fn further_visit(case: &Case<'_>) -> String {
    let reissue = case.key.reissue + 1;
    let is_one_of_several = case.key.address.key.is_some();
    if is_one_of_several { format!("`reissue: {reissue}` on its location") } else { format!("`lifecycle.reissue: {reissue}`") }
}

/// The files ask for something else than was sent, and the ticket was read.
pub(super) fn change(case: &Case<'_>) -> Step {
    let (Some(recorded), Some(ticket), Some(seen)) = (case.record, case.ticket, seen(case)) else { return unseen(case) };
    let record = &*ignoring(recorded, ticket);
    let desired = desired(case, ticket, record);
    let changes = config_changes(&record.request, &desired, case.world.state);
    let now = sighting(case.side.system, seen);
    if done_by_hand(case.side.system, &desired, &now.fields, &changes) {
        let mut step = case.step(Action::Keep);
        step.notes.push("the change was made by hand in the ticket system".to_owned());
        step.events.push(Event::DoneByHand { key: case.recorded(), request: Box::new(desired), seen: now });
        return step;
    }
    let edit = edit(case, record, ticket, (now, changes.clone()));
    let difference = difference(&changes, &edit.mismatch);
    let is_accepted = difference.is_some() && difference == record.accepted && case.world.take != Some(Take::File);
    let mut step = Step { changes, difference, ..case.step(Action::Keep) };
    if is_accepted {
        step.notes.push("differs from what was sent, as accepted".to_owned());
    } else {
        edit.change(&mut step);
    }
    observe(case, record, &mut step);
    note_lifecycle(case, recorded, ticket, &mut step);
    step
}

/// A step that depends on how the ticket looks now, and nobody knows.
pub(super) fn unseen(case: &Case<'_>) -> Step {
    let reason = match case.observed {
        Some(Observed::Missing) => Reason::Missing { id: case.id().unwrap_or_default() },
        Some(Observed::Unread { why, .. }) => Reason::NotRead { why: why.clone() },
        Some(Observed::Found(_)) | None => Reason::NotRead { why: "reading was switched off by --refresh none".to_owned() },
    };
    let mut step = case.blocked(reason);
    if let (Some(record), Some(ticket)) = (case.record, case.ticket) {
        step.changes = config_changes(&record.request, &desired(case, ticket, record), case.world.state);
        note_lifecycle(case, record, ticket, &mut step);
    }
    step
}

/// Keeps what a read showed, where it is news; tells drift.
fn observe(case: &Case<'_>, record: &Record, step: &mut Step) {
    let Some(seen) = seen(case) else { return };
    let now = sighting(case.side.system, seen);
    step.drift = drift(case.side.system, record, &now.fields);
    let was_wrong = !standing_mismatch(case.side.system, record, None).is_empty();
    let is_right = standing_mismatch(case.side.system, record, Some(&now.fields)).is_empty();
    // What is over stays over: that it was reopened is no news that could be kept.
    let is_news = record.status != now.status || (now.finished && !record.finished);
    let key = case.recorded();
    let event = if was_wrong && is_right {
        Event::Observed { key, seen: now, baseline: true, booking_checked: true }
    } else if !record.booking_checked {
        Event::Observed { key, seen: now, baseline: false, booking_checked: true }
    } else if is_news {
        Event::Observed { key, seen: Sighting { fields: Fields::default(), ..now }, baseline: false, booking_checked: true }
    } else {
        return;
    };
    step.events.push(event);
}

/// Takes over what is not sent and changed in the files.
fn note(case: &Case<'_>, record: &Record, ticket: &Ticket, step: &mut Step) {
    note_with(case, record, ticket, (ticket.visit.clone(), step));
}

/// The same while an edit of the ticket itself is pending: the booked visit stays what it was.
fn note_lifecycle(case: &Case<'_>, record: &Record, ticket: &Ticket, step: &mut Step) {
    note_with(case, record, ticket, (record.request.visit.clone(), step));
}

fn note_with(case: &Case<'_>, record: &Record, ticket: &Ticket, (visit, step): (Option<Visit>, &mut Step)) {
    let sent = &record.request;
    let site = site_of(sent, ticket);
    for name in edits_without_effect(sent, ticket, case.side.system) {
        let title = case.side.system.title();
        step.notes.push(format!("the edit of {name} has no effect: {title} takes it only when a ticket is created"));
    }
    if sent.lifecycle != ticket.lifecycle || sent.labels != ticket.labels || sent.visit != visit || sent.site != site {
        let (lifecycle, labels) = (ticket.lifecycle.clone(), ticket.labels.clone());
        step.events.push(Event::Noted { key: case.recorded(), lifecycle: Box::new(lifecycle), labels, visit, site });
    }
}

fn mismatch(case: &Case<'_>, record: &Record) -> Vec<Change> {
    let now = seen(case).map(|seen| case.side.system.comparable(&seen.fields));
    standing_mismatch(case.side.system, record, now.as_ref())
}

fn desired(case: &Case<'_>, ticket: &Ticket, record: &Record) -> Request {
    changed_request(&record.request, ticket, case.side)
}

pub(super) fn seen<'a>(case: &Case<'a>) -> Option<&'a Seen> {
    match case.observed {
        Some(Observed::Found(seen)) => Some(seen),
        Some(Observed::Missing | Observed::Unread { .. }) | None => None,
    }
}
