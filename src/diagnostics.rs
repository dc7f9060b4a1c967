//! One type for everything that callout has to tell about: [`Diagnostic`].
//!
//! Owns what a message is made of: a code, a severity, a place in a file, the ticket's address, and the next step.
//! Refuses to print: `render::human` shows diagnostics, and only the command line picks an exit code.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use schemars::JsonSchema;

/// How bad it is. Only an error stops a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// A text file that a person wrote, with a table of its lines.
pub struct SourceFile {
    /// The name shown to people: relative to the working folder where that is shorter.
    pub name: String,
    /// Where it was read from.
    pub path: PathBuf,
    pub text: String,
    lines: OnceLock<Vec<usize>>,
}

impl SourceFile {
    pub fn new(name: impl Into<String>, path: impl Into<PathBuf>, text: String) -> Arc<Self> {
        Arc::new(Self { name: name.into(), path: path.into(), text, lines: OnceLock::new() })
    }

    /// The byte offset at which each line starts.
    pub fn line_starts(&self) -> &[usize] {
        self.lines.get_or_init(|| std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let starts = self.line_starts();
        let offset = offset.min(self.text.len());
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(1, |head| head.chars().count() + 1);
        (line, column)
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A stretch of a file: what a diagnostic points at.
#[derive(Debug, Clone)]
pub struct Place {
    pub file: Arc<SourceFile>,
    /// Byte offsets into the file's text.
    pub span: Range<usize>,
}

impl Place {
    /// Line and column, both from 1.
    pub fn line_column(&self) -> (usize, usize) {
        self.file.line_column(self.span.start)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.line_column();
        write!(f, "{}:{line}:{column}", self.file.name)
    }
}

/// What happened, where, why, and what to do next.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Stable, for people who search for it: `room/what`, for instance `schema/unknown-key`.
    pub code: &'static str,
    pub severity: Severity,
    pub message: String,
    pub place: Option<Place>,
    /// The ticket it is about, as an address.
    pub address: Option<String>,
    /// The next step.
    pub help: Option<String>,
}

impl Diagnostic {
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), place: None, address: None, help: None }
    }

    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    #[must_use]
    pub fn about(mut self, address: impl fmt::Display) -> Self {
        self.address = Some(address.to_string());
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// One line, for logs and for errors inside errors; people see `render::human`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}", self.message)
    }
}

impl std::error::Error for Diagnostic {}

/// What a fallible step of the line answers with. Boxed: a diagnostic is far larger than most results.
pub type Outcome<T> = Result<T, Box<Diagnostic>>;

/// A system's error in its words, without its number: `no such file or directory`.
pub fn cause(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// A word as a person types it in a shell: in quotes, where a blank or a bracket would not reach the command as it is.
pub fn typed(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,#".contains(c);
    if !word.is_empty() && !word.starts_with('#') && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Characters that a reader does not see, and that change what a reader sees: control characters move the cursor and colour a terminal,
/// direction marks turn the order of what is read, and what has no width makes two names look like one.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}'
            // Letters, vowels, marks of music and a pattern of Braille that show as nothing.
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}' | '\u{17b4}' | '\u{17b5}'
            | '\u{1d173}'..='\u{1d17a}')
}

/// Things named in a message before the rest is counted.
const NAMED: usize = 3;

/// The first few things of a list, and how many more there are.
pub fn listed<T: fmt::Display>(things: &[T]) -> String {
    let named: Vec<String> = things.iter().take(NAMED).map(ToString::to_string).collect();
    match things.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{is_hidden, typed};

    #[test]
    fn letters_that_show_as_nothing_are_hidden() {
        let blank = "\u{115f}\u{1160}\u{3164}\u{ffa0}\u{2800}\u{17b4}\u{17b5}\u{1d173}\u{1d17a}\u{e0100}\u{e01ef}";
        assert_eq!(blank.chars().find(|c| !is_hidden(*c)), None);
        assert_eq!("한ㄱ⠁កé♪".chars().find(|c| is_hidden(*c)), None);
    }

    #[test]
    fn words_reach_a_command_as_they_are() {
        for plain in ["Dispatch/store-0417", "Dispatch/a#1", "../copy/.callout", "ü=1", "/tmp/x,y"] {
            assert_eq!(typed(plain), plain);
        }
        assert_eq!(typed("Dispatch/a[dock]"), "'Dispatch/a[dock]'");
        assert_eq!(typed("my copy"), "'my copy'");
        assert_eq!(typed("it's"), r"'it'\''s'");
        assert_eq!(typed("$HOME"), "'$HOME'");
        assert_eq!(typed("#1"), "'#1'");
        assert_eq!(typed(""), "''");
    }
}
