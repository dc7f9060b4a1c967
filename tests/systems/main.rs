//! The ticket systems from outside: the sandbox as plain HTTP, and every system's connection against it.

mod api;
mod contract;
mod faults;
mod inspection;
mod stage;
