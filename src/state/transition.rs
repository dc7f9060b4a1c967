//! How an event changes the state: one pure function, used live and when the journal is replayed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::{Closing, Event, Write};
use super::listed;
use super::model::{Intent, Key, Phase, PlanUse, Record, Request, Sighting, Stray};
use super::outcome::{close, created, done_by_hand, refused, settle_write, sight, undone, updated};
use crate::ticket::{Address, Digest};

/// Everything that callout remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Tells this project's state from every other; part of each mark.
    pub lineage: String,
    /// The number of the last commit that is part of it.
    pub through: u64,
    #[serde(with = "listed")]
    pub records: BTreeMap<Key, Record>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub plans: BTreeMap<String, PlanUse>,
}

/// An event that cannot follow from the state before it: the journal was tampered with, or callout has a bug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: `{event}` cannot follow: {why}")]
pub struct Impossible {
    pub key: String,
    pub event: &'static str,
    pub why: &'static str,
}

impl State {
    pub fn new(lineage: impl Into<String>) -> Self {
        Self { lineage: lineage.into(), ..Self::default() }
    }

    /// The state after one more event.
    pub fn with(mut self, event: &Event, at: Timestamp) -> Result<Self, Impossible> {
        self.apply(event, at)?;
        Ok(self)
    }

    /// The same in place. Checks before it changes: an impossible event leaves the state as it was.
    pub fn apply(&mut self, event: &Event, at: Timestamp) -> Result<(), Impossible> {
        match event {
            Event::Intended { key, write: Write::Create, payload, request } => {
                let request = request.as_deref().ok_or_else(|| impossible(key, "intended", "a create without its request"))?;
                let intent = Intent { write: Write::Create, payload: payload.clone(), at, request: None, heard: None };
                self.free(key, "intended")?;
                let surplus = self.surplus_of(key);
                self.records.insert(key.clone(), Record { intent: Some(intent), surplus, ..record(Phase::Pending, request, at) });
            }
            Event::Intended { key, write, payload, request } => {
                self.intend(key, Intent { write: *write, payload: payload.clone(), at, request: request.clone(), heard: None })?;
            }
            Event::Created { key, id, seen } => created(self.pending(key, "created")?, id, seen),
            Event::Updated { key, seen } => updated(self.changing(key, "updated")?, seen.as_ref()),
            Event::Rejected { key, why } => refused(self.intended(key, "rejected")?, why),
            Event::Unsent { key, why } => undone(self.intended(key, "unsent")?, why),
            Event::Heard { key, why } => self.intent(key, "heard")?.heard = Some(why.clone()),
            Event::NotCreated { key, reason } => undone(self.pending(key, "not created")?, reason),
            Event::WriteSettled { key, done, .. } => settle_write(self.changing(key, "write settled")?, *done),
            Event::Adopted { key, id, request, seen, .. } => {
                self.adopt(key, record(Phase::Live { id: id.clone() }, request, at), seen.as_ref())?;
            }
            Event::Presumed { key, request, .. } => self.presume(key, request, at)?,
            Event::Observed { key, seen, baseline, booking_checked } => {
                let record = self.live(key, "observed")?;
                sight(record, seen, *baseline);
                record.booking_checked |= booking_checked;
            }
            Event::DoneByHand { key, request, seen } => done_by_hand(self.live(key, "done by hand")?, request, seen),
            Event::TookLive { key, request, seen, accepted } => {
                let record = self.live(key, "took live values")?;
                record.request = request.as_ref().clone();
                record.accepted.clone_from(accepted);
                sight(record, seen, true);
            }
            Event::Noted { key, lifecycle, labels, visit, site } => {
                let request = &mut self.known(key, "noted")?.request;
                request.lifecycle.clone_from(lifecycle.as_ref());
                request.labels.clone_from(labels);
                request.visit.clone_from(visit);
                request.site.clone_from(site);
            }
            Event::Closed { key, why, .. } => close(self.unmoved(key, "closed")?, *why),
            Event::Accepted { key, difference, .. } => self.known(key, "accepted")?.accepted = Some(difference.clone()),
            Event::VisitEnded { key, outcome, .. } => self.known(key, "visit ended")?.outcome = Some(*outcome),
            Event::Surplus { key, tickets } => self.known(key, "surplus")?.surplus.extend(tickets.iter().cloned()),
            Event::SurplusSettled { key, .. } => self.known(key, "surplus settled")?.surplus.clear(),
            Event::Moved { key, to, .. } => self.rekey(key, to)?,
            Event::Restored { key, record, .. } => self.restore(key, record)?,
            Event::Mended { .. } => {}
            Event::PlanStarted { plan } => drop(self.plan(plan, at)),
            Event::PlanFinished { plan } => self.plan(plan, at).finished = Some(at),
        }
        Ok(())
    }

