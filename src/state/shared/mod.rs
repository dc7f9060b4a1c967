//! One state for a whole team, in object storage.
//!
//! Owns how the state lies in objects, and the fence between two runs: a commit's number can be taken once. Refuses to believe an
//! answer that may be about somebody else's object: it reads it back and compares.

mod address;
mod connect;
mod lease;
mod lock_object;
mod neighbours;
mod objects;
mod probe;
mod transport;
mod trouble;
mod unlock;
mod variables;
mod watch;

#[cfg(test)]
mod faulty;
#[cfg(test)]
mod proof;

pub use address::{Cloud, NotAStore, StoreUrl};
pub use connect::{Credential, Settings, connect};
pub use lease::{Asking, Lease, RENEW_EVERY};
pub use lock_object::{Break, Hold, LENGTH, LockObject, Through};
pub use neighbours::{Neighbour, hint, neighbours};
pub use objects::{Created, Found, Listed, Objects, Replaced, Version};
pub use probe::probe;
pub use unlock::{Unlocked, unlock};
pub use watch::{LOOK_EVERY, Watch};
