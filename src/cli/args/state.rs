//! The words of `callout state`.

use clap::{Args, Subcommand};

use super::PlanFormat;
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
    },
    /// Make a lost state again from the marks of live tickets. What is not found is in doubt afterwards, never sent.
    Rebuild {
        /// Why; kept in the journal.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Do it without asking.
        #[arg(long)]
        yes: bool,
    },
    /// List every record.
    List {
        /// What to print.
        #[arg(long, value_enum, default_value_t)]
        format: PlanFormat,
    },
    /// Show all that is remembered of an address.
    Show {
        /// Such as Dispatch/store-0417-router, or Dispatch/NAME[KEY].
        address: Address,
        /// What to print.
        #[arg(long, value_enum, default_value_t)]
        format: PlanFormat,
    },
}
