//! The command line's words, as clap types: the commands and the options of every command here, each command's own in its file.

mod apply;
mod choice;
mod expand;
mod import;
mod init;
mod log;
mod plan;
mod policy;
mod sandbox;
mod schedule;
mod schema;
mod settle;
mod state;
mod status;
mod unlock;
mod validate;
mod waiting;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use apply::{Apply, ApplyFormat};
pub use choice::{Choice, Part, Refresh};
pub use expand::Expand;
pub use import::{Import, MatchBy};
pub use init::Init;
pub use log::{Log, LogFormat, When};
pub use plan::{ListFormat, Plan, PlanFormat, Show};
pub use policy::{Policy, PolicyCommand};
pub use sandbox::{Resolve, Sandbox};
pub use schedule::Schedule;
pub use schema::Which;
pub use settle::{Ended, Settle};
pub use state::{Said, State, StateCommand};
pub use status::{Status, StatusFormat};
pub use unlock::Unlock;
pub use validate::{Validate, ValidateFormat};
pub use waiting::Waiting;

/// Tickets as code: describe technician dispatches in YAML, review the plan, apply it. Nobody is sent twice, nobody is forgotten.
#[derive(Debug, Parser)]
#[command(name = "callout", version, max_term_width = 110)]
#[command(
    after_help = "Exit codes: 0 done or no changes; 1 error; 3 plan stale, finished or expired; 4 refused by a limit; 5 tickets in doubt; \
6 partly applied; with --detailed-exitcode also 2 changes or drift, 7 nothing to change but something needs a person."
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Over the options that every command takes.
const EVERYWHERE: &str = "Options of every command";

#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Work in this folder.
    #[arg(short = 'C', long = "chdir", value_name = "DIR", global = true, help_heading = EVERYWHERE)]
    pub folder: Option<PathBuf>,
    /// Let the embedded sandbox answer for every system. It has a state of its own; nothing real is touched.
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub sandbox: bool,
    /// When to use colour; auto means on a terminal, unless NO_COLOR is set.
    #[arg(long, value_enum, default_value_t, global = true, value_name = "WHEN", help_heading = EVERYWHERE)]
    pub color: Color,
    /// Write a log of what is done to stderr: error, warn, info, debug or trace.
    #[arg(long, global = true, value_name = "LEVEL", help_heading = EVERYWHERE)]
    pub log: Option<tracing::level_filters::LevelFilter>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a project here: project file, lock file, state, .gitignore, editor settings, an example.
    Init(Init),
    /// Check manifests. Needs no network and no credentials, unless --online asks for look-ups.
    Validate(Validate),
    /// Print the tickets that the files come to, as YAML: templates filled, defaults added.
    Expand(Expand),
    /// Give the sites of rollouts their days: write the schedule file beside each rollout.
    Schedule(Schedule),
    /// Show what apply would do.
    Plan(Plan),
    /// Show a saved plan.
    Show(Show),
    /// Create and update tickets, as planned.
    Apply(Apply),
    /// Show where every visit stands: who is coming, what is overdue, what needs a person.
    Status(Status),
    /// List what needs a person, and settle it.
    Settle(Settle),
    /// Take over a ticket that exists already.
    Import(Import),
    /// Show everything that ever happened: who, when, which plan, which ticket.
    Log(Log),
    /// Look at the state, mend it, or change what it remembers.
    State(State),
    /// Try the tests of the project's policies.
    Policy(Policy),
    /// Free the lock of a shared state, where the run that holds it is surely dead.
    Unlock(Unlock),
    /// List the ticket systems and what each can do.
    Systems {
        /// What to print.
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
    },
    /// Print a JSON Schema: of the manifests, or of what callout writes for programs.
    Schema {
        /// Which one.
        #[arg(value_enum, default_value_t)]
        which: Which,
    },
    /// Serve the sandbox for trying things by hand.
    Sandbox(Sandbox),
    /// Print a completion script.
    Completions {
        /// The shell that is to complete callout's words.
        shell: Shell,
    },
}
