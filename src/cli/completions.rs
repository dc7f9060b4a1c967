//! `callout completions`: scripts for shells.

use clap_complete::Shell;

use super::{Environment, Exit, command};

pub(super) fn run(shell: Shell, environment: &Environment) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "callout", &mut script);
    environment.out.document(&String::from_utf8_lossy(&script));
    Exit::Done
}
