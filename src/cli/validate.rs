//! `callout validate`: offline, without credentials and without state, unless `--online` asks for look-ups.

use super::annotations::Annotations;
use super::args::{Global, Validate as Words, ValidateFormat};
use super::{Environment, Exit, online};
use crate::manifest::{Keep, Loaded, Request};
use crate::{render, rollout};

pub(super) async fn run(words: &Words, global: &Global, environment: &Environment) -> Exit {
    // Whether a system has its settings is no question of the manifests: plan asks it.
    let keep = if words.online { Keep::Sketches } else { Keep::Tickets };
    let request = Request { start: environment.folder.clone(), paths: words.paths.clone(), sandbox: true, keep };
    let loaded = if words.online { online::load(&request, global, environment).await } else { rollout::load(&request) };
    match words.format {
        ValidateFormat::Human => {
            environment.err.tell(&loaded.diagnostics);
            environment.out.line(&summary(&loaded, words.online));
        }
        ValidateFormat::Json => {
            let found = render::validated_json(&loaded, &summary(&loaded, words.online), words.online);
            environment.out.document(&format!("{found}\n"));
        }
        format @ (ValidateFormat::Github | ValidateFormat::Sarif | ValidateFormat::Gitlab) => {
            annotate(&loaded, format, environment);
            environment.err.line(&summary(&loaded, words.online));
        }
    }
    if loaded.has_errors() { Exit::Error } else { Exit::Done }
}

/// For the host of the repository: each diagnostic at its line.
fn annotate(loaded: &Loaded, format: ValidateFormat, environment: &Environment) {
    let annotations = Annotations::of(&loaded.diagnostics, environment);
    match format {
        ValidateFormat::Sarif => annotations.sarif(environment),
        ValidateFormat::Gitlab => annotations.gitlab(environment),
        ValidateFormat::Github | ValidateFormat::Human | ValidateFormat::Json => {
            // In a job's log people read the lines around each place, too.
            environment.err.tell(&loaded.diagnostics);
            annotations.github(environment);
        }
    }
}

fn summary(loaded: &Loaded, online: bool) -> String {
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
    let policies = match loaded.policies.len() {
        0 => String::new(),
        1 => "; 1 policy".to_owned(),
        many => format!("; {many} policies"),
    };
    let counted = format!("{} in {sources}{policies}", plural(loaded.tickets.len(), "ticket"));
    if errors > 0 {
        format!("Not valid: {}{warned}{skipped}.", plural(errors, "error"))
    } else {
        let looked_up = if online { format!("; {} looked up", loaded.sketches.len()) } else { String::new() };
        format!("Valid: {counted}{looked_up}{warned}{skipped}.")
    }
}
