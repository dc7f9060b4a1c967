//! A CSV file as rows of texts, each with its place.
//!
//! Owns the form of the file: quotes, byte order mark, blank lines, the header. Refuses to repair it: a row with a cell too many, or a
//! quote that never ends, may have swallowed a site. Cells lose the blanks around them and nothing else.

use std::collections::HashMap;
use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::columns::Columns;
use crate::diagnostics::{Diagnostic, Place, SourceFile, listed};

/// One row, with as many cells as there are columns.
#[derive(Debug)]
pub struct Row {
    pub cells: Vec<String>,
    pub place: Place,
}

/// A list of sites as it was written.
#[derive(Debug)]
pub struct Table {
    pub columns: Arc<Columns>,
    pub rows: Vec<Row>,
}

/// Reads a CSV file whose first row names the columns.
pub fn read(file: &Arc<SourceFile>) -> Result<Table, Vec<Diagnostic>> {
    if let Some(merge) = unfinished_merge(file) {
        let help = "Keep the rows that belong into the file, and remove git's marks.";
        return Err(vec![wrong(format!("{} holds an unfinished merge", file.name), help, merge)]);
    }
    if let Some((what, help)) = no_table(&file.text) {
        return Err(vec![wrong(format!("{} is {what}, no CSV file", file.name), help, first_line(file))]);
    }
    if let Some(at) = open_quote(&file.text) {
        let help = "Close it with another `\"`. A quote that belongs to the text is written twice.";
        let message = "a quote is opened here and never closed, so that the rest of the file is one cell";
        return Err(vec![wrong(message, help, Place { file: Arc::clone(file), span: at..at + 1 })]);
    }
    let mut rows = rows(file)?.into_iter();
    let Some(header) = rows.next() else {
        let message = format!("{} is empty", file.name);
        return Err(vec![wrong(message, "Its first row names the columns, and each further row is a site.", first_line(file))]);
    };
    let rows: Vec<Row> = rows.collect();
    if let Some(separator) = separator(&header) {
        return Err(vec![separator]);
    }
    let mistakes: Vec<Diagnostic> = [twice(&header), ragged(&header, &rows)].into_iter().flatten().collect();
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    Ok(Table { columns: Arc::new(Columns::new(&file.name, header.cells)), rows })
}

fn wrong(message: impl Into<String>, help: impl Into<String>, place: Place) -> Diagnostic {
    Diagnostic::error("rollout/csv", message).help(help).at(place)
}

fn first_line(file: &Arc<SourceFile>) -> Place {
    Place { file: Arc::clone(file), span: 0..0 }
}

/// Every row that is not blank. A spreadsheet writes an emptied row as nothing but commas.
fn rows(file: &Arc<SourceFile>) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let text = file.text.trim_start_matches('\u{feff}');
    let before = file.text.len() - text.len();
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut rows = Vec::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(rows),
            Ok(true) if record.iter().all(str::is_empty) => {}
            Ok(true) => {
                let start = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
                rows.push(Row { cells: record.iter().map(str::to_owned).collect(), place: line(file, text, before, start) });
            }
            // The file is text and rows may have any length, so nothing is left that could be wrong; but nothing may pass silently.
            Err(error) => {
                return Err(vec![wrong(format!("{} cannot be read: {error}", file.name), "Save it again as CSV.", first_line(file))]);
            }
        }
    }
}

/// The line on which a row starts: the reader counts the line ends before it to the row.
fn line(file: &Arc<SourceFile>, text: &str, before: usize, start: usize) -> Place {
    let rest = text.get(start..).unwrap_or("");
    let start = start + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
    let length = text.get(start..).and_then(|rest| rest.find(['\r', '\n'])).unwrap_or(text.len() - start);
    Place { file: Arc::clone(file), span: before + start..before + start + length }
}

/// Where a quoted cell begins that does not end.
fn open_quote(text: &str) -> Option<usize> {
    let text_start = text.len() - text.trim_start_matches('\u{feff}').len();
    let (mut opened, mut at_start, mut after_quote) = (None, true, false);
    for (at, byte) in text.bytes().enumerate().skip(text_start) {
        match (opened, byte) {
            (Some(_), b'"') => after_quote = !after_quote,
            (Some(_), _) if !after_quote => {}
            (None, b'"') if at_start => opened = Some(at),
            (Some(_) | None, _) => {
                (opened, after_quote) = (None, false);
                at_start = matches!(byte, b',' | b'\n' | b'\r');
            }
        }
    }
    opened.filter(|_| !after_quote)
}

/// Two branches that change the list at one place leave git's marks behind.
pub fn unfinished_merge(file: &Arc<SourceFile>) -> Option<Place> {
    const SIGNS: [&str; 2] = ["<<<<<<< ", ">>>>>>> "];
    let begins = |at: &&usize| SIGNS.iter().any(|sign| file.text.get(**at..).is_some_and(|line| line.starts_with(sign)));
    let at = *file.line_starts().iter().find(begins)?;
    Some(Place { file: Arc::clone(file), span: at..at + SIGNS[0].len() - 1 })
}

