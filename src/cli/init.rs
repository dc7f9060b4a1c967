//! `callout init`: everything that a new project needs, and an example that runs on the sandbox.

use std::fs;
use std::io::Write;
use std::path::Path;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::args::{Global, Init as Words};
use super::home::typed;
use super::opened::owner;
use super::state::try_out;
use super::{Ending, Environment, Exit, Failure};
use crate::diagnostics::{Diagnostic, cause};
use crate::manifest::{PROJECT_FILE, schema};
use crate::state::shared::Objects;
use crate::state::{Home, Start, is_just_begun};
use crate::ticket::is_name;

/// Where editors find the schema; committed, so that it is there in every clone.
const SCHEMA_FILE: &str = "callout.schema.json";

pub(super) fn run(words: &Words, global: &Global, environment: &Environment) -> Ending {
    if global.sandbox {
        return Err(Diagnostic::error("init/sandbox", "a project is not started on the sandbox")
            .help("run `callout init`; afterwards every command takes --sandbox")
            .into());
    }
    let folder = &environment.folder;
    let project = folder.join(PROJECT_FILE);
    if project.exists() {
        return Err(Diagnostic::error("init/exists", format!("{} is there already: this is a project", project.display()))
            .help("to start only its state: callout state init")
            .into());
    }
    let name = name(words, folder)?;
    let state = match &words.state {
        Some(url) => typed(url, environment)?,
        None => folder.join(".callout/state.json").into(),
    };
    let home = Home { lock_file: folder.join("callout.lock"), state };
    // The state first: it refuses where a lineage is already written, and then nothing else is touched. One that an init has just made, and
    // that was stopped here, is gone on with.
    if !is_just_begun(&home)? {
        if !home.lock_file.exists() {
            try_out(&home.state, environment)?;
        }
        crate::state::init(&home, &owner("callout init", environment), &Start::New).map_err(project_file_gone)?;
    }
    let files = Files { folder, environment };
    files.add(SCHEMA_FILE, &schema::text())?;
    files.add("tickets/example.yaml", &example(environment.clock.now()))?;
    ignore_state(folder, environment)?;
    files.settings()?;
    // The project file last: until it is there, whoever was stopped half-way types `callout init` once more.
    let shared = home.state.objects().map(Objects::name);
    files.add(PROJECT_FILE, &project_file(&name, shared))?;
    environment.out.line(&match shared {
        None => "started: callout.lock belongs into git, .callout/ does not and must not get lost".to_owned(),
        Some(place) => format!("started: callout.lock belongs into git; the state is at {place}, for all who may read and write there"),
    });
    environment.out.line("next:    callout plan --sandbox");
    Ok(Exit::Done)
}

/// A state that was used belongs to a project file that somebody had: a new one would describe none of its tickets.
fn project_file_gone(diagnostic: Box<Diagnostic>) -> Failure {
    if diagnostic.code != "state/exists" {
        return diagnostic.into();
    }
    diagnostic.help(format!("Get {PROJECT_FILE} back, and go on with it: git checkout -- {PROJECT_FILE}")).into()
}

fn name(words: &Words, folder: &Path) -> Result<String, Failure> {
    let own = folder.file_name().map(|name| name.to_string_lossy().to_lowercase().replace(['_', ' '], "-")).unwrap_or_default();
    let name = words.name.clone().unwrap_or(own);
    if is_name(&name) {
        return Ok(name);
    }
    let message = format!("`{name}` cannot be a project's name: lower-case letters, digits, `-` and `.`");
    Err(Diagnostic::error("init/name", message).help("callout init --name NAME").into())
}

struct Files<'a> {
    folder: &'a Path,
    environment: &'a Environment,
}

