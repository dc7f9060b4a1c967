//! `callout`: tickets as code.

pub mod diagnostics;
pub mod plan;
pub mod refresh;
pub mod state;
pub mod systems;
pub mod ticket;
