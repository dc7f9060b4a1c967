//! Which tickets a plan depends on: those are read, and by default no others.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Selection, Side, Sides, booking_mismatch, is_changed, renamed_from};
use crate::state::{Key, Phase, Record, State};
use crate::ticket::{Address, Mark, Ticket};

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// What a step depends on: changed, removed, in doubt, not yet compared with its booking, to be adopted, at the place of a new one.
    #[default]
    Auto,
    /// Every unfinished ticket.
    All,
    /// Nothing.
    None,
}

/// One request to make.
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
    Read(String),
    /// The ticket with this mark, made at this moment or later.
    Find(Mark, Timestamp),
}

/// The requests that planning needs, by address.
pub fn asks(tickets: &[Ticket], state: &State, sides: &Sides, selection: &Selection, mode: Mode) -> Vec<Ask> {
    if mode == Mode::None {
        return Vec::new();
    }
    let desired: BTreeMap<&Address, &Ticket> = tickets.iter().map(|ticket| (&ticket.address, ticket)).collect();
    let renamed: BTreeMap<Address, &Ticket> = tickets.iter().filter_map(|ticket| Some((renamed_from(ticket, state)?, ticket))).collect();
    let crowded = places_of_creates(tickets, state, sides, selection);
    let mut asks: Vec<Ask> = state
        .records
        .iter()
        .filter_map(|(key, record)| {
            let ticket = desired.get(&key.address).or_else(|| renamed.get(&key.address)).copied();
            let address = ticket.map_or(&key.address, |ticket| &ticket.address);
            let side = sides.get(&key.address.kind).filter(|side| side.origin == record.request.origin)?;
            let again = ticket.is_some_and(|ticket| ticket.reissue > key.reissue);
            let question = question(record, side, again)?;
            let is_near =
                || !crowded.is_empty() && side.system.look_alike(&record.request.fields).iter().any(|place| crowded.contains(place));
            let needed = mode == Mode::All || depends(key, record, ticket, state, side);
            let system = side.system.id();
            ((selection.holds(address) && needed) || is_near()).then_some(Ask { key: key.clone(), system, question })
        })
        .collect();
    asks.extend(adoptions(tickets, state, sides, selection));
    asks.sort_by(|a, b| a.key.cmp(&b.key));
    asks
}

/// What can be asked about a record at all. Before a further visit, a finished or forgotten one is looked at once more.
fn question(record: &Record, side: &Side, again: bool) -> Option<Question> {
    match &record.phase {
        Phase::Live { id } if !record.finished || again => Some(Question::Read(id.clone())),
        Phase::Closed { id: Some(id), .. } if again && record.is_let_go() => Some(Question::Read(id.clone())),
        // What is presumed may have been made at any time: `import --match mark` looks for all of it in one pass.
        Phase::Pending if side.system.capabilities().find.yes() && !record.is_presumed() => {
            record.request.mark.clone().map(|mark| Question::Find(mark, record.since))
        }
        Phase::Pending | Phase::Live { .. } | Phase::Closed { .. } | Phase::NotCreated { .. } => None,
    }
}

/// Whether a step depends on what this ticket looks like now.
fn depends(key: &Key, record: &Record, ticket: Option<&Ticket>, state: &State, side: &Side) -> bool {
    let Some(ticket) = ticket else { return true };
    let is_latest = state.latest(&key.address).is_some_and(|(latest, _)| latest == key);
    let is_waiting = record.in_doubt() || !record.booking_checked || ticket.reissue > key.reissue;
    // An earlier visit that is still open beside a later one is nobody's plan: it is looked at until it is over.
    if is_latest {
        is_waiting || booked_differently(record, side) || is_changed(&record.request, ticket, side, state)
    } else {
        record.is_open()
    }
}

/// Whether somebody may be correcting it in the portal just now.
fn booked_differently(record: &Record, side: &Side) -> bool {
    let is_wrong = |seen| !booking_mismatch(side.system, &record.request, seen).is_empty();
    record.accepted.is_none() && record.baseline.as_ref().is_some_and(is_wrong)
}

/// The places of work of the tickets that are not sent yet.
fn places_of_creates(tickets: &[Ticket], state: &State, sides: &Sides, selection: &Selection) -> BTreeSet<String> {
    tickets
        .iter()
        .filter(|ticket| selection.holds(&ticket.address) && state.latest(&ticket.address).is_none() && ticket.lifecycle.adopt.is_none())
        .filter(|ticket| renamed_from(ticket, state).is_none())
        .filter_map(|ticket| Some(sides.get(&ticket.address.kind)?.system.look_alike(&ticket.fields)))
        .flatten()
        .collect()
}

/// Tickets that are to be adopted are read first.
fn adoptions(tickets: &[Ticket], state: &State, sides: &Sides, selection: &Selection) -> Vec<Ask> {
    tickets
        .iter()
        .filter(|ticket| selection.holds(&ticket.address))
        .filter_map(|ticket| {
            let id = ticket.lifecycle.adopt.clone()?;
            let system = sides.get(&ticket.address.kind)?.system.id();
            let key = Key::new(ticket.address.clone(), ticket.reissue);
            let is_new = state.latest(&ticket.address).is_none_or(|(latest, record)| latest.reissue < key.reissue || record.is_moved());
            let is_own = state.visits(&ticket.address).any(|(_, record)| record.id() == Some(&id));
            (is_new && !is_own).then_some(Ask { key, system, question: Question::Read(id) })
        })
        .collect()
}
