//! The command line: the words, one file for each command, and the environment they run in.
//!
//! Owns the exit codes and all printing. Refuses to decide anything about tickets: every command is a prefix of the straight line.

mod apply;
mod args;
mod completions;
mod environment;
mod exit;
mod import;
mod init;
mod opened;
mod plan;
mod plan_file;
mod planning;
mod progress;
mod sandbox;
mod schema;
mod settle;
mod settlement;
mod show;
mod state;
mod stop;
mod taking;
mod validate;

use std::ffi::OsString;

use clap::Parser;
use clap::error::ErrorKind;

use crate::diagnostics::Diagnostic;
use args::{Cli, Command, Global};
pub use environment::{Environment, Output, SystemClock};
pub use exit::Exit;

/// Why a command stopped, and the exit code if it is not 1.
pub(crate) struct Failure {
    pub diagnostics: Vec<Diagnostic>,
    pub exit: Exit,
}

impl From<Box<Diagnostic>> for Failure {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Self { diagnostics: vec![*diagnostic], exit: Exit::Error }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Box::new(diagnostic).into()
    }
}

/// How a command ends.
pub(crate) type Ending = Result<Exit, Failure>;

/// Runs one command line, the program's name first, and answers with its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>, mut environment: Environment) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &environment).code(),
    };
    environment.out.choose_colour(cli.global.color, &environment.variables);
    environment.err.choose_colour(cli.global.color, &environment.variables);
    if let Some(level) = cli.global.log {
        log_to(&environment.err, level);
    }
    if let Some(folder) = &cli.global.folder {
        environment.folder = environment.folder.join(folder);
    }
    let ending = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Diagnostic::error("cli/runtime", format!("cannot start: {error}")).into())
        .and_then(|runtime| runtime.block_on(dispatch(cli.command, &cli.global, &mut environment)));
    ending.unwrap_or_else(|failure| tell(&failure, &environment)).code()
}

async fn dispatch(command: Command, global: &Global, environment: &mut Environment) -> Ending {
    match command {
        Command::Init(words) => init::run(&words, global, environment),
        Command::Validate(words) => validate::run(&words, environment),
        Command::Plan(words) => plan::run(&words, global, environment).await,
        Command::Show(words) => show::run(&words, environment),
        Command::Apply(words) => apply::run(&words, global, environment).await,
        Command::Settle(words) => settle::run(&words, global, environment).await,
        Command::Import(words) => import::run(&words, global, environment).await,
        Command::State(words) => state::run(&words.command, global, environment),
        Command::Schema => schema::run(environment),
        Command::Sandbox(words) => sandbox::run(&words, environment).await,
        Command::Completions { shell } => completions::run(shell, environment),
    }
}

/// clap's own answers. A wrong command line is an error (1): clap's 2 means changes here.
fn usage(error: &clap::Error, environment: &Environment) -> Exit {
    let text = error.render().ansi().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        environment.out.write(&text);
        return Exit::Done;
    }
    environment.err.write(&text);
    Exit::Error
}

/// Shows why a command stopped.
fn tell(failure: &Failure, environment: &Environment) -> Exit {
    environment.err.tell(&failure.diagnostics);
    failure.exit
}

/// Sends the log to stderr: callout's own lines only, so that no library can print a request with its credential.
fn log_to(err: &Output, level: tracing::level_filters::LevelFilter) {
    use tracing_subscriber::filter::Targets;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    let lines = tracing_subscriber::fmt::layer().with_writer(err.clone()).with_ansi(err.colour);
    // A second call in one process, as tests make, keeps the first log.
    let _ = tracing_subscriber::registry().with(lines).with(Targets::new().with_target("callout", level)).try_init();
}
