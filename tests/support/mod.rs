//! What tests share, inside the crate and outside.

pub mod clock;
pub mod server;
