//! The list of sites, sound: every site has a key of its own, and there are as many as were expected.
//!
//! Owns what holds for a CSV file and for a list in the rollout alike. Refuses a list that may be incomplete.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::columns::Columns;
use super::table::{self, Row, Table};
use crate::diagnostics::{Diagnostic, Place, listed};
use crate::manifest::{Content, Node, Rollout, SitesSpec};

/// Characters of a key. Plans and messages name a site by it.
const LONGEST_KEY: usize = 100;

/// One site. Shown as its key and where it is listed: `0417 (sites.csv:3)`.
#[derive(Debug)]
pub struct Site {
    pub key: String,
    /// One for each column.
    pub cells: Vec<String>,
    place: Place,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}:{})", self.key, self.place.file.name, self.place.line_column().0)
    }
}

/// All sites of a list, before `where`.
#[derive(Debug)]
pub struct Sites {
    pub columns: Arc<Columns>,
    pub all: Vec<Site>,
}

/// Reads the list that a rollout names.
pub fn read(rollout: &Rollout) -> Result<Sites, Vec<Diagnostic>> {
    let spec = &rollout.spec.sites;
    let table = match &spec.csv {
        Some(written) => {
            let placed = |diagnostic: Box<Diagnostic>| vec![rollout.tell(*diagnostic, "/spec/sites/csv")];
            table::read(&rollout.text_file(written).map_err(placed)?)?
        }
        None => inline(rollout),
    };
    let Some(key) = table.columns.find(&spec.key) else {
        return Err(vec![rollout.tell(table.columns.unknown(&spec.key), "/spec/sites/key")]);
    };
    let count = table.rows.len();
    let mistakes: Vec<Diagnostic> = [
        (count == 0).then(|| nobody(rollout, &table)),
        spec.expect.and_then(|expected| truncated(rollout, &table, expected)),
        without_key(&table, key, spec),
        unusable_key(&table, key, spec),
        same_key(&table, key, spec),
        expression(&table),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let site = |row: Row| Site { key: row.cells.get(key).cloned().unwrap_or_default(), cells: row.cells, place: row.place };
    Ok(Sites { columns: table.columns, all: table.rows.into_iter().map(site).collect() })
}

/// The list in the rollout itself. Its columns are all keys that any site has, in the order in which they come.
fn inline(rollout: &Rollout) -> Table {
    let (found, _) = rollout.node.find("/spec/sites/list");
    let Content::List(items) = &found.node.content else {
        return Table { columns: Arc::new(Columns::new("the list", Vec::new())), rows: Vec::new() };
    };
    let mut names: Vec<String> = Vec::new();
    for entry in items.iter().flat_map(Node::entries) {
        if !names.iter().any(|name| *name == entry.key) {
            names.push(entry.key.clone().into_owned());
        }
    }
    let texts = rollout.spec.sites.list.iter().flatten();
    let row = |(at, texts): (usize, &std::collections::BTreeMap<String, String>)| {
        let place = rollout.place(rollout.node.span_of(&format!("/spec/sites/list/{at}")))?;
        let cells = names.iter().map(|name| texts.get(name).map(|text| text.trim().to_owned()).unwrap_or_default()).collect();
        Some(Row { cells, place })
    };
    let rows = texts.enumerate().filter_map(row).collect();
    Table { columns: Arc::new(Columns::new("the list", names)), rows }
}

fn nobody(rollout: &Rollout, table: &Table) -> Diagnostic {
    let message = format!("{} lists no site", table.columns.list);
    let help = "Each row below the header is a site. To end a rollout, remove this document.";
    rollout.tell(Diagnostic::error("rollout/sites", message).help(help), "/spec/sites")
}

fn truncated(rollout: &Rollout, table: &Table, expected: u32) -> Option<Diagnostic> {
    let count = table.rows.len();
    if usize::try_from(expected) == Ok(count) {
        return None;
    }
    let sites = if count == 1 { "1 site".to_owned() } else { format!("{count} sites") };
    let message = format!("{} lists {sites}, and {expected} are expected", table.columns.list);
    let help = "If the list is complete, correct `expect`. It counts every site, before `where` chooses among them.";
    Some(rollout.tell(Diagnostic::error("rollout/expect", message).help(help), "/spec/sites/expect"))
}

fn without_key(table: &Table, key: usize, spec: &SitesSpec) -> Option<Diagnostic> {
    let mut bad = table.rows.iter().filter(|row| row.cells.get(key).is_none_or(String::is_empty));
    let first = bad.next()?;
    let more = table::likewise(bad).map(|more| format!(" {more}")).unwrap_or_default();
    let help = format!("The column `{}` is the key: it tells the sites apart.{more}", spec.key);
    Some(Diagnostic::error("rollout/key", format!("this site has no {}", spec.key)).help(help).at(first.place.clone()))
}

/// Keys that nobody could read in a plan, or type.
fn unusable_key(table: &Table, key: usize, spec: &SitesSpec) -> Option<Diagnostic> {
    let why = |row: &Row| {
        let text = row.cells.get(key)?;
        let length = text.chars().count();
        if text.contains(['\n', '\r']) {
            return Some("has a line break in it".to_owned());
        }
        if text.chars().any(char::is_control) {
            return Some("has a character in it that cannot be shown".to_owned());
        }
        (length > LONGEST_KEY).then(|| format!("has {length} characters, and {LONGEST_KEY} are the most"))
    };
    let mut bad = table.rows.iter().filter_map(|row| Some((row, why(row)?)));
    let (first, why) = bad.next()?;
    let more = table::likewise(bad.map(|(row, _)| row)).map(|more| format!(" {more}")).unwrap_or_default();
    let help = format!("Plans, schedules and messages name a site by its {}: one short line.{more}", spec.key);
    Some(Diagnostic::error("rollout/key", format!("the {} of this site {why}", spec.key)).help(help).at(first.place.clone()))
}

/// A cell is filled in, and is not filled in itself: a technician would read the expression.
fn expression(table: &Table) -> Option<Diagnostic> {
    let mut bad = table.rows.iter().filter(|row| row.cells.iter().any(|cell| cell.contains("${{")));
    let first = bad.next()?;
    let more = table::likewise(bad).map(|more| format!(" {more}")).unwrap_or_default();
    let help = format!("Write the value itself; an expression belongs into the template.{more}");
    let message = "a cell of this row holds `${{`, and nothing is filled in there";
    Some(Diagnostic::error("rollout/cell", message).help(help).at(first.place.clone()))
}

/// Keys that differ in case only would be one site to most people, and two technicians.
fn same_key(table: &Table, key: usize, spec: &SitesSpec) -> Option<Diagnostic> {
    let mut seen: HashMap<String, &Row> = HashMap::new();
    let mut twins: Vec<(&Row, &Row)> = Vec::new();
    for row in &table.rows {
        let Some(text) = row.cells.get(key).filter(|text| !text.is_empty()) else { continue };
        match seen.get(&text.to_lowercase()) {
            Some(first) => twins.push((first, row)),
            None => drop(seen.insert(text.to_lowercase(), row)),
        }
    }
    let ((first, again), others) = twins.split_first()?;
    let text = |row: &Row| row.cells.get(key).cloned().unwrap_or_default();
    let case = if text(first) == text(again) { String::new() } else { format!(" as `{}`", text(first)) };
    let line = first.place.line_column().0;
    let message = format!("the {} `{}` is listed twice: first{case} on line {line}, and here again", spec.key, text(again));
    let also: Vec<String> = others.iter().map(|(_, row)| format!("`{}` on line {}", text(row), row.place.line_column().0)).collect();
    let more = if also.is_empty() { String::new() } else { format!(" Also twice: {}.", listed(&also)) };
    let help = format!("Remove one of the two rows. For two visits to one site, give it two keys.{more}");
    Some(Diagnostic::error("rollout/key", message).help(help).at(again.place.clone()))
}
