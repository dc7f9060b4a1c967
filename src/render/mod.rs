//! What people and programs read.
//!
//! Owns the forms of output. Refuses to print: the command line writes what comes from here.

mod human;
mod source;

pub use human::{Look, MOST, human, json};
