//! How far the visits of each wave are: what the gates between waves ask for.
//!
//! Owns which visits are a wave's, which of them are over, and which failed. Refuses to hold anything back: the plan does.

use std::collections::{BTreeMap, BTreeSet};

use super::{Scope, Sides, renamed_from};
use crate::state::{Closing, Key, Phase, Record, State, VisitOutcome};
use crate::ticket::{Address, Finished, Gate, RolloutSite, Rollouts, Ticket};

/// The visits of every wave that another one comes after.
pub struct Waves<'a> {
    visits: BTreeMap<(&'a str, &'a str), Vec<Visit<'a>>>,
}

/// One visit of a wave.
struct Visit<'a> {
    /// As the state knows it: a ticket that is about to be renamed still has its old address.
    key: Key,
    record: Option<&'a Record>,
    /// The files ask for just this one. Any other counts only while its technician may be coming.
    is_wanted: bool,
}

/// Where a visit stands, for a gate. The order is that in which people are told what a wave waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Nobody knows what became of a write.
    InDoubt,
    /// Its technician may be coming.
    Coming,
    /// The system refused it, and nobody has been sent.
    Refused,
    Unsent,
    /// It was cancelled, closed or deleted before anybody said that it went well.
    CalledOff,
    /// Over, and a person says that it failed.
    Failed,
    /// Over, and a person says that nobody was let in.
    NoAccess,
    /// Over, and nobody says otherwise.
    Well,
}

impl Standing {
    pub fn is_over(self) -> bool {
        matches!(self, Self::CalledOff | Self::Failed | Self::NoAccess | Self::Well)
    }

    pub fn has_failed(self) -> bool {
        matches!(self, Self::Refused | Self::CalledOff | Self::Failed | Self::NoAccess)
    }
}

/// A wave, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub visits: usize,
    pub over: usize,
    /// Over, and not failed.
    pub well: usize,
    pub failed: usize,
    /// Every visit that is not over or has failed: those that hold a gate, what is most urgent first.
    pub holding: Vec<(Standing, Key)>,
}

impl Tally {
    /// Whether a wave that is so far passes the gate. One without visits proves nothing, and passes none.
    pub fn passes(&self, gate: &Gate) -> bool {
        self.is_far_enough(gate) && self.failed <= gate.failed
    }

    pub fn is_far_enough(&self, gate: &Gate) -> bool {
        match gate.finished {
            Finished::All => self.visits > 0 && self.over == self.visits,
            Finished::AtLeast(wanted) => self.well >= wanted,
        }
    }
}

impl<'a> Waves<'a> {
    /// Of all tickets, whatever the selection is.
    pub fn of(tickets: &'a [Ticket], state: &'a State, rollouts: &'a Rollouts) -> Self {
        let mut waves = Self { visits: BTreeMap::new() };
        for (name, terms) in rollouts {
            let asked = terms.waves.iter().filter_map(|wave| wave.gate.as_ref());
            waves.visits.extend(asked.map(|gate| ((name.as_str(), gate.after.as_str()), Vec::new())));
        }
        if waves.visits.is_empty() {
            return waves;
        }
        let mut described: BTreeSet<Address> = BTreeSet::new();
        for ticket in tickets {
            let address = renamed_from(ticket, state).unwrap_or_else(|| ticket.address.clone());
            if let Some(visits) = ticket.site.as_ref().and_then(|site| waves.of_site(site)) {
                visits.extend(visits_of(ticket, &address, state));
            }
            // A site that has a document of its own now is its rollout's until its visit is over.
            if ticket.site.is_some() {
                described.insert(address);
            }
        }
        let left = state.records.iter().filter(|(key, _)| !described.contains(&key.address));
        for (key, record) in left {
            waves.add_left(key, record, rollouts);
        }
        waves
    }

    fn of_site(&mut self, site: &'a RolloutSite) -> Option<&mut Vec<Visit<'a>>> {
        self.visits.get_mut(&(site.rollout.as_str(), site.wave.as_deref()?))
    }

    /// A site that left its rollout: it stays in its wave. If that has another name now, nobody knows which it is: then it is in each.
    fn add_left(&mut self, key: &Key, record: &'a Record, rollouts: &Rollouts) {
        let Some(site) = &record.request.site else { return };
        let Some(terms) = rollouts.get(&site.rollout) else { return };
        let known = site.wave.as_deref().filter(|wave| terms.wave(wave).is_some());
        for ((rollout, wave), visits) in &mut self.visits {
            if *rollout == site.rollout && known.is_none_or(|known| known == *wave) {
                visits.push(Visit { key: key.clone(), record: Some(record), is_wanted: false });
            }
        }
    }

    /// How far a wave is, by the records and by what was just seen to be over.
    pub fn tally(&self, rollout: &str, wave: &str, over: &BTreeSet<Key>) -> Tally {
        let mut tally = Tally::default();
        for visit in self.visits.get(&(rollout, wave)).into_iter().flatten() {
            let standing = standing(visit.record, over.contains(&visit.key));
            if !visit.is_wanted && !matches!(standing, Standing::InDoubt | Standing::Coming) {
                continue;
            }
            tally.visits += 1;
            tally.over += usize::from(standing.is_over());
            tally.well += usize::from(standing == Standing::Well);
            tally.failed += usize::from(standing.has_failed());
            if standing != Standing::Well {
                tally.holding.push((standing, visit.key.clone()));
            }
        }
        tally.holding.sort();
        tally
    }

    /// The visits of a wave that a read may show to be over.
    fn readable(&self, rollout: &str, wave: &str, sides: &Sides) -> BTreeSet<Key> {
        let is_readable = |visit: &&Visit<'_>| {
            let side = sides.get(&visit.key.address.kind);
            let is_ours = |record: &Record| side.is_some_and(|side| side.origin == record.request.origin) && record.id().is_some();
            visit.record.is_some_and(|record| standing(Some(record), false) == Standing::Coming && is_ours(record))
        };
        self.visits.get(&(rollout, wave)).into_iter().flatten().filter(is_readable).map(|visit| visit.key.clone()).collect()
    }
}

