//! The words of `callout schedule`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(group = clap::ArgGroup::new("instead").args(["check", "show", "reflow", "repair"]))]
pub struct Schedule {
    /// Files and folders; the project's manifests if none are given.
    pub paths: Vec<PathBuf>,
    /// Write nothing; end with 1 if a file is not up to date, or a day has more visits than its rules allow.
    #[arg(long)]
    pub check: bool,
    /// Write nothing; print a calendar with the visits of each day and wave.
    #[arg(long)]
    pub show: bool,
    /// Give new days to every visit whose ticket was surely not sent, by the rules as they are now. Reads the state.
    #[arg(long)]
    pub reflow: bool,
    /// Give other days to the last visits of days that are too full, if their tickets were surely not sent. Reads the state.
    #[arg(long)]
    pub repair: bool,
}
