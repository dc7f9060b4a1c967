//! The words of `callout init`.

use clap::Args;

#[derive(Debug, Args)]
pub struct Init {
    /// The project's name; the folder's name if absent.
    #[arg(long)]
    pub name: Option<String>,
    /// Keep the state in object storage, for the whole team: s3://bucket/prefix, az://container/prefix or gs://bucket/prefix. Without
    /// it, in a file here.
    #[arg(long, value_name = "URL")]
    pub state: Option<String>,
}
