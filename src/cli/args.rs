//! The command line's words, as clap types.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::refresh::Mode;
use crate::ticket::Address;

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
    /// Check manifests. Needs no network and no credentials.
    Validate(Validate),
    /// Show what apply would do.
    Plan(Plan),
    /// Show a saved plan.
    Show(Show),
    /// Create and update tickets, as planned.
    Apply(Apply),
    /// List what needs a person, and settle it.
    Settle(Settle),
    /// Take over a ticket that exists already.
    Import(Import),
    /// Look at the state, or start one.
    State(State),
    /// List the ticket systems and what each can do.
    Systems {
        /// What to print.
        #[arg(long, value_enum, default_value_t)]
        format: PlanFormat,
    },
    /// Print the JSON Schema of the manifests.
    Schema,
    /// Serve the sandbox for trying things by hand.
    Sandbox(Sandbox),
    /// Print a completion script.
    Completions {
        /// The shell that is to complete callout's words.
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub struct Init {
    /// The project's name; the folder's name if absent.
    #[arg(long)]
    pub name: Option<String>,
}

#[derive(Debug, Args)]
pub struct Validate {
    /// Files and folders; the project's manifests if none are given.
    pub paths: Vec<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: ValidateFormat,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ValidateFormat {
    #[default]
    Human,
    Json,
}

#[derive(Debug, Clone, Args)]
pub struct Choice {
    /// Plan only this ticket, or all locations of this document. Repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub target: Vec<Address>,
    /// What to read first: what the plan depends on (auto), every unfinished ticket (all), or nothing (none).
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub refresh: Refresh,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Refresh {
    #[default]
    Auto,
    All,
    None,
}

impl From<Refresh> for Mode {
    fn from(refresh: Refresh) -> Self {
        match refresh {
            Refresh::Auto => Self::Auto,
            Refresh::All => Self::All,
            Refresh::None => Self::None,
        }
    }
}

#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub choice: Choice,
    /// Save the plan, to be applied once.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: PlanFormat,
    /// Exit with 2 for changes or drift, 7 for nothing to change but something that needs a person, 5 for tickets in doubt.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// List unchanged tickets too.
    #[arg(long)]
    pub verbose: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct Show {
    /// A plan that `plan --out` wrote.
    pub plan: PathBuf,
    /// What to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: PlanFormat,
    /// List unchanged tickets too.
    #[arg(long)]
    pub verbose: bool,
}

#[derive(Debug, Args)]
pub struct Apply {
    /// A saved plan. Without one, a plan is made and shown first.
    #[arg(conflicts_with_all = ["target", "refresh"])]
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub choice: Choice,
    /// Do it without asking.
    #[arg(long)]
    pub yes: bool,
    /// Allow this many creates in this run, in place of the project's limits.
    #[arg(long, value_name = "N")]
    pub allow_creates: Option<usize>,
    /// Requests in flight at once.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub parallelism: u16,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(group = clap::ArgGroup::new("settlement").args(["id", "not_created", "done", "not_done", "accept", "cancelled", "outcome"]))]
pub struct Settle {
    /// The ticket to settle, as ADDRESS or ADDRESS#REISSUE. Without one, all that needs a person is listed.
    pub address: Option<String>,
    /// In doubt: it is this ticket. It is read and checked first.
    #[arg(long, value_name = "ID", requires = "reason")]
    pub id: Option<String>,
    /// In doubt: no ticket was made. The address is free again.
    #[arg(long, requires = "reason")]
    pub not_created: bool,
    /// An update, close or delete in doubt: it took effect.
    #[arg(long, requires = "reason")]
    pub done: bool,
    /// An update, close or delete in doubt: it did not take effect.
    #[arg(long, requires = "reason")]
    pub not_done: bool,
    /// Leave the difference alone until the file changes again.
    #[arg(long, requires = "reason")]
    pub accept: bool,
    /// The ticket was cancelled outside callout.
    #[arg(long, requires = "reason")]
    pub cancelled: bool,
    /// How the visit went.
    #[arg(long, value_enum, requires = "reason")]
    pub outcome: Option<Ended>,
    /// Why; kept in the journal.
    #[arg(long, value_name = "TEXT", requires = "settlement")]
    pub reason: Option<String>,
    /// Settle every line of this CSV: address,settlement,id,reason.
    #[arg(long, value_name = "FILE.csv", conflicts_with_all = ["address", "settlement", "reason"])]
    pub from: Option<PathBuf>,
    /// Do it without asking.
    #[arg(long)]
    pub yes: bool,
    /// What to print.
    #[arg(long, value_enum, default_value_t, conflicts_with_all = ["address", "from"])]
    pub format: PlanFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ended {
    Ok,
    Failed,
    NoAccess,
}

#[derive(Debug, Args)]
pub struct Import {
    /// The address in the files that the ticket belongs to.
    #[arg(required_unless_present = "from", requires = "id")]
    pub address: Option<Address>,
    /// The ticket's id.
    #[arg(required_unless_present = "from")]
    pub id: Option<String>,
    /// Import every line of this CSV: address,id.
    #[arg(long, value_name = "FILE.csv", conflicts_with_all = ["address", "id"])]
    pub from: Option<PathBuf>,
    /// Why; kept in the journal.
    #[arg(long, value_name = "TEXT", default_value = "imported")]
    pub reason: String,
    /// Do it without asking.
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct State {
    #[command(subcommand)]
    pub command: StateCommand,
}

#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// Start a state for this project.
    Init {
        /// Give up a lost state for good. Every ticket it remembered would be sent again unless it is imported first.
        #[arg(long, requires = "reason")]
        start_over: bool,
        /// Why; kept in the lock file.
        #[arg(long, value_name = "TEXT", requires = "start_over")]
        reason: Option<String>,
    },
    /// List every record.
    List {
        /// What to print.
        #[arg(long, value_enum, default_value_t)]
        format: PlanFormat,
    },
    /// Show all that is remembered of an address.
    Show {
        /// Such as Dispatch/store-0417-router, or Dispatch/NAME[KEY].
        address: Address,
        /// What to print.
        #[arg(long, value_enum, default_value_t)]
        format: PlanFormat,
    },
}

#[derive(Debug, Args)]
pub struct Sandbox {
    /// The port to listen on, on this machine only; 0 lets the system choose.
    #[arg(long, default_value_t = 8417)]
    pub port: u16,
}
