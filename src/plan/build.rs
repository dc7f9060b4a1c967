//! The planner: one match over what is wanted, what is recorded and what was seen.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::alike::Around;
use super::guard::{Rules, refusals};
use super::{Action, Plan, Reason, Step, create, existing, order, removed};
use crate::refresh::{Observations, Selection, Side, Sides, config_changes, request_of};
use crate::state::{Event, Key, Phase, Record, State};
use crate::systems::Observed;
use crate::ticket::{Address, Digest, Ticket};

/// All that a plan depends on.
pub struct World<'a> {
    pub tickets: &'a [Ticket],
    pub state: &'a State,
    pub observed: &'a Observations,
    pub sides: &'a Sides,
    pub selection: &'a Selection,
    pub rules: &'a Rules,
    pub now: Timestamp,
    /// Random.
    pub id: String,
    pub project: String,
    pub commit: Option<String>,
}

/// Makes the plan. Total: every world has one.
pub fn build(world: &World<'_>) -> Plan {
    let desired: BTreeMap<&Address, &Ticket> = world.tickets.iter().map(|ticket| (&ticket.address, ticket)).collect();
    let renamed: BTreeMap<&Address, &Ticket> = desired.values().filter_map(|ticket| Some((rename(world, ticket)?, *ticket))).collect();
    let wanted = desired.values().filter(|ticket| world.selection.holds(&ticket.address)).map(|ticket| step_for(world, ticket));
    let gone = world
        .state
        .records
        .iter()
        .filter(|(key, _)| !desired.contains_key(&key.address) && !renamed.contains_key(&key.address))
        .filter(|(key, _)| world.selection.holds(&key.address))
        .filter_map(|(key, record)| step_without(world, key, record));
    let mut steps: Vec<Step> = wanted.chain(gone).collect();
    let over: BTreeSet<Key> = world.observed.finished().cloned().collect();
    Around { tickets: world.tickets, state: world.state, sides: world.sides, over: &over }.block(&mut steps);
    let steps = order::in_order(world.state, steps);
    let refusals = refusals(world.rules, world.state, &steps, world.now);
    let expires = expiry(world, &steps);
    Plan {
        id: world.id.clone(),
        project: world.project.clone(),
        lineage: world.state.lineage.clone(),
        through: world.state.through,
        commit: world.commit.clone(),
        made: world.now,
        expires,
        rules: Digest::of(world.rules),
        selection: world.selection.clone(),
        steps,
        over,
        refusals,
        reads: world.observed.requests,
    }
}

/// A plan is good for a day, and never beyond the start of its first visit.
fn expiry(world: &World<'_>, steps: &[Step]) -> Timestamp {
    let at_most = world.now + SignedDuration::from_hours(world.rules.plan_expires_hours);
    let creates = steps.iter().filter(|step| matches!(step.action, Action::Create { .. }));
    creates.filter_map(|step| step.starts).fold(at_most, Timestamp::min)
}

/// What the files want of an address, against its latest record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    No,
    /// The recorded visit, or the first one.
    Same {
        changed: bool,
    },
    /// A further visit.
    Raised,
    /// A visit before the recorded one.
    Lowered,
}

/// What the state knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Past {
    None,
    /// Of another API or tenant.
    Foreign,
    InDoubt,
    Open,
    Finished,
    Closed,
}

/// What a read showed of a live ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    Open,
    Finished,
    Missing,
    NotRead,
}

/// The row of the table that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Nothing,
    Foreign,
    InDoubt,
    Create,
    CreateAgain,
    EarlierOpen,
    Lowered,
    Keep,
    KeepFinished,
    KeepClosed,
    Change,
    Unseen,
    Retire,
    Removed,
}

