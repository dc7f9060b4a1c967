//! Which tickets a plan depends on: those are read, and by default no others.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::waves::gate_reads;
use super::{Selection, Side, Sides, booking_mismatch, is_changed, names_before, renamed_from};
use crate::state::{Key, Phase, Record, State};
use crate::ticket::{Address, Mark, RolloutSite, Rollouts, Ticket};

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// What a step depends on: changed, removed, in doubt, not yet compared with its booking, to be adopted, at the place of a new one,
    /// in a wave that another one waits for.
    #[default]
    Auto,
    /// Every unfinished ticket.
    All,
    /// Nothing.
    None,
}

/// A ticket is listed and searched from so long before its intent: the system's clock may be behind ours. Clocks whose time zones were
/// mistaken for each other differ by up to 26 hours, and a pass that begins so much earlier is rarely a page longer.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_hours(26);

/// An intent that lies further ahead than this was written by a clock that has been set back since. By less, it is only waited for.
const SET_BACK: SignedDuration = SignedDuration::from_mins(15);

/// A mark is looked for only so long after its intent. Until then the create may still be in flight, in another process too, and a
/// system that searches by an index may not show a new ticket yet: an empty answer would say nothing.
const SETTLING: SignedDuration = SignedDuration::from_secs(60);

/// From when on a create in doubt is looked for by its mark.
///
/// Of an intent from the future nobody knows when it was: waiting for that moment to come could take a month.
pub fn searchable_from(intended: Timestamp, now: Timestamp) -> Timestamp {
    if is_ahead(intended, now) { now } else { intended.checked_add(SETTLING).unwrap_or(Timestamp::MAX) }
}

/// The moment from which on the search for a ticket begins. Of an intent from the future, everything is searched.
pub fn searched_since(intended: Timestamp, now: Timestamp) -> Timestamp {
    if is_ahead(intended, now) { Timestamp::UNIX_EPOCH } else { listed_since(intended) }
}

/// The moment from which on a list is likely to show a ticket. One that it does not show is read by its id.
fn listed_since(made: Timestamp) -> Timestamp {
    made.checked_sub(CLOCKS_DIFFER).unwrap_or(Timestamp::MIN)
}

fn is_ahead(intended: Timestamp, now: Timestamp) -> bool {
    intended.duration_since(now) > SET_BACK
}

/// What a plan is made from, before anything is read.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub tickets: &'a [Ticket],
    pub state: &'a State,
    pub sides: &'a Sides,
    pub selection: &'a Selection,
    /// The terms of each rollout.
    pub rollouts: &'a Rollouts,
    pub now: Timestamp,
}

/// One question about a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub key: Key,
    /// The system's key, such as `techexpress`.
    pub system: &'static str,
    pub question: Question,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The ticket with this id. `made`: not earlier than this, where callout made it.
    Read { id: String, made: Option<Timestamp> },
    /// The ticket with this mark, made at this moment or later.
    Find { mark: Mark, made: Timestamp },
    /// No step depends on it: it is worth a look in a list pass, and no request of its own.
    Glance { id: String, made: Timestamp },
    /// No ticket of it is known, so it is about to be sent. Should a list pass show one of its marks, it was sent before. `refused`: its
    /// system said no to a create, so long ago at most that a list from then on must show whether it made a ticket all the same.
    Sent { marks: Vec<Mark>, refused: Option<Timestamp> },
}

impl Question {
    /// Whether it is answered by a list pass that is made for others, and worth no request of its own.
    pub fn is_by_the_way(&self) -> bool {
        matches!(self, Self::Glance { .. } | Self::Sent { .. })
    }

    /// Since when a list pass would show the ticket; `None` for one that others made, or that is only met by chance.
    pub fn made(&self) -> Option<Timestamp> {
        match self {
            Self::Read { made, .. } => *made,
            Self::Sent { refused, .. } => *refused,
            Self::Find { made, .. } | Self::Glance { made, .. } => Some(*made),
        }
    }
}