/// What a text is instead of a CSV file, and what to do about it.
fn no_table(text: &str) -> Option<(&'static str, &'static str)> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('<') {
        return Some(("a web page or XML", "A download that needs a login often gives a page instead. Export the list as CSV once more."));
    }
    let is_json = start.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(start).is_ok();
    is_json.then_some(("JSON", "Save the list as CSV: a row of columns' names, then a row for each site."))
}

fn separator(header: &Row) -> Option<Diagnostic> {
    let file = &header.place.file;
    let line = file.text.get(header.place.span.clone()).unwrap_or_default();
    if line.trim_start_matches('\u{feff}').starts_with("sep=") {
        let help = "Remove that line. The first row names the columns, and commas stand between them.";
        return Some(wrong("the first line is a spreadsheet's note about its separator", help, header.place.clone()));
    }
    let commas = header.cells.len() - 1;
    let signs = [(';', "`;`"), ('\t', "tabs"), ('|', "`|`")];
    let (_, sign) = signs.into_iter().find(|(sign, _)| line.matches(*sign).count() > commas)?;
    let help = "Save it as CSV with commas between the columns; spreadsheets ask for the separator.";
    Some(wrong(format!("the columns seem to be separated by {sign}, and callout reads commas"), help, header.place.clone()))
}

fn twice(header: &Row) -> Option<Diagnostic> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (at, name) in header.cells.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        if let Some(first) = seen.insert(name, at) {
            let message = format!("two columns are called `{name}`: the {} and the {}", ordinal(first + 1), ordinal(at + 1));
            return Some(wrong(message, "Rename one of them, so that a template can say which it means.", header.place.clone()));
        }
    }
    None
}

/// Rows with a cell too many or too few, told once.
fn ragged(header: &Row, rows: &[Row]) -> Option<Diagnostic> {
    let wanted = header.cells.len();
    let mut bad = rows.iter().filter(|row| row.cells.len() != wanted);
    let first = bad.next()?;
    let cells = |count: usize| if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") };
    let columns = if wanted == 1 { "1 column".to_owned() } else { format!("{wanted} columns") };
    let message = format!("this row has {}, and the header names {columns}", cells(first.cells.len()));
    let more = likewise(bad).map(|more| format!("\n{more}")).unwrap_or_default();
    let help = format!("A cell that holds a comma must be in quotes. A short last row may mean that the file lost its end.{more}");
    Some(wrong(message, help, first.place.clone()))
}

/// The lines of further rows with the same mistake, if there are any.
pub fn likewise<'r>(rows: impl Iterator<Item = &'r Row>) -> Option<String> {
    let lines: Vec<usize> = rows.map(|row| row.place.line_column().0).collect();
    let word = if lines.len() == 1 { "line" } else { "lines" };
    (!lines.is_empty()).then(|| format!("Likewise on {word} {}.", listed(&lines)))
}

fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<Table, Vec<Diagnostic>> {
        read(&SourceFile::new("sites.csv", "sites.csv", text.to_owned()))
    }

    fn rows_of(text: &str) -> Vec<(usize, Vec<String>)> {
        let table = table(text).expect("a table");
        table.rows.into_iter().map(|row| (row.place.line_column().0, row.cells)).collect()
    }

    #[test]
    fn a_cell_keeps_its_text_and_a_row_its_line() {
        let text =
            "\u{feff}store, name ,note\r\n\r\n0417 ,\"Mall, north\",\"two\r\nlines\"\r\n,,\r\n   \r\n1e3,  Say \"\"hi\"\",\"a \"\"b\"\"\"";
        assert_eq!(
            rows_of(text),
            vec![
                (3, vec!["0417".to_owned(), "Mall, north".to_owned(), "two\r\nlines".to_owned()]),
                (7, vec!["1e3".to_owned(), "Say \"\"hi\"\"".to_owned(), "a \"b\"".to_owned()]),
            ]
        );
    }

    #[test]
    fn a_place_shows_the_row_itself() {
        let table = table("\u{feff}store\n\n0417\n").expect("a table");
        let place = &table.rows[0].place;
        assert_eq!(place.file.text.get(place.span.clone()), Some("0417"));
    }

    #[test]
    fn only_a_quote_that_never_ends_is_open() {
        for closed in ["a,\"b\"\n", "a,5\" pipe\n", "\"a \"\"b\"\"\"", "\"\"", "x\n\"y\"\r\n", "\u{feff}\"a\",b", ""] {
            assert_eq!(open_quote(closed), None, "{closed:?}");
        }
        for (open, at) in [("a,\"b\n", 2), ("\"a \"\"", 0), ("a\n\"b,c\nd,e\n", 2), ("\"a\",\"", 4)] {
            assert_eq!(open_quote(open), Some(at), "{open:?}");
        }
    }

    #[test]
    fn numbers_in_a_row_are_said_as_people_say_them() {
        assert_eq!([1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal).join(" "), "1st 2nd 3rd 4th 11th 12th 13th 21st 112th");
    }
}
