//! The words of `callout init`.

use clap::Args;

#[derive(Debug, Args)]
pub struct Init {
    /// The project's name; the folder's name if absent.
    #[arg(long)]
    pub name: Option<String>,
}
