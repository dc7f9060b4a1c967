//! What is told of files and plans, at its line of a pull request: for GitHub, for GitLab, and as SARIF.
//!
//! Owns [`Note`]: a diagnostic, or what a plan has against itself. Refuses to know where a repository begins: whoever asks says how its
//! files are named.

mod github;
mod gitlab;
mod of_plan;
mod sarif;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;

use super::source::clean;
use crate::diagnostics::{Diagnostic, Place, Severity};
use crate::ticket::Digest;

pub use github::github;
pub use gitlab::gitlab;
pub use of_plan::notes_of_plan;
pub use sarif::sarif;

/// One thing to tell, at a place of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// `schema/unknown-key`, `plan/needs-person`, `policy/NAME`.
    pub code: String,
    pub severity: Severity,
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The ticket it is about, as an address.
    pub address: Option<String>,
    pub spot: Option<Spot>,
}

/// A stretch of a file. All numbers are from 1; columns count characters, and the end is the first that is not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// From the repository's root, with slashes.
    pub path: String,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

/// How the repository names a file.
pub type Named<'a> = &'a dyn Fn(&Path) -> String;

/// Puts into commands that a person is told to type what they need to act where this one acted.
pub type Completed<'a> = &'a dyn Fn(&str) -> String;

/// Diagnostics as notes, errors first: hosts show only the first few.
pub fn notes(diagnostics: &[Diagnostic], named: Named<'_>) -> Vec<Note> {
    let note = |told: &Diagnostic| Note {
        code: told.code.to_owned(),
        severity: told.severity,
        message: clean(&told.message),
        help: told.help.as_deref().map(clean),
        address: told.address.as_deref().map(clean),
        spot: told.place.as_ref().map(|place| spot(place, named)),
    };
    in_order(diagnostics.iter().map(note).collect())
}

fn in_order(mut notes: Vec<Note>) -> Vec<Note> {
    notes.sort_by_key(|note| note.severity);
    notes
}

fn spot(place: &Place, named: Named<'_>) -> Spot {
    let (line, column) = place.line_column();
    // What ends with a line ends on that line.
    let text = place.file.text.get(place.span.clone()).unwrap_or_default();
    let end = place.span.start + text.trim_end_matches(['\n', '\r']).len();
    let (end_line, end_column) = place.file.line_column(end.max(place.span.start));
    let end_column = if end_line == line { end_column.max(column + 1) } else { end_column };
    Spot { path: clean(&named(&place.file.path)), line, column, end_line, end_column }
}

/// What a note is known by, whatever line it is on today: two runs that tell the same name it alike, and no two notes of one run have one.
fn fingerprints(notes: &[Note]) -> Vec<String> {
    let mut seen: HashMap<[String; 4], usize> = HashMap::new();
    let mut fingerprint = |note: &Note| {
        let path = note.spot.as_ref().map(|spot| spot.path.clone()).unwrap_or_default();
        let same = [note.code.clone(), path, note.address.clone().unwrap_or_default(), without_lines(&note.message)];
        let digest = |count: &usize| Digest::of(&(&same, count)).to_string();
        let count = seen.get(&same).copied().unwrap_or_default();
        let fingerprint = digest(&count);
        seen.insert(same, count + 1);
        fingerprint
    };
    notes.iter().map(&mut fingerprint).collect()
}

/// A message may name another line: `a.yaml:12:3`.
fn without_lines(message: &str) -> String {
    let mut plain = String::with_capacity(message.len());
    let mut is_number = false;
    for c in message.chars() {
        is_number = c.is_ascii_digit() && (is_number || plain.ends_with(':'));
        if !is_number {
            plain.push(c);
        }
    }
    plain
}
