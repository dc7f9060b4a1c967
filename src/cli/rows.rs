//! CSV files that a person wrote, such as `settle --from`: each row with its line.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{Failure, all_or};
use crate::diagnostics::{Diagnostic, cause};

/// In bytes. A hundred thousand rows fit.
const LARGEST: u64 = 32_000_000;

/// What is wrong with a row.
pub(super) struct Mistake {
    message: String,
    /// What to do about it, where that is more than how a row must look.
    help: Option<String>,
}

impl From<&str> for Mistake {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

impl From<String> for Mistake {
    fn from(message: String) -> Self {
        Self { message, help: None }
    }
}

impl From<Box<Diagnostic>> for Mistake {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Self { message: diagnostic.message, help: diagnostic.help }
    }
}

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
    /// Reads every row before any is used: one mistake, and none is. `read` gets the number of the line, and the cells in the order of
    /// the columns.
    pub fn rows<T>(&self, folder: &Path, read: impl Fn(u64, &[&str]) -> Result<T, Mistake>) -> Result<Vec<T>, Failure> {
        let bytes = self.bytes(&folder.join(self.name))?;
        let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(bytes.as_slice());
        let header = reader.headers().cloned().map_err(|error| self.wrong(&told(&error, &bytes)))?;
        self.check(&header)?;
        let (mut rows, mut diagnostics) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let row = record.map_err(|error| told(&error, &bytes).into()).and_then(|record| {
                let line = record.position().map_or(0, |position| line_of(position, &bytes));
                self.row(&header, (line, &record), &read)
            });
            match row {
                Ok(row) => rows.push(row),
                Err(Mistake { message, help }) => {
                    let diagnostic = self.wrong(&message);
                    diagnostics.push(match help {
                        Some(help) => diagnostic.help(help),
                        None => diagnostic,
                    });
                }
            }
        }
        all_or(rows, diagnostics)
    }

    /// The whole file, which may be a pipe: `--from <(command)`.
    fn bytes(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
        read.map_err(|error| self.wrong(&format!("cannot be read: {}", cause(&error))))?;
        if bytes.len() as u64 > LARGEST {
            return Err(self.wrong(&format!("has more than {} MB, which no list of tickets has", LARGEST / 1_000_000)).into());
        }
        Ok(bytes)
    }

    fn check(&self, header: &StringRecord) -> Result<(), Failure> {
        let missing: Vec<String> =
            self.columns.iter().filter(|column| !header.iter().any(|name| name == **column)).map(|column| format!("`{column}`")).collect();
        if !missing.is_empty() {
            let semicolons = if header.len() == 1 && header.iter().any(|name| name.contains(';')) { "; commas must part them" } else { "" };
            return Err(self.wrong(&format!("line 1 names no column {}{semicolons}", missing.join(", "))).into());
        }
        // Which of the two is meant, nobody can say.
        let twice = self.columns.iter().find(|column| header.iter().filter(|name| name == *column).count() > 1);
        twice.map_or(Ok(()), |column| Err(self.wrong(&format!("line 1 names the column `{column}` twice")).into()))
    }

    fn row<T>(
        &self,
        header: &StringRecord,
        (line, record): (u64, &StringRecord),
        read: impl Fn(u64, &[&str]) -> Result<T, Mistake>,
    ) -> Result<T, Mistake> {
        if record.len() != header.len() {
            return Err(format!("line {line} has {} cells, and line 1 names {} columns", record.len(), header.len()).into());
        }
        let cell = |column: &&str| header.iter().position(|name| name == *column).and_then(|at| record.get(at)).unwrap_or_default();
        let cells: Vec<&str> = self.columns.iter().map(cell).collect();
        read(line, &cells).map_err(|Mistake { message, help }| Mistake { message: format!("line {line}: {message}"), help })
    }

    /// How messages name a row that was read.
    pub fn row_at(&self, line: u64) -> String {
        format!("{}: line {line}", self.name.display())
    }

    fn wrong(&self, message: &str) -> Diagnostic {
        Diagnostic::error(self.code, format!("{}: {message}", self.name.display())).help(self.help)
    }
}

/// The reader's own trouble, in our words: it only ever is bytes that are no text, or the disk.
fn told(error: &csv::Error, bytes: &[u8]) -> String {
    if let csv::ErrorKind::Utf8 { pos, .. } = error.kind() {
        return format!("line {} is no UTF-8 text", pos.as_ref().map_or(1, |position| line_of(position, bytes)));
    }
    error.to_string()
}

/// The line on which a row begins. The reader takes the row before to end at its carriage return, and lets empty lines pass: what is left
/// of both stands before this row's text, and its own count leaves it out.
fn line_of(position: &csv::Position, bytes: &[u8]) -> u64 {
    let rest = usize::try_from(position.byte()).ok().and_then(|start| bytes.get(start..)).unwrap_or_default();
    let passed = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
    position.line() + passed.count() as u64
}

/// A diagnostic with the row of a file that it is about.
pub(super) fn placed(row: Option<&str>, diagnostic: Diagnostic) -> Diagnostic {
    let Some(row) = row else { return diagnostic };
    Diagnostic { message: format!("{row}: {}", diagnostic.message), ..diagnostic }
}
