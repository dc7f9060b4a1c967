//! `callout`: tickets as code.

pub mod apply;
pub mod cli;
pub mod diagnostics;
pub mod manifest;
pub mod plan;
pub mod refresh;
pub mod render;
pub mod state;
pub mod systems;
pub mod ticket;
