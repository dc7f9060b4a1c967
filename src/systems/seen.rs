//! What comes back from a ticket system.

use std::time::Duration;

use super::Finding;
use crate::diagnostics::Diagnostic;
use crate::ticket::Fields;

/// A live ticket, as one answer showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub id: String,
    /// All fields of the answer, flat, by the names that manifests use.
    pub fields: Fields,
    /// In the vendor's words; never interpreted.
    pub status: Option<String>,
    /// The system says that the work is over.
    pub finished: bool,
}

/// What a read by id found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    Found(Box<Seen>),
    /// The system says that there is no such ticket, or none that this key may see. Never a reason to create.
    Missing,
    /// No answer that says anything about the ticket.
    Unread {
        why: String,
        stops_system: bool,
    },
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// Done, and the answer names the ticket.
    Done(Box<Seen>),
    /// The system refused it; nothing was created. `stops_system` for 401 and 403: no further write of this run would pass either.
    Rejected { why: String, stops_system: bool },
    /// It surely never took effect: no credential, no connection, a token that ran out, or told to wait. With `retry_after` the same
    /// write may be tried again, under a new intent. `stops_system`: the next write would fare the same.
    Unsent { why: String, retry_after: Option<Duration>, stops_system: bool },
    /// It was sent, and nobody knows what became of it.
    Unknown { why: String },
}

/// What look-ups found out about tickets that are not sent yet.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// For each of them, in the order of the question.
    pub findings: Vec<Vec<Finding>>,
    /// What concerns all of them: a look-up that was not answered, or an answer that does not say enough.
    pub about_all: Vec<Diagnostic>,
}
