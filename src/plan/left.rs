//! Visits that left the files: a create may be one of them under another name.
//!
//! Owns what counts as the same visit. Names are callout's own, so a file that only got another name must not send anybody again, not even
//! long after its record has ended. Refuses to take other work for it: another day, or other words where there is no day, is a new visit.

use std::collections::{BTreeMap, BTreeSet};

use super::Step;
use crate::refresh::Sides;
use crate::state::{Record, Request, State};
use crate::systems::System;
use crate::ticket::{Address, Fields, RolloutSite};

/// The visits that left the files, by their places of work.
pub(super) struct Left<'a>(BTreeMap<String, Vec<Gone<'a>>>);

struct Gone<'a> {
    address: Address,
    record: &'a Record,
    system: &'static dyn System,
}

impl<'a> Left<'a> {
    /// `described`: what the files have. `renamed`: the address that a record has after this plan's renames.
    pub fn of(state: &'a State, sides: &Sides, described: &BTreeSet<&Address>, renamed: impl Fn(&Address) -> Address) -> Self {
        let mut left: BTreeMap<String, Vec<Gone<'a>>> = BTreeMap::new();
        for (key, record) in state.records.iter().filter(|(_, record)| record.had_ticket()) {
            let address = renamed(&key.address);
            let Some(side) = sides.get(&key.address.kind).filter(|_| !described.contains(&address)) else { continue };
            for place in side.system.look_alike(&record.request.fields) {
                let gone = Gone { address: address.clone(), record, system: side.system };
                left.entry(place).or_default().push(gone);
            }
        }
        Self(left)
    }

    /// Those that a create at these places may be, with their tickets.
    pub fn like<'s>(
        &'s self,
        step: &'s Step,
        request: &'s Request,
        places: &'s [String],
    ) -> impl Iterator<Item = (&'s Address, Option<&'s str>)> {
        let at_place = places.iter().filter_map(|place| self.0.get(place)).flatten();
        let is_like = |gone: &&Gone<'_>| is_same_site(step, gone.record) || gone.is_same_visit(request);
        at_place.filter(is_like).map(|gone| (&gone.address, gone.record.id()))
    }
}

/// A rollout has one template. Where it gives a site another name for the same work, the name changed and not the work: what was done
/// under the old one is not to be done again, whatever day it has now.
fn is_same_site(step: &Step, record: &Record) -> bool {
    let site = |(of, own): (&RolloutSite, &RolloutSite)| of.rollout == own.rollout && of.key == own.key;
    record.request.site.as_ref().zip(step.rollout.as_ref()).is_some_and(site)
}

impl Gone<'_> {
    /// The same day tells a visit, by the clock of its site. Work without a day is the same if it is asked for in the same words; while it
    /// is only just leaving the files, other words are more likely the same visit, reworded.
    fn is_same_visit(&self, request: &Request) -> bool {
        match (&self.record.request.visit, &request.visit) {
            (Some(before), Some(now)) => before.start == now.start,
            (None, None) => self.record.is_live() || self.words(&self.record.request.fields) == self.words(&request.fields),
            (Some(_), None) | (None, Some(_)) => self.record.is_live(),
        }
    }

    /// All that is asked for, in normal form where the system has one.
    fn words(&self, fields: &Fields) -> Fields {
        let mut words = fields.clone();
        words.0.extend(self.system.comparable(fields).0);
        words
    }
}
