//! The order of requests: which steps are one request, and which requests wait for the ids of earlier ones.

use std::collections::{HashMap, HashSet};

use crate::plan::{Action, Step};
use crate::state::Key;
use crate::ticket::Address;

/// The steps that one request carries out: several only where the plan says so.
pub(super) type Request<'a> = Vec<&'a Step>;

/// Rounds of requests, cut where one refers to a ticket that an earlier one of the same round makes.
pub(super) fn rounds<'a>(writes: &[&'a Step]) -> Vec<Vec<Request<'a>>> {
    let mut rounds: Vec<Vec<Request<'a>>> = Vec::new();
    // By the last round.
    let mut made: HashSet<&Address> = HashSet::new();
    for request in requests(writes) {
        let waits = request.iter().flat_map(|step| step.action.needs()).any(|address| made.contains(&address));
        if waits {
            made.clear();
        }
        made.extend(request.iter().map(|step| &step.key.address));
        match rounds.last_mut() {
            Some(round) if !waits => round.push(request),
            Some(_) | None => rounds.push(vec![request]),
        }
    }
    rounds
}

/// A request stands where its first step does: its other steps wait for nobody, so they can only come earlier than in the plan.
fn requests<'a>(writes: &[&'a Step]) -> Vec<Request<'a>> {
    let mut requests: Vec<Request<'a>> = Vec::with_capacity(writes.len());
    let mut begun: HashMap<&Key, usize> = HashMap::new();
    for step in writes {
        let batch = step.batch.as_ref().filter(|_| matches!(step.action, Action::Create { .. }));
        let at = batch.map(|batch| *begun.entry(&batch.first).or_insert(requests.len()));
        match at.and_then(|at| requests.get_mut(at)) {
            Some(request) => request.push(step),
            None => requests.push(vec![step]),
        }
    }
    requests
}
