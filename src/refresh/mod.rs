//! What must be read before planning, and reading it.
//!
//! Owns the choice of questions ([`asks`], pure) and asking them ([`read`]): one by one, or by one list pass ([`Pass`]). It holds
//! [`Reader`]s only, so it cannot write.

mod asks;
mod desired;
mod pass;
mod selection;
#[cfg(test)]
mod tests;
mod waves;
#[cfg(test)]
mod waves_tests;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::state::Key;
use crate::systems::{End, Found, Observed, Reader, System};
use crate::ticket::Mark;

pub use asks::{Ask, Mode, Question, Scope, asks, searchable_from, searched_since};
pub use desired::{
    ATTACHMENTS, Side, Sides, booking_mismatch, changed_request, config_changes, edits_without_effect, id_of, is_changed, names_before,
    renamed_from, request_of, resolved, sighting, site_of,
};
use pass::{Listed, by_system};
pub use pass::{Outlook, Pass};
pub use selection::{Described, Filter, NotASelector, NotATarget, Selection, Selector, Since, Target, Test, differing};
pub use waves::{Standing, Tally, Waves};

/// What the reads found out, by visit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observations {
    pub read: BTreeMap<Key, Observed>,
    /// Tickets by mark: of visits in doubt, and of visits without a record.
    pub found: BTreeMap<Key, Found>,
    /// Requests that were made.
    pub requests: usize,
}

impl Observations {
    pub fn of(&self, key: &Key) -> Option<&Observed> {
        self.read.get(key)
    }

    /// The visits that were seen to be over.
    pub fn finished(&self) -> impl Iterator<Item = &Key> {
        self.read.iter().filter(|(_, observed)| matches!(observed, Observed::Found(seen) if seen.finished)).map(|(key, _)| key)
    }
}

/// Readers by the system's key, such as `techexpress`.
///
/// Planning holds nothing else of a connection. It can read:
///
/// ```
/// use callout::refresh::Readers;
/// use callout::state::Permit;
/// use callout::systems::{Payload, Remote, Writer};
///
/// async fn refresh(remote: &dyn Remote, permit: Permit, payload: &Payload) {
///     let mut readers = Readers::new();
///     readers.insert("techexpress", remote.reader());
///     readers["techexpress"].read("482001").await;
/// }
/// ```
///
/// It cannot write, even with a permit in its hand, and what can write is no reader:
///
/// ```compile_fail,E0599
/// use callout::refresh::Readers;
/// use callout::state::Permit;
/// use callout::systems::{Payload, Remote, Writer};
///
/// async fn refresh(remote: &dyn Remote, permit: Permit, payload: &Payload) {
///     let mut readers = Readers::new();
///     readers.insert("techexpress", remote.reader());
///     readers["techexpress"].create(permit, payload).await;
/// }
/// ```
///
/// ```compile_fail,E0308
/// use callout::refresh::Readers;
/// use callout::state::Permit;
/// use callout::systems::{Payload, Remote, Writer};
///
/// async fn refresh(remote: &dyn Remote, permit: Permit, payload: &Payload) {
///     let mut readers = Readers::new();
///     readers.insert("techexpress", remote.writer());
///     readers["techexpress"].read("482001").await;
/// }
/// ```
pub type Readers<'a> = BTreeMap<&'static str, &'a dyn Reader>;

/// Asks every question: what a list pass shows first, then the rest one after the other, as reading is paced to the system's rate anyway.
///
/// A system that refuses the credential is asked nothing more. `told` hears after each answer.
pub async fn read(asks: &[Ask], readers: &Readers<'_>, sides: &Sides, told: &(dyn Fn(&Ask) + Sync)) -> Observations {
    let mut reading = Reading {
        readers,
        listed: BTreeMap::new(),
        unlisted: BTreeMap::new(),
        refused: BTreeMap::new(),
        observations: Observations::default(),
    };
    for asks in by_system(asks).into_values() {
        let side = asks.first().and_then(|ask| sides.get(&ask.key.address.kind));
        if let Some((pass, side)) = Pass::for_these(&asks, sides).zip(side) {
            reading.list(side.system, pass).await;
        }
    }
    for ask in asks {
        reading.answer(ask).await;
        told(ask);
    }
    reading.observations
}

