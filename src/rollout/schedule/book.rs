//! The file of visits beside a rollout: `NAME.schedule.csv`.
//!
//! Owns its form, so that two writers make the same bytes and a change of one site is a change of one line. Refuses to repair what
//! people wrote into it: a visit that is guessed is a technician at the wrong time.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::sync::Arc;

use csv::WriterBuilder;

use super::row::{self, COLUMNS, Visit, WAVE};
use crate::diagnostics::{Diagnostic, Place, SourceFile};
use crate::manifest::Rollout;
use crate::rollout::table::{self, Row};

/// What helps where the file is no file of visits any more.
const RECOVER: &str = "Take it back from git. The visits are in this file alone: without it, callout schedule gives all sites new days.";

/// Rows told before the rest is counted.
const TOLD: usize = 5;

/// The visits of a rollout, by key and reissue.
#[derive(Debug, Clone)]
pub struct Book {
    pub path: PathBuf,
    /// For people.
    pub shown: String,
    /// As it was read; `None` if there is no file yet.
    pub text: Option<String>,
    pub visits: BTreeMap<(String, u32), Visit>,
}

impl Book {
    /// The name of a rollout's file.
    pub fn name(rollout: &Rollout) -> String {
        format!("{}.schedule.csv", rollout.name)
    }

    /// Reads it; a file that is not there yet has no visits.
    pub fn read(rollout: &Rollout) -> Result<Self, Vec<Diagnostic>> {
        let name = Self::name(rollout);
        let (path, shown) = rollout.beside(&name);
        let file = rollout.read_beside(&name).map_err(|why| vec![rollout.tell(why.help(RECOVER), "/spec/schedule")])?;
        let visits = file.as_ref().map_or_else(|| Ok(BTreeMap::new()), parse)?;
        Ok(Self { path, shown, text: file.map(|file| file.text.clone()), visits })
    }

    pub fn visit(&self, key: &str, reissue: u32) -> Option<&Visit> {
        self.visits.get(&(key.to_owned(), reissue))
    }

    /// The visits as a file, with the column of waves or without.
    pub fn written(&self, waves: bool) -> Result<String, Diagnostic> {
        let failed =
            |why: &dyn std::fmt::Display| Diagnostic::error("rollout/internal", format!("{} cannot be written: {why}", self.shown));
        let mut writer = WriterBuilder::new().from_writer(Vec::new());
        writer.write_record(COLUMNS.into_iter().chain(waves.then_some(WAVE))).map_err(|error| failed(&error))?;
        for ((key, reissue), visit) in &self.visits {
            let Visit { start, end, timezone, status, wave } = visit;
            let cells = [key, &reissue.to_string(), &start.to_string(), &end.to_string(), timezone, status.word()];
            let wave = waves.then(|| wave.as_deref().unwrap_or_default());
            writer.write_record(cells.into_iter().chain(wave)).map_err(|error| failed(&error))?;
        }
        let bytes = writer.into_inner().map_err(|error| failed(&error.error()))?;
        String::from_utf8(bytes).map_err(|error| failed(&error))
    }
}

/// The visits in a file.
pub fn parse(file: &Arc<SourceFile>) -> Result<BTreeMap<(String, u32), Visit>, Vec<Diagnostic>> {
    if let Some(merge) = unfinished_merge(file) {
        return Err(vec![merge]);
    }
    let table = table::read(file).map_err(|wrong| wrong.into_iter().map(|wrong| wrong.help(RECOVER)).collect::<Vec<_>>())?;
    let columns = &table.columns;
    let names = || COLUMNS.into_iter().chain([WAVE]).take(columns.count());
    let is_ours = columns.count() >= COLUMNS.len() && names().count() == columns.count();
    if !is_ours || !names().enumerate().all(|(at, name)| columns.find(name) == Some(at)) {
        let message = format!("{} is no schedule file: its columns are not {}", file.name, COLUMNS.join(","));
        let place = Place { file: Arc::clone(file), span: 0..file.text.lines().next().map_or(0, str::len) };
        let help = format!("{RECOVER} With waves there is one column more behind these, `{WAVE}`.");
        return Err(vec![Diagnostic::error("rollout/schedule-file", message).help(help).at(place)]);
    }
    let mut visits: BTreeMap<(String, u32), Visit> = BTreeMap::new();
    let mut mistakes = Vec::new();
    let mut lines: BTreeMap<(String, u32), usize> = BTreeMap::new();
    for found in &table.rows {
        match row::read(&found.cells) {
            Err(wrong) => mistakes.push(told(&wrong, found)),
            Ok((key, reissue, visit)) => match lines.entry((key, reissue)) {
                Entry::Occupied(first) => mistakes.push(twice(first.key(), *first.get(), found)),
                Entry::Vacant(free) => {
                    visits.insert(free.key().clone(), visit);
                    free.insert(found.place.line_column().0);
                }
            },
        }
    }
    if mistakes.is_empty() { Ok(visits) } else { Err(shortened(mistakes)) }
}

fn shortened(mut mistakes: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let more = mistakes.len().saturating_sub(TOLD);
    mistakes.truncate(TOLD);
    if let Some(last) = mistakes.last_mut().filter(|_| more > 0) {
        let rows = if more == 1 { "1 more row has a mistake".to_owned() } else { format!("{more} more rows have mistakes") };
        last.help = Some(format!("{}\n{rows}.", last.help.as_deref().unwrap_or_default()));
    }
    mistakes
}

fn told(wrong: &row::Wrong, found: &Row) -> Diagnostic {
    let place = Place { file: Arc::clone(&found.place.file), span: cell(&found.place, wrong.column) };
    let help =
        format!("{}\nIf no ticket was sent for it, the row can also go: callout schedule then gives the site another visit.", wrong.help);
    Diagnostic::error("rollout/schedule-row", &wrong.message).help(help).at(place)
}

fn twice((key, reissue): &(String, u32), first: usize, found: &Row) -> Diagnostic {
    let message = format!("visit {reissue} of site `{key}` has two rows: the first on line {first}, and this one");
    let help = "Remove one of the two. If its ticket was sent already, keep the row with the ticket's date.";
    Diagnostic::error("rollout/schedule-row", message).help(help).at(found.place.clone())
}

/// Where a cell of a row is in its file.
fn cell(row: &Place, column: usize) -> std::ops::Range<usize> {
    let text = row.file.text.get(row.span.clone()).unwrap_or_default();
    let (mut quoted, mut ends) = (false, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        quoted ^= byte == b'"';
        if byte == b',' && !quoted {
            ends.push(at);
        }
    }
    ends.push(text.len());
    let start = column.checked_sub(1).and_then(|before| ends.get(before)).map_or(0, |end| end + 1);
    let end = ends.get(column).copied().unwrap_or(text.len()).max(start);
    row.span.start + start..row.span.start + end
}

/// Two branches that add rows at one place leave git's marks behind. No key begins with one of them.
fn unfinished_merge(file: &Arc<SourceFile>) -> Option<Diagnostic> {
    const SIGNS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    let begins = |at: &&usize| SIGNS.iter().any(|sign| file.text.get(**at..).is_some_and(|line| line.starts_with(sign)));
    let at = *file.line_starts().iter().find(begins)?;
    let message = format!("{} holds an unfinished merge", file.name);
    let help = "Keep the rows of both sides, remove git's marks, then look for days that are too full now: callout schedule --check";
    Some(Diagnostic::error("rollout/schedule-file", message).help(help).at(Place { file: Arc::clone(file), span: at..at + 7 }))
}
