//! What can happen to a ticket: the lines of the journal.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{Key, Record, Request, Sighting, Stray};
use crate::ticket::{Digest, Lifecycle, RolloutSite, Visit};

/// A write to a ticket system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Write {
    Create,
    Update,
    Close,
    Delete,
}

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Close => "close",
            Self::Delete => "delete",
        })
    }
}

/// How a visit went, in a person's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VisitOutcome {
    Ok,
    Failed,
    NoAccess,
}

impl fmt::Display for VisitOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::NoAccess => "no-access",
        })
    }
}

/// One thing that happened. The journal is a list of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Written durably *before* a request is sent.
    Intended {
        key: Key,
        write: Write,
        payload: Digest,
        #[serde(default)]
        request: Option<Box<Request>>,
    },
    /// The request's answer named a ticket.
    Created { key: Key, id: String, seen: Sighting },
    /// An update was accepted; `seen` is its read-back, without the fields that somebody else has changed meanwhile.
    Updated {
        key: Key,
        #[serde(default)]
        seen: Option<Sighting>,
    },
    /// The system refused the request; it changed nothing.
    Rejected { key: Key, why: String },
    /// The request never left.
    Unsent { key: Key, why: String },
    /// What its system said of a write whose result is not known: the write is as much in doubt as before.
    Heard { key: Key, why: String },
    /// A ticket that existed already now belongs to this address.
    Adopted {
        key: Key,
        id: String,
        request: Box<Request>,
        #[serde(default)]
        seen: Option<Sighting>,
        reason: String,
    },
    /// The state was lost, and nothing was found of this visit: nobody knows whether it was ever sent. In doubt until a person says.
    Presumed { key: Key, request: Box<Request>, reason: String },
    /// A read showed this; it replaces the baseline where `baseline` is true, and adds absent fields to it otherwise.
    Observed {
        key: Key,
        seen: Sighting,
        #[serde(default)]
        baseline: bool,
        #[serde(default)]
        booking_checked: bool,
    },
    /// A person made in the portal the change that the files ask for.
    DoneByHand { key: Key, request: Box<Request>, seen: Sighting },
    /// A person let the ticket's values stand where somebody had changed it in its system (`--take live`).
    TookLive {
        key: Key,
        /// What counts as sent from now on.
        request: Box<Request>,
        /// The baseline from now on.
        seen: Sighting,
        /// What then differs between the two, left alone until the file changes again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        accepted: Option<Digest>,
    },
    /// The files changed only what is not sent: lifecycle, labels, a time zone, the wave.
    Noted {
        key: Key,
        lifecycle: Box<Lifecycle>,
        labels: BTreeMap<String, String>,
        #[serde(default)]
        visit: Option<Visit>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        site: Option<RolloutSite>,
    },
    /// A tombstone: the address stays taken, nothing is ever sent for it again.
    Closed {
        key: Key,
        why: Closing,
        #[serde(default)]
        reason: Option<String>,
    },
    /// A person found that an in-doubt create made no ticket.
    NotCreated { key: Key, reason: String },
    /// A person settled an in-doubt update, close or delete: it took effect, or it did not.
    WriteSettled { key: Key, done: bool, reason: String },
    /// A person leaves a difference alone until the files or the ticket change again.
    Accepted { key: Key, difference: Digest, reason: String },
    /// A person says how the visit went.
    VisitEnded { key: Key, outcome: VisitOutcome, reason: String },
    /// Tickets that no visit has: the answer to a request for several named them (`key`: its first visit), or a copy of the state has
    /// another ticket for this visit.
    Surplus { key: Key, tickets: Vec<Stray> },
    /// A person has seen to them.
    SurplusSettled { key: Key, reason: String },
    /// The address changed, the ticket did not.
    Moved { key: Key, to: Key, reason: String },
    /// A record that was lost, or was taken for over by mistake, is taken from a copy of the state again.
    Restored { key: Key, record: Box<Record>, reason: String },
    /// The files of the state were mended. It changes no record.
    Mended { what: String, reason: String },
    /// A saved plan is being applied.
    PlanStarted { plan: String },
    /// A saved plan was applied to its end.
    PlanFinished { plan: String },
}

