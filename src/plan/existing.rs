//! Steps for tickets that were created before and are still wanted.

use serde_json::Value;

use super::build::Case;
use super::diff::{difference, done_by_hand, drift, standing_mismatch};
use super::{Action, Reason, Step};
use crate::refresh::{changed_request, config_changes, edits_without_effect, is_changed, sighting};
use crate::state::{Event, Intent, Record, Request, Sighting, Write};
use crate::systems::{Found, Observed, Seen};
use crate::ticket::{Change, Fields, Ticket, Visit};

/// A write without outcome: found again, seen to have taken effect, or left to a person.
pub(super) fn in_doubt(case: &Case<'_>) -> Step {
    let Some((record, intent)) = case.record.and_then(|record| Some((record, record.intent.as_ref()?))) else {
        return case.step(Action::Keep);
    };
    if intent.write == Write::Create { create_in_doubt(case, record, intent) } else { write_in_doubt(case, record, intent) }
}

fn create_in_doubt(case: &Case<'_>, record: &Record, intent: &Intent) -> Step {
    let found = case.recorded_as.and_then(|key| case.world.observed.found.get(key));
    match found {
        Some(Found::One(seen)) => {
            let why = "its mark was found".to_owned();
            let (id, request) = (seen.id.clone(), Box::new(record.request.clone()));
            Step { key: case.recorded(), ..case.step(Action::Adopt { id, request, seen: sighting(case.side.system, seen), why }) }
        }
        Some(Found::Several(ids)) => doubt(case, Reason::SeveralFound { ids: ids.clone() }),
        Some(Found::None | Found::Cannot | Found::Unanswered { .. }) | None => doubt(case, Reason::of_doubt(record, intent)),
    }
}

fn write_in_doubt(case: &Case<'_>, record: &Record, intent: &Intent) -> Step {
    let settled = match (intent.write, seen(case)) {
        (Write::Close, Some(seen)) => seen.finished,
        (Write::Update, Some(seen)) => intent.request.as_deref().is_some_and(|request| {
            let changes = config_changes(&record.request, request, case.world.state);
            done_by_hand(case.side.system, request, &case.side.system.comparable(&seen.fields), &changes)
        }),
        (Write::Create | Write::Update | Write::Close | Write::Delete, _) => false,
    };
    if !settled {
        return doubt(case, Reason::of_doubt(record, intent));
    }
    let mut step = case.step(Action::Keep);
    let reason = "the ticket shows that it took effect".to_owned();
    step.notes.push(format!("the {} that was in doubt took effect", intent.write));
    step.events.push(Event::WriteSettled { key: case.recorded(), done: true, reason });
    if let Some(seen) = seen(case) {
        let seen = sighting(case.side.system, seen);
        step.events.push(Event::Observed { key: case.recorded(), seen, baseline: true, booking_checked: true });
    }
    step
}

fn doubt(case: &Case<'_>, reason: Reason) -> Step {
    Step { key: case.recorded(), ..case.step(Action::InDoubt { reason }) }
}