    /// What was known besides stays, whatever becomes of the visit.
    fn surplus_of(&self, key: &Key) -> Vec<Stray> {
        self.records.get(key).map(|record| record.surplus.clone()).unwrap_or_default()
    }

    fn presume(&mut self, key: &Key, request: &Request, at: Timestamp) -> Result<(), Impossible> {
        self.free(key, "presumed sent")?;
        let intent = Intent { write: Write::Create, payload: Digest::of(request), at, request: None, heard: None };
        let surplus = self.surplus_of(key);
        self.records.insert(key.clone(), Record { intent: Some(intent), adopted: true, surplus, ..record(Phase::Pending, request, at) });
        Ok(())
    }

    fn intend(&mut self, key: &Key, intent: Intent) -> Result<(), Impossible> {
        let record = self.live(key, "intended")?;
        if record.intent.is_some() {
            return Err(impossible(key, "intended", "an earlier write is still in doubt"));
        }
        record.intent = Some(intent);
        Ok(())
    }

    fn adopt(&mut self, key: &Key, mut adopted: Record, seen: Option<&Sighting>) -> Result<(), Impossible> {
        if let Some(record) = self.records.get(key)
            && !matches!(record.phase, Phase::Pending | Phase::NotCreated { .. })
        {
            return Err(impossible(key, "adopted", "the address has a ticket already"));
        }
        if adopted.id().and_then(|id| self.holder(&adopted.request, id)).is_some_and(|holder| holder != key) {
            return Err(impossible(key, "adopted", "the ticket belongs to another address"));
        }
        // A create in doubt that is found again is still a create of this project, on the day of its intent.
        let doubted = self.records.get(key).filter(|record| record.phase == Phase::Pending);
        adopted.adopted = doubted.is_none_or(|record| record.adopted);
        adopted.since = doubted.map_or(adopted.since, |record| record.since);
        adopted.surplus = self.surplus_of(key);
        if let Some(seen) = seen {
            sight(&mut adopted, seen, true);
        }
        self.records.insert(key.clone(), adopted);
        Ok(())
    }

    /// The old address keeps a tombstone: taking a rename back must not send anybody again. Only moving back takes its place.
    fn rekey(&mut self, key: &Key, to: &Key) -> Result<(), Impossible> {
        if key == to || self.records.get(to).is_some_and(|record| !record.is_moved()) {
            self.free(to, "moved")?;
        }
        let record = self.unmoved(key, "moved")?;
        if matches!(record.phase, Phase::NotCreated { .. }) {
            return Err(impossible(key, "moved", "nothing was created under it"));
        }
        let left = Record {
            phase: Phase::Closed { id: record.id().map(str::to_owned), why: Closing::Moved },
            intent: None,
            surplus: Vec::new(),
            ..record.clone()
        };
        let moved = std::mem::replace(record, left);
        self.records.insert(to.clone(), moved);
        Ok(())
    }

    /// A record comes back where nothing is known, or where a person said that there is nothing any more. It never frees an address, and
    /// takes the place of nothing that knows more.
    fn restore(&mut self, key: &Key, record: &Record) -> Result<(), Impossible> {
        if record.is_moved() || matches!(record.phase, Phase::NotCreated { .. }) {
            return Err(impossible(key, "restored", "the copy knows of no ticket under it"));
        }
        if self.records.get(key).is_some_and(|now| !now.gives_way_to(record)) {
            return Err(impossible(key, "restored", "the address has a ticket or an intent already"));
        }
        if record.id().and_then(|id| self.holder(&record.request, id)).is_some_and(|holder| holder != key) {
            return Err(impossible(key, "restored", "the ticket belongs to another address"));
        }
        let mut restored = record.clone();
        let known = self.surplus_of(key).into_iter().filter(|stray| !record.surplus.contains(stray));
        restored.surplus.extend(known);
        self.records.insert(key.clone(), restored);
        Ok(())
    }

