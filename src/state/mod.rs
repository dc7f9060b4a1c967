//! What callout did: the model, the journal, and the files they live in.
//!
//! Owns the only writer of state, and the [`Permit`] without which no request can be sent.
//! Refuses to take a missing state for an empty one.

#[cfg(test)]
mod conformance;
mod disk;
mod event;
mod file;
mod history;
mod journal;
mod ledger;
mod lineage;
mod listed;
mod lock;
mod lock_file;
pub mod memory;
mod model;
mod outcome;
mod permit;
mod rebuild;
mod replay;
#[cfg(test)]
mod samples;
mod seal;
mod store;
mod transition;
mod undo;

pub use event::{Closing, Event, VisitOutcome, Write};
pub use file::FileStore;
pub use journal::Commit;
pub use ledger::{Intention, Ledger, Session};
pub use lineage::{Begun, Home, Start, init, open_for_reading, open_for_writing};
pub use lock_file::{GivenUp, LockFile};
pub use model::{Intent, Key, Phase, PlanUse, Record, Request, Sighting};
pub use permit::Permit;
pub use rebuild::Rebuild;
pub use seal::{Broken, Form};
pub use store::{By, Loaded, Owner, Store};
pub use transition::{Impossible, State};
