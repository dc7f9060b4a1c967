//! The board as a table for spreadsheets: one row for each visit, in columns that stay.

use ::csv::{Terminator, WriterBuilder};

use crate::diagnostics::{Diagnostic, Outcome, cause};
use crate::plan::board::{Board, Row, Standing};
use crate::render::cell::harmless;
use crate::render::source::clean;
use crate::systems::Technician;

/// A column: its name, and what a row has in it.
type Column = (&'static str, fn(&Row<'_>) -> String);

/// New columns go to the end: who reads them by number is not led astray.
const COLUMNS: [Column; 27] = [
    ("address", |row| row.key.address.to_string()),
    ("reissue", |row| row.key.reissue.to_string()),
    ("ticket", |row| row.id.unwrap_or_default().to_owned()),
    ("mark", |row| row.mark.map(ToString::to_string).unwrap_or_default()),
    ("rollout", |row| row.rollout.map(|site| site.rollout.clone()).unwrap_or_default()),
    ("wave", |row| row.wave().unwrap_or_default().to_owned()),
    ("site_key", |row| row.rollout.map(|site| site.key.clone()).unwrap_or_default()),
    ("site", |row| row.site.clone()),
    ("visit_start", |row| row.visit.as_ref().map(|visit| visit.start.to_string()).unwrap_or_default()),
    ("visit_end", |row| row.visit.as_ref().map(|visit| visit.end.to_string()).unwrap_or_default()),
    ("timezone", |row| row.visit.as_ref().and_then(|visit| visit.timezone.clone()).unwrap_or_default()),
    ("due", |row| row.due.map(|due| due.to_string()).unwrap_or_default()),
    ("standing", |row| row.standing.word().to_owned()),
    ("status", |row| row.status.unwrap_or_default().to_owned()),
    ("read_now", |row| yes(row.is_read)),
    ("sent_from", |row| row.sent_from.map(|on| format!("{on:.0}")).unwrap_or_default()),
    ("technician", |row| technician(row).0),
    ("technician_phone", |row| technician(row).1),
    ("outcome", |row| row.outcome.map(|outcome| outcome.to_string()).unwrap_or_default()),
    ("overdue", |row| yes(row.is_overdue)),
    ("unassigned", |row| yes(row.is_unassigned)),
    ("in_doubt", |row| yes(row.standing == Standing::InDoubt)),
    ("needs_person", |row| yes(row.needs_person())),
    ("booked_differently", |row| yes(row.is_booked_differently())),
    ("changed_in_system", |row| yes(row.is_drifted())),
    ("why", why),
    ("next", |row| row.step.and_then(crate::plan::Step::next_step).unwrap_or_default()),
];

/// The table, as RFC 4180 has it.
pub fn status_csv(board: &Board<'_>) -> Outcome<String> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let mut written = writer.write_record(COLUMNS.map(|(name, _)| name));
    for row in &board.rows {
        written = written.and_then(|()| writer.write_record(COLUMNS.map(|(_, cell)| harmless(&clean(&cell(row))))));
    }
    let text = written.map_err(|error| error.to_string()).and_then(|()| writer.into_inner().map_err(|error| cause(error.error())));
    let text = text.and_then(|bytes| String::from_utf8(bytes).map_err(|error| error.to_string()));
    text.map_err(|why| Diagnostic::error("status/csv", format!("the table cannot be written: {why}")).into())
}

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

fn technician(row: &Row<'_>) -> (String, String) {
    match &row.technician {
        Some(Technician::Somebody { name, phone }) => (name.clone(), phone.clone().unwrap_or_default()),
        Some(Technician::Nobody) | None => (String::new(), String::new()),
    }
}

fn why(row: &Row<'_>) -> String {
    row.reason().map(ToString::to_string).or_else(|| row.remark.clone()).unwrap_or_default()
}
