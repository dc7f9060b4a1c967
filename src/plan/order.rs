//! The order of the steps, and which creates have to wait for another ticket's id.

use std::collections::{BTreeMap, BTreeSet};

use super::build::World;
use super::{Action, Reason, Step};
use crate::refresh::{Sides, id_of, renamed_from};
use crate::state::{Phase, State};
use crate::ticket::{Address, Ticket};

/// Sorts by address, puts each create behind what it refers to, and defers what refers to a ticket that will not be there.
pub(super) fn in_order(world: &World<'_>, mut steps: Vec<Step>) -> Vec<Step> {
    let (state, sides, awaited) = (world.state, world.sides, awaited(world.tickets, world.state));
    steps.sort_by(|a, b| a.key.cmp(&b.key));
    let mut links = Links::of(&steps);
    // The first one first; what waits for it is looked at once more.
    let mut waiting: BTreeSet<usize> = (0..steps.len()).collect();
    while let Some(at) = waiting.pop_first() {
        let Some(step) = steps.get_mut(at) else { break };
        let has_id = |address: &Address| id_of(state, address).is_some() && !awaited.contains(address);
        let is_missing = |address: &Address| !has_id(address) || is_foreign(state, sides, address);
        let Some(address) = step.action.needs().into_iter().find(|address| is_missing(address) && !links.is_made(address)) else {
            continue;
        };
        let was_made = is_made(step);
        step.action = if is_foreign(state, sides, &address) {
            let why = format!("it refers to {address}, whose ticket belongs to another API or tenant");
            Action::Blocked { reason: Reason::CannotSend { why } }
        } else if can_never_have_an_id(state, &address) {
            let why = format!("it refers to {address}, which was closed before its ticket id was known; take the reference out");
            Action::Blocked { reason: Reason::CannotSend { why } }
        } else {
            Action::Deferred { reason: Reason::WaitsFor { address } }
        };
        if was_made {
            waiting.extend(links.not_made(&step.key.address));
        }
    }
    sorted(state, steps)
}

/// Addresses whose further visit is still to be made: the id that they have is an earlier visit's, and nobody asks for that one.
fn awaited(tickets: &[Ticket], state: &State) -> BTreeSet<Address> {
    tickets.iter().filter(|ticket| is_behind(ticket, state)).map(|ticket| ticket.address.clone()).collect()
}

/// Whether this is such an address.
pub(super) fn is_awaited(tickets: &[Ticket], state: &State, address: &Address) -> bool {
    tickets.iter().any(|ticket| ticket.address == *address && is_behind(ticket, state))
}

fn is_behind(ticket: &Ticket, state: &State) -> bool {
    let latest = || {
        let before = renamed_from(ticket, state);
        state.latest(before.as_ref().unwrap_or(&ticket.address)).map(|(latest, _)| latest.reissue)
    };
    ticket.reissue > 0 && latest().is_some_and(|latest| latest < ticket.reissue)
}

/// Which addresses the steps make, and which steps refer to them.
struct Links {
    /// How many steps make each: an address may have several visits.
    made: BTreeMap<Address, usize>,
    referring: BTreeMap<Address, Vec<usize>>,
}

impl Links {
    fn of(steps: &[Step]) -> Self {
        let (mut made, mut referring) = (BTreeMap::new(), BTreeMap::<Address, Vec<usize>>::new());
        for (at, step) in steps.iter().enumerate() {
            if is_made(step) {
                *made.entry(step.key.address.clone()).or_default() += 1;
            }
            for address in step.action.needs() {
                referring.entry(address).or_default().push(at);
            }
        }
        Self { made, referring }
    }

    fn is_made(&self, address: &Address) -> bool {
        self.made.contains_key(address)
    }

    /// A step does not make it any more. Answers who has to be looked at again.
    fn not_made(&mut self, address: &Address) -> Vec<usize> {
        match self.made.get_mut(address) {
            Some(steps) if *steps > 1 => {
                *steps -= 1;
                Vec::new()
            }
            Some(_) | None => {
                self.made.remove(address);
                self.referring.get(address).cloned().unwrap_or_default()
            }
        }
    }
}

fn can_never_have_an_id(state: &State, address: &Address) -> bool {
    state.latest(address).is_some_and(|(_, record)| matches!(record.phase, Phase::Closed { id: None, .. }))
}

/// An id of another API or tenant would name somebody else's ticket.
fn is_foreign(state: &State, sides: &Sides, address: &Address) -> bool {
    let origin = state.latest(address).map(|(_, record)| &record.request.origin);
    origin.zip(sides.get(&address.kind)).is_some_and(|(origin, side)| *origin != side.origin)
}

fn is_made(step: &Step) -> bool {
    matches!(step.action, Action::Create { .. } | Action::Adopt { .. })
}

/// Depth first. What is left over is a cycle: it can never be sent, and waits for itself.
fn sorted(state: &State, steps: Vec<Step>) -> Vec<Step> {
    let made = steps.iter().filter(|step| is_made(step)).map(|step| step.key.address.clone()).collect();
    let mut line = Line { state, made, done: BTreeSet::new(), waiting: BTreeMap::new(), referring: BTreeMap::new(), ordered: Vec::new() };
    for step in steps {
        line.take(step);
    }
    let Line { mut ordered, waiting, .. } = line;
    ordered.extend(waiting.into_values().map(|mut step| {
        if let Some(address) = step.action.needs().into_iter().next() {
            step.action = Action::Deferred { reason: Reason::WaitsFor { address } };
        }
        step
    }));
    ordered
}

/// Steps that are being put in order.
struct Line<'a> {
    state: &'a State,
    /// Their ids are this plan's: also of a further visit, whose address has an older id until then.
    made: BTreeSet<Address>,
    done: BTreeSet<Address>,
    waiting: BTreeMap<Address, Step>,
    /// Who waits, by what for.
    referring: BTreeMap<Address, BTreeSet<Address>>,
    ordered: Vec<Step>,
}

impl Line<'_> {
    fn is_ready(&self, step: &Step) -> bool {
        let is_known = |address: &Address| !self.made.contains(address) && id_of(self.state, address).is_some();
        step.action.needs().iter().all(|address| self.done.contains(address) || is_known(address))
    }

    fn take(&mut self, step: Step) {
        if self.is_ready(&step) {
            return self.release(step);
        }
        let own = step.key.address.clone();
        for address in step.action.needs() {
            self.referring.entry(address).or_default().insert(own.clone());
        }
        self.waiting.insert(own, step);
    }

    /// Puts a step into its place, and whatever waited for it behind it.
    fn release(&mut self, step: Step) {
        let mut ready = vec![step];
        while let Some(step) = ready.pop() {
            let address = step.key.address.clone();
            self.ordered.push(step);
            let referring = self.referring.get(&address).cloned().unwrap_or_default();
            self.done.insert(address);
            let is_freed = |address: &&Address| self.waiting.get(address).is_some_and(|step| self.is_ready(step));
            let freed: Vec<Address> = referring.iter().filter(is_freed).cloned().collect();
            ready.extend(freed.iter().rev().filter_map(|address| self.waiting.remove(address)));
        }
    }
}
