//! `callout`: tickets as code.

pub mod apply;
pub mod cli;
pub mod diagnostics;
mod expression;
pub mod manifest;
pub mod plan;
pub mod policy;
pub mod refresh;
pub mod render;
pub mod rollout;
pub mod state;
pub mod systems;
pub mod ticket;
mod transport;

/// Lets unit tests share the helpers of `tests/support`, which name this crate from outside.
#[cfg(test)]
extern crate self as callout;

#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