    fn plan(&mut self, plan: &str, at: Timestamp) -> &mut PlanUse {
        self.plans.entry(plan.to_owned()).or_insert(PlanUse { started: at, finished: None })
    }

    /// The records of an address, by rising reissue.
    pub fn visits(&self, address: &Address) -> impl DoubleEndedIterator<Item = (&Key, &Record)> {
        self.records.range(Key::new(address.clone(), 0)..=Key::new(address.clone(), u32::MAX))
    }

    /// The latest visit of an address that was ever made or is in doubt: what is *not created* does not count. The trace of a rename
    /// counts only where nothing else is there: it must not hide an open ticket that got this address since.
    pub fn latest(&self, address: &Address) -> Option<(&Key, &Record)> {
        let own = self.visits(address).rfind(|(_, record)| record.had_ticket());
        own.or_else(|| self.visits(address).rfind(|(_, record)| record.is_moved()))
    }

    /// The address that holds this id of a request's system and origin, live or as a tombstone. Two systems at one address may each
    /// have a ticket of one number.
    pub fn holder(&self, request: &Request, id: &str) -> Option<&Key> {
        let of_same = |other: &Request| (&other.system, &other.origin) == (&request.system, &request.origin);
        let holds = |record: &Record| record.id() == Some(id) && of_same(&record.request) && !record.is_moved();
        self.records.iter().find(|(_, record)| holds(record)).map(|(key, _)| key)
    }

    fn free(&self, key: &Key, event: &'static str) -> Result<(), Impossible> {
        match self.records.get(key) {
            None | Some(Record { phase: Phase::NotCreated { .. }, .. }) => Ok(()),
            Some(_) => Err(impossible(key, event, "the address has a ticket, a tombstone or an intent already")),
        }
    }

    fn known(&mut self, key: &Key, event: &'static str) -> Result<&mut Record, Impossible> {
        self.records.get_mut(key).ok_or_else(|| impossible(key, event, "there is no such record"))
    }

    /// The trace of a rename is no ticket: what becomes of that is said of its new address.
    fn unmoved(&mut self, key: &Key, event: &'static str) -> Result<&mut Record, Impossible> {
        let record = self.known(key, event)?;
        if record.is_moved() { Err(impossible(key, event, "its record has another address already")) } else { Ok(record) }
    }

    fn live(&mut self, key: &Key, event: &'static str) -> Result<&mut Record, Impossible> {
        let record = self.known(key, event)?;
        if record.is_live() { Ok(record) } else { Err(impossible(key, event, "the ticket is not live")) }
    }

    fn pending(&mut self, key: &Key, event: &'static str) -> Result<&mut Record, Impossible> {
        let record = self.known(key, event)?;
        if record.phase == Phase::Pending { Ok(record) } else { Err(impossible(key, event, "no create was intended")) }
    }

    /// Live, with a write in doubt: an in-doubt create is settled by an id or as not created, never like this.
    fn changing(&mut self, key: &Key, event: &'static str) -> Result<&mut Record, Impossible> {
        self.live(key, event)?;
        self.intended(key, event)
    }

    fn intended(&mut self, key: &Key, event: &'static str) -> Result<&mut Record, Impossible> {
        let record = self.known(key, event)?;
        if record.intent.is_some() { Ok(record) } else { Err(impossible(key, event, "no write was intended")) }
    }

    fn intent(&mut self, key: &Key, event: &'static str) -> Result<&mut Intent, Impossible> {
        self.known(key, event)?.intent.as_mut().ok_or_else(|| impossible(key, event, "no write was intended"))
    }
}

fn impossible(key: &Key, event: &'static str, why: &'static str) -> Impossible {
    Impossible { key: key.to_string(), event, why }
}

fn record(phase: Phase, request: &Request, since: Timestamp) -> Record {
    Record {
        phase,
        request: request.clone(),
        intent: None,
        since,
        adopted: false,
        baseline: None,
        booking_checked: false,
        status: None,
        finished: false,
        accepted: None,
        outcome: None,
        surplus: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
