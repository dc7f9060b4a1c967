//! Every command as a person types it: its output, its messages, its exit code, and what reached the ticket system.

#![allow(clippy::too_many_lines, reason = "a test holds all that its commands show")]

mod answers;
mod apply;
mod attachments;
mod bad_input;
mod bad_rollout;
mod bulk;
mod canary;
mod changes;
mod customer;
mod damage;
mod doubt;
mod drift;
mod grouped;
mod helpdesk;
mod import;
mod init;
mod limits;
mod log;
mod marks;
mod mistakes;
mod online;
mod plan;
mod process;
mod rebuild;
mod renamed;
mod renewal;
mod rollout;
mod sandbox;
mod saved;
mod schedule;
mod schema;
mod sdwan;
mod select;
mod settle;
mod settle_many;
mod shown;
mod state;
mod status;
#[path = "../support/mod.rs"]
mod support;
mod surgery;
mod systems;
mod together;
mod trouble;
mod twice;
mod two_states;
mod usage;
mod validate;
mod vendor;
mod wave_selection;
mod waves;
