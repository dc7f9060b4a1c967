//! Workflow commands of GitHub Actions: a line of a job's output that becomes an annotation.
//!
//! GitHub shows ten errors and ten warnings of each step; the others stay in its log.

use std::fmt::Write as _;

use super::Note;
use crate::diagnostics::Severity;

/// One command for each note.
pub fn github(notes: &[Note]) -> String {
    let mut text = String::new();
    for note in notes {
        let level = match note.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut properties = Vec::new();
        if let Some(spot) = &note.spot {
            properties.push(format!("file={}", property(&spot.path)));
            properties.push(format!("line={},col={}", spot.line, spot.column));
            // Its columns name the last character that is meant.
            properties.push(format!("endLine={},endColumn={}", spot.end_line, spot.end_column.saturating_sub(1).max(1)));
        }
        let about = note.address.as_ref().map(|address| format!(" in {address}")).unwrap_or_default();
        properties.push(format!("title={}", property(&format!("{}{about}", note.code))));
        let help = note.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
        let _ = writeln!(text, "::{level} {}::{}", properties.join(","), data(&format!("{}{help}", note.message)));
    }
    text
}

/// A text behind the command. An older form of commands is read in the midst of a line, and is broken up.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A").replace("##[", "## [")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
