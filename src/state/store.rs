//! Where the state is kept: the trait, and what its implementations share.
//!
//! Owns the contract. An implementation passes the one conformance suite unchanged, whatever lies below it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::journal::Commit;
use super::transition::State;
use crate::diagnostics::Outcome;

/// A place that keeps one state. Every `Ok` of a change means: it survives a loss of power.
///
/// After an error of a change nothing is known but what a fresh [`Store::load`] finds; the ledger makes no further call then.
pub trait Store: Send {
    /// Where it is, for messages.
    fn name(&self) -> String;

    /// Makes this the only writer, or says who is. Ends with the store or with its process.
    fn lock(&mut self, owner: &Owner) -> Outcome<()>;

    /// What is kept; `None` only where there is no trace of any state. Under the lock it also cuts a torn tail.
    fn load(&mut self) -> Outcome<Option<Loaded>>;

    /// Makes a first state. Needs the lock; refuses where there is one.
    fn create(&mut self, state: &State) -> Outcome<()>;

    /// Adds a commit and answers with its length in bytes. Needs the lock and a load.
    /// Refuses, and adds nothing, where somebody else touched the files since.
    fn append(&mut self, commit: &Commit) -> Outcome<u64>;

    /// Makes `state` the snapshot and begins a new journal behind it. What is replaced is kept.
    fn compact(&mut self, state: &State) -> Outcome<()>;

    /// Puts the whole state out of the way, for a new lineage. Nothing of it is deleted.
    fn set_aside(&mut self) -> Outcome<()>;
}

/// A state as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    pub state: State,
    /// Commits in the journal.
    pub commits: usize,
    /// In bytes.
    pub journal_size: u64,
    /// In bytes.
    pub snapshot_size: u64,
    /// The last line was not written to its end, and does not count.
    pub torn: bool,
}

/// Who did something, as far as the machine tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

impl By {
    /// From the environment's `USER` and `HOSTNAME`, or Windows' names for them; a CI runner sets neither and is named by its own.
    pub fn from_variables(variables: &BTreeMap<String, String>) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| variables.get(*name)).filter(|value| !value.is_empty()).cloned();
        Self {
            user: first(&["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "USERNAME"]),
            host: first(&["HOSTNAME", "COMPUTERNAME", "RUNNER_NAME"]),
        }
    }

    pub fn is_unknown(&self) -> bool {
        self.user.is_none() && self.host.is_none()
    }
}

impl std::fmt::Display for By {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let user = self.user.as_deref().unwrap_or("an unknown user");
        write!(f, "{user}")?;
        self.host.as_ref().map_or(Ok(()), |host| write!(f, " on {host}"))
    }
}

/// Who holds the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    #[serde(flatten)]
    pub by: By,
    pub pid: u32,
    /// Such as `callout apply`.
    pub command: String,
    pub since: Timestamp,
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` (process {}, {}, since {:.0})", self.command, self.pid, self.by, self.since)
    }
}
