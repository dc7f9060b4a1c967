//! The words of `callout state`.

use clap::{Args, Subcommand};

use super::{ListFormat, Waiting};
use crate::ticket::Address;

#[derive(Debug, Args)]
pub struct State {
    #[command(subcommand)]
    pub command: StateCommand,
}

#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// Start a state for this project.
    Init {
        /// Give up a lost state for good. Every ticket it remembered would be sent again unless it is imported first.
        #[arg(long, requires = "reason")]
        start_over: bool,
        /// Why; kept in the lock file.
        #[arg(long, value_name = "TEXT", requires = "start_over")]
        reason: Option<String>,
        /// Start over without asking.
        #[arg(long, requires = "start_over")]
        yes: bool,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Make a lost state again from the marks of live tickets. What is not found is in doubt afterwards, never sent.
    Rebuild {
        /// A copy of the state that is not the newest: a folder, the state.json in it, or an address such as s3://bucket/copy. What it knows
        /// is kept too.
        #[arg(long, value_name = "COPY")]
        from: Option<String>,
        #[command(flatten)]
        how: Said,
    },
    /// List every record.
    List {
        /// What to print.
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
    },
    /// Show all that is remembered of an address.
    Show {
        /// Such as Dispatch/store-0417-router, or Dispatch/NAME[KEY].
        address: Address,
        /// What to print.
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
    },
    /// Check the files of the state: what is whole, what is damaged, and what to do about it. Ends with 1 if anything is.
    Check {
        /// What to print.
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
    },
    /// List the earlier snapshots that are kept.
    History {
        /// What to print.
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
    },
    /// Put a damaged state together again; or get back into a whole one what a copy still knows. No record is given up for it.
    Restore {
        /// The number of a commit, for the state as it was after it; or a copy: a folder, the state.json in it, or an address such as
        /// s3://bucket/copy. Without it, what lies there is used.
        copy: Option<String>,
        /// Nothing was sent since the copy was made. Only where that cannot be seen.
        #[arg(long, requires = "copy")]
        nothing_since: bool,
        #[command(flatten)]
        how: Said,
    },
    /// Move the whole state to another place: snapshot, journal, history and lineage. The old place then refuses, and says where it went.
    Migrate {
        /// A folder, or the state.json in it; or an address such as s3://bucket/project.
        #[arg(long, value_name = "PLACE")]
        to: String,
        #[command(flatten)]
        how: Said,
    },
    /// Give a ticket's records another address, as after a rename of its document.
    Mv {
        /// The address that it has.
        from: Address,
        /// The address that it gets.
        to: Address,
        #[command(flatten)]
        how: Said,
    },
    /// Look after a ticket no more. Its address stays taken: nothing is ever sent for it again.
    Rm {
        /// ADDRESS, or ADDRESS#REISSUE for one of several visits.
        address: String,
        #[command(flatten)]
        how: Said,
    },
}

/// What every change by a person needs.
#[derive(Debug, Args)]
pub struct Said {
    /// Why; kept in the journal.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Do it without asking.
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub waiting: Waiting,
}
