//! Which tickets a plan is about, and what is read for it: words of every command that plans.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::plan::Take;
use crate::refresh::{Mode, Selector, Target};
use crate::ticket::Address;

/// A part of the project. Without these words, all of it.
#[derive(Debug, Clone, Default, Args)]
pub struct Part {
    /// Only this ticket, all locations of this document, or this rollout: Rollout/NAME, or Rollout/NAME[KEY] for one site.
    /// Repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub target: Vec<Target>,
    /// Only tickets with this label: LABEL=VALUE, LABEL!=VALUE, or LABEL. Several must all hold.
    #[arg(long, value_name = "LABEL=VALUE")]
    pub selector: Vec<Selector>,
    /// Only what is described in this manifest file, or in those of this folder. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub file: Vec<PathBuf>,
    /// Only what is in this wave; with --target Rollout/NAME in this wave of that rollout. Repeatable.
    #[arg(long, value_name = "NAME")]
    pub wave: Vec<String>,
    /// Only what differs from this commit: new, changed or gone since. Git is asked for its files, offline.
    #[arg(long, value_name = "GIT_REF")]
    pub since: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub struct Choice {
    #[command(flatten)]
    pub part: Part,
    /// What to read first: what the plan depends on (auto), every unfinished ticket (all), or nothing (none).
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub refresh: Refresh,
    /// Where somebody changed a ticket in its system: send the files' values (file), or let the ticket's stand (live).
    #[arg(long, value_enum, value_name = "SIDE")]
    pub take: Option<Side>,
    /// Ask what each create costs, and for the address behind its account, and show both.
    #[arg(long)]
    pub costs: bool,
}

impl Part {
    pub fn is_all(&self) -> bool {
        let words = self.target.len() + self.selector.len() + self.file.len() + self.wave.len();
        words == 0 && self.since.is_none()
    }
}

impl Choice {
    /// These tickets, or everything if there are none.
    pub fn of_tickets(addresses: Vec<Address>) -> Self {
        Self::of_part(Part { target: addresses.into_iter().map(Target::Ticket).collect(), ..Part::default() })
    }

    /// Planned as usual.
    pub fn of_part(part: Part) -> Self {
        Self { part, refresh: Refresh::Auto, take: None, costs: false }
    }
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
