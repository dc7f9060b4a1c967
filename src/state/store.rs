//! Where the state is kept: the trait, and what its implementations share.
//!
//! Owns the contract. An implementation passes the one conformance suite unchanged, whatever lies below it.

pub use super::by::{By, Owner};
use super::cipher::Cipher;
use super::journal::Commit;
use super::replay::Named;
use super::transition::State;
use crate::diagnostics::Outcome;

/// A place that keeps one state. Every `Ok` of a change means: it survives a loss of power.
///
/// After an error of a change nothing is known but what a fresh [`Store::load`] finds; the ledger makes no further call then.
pub trait Store: Send {
    /// Where it is, for messages.
    fn name(&self) -> String;

    /// How far away it is.
    fn distance(&self) -> Distance {
        Distance::Disk
    }

    /// What its texts are encrypted with: whoever is handed some of them reads them with it.
    fn cipher(&self) -> Cipher {
        Cipher::default()
    }

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

    /// Hands over every journal since the beginning, those that were folded first and the live one last: all that was ever written.
    /// Needs no lock and no load, and asks for no snapshot. What a run folds meanwhile may come twice; nothing is left out.
    fn journals(&self, each: &mut dyn FnMut(Named)) -> Outcome<()>;

    /// Puts the whole state out of the way, for a new lineage. Nothing of it is deleted.
    fn set_aside(&mut self) -> Outcome<()>;
}

/// What a change of a store waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// Nothing.
    Memory,
    /// A device: soon done, but on a thread where that holds up nobody.
    Disk,
    /// A network: the same, and each commit costs so much that it waits a moment for those that are about to come.
    Network,
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
