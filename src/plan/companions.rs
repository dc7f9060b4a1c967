//! Marks that a ticket carries because it went out in one request with another visit's.
//!
//! Owns when such a mark counts as a ticket's own, for where records were lost and no record says so. Refuses to guess: another visit
//! must have been able to travel with it, and no third one may be taken for it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::refresh::names_before;
use crate::state::{Key, Request, State};
use crate::systems::{Place, Seen, System, by_kind};
use crate::ticket::{Attachment, Digest, Fields, Mark, Ticket};

/// Every visit that the files and the records know of, by the marks that it may have.
pub struct Companions<'a> {
    tickets: &'a [Ticket],
    state: &'a State,
    /// Lineages that were given up: a ticket sent under one carries its marks.
    given_up: &'a [String],
    /// Made when it is first needed: most runs never see such a mark.
    visits: OnceLock<Visits>,
}

#[derive(Default)]
struct Visits {
    all: Vec<Visit>,
    by_mark: BTreeMap<Mark, Vec<usize>>,
}

struct Visit {
    key: Key,
    /// Of all that one request says once.
    shared: Digest,
    place: Place,
}

impl<'a> Companions<'a> {
    pub fn new(tickets: &'a [Ticket], state: &'a State, given_up: &'a [String]) -> Self {
        Self { tickets, state, given_up, visits: OnceLock::new() }
    }

    /// The lineages that were given up.
    pub fn given_up(&self) -> &'a [String] {
        self.given_up
    }

    /// Whether this ticket, whose mark is another visit's, can be the one of `key` because both went out in one request.
    ///
    /// Its place is the visit's by name and by number; the visit whose mark it is asks for all the same but the place; and no other visit
    /// does so at a place that could be taken for this one. A further visit (`reissue`) is never told like this: its place is also that
    /// of the earlier one.
    pub(super) fn explain(&self, system: &dyn System, (key, request): (&Key, &Request), seen: &Seen, carried: &Mark) -> bool {
        let Some(own) = visit(system, key, &request.fields, &request.attachments).filter(|_| key.reissue == 0) else { return false };
        let is_here = system.together(&seen.fields).is_some_and(|together| together.place == own.place);
        let visits = self.visits.get_or_init(|| self.known());
        let is_alike = |other: &Visit| other.shared == own.shared && other.key.address != key.address;
        let named = visits.by_mark.get(carried).into_iter().flatten().filter_map(|at| visits.all.get(*at));
        let has_companion = named.filter(|other| is_alike(other)).any(|other| !other.place.is_like(&own.place));
        // Cheap questions first: this is asked for every ticket of a large import.
        is_here && has_companion && !visits.all.iter().any(|other| is_alike(other) && other.place.is_like(&own.place))
    }

    fn known(&self) -> Visits {
        let mut visits = Visits::default();
        for ticket in self.tickets {
            let Some(system) = by_kind(&ticket.address.kind) else { continue };
            let key = Key::new(ticket.address.clone(), 0);
            let Some(visit) = visit(system, &key, &ticket.fields, &ticket.attachments) else { continue };
            let before = names_before(&ticket.address, ticket.lifecycle.renamed_from.as_ref());
            let marks = [ticket.address.clone()].into_iter().chain(before).flat_map(|address| self.marks(&Key::new(address, 0)));
            visits.add(visit, marks.collect());
        }
        for (key, record) in self.state.records.iter().filter(|(key, record)| key.reissue == 0 && record.had_ticket()) {
            let Some(system) = by_kind(&key.address.kind) else { continue };
            let Some(visit) = visit(system, key, &record.request.fields, &record.request.attachments) else { continue };
            visits.add(visit, record.request.mark.clone().into_iter().chain(self.marks(key)).collect());
        }
        visits
    }

    /// The mark of a visit under each lineage.
    fn marks(&self, key: &Key) -> Vec<Mark> {
        let lineages = [&self.state.lineage].into_iter().chain(self.given_up);
        lineages.map(|lineage| Mark::new(lineage, &key.address, key.reissue)).collect()
    }
}

impl Visits {
    fn add(&mut self, visit: Visit, marks: Vec<Mark>) {
        for mark in marks {
            self.by_mark.entry(mark).or_default().push(self.all.len());
        }
        self.all.push(visit);
    }
}

/// `None` in a system where every ticket is a request of its own.
fn visit(system: &dyn System, key: &Key, fields: &Fields, attachments: &[Attachment]) -> Option<Visit> {
    let together = system.together(fields)?;
    let files: Vec<_> = attachments.iter().map(Attachment::identity).collect();
    let shared = Digest::of(&(&key.address.kind, &together.shared, files));
    Some(Visit { key: key.clone(), shared, place: together.place })
}
