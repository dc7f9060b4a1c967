//! The planner: brings what is wanted, recorded and seen of each address together, and makes the plan.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::alike::Around;
use super::case::{Case, bare_step, desired_digest};
use super::gates::{Gates, waves};
use super::guard::{Allowed, Limits, Rules};
use super::verdict::{Past, Sight, Verdict, Wanted, verdict};
use super::{Action, Companions, Plan, Reason, Step, Take, again, batch, create, doubt, existing, file, order, removed, surplus};
use crate::policy::{self, Policy};
use crate::refresh::{Observations, Selection, Side, Sides, is_changed, renamed_from};
use crate::state::{Event, Key, Phase, Record, State};
use crate::systems::Observed;
use crate::ticket::{Address, Rollouts, Ticket};

/// All that a plan depends on.
pub struct World<'a> {
    pub tickets: &'a [Ticket],
    pub state: &'a State,
    pub observed: &'a Observations,
    pub sides: &'a Sides,
    pub selection: &'a Selection,
    /// The terms of each rollout.
    pub rollouts: &'a Rollouts,
    pub rules: &'a Rules,
    /// The rules of the project's own; a plan is judged by them once it is whole.
    pub policies: &'a [Policy],
    /// Whose values win where a ticket was changed in its system; without it, a person chooses.
    pub take: Option<Take>,
    /// Of the same tickets and state.
    pub companions: &'a Companions<'a>,
    pub now: Timestamp,
    /// Random.
    pub id: String,
    pub project: String,
    pub commit: Option<String>,
    /// Some files are not as that commit has them.
    pub uncommitted: bool,
}

/// Makes the plan. Total: every world has one.
pub fn build(world: &World<'_>) -> Plan {
    let desired: BTreeMap<&Address, &Ticket> = world.tickets.iter().map(|ticket| (&ticket.address, ticket)).collect();
    let renamed: BTreeMap<Address, &Address> =
        world.tickets.iter().filter_map(|ticket| Some((renamed_from(ticket, world.state)?, &ticket.address))).collect();
    let wanted = desired.values().filter(|ticket| world.selection.holds(&ticket.address)).map(|ticket| step_for(world, ticket));
    let gone = world
        .state
        .records
        .iter()
        .filter(|(key, _)| !desired.contains_key(&key.address) && !renamed.contains_key(&key.address))
        .filter(|(key, _)| world.selection.holds(&key.address))
        .filter_map(|(key, record)| step_without(world, key, record));
    let earlier = world.state.records.iter().filter_map(|(key, record)| {
        let address = renamed.get(&key.address).copied().unwrap_or(&key.address);
        let ticket = desired.get(address).filter(|_| world.selection.holds(address))?;
        beside_later(ticket, earlier_and_open(world, key, record)?)
    });
    let mut steps: Vec<Step> = wanted.chain(gone).chain(earlier).collect();
    surplus::tell(world, &mut steps);
    let over: BTreeSet<Key> = world.observed.finished().cloned().collect();
    // What waits is compared with nothing: it is once its turn has come, with all that is known then.
    Gates::new(world.tickets, world.state, world.rollouts, &over).hold(&mut steps);
    Around::new(world.tickets, world.state, world.sides, &over).block(&mut steps);
    let mut steps = order::in_order(world, steps);
    // Last of all that changes steps: only what is really sent travels together.
    batch::form(world.state, world.sides, &mut steps);
    for step in &mut steps {
        step.noted = file::noted(step, world.state);
        step.seen = again::basis(step, world.sides, world.observed);
    }
    let limits = Limits { rules: world.rules, rollouts: world.rollouts, allowed: Allowed::default() };
    let expires = file::expiry(world, &steps);
    let plan = Plan {
        id: world.id.clone(),
        project: world.project.clone(),
        lineage: world.state.lineage.clone(),
        through: world.state.through,
        commit: world.commit.clone(),
        uncommitted: world.uncommitted,
        made: world.now,
        expires,
        rules: limits.digest(&steps),
        policies: policy::digest(world.policies),
        origins: file::origins(world.sides),
        selection: world.selection.filter().clone(),
        take: world.take,
        waves: waves(world.rollouts, &steps),
        steps,
        over,
        refusals: Vec::new(),
        rulings: Vec::new(),
        parts: Vec::new(),
        hidden: BTreeMap::new(),
        reads: world.observed.requests,
    };
    plan.limited(&limits, world.state, world.now)
}

