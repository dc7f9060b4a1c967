//! Contacts that were left out of a saved plan, put back into it.
//!
//! Owns the proof: what came back is what was planned, to the last byte, or the step is not carried out.

use std::collections::BTreeSet;

use super::{Each, Known, LeftOut, Origins, Source, each_value};
use crate::plan::people::walk;
use crate::plan::{Action, Plan, Stale, Step};
use crate::policy::Policy;
use crate::state::{Event, Key, State};
use crate::ticket::{Change, Digest, Fields, Ticket};

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
    let Some(proof) = step.left_out.clone() else { return missing };
    each_value(step, of_step, of_event, &mut |origins, _, field, value| {
        let Some(source) = Source::named(value) else { return };
        missing.insert(field.to_owned());
        if let Some(found) = origins.get(source, field) {
            *value = found.clone();
        }
    });
    put_back_told(&step.key.address.kind, &mut step.changes, (of_step, &proof.changes));
    put_back_told(&step.key.address.kind, &mut step.drift, (of_step, &proof.drift));
    missing
}

/// What is only told, and shown to policies: as it was, or with the words in its place.
fn put_back_told(kind: &str, told: &mut Vec<Change>, (origins, proof): (&Origins<'_>, &Digest)) {
    let (mut back, mut is_whole) = (told.clone(), true);
    let mut act = |origins: &Origins<'_>, _: &str, field: &str, value: &mut serde_json::Value| {
        let Some(source) = Source::named(value) else { return };
        match origins.get(source, field) {
            Some(found) => *value = found.clone(),
            None => is_whole = false,
        }
    };
    walk::changes(kind, &mut back, &mut Each { origins, act: &mut act });
    if !is_whole || Digest::of(&back) == *proof {
        *told = back;
    }
}

/// Whether words stand in the place of a value, of a source that is asked for.
pub(super) fn lacks(told: &[Change], is_asked: fn(Source) -> bool) -> bool {
    told.iter().flat_map(|Change { field: _, before, after }| before.iter().chain(after)).filter_map(Source::named).any(is_asked)
}

/// Policies judge a saved plan by what they saw when it was made. Words in the place of a value would slip past a rule about the value.
pub fn check_shown(plan: &Plan, policies: &[Policy]) -> Result<(), Stale> {
    let is_otherwise = |step: &&Step| step.left_out.as_ref().is_some_and(|proof| Digest::of(&step.changes) != proof.changes);
    match plan.steps.iter().find(is_otherwise) {
        Some(step) if !policies.is_empty() => Err(Stale::Contacts { address: step.key.to_string() }),
        Some(_) | None => Ok(()),
    }
}

/// The visits whose live tickets a step needs, to be whole again.
pub(in crate::plan) fn wants_live(step: &Step, recorded: &Key) -> Vec<Key> {
    if step.left_out.is_none() {
        return Vec::new();
    }
    let mut wanted = Vec::new();
    let mut step = step.clone();
    let events = std::mem::take(&mut step.events);
    if has_live(&mut step) || lacks(&step.changes, |source| source == Source::Live) {
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
    let Some(LeftOut { does, records, changes: _, drift: _ }) = &step.left_out else { return Returned::Whole };
    let now = LeftOut::of(step);
    let is_whole = (step.action.reason().is_some() || now.does == *does) && (step.events.is_empty() || now.records == *records);
    match (is_whole, has_live(&mut step.clone())) {
        (true, _) => Returned::Whole,
        (false, true) => Returned::WantsLive,
        (false, false) => Returned::Otherwise,
    }
}
