//! One state for a whole team, in object storage.
//!
//! Owns how the state lies in objects, and the fence between two runs: a commit's number can be taken once. Refuses to believe an
//! answer that may be about somebody else's object: it reads it back and compares.

mod begin;
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
mod probe;
mod put_aside;
mod setting_aside;
mod store;
mod stretch;
mod told_over;
mod trouble;
mod unlock;
mod watch;

#[cfg(test)]
pub(super) mod faulty;

pub use lease::{Asking, Lease, RENEW_EVERY};
pub use lock_object::{Break, Hold, LENGTH, LockObject, Moved, Through};
pub use neighbours::{Neighbour, hint, neighbours};
pub use objects::{Created, Found, Listed, Objects, Replaced, Version};
pub use probe::probe;
pub use store::SharedStore;
pub use unlock::{Unlocked, unlock};
pub use watch::{LOOK_EVERY, Watch};