/// What is known half-way.
struct Reading<'a> {
    readers: &'a Readers<'a>,
    listed: BTreeMap<&'static str, Listed>,
    /// Systems whose list broke off, and why.
    unlisted: BTreeMap<&'static str, String>,
    /// Systems that refuse to be asked, and why.
    refused: BTreeMap<&'static str, String>,
    observations: Observations,
}

impl Reading<'_> {
    async fn list(&mut self, of: &'static dyn System, pass: Pass) {
        let system = of.id();
        let Some(reader) = self.readers.get(system) else { return };
        let listing = reader.list(Some(pass.since), pass.most_pages).await;
        self.observations.requests += listing.requests;
        match &listing.end {
            // What it did show is as good as a read, and the rest is read one by one, if the system is to be asked any more.
            End::Broken { why, stops_system } => {
                tracing::warn!("{system}: listing broke off: {why}");
                if *stops_system {
                    self.refused.insert(system, why.clone());
                }
                self.unlisted.insert(system, why.clone());
            }
            End::TooLong => tracing::info!("{system}: more than {} pages, reading one by one", pass.most_pages),
            End::Whole | End::Cannot => {}
        }
        self.listed.insert(system, Listed::of(listing, of));
    }

    async fn answer(&mut self, ask: &Ask) {
        match &ask.question {
            Question::Read { id, .. } | Question::Glance { id, .. } => {
                if let Some(observed) = self.look(ask, id).await {
                    self.observations.read.insert(ask.key.clone(), observed);
                }
            }
            Question::Find { mark, made } => {
                if let Some(found) = self.search(ask, mark, *made).await {
                    self.observations.found.insert(ask.key.clone(), found);
                }
            }
            Question::Sent { marks, .. } => {
                if let Some(found) = self.sent_before(ask, marks).await {
                    self.observations.found.insert(ask.key.clone(), found);
                }
            }
        }
    }

    /// A ticket with one of these marks, of a visit that was not known to be sent. Where the pass could not see everything, a search says
    /// whether it is the only one.
    async fn sent_before(&mut self, ask: &Ask, marks: &[Mark]) -> Option<Found> {
        let listed = self.listed.get(ask.system)?;
        let found = listed.with_any(marks)?;
        let is_alone = matches!(&found, Found::Several(ids) if ids.len() == 1);
        let Some(mark) = marks.iter().find(|mark| listed.carries(mark)).filter(|_| is_alone) else { return Some(found) };
        let reader = self.readers.get(ask.system)?;
        self.observations.requests += 1;
        // Nobody knows when it was made.
        match reader.find(mark, Timestamp::UNIX_EPOCH).await {
            searched @ (Found::One(_) | Found::Several(_)) => Some(searched),
            Found::Cannot | Found::None | Found::Unanswered { .. } => Some(found),
        }
    }

    async fn look(&mut self, ask: &Ask, id: &str) -> Option<Observed> {
        let listed = self.listed.get(ask.system).and_then(|listed| listed.with_id(id));
        if listed.is_some() {
            return listed;
        }
        if ask.question.is_by_the_way() {
            // It is worth no request of its own. That nobody could look is told: it may have been changed there.
            return self.unlisted.get(ask.system).map(|why| Observed::Unread { why: why.clone(), stops_system: false });
        }
        if let Some(why) = self.refused.get(ask.system) {
            return Some(Observed::Unread { why: why.clone(), stops_system: true });
        }
        let reader = self.readers.get(ask.system)?;
        self.observations.requests += 1;
        let observed = reader.read(id).await;
        if let Observed::Unread { why, stops_system: true } = &observed {
            self.refused.insert(ask.system, why.clone());
        }
        Some(observed)
    }

    async fn search(&mut self, ask: &Ask, mark: &Mark, made: Timestamp) -> Option<Found> {
        let listed = self.listed.get(ask.system).and_then(|listed| listed.with_mark(mark));
        if listed.is_some() {
            return listed;
        }
        if let Some(why) = self.refused.get(ask.system) {
            return Some(Found::Unanswered { why: why.clone(), marked: Vec::new(), stops_system: true });
        }
        let reader = self.readers.get(ask.system)?;
        self.observations.requests += 1;
        let found = reader.find(mark, made).await;
        if let Found::Unanswered { why, stops_system: true, .. } = &found {
            self.refused.insert(ask.system, why.clone());
        }
        Some(found)
    }
}
