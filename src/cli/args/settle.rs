//! The words of `callout settle`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ListFormat, Part, Waiting};

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(group = clap::ArgGroup::new("settlement").args(["id", "not_created", "done", "not_done", "accept", "cancelled", "seen_to", "outcome"]))]
pub struct Settle {
    /// The tickets to settle alike, each as ADDRESS or ADDRESS#REISSUE. Without one, all that needs a person is listed.
    #[arg(value_name = "ADDRESS", conflicts_with_all = ["target", "selector", "file", "wave", "since"])]
    pub addresses: Vec<String>,
    /// Every selected ticket that waits for this settlement gets it; the others are left as they are.
    #[command(flatten)]
    pub part: Part,
    /// In doubt: it is this ticket. It is read and checked first.
    #[arg(long, value_name = "ID", requires = "reason")]
    pub id: Option<String>,
    /// In doubt: no ticket was made. The address is free again.
    #[arg(long, requires = "reason")]
    pub not_created: bool,
    /// An update, close or delete in doubt: it took effect.
    #[arg(long, requires = "reason")]
    pub done: bool,
    /// An update, close or delete in doubt: it did not take effect.
    #[arg(long, requires = "reason")]
    pub not_done: bool,
    /// Leave the difference alone until the file changes again.
    #[arg(long, requires = "reason")]
    pub accept: bool,
    /// The ticket was cancelled outside callout.
    #[arg(long, requires = "reason")]
    pub cancelled: bool,
    /// The tickets that nobody asked for, of an answer or of a copy of the state, have been seen to.
    #[arg(long, requires = "reason")]
    pub seen_to: bool,
    /// How the visit went.
    #[arg(long, value_enum, requires = "reason")]
    pub outcome: Option<Ended>,
    /// Why; kept in the journal.
    #[arg(long, value_name = "TEXT", requires = "settlement")]
    pub reason: Option<String>,
    /// Settle every line of this CSV: address,settlement,id,reason.
    #[arg(long, value_name = "FILE.csv", conflicts_with_all = ["addresses", "target", "selector", "file", "wave", "since", "settlement", "reason"])]
    pub from: Option<PathBuf>,
    /// Do it without asking.
    #[arg(long)]
    pub yes: bool,
    /// What to print.
    #[arg(long, value_enum, default_value_t, conflicts_with_all = ["addresses", "from", "settlement"])]
    pub format: ListFormat,
    #[command(flatten)]
    pub waiting: Waiting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ended {
    Ok,
    Failed,
    NoAccess,
}
