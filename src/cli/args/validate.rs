//! The words of `callout validate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub struct Validate {
    /// Files and folders; the project's manifests if none are given.
    pub paths: Vec<PathBuf>,
    /// If the manifests have no errors, ask the systems too whether they know the values: sites, configurations, types, issues.
    #[arg(long)]
    pub online: bool,
    /// What to print: github, gitlab and sarif put each diagnostic at its line of a pull request.
    #[arg(long, value_enum, default_value_t)]
    pub format: ValidateFormat,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ValidateFormat {
    #[default]
    Human,
    Json,
    Github,
    Sarif,
    Gitlab,
}
