//! `callout validate`: offline, without credentials and without state.

use super::args::{Validate as Words, ValidateFormat};
use super::{Environment, Exit};
use crate::manifest::{self, Loaded};
use crate::{render, rollout};

pub(super) fn run(words: &Words, environment: &Environment) -> Exit {
    // Whether a system has its settings is no question of the manifests: plan asks it.
    let request = manifest::Request { start: environment.folder.clone(), paths: words.paths.clone(), sandbox: true, keep_documents: false };
    let loaded = rollout::load(&request);
    match words.format {
        ValidateFormat::Human => {
            environment.err.tell(&loaded.diagnostics);
            environment.out.line(&summary(&loaded));
        }
        ValidateFormat::Json => environment.out.line(&render::json(&loaded.diagnostics).to_string()),
    }
    if loaded.has_errors() { Exit::Error } else { Exit::Done }
}

fn summary(loaded: &Loaded) -> String {
    let errors = loaded.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = loaded.diagnostics.len() - errors;
    let plural = |count: usize, name: &str| if count == 1 { format!("1 {name}") } else { format!("{count} {name}s") };
    let skipped =
        if loaded.skipped_files > 0 { format!("; {} not callout's, skipped", plural(loaded.skipped_files, "file")) } else { String::new() };
    let warned = if warnings > 0 { format!(", {}", plural(warnings, "warning")) } else { String::new() };
    let sources = match (loaded.documents, loaded.rollouts) {
        (documents, 0) => plural(documents, "document"),
        (0, rollouts) => plural(rollouts, "rollout"),
        (documents, rollouts) => format!("{} and {}", plural(documents, "document"), plural(rollouts, "rollout")),
    };
    let counted = format!("{} in {sources}", plural(loaded.tickets.len(), "ticket"));
    if errors > 0 {
        format!("Not valid: {}{warned}{skipped}.", plural(errors, "error"))
    } else {
        format!("Valid: {counted}{warned}{skipped}.")
    }
}