/// The files ask for what was sent.
pub(super) fn keep(case: &Case<'_>) -> Step {
    let (Some(record), Some(ticket)) = (case.record, case.ticket) else { return case.step(Action::Keep) };
    let mismatch = mismatch(case, record);
    let difference = difference(&[], &mismatch);
    let action = if difference.is_none() || difference == record.accepted {
        Action::Keep
    } else {
        Action::Blocked { reason: Reason::BookedDifferently { fields: mismatch } }
    };
    let mut step = Step { difference, ..case.step(action) };
    observe(case, record, &mut step);
    note(case, record, ticket, &mut step);
    if let Some(Observed::Unread { why, .. }) = case.observed {
        step.notes.push(format!("it could not be read, and is shown as last known: {why}"));
    }
    if case.observed == Some(&Observed::Missing) {
        step.notes.push(format!(
            "ticket {} is not visible with this credential; it is kept, and nothing is created in its place",
            case.id().unwrap_or_default()
        ));
    }
    step
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
    step.is_closed = true;
    let visit = further_visit(case);
    step.notes.push(if case.record.is_some_and(Record::is_let_go) {
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
    let (Some(record), Some(ticket), Some(seen)) = (case.record, case.ticket, seen(case)) else { return unseen(case) };
    let desired = desired(case, ticket, record);
    let changes = config_changes(&record.request, &desired, case.world.state);
    let now = sighting(case.side.system, seen);
    if done_by_hand(case.side.system, &desired, &now.fields, &changes) {
        let mut step = case.step(Action::Keep);
        step.notes.push("the change was made by hand in the ticket system".to_owned());
        step.events.push(Event::DoneByHand { key: case.recorded(), request: Box::new(desired), seen: now });
        return step;
    }
    let mismatch = mismatch(case, record);
    let difference = difference(&changes, &mismatch);
    let is_accepted = difference.is_some() && difference == record.accepted;
    let drifted = drift(case.side.system, record, &now.fields);
    let action = if is_accepted { Action::Keep } else { changing(case, desired, &changes, &drifted) };
    let mut step = Step { difference, ..case.step(action) };
    if is_accepted {
        step.notes.push("differs from what was sent, as accepted".to_owned());
    }
    step.changes = changes;
    observe(case, record, &mut step);
    note_lifecycle(case, record, ticket, &mut step);
    step
}

fn changing(case: &Case<'_>, desired: Request, changes: &[Change], drifted: &[Change]) -> Action {
    let both: Vec<String> = drifted.iter().filter(|d| changes.iter().any(|c| c.field == d.field)).map(|d| d.field.clone()).collect();
    let blocked = |reason| Action::Blocked { reason };
    match (case.side.system.capabilities().update.remark(), case.id()) {
        (Some(remark), _) => blocked(Reason::DoByHand { remark: remark.to_owned() }),
        (None, _) if !both.is_empty() => blocked(Reason::Conflict { fields: both }),
        (None, Some(id)) => {
            let fields = changed(case, &desired, changes);
            Action::Update { id, request: Box::new(desired), changed: fields }
        }
        (None, None) => Action::Keep,
    }
}

/// What an update sends. A field that the mark stands in is sent with its mark, or the ticket would lose it.
fn changed(case: &Case<'_>, desired: &Request, changes: &[Change]) -> Fields {
    let plain = &desired.fields;
    let marked = desired.mark.as_ref().map(|mark| case.side.system.with_mark(plain.clone(), mark));
    let carried = |name: &str| marked.as_ref().and_then(|marked| marked.get(name)).filter(|value| plain.get(name) != Some(value));
    let value = |change: &Change| carried(&change.field).or(change.after.as_ref()).cloned().unwrap_or(Value::Null);
    changes.iter().map(|change| (change.field.clone(), value(change))).collect()
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
    let is_news = record.status != now.status || record.finished != now.finished;
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
    for name in edits_without_effect(sent, ticket, case.side.system) {
        let title = case.side.system.title();
        step.notes.push(format!("the edit of {name} has no effect: {title} takes it only when a ticket is created"));
    }
    if sent.lifecycle != ticket.lifecycle || sent.labels != ticket.labels || sent.visit != visit {
        let (lifecycle, labels) = (ticket.lifecycle.clone(), ticket.labels.clone());
        step.events.push(Event::Noted { key: case.recorded(), lifecycle, labels, visit });
    }
}

fn mismatch(case: &Case<'_>, record: &Record) -> Vec<Change> {
    let now = seen(case).map(|seen| case.side.system.comparable(&seen.fields));
    standing_mismatch(case.side.system, record, now.as_ref())
}

fn desired(case: &Case<'_>, ticket: &Ticket, record: &Record) -> Request {
    changed_request(&record.request, ticket, case.side)
}

fn seen<'a>(case: &Case<'a>) -> Option<&'a Seen> {
    match case.observed {
        Some(Observed::Found(seen)) => Some(seen),
        Some(Observed::Missing | Observed::Unread { .. }) | None => None,
    }
}
