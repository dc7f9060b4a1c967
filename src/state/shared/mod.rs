//! One state for a whole team, in object storage.
//!
//! Owns how the state lies in objects, and the fence between two runs: a commit's number can be taken once. Refuses to believe an
//! answer that may be about somebody else's object: it reads it back and compares.

mod address;
mod begin;
mod connect;
pub(super) mod downloaded;
mod fold;
mod found;
mod layout;
mod lease;
mod line;
mod lock_object;
mod mend;
mod neighbours;
mod objects;
mod parts;
mod place;
mod probe;
mod put_aside;
mod setting_aside;
mod store;
mod stretch;
mod told;
mod told_over;
mod transport;
mod trouble;
mod unlock;
mod variables;
mod watch;

#[cfg(test)]
pub(super) mod faulty;
#[cfg(test)]
pub(super) mod proof;
#[cfg(test)]
mod tests;

pub use address::{Cloud, NotAStore, StoreUrl};
pub use connect::{Credential, Settings, connect};
pub use lease::{Asking, Lease, RENEW_EVERY};
pub use lock_object::{Break, Hold, LENGTH, LockObject, Through};
pub use neighbours::{Neighbour, hint, neighbours};
pub use objects::{Created, Found, Listed, Objects, Replaced, Version};
pub use place::SharedPlace;
pub use probe::probe;
pub use store::SharedStore;
pub use unlock::{Unlocked, holder, unlock};
pub use watch::{LOOK_EVERY, Watch};
