//! The ticket systems from outside: the sandbox as plain HTTP, and every system's connection against it.

mod api;
mod bench;
mod contract;
mod faults;
mod inspection;
mod noc;
mod stage;
#[path = "../support/mod.rs"]
mod support;
