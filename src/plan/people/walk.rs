//! Every place in a plan where a value or a text of a ticket, a file or a server can stand.
//!
//! Refuses to forget one: whatever has such places is taken apart in full, so that a new one does not compile until it is looked at.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::{Account, Action, Cost, Plan, Reason, Ruling, Search, Step};
use crate::state::{Event, Record, Request, Sighting};
use crate::ticket::{Change, Fields};

/// What is done at each place.
pub(in crate::plan) trait Visitor {
    /// A field's value.
    fn value(&mut self, kind: &str, field: &str, value: &mut Value);
    /// A text in somebody's words.
    fn text(&mut self, text: &mut String);
    /// What a thing is called: a site, a file. Its numbers are no telephone numbers.
    fn name(&mut self, name: &mut String);
}

pub(super) fn plan(plan: &mut Plan, visitor: &mut dyn Visitor) {
    let Plan {
        id: _,
        project: _,
        lineage: _,
        policies: _,
        through: _,
        commit: _,
        uncommitted: _,
        made: _,
        expires: _,
        rules: _,
        origins: _,
        selection: _,
        take: _,
        waves: _,
        steps,
        over: _,
        refusals: _,
        rulings,
        parts: _,
        hidden: _,
        reads: _,
    } = plan;
    for Ruling { policy: _, effect: _, key: _, message, place: _ } in rulings {
        visitor.text(message);
    }
    for each in steps {
        step(each, visitor);
    }
}

fn step(step: &mut Step, visitor: &mut dyn Visitor) {
    let kind = step.key.address.kind.clone();
    let Step {
        key: _,
        action,
        events,
        changes,
        drift,
        notes,
        site,
        account,
        cost,
        labels,
        rollout: _,
        id: _,
        mark: _,
        place: _,
        batch: _,
        seen,
        desired: _,
        record: _,
        noted: _,
        difference: _,
        settles: _,
        is_closed: _,
        visit: _,
        starts: _,
        lead_time: _,
        left_out: _,
    } = step;
    self::action(&kind, action, visitor);
    for event in events {
        self::event(&kind, event, visitor);
    }
    self::changes(&kind, changes, visitor);
    self::changes(&kind, drift, visitor);
    for note in notes {
        visitor.text(note);
    }
    visitor.name(site);
    if let Some(Account { id: _, name, address }) = account {
        visitor.name(name);
        visitor.name(address);
    }
    match cost {
        Some(Cost::Unknown(why)) => visitor.text(why),
        Some(Cost::Estimated(_)) | None => {}
    }
    self::labels(labels, visitor);
    if let Some(seen) = seen {
        sighting(&kind, seen, visitor);
    }
}

pub(in crate::plan) fn action(kind: &str, action: &mut Action, visitor: &mut dyn Visitor) {
    match action {
        Action::Create { request, payload } => {
            self::request(kind, request, visitor);
            fields(kind, payload, visitor);
        }
        Action::Adopt { id: _, request, seen, why } => {
            self::request(kind, request, visitor);
            sighting(kind, seen, visitor);
            visitor.text(why);
        }
        Action::Update { id: _, request, changed, closes: _ } => {
            self::request(kind, request, visitor);
            fields(kind, changed, visitor);
        }
        Action::Blocked { reason } | Action::InDoubt { reason } | Action::Deferred { reason } => self::reason(kind, reason, visitor),
        Action::Close { id: _ } | Action::Delete { id: _ } | Action::Retire { why: _ } | Action::Keep => {}
    }
}

fn reason(kind: &str, reason: &mut Reason, visitor: &mut dyn Visitor) {
    match reason {
        Reason::InDoubt { write: _, since: _, search, heard } => {
            if let Search::Unanswered { why, marked: _ } = search {
                visitor.text(why);
            }
            if let Some(heard) = heard {
                let mut text = String::from(&**heard);
                visitor.text(&mut text);
                *heard = text.into();
            }
        }
        Reason::Conflict { fields } | Reason::ChangedSince { fields, is_over: _ } | Reason::BookedDifferently { fields } => {
            changes(kind, fields, visitor);
        }
        Reason::Surplus { tickets } => tickets.iter_mut().for_each(|ticket| visitor.name(ticket)),
        Reason::FoundElsewhere { id: _, what } | Reason::AdoptMismatch { id: _, what } => visitor.name(what),
        Reason::DoByHand { remark } | Reason::StillOpen { id: _, remark, work: _, site: _ } => visitor.text(remark),
        Reason::NotRead { why } | Reason::CannotSend { why } => visitor.text(why),
        Reason::Presumed { since: _, shares_mark: _ }
        | Reason::SeveralFound { ids: _ }
        | Reason::FoundHeld { id: _, holder: _ }
        | Reason::SentBefore { ids: _ }
        | Reason::OtherOrigin { recorded: _, now: _ }
        | Reason::EarlierStillOpen { id: _ }
        | Reason::OpenBesideLater { id: _ }
        | Reason::ReissueLowered { recorded: _ }
        | Reason::Missing { id: _ }
        | Reason::LookAlike { other: _, id: _ }
        | Reason::StartPassed { start: _ }
        | Reason::SlotPassed { start: _ }
        | Reason::TooSoon { start: _, lead_hours: _ }
        | Reason::NotYetDue { on: _ }
        | Reason::Paused { rollout: _ }
        | Reason::WaveClosed { rollout: _, wave: _ }
        | Reason::GateShut(_)
        | Reason::AdoptHeld { id: _, holder: _ }
        | Reason::WaitsFor { address: _ } => {}
    }
}

