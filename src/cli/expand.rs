//! `callout expand`: the tickets that the files come to, as YAML. Offline, without credentials and without state.

use super::args::Expand as Words;
use super::{Ending, Environment, Exit};
use crate::{manifest, render, rollout};

pub(super) fn run(words: &Words, environment: &Environment) -> Ending {
    let request =
        manifest::Request { start: environment.folder.clone(), paths: words.paths.clone(), sandbox: true, keep: manifest::Keep::Documents };
    let loaded = rollout::load(&request);
    if loaded.has_errors() {
        return Err(loaded.diagnostics.into());
    }
    environment.err.tell(&loaded.diagnostics);
    environment.out.write(&render::documents(&loaded.kept)?);
    Ok(Exit::Done)
}
