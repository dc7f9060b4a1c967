//! The order of the steps, and which creates have to wait for another ticket's id.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Reason, Step};
use crate::refresh::{Sides, id_of};
use crate::state::{Phase, State};
use crate::ticket::Address;

/// Sorts by address, puts each create behind what it refers to, and defers what refers to a ticket that will not be there.
pub(super) fn in_order(state: &State, sides: &Sides, mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by(|a, b| a.key.cmp(&b.key));
    while let Some((at, address)) = waiting(state, sides, &steps) {
        let Some(step) = steps.get_mut(at) else { break };
        step.action = if is_foreign(state, sides, &address) {
            let why = format!("it refers to {address}, whose ticket belongs to another API or tenant");
            Action::Blocked { reason: Reason::CannotSend { why } }
        } else if can_never_have_an_id(state, &address) {
            let why = format!("it refers to {address}, which was closed before its ticket id was known; take the reference out");
            Action::Blocked { reason: Reason::CannotSend { why } }
        } else {
            Action::Deferred { reason: Reason::WaitsFor { address } }
        };
    }
    sorted(state, steps)
}

fn can_never_have_an_id(state: &State, address: &Address) -> bool {
    state.latest(address).is_some_and(|(_, record)| matches!(record.phase, Phase::Closed { id: None, .. }))
}

/// An id of another API or tenant would name somebody else's ticket.
fn is_foreign(state: &State, sides: &Sides, address: &Address) -> bool {
    let origin = state.latest(address).map(|(_, record)| &record.request.origin);
    origin.zip(sides.get(&address.kind)).is_some_and(|(origin, side)| *origin != side.origin)
}

/// A create that refers to a ticket without id, which this plan does not make either.
fn waiting(state: &State, sides: &Sides, steps: &[Step]) -> Option<(usize, Address)> {
    let made: BTreeSet<&Address> = steps.iter().filter(|step| is_made(step)).map(|step| &step.key.address).collect();
    steps.iter().enumerate().find_map(|(at, step)| {
        let is_missing = |address: &Address| id_of(state, address).is_none() || is_foreign(state, sides, address);
        let missing = needs(step).into_iter().find(|address| is_missing(address) && !made.contains(address))?;
        Some((at, missing))
    })
}

fn is_made(step: &Step) -> bool {
    matches!(step.action, Action::Create { .. } | Action::Adopt { .. })
}

fn needs(step: &Step) -> Vec<Address> {
    match &step.action {
        Action::Create { payload, .. } => payload.references(),
        Action::Update { changed, .. } => changed.references(),
        Action::Adopt { .. }
        | Action::Close { .. }
        | Action::Delete { .. }
        | Action::Retire { .. }
        | Action::Blocked { .. }
        | Action::InDoubt { .. }
        | Action::Deferred { .. }
        | Action::Keep => Vec::new(),
    }
}

/// Depth first. What is left over is a cycle: it can never be sent, and waits for itself.
fn sorted(state: &State, steps: Vec<Step>) -> Vec<Step> {
    let mut waiting: BTreeMap<Address, Step> = BTreeMap::new();
    let mut ordered: Vec<Step> = Vec::with_capacity(steps.len());
    let known = Known { state, made: steps.iter().filter(|step| is_made(step)).map(|step| step.key.address.clone()).collect() };
    let mut done: BTreeSet<Address> = BTreeSet::new();
    for step in steps {
        if known.is_ready(&step, &done) {
            release(&known, step, &mut waiting, &mut done, &mut ordered);
        } else {
            waiting.insert(step.key.address.clone(), step);
        }
    }
    ordered.extend(waiting.into_values().map(|mut step| {
        if let Some(address) = needs(&step).into_iter().next() {
            step.action = Action::Deferred { reason: Reason::WaitsFor { address } };
        }
        step
    }));
    ordered
}

/// Whose ids are known without this plan.
struct Known<'a> {
    state: &'a State,
    /// Their ids are this plan's: also of a further visit, whose address has an older id until then.
    made: BTreeSet<Address>,
}

impl Known<'_> {
    fn is_ready(&self, step: &Step, done: &BTreeSet<Address>) -> bool {
        let is_known = |address: &Address| !self.made.contains(address) && id_of(self.state, address).is_some();
        needs(step).iter().all(|address| done.contains(address) || is_known(address))
    }
}

fn release(known: &Known<'_>, step: Step, waiting: &mut BTreeMap<Address, Step>, done: &mut BTreeSet<Address>, ordered: &mut Vec<Step>) {
    let mut ready = vec![step];
    while let Some(step) = ready.pop() {
        let address = step.key.address.clone();
        done.insert(address.clone());
        ordered.push(step);
        let freed: Vec<Address> = waiting
            .values()
            .filter(|step| needs(step).contains(&address) && known.is_ready(step, done))
            .map(|step| step.key.address.clone())
            .collect();
        ready.extend(freed.iter().rev().filter_map(|address| waiting.remove(address)));
    }
}
