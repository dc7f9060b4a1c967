//! What callout remembers: the record of each visit. Pure; [`super::State::with`] is the only thing that changes one.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::event::{Closing, VisitOutcome, Write};
use crate::ticket::{Address, Attachment, Digest, Fields, Lifecycle, Mark, RolloutSite, Visit};

/// A visit's identity: `Dispatch/store-0417` and its reissue. Written `Dispatch/store-0417#1`, without `#0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    pub address: Address,
    /// 0 for the first visit; raised by one for each further, deliberate one.
    #[serde(default)]
    pub reissue: u32,
}

impl Key {
    pub fn new(address: Address, reissue: u32) -> Self {
        Self { address, reissue }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.address)?;
        if self.reissue > 0 { write!(f, "#{}", self.reissue) } else { Ok(()) }
    }
}

/// Everything about a ticket that was or is to be sent, as the plan had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// The system's key, such as `techexpress`.
    pub system: String,
    /// The API's address and tenant.
    pub origin: String,
    /// None where the system has no room for one, or the settings leave it out.
    pub mark: Option<Mark>,
    /// The desired fields, without anything derived.
    pub fields: Fields,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
    #[serde(default)]
    pub lifecycle: Lifecycle,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The site of a rollout that it is for: a ticket that left the files still belongs to its rollout and wave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<RolloutSite>,
}

/// What one answer of a system showed of a ticket, cut down to what is compared and counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sighting {
    /// Comparable fields in normal form.
    pub fields: Fields,
    /// In the system's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether that means that the work is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub finished: bool,
}

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Phase {
    /// A create was intended, and nothing more is known: in doubt.
    Pending,
    /// The ticket exists.
    Live { id: String },
    /// Tombstone.
    Closed {
        #[serde(default)]
        id: Option<String>,
        why: Closing,
    },
    /// Surely nothing was made; the address is free.
    NotCreated {
        why: String,
        /// Its system refused it. Otherwise it never left, or a person found that there is no ticket.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        refused: bool,
    },
}

/// An intent without an outcome. There is no other sign of doubt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Intent {
    pub write: Write,
    pub payload: Digest,
    pub at: Timestamp,
    /// What the ticket is if an update took effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Box<Request>>,
    /// What its system said, where that told no result. Absent if nothing was heard, or the run ended before it could be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<String>,
}

/// All that is remembered of one visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    pub phase: Phase,
    /// What was sent, and how it is to be treated.
    pub request: Request,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// When the create was first intended, or the ticket adopted.
    pub since: Timestamp,
    /// It counts for no limit on creates: somebody else created the ticket, or nobody knows when it was sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopted: bool,
    /// Drift is told against this. Absent until an answer showed the ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Fields>,
    /// A read compared what was booked with what was sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub booking_checked: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub finished: bool,
    /// The difference that a person left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Digest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<VisitOutcome>,
    /// Tickets that the answer to its request named, or a copy of the state, and that no visit has, until a person has seen to them:
    /// somebody may come for each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub surplus: Vec<Stray>,
}

/// A ticket that nobody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stray {
    /// An answer may name a ticket without its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// In words that a person can look it up by: `482009 for Store 409 (0409)`.
    pub what: String,
}

impl Stray {
    /// All of these, in words.
    pub fn in_words(strays: &[Self]) -> String {
        strays.iter().map(|stray| stray.what.as_str()).collect::<Vec<_>>().join("; ")
    }
}

impl Record {
    pub fn id(&self) -> Option<&str> {
        match &self.phase {
            Phase::Live { id } => Some(id),
            Phase::Closed { id, .. } => id.as_deref(),
            Phase::Pending | Phase::NotCreated { .. } => None,
        }
    }

    /// Whether there is, was or may be a ticket under this key.
    pub fn had_ticket(&self) -> bool {
        !self.is_moved() && !matches!(self.phase, Phase::NotCreated { .. })
    }

    pub fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live { .. })
    }

    /// Nothing but the trace of a rename.
    pub fn is_moved(&self) -> bool {
        matches!(self.phase, Phase::Closed { why: Closing::Moved, .. })
    }

    /// No longer looked after, and not known to be over: its technician may still be coming.
    pub fn is_let_go(&self) -> bool {
        matches!(self.phase, Phase::Closed { why: Closing::Forgotten | Closing::Removed, .. }) && !self.finished
    }

    /// Whether a copy of this record may take its place again: the copy knows more, or it takes back what a person said.
    pub fn gives_way_to(&self, copy: &Self) -> bool {
        let is_same = self.id().is_none() || self.id() == copy.id();
        match &self.phase {
            Phase::NotCreated { .. } => true,
            // Another create than the one in doubt answers nothing: then there may be two tickets.
            Phase::Pending => copy.is_live() && (self.adopted || self.since == copy.since),
            Phase::Closed { why: Closing::Cancelled | Closing::Removed | Closing::Forgotten, .. } => {
                is_same && (copy.is_live() || copy.phase == Phase::Pending)
            }
            Phase::Live { .. } | Phase::Closed { .. } => false,
        }
    }

    /// In doubt since the state was rebuilt, and not by a create that was started.
    pub fn is_presumed(&self) -> bool {
        self.phase == Phase::Pending && self.adopted
    }

    /// The format version that a callout has to know to keep all of it. What an older one would drop without a word, it must refuse.
    pub(super) fn format_version(&self) -> u32 {
        if self.intent.as_ref().is_some_and(|intent| intent.heard.is_some()) {
            return 3;
        }
        if self.surplus.is_empty() { 1 } else { 2 }
    }

    pub fn in_doubt(&self) -> bool {
        self.intent.is_some()
    }

    /// Live and not known to be over: somebody may be on the way.
    pub fn is_open(&self) -> bool {
        self.is_live() && !self.finished
    }
}

/// How far a saved plan got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanUse {
    pub started: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Timestamp>,
}
