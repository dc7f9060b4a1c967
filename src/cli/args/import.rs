//! The words of `callout import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Waiting;

/// Its three forms: clap's own line could not tell them apart.
const USAGE: &str = "callout import [OPTIONS] <ADDRESS> <ID>
       callout import [OPTIONS] --from <FILE.csv>
       callout import [OPTIONS] --match mark [ADDRESS]...";

#[derive(Debug, Args)]
#[command(override_usage = USAGE)]
pub struct Import {
    /// The address in the files that the ticket belongs to, and the ticket's id. With --match, addresses only, or none for all.
    #[arg(value_name = "ADDRESS ID", conflicts_with = "from")]
    pub words: Vec<String>,
    /// Import every line of this CSV: address,id.
    #[arg(long, value_name = "FILE.csv", conflicts_with = "by")]
    pub from: Option<PathBuf>,
    /// Find the tickets of the files that have no record, in every system that lists its tickets.
    #[arg(long = "match", value_enum, value_name = "BY")]
    pub by: Option<MatchBy>,
    /// Why; kept in the journal.
    #[arg(long, value_name = "TEXT", default_value = "imported")]
    pub reason: String,
    /// Do it without asking.
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub waiting: Waiting,
}

/// By what a ticket is found again: the mark that callout puts into each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MatchBy {
    Mark,
}
