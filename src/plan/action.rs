//! What is done about one visit, with all that it takes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reason;
use crate::state::{Closing, Request, Sighting};
use crate::ticket::{Address, Fields};

/// What apply does. Each write carries all that it sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Send a new ticket. `payload` may hold `{ref: ADDRESS}`, filled just before the intent.
    Create { request: Box<Request>, payload: Fields },
    /// Take over a ticket that exists: by `lifecycle.adopt`, or because its mark was found.
    Adopt { id: String, request: Box<Request>, seen: Sighting, why: String },
    /// Send the changed fields.
    Update {
        id: String,
        request: Box<Request>,
        changed: Fields,
        /// One of them ends the ticket: it counts as a close.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        closes: bool,
    },
    /// Close the ticket in its system.
    Close { id: String },
    /// Delete the ticket in its system.
    Delete { id: String },
    /// Only the record ends; nothing is sent.
    Retire { why: Closing },
    /// Nothing is done until a person acts.
    Blocked { reason: Reason },
    /// Nothing is known until a person or the system says what became of a write.
    InDoubt { reason: Reason },
    /// Nothing is done yet.
    Deferred { reason: Reason },
    /// Nothing to do.
    Keep,
}

impl Action {
    /// Its mark, without the rename that its step may be.
    pub(super) fn sign(&self) -> char {
        match self {
            Self::Create { .. } => '+',
            Self::Adopt { .. } => '=',
            Self::Update { .. } => '~',
            Self::Close { .. } | Self::Delete { .. } | Self::Retire { .. } => '-',
            Self::Blocked { .. } => '!',
            Self::InDoubt { .. } => '?',
            Self::Deferred { .. } => '@',
            Self::Keep => '.',
        }
    }

    /// Whether applying it sends a request that changes something.
    pub fn is_write(&self) -> bool {
        matches!(self, Self::Create { .. } | Self::Update { .. } | Self::Close { .. } | Self::Delete { .. })
    }

    /// The tickets whose ids it sends.
    pub fn needs(&self) -> Vec<Address> {
        match self {
            Self::Create { payload, .. } => payload.references(),
            Self::Update { changed, .. } => changed.references(),
            Self::Adopt { .. }
            | Self::Close { .. }
            | Self::Delete { .. }
            | Self::Retire { .. }
            | Self::Blocked { .. }
            | Self::InDoubt { .. }
            | Self::Deferred { .. }
            | Self::Keep => Vec::new(),
        }
    }

    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Blocked { reason } | Self::InDoubt { reason } | Self::Deferred { reason } => Some(reason),
            Self::Create { .. }
            | Self::Adopt { .. }
            | Self::Update { .. }
            | Self::Close { .. }
            | Self::Delete { .. }
            | Self::Retire { .. }
            | Self::Keep => None,
        }
    }
}
