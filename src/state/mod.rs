//! What callout did: the model, the journal, and the files they live in.
//!
//! Owns the only writer of state, and the [`Permit`] without which no request can be sent.
//! Refuses to take a missing state for an empty one.

mod model;
mod permit;
mod transition;

pub use model::{Closing, Event, Intent, Key, Phase, PlanUse, Record, Request, Sighting, VisitOutcome, Write};
pub use permit::Permit;
pub use transition::{Impossible, State};
