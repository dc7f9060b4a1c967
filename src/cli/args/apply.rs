//! The words of `callout apply`.

use std::num::IntErrorKind;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Choice, Waiting};

#[derive(Debug, Args)]
pub struct Apply {
    /// A saved plan. Without one, a plan is made and shown first.
    #[arg(conflicts_with_all = ["target", "selector", "file", "wave", "since", "refresh", "take", "costs"])]
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub choice: Choice,
    /// Do it without asking.
    #[arg(long)]
    pub yes: bool,
    /// Allow this many creates in this run, in place of the project's limits.
    #[arg(long, value_name = "N")]
    pub allow_creates: Option<usize>,
    /// Allow creates for this many dollars in this run, in place of the limits on what they cost.
    #[arg(long, value_name = "DOLLARS", value_parser = whole_dollars)]
    pub allow_spend: Option<u32>,
    /// Under a limit on what creates cost, allow this many in this run whose cost nobody knows.
    #[arg(long, value_name = "N")]
    pub allow_unknown_costs: Option<usize>,
    /// List every ticket of the plan: unchanged ones too, and those of a rollout one by one.
    #[arg(long)]
    pub verbose: bool,
    /// What to print: text for people, or a JSON object on each line for programs, the last one with how it ended.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub log_format: ApplyFormat,
    /// Requests in flight at once.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub parallelism: u16,
    #[command(flatten)]
    pub waiting: Waiting,
}

fn whole_dollars(text: &str) -> Result<u32, String> {
    text.parse::<u32>().map_err(|error| {
        if *error.kind() == IntErrorKind::PosOverflow {
            format!("at most {} can be allowed", u32::MAX)
        } else {
            "write whole dollars, without a sign or cents, like 4250".to_owned()
        }
    })
}

/// How an apply is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ApplyFormat {
    #[default]
    Text,
    Json,
}
