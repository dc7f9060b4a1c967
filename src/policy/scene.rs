//! What policies are shown: the visits of a plan and those that stand, and the moment.
//!
//! Owns the nouns. Refuses to know where they come from: a plan and a test make the same.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::manifest::Doing;
use crate::ticket::{Address, Change, Fields, Money, RolloutSite, Visit};

/// All that a rule may go by.
#[derive(Debug, Clone)]
pub struct Scene {
    pub project: String,
    pub now: Timestamp,
    /// In the order of the plan; what only stands comes last.
    pub subjects: Vec<Subject>,
}

/// One visit: a step of the plan, or one that was sent before.
#[derive(Debug, Clone)]
pub struct Subject {
    pub address: Address,
    pub reissue: u32,
    pub doing: Doing,
    /// It is to be sent later: a rule that is against it is told, and refuses nothing yet.
    pub waits: bool,
    /// The place of work, for people.
    pub site: String,
    pub account: Option<Site>,
    pub labels: BTreeMap<String, String>,
    pub rollout: Option<RolloutSite>,
    /// What is sent, or was.
    pub fields: Fields,
    pub changes: Vec<Change>,
    /// The names of its files.
    pub attachments: Vec<String>,
    pub visit: Option<Visit>,
    pub price: Price,
    /// Where it is described, as `file:line:column`.
    pub place: Option<String>,
    /// What a change changes: it joins a group only if it was not in it before.
    pub before: Option<Box<Subject>>,
}

/// What it costs to send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// Nobody was asked, or its system estimates nothing.
    NotAsked,
    /// Its system was asked, and nobody knows.
    Unknown,
    Known(Money),
}

/// A site as its system knows it.
#[derive(Debug, Clone)]
pub struct Site {
    pub id: u64,
    pub name: String,
    pub address: String,
}

impl Subject {
    /// Whether the plan does something with it: rules about steps are asked about these alone.
    pub fn is_planned(&self) -> bool {
        self.doing != Doing::Keep
    }

    /// Whether somebody comes, or came, once the plan is applied.
    pub fn stands(&self) -> bool {
        !matches!(self.doing, Doing::Close | Doing::Delete)
    }
}

/// As a rule compares it.
pub fn word(doing: Doing) -> &'static str {
    match doing {
        Doing::Create => "create",
        Doing::Update => "update",
        Doing::Close => "close",
        Doing::Delete => "delete",
        Doing::Keep => "keep",
    }
}