/// The questions that planning has, by address.
pub fn asks(scope: &Scope<'_>, mode: Mode) -> Vec<Ask> {
    if mode == Mode::None {
        return Vec::new();
    }
    let Scope { tickets, state, sides, selection, .. } = *scope;
    let desired: BTreeMap<&Address, &Ticket> = tickets.iter().map(|ticket| (&ticket.address, ticket)).collect();
    let renamed: BTreeMap<Address, &Ticket> = tickets.iter().filter_map(|ticket| Some((renamed_from(ticket, state)?, ticket))).collect();
    let crowded = places_of_creates(scope);
    let gates = gate_reads(scope);
    let mut asks: Vec<Ask> = state
        .records
        .iter()
        .filter_map(|(key, record)| {
            let ticket = desired.get(&key.address).or_else(|| renamed.get(&key.address)).copied();
            let address = ticket.map_or(&key.address, |ticket| &ticket.address);
            let side = sides.get(&key.address.kind).filter(|side| side.origin == record.request.origin)?;
            let again = ticket.is_some_and(|ticket| ticket.reissue > key.reissue);
            // A gate is judged over the whole project, whatever is selected.
            let is_at_gate = gates.contains(key);
            let question = question(record, side, again || is_at_gate, scope.now)?;
            let is_near =
                || !crowded.is_empty() && side.system.look_alike(&record.request.fields).iter().any(|place| crowded.contains(place));
            let is_selected = selection.holds(address);
            let is_needed = is_selected && (mode == Mode::All || depends(key, record, ticket, state, side)) || is_near() || is_at_gate;
            let question = if is_needed { question } else { glance(question, side).filter(|_| is_selected)? };
            Some(Ask { key: key.clone(), system: side.system.id(), question })
        })
        .collect();
    asks.extend(adoptions(scope));
    let unsent: Vec<Ask> = unsent(scope).collect();
    let listed: BTreeSet<&str> = asks.iter().chain(&unsent).filter(|ask| ask.question.made().is_some()).map(|ask| ask.system).collect();
    asks.extend(unsent.into_iter().filter(|ask| listed.contains(ask.system)));
    asks.sort_by(|a, b| a.key.cmp(&b.key));
    asks
}

/// What can be asked about a record at all. Before a further visit, a finished or forgotten one is looked at once more.
fn question(record: &Record, side: &Side, again: bool, now: Timestamp) -> Option<Question> {
    // An adopted ticket was made before callout knew it, and nobody says when.
    // Whatever a clock said that has been set back since, it was made before now.
    let made = (!record.adopted).then(|| listed_since(record.since.min(now)));
    match &record.phase {
        Phase::Live { id } if !record.finished || again => Some(Question::Read { id: id.clone(), made }),
        Phase::Closed { id: Some(id), .. } if again && record.is_let_go() => Some(Question::Read { id: id.clone(), made }),
        // What is presumed may have been made at any time: `import --match mark` looks for all of it in one pass.
        Phase::Pending if side.system.capabilities().find.yes() && !record.is_presumed() && now >= searchable_from(record.since, now) => {
            record.request.mark.clone().map(|mark| Question::Find { mark, made: searched_since(record.since, now) })
        }
        Phase::Pending | Phase::Live { .. } | Phase::Closed { .. } | Phase::NotCreated { .. } => None,
    }
}

/// The same as a question that costs nothing, where the system lists: what a person changed there is then seen by the way.
fn glance(question: Question, side: &Side) -> Option<Question> {
    match question {
        Question::Read { id, made: Some(made) } if side.system.capabilities().list.yes() => Some(Question::Glance { id, made }),
        Question::Read { .. } | Question::Find { .. } | Question::Glance { .. } | Question::Sent { .. } => None,
    }
}

