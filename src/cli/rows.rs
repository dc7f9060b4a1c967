//! CSV files that a person wrote, such as `settle --from`: each row with its line.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{Failure, all_or};
use crate::diagnostics::{Diagnostic, cause};

/// What a file must look like.
pub(super) struct Table<'a> {
    /// As the person named it.
    pub name: &'a Path,
    /// Of its diagnostics.
    pub code: &'static str,
    pub columns: &'static [&'static str],
    pub help: &'static str,
}

impl Table<'_> {
    /// Reads every row before any is used: one mistake, and none is. `read` gets the cells in the order of the columns.
    pub fn rows<T>(&self, folder: &Path, read: impl Fn(&[&str]) -> Result<T, String>) -> Result<Vec<T>, Failure> {
        let file =
            std::fs::File::open(folder.join(self.name)).map_err(|error| self.wrong(&format!("cannot be read: {}", cause(&error))))?;
        let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(file);
        let header = reader.headers().cloned().map_err(|error| self.wrong(&told(&error)))?;
        self.check(&header)?;
        let (mut rows, mut diagnostics) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let row = record.map_err(|error| told(&error)).and_then(|record| self.row(&header, &record, &read));
            match row {
                Ok(row) => rows.push(row),
                Err(message) => diagnostics.push(self.wrong(&message)),
            }
        }
        all_or(rows, diagnostics)
    }

    fn check(&self, header: &StringRecord) -> Result<(), Failure> {
        let missing: Vec<String> =
            self.columns.iter().filter(|column| !header.iter().any(|name| name == **column)).map(|column| format!("`{column}`")).collect();
        if missing.is_empty() { Ok(()) } else { Err(self.wrong(&format!("line 1 names no column {}", missing.join(", "))).into()) }
    }

    fn row<T>(&self, header: &StringRecord, record: &StringRecord, read: impl Fn(&[&str]) -> Result<T, String>) -> Result<T, String> {
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            return Err(format!("line {line} has {} cells, and line 1 names {} columns", record.len(), header.len()));
        }
        let cell = |column: &&str| header.iter().position(|name| name == *column).and_then(|at| record.get(at)).unwrap_or_default();
        let cells: Vec<&str> = self.columns.iter().map(cell).collect();
        read(&cells).map_err(|message| format!("line {line}: {message}"))
    }

    fn wrong(&self, message: &str) -> Diagnostic {
        Diagnostic::error(self.code, format!("{}: {message}", self.name.display())).help(self.help)
    }
}

/// The reader's own trouble, in our words: it only ever is bytes that are no text, or the disk.
fn told(error: &csv::Error) -> String {
    if let csv::ErrorKind::Utf8 { pos, .. } = error.kind() {
        return format!("line {} is no UTF-8 text", pos.as_ref().map_or(1, csv::Position::line));
    }
    error.to_string()
}
