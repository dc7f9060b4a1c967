//! What must be read before planning, and reading it.
//!
//! Owns the choice of reads ([`asks`], pure) and their execution ([`read`]). It holds [`Reader`]s only, so it cannot write.

mod asks;
mod desired;
mod selection;

use std::collections::BTreeMap;

use crate::state::Key;
use crate::systems::{Found, Observed, Reader};

pub use asks::{Ask, Mode, Question, asks};
pub use desired::{
    ATTACHMENTS, Side, Sides, booking_mismatch, changed_request, config_changes, edits_without_effect, id_of, is_changed, names_before,
    renamed_from, request_of, sighting,
};
pub use selection::Selection;

/// What the reads found out, by visit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observations {
    pub read: BTreeMap<Key, Observed>,
    /// Searches by mark, for visits in doubt.
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

/// Asks every question, one after the other: reading is paced to the system's rate anyway.
///
/// A system that refuses the credential is asked nothing more. `told` hears after each answer.
pub async fn read(asks: &[Ask], readers: &Readers<'_>, told: &(dyn Fn(&Ask) + Sync)) -> Observations {
    let mut observations = Observations::default();
    let mut refused: BTreeMap<&'static str, String> = BTreeMap::new();
    for ask in asks {
        if let Some(why) = refused.get(ask.system) {
            observations.read.insert(ask.key.clone(), Observed::Unread { why: why.clone(), stops_system: true });
            continue;
        }
        let Some(reader) = readers.get(ask.system) else { continue };
        observations.requests += 1;
        match &ask.question {
            Question::Read(id) => {
                let observed = reader.read(id).await;
                if let Observed::Unread { why, stops_system: true } = &observed {
                    refused.insert(ask.system, why.clone());
                }
                observations.read.insert(ask.key.clone(), observed);
            }
            Question::Find(mark, since) => {
                let found = reader.find(mark, *since).await;
                if let Found::Unanswered { why, stops_system: true } = &found {
                    refused.insert(ask.system, why.clone());
                }
                observations.found.insert(ask.key.clone(), found);
            }
        }
        told(ask);
    }
    observations
}
