//! A store that can be looked at piece by piece, and put together again.
//!
//! Owns what repairing asks of a store beyond reading and adding. Refuses to judge: what a piece is worth is for whoever mends.

use std::collections::BTreeSet;

use super::journal::Commit;
use super::migrate::Farewell;
use super::store::Store;
use super::survey::{Content, Piece, Role};
use super::transition::State;
use crate::diagnostics::Outcome;

/// A place of a state that may be damaged.
pub trait Mendable: Store {
    /// Everything that belongs to the state, there or not: snapshot and journal first, then the history, oldest first.
    fn pieces(&self) -> Outcome<Vec<Piece>>;

    /// One of them, read without believing it, as the state of this lineage.
    fn content(&self, role: Role, lineage: &str) -> Content;

    /// The same, as it lies there; `None` where it is not there.
    fn bytes(&self, role: Role) -> Outcome<Option<Vec<u8>>>;

    /// Whether a snapshot or a journal is there, whatever it is worth.
    fn has(&self, role: Role) -> Outcome<bool>;

    /// Whether any of its pieces, readable or not, has this text in it.
    fn mentions(&self, text: &str) -> Outcome<bool>;

    /// Makes a state together with its first commit: at no moment is there one without it, which would pass for a state that remembers
    /// nothing. Needs the lock; refuses where there is one.
    fn create_with(&mut self, state: &State, first: &Commit) -> Outcome<()>;

    /// Makes `base` the snapshot, with the commits behind it as the journal. Needs the lock.
    ///
    /// Copies of what is damaged are put aside first. Then the order is such that a stop at any point leaves a state that is still told
    /// to be damaged, and from which the same can be put together again. The history stays where it is.
    fn mend(&mut self, base: &State, commits: &[Commit]) -> Outcome<()>;

    /// Adds an earlier snapshot or journal to the history, as it was elsewhere. Needs the lock.
    fn keep(&mut self, role: Role, bytes: &[u8]) -> Outcome<()>;

    /// Closes the place: from now on every load and every lock refuses, and says where the state went. Needs the lock.
    fn leave(&mut self, farewell: &Farewell) -> Outcome<()>;

    /// The states of this place that were put aside, by their numbers, rising.
    fn asides(&self) -> Outcome<BTreeSet<u16>>;

    /// One of them, opened.
    fn aside(&self, number: u16) -> Outcome<Box<dyn Mendable>>;
}
