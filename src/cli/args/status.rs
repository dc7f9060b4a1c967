//! The words of `callout status`.

use clap::{Args, ValueEnum};

use super::{Part, Refresh};

#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    pub part: Part,
    /// What to read first: every unfinished ticket (all), what a plan would depend on (auto), or nothing (none).
    #[arg(long, value_enum, default_value_t = Refresh::All, value_name = "WHAT")]
    pub refresh: Refresh,
    /// A visit that starts within so many days should have a technician.
    #[arg(long, value_name = "DAYS", default_value_t = 3, value_parser = clap::value_parser!(u16).range(0..=365))]
    pub near: u16,
    /// What to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: StatusFormat,
    /// Exit with 5 for tickets in doubt, 7 for something that needs a person.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// List every ticket and every day, and cut no list short.
    #[arg(long)]
    pub verbose: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum StatusFormat {
    #[default]
    Text,
    Json,
    Csv,
}
