//! Rollouts: one document and a list of sites become many tickets.
//!
//! Owns the list of sites, their schedule and the filling of the template. Refuses network, the clock, the state (but for rows of a schedule that
//! a person orders to move), and to judge tickets: each document that comes out goes through the same checks as one written by hand. A rollout with a mistake in its frame gives no ticket at
//! all: half of a list would be read as a wish to remove the other half.

mod columns;
mod expand;
mod fill;
mod language;
mod mistakes;
pub mod schedule;
mod scope;
mod sites;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod waves;

use crate::manifest::{self, Loaded, Request};
use crate::policy;

/// Reads the project, makes the tickets of its rollouts, and runs every check, those of its policies too.
pub fn load(request: &Request) -> Loaded {
    let mut loaded = manifest::load(request, &mut expand::expand);
    let wrong = policy::check(&loaded.policies);
    if !wrong.is_empty() {
        loaded.tell(wrong);
    }
    loaded
}
