//! Look-alikes: a create at the same place, for the same work, as another visit that may be coming.
//!
//! Names are callout's own; the technician drives to a place. So the places are compared, whatever the names say. A visit that left the
//! files counts also where it is over, if the create may be the same one under another name ([`Left`]).

use std::collections::{BTreeMap, BTreeSet};

use super::left::Left;
use super::{Action, Reason, Step};
use crate::refresh::{Sides, renamed_from};
use crate::state::{Closing, Key, Phase, Record, State};
use crate::ticket::{Address, Ticket};

/// What a create is compared with.
pub(super) struct Around<'a> {
    tickets: &'a [Ticket],
    state: &'a State,
    sides: &'a Sides,
    /// Visits that were just seen to be over, whatever their records say.
    over: &'a BTreeSet<Key>,
    /// New addresses by the old ones.
    renames: BTreeMap<Address, Address>,
}

impl<'a> Around<'a> {
    pub fn new(tickets: &'a [Ticket], state: &'a State, sides: &'a Sides, over: &'a BTreeSet<Key>) -> Self {
        let renames = tickets.iter().filter_map(|ticket| Some((renamed_from(ticket, state)?, ticket.address.clone()))).collect();
        Self { tickets, state, sides, over, renames }
    }
}

impl Around<'_> {
    /// Blocks each create that looks like another visit: open, in doubt, let go of, or in the same plan.
    pub fn block(&self, steps: &mut [Step]) {
        if !steps.iter().any(|step| matches!(step.action, Action::Create { .. })) {
            return;
        }
        let mut places = self.places_of_records();
        for step in steps.iter() {
            for place in self.places_of(step) {
                places.entry(place).or_default().push((step.key.address.clone(), step.id.clone()));
            }
        }
        for (place, ticket, id) in self.places_to_be() {
            places.entry(place).or_default().push((ticket.address.clone(), id));
        }
        let described = self.tickets.iter().map(|ticket| &ticket.address).collect();
        let (meant, left) = (self.meant(), Left::of(self.state, self.sides, &described, |address| self.renamed(address)));
        let mut taken: BTreeMap<Address, Address> = BTreeMap::new();
        for step in steps.iter_mut() {
            let Action::Create { request, .. } = &step.action else { continue };
            let own = &step.key.address;
            let own_places = self.places_of(step);
            let around = own_places.iter().filter_map(|place| places.get(place)).flatten();
            let around = around.map(|(other, id)| (other, id.as_deref()));
            let is_meant = |other: &Address| meant.contains(&(own, other)) || meant.contains(&(other, own));
            let alike = around.chain(left.like(step, request, &own_places)).find(|(other, _)| *other != own && !is_meant(other));
            if let Some((other, id)) = alike {
                taken.entry(other.clone()).or_insert_with(|| own.clone());
                let reason = Reason::LookAlike { other: other.clone(), id: id.map(str::to_owned) };
                step.action = Action::Blocked { reason };
            }
        }
        hold_records(steps, &taken);
    }

    fn places_of_records(&self) -> BTreeMap<String, Vec<(Address, Option<String>)>> {
        let mut places: BTreeMap<String, Vec<(Address, Option<String>)>> = BTreeMap::new();
        for (key, record) in self.state.records.iter().filter(|(key, record)| self.may_be_coming(key, record)) {
            // Of whatever API: the technician drives to the place, not to an address of the vendor's.
            let Some(side) = self.sides.get(&key.address.kind) else { continue };
            let address = self.renamed(&key.address);
            for place in side.system.look_alike(&record.request.fields) {
                places.entry(place).or_default().push((address.clone(), record.id().map(str::to_owned)));
            }
        }
        places
    }

    /// Where open tickets are about to be moved by hand, and where tickets of others are to be taken over.
    fn places_to_be(&self) -> Vec<(String, &Ticket, Option<String>)> {
        let coming = |ticket: &&Ticket| match self.state.latest(&ticket.address) {
            Some((_, record)) => record.is_open(),
            None => ticket.lifecycle.adopt.is_some(),
        };
        let id = |ticket: &Ticket| {
            let recorded = self.state.latest(&ticket.address).and_then(|(_, record)| record.id()).map(str::to_owned);
            recorded.or_else(|| ticket.lifecycle.adopt.clone())
        };
        let places = |ticket: &Ticket| self.sides.get(&ticket.address.kind).map(|side| side.system.look_alike(&ticket.fields));
        let mut coming: Vec<&Ticket> = self.tickets.iter().filter(coming).collect();
        // Of several, the first by address is named: the order of the files is nobody's choice.
        coming.sort_by(|a, b| a.address.cmp(&b.address));
        coming
            .into_iter()
            .filter(|ticket| !self.over.contains(&Key::new(ticket.address.clone(), ticket.reissue)))
            .flat_map(|ticket| places(ticket).unwrap_or_default().into_iter().map(move |place| (place, ticket, id(ticket))))
            .collect()
    }

    /// Of what is sent, and of what is taken over: it is on its way already.
    fn places_of(&self, step: &Step) -> Vec<String> {
        let (Action::Create { request, .. } | Action::Adopt { request, .. }) = &step.action else { return Vec::new() };
        if self.over.contains(&step.key) || matches!(&step.action, Action::Adopt { seen, .. } if seen.finished) {
            return Vec::new();
        }
        self.sides.get(&step.key.address.kind).map(|side| side.system.look_alike(&request.fields)).unwrap_or_default()
    }

    /// Pairs that `lifecycle.alongside` allows. A document named without a key stands for all of its locations.
    fn meant(&self) -> BTreeSet<(&Address, &Address)> {
        let named = || self.tickets.iter().flat_map(|ticket| ticket.lifecycle.alongside.iter().map(|named| (&ticket.address, named)));
        let whole: BTreeSet<(&str, &str)> = named().filter(|(_, named)| named.key.is_none()).map(|(_, named)| document(named)).collect();
        let known = self.tickets.iter().map(|ticket| &ticket.address).chain(self.state.records.keys().map(|key| &key.address));
        let mut locations: BTreeMap<(&str, &str), BTreeSet<&Address>> = BTreeMap::new();
        for address in known.filter(|address| whole.contains(&document(address))) {
            locations.entry(document(address)).or_default().insert(address);
        }
        let mut pairs: BTreeSet<(&Address, &Address)> = named().collect();
        for (ticket, named) in named().filter(|(_, named)| named.key.is_none()) {
            pairs.extend(locations.get(&document(named)).into_iter().flatten().map(|address| (ticket, *address)));
        }
        pairs
    }

    /// Whether a technician may be on the way for this record.
    fn may_be_coming(&self, key: &Key, record: &Record) -> bool {
        match &record.phase {
            Phase::Pending => true,
            Phase::Live { .. } => !record.finished && !self.over.contains(key),
            Phase::Closed { why: Closing::Forgotten | Closing::Removed, .. } => !record.finished,
            Phase::Closed {
                why: Closing::FinishedAndRemoved | Closing::Closed | Closing::Deleted | Closing::Cancelled | Closing::Moved,
                ..
            }
            | Phase::NotCreated { .. } => false,
        }
    }

    /// The address that a record has after this plan's renames.
    fn renamed(&self, address: &Address) -> Address {
        self.renames.get(address).unwrap_or(address).clone()
    }
}

/// The record of a finished visit does not end while a create may be that visit under another name: the next plan has to see it too.
fn hold_records(steps: &mut [Step], taken: &BTreeMap<Address, Address>) {
    for step in steps.iter_mut().filter(|step| step.action == Action::Retire { why: Closing::FinishedAndRemoved }) {
        if let Some(by) = taken.get(&step.key.address) {
            step.notes.push(format!("stays on record until it is said whether {by} is this visit under another name"));
            step.action = Action::Keep;
        }
    }
}

/// What all locations of a document share.
fn document(address: &Address) -> (&str, &str) {
    (&address.kind, &address.name)
}
