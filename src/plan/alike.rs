//! Look-alikes: a create at the same place, for the same work, as another visit that may be coming.
//!
//! Names are callout's own; the technician drives to a place. So the places are compared, whatever the names say. Of a rollout's site,
//! also with visits that are over, if they left the files: a template whose names change must not send everybody again.

use std::collections::{BTreeMap, BTreeSet};

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

/// A visit that left the files.
struct Before {
    places: Vec<String>,
    visit: (Address, Option<String>),
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
        let (meant, before) = (self.meant(), self.before());
        for step in steps {
            if !matches!(step.action, Action::Create { .. }) {
                continue;
            }
            let own = &step.key.address;
            let own_places = self.places_of(step);
            let around = own_places.iter().filter_map(|place| places.get(place)).flatten();
            let earlier = step.rollout.as_ref().and_then(|site| before.get(&(&*site.rollout, &*site.key))).into_iter().flatten();
            let earlier = earlier.filter(|before| before.places.iter().any(|place| own_places.contains(place)));
            let others = around.chain(earlier.map(|before| &before.visit));
            let is_meant = |other: &Address| meant.contains(&(own, other)) || meant.contains(&(other, own));
            let alike = others.into_iter().find(|(other, _)| other != own && !is_meant(other));
            if let Some((other, id)) = alike {
                let reason = Reason::LookAlike { other: other.clone(), id: id.clone() };
                step.action = Action::Blocked { reason };
            }
        }
    }

    /// By rollout and key: tickets of a site that left the files under their names, whatever became of them.
    ///
    /// A rollout has one template. Where it gives a site another name for the same work, the name changed and not the work: what was
    /// done under the old one is not to be done again.
    fn before(&self) -> BTreeMap<(&str, &str), Vec<Before>> {
        let described: BTreeSet<&Address> = self.tickets.iter().map(|ticket| &ticket.address).collect();
        let mut before: BTreeMap<(&str, &str), Vec<Before>> = BTreeMap::new();
        for (key, record) in &self.state.records {
            let Some(of) = record.request.site.as_ref().filter(|_| record.had_ticket()) else { continue };
            let address = self.renamed(&key.address);
            let Some(side) = self.sides.get(&key.address.kind).filter(|_| !described.contains(&address)) else { continue };
            let places = side.system.look_alike(&record.request.fields);
            let visit = (address, record.id().map(str::to_owned));
            before.entry((&of.rollout, &of.key)).or_default().push(Before { places, visit });
        }
        before
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

/// What all locations of a document share.
fn document(address: &Address) -> (&str, &str) {
    (&address.kind, &address.name)
}
