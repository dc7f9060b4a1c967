//! `callout completions`: scripts for shells.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;
use super::{Ending, Environment, Exit};

pub(super) fn run(shell: Shell, environment: &Environment) -> Ending {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "callout", &mut script);
    environment.out.write(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
