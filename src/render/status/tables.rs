//! The tables of the board: by rollout and wave, by day, and ticket by ticket.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use jiff::Timestamp;
use owo_colors::OwoColorize;

use super::Depth;
use crate::plan::board::{Board, Calendar, Counts, Group, Period, Row, Standing, Tally};
use crate::render::source::clean;
use crate::render::values::visit;
use crate::systems::Technician;

/// Weeks that are counted by themselves, behind the days: a quarter of a year.
const WEEKS: usize = 13;

/// A column of counts.
struct Column {
    name: &'static str,
    count: fn(&Counts) -> usize,
}

/// In their order. A column that is empty all the way down is left out, but for the first.
const COLUMNS: [Column; 12] = [
    Column { name: "TICKETS", count: |counts| counts.total },
    Column { name: "NOT SENT", count: |counts| counts.not_sent },
    Column { name: "DEFERRED", count: |counts| counts.deferred },
    Column { name: "OPEN", count: |counts| counts.open },
    Column { name: "IN DOUBT", count: |counts| counts.in_doubt },
    Column { name: "FINISHED", count: |counts| counts.finished },
    Column { name: "FAILED", count: |counts| counts.failed },
    Column { name: "LET GO", count: |counts| counts.let_go },
    Column { name: "CLOSED", count: |counts| counts.closed },
    Column { name: "NEED A PERSON", count: |counts| counts.needs_person },
    Column { name: "OVERDUE", count: |counts| counts.overdue },
    Column { name: "NO TECHNICIAN", count: |counts| counts.unassigned },
];

