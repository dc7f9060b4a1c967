//! `callout policy`: trying the tests that policies bring with them. Offline, without credentials and without state.

use std::path::PathBuf;

use super::args::{ListFormat, Policy as Words, PolicyCommand};
use super::{Ending, Environment, Exit};
use crate::diagnostics::Diagnostic;
use crate::manifest::{Keep, Request};
use crate::policy::{Tried, try_examples};
use crate::{render, rollout};

pub(super) fn run(words: &Words, environment: &Environment) -> Ending {
    match &words.command {
        PolicyCommand::Test { paths, format } => test(paths, *format, environment),
    }
}

fn test(paths: &[PathBuf], format: ListFormat, environment: &Environment) -> Ending {
    let request = Request { start: environment.folder.clone(), paths: paths.to_vec(), sandbox: true, keep: Keep::Tickets };
    let loaded = rollout::load(&request);
    if loaded.has_errors() {
        return Err(loaded.diagnostics.into());
    }
    if loaded.policies.is_empty() {
        let help = "A policy is a document with `kind: Policy` in a file that belongs to the project; docs/policies.md shows some.";
        return Err(Diagnostic::error("policy/none", "there are no policies").help(help).into());
    }
    let tried: Vec<(&str, Vec<Tried>)> = loaded.policies.iter().map(|policy| (policy.name.as_str(), try_examples(policy))).collect();
    match format {
        ListFormat::Text => environment.out.write(&render::tried_text(&tried)),
        ListFormat::Json => environment.out.document(&format!("{}\n", render::tried_json(&tried))),
    }
    let all_passed = tried.iter().flat_map(|(_, tried)| tried).all(Tried::passed);
    Ok(if all_passed { Exit::Done } else { Exit::Error })
}