fn step_for(world: &World<'_>, ticket: &Ticket) -> Step {
    let moved = renamed_from(ticket, world.state);
    let key = Key::new(ticket.address.clone(), ticket.reissue);
    let latest = world.state.latest(moved.as_ref().unwrap_or(&ticket.address));
    let Some(side) = world.sides.get(&ticket.address.kind) else {
        let why = format!("callout.yaml has no section for the system of {} documents", ticket.address.kind);
        return bare_step(key, Action::Blocked { reason: Reason::CannotSend { why } });
    };
    let observed = world.observed.of(latest.map_or(&key, |(recorded, _)| recorded));
    let wanted = latest.map_or(Wanted::Same { changed: false }, |(recorded, record)| wanted(world, ticket, side, (recorded, record)));
    let past = past(latest.map(|(_, record)| record), side);
    let verdict = verdict(wanted, past, sight(observed));
    let trace = world.state.records.get_key_value(&key).filter(|(_, record)| record.is_moved() && verdict == Verdict::CreateAgain);
    let (recorded_as, record) = trace.or(latest).unzip();
    let case = Case { world, side, key: key.clone(), ticket: Some(ticket), record, observed, recorded_as };
    let mut step = match trace {
        // The number of a visit that has another address now stays taken.
        Some(_) => Step { events: over_before(world, side, latest), ..step(&case, Verdict::KeepClosed) },
        None => step(&case, verdict),
    };
    if let Some(from) = &moved {
        step.events.splice(0..0, moves(world.state, from, &ticket.address));
        step.notes.insert(0, format!("renamed from {from}"));
    }
    step
}

/// That the visit before is over, where no step of a further one records it.
fn over_before(world: &World<'_>, side: &Side, latest: Option<(&Key, &Record)>) -> Vec<Event> {
    latest.and_then(|(key, record)| create::seen_over(&Case::of_record(world, side, key, record))).into_iter().collect()
}

/// Every visit of the old address moves.
fn moves(state: &State, from: &Address, to: &Address) -> Vec<Event> {
    let visits = state.visits(from).filter(|(_, record)| !record.is_moved() && !matches!(record.phase, Phase::NotCreated { .. }));
    let moved = |key: &Key| Event::Moved {
        key: key.clone(),
        to: Key::new(to.clone(), key.reissue),
        reason: format!("lifecycle.renamed_from: {from}"),
    };
    visits.map(|(key, _)| moved(key)).collect()
}

/// An earlier visit's step, beside the ticket of the later one. Before a rename is written, a person is told by the old name; what can
/// be written of the visit itself waits for the plan after that.
fn beside_later(ticket: &Ticket, step: Step) -> Option<Step> {
    if step.key.address == ticket.address {
        return Some(Step { desired: Some(desired_digest(ticket)), ..step });
    }
    step.needs_person().then_some(step)
}

/// An earlier visit that is open, or in doubt, although a later one was sent or imported.
fn earlier_and_open(world: &World<'_>, key: &Key, record: &Record) -> Option<Step> {
    let is_earlier = world.state.latest(&key.address).is_some_and(|(latest, _)| latest.reissue > key.reissue);
    let side = world.sides.get(&key.address.kind).filter(|_| is_earlier && (record.is_open() || record.phase == Phase::Pending))?;
    let case = Case::of_record(world, side, key, record);
    if record.phase == Phase::Pending {
        return Some(doubt::in_doubt(&case));
    }
    if sight(case.observed) == Sight::Finished {
        return Some(Step { events: create::seen_over(&case).into_iter().collect(), ..case.step(Action::Keep) });
    }
    Some(case.blocked(Reason::OpenBesideLater { id: case.id().unwrap_or_default() }))
}

