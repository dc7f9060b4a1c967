//! The words of `callout unlock`.

use clap::Args;

#[derive(Debug, Args)]
pub struct Unlock {
    /// The lock's id, as the refused command named it.
    pub id: String,
    /// Do it without asking, also where that run still says that it goes on.
    #[arg(long)]
    pub yes: bool,
}
