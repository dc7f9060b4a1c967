//! What tests share, inside the crate and outside.
#![allow(dead_code, reason = "each test uses its own part of this")]

pub mod browser;
pub mod clock;
pub mod editor;
pub mod git;
pub mod keys;
pub mod project;
pub mod random;
pub mod schemas;
pub mod server;
pub mod stores;
pub mod tools;
pub mod trials;