fn step_without(world: &World<'_>, key: &Key, record: &Record) -> Option<Step> {
    let Some(side) = world.sides.get(&key.address.kind) else {
        let now = "nothing: callout.yaml has no section for its system".to_owned();
        let reason = Reason::OtherOrigin { recorded: record.request.origin.clone(), now };
        return (record.is_open() || record.in_doubt()).then(|| bare_step(key.clone(), Action::Blocked { reason }));
    };
    let case = Case::of_record(world, side, key, record);
    let verdict = verdict(Wanted::No, past(Some(record), side), sight(case.observed));
    let is_over = matches!(record.phase, Phase::Closed { .. } | Phase::NotCreated { .. });
    (verdict != Verdict::Nothing && !is_over).then(|| step(&case, verdict))
}

fn wanted(world: &World<'_>, ticket: &Ticket, side: &Side, (key, record): (&Key, &Record)) -> Wanted {
    match ticket.reissue.cmp(&key.reissue) {
        Ordering::Less => Wanted::Lowered,
        Ordering::Greater => Wanted::Raised,
        Ordering::Equal => Wanted::Same { changed: is_changed(&record.request, ticket, side, world.state) },
    }
}

fn past(record: Option<&Record>, side: &Side) -> Past {
    let Some(record) = record else { return Past::None };
    match &record.phase {
        Phase::NotCreated { .. } => Past::None,
        Phase::Closed { .. } if record.is_let_go() && record.request.origin != side.origin => Past::Foreign,
        Phase::Closed { .. } if record.is_let_go() => Past::LetGo,
        Phase::Closed { .. } => Past::Closed,
        Phase::Live { .. } if record.finished && !record.in_doubt() => Past::Finished,
        Phase::Pending | Phase::Live { .. } if record.request.origin != side.origin => Past::Foreign,
        Phase::Pending => Past::InDoubt,
        Phase::Live { .. } if record.in_doubt() => Past::InDoubt,
        Phase::Live { .. } => Past::Open,
    }
}

fn sight(observed: Option<&Observed>) -> Sight {
    match observed {
        Some(Observed::Found(seen)) if seen.finished => Sight::Finished,
        Some(Observed::Found(_)) => Sight::Open,
        Some(Observed::Missing) => Sight::Missing,
        Some(Observed::Unread { .. }) | None => Sight::NotRead,
    }
}

fn step(case: &Case<'_>, verdict: Verdict) -> Step {
    match verdict {
        Verdict::Create => create::first(case),
        Verdict::CreateAgain => create::again(case),
        Verdict::Foreign => case.blocked(Reason::OtherOrigin {
            recorded: case.record.map(|record| record.request.origin.clone()).unwrap_or_default(),
            now: case.side.origin.clone(),
        }),
        Verdict::InDoubt => doubt::in_doubt(case),
        Verdict::EarlierOpen => case.blocked(Reason::EarlierStillOpen { id: case.id() }),
        Verdict::Lowered => case.blocked(Reason::ReissueLowered { recorded: case.recorded_as.map_or(0, |key| key.reissue) }),
        Verdict::Keep => existing::keep(case),
        Verdict::KeepFinished => existing::keep_finished(case),
        Verdict::KeepClosed => existing::keep_closed(case),
        Verdict::Change => existing::change(case),
        Verdict::Unseen if case.ticket.is_none() => removed::unseen(case),
        Verdict::Unseen => existing::unseen(case),
        Verdict::Retire => removed::retire(case),
        Verdict::Removed => removed::removed(case),
        Verdict::Nothing => case.step(Action::Keep),
    }
}
