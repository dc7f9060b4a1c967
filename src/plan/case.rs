//! One address on its way to a step: what is wanted, recorded and seen of it, and the step that has all of that in it.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::build::World;
use super::{Action, Reason, Step};
use crate::refresh::Side;
use crate::state::{Key, Record};
use crate::systems::Observed;
use crate::ticket::{Digest, RolloutSite, Ticket, Visit};

/// One address: what the rooms for each verdict work on.
#[derive(Clone)]
pub(super) struct Case<'a> {
    pub world: &'a World<'a>,
    pub side: &'a Side,
    /// The visit that the step is about.
    pub key: Key,
    pub ticket: Option<&'a Ticket>,
    /// The latest record, after a rename.
    pub record: Option<&'a Record>,
    pub observed: Option<&'a Observed>,
    /// Its record is still under the key that the state knows it by.
    pub recorded_as: Option<&'a Key>,
}

pub(super) fn bare_step(key: Key, action: Action) -> Step {
    Step {
        key,
        action,
        events: Vec::new(),
        changes: Vec::new(),
        drift: Vec::new(),
        notes: Vec::new(),
        site: String::new(),
        account: None,
        cost: None,
        labels: BTreeMap::new(),
        rollout: None,
        id: None,
        mark: None,
        place: None,
        batch: None,
        seen: None,
        desired: None,
        record: None,
        noted: None,
        difference: None,
        settles: None,
        is_closed: false,
        visit: None,
        starts: None,
        lead_time: SignedDuration::ZERO,
        left_out: None,
    }
}

impl<'a> Case<'a> {
    /// Of a record for which the files ask nothing, or nothing more.
    pub fn of_record(world: &'a World<'a>, side: &'a Side, key: &'a Key, record: &'a Record) -> Self {
        let observed = world.observed.of(key);
        Self { world, side, key: key.clone(), ticket: None, record: Some(record), observed, recorded_as: Some(key) }
    }

    /// The record's key once its rename is written: events of a step follow its `moved`.
    pub fn recorded(&self) -> Key {
        let reissue = self.recorded_as.map_or(self.key.reissue, |key| key.reissue);
        Key::new(self.key.address.clone(), reissue)
    }

    /// How `settle` knows the record. As it is: what shows it in a command puts it in quotes.
    fn settles(&self) -> Option<String> {
        let key = self.recorded_as?;
        let is_one_of_several = self.world.state.visits(&key.address).nth(1).is_some();
        Some(if is_one_of_several { format!("{}#{}", key.address, key.reissue) } else { key.to_string() })
    }

    /// The live ticket's id.
    pub fn id(&self) -> Option<String> {
        self.record.and_then(Record::id).map(str::to_owned)
    }

    /// The site of a rollout. Of a ticket that left the files, its record knows.
    fn rollout(&self) -> Option<RolloutSite> {
        match self.ticket {
            Some(ticket) => ticket.site.clone(),
            None => self.record.and_then(|record| record.request.site.clone()),
        }
    }

    pub fn step(&self, action: Action) -> Step {
        let fields = self.ticket.map(|ticket| &ticket.fields).or_else(|| self.record.map(|record| &record.request.fields));
        Step {
            site: fields.map(|fields| self.side.system.site(fields)).unwrap_or_default(),
            labels: self.ticket.map(|ticket| ticket.labels.clone()).unwrap_or_default(),
            rollout: self.rollout(),
            id: self.id(),
            place: self.ticket.and_then(|ticket| ticket.place.as_ref()).map(ToString::to_string),
            desired: self.ticket.map(desired_digest),
            record: self.record.map(Digest::of),
            settles: self.settles(),
            visit: self.ticket.and_then(|ticket| ticket.visit.clone()),
            starts: self.ticket.and_then(|ticket| ticket.visit.as_ref()).and_then(Visit::starts_at_latest),
            lead_time: self.ticket.and_then(|ticket| ticket.booking).map(|booking| booking.lead_time).unwrap_or_default(),
            ..bare_step(self.key.clone(), action)
        }
    }

    pub fn blocked(&self, reason: Reason) -> Step {
        self.step(Action::Blocked { reason })
    }
}

/// Of everything in a desired ticket that a step depends on: what is sent, and how it is to be treated.
pub fn desired_digest(ticket: &Ticket) -> Digest {
    Digest::of(&(ticket.digest(), ticket.reissue, &ticket.visit, &ticket.lifecycle, &ticket.labels))
}
