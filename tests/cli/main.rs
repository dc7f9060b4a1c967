//! Every command as a person types it: its output, its messages, its exit code, and what reached the ticket system.

#![allow(clippy::too_many_lines, reason = "a test holds all that its commands show")]

mod again;
mod annotations;
mod answers;
mod apply;
mod attachments;
mod bad_input;
mod bad_rollout;
mod bulk;
mod canary;
mod changes;
mod clock;
mod committed;
mod costs;
mod crowd;
mod customer;
mod damage;
mod doubt;
mod drift;
mod editor;
mod encrypted;
mod escapes;
mod events;
#[cfg(unix)]
mod full_disk;
mod grouped;
mod helpdesk;
mod hostile;
mod import;
mod init;
mod insecure;
mod left_out;
mod limits;
mod log;
mod markdown;
mod marks;
mod migrate;
mod mistakes;
mod new_name;
mod online;
mod plan;
mod policy;
mod private;
mod process;
mod proxy;
#[cfg(unix)]
mod pulled;
mod rebuild;
mod recovery;
mod redirects;
mod renamed;
mod renewal;
mod report;
mod rollout;
mod sandbox;
mod saved;
mod schedule;
mod schema;
mod sdwan;
mod select;
mod settle;
mod settle_many;
mod shared;
mod shown;
#[cfg(unix)]
mod signals;
mod since;
mod since_git;
#[cfg(unix)]
mod spending;
mod started;
mod state;
mod status;
#[cfg(unix)]
mod streams;
#[path = "../support/mod.rs"]
mod support;
mod surgery;
mod systems;
mod together;
mod trouble;
mod twice;
#[cfg(unix)]
mod two_at_once;
mod two_states;
#[cfg(unix)]
mod typed;
mod usage;
mod validate;
mod vendor;
mod wave_selection;
mod waves;
