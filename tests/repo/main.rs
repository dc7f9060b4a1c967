//! The repository itself: its examples run, its documents are true, its rooms keep their order.

mod arrows;
#[cfg(unix)]
mod console;
mod documents;
mod examples;
#[cfg(unix)]
mod readme;
#[cfg(unix)]
mod recipes;
mod recovery;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod twins;
#[cfg(unix)]
mod walkthrough;