impl Event {
    /// Which visit it is about; a plan's own events are about none.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Intended { key, .. }
            | Self::Created { key, .. }
            | Self::Updated { key, .. }
            | Self::Rejected { key, .. }
            | Self::Unsent { key, .. }
            | Self::Heard { key, .. }
            | Self::Adopted { key, .. }
            | Self::Presumed { key, .. }
            | Self::Observed { key, .. }
            | Self::DoneByHand { key, .. }
            | Self::TookLive { key, .. }
            | Self::Noted { key, .. }
            | Self::Closed { key, .. }
            | Self::NotCreated { key, .. }
            | Self::WriteSettled { key, .. }
            | Self::Accepted { key, .. }
            | Self::VisitEnded { key, .. }
            | Self::Surplus { key, .. }
            | Self::SurplusSettled { key, .. }
            | Self::Moved { key, .. }
            | Self::Restored { key, .. } => Some(key),
            Self::Mended { .. } | Self::PlanStarted { .. } | Self::PlanFinished { .. } => None,
        }
    }

    /// The names that programs know events by: each [`Event::verb`], with hyphens.
    pub const NAMES: [&'static str; 24] = [
        "intended",
        "created",
        "updated",
        "rejected",
        "unsent",
        "heard",
        "adopted",
        "presumed-sent",
        "observed",
        "done-by-hand",
        "took-live-values",
        "noted",
        "closed",
        "not-created",
        "write-settled",
        "accepted",
        "visit-ended",
        "surplus",
        "surplus-settled",
        "moved",
        "restored",
        "mended",
        "plan-started",
        "plan-finished",
    ];

    /// The one of [`Event::NAMES`] that it has.
    pub fn name(&self) -> String {
        self.verb().replace(' ', "-")
    }

    /// What happened, in words.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Intended { .. } => "intended",
            Self::Created { .. } => "created",
            Self::Updated { .. } => "updated",
            Self::Rejected { .. } => "rejected",
            Self::Unsent { .. } => "unsent",
            Self::Heard { .. } => "heard",
            Self::Adopted { .. } => "adopted",
            Self::Presumed { .. } => "presumed sent",
            Self::Observed { .. } => "observed",
            Self::DoneByHand { .. } => "done by hand",
            Self::TookLive { .. } => "took live values",
            Self::Noted { .. } => "noted",
            Self::Closed { .. } => "closed",
            Self::NotCreated { .. } => "not created",
            Self::WriteSettled { .. } => "write settled",
            Self::Accepted { .. } => "accepted",
            Self::VisitEnded { .. } => "visit ended",
            Self::Surplus { .. } => "surplus",
            Self::SurplusSettled { .. } => "surplus settled",
            Self::Moved { .. } => "moved",
            Self::Restored { .. } => "restored",
            Self::Mended { .. } => "mended",
            Self::PlanStarted { .. } => "plan started",
            Self::PlanFinished { .. } => "plan finished",
        }
    }
}

/// `created Dispatch/store-0417 (ticket 123456)`: enough to find it again by hand.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb())?;
        if let Some(key) = self.key() {
            write!(f, " {key}")?;
        }
        if let Self::Created { id, .. } | Self::Adopted { id, .. } = self { write!(f, " (ticket {id})") } else { Ok(()) }
    }
}

/// Why an address has a tombstone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Finished, and its description left the files.
    FinishedAndRemoved,
    /// Its description left the files, and `on_remove: forget` said to let it be.
    Forgotten,
    /// Closed in its system by callout.
    Closed,
    /// Deleted in its system by callout.
    Deleted,
    /// Cancelled outside callout, as a person told.
    Cancelled,
    /// Taken out of the state by a person.
    Removed,
    /// The ticket goes on under another address.
    Moved,
}

impl fmt::Display for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FinishedAndRemoved => "finished, and out of the files",
            Self::Forgotten => "forgotten",
            Self::Closed => "closed",
            Self::Deleted => "deleted",
            Self::Cancelled => "cancelled",
            Self::Removed => "taken out of the state",
            Self::Moved => "renamed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::samples::{created, intended, key, request, seen};

    fn restored() -> Record {
        let state = crate::state::State::new("l1").with(&intended("a", Write::Create), jiff::Timestamp::UNIX_EPOCH);
        state.expect("possible").records[&key("a")].clone()
    }

    /// One of each, in the order of the names.
    fn every_event() -> Vec<Event> {
        let (a, text, request) = (|| key("a"), String::new, || Box::new(request("x")));
        vec![
            intended("a", Write::Create),
            created("a", "7"),
            Event::Updated { key: a(), seen: None },
            Event::Rejected { key: a(), why: text() },
            Event::Unsent { key: a(), why: text() },
            Event::Heard { key: a(), why: text() },
            Event::Adopted { key: a(), id: text(), request: request(), seen: None, reason: text() },
            Event::Presumed { key: a(), request: request(), reason: text() },
            Event::Observed { key: a(), seen: seen("x"), baseline: false, booking_checked: false },
            Event::DoneByHand { key: a(), request: request(), seen: seen("x") },
            Event::TookLive { key: a(), request: request(), seen: seen("x"), accepted: None },
            Event::Noted { key: a(), lifecycle: Box::default(), labels: BTreeMap::new(), visit: None, site: None },
            Event::Closed { key: a(), why: Closing::Closed, reason: None },
            Event::NotCreated { key: a(), reason: text() },
            Event::WriteSettled { key: a(), done: true, reason: text() },
            Event::Accepted { key: a(), difference: Digest::of("x"), reason: text() },
            Event::VisitEnded { key: a(), outcome: VisitOutcome::Ok, reason: text() },
            Event::Surplus { key: a(), tickets: Vec::new() },
            Event::SurplusSettled { key: a(), reason: text() },
            Event::Moved { key: a(), to: key("b"), reason: text() },
            Event::Restored { key: a(), record: Box::new(restored()), reason: text() },
            Event::Mended { what: text(), reason: text() },
            Event::PlanStarted { plan: text() },
            Event::PlanFinished { plan: text() },
        ]
    }

    #[test]
    fn every_event_has_its_name() {
        assert_eq!(every_event().iter().map(Event::name).collect::<Vec<_>>(), Event::NAMES);
        // What serde says of a name that it does not know counts the kinds of events.
        let unknown = serde_json::from_str::<Event>(r#"{"event": "?"}"#).expect_err("no such event").to_string();
        let (_, known) = unknown.split_once("one of ").expect("a list");
        assert_eq!(known.matches('`').count(), 2 * Event::NAMES.len(), "{unknown}");
    }
}
