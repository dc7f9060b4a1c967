//! The repository itself: its examples run, its documents are true, its rooms keep their order.

mod arrows;
mod documents;
mod examples;
#[cfg(unix)]
mod readme;
mod recovery;
mod stage;
mod twins;
