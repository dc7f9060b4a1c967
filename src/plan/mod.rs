//! The plan: complete, immutable data about what `apply` will do, and why.
//!
//! Owns [`Plan`], [`Step`], [`Action`] and [`Reason`], the planner ([`build`]) with its one match, the limits (`guard`), and what the
//! policies are shown (`judging`).
//! Refuses IO, and refuses to fail: whatever the world looks like, there is a plan that tells the truth about it.

mod action;
mod again;
mod alike;
mod batch;
pub mod board;
mod build;
mod case;
mod companions;
mod cost;
mod counts;
mod create;
mod diff;
mod differences;
mod doubt;
mod edit;
mod existing;
mod file;
mod gates;
mod guard;
mod judging;
mod left;
mod left_out;
mod matching;
mod order;
mod parts;
mod people;
mod reason;
mod refusal;
mod removed;
mod ruling;
mod schema;
mod search;
mod step;
mod surplus;
#[cfg(test)]
pub(crate) mod tests;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::refresh::Filter;
use crate::state::{Event, Key, Sighting};
pub use crate::ticket::{Account, Cost};
use crate::ticket::{Change, Digest, Mark, RolloutSite, Visit};

pub use action::Action;
pub use batch::Batch;
pub use build::{World, build};
pub use companions::Companions;
pub use cost::Spend;
pub use counts::Counts;
pub use create::{Candidate, marked_request};
pub use diff::difference;
pub use edit::Take;
pub use file::{Now, Stale, check_fresh, open_plan, seal_plan};
pub use gates::{Holder, Shut};
pub use guard::{Allowed, Limits, Rules};
pub use judging::Court;
pub use left_out::{LeftOut, check_shown};
pub use matching::{Hit, Matches, Matching, Unclear};
pub use parts::Part;
pub use people::{HIDDEN, People};
pub use reason::Reason;
pub use refusal::Refusal;
pub use removed::Work;
pub use ruling::{Effect, Ruling};
pub use schema::saved_plan_schema;
pub use search::Search;

/// Everything `apply` needs, and everything a reviewer is shown. Made once, never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// Random; a saved plan is used once.
    pub id: String,
    /// The project's name.
    pub project: String,
    /// The state it was made from.
    pub lineage: String,
    /// The last commit of that state; shown, not compared.
    pub through: u64,
    /// The git commit it was made from, if known; shown, not compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Files that it was made from were not as that commit has them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncommitted: bool,
    /// When it was made.
    pub made: Timestamp,
    /// After this moment it is not applied any more.
    pub expires: Timestamp,
    /// Of the limits that it was made under.
    pub rules: Digest,
    /// Of the policies that it was made under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<Digest>,
    /// The API and tenant of each kind of document that it was made for.
    pub origins: BTreeMap<String, String>,
    /// Empty: the whole project.
    #[serde(default, skip_serializing_if = "Filter::is_all")]
    pub selection: Filter,
    /// Whose values it takes where tickets were changed in their systems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<Take>,
    /// The waves of the rollouts that steps belong to, by the rollout's name, in their order.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub waves: BTreeMap<String, Vec<String>>,
    /// In the order in which they are applied.
    pub steps: Vec<Step>,
    /// Visits that reads showed to be over: a new one at the same place looks like none of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub over: BTreeSet<Key>,
    /// Limits that it is over. Such a plan is never applied, not even in part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
    /// What the project's policies say of it. One denial, and it is never applied either.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rulings: Vec<Ruling>,
    /// Of a refused plan: some parts that are over no limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Of a saved plan without contacts: how a report shows a text that names somebody, by the digest of the text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hidden: BTreeMap<Digest, String>,
    /// Requests that reading the tickets took.
    pub reads: usize,
}

/// What happens to one visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    pub key: Key,
    pub action: Action,
    /// State-only events: what was seen, found done by hand, renamed. Written by apply without asking.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// What the files ask for against what was sent, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What somebody changed in the ticket system since callout last looked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Change>,
    /// Remarks for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The place of work, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub site: String,
    /// The same place, as the ticket's system knows it: its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// What a create costs; none where nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// Of the desired ticket, for people and policies.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The site of a rollout that the ticket is made for, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RolloutSite>,
    /// The live ticket's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What to look for in the portal, while nobody knows whether there is a ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// Where the ticket is described, as `file:line:column`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The tickets that go out in one request with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// What the ticket that it changes or closes showed, as far as the step goes by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Sighting>,
    /// Of the desired ticket that it was made from; none where the files have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired: Option<Digest>,
    /// Of the record that it was made from; none where the state has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Digest>,
    /// Of the same record once the step's events are written: a plan that was started has written them, sent or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noted: Option<Digest>,
    /// What a person may accept with `settle --accept`: the fingerprint of the difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Digest>,
    /// How `callout settle` knows it: its address, with the number of the visit where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settles: Option<String>,
    /// It has a tombstone: the files ask for it, and nobody comes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_closed: bool,
    /// When somebody is wanted on site, by the site's own clock, for people. Of the desired ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
    /// When the visit would start, for ordering and expiry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Timestamp>,
    /// How long before its start a new visit is sent at the latest.
    #[serde(default, skip_serializing_if = "SignedDuration::is_zero")]
    pub lead_time: SignedDuration,
    /// Of a saved plan without contacts: the proof of what the step was with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
}

impl Plan {
    pub fn has_changes(&self) -> bool {
        self.steps.iter().any(Step::is_change)
    }

    pub fn needs_person(&self) -> bool {
        self.steps.iter().any(Step::needs_person)
    }

    /// Whether apply would write anything at all, be it only what was seen.
    pub fn has_events(&self) -> bool {
        self.steps.iter().any(|step| !step.events.is_empty())
    }
}
