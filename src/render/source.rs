//! The few lines of a file that a message shows.
//!
//! Owns the window around a place. miette's own source counts lines from the top of the file at every message, which costs 83 ms
//! at the end of a 13 MB file; [`SourceFile`] has a table of its lines.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::diagnostics::{Place, SourceFile, is_hidden};

/// Lines shown before and after the place.
const AROUND: usize = 3;

/// Bytes of one line that are shown: a file may be a single line of many megabytes.
const LINE: usize = 400;

/// A window of a file, cleaned of what would move the cursor. Offsets are the window's own.
#[derive(Debug)]
pub struct Window {
    name: String,
    text: String,
    first_line: usize,
    /// Of the place in the file, from 1.
    position: (usize, usize),
    /// The place itself, inside the window, on one line.
    pub span: Range<usize>,
}

impl Window {
    pub fn new(place: &Place) -> Self {
        let file = &*place.file;
        let (line, column) = place.line_column();
        let first = line.saturating_sub(AROUND).max(1);
        let last = (line + AROUND).min(last_line(file)).max(line);
        let name = clean(&file.name);
        let mut window = Self { name, text: String::new(), first_line: first, position: (line, column), span: 0..0 };
        for number in first..=last {
            let range = line_of(file, number);
            if number == line {
                window.push_marked(file, range, &place.span);
            } else {
                window.push(file, range);
            }
            window.text.push('\n');
        }
        window
    }

    fn push(&mut self, file: &SourceFile, range: Range<usize>) {
        let end = floor(&file.text, range.end.min(range.start + LINE));
        self.text.push_str(&clean(file.text.get(range.start..end).unwrap_or("")));
    }

    /// The line with the place in it. A long one is shown around the place only.
    fn push_marked(&mut self, file: &SourceFile, line: Range<usize>, span: &Range<usize>) {
        let start = floor(&file.text, span.start.clamp(line.start, line.end));
        let end = floor(&file.text, span.end.clamp(start, line.end).min(start + LINE));
        let from = floor(&file.text, line.start.max(start.saturating_sub(LINE / 2)));
        let to = floor(&file.text, line.end.min(end + LINE / 2));
        let part = |range: Range<usize>| clean(file.text.get(range).unwrap_or(""));
        self.text.push_str(&part(from..start));
        let marked = self.text.len();
        self.text.push_str(&part(start..end));
        self.span = marked..self.text.len();
        self.text.push_str(&part(end..to));
    }
}

/// After the last line end there is no further line to show.
fn last_line(file: &SourceFile) -> usize {
    file.line_starts().len() - usize::from(file.text.ends_with('\n'))
}

fn line_of(file: &SourceFile, number: usize) -> Range<usize> {
    let starts = file.line_starts();
    let start = starts.get(number - 1).copied().unwrap_or(0);
    let end = starts.get(number).map_or(file.text.len(), |next| next - 1);
    start..end
}

/// The nearest start of a character at or before an offset.
fn floor(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Text without hidden characters: it cannot move the cursor, colour the screen, turn the writing direction or hide a part of itself. Line
/// ends stay, tabs become blanks.
pub fn clean(text: &str) -> String {
    text.chars().filter_map(visible).collect()
}

fn visible(c: char) -> Option<char> {
    match c {
        '\n' => Some('\n'),
        '\t' => Some(' '),
        '\r' | '\u{FEFF}' => None,
        other if is_hidden(other) => Some('\u{FFFD}'),
        other => Some(other),
    }
}

impl SourceCode for Window {
    /// miette asks without context for the position to print above the lines, and with context for the lines.
    fn read_span<'a>(&'a self, span: &SourceSpan, before: usize, _: usize) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        if span.offset() + span.len() > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        if before == 0 {
            let (line, column) = self.position;
            return Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), &[], *span, line - 1, column - 1, 1)));
        }
        let whole = SourceSpan::from(0..self.text.len());
        let lines = self.text.lines().count();
        let contents = MietteSpanContents::new_named(self.name.clone(), self.text.as_bytes(), whole, self.first_line - 1, 0, lines);
        Ok(Box::new(contents))
    }
}
