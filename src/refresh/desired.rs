//! A ticket of the files as the record that it would become.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::state::{Request, Sighting, State};
use crate::systems::{Compare, Endings, Seen, System};
use crate::ticket::{Address, Attachment, Change, Fields, Mark, RolloutSite, Ticket, changes, is_ignored, references};

/// One system as this project uses it.
#[derive(Clone)]
pub struct Side {
    pub system: &'static dyn System,
    /// The API's address and tenant, as records keep it.
    pub origin: String,
    /// How many tickets one create may carry at most.
    pub per_request: usize,
    /// By which change a ticket is closed without being told to close.
    pub endings: Option<Endings>,
}

/// By the kind of document.
pub type Sides = BTreeMap<String, Side>;

/// What the record of this ticket says once it is sent.
pub fn request_of(ticket: &Ticket, side: &Side, mark: Option<Mark>) -> Request {
    Request {
        system: side.system.id().to_owned(),
        origin: side.origin.clone(),
        mark,
        fields: ticket.fields.clone(),
        attachments: ticket.attachments.clone(),
        visit: ticket.visit.clone(),
        lifecycle: ticket.lifecycle.clone(),
        labels: ticket.labels.clone(),
        site: ticket.site.clone(),
    }
}

/// What the record of an existing ticket says once it is changed: what only a create sends, and what is ignored, stays as it was sent.
pub fn changed_request(sent: &Request, ticket: &Ticket, side: &Side) -> Request {
    let mut request = Request { site: site_of(sent, ticket), ..request_of(ticket, side, sent.mark.clone()) };
    let ignored = |name: &&str| is_ignored(name, &ticket.lifecycle.ignore_changes);
    let known: BTreeSet<&str> = sent.fields.iter().chain(ticket.fields.iter()).map(|(name, _)| name).filter(ignored).collect();
    for name in create_only(side.system).map(|name| -> &str { name }).chain(known) {
        match sent.fields.get(name) {
            Some(value) => request.fields.set(name, value.clone()),
            None => drop(request.fields.0.remove(name)),
        }
    }
    request
}

/// The site that an existing ticket is for. One that got a document of its own was still sent for its rollout, which waits for it.
pub fn site_of(sent: &Request, ticket: &Ticket) -> Option<RolloutSite> {
    ticket.site.clone().or_else(|| sent.site.clone())
}

/// The fields that the files changed, and that only a create sends: such an edit reaches nobody.
pub fn edits_without_effect(sent: &Request, ticket: &Ticket, system: &dyn System) -> Vec<&'static str> {
    let is_edited = |name: &&str| sent.fields.get(name) != ticket.fields.get(name) && !ticket.lifecycle.ignore_changes.contains(*name);
    create_only(system).filter(is_edited).collect()
}

fn create_only(system: &dyn System) -> impl Iterator<Item = &'static str> {
    system.fields().iter().filter(|field| field.compare == Compare::CreateOnly).map(|field| field.name)
}

/// The address that this ticket's records still have to move from. With a location's key, the record of that key comes first.
pub fn renamed_from(ticket: &Ticket, state: &State) -> Option<Address> {
    let from = ticket.lifecycle.renamed_from.as_ref()?;
    let is_there = |address: &Address| state.latest(address).is_some_and(|(_, record)| !record.is_moved());
    let is_free = !state.visits(&ticket.address).any(|(_, record)| record.had_ticket());
    names_before(&ticket.address, Some(from)).find(|address| is_free && is_there(address))
}

/// The addresses that a renamed ticket may have had. With a location's key, the old document's location of that key comes first.
pub fn names_before(address: &Address, renamed_from: Option<&Address>) -> impl Iterator<Item = Address> {
    let keyed = renamed_from.zip(address.key.clone()).map(|(from, key)| from.clone().with_key(Some(key)));
    let plain = renamed_from.filter(|from| keyed.as_ref() != Some(from)).cloned();
    keyed.into_iter().chain(plain)
}

/// The name under which a ticket's files are compared.
pub const ATTACHMENTS: &str = "attachments";

/// What is kept of an answer: the comparable fields in normal form.
pub fn sighting(system: &dyn System, seen: &Seen) -> Sighting {
    Sighting { fields: system.comparable(&seen.fields), status: seen.status.clone(), finished: seen.finished }
}

/// What the files ask for against what was sent: fields, and attachments by name and content.
///
/// A reference and the id that it became are the same.
pub fn config_changes(sent: &Request, desired: &Request, state: &State) -> Vec<Change> {
    changes(&compared(sent, state), &compared(desired, state), &desired.lifecycle.ignore_changes)
}

/// Whether the files ask for something else than was sent.
pub fn is_changed(sent: &Request, ticket: &Ticket, side: &Side, state: &State) -> bool {
    // What is the same as it stands is the same in every form, and in a large project that is nearly everything.
    let is_same = sent.fields == ticket.fields && sent.attachments == ticket.attachments;
    !is_same && !config_changes(sent, &changed_request(sent, ticket, side), state).is_empty()
}

/// The fields, with the id of each ticket that they refer to and that has one.
pub fn resolved(request: &Request, state: &State) -> Fields {
    let known = |value: &Value| references(value).and_then(|address| id_of(state, &address));
    request.fields.iter().map(|(name, value)| (name.to_owned(), known(value).unwrap_or_else(|| value.clone()))).collect()
}

fn compared(request: &Request, state: &State) -> Fields {
    let mut fields = resolved(request, state);
    if !request.attachments.is_empty() {
        let described = request.attachments.iter().map(Attachment::identity).map(|(name, content)| format!("{name} ({})", content.short()));
        fields.set(ATTACHMENTS, described.collect::<Vec<_>>());
    }
    fields
}

/// What the booking shows that was not ordered: fields that both sides have and that differ.
pub fn booking_mismatch(system: &dyn System, request: &Request, booked: &Fields) -> Vec<Change> {
    let expected = system.expected(&request.fields, &request.attachments, request.visit.as_ref());
    changes(&expected, booked, &request.lifecycle.ignore_changes).into_iter().filter(Change::is_between_values).collect()
}

/// The id of an address's latest ticket, as the number that the API takes where it is one.
pub fn id_of(state: &State, address: &Address) -> Option<Value> {
    let id = state.latest(address).and_then(|(_, record)| record.id())?;
    Some(id.parse::<u64>().map_or_else(|_| id.into(), Into::into))
}
