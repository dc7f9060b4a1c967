//! The words of `callout schedule`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Schedule {
    /// Files and folders; the project's manifests if none are given.
    pub paths: Vec<PathBuf>,
    /// Write nothing; end with 1 if a file is not up to date, or a day has more visits than its rules allow.
    #[arg(long)]
    pub check: bool,
    /// Write nothing; print a calendar with the visits of each day.
    #[arg(long, conflicts_with = "check")]
    pub show: bool,
}
