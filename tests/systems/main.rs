//! The ticket systems from outside: the sandbox as plain HTTP, and every system's connection against it.

mod api;
mod bench;
mod billing;
mod changing;
mod contract;
mod costs;
mod faults;
mod helpdesk;
mod inspection;
mod lies;
mod listing;
mod noc;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod terms;
mod together;
