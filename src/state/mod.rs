//! What callout did: the model, the journal, and the files they live in.
//!
//! Owns the only writer of state, and the [`Permit`] without which no request can be sent.
//! Refuses to take a missing state for an empty one.

mod by;
mod checkup;
mod cipher;
#[cfg(test)]
mod conformance;
mod copy;
mod disk;
mod event;
mod file;
mod history;
mod journal;
mod ledger;
mod lineage;
mod lines;
mod listed;
mod location;
mod lock;
mod lock_file;
mod log;
pub mod memory;
mod mendable;
mod migrate;
mod model;
mod outcome;
mod patience;
mod permit;
#[cfg(test)]
mod properties;
mod rebuild;
mod regular;
mod replay;
mod restore;
mod salvage;
#[cfg(test)]
mod samples;
mod seal;
mod senders;
mod session;
pub mod shared;
mod store;
mod survey;
mod transition;
mod undo;

pub use by::{By, Owner};
pub use checkup::{Checkup, Finding, Kept, kept};
pub use cipher::Cipher;
pub use copy::{Copy, Known};
pub use disk::{make_private_folder, open_private};
pub use event::{Closing, Event, VisitOutcome, Write};
pub use file::FileStore;
pub use journal::Commit;
pub use ledger::{Intention, Ledger};
pub use lineage::{Begun, Home, Start, init, is_just_begun, open_for_reading, open_for_writing};
pub use location::Location;
pub use lock_file::{GivenUp, LockFile};
pub use log::{Entry, Log, read_log, set_aside};
pub use mendable::Mendable;
pub use migrate::{Farewell, Migration, setting};
pub use model::{Intent, Key, Phase, PlanUse, Record, Request, Sighting, Stray};
pub use patience::{Next, Patience};
pub use permit::Permit;
pub use rebuild::Rebuild;
pub use regular::read_regular;
pub use replay::Named;
pub use restore::{ComesBack, Mending, Standing, Twin, comes_back};
pub use seal::{Broken, Form};
pub use senders::Senders;
pub use session::Session;
pub use store::{Distance, Loaded, Store};
pub use transition::{Impossible, State};
