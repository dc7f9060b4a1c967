//! `callout log`: everything that ever happened, from the journals. Reads without a lock, and asks no system.

use std::collections::BTreeSet;
use std::path::Path;

use super::args::{Global, Log as Words, LogFormat};
use super::home::home;
use super::picked::Picked;
use super::{Ending, Environment, Exit, Failure, all_or};
use crate::diagnostics::Diagnostic;
use crate::manifest;
use crate::render::{LogText, log_csv, log_csv_head, log_json};
use crate::state::{Entry, Home, Log, read_log, set_aside};

/// Bytes that are collected before they are written: a line at a time is slow, the whole log may be large.
const CHUNK: usize = 64 * 1024;

pub(super) async fn run(words: &Words, global: &Global, environment: &Environment) -> Ending {
    // The project alone: its tickets may have mistakes, and the log must be looked at all the same.
    let project = manifest::project_only(&environment.folder).map_err(Failure::from)?;
    let home = home(&project, global.sandbox, environment).await?;
    if global.sandbox && !home.lock_file.exists() {
        let diagnostic = Diagnostic::error("log/none", "the sandbox has no log yet: no command has used its state");
        return Err(diagnostic.help("begin one: callout apply").into());
    }
    let mut picked = Picked::new(words, environment)?;
    let mut printed = Printed { format: words.format, text: LogText::default(), ready: String::new(), environment };
    printed.begin();
    let log = read_log(&home, words.set_aside, &mut |entry| {
        if picked.takes(&entry) {
            printed.entry(&entry);
        }
    })?;
    printed.end(if words.set_aside.is_none() && log.is_whole() { log.in_doubt } else { 0 });
    tell(words, &log, &home, environment);
    let diagnostics: Vec<Diagnostic> = log.damage.into_iter().chain(picked.mistakes()).collect();
    all_or(Exit::Done, diagnostics)
}

/// Where the log is not the whole story, though nothing is wrong.
fn tell(words: &Words, log: &Log, home: &Home, environment: &Environment) {
    if log.missing_before > 0 {
        let line = format!("The log begins with commit {}: what was written before it is not kept here.", log.missing_before + 1);
        environment.err.line(&line);
    }
    let aside = if words.set_aside.is_none() { set_aside(home) } else { BTreeSet::new() };
    for number in aside {
        let folder = home.state.aside(number);
        let shown = Path::new(&folder).strip_prefix(&environment.folder).map_or(folder.clone(), |shown| shown.display().to_string());
        environment.err.line(&format!("An earlier state was set aside in {shown}: callout log --set-aside {number}"));
    }
}

/// Writes events as they come.
struct Printed<'a> {
    format: LogFormat,
    text: LogText,
    ready: String,
    environment: &'a Environment,
}

impl Printed<'_> {
    fn begin(&mut self) {
        if self.format == LogFormat::Csv {
            self.ready = log_csv_head();
        }
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        self.ready += &match self.format {
            LogFormat::Text => self.text.line(entry),
            LogFormat::Json => log_json(entry) + "\n",
            LogFormat::Csv => log_csv(entry),
        };
        if self.ready.len() > CHUNK {
            self.environment.out.document(&std::mem::take(&mut self.ready));
        }
    }

    fn end(&mut self, in_doubt: usize) {
        // What was recorded is shown as it was recorded, also where it names a command.
        self.environment.out.document(&self.ready);
        if self.format == LogFormat::Text {
            self.environment.out.write(&self.text.end(in_doubt));
        }
    }
}
