//! The words of `callout plan` and `callout show`, and the forms in which results are printed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Choice;

#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub choice: Choice,
    /// Save the plan, to be applied once.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What to print: markdown for a comment, html for a page, github and gitlab for what their jobs show.
    #[arg(long, value_enum, default_value_t)]
    pub format: PlanFormat,
    /// Exit with 2 for changes or drift, 7 for nothing to change but something that needs a person, 5 for tickets in doubt.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// List every ticket: unchanged ones too, and those of a rollout one by one.
    #[arg(long)]
    pub verbose: bool,
    /// Name people and how to reach them in markdown, html, github and gitlab too; text and json always do.
    #[arg(long = "show-contacts")]
    pub contacts: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    #[default]
    Text,
    Json,
    Markdown,
    Html,
    Github,
    Gitlab,
}

/// The forms of lists and tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Args)]
#[allow(clippy::struct_field_names, reason = "it is the flag's name")]
pub struct Show {
    /// A plan that `plan --out` wrote.
    pub plan: PathBuf,
    /// What to print: markdown for a comment, html for a page, github and gitlab for what their jobs show.
    #[arg(long, value_enum, default_value_t)]
    pub format: PlanFormat,
    /// List every ticket: unchanged ones too, and those of a rollout one by one.
    #[arg(long)]
    pub verbose: bool,
    /// Name people and how to reach them in markdown, html, github and gitlab too; text and json always do.
    #[arg(long = "show-contacts")]
    pub contacts: bool,
}