/// The whole policy of callout:
///
/// | wanted | record | seen | verdict |
/// | --- | --- | --- | --- |
/// | no | none or closed | any | nothing |
/// | any | of another API | any | blocked |
/// | any | write without outcome | any | in doubt |
/// | yes | none | any | create (or adopt) |
/// | a lower reissue | any | any | blocked: a revert does not un-send |
/// | a higher reissue | open | not finished | blocked: two technicians at once |
/// | a higher reissue | open, finished or closed | finished | create, after the earlier one |
/// | yes | closed | any | keep; a new visit is `reissue` |
/// | yes | finished, or open | finished | keep for ever |
/// | yes, unchanged | open | any | keep. Missing never means create |
/// | yes, changed | open | open | update, or by hand |
/// | yes, changed | open | missing or not read | blocked |
/// | no | finished, or open | finished | close the record |
/// | no | open | open | as `on_remove` says |
/// | no | open | missing or not read | blocked |
fn verdict(wanted: Wanted, past: Past, sight: Sight) -> Verdict {
    match (wanted, past, sight) {
        (Wanted::No, Past::None | Past::Closed, _) => Verdict::Nothing,
        (_, Past::Foreign, _) => Verdict::Foreign,
        (_, Past::InDoubt, _) => Verdict::InDoubt,
        (Wanted::Same { .. } | Wanted::Raised | Wanted::Lowered, Past::None, _) => Verdict::Create,
        (Wanted::Lowered, Past::Open | Past::Finished | Past::Closed, _) => Verdict::Lowered,
        (Wanted::Raised, Past::Open, Sight::Open | Sight::Missing | Sight::NotRead) => Verdict::EarlierOpen,
        (Wanted::Raised, Past::Open, Sight::Finished) | (Wanted::Raised, Past::Finished | Past::Closed, _) => Verdict::CreateAgain,
        (Wanted::Same { .. }, Past::Closed, _) => Verdict::KeepClosed,
        (Wanted::Same { .. }, Past::Finished, _) | (Wanted::Same { .. }, Past::Open, Sight::Finished) => Verdict::KeepFinished,
        (Wanted::Same { changed: false }, Past::Open, Sight::Open | Sight::Missing | Sight::NotRead) => Verdict::Keep,
        (Wanted::Same { changed: true }, Past::Open, Sight::Open) => Verdict::Change,
        (Wanted::Same { changed: true } | Wanted::No, Past::Open, Sight::Missing | Sight::NotRead) => Verdict::Unseen,
        (Wanted::No, Past::Finished, _) | (Wanted::No, Past::Open, Sight::Finished) => Verdict::Retire,
        (Wanted::No, Past::Open, Sight::Open) => Verdict::Removed,
    }
}

/// One address: what the rooms for each verdict work on.
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

/// The address that this ticket's records move from, if they still have to.
fn rename<'a>(world: &World<'_>, ticket: &'a Ticket) -> Option<&'a Address> {
    let from = ticket.lifecycle.renamed_from.as_ref()?;
    let is_free = world.state.latest(&ticket.address).is_none_or(|(_, record)| record.is_moved());
    (is_free && world.state.latest(from).is_some_and(|(_, record)| !record.is_moved())).then_some(from)
}

