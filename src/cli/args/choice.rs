//! Which tickets a plan is about, and what is read for it: words of every command that plans.

use clap::{Args, ValueEnum};

use crate::plan::Take;
use crate::refresh::Mode;
use crate::ticket::Address;

#[derive(Debug, Clone, Args)]
pub struct Choice {
    /// Plan only this ticket, or all locations of this document. Repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub target: Vec<Address>,
    /// What to read first: what the plan depends on (auto), every unfinished ticket (all), or nothing (none).
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub refresh: Refresh,
    /// Where somebody changed a ticket in its system: send the files' values (file), or let the ticket's stand (live).
    #[arg(long, value_enum, value_name = "SIDE")]
    pub take: Option<Side>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Side {
    File,
    Live,
}

impl From<Side> for Take {
    fn from(side: Side) -> Self {
        match side {
            Side::File => Self::File,
            Side::Live => Self::Live,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Refresh {
    #[default]
    Auto,
    All,
    None,
}

impl From<Refresh> for Mode {
    fn from(refresh: Refresh) -> Self {
        match refresh {
            Refresh::Auto => Self::Auto,
            Refresh::All => Self::All,
            Refresh::None => Self::None,
        }
    }
}
