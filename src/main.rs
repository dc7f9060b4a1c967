//! The program: builds the environment, runs the command line, exits with its code.

use std::process::ExitCode;

use callout::cli::{Environment, run};

fn main() -> ExitCode {
    match Environment::of_process() {
        Ok(environment) => run(std::env::args_os(), environment).into(),
        Err(error) => {
            // The working folder is gone: there is nowhere to work, and only this to say.
            let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("callout: no working folder: {error}\n").as_bytes());
            ExitCode::FAILURE
        }
    }
}