/// Whether a step depends on what this ticket looks like now.
fn depends(key: &Key, record: &Record, ticket: Option<&Ticket>, state: &State, side: &Side) -> bool {
    let Some(ticket) = ticket else { return true };
    let is_latest = state.latest(&key.address).is_some_and(|(latest, _)| latest == key);
    let is_waiting = record.in_doubt() || !record.booking_checked || ticket.reissue > key.reissue;
    // An earlier visit that is still open or in doubt beside a later one is nobody's plan: it is looked at until it is over.
    if is_latest {
        is_waiting || booked_differently(record, side) || is_changed(&record.request, ticket, side, state)
    } else {
        record.is_open() || record.in_doubt()
    }
}

/// Whether somebody may be correcting it in the portal just now.
fn booked_differently(record: &Record, side: &Side) -> bool {
    let is_wrong = |seen| !booking_mismatch(side.system, &record.request, seen).is_empty();
    record.accepted.is_none() && record.baseline.as_ref().is_some_and(is_wrong)
}

/// The places of work of the tickets that are not sent yet.
fn places_of_creates(scope: &Scope<'_>) -> BTreeSet<String> {
    let Scope { tickets, state, sides, selection, .. } = *scope;
    tickets
        .iter()
        .filter(|ticket| selection.holds(&ticket.address) && state.latest(&ticket.address).is_none() && ticket.lifecycle.adopt.is_none())
        .filter(|ticket| renamed_from(ticket, state).is_none() && !is_stopped(ticket, scope))
        .filter_map(|ticket| Some(sides.get(&ticket.address.kind)?.system.look_alike(&ticket.fields)))
        .flatten()
        .collect()
}

/// Whether its rollout or wave sends nothing anyway.
fn is_stopped(ticket: &Ticket, scope: &Scope<'_>) -> bool {
    let terms = |site: &RolloutSite| scope.rollouts.get(&site.rollout).is_some_and(|terms| terms.is_stopped(site.wave.as_deref()));
    ticket.site.as_ref().is_some_and(terms)
}

/// The visits without a record: an older copy of the state, or a rebuilt one, may not know that they were sent.
fn unsent<'a>(scope: &Scope<'a>) -> impl Iterator<Item = Ask> + use<'a> {
    let Scope { tickets, state, sides, selection, now, .. } = *scope;
    tickets.iter().filter(|ticket| selection.holds(&ticket.address) && ticket.lifecycle.adopt.is_none()).filter_map(move |ticket| {
        let system = sides.get(&ticket.address.kind)?.system;
        let is_unknown = state.latest(&ticket.address).is_none_or(|(latest, _)| latest.reissue < ticket.reissue);
        let is_asked = is_unknown && system.capabilities().list.yes() && renamed_from(ticket, state).is_none();
        if !is_asked {
            return None;
        }
        let before = names_before(&ticket.address, ticket.lifecycle.renamed_from.as_ref());
        let addresses = [ticket.address.clone()].into_iter().chain(before);
        let marks = addresses.map(|address| Mark::new(&state.lineage, &address, ticket.reissue)).collect();
        let key = Key::new(ticket.address.clone(), ticket.reissue);
        let refused = state.records.get(&key).filter(|record| matches!(record.phase, Phase::NotCreated { refused: true, .. }));
        let refused = refused.map(|record| searched_since(record.since, now));
        Some(Ask { key, system: system.id(), question: Question::Sent { marks, refused } })
    })
}

/// Tickets that are to be adopted are read first.
fn adoptions(scope: &Scope<'_>) -> Vec<Ask> {
    let Scope { tickets, state, sides, selection, .. } = *scope;
    tickets
        .iter()
        .filter(|ticket| selection.holds(&ticket.address))
        .filter_map(|ticket| {
            let id = ticket.lifecycle.adopt.clone()?;
            let system = sides.get(&ticket.address.kind)?.system.id();
            let key = Key::new(ticket.address.clone(), ticket.reissue);
            let is_new = state.latest(&ticket.address).is_none_or(|(latest, record)| latest.reissue < key.reissue || record.is_moved());
            let is_own = state.visits(&ticket.address).any(|(_, record)| record.id() == Some(&id));
            (is_new && !is_own).then_some(Ask { key, system, question: Question::Read { id, made: None } })
        })
        .collect()
}
