//! One state for a whole team, in object storage.
//!
//! Owns how the state lies in objects, and the fence between two runs: a commit's number can be taken once. Refuses to believe an
//! answer that may be about somebody else's object: it reads it back and compares.

mod objects;
mod trouble;

#[cfg(test)]
mod faulty;
#[cfg(test)]
mod proof;

pub use objects::{Created, Found, Listed, Objects, Replaced, Version};
