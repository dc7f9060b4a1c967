//! Tickets that an answer named, or a copy of the state, and that nobody asked for: shown until a person has seen to them.

use std::collections::BTreeSet;

use super::again::recorded;
use super::build::World;
use super::case::Case;
use super::{Action, Reason, Step};
use crate::state::{Key, Record, State};

/// What is still nobody's: another visit may have been linked to its ticket since.
fn strays(state: &State, record: &Record) -> Vec<String> {
    let is_nobodys = |id: &String| state.holder(&record.request, id).is_none();
    let left = record.surplus.iter().filter(|stray| stray.id.as_ref().is_none_or(is_nobodys));
    left.map(|stray| stray.what.clone()).collect()
}

/// Tells them at the visit in whose answer they were, also where that visit is over or left the files.
pub(super) fn tell(world: &World<'_>, steps: &mut Vec<Step>) {
    let met = world.state.records.iter().filter(|(_, record)| !record.surplus.is_empty());
    let mut met: Vec<(&Key, &Record, Vec<String>)> = met.map(|(key, record)| (key, record, strays(world.state, record))).collect();
    met.retain(|(_, _, strays)| !strays.is_empty());
    if met.is_empty() {
        return;
    }
    let mut told: BTreeSet<&Key> = BTreeSet::new();
    for step in steps.iter_mut() {
        let own = recorded(step);
        let Some((key, _, strays)) = met.iter().find(|(key, ..)| **key == own) else { continue };
        let reason = Reason::Surplus { tickets: strays.clone() };
        // A visit that was not created may be what one of them is for.
        if step.action == Action::Keep || (step.key == **key && matches!(step.action, Action::Create { .. })) {
            step.action = Action::Blocked { reason };
        } else {
            step.notes.push(reason.to_string());
        }
        told.insert(key);
    }
    let apart = met.iter().filter(|(key, ..)| !told.contains(key) && world.selection.holds(&key.address));
    steps.extend(apart.filter_map(|(key, record, strays)| {
        let side = world.sides.get(&key.address.kind)?;
        Some(Case::of_record(world, side, key, record).blocked(Reason::Surplus { tickets: strays.clone() }))
    }));
}
