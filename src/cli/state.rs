//! `callout state`: start one, look into it, mend it, change what it remembers.

mod check;
mod history;
mod init;
mod migrate;
mod restore;
mod surgery;

pub(super) use init::try_out;
pub(super) use restore::{elsewhere, next};

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::args::{Global, ListFormat, Said, StateCommand};
use super::home::home;
use super::opened;
use super::{Ending, Environment, Exit, Failure, rebuild};
use crate::diagnostics::{Diagnostic, typed as word};
use crate::manifest::{self, Project};
use crate::render::{clean, state_text};
use crate::state::{Home, Key, Phase, Record, Session, State, open_for_reading};
use crate::systems::{by_kind, nearest};

pub(super) async fn run(command: &StateCommand, global: &Global, environment: &mut Environment) -> Ending {
    let project = project(environment)?;
    let home = home(&project, global.sandbox, environment).await?;
    match command {
        StateCommand::Init { reason, yes, waiting, .. } => {
            let over = reason.as_deref().map(|reason| init::Over { reason, yes: *yes });
            return init::run(&home, over.as_ref(), *waiting, environment).await;
        }
        StateCommand::Rebuild { from, how } => return rebuild::run(from.as_deref(), how, global, environment).await,
        StateCommand::Check { format } => return check::run(&home, *format, environment),
        StateCommand::History { format } => return history::run(&home, *format, environment),
        StateCommand::Restore { copy, nothing_since, how } => {
            return restore::run((&project, &home), (copy.as_deref(), *nothing_since), how, environment).await;
        }
        StateCommand::Migrate { to, how } => {
            if global.sandbox {
                return Err(migrate::of_the_sandbox().into());
            }
            return migrate::run((&project, &home), to, how, environment).await;
        }
        StateCommand::Mv { from, to, how } => return surgery::mv(&home, (from, to), how, environment).await,
        StateCommand::Rm { address, how } => return surgery::rm(&home, address, how, environment).await,
        StateCommand::List { format } => {
            let state = open_for_reading(&home)?;
            match format {
                ListFormat::Text => environment.out.write(&table(&state)),
                ListFormat::Json => environment.out.document(&format!("{}\n", list(&state))),
            }
        }
        StateCommand::Show { address, format } => {
            let state = open_for_reading(&home)?;
            let visits: Vec<(&Key, &Record)> = state.visits(address).collect();
            if visits.is_empty() {
                return Err(unknown(&state, &address.to_string()).into());
            }
            environment.out.document(&match format {
                ListFormat::Text => state_text(&visits),
                ListFormat::Json => format!("{}\n", json!({"format_version": 1, "visits": visits.iter().map(row).collect::<Vec<_>>()})),
            });
        }
    }
    Ok(Exit::Done)
}

/// The project alone: its tickets may have mistakes, and the state must be looked at all the same.
fn project(environment: &Environment) -> Result<Project, Failure> {
    manifest::project_only(&environment.folder).map_err(Failure::from)
}

/// A run that will write. The project's folder is that of its lock file.
fn session(home: &Home, command: &str, environment: &Environment) -> Session {
    opened::session(home.lock_file.parent().unwrap_or(&environment.folder), command, environment)
}

/// The reason that a person gives, which must be one.
pub(super) fn reason_of<'a>(how: &'a Said, command: &str) -> Result<&'a str, Failure> {
    reasoned(&how.reason, command)
}

/// The same of any command.
pub(super) fn reasoned<'a>(reason: &'a str, command: &str) -> Result<&'a str, Failure> {
    let reason = reason.trim();
    if !reason.is_empty() {
        return Ok(reason);
    }
    let diagnostic = Diagnostic::error("state/no-reason", format!("`callout {command}` needs a reason"));
    Err(diagnostic.help("say it again with --reason \"why this is right\"; it is kept in the journal").into())
}

/// As a person types it: in quotes where a shell would take a location's key for a pattern.
pub(super) fn typed(key: &Key) -> String {
    word(&key.to_string())
}

/// How to take back what was just said, while nothing was sent on it.
pub(super) fn way_back(before: u64) -> String {
    format!("Said by mistake? callout state restore {before} --reason TEXT takes it back, as long as nothing was sent on it.")
}

/// Of an address that no record has, as a person typed it.
pub(super) fn unknown(state: &State, address: &str) -> Diagnostic {
    let names: Vec<String> = state.records.keys().flat_map(|key| [key.to_string(), key.address.to_string()]).collect();
    let hint = nearest(address, names.iter().map(String::as_str));
    let help = hint.map_or_else(
        || "`callout state list` names all that it remembers".to_owned(),
        |name| format!("did you mean {name}? What was not sent yet is not remembered"),
    );
    Diagnostic::error("state/unknown", format!("the state remembers nothing of {address}")).help(help)
}

/// Where a record stands, in a word or two.
pub(super) fn standing(record: &Record) -> String {
    match &record.phase {
        _ if record.in_doubt() => "in doubt".to_owned(),
        Phase::Pending => "in doubt".to_owned(),
        Phase::Live { .. } if record.finished => "finished".to_owned(),
        Phase::Live { .. } => record.status.clone().unwrap_or_else(|| "open".to_owned()),
        Phase::Closed { why, .. } => why.to_string(),
        Phase::NotCreated { .. } => "not created".to_owned(),
    }
}

fn table(state: &State) -> String {
    if state.records.is_empty() {
        return "The state is empty: nothing was ever created or adopted.\n".to_owned();
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["ADDRESS", "TICKET", "STANDING", "SINCE", "SITE"]);
    for (key, record) in &state.records {
        let site = by_kind(&key.address.kind).map(|system| system.site(&record.request.fields)).unwrap_or_default();
        let id = record.id().unwrap_or("-").to_owned();
        let since = record.since.to_zoned(TimeZone::UTC).date().to_string();
        table.add_row([key.to_string(), clean(&id), clean(&standing(record)), since, clean(&site)]);
    }
    let lines: Vec<String> = table.lines().map(|line| cut(line.trim())).collect();
    format!("{}\n", lines.join("\n"))
}

/// A screen's width; what helps least to tell tickets apart stands last.
const WIDE: usize = 100;

fn cut(line: &str) -> String {
    if line.chars().count() <= WIDE { line.to_owned() } else { line.chars().take(WIDE - 3).chain("...".chars()).collect() }
}

fn list(state: &State) -> Value {
    let records: Vec<Value> = state.records.iter().map(|entry| row(&entry)).collect();
    json!({"format_version": 1, "lineage": state.lineage, "through": state.through, "records": records})
}

fn row((key, record): &(&Key, &Record)) -> Value {
    json!({"address": key.address, "reissue": key.reissue, "standing": standing(record), "id": record.id(), "record": record})
}