/// The visit that a ticket asks for, and whatever else was sent under its address.
fn visits_of<'a>(ticket: &Ticket, address: &Address, state: &'a State) -> Vec<Visit<'a>> {
    let wanted = Key::new(address.clone(), ticket.reissue);
    let others = state.visits(address).filter(|(key, _)| **key != wanted);
    let mut visits: Vec<Visit<'a>> =
        others.map(|(key, record)| Visit { key: key.clone(), record: Some(record), is_wanted: false }).collect();
    visits.push(Visit { record: state.records.get(&wanted), key: wanted, is_wanted: true });
    visits
}

/// `seen_over`: a read just showed that the work is done.
fn standing(record: Option<&Record>, seen_over: bool) -> Standing {
    let Some(record) = record.filter(|record| !record.is_moved()) else { return Standing::Unsent };
    if record.in_doubt() {
        return Standing::InDoubt;
    }
    let is_finished = record.finished || seen_over;
    match (&record.phase, record.outcome) {
        (Phase::NotCreated { refused: true, .. }, _) => Standing::Refused,
        (Phase::NotCreated { refused: false, .. }, _) => Standing::Unsent,
        (Phase::Pending, _) => Standing::InDoubt,
        (_, Some(VisitOutcome::Ok)) | (Phase::Closed { why: Closing::FinishedAndRemoved, .. }, None) => Standing::Well,
        (_, Some(VisitOutcome::Failed)) => Standing::Failed,
        (_, Some(VisitOutcome::NoAccess)) => Standing::NoAccess,
        (Phase::Closed { why: Closing::Cancelled, .. }, None) => Standing::CalledOff,
        _ if is_finished => Standing::Well,
        (Phase::Closed { why: Closing::Closed | Closing::Deleted, .. }, None) => Standing::CalledOff,
        // What was let go of is on its way until somebody sees or says that it is over.
        (Phase::Live { .. } | Phase::Closed { why: Closing::Forgotten | Closing::Removed | Closing::Moved, .. }, None) => Standing::Coming,
    }
}

/// The tickets whose reading may open a gate that something waits for: what was never sent, or is in doubt, keeps it shut in any case.
pub(super) fn gate_reads(scope: &Scope<'_>) -> BTreeSet<Key> {
    let due = due(scope);
    if due.is_empty() {
        return BTreeSet::new();
    }
    let waves = Waves::of(scope.tickets, scope.state, scope.rollouts);
    let mut reads = BTreeSet::new();
    for (rollout, terms) in scope.rollouts {
        let waiting = terms.waves.iter().filter(|wave| due.contains(&(rollout, &wave.name)));
        for gate in waiting.filter_map(|wave| wave.gate.as_ref()) {
            let readable = waves.readable(rollout, &gate.after, scope.sides);
            let is_open = |over: &BTreeSet<Key>| waves.tally(rollout, &gate.after, over).passes(gate);
            if !is_open(&BTreeSet::new()) && is_open(&readable) {
                reads.extend(readable);
            }
        }
    }
    reads
}

/// Rollouts and waves of which this plan would send something, if their gates let it.
fn due<'a>(scope: &Scope<'a>) -> BTreeSet<(&'a str, &'a str)> {
    let mut due = BTreeSet::new();
    for ticket in scope.tickets.iter().filter(|ticket| scope.selection.holds(&ticket.address)) {
        let Some((site, wave)) = ticket.site.as_ref().and_then(|site| Some((site, site.wave.as_deref()?))) else { continue };
        let is_stopped = scope.rollouts.get(&site.rollout).is_none_or(|terms| terms.is_stopped(Some(wave)));
        if !is_stopped && !due.contains(&(site.rollout.as_str(), wave)) && is_new(ticket, scope.state) && is_due(ticket, scope) {
            due.insert((site.rollout.as_str(), wave));
        }
    }
    due
}

/// Whether a create would be its next step.
fn is_new(ticket: &Ticket, state: &State) -> bool {
    let address = renamed_from(ticket, state);
    match state.latest(address.as_ref().unwrap_or(&ticket.address)) {
        Some((latest, _)) => latest.reissue < ticket.reissue,
        None => ticket.lifecycle.adopt.is_none(),
    }
}

/// Whether its day is neither too far away nor too near.
fn is_due(ticket: &Ticket, scope: &Scope<'_>) -> bool {
    let Some(visit) = &ticket.visit else { return true };
    let booking = ticket.booking.unwrap_or_default();
    !booking.is_too_late(visit, scope.now) && booking.due(visit, scope.now).is_none()
}
