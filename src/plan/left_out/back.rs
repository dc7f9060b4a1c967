//! Contacts that were left out of a saved plan, put back into it.
//!
//! Owns the proof: what came back is what was planned, to the last byte, or the step is not carried out.

use std::collections::BTreeSet;

use super::{Known, LeftOut, Origins, Source, each_value};
use crate::plan::{Action, Plan, Step};
use crate::state::{Event, Key, State};
use crate::ticket::{Fields, Ticket};

/// Whether a step is again what was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Returned {
    /// Nothing is missing, and all of it is as it was.
    Whole,
    /// Only its live ticket can tell what is missing.
    WantsLive,
    /// It is not what was planned.
    Otherwise,
}

impl Plan {
    /// The same plan with the contacts that the files and the state have. What only live tickets have is put back when they are read.
    #[must_use]
    pub fn with_contacts(&self, tickets: &[Ticket], state: &State) -> Self {
        let mut plan = self.clone();
        if !plan.lacks_contacts() {
            return plan;
        }
        let known = Known::new(tickets, state);
        for step in plan.steps.iter_mut().filter(|step| step.left_out.is_some()) {
            let of_step = known.of_step(step);
            put_back(step, &of_step, &|event| known.of_event(&of_step, event));
        }
        plan
    }
}

/// The same from live tickets: the fields that each shows, in normal form, by the key of its record.
///
/// Answers with the names of the fields that were missing.
pub(in crate::plan) fn put_back_live<'a>(step: &mut Step, recorded: &Key, shown: &dyn Fn(&Key) -> Option<&'a Fields>) -> BTreeSet<String> {
    let live = |key: &Key| Origins { live: shown(key), ..Origins::default() };
    let of_step = live(recorded);
    put_back(step, &of_step, &|event| event.key().map_or_else(|| of_step.clone(), live))
}

fn put_back<'a>(step: &mut Step, of_step: &Origins<'a>, of_event: &dyn Fn(&Event) -> Origins<'a>) -> BTreeSet<String> {
    let mut missing = BTreeSet::new();
    if step.left_out.is_some() {
        each_value(step, of_step, of_event, &mut |origins, _, field, value| {
            let Some(source) = Source::named(value) else { return };
            missing.insert(field.to_owned());
            if let Some(found) = origins.get(source, field) {
                *value = found.clone();
            }
        });
    }
    missing
}

/// The visits whose live tickets a step needs, to be whole again.
pub(in crate::plan) fn wants_live(step: &Step, recorded: &Key) -> Vec<Key> {
    if step.left_out.is_none() {
        return Vec::new();
    }
    let mut wanted = Vec::new();
    let mut step = step.clone();
    let events = std::mem::take(&mut step.events);
    if has_live(&mut step) {
        wanted.push(recorded.clone());
    }
    for event in events {
        let key = event.key().cloned();
        let mut alone = Step { events: vec![event], action: Action::Keep, seen: None, ..step.clone() };
        wanted.extend(key.filter(|_| has_live(&mut alone)));
    }
    wanted.dedup();
    wanted
}

fn has_live(step: &mut Step) -> bool {
    let mut found = false;
    each_value(step, &Origins::default(), &|_| Origins::default(), &mut |_, _, _, value| {
        found |= Source::named(value) == Some(Source::Live);
    });
    found
}

/// What the proof says of a step. What an earlier run of its plan did or recorded of it already needs none.
pub(in crate::plan) fn has_come_back(step: &Step) -> Returned {
    let Some(LeftOut { does, records }) = &step.left_out else { return Returned::Whole };
    let now = LeftOut::of(step);
    let is_whole = (step.action.reason().is_some() || now.does == *does) && (step.events.is_empty() || now.records == *records);
    match (is_whole, has_live(&mut step.clone())) {
        (true, _) => Returned::Whole,
        (false, true) => Returned::WantsLive,
        (false, false) => Returned::Otherwise,
    }
}