/// One line for each rollout and each of its waves, and one for what is of no rollout. Where there are no rollouts, the counts were told.
pub(super) fn groups(text: &mut String, groups: &[Group<'_>]) {
    if let [Group { rollout: None, tally, .. }] = groups {
        return details(text, tally);
    }
    let mut lines: Vec<(String, &Tally<'_>)> = Vec::new();
    for group in groups {
        lines.push((group.rollout.map_or_else(|| "no rollout".to_owned(), |rollout| format!("Rollout/{rollout}")), &group.tally));
        lines.extend(group.waves.iter().map(|(wave, tally)| (format!("  {}", wave.unwrap_or("no wave")), tally)));
    }
    let columns = shown(&lines.iter().map(|(_, tally)| &tally.counts).collect::<Vec<_>>());
    let has_dates = lines.iter().any(|(_, tally)| tally.sent_from.is_some());
    let has_words = lines.iter().any(|(_, tally)| !tally.open_as.is_empty());
    let mut header = vec!["ROLLOUT".to_owned()];
    header.extend(columns.iter().map(|column| column.name.to_owned()));
    header.extend(has_dates.then(|| "NEXT IS SENT".to_owned()));
    header.extend(has_words.then(|| "OPEN, AS THEIR SYSTEM SAYS".to_owned()));
    let mut table = counted(header, columns.len());
    for (name, tally) in lines {
        let mut cells = vec![clean(&name)];
        cells.extend(columns.iter().map(|column| (column.count)(&tally.counts).to_string()));
        cells.extend(has_dates.then(|| tally.sent_from.map(moment).unwrap_or_default()));
        cells.extend(has_words.then(|| words(&tally.open_as)));
        table.add_row(cells);
    }
    text.push('\n');
    lined(text, &table);
}

fn details(text: &mut String, tally: &Tally<'_>) {
    if !tally.open_as.is_empty() {
        let _ = writeln!(text, "Open, as their system says: {}.", words(&tally.open_as));
    }
    if let Some(on) = tally.sent_from {
        let _ = writeln!(text, "The next deferred one is sent from {} on.", moment(on));
    }
}

/// The visits that are still to come, by their sites' own days.
pub(super) fn calendar(text: &mut String, board: &Board<'_>, depth: Depth) {
    let Calendar { periods } = match depth {
        Depth::Screenful => board.calendar(),
        Depth::Whole => board.days(),
    };
    if periods.is_empty() {
        return;
    }
    let columns = shown(&periods.iter().map(|(_, counts)| counts).collect::<Vec<_>>());
    let mut header = vec!["COMING VISITS".to_owned()];
    header.extend(columns.iter().map(|column| if column.name == "TICKETS" { "VISITS" } else { column.name }.to_owned()));
    let mut table = counted(header, columns.len());
    let days = periods.iter().filter(|(period, _)| matches!(period, Period::Day(_))).count();
    let most = depth.of(periods.len(), days + WEEKS);
    for (period, counts) in periods.iter().take(most) {
        let name = match period {
            Period::Day(day) => day.strftime("%a %-d %b %Y").to_string(),
            Period::Week(monday) => monday.strftime("week of %a %-d %b %Y").to_string(),
        };
        let counts = columns.iter().map(|column| (column.count)(counts).to_string());
        table.add_row(std::iter::once(name).chain(counts));
    }
    text.push('\n');
    lined(text, &table);
    let rest: usize = periods.iter().skip(most).map(|(_, counts)| counts.total).sum();
    if rest > 0 {
        let _ = writeln!(text, "and {rest} visits in {} later weeks, --verbose lists every day", periods.len() - most);
    }
}

/// Each ticket on a line.
pub(super) fn tickets(text: &mut String, board: &Board<'_>) {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["VISIT", "ADDRESS", "TICKET", "STANDING", "TECHNICIAN", "SITE"]);
    for row in &board.rows {
        let when = row.visit.as_ref().map_or_else(|| "-".to_owned(), visit);
        let id = row.id.unwrap_or("-");
        let person = if row.needs_person() { ", needs a person" } else { "" };
        let cells = [when, row.key.to_string(), id.to_owned(), standing(row) + person, technician(row), row.site.clone()];
        table.add_row(cells.map(|cell| clean(&cell)));
    }
    text.push('\n');
    lined(text, &table);
}

/// Where a ticket stands, with the word of its system or of a person.
pub(super) fn standing(row: &Row<'_>) -> String {
    let word = row.standing.word();
    let detail = match row.standing {
        Standing::Open => row.status.map(str::to_owned),
        Standing::Deferred => row.sent_from.map(|on| format!("sent from {} on", moment(on))),
        Standing::Failed => row.outcome.map(|outcome| outcome.to_string()).filter(|outcome| outcome != word),
        Standing::NotSent | Standing::LetGo | Standing::Closed => row.remark.clone().filter(|remark| remark != word),
        Standing::InDoubt | Standing::Finished => None,
    };
    detail.map_or_else(|| word.to_owned(), |detail| format!("{word}: {detail}"))
}

/// Who comes, as far as that is known.
pub(super) fn technician(row: &Row<'_>) -> String {
    match &row.technician {
        None => "-".to_owned(),
        Some(Technician::Nobody) if row.standing == Standing::Open => "nobody yet".to_owned(),
        Some(Technician::Nobody) => "nobody".to_owned(),
        Some(Technician::Somebody { name, phone: None }) => name.clone(),
        Some(Technician::Somebody { name, phone: Some(phone) }) => format!("{name}, {phone}"),
    }
}

/// The columns that have something to say.
fn shown(lines: &[&Counts]) -> Vec<&'static Column> {
    let is_shown = |column: &&Column| column.name == "TICKETS" || lines.iter().any(|counts| (column.count)(counts) > 0);
    COLUMNS.iter().filter(is_shown).collect()
}

/// A table whose counts stand to the right.
fn counted(header: Vec<String>, columns: usize) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header);
    for column in table.column_iter_mut().skip(1).take(columns) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// `3 Pending Tech Assignment, 1 Scheduled`, the most frequent first.
fn words(open_as: &BTreeMap<&str, usize>) -> String {
    let mut words: Vec<(&str, usize)> = open_as.iter().map(|(word, count)| (*word, *count)).collect();
    words.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
    clean(&words.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", "))
}

fn moment(moment: Timestamp) -> String {
    format!("{moment:.0}")
}

fn lined(text: &mut String, table: &Table) {
    for (number, line) in table.lines().enumerate() {
        let line = line.strip_prefix(' ').unwrap_or(&line).trim_end();
        let _ = if number == 0 { writeln!(text, "{}", line.bold()) } else { writeln!(text, "{line}") };
    }
}