fn step_for(world: &World<'_>, ticket: &Ticket) -> Step {
    let moved = rename(world, ticket);
    let latest = world.state.latest(moved.unwrap_or(&ticket.address));
    let Some(side) = world.sides.get(&ticket.address.kind) else {
        let why = format!("callout.yaml has no section for the system of {} documents", ticket.address.kind);
        return bare_step(Key::new(ticket.address.clone(), ticket.reissue), Action::Blocked { reason: Reason::CannotSend { why } });
    };
    let key = Key::new(ticket.address.clone(), ticket.reissue);
    let observed = latest.and_then(|(recorded, _)| world.observed.of(recorded)).or_else(|| world.observed.of(&key));
    let wanted = latest.map_or(Wanted::Same { changed: false }, |(recorded, record)| wanted(world, ticket, side, (recorded, record)));
    let past = past(latest.map(|(_, record)| record), side);
    let verdict = verdict(wanted, past, sight(observed));
    let record = latest.map(|(_, record)| record);
    let case = Case { world, side, key, ticket: Some(ticket), record, observed, recorded_as: latest.map(|(key, _)| key) };
    let mut step = step(&case, verdict);
    if let Some(from) = moved {
        step.events.splice(0..0, moves(world.state, from, &ticket.address));
        step.notes.insert(0, format!("renamed from {from}"));
    }
    step
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

fn step_without(world: &World<'_>, key: &Key, record: &Record) -> Option<Step> {
    let Some(side) = world.sides.get(&key.address.kind) else {
        let now = "nothing: callout.yaml has no section for its system".to_owned();
        let reason = Reason::OtherOrigin { recorded: record.request.origin.clone(), now };
        return (record.is_open() || record.in_doubt()).then(|| bare_step(key.clone(), Action::Blocked { reason }));
    };
    let observed = world.observed.of(key);
    let verdict = verdict(Wanted::No, past(Some(record), side), sight(observed));
    let case = Case { world, side, key: key.clone(), ticket: None, record: Some(record), observed, recorded_as: Some(key) };
    let is_over = matches!(record.phase, Phase::Closed { .. } | Phase::NotCreated { .. });
    (verdict != Verdict::Nothing && !is_over).then(|| step(&case, verdict))
}

fn wanted(world: &World<'_>, ticket: &Ticket, side: &Side, (key, record): (&Key, &Record)) -> Wanted {
    match ticket.reissue.cmp(&key.reissue) {
        Ordering::Less => Wanted::Lowered,
        Ordering::Greater => Wanted::Raised,
        Ordering::Equal => {
            let desired = request_of(ticket, side, record.request.mark.clone());
            Wanted::Same { changed: !config_changes(&record.request, &desired, world.state).is_empty() }
        }
    }
}

fn past(record: Option<&Record>, side: &Side) -> Past {
    let Some(record) = record else { return Past::None };
    match &record.phase {
        Phase::NotCreated { .. } => Past::None,
        _ if record.request.origin != side.origin => Past::Foreign,
        _ if record.in_doubt() => Past::InDoubt,
        Phase::Pending => Past::InDoubt,
        Phase::Closed { .. } => Past::Closed,
        Phase::Live { .. } if record.finished => Past::Finished,
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
        Verdict::InDoubt => existing::in_doubt(case),
        Verdict::EarlierOpen => case.blocked(Reason::EarlierStillOpen { id: case.id() }),
        Verdict::Lowered => case.blocked(Reason::ReissueLowered { recorded: case.recorded_as.map_or(0, |key| key.reissue) }),
        Verdict::Keep => existing::keep(case),
        Verdict::KeepFinished => existing::keep_finished(case),
        Verdict::KeepClosed => existing::keep_closed(case),
        Verdict::Change => existing::change(case),
        Verdict::Unseen => existing::unseen(case),
        Verdict::Retire => removed::retire(case),
        Verdict::Removed => removed::removed(case),
        Verdict::Nothing => case.step(Action::Keep),
    }
}

fn bare_step(key: Key, action: Action) -> Step {
    Step {
        key,
        action,
        events: Vec::new(),
        changes: Vec::new(),
        drift: Vec::new(),
        notes: Vec::new(),
        site: String::new(),
        id: None,
        place: None,
        desired: None,
        record: None,
        difference: None,
        starts: None,
    }
}

impl Case<'_> {
    /// The live ticket's id.
    pub fn id(&self) -> Option<String> {
        self.record.and_then(Record::id).map(str::to_owned)
    }

    pub fn step(&self, action: Action) -> Step {
        let fields = self.ticket.map(|ticket| &ticket.fields).or_else(|| self.record.map(|record| &record.request.fields));
        Step {
            site: fields.map(|fields| self.side.system.site(fields)).unwrap_or_default(),
            id: self.id(),
            place: self.ticket.and_then(|ticket| ticket.place.as_ref()).map(ToString::to_string),
            desired: self.ticket.map(desired_digest),
            record: self.record.map(Digest::of),
            starts: self.ticket.and_then(|ticket| ticket.visit.as_ref()).and_then(crate::ticket::Visit::starts_at_latest),
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

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: [Wanted; 5] =
        [Wanted::No, Wanted::Same { changed: false }, Wanted::Same { changed: true }, Wanted::Raised, Wanted::Lowered];
    const PAST: [Past; 6] = [Past::None, Past::Foreign, Past::InDoubt, Past::Open, Past::Finished, Past::Closed];
    const SIGHT: [Sight; 4] = [Sight::Open, Sight::Finished, Sight::Missing, Sight::NotRead];

    fn all() -> impl Iterator<Item = (Wanted, Past, Sight)> {
        WANTED.into_iter().flat_map(|w| PAST.into_iter().flat_map(move |p| SIGHT.into_iter().map(move |s| (w, p, s))))
    }

    #[test]
    fn only_an_unused_address_or_a_finished_visit_is_ever_sent() {
        for (wanted, past, sight) in all() {
            let sends = matches!(verdict(wanted, past, sight), Verdict::Create | Verdict::CreateAgain);
            let is_free = past == Past::None && wanted != Wanted::No;
            let is_over = past == Past::Closed || past == Past::Finished || (past == Past::Open && sight == Sight::Finished);
            assert_eq!(sends, is_free || (wanted == Wanted::Raised && is_over), "{wanted:?} {past:?} {sight:?}");
        }
    }

    #[test]
    fn doubt_and_a_foreign_record_win_over_everything() {
        for (wanted, past, sight) in all() {
            match past {
                Past::InDoubt => assert_eq!(verdict(wanted, past, sight), Verdict::InDoubt),
                Past::Foreign => assert_eq!(verdict(wanted, past, sight), Verdict::Foreign),
                Past::None | Past::Open | Past::Finished | Past::Closed => {}
            }
        }
    }
}
