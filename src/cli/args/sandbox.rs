//! The words of `callout sandbox`.

use clap::Args;

#[derive(Debug, Args)]
pub struct Sandbox {
    /// The port to listen on, on this machine only; 0 lets the system choose.
    #[arg(long, default_value_t = 8417)]
    pub port: u16,
}
