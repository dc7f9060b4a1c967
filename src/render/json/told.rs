//! A diagnostic as data.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostics::{Diagnostic, Severity};

/// An error or a warning.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Diagnosed<'a> {
    /// Stable, for programs: `room/what`, such as `schema/unknown-key`.
    code: &'a str,
    severity: Severity,
    message: &'a str,
    /// The file that it is about, relative to the working folder; null where it is about none.
    file: Option<&'a str>,
    /// From 1.
    #[schemars(range(min = 1))]
    line: Option<usize>,
    /// From 1, in characters.
    #[schemars(range(min = 1))]
    column: Option<usize>,
    /// The ticket that it is about, or null.
    address: Option<&'a str>,
    /// What to do next, or null.
    help: Option<&'a str>,
}

impl<'a> From<&'a Diagnostic> for Diagnosed<'a> {
    fn from(told: &'a Diagnostic) -> Self {
        let at = told.place.as_ref().map(|place| (place.file.name.as_str(), place.line_column()));
        Self {
            code: told.code,
            severity: told.severity,
            message: &told.message,
            file: at.map(|(name, _)| name),
            line: at.map(|(_, (line, _))| line),
            column: at.map(|(_, (_, column))| column),
            address: told.address.as_deref(),
            help: told.help.as_deref(),
        }
    }
}
