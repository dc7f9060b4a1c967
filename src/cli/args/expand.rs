//! The words of `callout expand`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Expand {
    /// Files and folders; the project's manifests if none are given.
    pub paths: Vec<PathBuf>,
}
