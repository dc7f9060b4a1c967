//! Steps that make a ticket, or take one over instead.

use super::case::Case;
use super::{Action, Companions, Reason, Step};
use crate::refresh::{Side, booking_mismatch, names_before, request_of, sighting};
use crate::state::{Event, Key, Request, Sighting, State};
use crate::systems::{Found, Observed, Seen, System};
use crate::ticket::{Address, Digest, Fields, Mark, Ticket};

/// The first visit of an address.
pub(super) fn first(case: &Case<'_>) -> Step {
    let Some(ticket) = case.ticket else { return case.step(Action::Keep) };
    match &ticket.lifecycle.adopt {
        Some(id) => adopt(case, ticket, id),
        None => sent_before(case, ticket).unwrap_or_else(|| create(case, ticket, None)),
    }
}

/// A list pass showed its mark: it was sent, and an older state does not know it. Then it is linked or told, and never sent.
fn sent_before(case: &Case<'_>, ticket: &Ticket) -> Option<Step> {
    let new = Case { observed: None, recorded_as: None, record: None, ..case.clone() };
    let ids = match case.world.observed.found.get(&case.key)? {
        Found::One(seen) => match link(&new, ticket, seen, "its mark was found") {
            Ok(step) => return Some(step),
            Err(_) => vec![seen.id.clone()],
        },
        Found::Several(ids) => ids.clone(),
        Found::Cannot | Found::Unanswered { .. } | Found::None => return None,
    };
    Some(new.blocked(Reason::SentBefore { ids }))
}

/// A further visit, after one that is over.
pub(super) fn again(case: &Case<'_>) -> Step {
    let Some(ticket) = case.ticket else { return case.step(Action::Keep) };
    let is_own = |id: &str| case.world.state.visits(&ticket.address).any(|(_, record)| record.id() == Some(id));
    if let Some(id) = ticket.lifecycle.adopt.as_deref().filter(|id| !is_own(id)) {
        let observed = case.world.observed.of(&case.key);
        let step = adopt(&Case { observed, recorded_as: None, record: None, ..case.clone() }, ticket, id);
        return after_earlier(case, step);
    }
    if let Some(step) = sent_before(case, ticket) {
        return after_earlier(case, step);
    }
    // An id of another API says nothing to this one.
    let prior = case.id().filter(|_| case.record.is_some_and(|record| record.request.origin == case.side.origin));
    let mut step = create(case, ticket, prior.as_deref());
    step.events.extend(seen_over(case));
    let earlier = prior.map_or_else(|| "an earlier visit".to_owned(), |id| format!("ticket {id}"));
    let why = ticket.lifecycle.reissue_reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    step.notes.push(format!("visit {} of this address, after {earlier}{why}", ticket.reissue));
    step
}

/// A saved plan is made from the earlier visit's record, also where it takes the further one over.
fn after_earlier(case: &Case<'_>, step: Step) -> Step {
    Step { record: case.record.map(Digest::of), ..step }
}

/// The earlier visit is over, as it was just seen: kept, so that it never counts as open again.
pub(super) fn seen_over(case: &Case<'_>) -> Option<Event> {
    let record = case.record.filter(|record| record.is_open())?;
    let Some(Observed::Found(seen)) = case.observed else { return None };
    let seen = Sighting { fields: Fields::default(), ..sighting(case.side.system, seen) };
    Some(Event::Observed { key: case.recorded(), seen, baseline: false, booking_checked: record.booking_checked })
}

/// The request of a new visit, with its mark.
fn request(case: &Case<'_>, ticket: &Ticket) -> Request {
    marked_request(ticket, case.side, case.world.state)
}

/// What the record of a new visit says, with its mark.
pub fn marked_request(ticket: &Ticket, side: &Side, state: &State) -> Request {
    let mark = Mark::new(&state.lineage, &ticket.address, ticket.reissue);
    request_of(ticket, side, Some(mark))
}

fn create(case: &Case<'_>, ticket: &Ticket, prior: Option<&str>) -> Step {
    if let Some(reason) = passed(case, ticket) {
        return case.blocked(reason);
    }
    if let Some(on) = ticket.booking.zip(ticket.visit.as_ref()).and_then(|(booking, visit)| booking.due(visit, case.world.now)) {
        return case.step(Action::Deferred { reason: Reason::NotYetDue { on } });
    }
    let request = request(case, ticket);
    let payload = payload(case, &request, prior);
    // The id of an earlier visit would look like this one's.
    Step { id: None, ..case.step(Action::Create { request: Box::new(request), payload }) }
}

fn payload(case: &Case<'_>, request: &Request, prior: Option<&str>) -> Fields {
    let system = case.side.system;
    let fields = prior.map_or_else(|| request.fields.clone(), |prior| system.with_prior(request.fields.clone(), prior));
    match &request.mark {
        Some(mark) => system.with_mark(fields, mark),
        None => fields,
    }
}

