//! Steps that make a ticket, or take one over instead.

use super::build::Case;
use super::diff::booking_mismatch;
use super::{Action, Reason, Step};
use crate::refresh::{request_of, sighting};
use crate::state::Request;
use crate::systems::Observed;
use crate::ticket::{Fields, Mark, Ticket};

/// The first visit of an address.
pub(super) fn first(case: &Case<'_>) -> Step {
    let Some(ticket) = case.ticket else { return case.step(Action::Keep) };
    match &ticket.lifecycle.adopt {
        Some(id) => adopt(case, ticket, id),
        None => create(case, ticket, None),
    }
}

/// A further visit, after one that is over.
pub(super) fn again(case: &Case<'_>) -> Step {
    let Some(ticket) = case.ticket else { return case.step(Action::Keep) };
    let prior = case.id();
    let mut step = create(case, ticket, prior.as_deref());
    let earlier = prior.map_or_else(|| "an earlier visit".to_owned(), |id| format!("ticket {id}"));
    step.notes.push(format!("visit {} of this address, after {earlier}", ticket.reissue));
    step
}

/// The request of a new visit, with its mark.
fn request(case: &Case<'_>, ticket: &Ticket) -> Request {
    let mark = Mark::new(&case.world.state.lineage, &ticket.address, ticket.reissue);
    request_of(ticket, case.side, Some(mark))
}

fn create(case: &Case<'_>, ticket: &Ticket, prior: Option<&str>) -> Step {
    if let Some(reason) = passed(case, ticket) {
        return case.blocked(reason);
    }
    let request = request(case, ticket);
    let payload = payload(case, &request, prior);
    case.step(Action::Create { request: Box::new(request), payload })
}

fn payload(case: &Case<'_>, request: &Request, prior: Option<&str>) -> Fields {
    let system = case.side.system;
    let fields = prior.map_or_else(|| request.fields.clone(), |prior| system.with_prior(request.fields.clone(), prior));
    match &request.mark {
        Some(mark) => system.with_mark(fields, mark),
        None => fields,
    }
}

/// A start that has passed, as a reason.
pub(super) fn passed(case: &Case<'_>, ticket: &Ticket) -> Option<Reason> {
    let visit = ticket.visit.as_ref()?;
    let zone = visit.timezone.as_deref().map(|zone| format!(" {zone}")).unwrap_or_default();
    visit.starts_before(case.world.now, jiff::SignedDuration::ZERO).then(|| Reason::StartPassed { start: format!("{}{zone}", visit.start) })
}

fn adopt(case: &Case<'_>, ticket: &Ticket, id: &str) -> Step {
    let seen = match case.observed {
        Some(Observed::Found(seen)) => seen,
        Some(Observed::Missing) => return case.blocked(Reason::Missing { id: id.to_owned() }),
        Some(Observed::Unread { why, .. }) => return case.blocked(Reason::NotRead { why: why.clone() }),
        None => return case.blocked(Reason::NotRead { why: "reading was switched off by --refresh none".to_owned() }),
    };
    let request = request(case, ticket);
    let id = id.to_owned();
    if let Some(holder) = case.world.state.holder(&request.origin, &id) {
        return case.blocked(Reason::AdoptHeld { id, holder: holder.to_string() });
    }
    if let Some(what) = misfit(case, &request, &seen.fields) {
        return case.blocked(Reason::AdoptMismatch { id, what });
    }
    let seen = sighting(case.side.system, seen);
    let changes = booking_mismatch(case.side.system, &request, &seen.fields);
    let why = "lifecycle.adopt".to_owned();
    let mut step = case.step(Action::Adopt { id: id.clone(), request: Box::new(request), seen, why });
    step.changes = changes;
    step.id = Some(id);
    step
}

/// Why a ticket cannot be this one: it carries another mark, or is for another site.
fn misfit(case: &Case<'_>, request: &Request, seen: &Fields) -> Option<String> {
    let other = case.side.system.mark_of(seen).filter(|mark| Some(mark) != request.mark.as_ref());
    other
        .map(|mark| format!("it carries the mark {mark}, which belongs to another visit"))
        .or_else(|| case.side.system.site_mismatch(&request.fields, seen))
}
