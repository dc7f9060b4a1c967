//! What `validate` found, as JSON.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Diagnosed;
use crate::manifest::Loaded;

/// Raised when a reader must look at the form again.
const FORMAT: u32 = 1;

/// What `callout validate --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "callout validate --format json")]
pub(super) struct ValidateOutput<'a> {
    /// The version of this form.
    format_version: u32,
    /// Whether there is no error. Warnings leave it true.
    valid: bool,
    /// What the text form says.
    summary: &'a str,
    counts: Checked,
    /// All of them, by file and place; none is left out.
    diagnostics: Vec<Diagnosed<'a>>,
}

/// What was checked, and what came of it.
#[derive(Debug, Serialize, JsonSchema)]
struct Checked {
    errors: usize,
    warnings: usize,
    /// Tickets that the files describe, those of rollouts too. Not all of them where there are errors.
    tickets: usize,
    /// Ticket documents, without those that rollouts make.
    documents: usize,
    rollouts: usize,
    policies: usize,
    /// YAML files that are not callout's.
    skipped_files: usize,
    /// Tickets whose values were looked up in their systems; null without `--online`.
    looked_up: Option<usize>,
}

/// What was found in these files, with the line that people read of it.
pub fn validated_json(loaded: &Loaded, summary: &str, is_online: bool) -> Value {
    let errors = loaded.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    super::data(&ValidateOutput {
        format_version: FORMAT,
        valid: errors == 0,
        summary,
        counts: Checked {
            errors,
            warnings: loaded.diagnostics.len() - errors,
            tickets: loaded.tickets.len(),
            documents: loaded.documents,
            rollouts: loaded.rollouts,
            policies: loaded.policies.len(),
            skipped_files: loaded.skipped_files,
            looked_up: is_online.then_some(loaded.sketches.len()),
        },
        diagnostics: loaded.diagnostics.iter().map(Diagnosed::from).collect(),
    })
}
