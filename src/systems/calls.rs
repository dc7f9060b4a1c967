//! The calls to a system: reading, which planning may hold, and writing, which needs a permit.
//!
//! Owns the traits and what goes in and comes out. Refuses to repeat a write.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Draft, Estimates, HoldUp, Kept, Looked, Observed, Seen, Sent, Several};
use crate::state::Permit;
use crate::ticket::{Attachment, Clock, Fields, Mark};

/// What a connection gets from its surroundings.
#[derive(Clone)]
pub struct Context {
    pub clock: Arc<dyn Clock>,
    /// For `env:` references.
    pub variables: Arc<BTreeMap<String, String>>,
    /// The folder that `file:` references and attachments are relative to: the project's.
    pub folder: PathBuf,
    /// Told whatever holds up the requests. Requests go on only after it answers, so it may not take its time.
    pub waiting: Arc<dyn Fn(&HoldUp) + Send + Sync>,
}

/// A future of a call through a trait object.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Hears after each request how many were made, and how many there will be at most.
pub type Told<'a> = &'a (dyn Fn(usize, usize) + Send + Sync);

/// A connection to a system: all that planning holds of it is the [`Reader`].
pub trait Remote: Reader + Writer {
    /// The part that planning may hold.
    fn reader(&self) -> &dyn Reader;
    /// The part that only apply holds.
    fn writer(&self) -> &dyn Writer;
}

/// Reading. Never changes anything, so reads are repeated on trouble.
pub trait Reader: Send + Sync {
    fn read<'a>(&'a self, id: &'a str) -> Answer<'a, Observed>;

    /// The ticket with this mark, made at this moment or later; `Cannot` where the system cannot search.
    fn find<'a>(&'a self, _mark: &'a Mark, _since: Timestamp) -> Answer<'a, Found> {
        Box::pin(async { Found::Cannot })
    }

    /// Every ticket that was made at this moment or later, as it is now, and perhaps others. Without a moment, every ticket there is.
    /// Gives up after `most_pages`.
    fn list(&self, _since: Option<Timestamp>, _most_pages: usize) -> Answer<'_, Listing> {
        Box::pin(async { Listing { end: End::Cannot, ..Listing::default() } })
    }

    /// Asks whether the system knows the values of these tickets, each distinct question once; `None` where it has no look-ups.
    fn look_up<'a>(&'a self, _drafts: &'a [&'a Draft], _told: Told<'a>) -> Answer<'a, Option<Looked>> {
        Box::pin(async { None })
    }

    /// Asks what these creates cost, each distinct question once; `None` where the system does not tell. What is kept is not asked for
    /// again, and what was told is put there.
    fn estimate<'a>(&'a self, _creates: &'a [&'a Fields], _kept: &'a mut Kept, _told: Told<'a>) -> Answer<'a, Option<Estimates>> {
        Box::pin(async { None })
    }
}

impl Found {
    /// All tickets that have the mark, from a search that was whole.
    pub fn of(mut marked: Vec<Seen>) -> Self {
        if marked.len() > 1 {
            return Self::Several(marked.into_iter().map(|seen| seen.id).collect());
        }
        marked.pop().map_or(Self::None, |seen| Self::One(Box::new(seen)))
    }

    /// A search that was not whole, with those that it saw all the same.
    pub fn unsure(why: &str, marked: &[Seen], stops_system: bool) -> Self {
        let marked: Vec<String> = marked.iter().map(|seen| seen.id.clone()).collect();
        let hint = if marked.is_empty() { String::new() } else { format!("; ticket {} has the mark", marked.join(", ")) };
        Self::Unanswered { why: format!("{why}{hint}"), marked, stops_system }
    }
}

/// What a list pass brought, each ticket once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    pub tickets: Vec<Seen>,
    /// Requests that it took.
    pub requests: usize,
    /// The system was asked for tickets that changed since: whether a new one counts as changed, its pages do not say. So that one is
    /// not among them does not mean that there is none.
    pub is_by_change: bool,
    pub end: End,
}

/// How a list pass ended. Only after `Whole` does it mean something that a ticket is not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum End {
    /// The last page was seen.
    #[default]
    Whole,
    /// There are more pages than were allowed.
    TooLong,
    /// A page was not answered, or not readably.
    Broken { why: String, stops_system: bool },
    /// This system cannot list.
    Cannot,
}

/// What a search for a mark found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// The system cannot search.
    Cannot,
    /// The search was not answered, or not readably, or not to its end.
    Unanswered {
        why: String,
        /// Tickets that have the mark among those that were seen: whoever made them, nobody may say that there are none.
        marked: Vec<String>,
        stops_system: bool,
    },
    None,
    One(Box<Seen>),
    /// More than one ticket has the mark: their ids.
    Several(Vec<String>),
}

/// What a create sends: the fields as they go out (mark placed, holes filled), and the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    pub fields: Fields,
    pub attachments: Vec<Attachment>,
}

/// Why a write cannot even be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unready {
    /// This ticket cannot be sent: a file changed or is gone.
    Ticket(String),
    /// Nothing can be sent to this system: no credential.
    System(String),
}

/// Writing. Each call consumes the [`Permit`] of a durable intent, sends once, and never repeats.
pub trait Writer: Send + Sync {
    /// Everything that can take time or fail without the system: the credential, the files, a slot of the rate limit.
    ///
    /// Called before the intent, so that a run killed while it waits leaves nothing in doubt. The write that follows does not wait.
    fn ready<'a>(&'a self, payload: Option<&'a Payload>) -> Answer<'a, Result<(), Unready>>;

    fn create<'a>(&'a self, permit: Permit, payload: &'a Payload) -> Answer<'a, Sent>;

    /// [`Writer::ready`] for one request with all of these, none of which is alone.
    fn ready_together<'a>(&'a self, payloads: &'a [Payload]) -> Answer<'a, Result<(), Unready>> {
        self.ready(payloads.first())
    }
    /// Sends all of these in one request. One permit, because it is one request: its intent names every one of them.
    fn create_together<'a>(&'a self, _permit: Permit, _payloads: &'a [Payload]) -> Answer<'a, Several> {
        let why = "this system takes one ticket at a time; nothing was sent".to_owned();
        Box::pin(async { Several::Same { sent: Sent::Unsent { why, retry_after: None, stops_system: false }, stops_system: false } })
    }

    fn update<'a>(&'a self, _permit: Permit, _id: &'a str, _changed: &'a Fields) -> Answer<'a, Sent> {
        cannot("update")
    }
    fn close<'a>(&'a self, _permit: Permit, _id: &'a str) -> Answer<'a, Sent> {
        cannot("close")
    }
    fn delete<'a>(&'a self, _permit: Permit, _id: &'a str) -> Answer<'a, Sent> {
        cannot("delete")
    }
}

fn cannot(verb: &'static str) -> Answer<'static, Sent> {
    Box::pin(async move { Sent::Rejected { why: format!("this system has no {verb} call; nothing was sent"), stops_system: false } })
}
