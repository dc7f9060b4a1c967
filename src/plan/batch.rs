//! Which creates travel in one request, and under which mark.
//!
//! Owns the choice; it is part of the plan, and apply only follows it. Refuses to put together what an answer, or a person with the
//! mark in a portal, could not tell apart again.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Step};
use crate::refresh::{Side, Sides, id_of};
use crate::state::{Key, Phase, Request, State};
use crate::systems::{Place, System};
use crate::ticket::{Address, Attachment, Digest, Fields, Mark};

/// The request that a create is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Batch {
    /// The first visit in it. Steps with the same one travel together.
    pub first: Key,
    /// How many tickets it makes.
    pub tickets: usize,
}

/// A create that could travel with others.
struct Member {
    /// Its place among the steps.
    at: usize,
    key: Key,
    place: Place,
    mark: Mark,
    /// What is sent, without its mark.
    bare: Fields,
}

/// Puts creates together that share all that is said once for a request. What waits for another ticket's id stays alone: nobody knows
/// yet what it will share.
pub(super) fn form(state: &State, sides: &Sides, steps: &mut [Step]) {
    if sides.values().all(|side| side.per_request < 2) {
        return;
    }
    let taken = taken(state);
    for ((kind, _), members) in alike(state, sides, steps) {
        let Some(side) = sides.get(&kind) else { continue };
        for batch in packed(members, side.per_request) {
            unite(side.system, &taken, &batch, steps);
        }
    }
}

/// Creates by what they share, each group by address.
fn alike(state: &State, sides: &Sides, steps: &[Step]) -> BTreeMap<(String, Digest), Vec<Member>> {
    let made: BTreeSet<&Address> = steps.iter().filter(|step| is_made(step)).map(|step| &step.key.address).collect();
    let known = |address: &Address| id_of(state, address).filter(|_| !made.contains(address));
    let mut groups: BTreeMap<(String, Digest), Vec<Member>> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        let Action::Create { request, payload } = &step.action else { continue };
        let Some(side) = sides.get(&step.key.address.kind).filter(|side| side.per_request > 1) else { continue };
        let Some((bare, mark)) = unmarked(side.system, request, payload) else { continue };
        let Some(together) = bare.filled(known).ok().and_then(|filled| side.system.together(&filled)) else { continue };
        let files: Vec<_> = request.attachments.iter().map(Attachment::identity).collect();
        let shared = Digest::of(&(&request.origin, &together.shared, files));
        let member = Member { at, key: step.key.clone(), place: together.place, mark, bare };
        groups.entry((step.key.address.kind.clone(), shared)).or_default().push(member);
    }
    for members in groups.values_mut() {
        members.sort_by(|a, b| a.key.cmp(&b.key));
    }
    groups
}

fn is_made(step: &Step) -> bool {
    matches!(step.action, Action::Create { .. } | Action::Adopt { .. })
}

/// What is sent without its mark: the fields that carry it are as the files have them.
fn unmarked(system: &dyn System, request: &Request, payload: &Fields) -> Option<(Fields, Mark)> {
    let mark = request.mark.clone()?;
    let mut bare = payload.clone();
    for (name, value) in system.with_mark(request.fields.clone(), &mark).iter() {
        match request.fields.get(name) {
            Some(own) if own == value => {}
            Some(own) => bare.set(name, own.clone()),
            None => drop(bare.0.remove(name)),
        }
    }
    Some((bare, mark))
}

/// Each into the first batch that has room and no place like its own.
fn packed(members: Vec<Member>, most: usize) -> Vec<Vec<Member>> {
    let mut batches: Vec<Vec<Member>> = Vec::new();
    for member in members {
        let fits = |batch: &&mut Vec<Member>| batch.len() < most && batch.iter().all(|other| !other.place.is_like(&member.place));
        match batches.iter_mut().find(fits) {
            Some(batch) => batch.push(member),
            None => batches.push(vec![member]),
        }
    }
    batches
}

/// Marks that tickets may carry already. A member that was left out of an earlier batch left its mark there.
fn taken(state: &State) -> BTreeSet<&Mark> {
    let may_have_one = state.records.values().filter(|record| !matches!(record.phase, Phase::NotCreated { .. }));
    may_have_one.filter_map(|record| record.request.mark.as_ref()).collect()
}

/// One mark for all: that of the first whose mark no ticket can carry yet. Without one, each goes alone.
fn unite(system: &dyn System, taken: &BTreeSet<&Mark>, batch: &[Member], steps: &mut [Step]) {
    let (Some(first), true) = (batch.first(), batch.len() > 1) else { return };
    let Some(mark) = batch.iter().map(|member| &member.mark).find(|mark| !taken.contains(mark)) else { return };
    for member in batch {
        let Some(step) = steps.get_mut(member.at) else { continue };
        if let Action::Create { request, payload } = &mut step.action {
            request.mark = Some(mark.clone());
            *payload = system.with_mark(member.bare.clone(), mark);
            step.batch = Some(Batch { first: first.key.clone(), tickets: batch.len() });
        }
    }
}

/// Counts anew what is left to send of each batch.
pub(super) fn recount(steps: &mut [Step]) {
    let mut left: BTreeMap<Key, usize> = BTreeMap::new();
    for step in steps.iter().filter(|step| matches!(step.action, Action::Create { .. })) {
        if let Some(batch) = &step.batch {
            *left.entry(batch.first.clone()).or_default() += 1;
        }
    }
    for step in steps {
        let is_sent = matches!(step.action, Action::Create { .. });
        step.batch = step.batch.take().filter(|_| is_sent).map(|batch| {
            let tickets = left.get(&batch.first).copied().unwrap_or(1);
            Batch { tickets, ..batch }
        });
    }
}

/// Whether the batch is larger than its system takes by now.
pub(super) fn is_too_large(step: &Step, side: Option<&Side>) -> bool {
    let most = side.map_or(1, |side| side.per_request);
    step.batch.as_ref().is_some_and(|batch| batch.tickets > most)
}