impl Files<'_> {
    /// Writes a file that is not there yet, whole or not at all. What a person wrote stays.
    fn add(&self, name: &str, content: &str) -> Result<(), Failure> {
        let path = self.folder.join(name);
        if path.exists() {
            self.environment.out.line(&format!("kept:    {name}"));
            return Ok(());
        }
        // Always under the same name: what a stopped init left of it is overwritten by the next one.
        let part = self.folder.join(format!("{name}.part"));
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        let written = folder.and_then(|()| fs::write(&part, content)).and_then(|()| fs::rename(&part, &path));
        written.map_err(|error| cannot(&path, &error))?;
        self.environment.out.line(&format!("wrote:   {name}"));
        Ok(())
    }

    /// Visual Studio Code's YAML extension finds the schema by this. Settings that are there are left to their owner.
    fn settings(&self) -> Result<(), Failure> {
        let files = ["callout.yaml", "tickets/**/*.yaml", "rollouts/**/*.yaml", "policies/**/*.yaml"];
        let settings = json!({"yaml.schemas": {format!("./{SCHEMA_FILE}"): files}});
        self.add(".vscode/settings.json", &pretty(&settings))
    }
}

/// Keeps the state out of git: a state in git is forked with every branch.
pub(super) fn ignore_state(folder: &Path, environment: &Environment) -> Result<(), Failure> {
    let path = folder.join(".gitignore");
    let own = fs::read_to_string(&path).unwrap_or_default();
    if own.lines().any(|line| matches!(line.trim(), ".callout" | ".callout/" | "/.callout" | "/.callout/")) {
        return Ok(());
    }
    let start = if own.is_empty() || own.ends_with('\n') { "" } else { "\n" };
    let added = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(format!("{start}/.callout/\n").as_bytes()));
    added.map_err(|error| cannot(&path, &error))?;
    environment.out.line("wrote:   .gitignore (added /.callout/)");
    Ok(())
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Diagnostic::error("init/write", format!("{} cannot be written: {}", path.display(), cause(error)))
        .help("make room for it or give this user the folder, then run callout init again: it adds what is missing")
        .into()
}

fn project_file(name: &str, shared: Option<&str>) -> String {
    let state = shared.map(|url| format!("\n  state:\n    url: {url}")).unwrap_or_default();
    format!(
        "# yaml-language-server: $schema={SCHEMA_FILE}
apiVersion: callout/v1
kind: Project
metadata:
  name: {name}
spec:{state}
  # manifests: [tickets/, rollouts/]             # without this, every YAML file below this folder
  # The real systems, each that your tickets use. Until they are here, everything runs with --sandbox only.
  # systems:
  #   techexpress:                               # or nocexpress, or billing_platform
  #     base_url: https://api.example.com        # the address that the vendor gave you
  #     credential: {{bearer: \"env:G360_TOKEN\"}}   # a reference, never the token itself
  #   readydesk:
  #     base_url: https://desk.example.com/API/default.aspx
  #     credential: {{key: \"env:READYDESK_KEY\"}}
  #     timezone: America/New_York               # the server's: its dates name none
  defaults:
    Dispatch:
      spec:
        automatic_email_contact: true
        automatic_email_cc: false
  limits:
    creates: 100
    creates_per_day: 300
"
    )
}

/// A dispatch on a Tuesday at least two weeks ahead.
fn example(now: Timestamp) -> String {
    let earliest: Date = now.to_zoned(TimeZone::UTC).date().saturating_add(14.days());
    let day = earliest.yesterday().ok().and_then(|day| day.nth_weekday(1, Weekday::Tuesday).ok()).unwrap_or(earliest);
    format!(
        "# yaml-language-server: $schema=../{SCHEMA_FILE}
apiVersion: callout/v1
kind: Dispatch
metadata:
  name: store-0417-router
  labels: {{program: example}}
spec:
  service_type: Equipment Install
  contact_name: Dana Ortiz
  contact_email_address: dana@example.com
  initial_description: |
    Replace the branch router and hand back the old one.
    Call the contact before leaving the site.
  po_number: PO-88213
  locations:
    - location_name: Store 417
      location_number: \"0417\"
      local_contact_name: Sam Lee
      local_contact_number: 617-555-0123
      account_macnum: \"01234567\"
      start_date: {day}T08:00:00
      end_date: {day}T12:00:00
      timezone: America/New_York
"
    )
}
