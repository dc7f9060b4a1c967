//! The words of `callout import`.

use std::path::PathBuf;

use clap::Args;

use crate::ticket::Address;

#[derive(Debug, Args)]
pub struct Import {
    /// The address in the files that the ticket belongs to.
    #[arg(required_unless_present = "from", requires = "id")]
    pub address: Option<Address>,
    /// The ticket's id.
    #[arg(required_unless_present = "from")]
    pub id: Option<String>,
    /// Import every line of this CSV: address,id.
    #[arg(long, value_name = "FILE.csv", conflicts_with_all = ["address", "id"])]
    pub from: Option<PathBuf>,
    /// Why; kept in the journal.
    #[arg(long, value_name = "TEXT", default_value = "imported")]
    pub reason: String,
    /// Do it without asking.
    #[arg(long)]
    pub yes: bool,
}
