//! `callout`: tickets as code.

pub mod diagnostics;
pub mod manifest;
pub mod render;
pub mod state;
pub mod systems;
pub mod ticket;
