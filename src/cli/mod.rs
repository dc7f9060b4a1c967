//! The command line: the words, one file for each command, and the environment they run in.
//!
//! Owns the exit codes and all printing. Refuses to decide anything about tickets: every command is a prefix of the straight line.

mod annotations;
mod apply;
mod args;
mod checkout;
mod closing;
mod committed;
mod completions;
mod cost_cache;
mod costs;
mod crowd;
mod environment;
mod events;
mod exit;
mod expand;
mod finding;
mod gate;
mod hints;
mod home;
mod import;
mod init;
mod log;
mod online;
mod opened;
mod picked;
mod plan;
mod plan_file;
mod planning;
mod policy;
mod progress;
mod rebuild;
mod report;
mod repository;
mod revision;
mod rows;
mod sandbox;
mod schedule;
mod schema;
mod selecting;
mod settle;
mod settlement;
mod show;
mod since;
mod state;
mod status;
mod stop;
mod systems;
mod taking;
mod telling;
mod unlock;
mod validate;
mod waiting;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use crate::diagnostics::{Diagnostic, cause};
use crate::render::clean;
use args::{ApplyFormat, Cli, Command, Global};
use environment::WIDTH;
pub use environment::{Environment, Output, SystemClock};
use events::Events;
pub use exit::Exit;
use hints::Hints;

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

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics, exit: Exit::Error }
    }
}

/// The value, if nothing was wrong.
pub(crate) fn all_or<T>(value: T, diagnostics: Vec<Diagnostic>) -> Result<T, Failure> {
    if diagnostics.is_empty() { Ok(value) } else { Err(diagnostics.into()) }
}

/// How a command ends.
pub(crate) type Ending = Result<Exit, Failure>;

/// Runs one command line, the program's name first, and answers with its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>, mut environment: Environment) -> u8 {
    let cli = match parsed(arguments, &environment) {
        Ok(cli) => cli,
        Err(error) => return printed(usage(&error, &environment), &environment).code(),
    };
    environment.out.choose_colour(cli.global.color, &environment.variables);
    environment.err.choose_colour(cli.global.color, &environment.variables);
    let hints = Hints::new(cli.global.folder.as_deref(), cli.global.sandbox);
    environment.out.give(&hints);
    environment.err.give(&hints);
    if let Some(level) = cli.global.log {
        log_to(&environment.err, level);
    }
    let events = wants_events(&cli.command).then(|| Events::new(&environment));
    environment.err.give_to(events.as_ref());
    let exit = carried_out(cli, &mut environment).unwrap_or_else(|failure| tell(&failure, &environment));
    if let Some(events) = events {
        events.finished(exit);
        environment.err.give_to(None);
    }
    printed(exit, &environment).code()
}

fn wants_events(command: &Command) -> bool {
    matches!(command, Command::Apply(words) if words.log_format == ApplyFormat::Json)
}

/// Runs a command in its folder.
fn carried_out(cli: Cli, environment: &mut Environment) -> Ending {
    if let Some(folder) = &cli.global.folder {
        environment.folder = environment.folder.join(folder);
        if !environment.folder.is_dir() {
            let diagnostic = Diagnostic::error("cli/folder", format!("there is no folder {}", folder.display()));
            return Err(diagnostic.help("check the path behind -C").into());
        }
    }
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Diagnostic::error("cli/runtime", format!("cannot start: {error}")).into())
        .and_then(|runtime| runtime.block_on(dispatch(cli.command, &cli.global, environment)))
}

/// Half of a plan, a list or a document, with code 0, would pass for the whole of it.
fn printed(exit: Exit, environment: &Environment) -> Exit {
    let Some(error) = environment.out.failed() else { return exit };
    let message = format!("not everything could be printed: {}", cause(error));
    let help = "What the command did stays done: callout log tells it. See that its output can be written, then run it again.";
    tell(&Diagnostic::error("cli/output", message).help(help).into(), environment)
}

/// Every command with its options, as clap knows them.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The command line, read by clap. Help goes into a file or a pipe at a width that depends on nothing.
fn parsed(arguments: impl IntoIterator<Item = OsString>, environment: &Environment) -> Result<Cli, clap::Error> {
    let command = if environment.out.is_terminal { Cli::command() } else { Cli::command().term_width(WIDTH) };
    let mut matches = command.try_get_matches_from(arguments)?;
    Cli::from_arg_matches_mut(&mut matches)
}

async fn dispatch(command: Command, global: &Global, environment: &mut Environment) -> Ending {
    match command {
        Command::Init(words) => init::run(&words, global, environment),
        Command::Validate(words) => Ok(validate::run(&words, global, environment).await),
        Command::Expand(words) => expand::run(&words, environment),
        Command::Schedule(words) => schedule::run(&words, global, environment).await,
        Command::Plan(words) => plan::run(&words, global, environment).await,
        Command::Show(words) => show::run(&words, environment).await,
        Command::Apply(words) => apply::run(&words, global, environment).await,
        Command::Status(words) => status::run(&words, global, environment).await,
        Command::Settle(words) => settle::run(&words, global, environment).await,
        Command::Import(words) => import::run(&words, global, environment).await,
        Command::Policy(words) => policy::run(&words, environment),
        Command::Log(words) => log::run(&words, global, environment).await,
        Command::State(words) => state::run(&words.command, global, environment).await,
        Command::Unlock(words) => unlock::run(&words, global, environment).await,
        Command::Systems { format } => Ok(systems::run(format, environment)),
        Command::Schema { which } => Ok(schema::run(which, environment)),
        Command::Sandbox(words) => sandbox::run(&words, environment).await,
        Command::Completions { shell } => Ok(completions::run(shell, environment)),
    }
}

/// clap's own answers. A wrong command line is an error (1): clap's 2 means changes here.
fn usage(error: &clap::Error, environment: &Environment) -> Exit {
    // It repeats what was typed, and a script may type what somebody else wrote.
    let plain = error.render().to_string();
    let cleaned = clean(&plain);
    let text = if cleaned == plain { error.render().ansi().to_string() } else { cleaned };
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        environment.out.write(&text);
        return Exit::Done;
    }
    environment.err.write(&text);
    Exit::Error
}

/// Shows why a command stopped.
fn tell(failure: &Failure, environment: &Environment) -> Exit {
    environment.err.tell(&shortened(&failure.diagnostics, environment));
    failure.exit
}

/// Files below the working folder are named from there, as a person would type them.
pub(crate) fn shortened(diagnostics: &[Diagnostic], environment: &Environment) -> Vec<Diagnostic> {
    let short = |text: &str| short(text, environment);
    let shown = |told: &Diagnostic| Diagnostic { message: short(&told.message), help: told.help.as_deref().map(short), ..told.clone() };
    diagnostics.iter().map(shown).collect()
}

/// A text in which files below the working folder are named from there.
pub(crate) fn short(text: &str, environment: &Environment) -> String {
    let folder = environment.folder.join("").display().to_string();
    if folder.len() > 2 { text.replace(&folder, "") } else { text.to_owned() }
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
