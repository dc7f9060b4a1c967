//! The words of `callout policy`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ListFormat;

#[derive(Debug, Args)]
pub struct Policy {
    #[command(subcommand)]
    pub command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Try the tests that the policies bring with them. Ends with 1 if one of them fails.
    Test {
        /// Files and folders; the project's manifests if none are given.
        paths: Vec<PathBuf>,
        /// What to print.
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
    },
}
