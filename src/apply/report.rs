//! What became of each step.

use std::fmt;

use serde::Serialize;

use crate::state::Key;
use crate::ticket::Change;

/// The end of one step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Done {
    /// A new ticket; `differs` is what was booked otherwise than sent.
    Created {
        id: String,
        differs: Vec<Change>,
    },
    Adopted {
        id: String,
    },
    /// `differs` is what the ticket shows otherwise than it was sent: a server may leave a field as it was.
    Updated {
        id: String,
        differs: Vec<Change>,
    },
    Closed {
        id: String,
    },
    Deleted {
        id: String,
    },
    /// Only the record ended.
    Retired,
    /// The system refused it; nothing changed there.
    Rejected {
        why: String,
    },
    /// It never reached the system.
    Unsent {
        why: String,
    },
    /// It was sent, and its result is unknown: in doubt.
    Unknown {
        why: String,
    },
    /// It was not tried.
    NotStarted {
        why: String,
    },
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created { id, differs } if differs.is_empty() => write!(f, "created ticket {id}"),
            Self::Created { id, differs } => write!(f, "created ticket {id}, booked differently: {}", named(differs)),
            Self::Adopted { id } => write!(f, "adopted ticket {id}"),
            Self::Updated { id, differs } if differs.is_empty() => write!(f, "updated ticket {id}"),
            Self::Updated { id, differs } => write!(f, "updated ticket {id}, but it does not show what was sent: {}", named(differs)),
            Self::Closed { id } => write!(f, "closed ticket {id}"),
            Self::Deleted { id } => write!(f, "deleted ticket {id}"),
            Self::Retired => f.write_str("record closed"),
            Self::Rejected { why } => write!(f, "rejected: {why}"),
            Self::Unsent { why } => write!(f, "not sent: {why}"),
            Self::Unknown { why } => write!(f, "in doubt: {why}"),
            Self::NotStarted { why } => write!(f, "not started: {why}"),
        }
    }
}

fn named(differs: &[Change]) -> String {
    let fields: Vec<&str> = differs.iter().map(|change| change.field.as_str()).collect();
    fields.join(", ")
}

impl Done {
    /// Done, and the ticket is not as it was sent: somebody has to look.
    pub fn is_different(&self) -> bool {
        !self.differs().is_empty()
    }

    /// What the ticket shows otherwise than it was sent.
    pub fn differs(&self) -> &[Change] {
        match self {
            Self::Created { differs, .. } | Self::Updated { differs, .. } => differs,
            Self::Adopted { .. }
            | Self::Closed { .. }
            | Self::Deleted { .. }
            | Self::Retired
            | Self::Rejected { .. }
            | Self::Unsent { .. }
            | Self::Unknown { .. }
            | Self::NotStarted { .. } => &[],
        }
    }
}

/// The end of a whole run, by visit.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    pub results: Vec<(Key, Done)>,
    /// What a person must know and is about none of these: tickets that nobody asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// A report, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub created: usize,
    pub adopted: usize,
    pub updated: usize,
    pub closed: usize,
    pub deleted: usize,
    pub retired: usize,
    pub rejected: usize,
    pub unsent: usize,
    pub unknown: usize,
    pub not_started: usize,
    pub booked_differently: usize,
}

impl Tally {
    /// One more step that ended like this.
    pub fn count(&mut self, done: &Done) {
        *match done {
            Done::Created { .. } => &mut self.created,
            Done::Adopted { .. } => &mut self.adopted,
            Done::Updated { .. } => &mut self.updated,
            Done::Closed { .. } => &mut self.closed,
            Done::Deleted { .. } => &mut self.deleted,
            Done::Retired => &mut self.retired,
            Done::Rejected { .. } => &mut self.rejected,
            Done::Unsent { .. } => &mut self.unsent,
            Done::Unknown { .. } => &mut self.unknown,
            Done::NotStarted { .. } => &mut self.not_started,
        } += 1;
        self.booked_differently += usize::from(done.is_different());
    }

    /// Steps that took effect.
    pub fn done(&self) -> usize {
        self.created + self.adopted + self.updated + self.closed + self.deleted + self.retired
    }

    /// Steps that the plan had and that were not done.
    pub fn failed(&self) -> usize {
        self.rejected + self.unsent + self.not_started
    }
}

impl Report {
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.results.iter().for_each(|(_, done)| tally.count(done));
        tally
    }
}