pub(in crate::plan) fn event(kind: &str, event: &mut Event, visitor: &mut dyn Visitor) {
    match event {
        Event::Intended { key: _, write: _, payload: _, request } => {
            if let Some(request) = request {
                self::request(kind, request, visitor);
            }
        }
        Event::Created { key: _, id: _, seen } | Event::Observed { key: _, seen, baseline: _, booking_checked: _ } => {
            sighting(kind, seen, visitor);
        }
        Event::Updated { key: _, seen: Some(seen) } => sighting(kind, seen, visitor),
        Event::Adopted { key: _, id: _, request, seen, reason } => {
            self::request(kind, request, visitor);
            if let Some(seen) = seen {
                sighting(kind, seen, visitor);
            }
            visitor.text(reason);
        }
        Event::Presumed { key: _, request, reason } => {
            self::request(kind, request, visitor);
            visitor.text(reason);
        }
        Event::DoneByHand { key: _, request, seen } | Event::TookLive { key: _, request, seen, accepted: _ } => {
            self::request(kind, request, visitor);
            sighting(kind, seen, visitor);
        }
        Event::Noted { key: _, lifecycle, labels, visit: _, site: _ } => {
            if let Some(reason) = &mut lifecycle.reissue_reason {
                visitor.text(reason);
            }
            self::labels(labels, visitor);
        }
        Event::Surplus { key: _, tickets } => tickets.iter_mut().for_each(|stray| visitor.name(&mut stray.what)),
        Event::Restored { key: _, record, reason } => {
            self::record(kind, record, visitor);
            visitor.text(reason);
        }
        Event::Closed { key: _, why: _, reason } => reason.iter_mut().for_each(|reason| visitor.text(reason)),
        Event::Rejected { key: _, why } | Event::Unsent { key: _, why } | Event::Heard { key: _, why } => visitor.text(why),
        Event::NotCreated { key: _, reason }
        | Event::WriteSettled { key: _, done: _, reason }
        | Event::Accepted { key: _, difference: _, reason }
        | Event::VisitEnded { key: _, outcome: _, reason }
        | Event::SurplusSettled { key: _, reason }
        | Event::Moved { key: _, to: _, reason } => visitor.text(reason),
        Event::Mended { what, reason } => {
            visitor.text(what);
            visitor.text(reason);
        }
        Event::Updated { key: _, seen: None } | Event::PlanStarted { plan: _ } | Event::PlanFinished { plan: _ } => {}
    }
}

fn record(kind: &str, record: &mut Record, visitor: &mut dyn Visitor) {
    let Record {
        phase: _,
        request,
        intent,
        since: _,
        adopted: _,
        baseline,
        booking_checked: _,
        status: _,
        finished: _,
        accepted: _,
        outcome: _,
        surplus,
    } = record;
    self::request(kind, request, visitor);
    if let Some(intent) = intent {
        if let Some(request) = &mut intent.request {
            self::request(kind, request, visitor);
        }
        if let Some(heard) = &mut intent.heard {
            visitor.text(heard);
        }
    }
    if let Some(baseline) = baseline {
        fields(kind, baseline, visitor);
    }
    for stray in surplus {
        visitor.name(&mut stray.what);
    }
}

fn request(kind: &str, request: &mut Request, visitor: &mut dyn Visitor) {
    let Request { system: _, origin: _, mark: _, fields, attachments, visit: _, lifecycle, labels, site: _ } = request;
    self::fields(kind, fields, visitor);
    for file in attachments {
        visitor.name(&mut file.filename);
    }
    if let Some(reason) = &mut lifecycle.reissue_reason {
        visitor.text(reason);
    }
    self::labels(labels, visitor);
}

pub(in crate::plan) fn sighting(kind: &str, seen: &mut Sighting, visitor: &mut dyn Visitor) {
    let Sighting { fields, status: _, finished: _ } = seen;
    self::fields(kind, fields, visitor);
}

fn fields(kind: &str, fields: &mut Fields, visitor: &mut dyn Visitor) {
    for (name, value) in &mut fields.0 {
        visitor.value(kind, name, value);
    }
}

pub(in crate::plan) fn changes(kind: &str, changes: &mut [Change], visitor: &mut dyn Visitor) {
    for Change { field, before, after } in changes {
        before.iter_mut().chain(after).for_each(|value| visitor.value(kind, field, value));
    }
}

fn labels(labels: &mut BTreeMap<String, String>, visitor: &mut dyn Visitor) {
    for value in labels.values_mut() {
        visitor.name(value);
    }
}
