//! GitLab's Code Quality report: a list of findings, each at a line. GitLab compares the reports of two branches by their fingerprints.

use serde_json::{Value, json};

use super::{Note, fingerprints};
use crate::diagnostics::Severity;

/// The report. A finding of no file stands at the top of `fallback`: GitLab shows none without a file.
pub fn gitlab(notes: &[Note], fallback: &str) -> Value {
    let finding = |(note, fingerprint): (&Note, String)| {
        let about = note.address.as_ref().map(|address| format!("{address}: ")).unwrap_or_default();
        let help = note.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        let (path, line) = note.spot.as_ref().map_or((fallback, 1), |spot| (spot.path.as_str(), spot.line));
        json!({
            "description": format!("{about}{}{help}", note.message).replace('\n', " "),
            "check_name": note.code,
            "fingerprint": fingerprint,
            "severity": severity(note.severity),
            "location": {"path": path, "lines": {"begin": line}},
        })
    };
    notes.iter().zip(fingerprints(notes)).map(finding).collect()
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
    }
}