/// A start that has passed, or that is nearer than its rollout allows, as a reason.
pub(super) fn passed(case: &Case<'_>, ticket: &Ticket) -> Option<Reason> {
    let visit = ticket.visit.as_ref()?;
    let start = visit.start_in_words();
    if visit.starts_before(case.world.now, jiff::SignedDuration::ZERO) {
        let scheduled = ticket.booking.is_some();
        return Some(if scheduled { Reason::SlotPassed { start } } else { Reason::StartPassed { start } });
    }
    let booking = ticket.booking.filter(|booking| booking.is_too_late(visit, case.world.now))?;
    Some(Reason::TooSoon { start, lead_hours: booking.lead_time.as_hours() })
}

fn adopt(case: &Case<'_>, ticket: &Ticket, id: &str) -> Step {
    let seen = match case.observed {
        Some(Observed::Found(seen)) => seen,
        Some(Observed::Missing) => {
            let what = "it is not there, or not visible with this credential".to_owned();
            return case.blocked(Reason::AdoptMismatch { id: id.to_owned(), what });
        }
        Some(Observed::Unread { why, .. }) => return case.blocked(Reason::NotRead { why: why.clone() }),
        None => return case.blocked(Reason::NotRead { why: "reading was switched off by --refresh none".to_owned() }),
    };
    link(case, ticket, seen, "lifecycle.adopt").unwrap_or_else(|reason| case.blocked(reason))
}

/// Takes a ticket over that was seen, if it can be this visit's.
fn link(case: &Case<'_>, ticket: &Ticket, seen: &Seen, why: &str) -> Result<Step, Reason> {
    let candidate = Candidate {
        system: case.side.system,
        state: case.world.state,
        request: request(case, ticket),
        key: &case.key,
        renamed_from: ticket.lifecycle.renamed_from.as_ref(),
        given_up: case.world.companions.given_up(),
        companions: Some(case.world.companions),
    };
    let id = seen.id.clone();
    let (request, seen) = candidate.takes(seen)?;
    let changes = booking_mismatch(case.side.system, &request, &seen.fields);
    let step = case.step(Action::Adopt { id: id.clone(), request: Box::new(request), seen, why: why.to_owned() });
    Ok(Step { changes, id: Some(id), ..step })
}

/// What a live ticket is to become.
pub struct Candidate<'a> {
    pub system: &'static dyn System,
    pub state: &'a State,
    pub request: Request,
    pub key: &'a Key,
    /// The name that the ticket's address had before, if the files say so.
    pub renamed_from: Option<&'a Address>,
    /// Lineages that were given up: a ticket sent under one carries a mark that this state would not make.
    pub given_up: &'a [String],
    /// Whose mark it may carry besides, where somebody named the ticket. What is found by its mark alone is linked by its own only.
    pub companions: Option<&'a Companions<'a>>,
}

impl Candidate<'_> {
    /// Whether a live ticket can be the one that the request asks for: it is nobody else's, carries no other mark, and is for the
    /// same site. Answers with the request and the mark that the ticket really carries.
    pub fn takes(self, seen: &Seen) -> Result<(Request, Sighting), Reason> {
        let id = seen.id.clone();
        if let Some(holder) = self.state.holder(&self.request, &id) {
            return Err(Reason::AdoptHeld { id, holder: holder.to_string() });
        }
        let carried = self.system.mark_of(&seen.fields);
        let is_companions = |mark: &Mark| {
            let request = (self.key, &self.request);
            self.companions.is_some_and(|companions| companions.explain(self.system, request, seen, mark))
        };
        let is_own = carried.as_ref().is_none_or(|mark| self.marks().any(|own| own == *mark) || is_companions(mark));
        let other = carried.clone().filter(|_| !is_own);
        let what = other
            .map(|mark| format!("it carries the mark {mark}, which belongs to another visit"))
            .or_else(|| self.system.site_mismatch(&self.request.fields, &seen.fields));
        if let Some(what) = what {
            return Err(Reason::AdoptMismatch { id, what });
        }
        let mark = carried.or_else(|| self.request.mark.clone());
        Ok((Request { mark, ..self.request }, sighting(self.system, seen)))
    }

    /// Every mark that this visit's ticket may carry.
    fn marks(&self) -> impl Iterator<Item = Mark> {
        let addresses = || [self.key.address.clone()].into_iter().chain(names_before(&self.key.address, self.renamed_from));
        let lineages = [&self.state.lineage].into_iter().chain(self.given_up);
        let before = lineages.flat_map(move |lineage| addresses().map(move |address| Mark::new(lineage, &address, self.key.reissue)));
        self.request.mark.clone().into_iter().chain(before)
    }
}
