//! From the words of the command line to the tickets that a plan is about.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::Part;
use super::opened::Opened;
use super::{Environment, Failure, since};
use crate::diagnostics::SourceFile;
use crate::refresh::{Filter, Selection};
use crate::state::State;

/// What was chosen. Words that select nothing are errors.
pub(super) fn selection(opened: &Opened, state: &State, part: &Part, environment: &Environment) -> Result<Selection, Failure> {
    let files = files(opened, &part.file, &environment.folder);
    let since = part.since.as_deref().map(|reference| since::since(opened, reference, environment)).transpose()?;
    let filter = Filter { targets: part.target.clone(), selectors: part.selector.clone(), files, waves: part.wave.clone(), since };
    Ok(Selection::of(filter, &opened.tickets, state)?)
}

/// The names of the manifest files that were meant. A path that means none stays as it was typed.
fn files(opened: &Opened, paths: &[PathBuf], folder: &Path) -> Vec<String> {
    if paths.is_empty() {
        return Vec::new();
    }
    let described = opened.tickets.iter().filter_map(|ticket| ticket.place.as_ref()).map(|place| &place.file);
    let sources: BTreeMap<&str, &Arc<SourceFile>> = described.map(|file| (file.name.as_str(), file)).collect();
    let sources: Vec<(&str, PathBuf)> = sources.into_iter().map(|(name, file)| (name, real(&file.path))).collect();
    let mut names = Vec::new();
    for path in paths {
        let meant = real(&folder.join(path));
        let before = names.len();
        names.extend(sources.iter().filter(|(_, source)| source.starts_with(&meant)).map(|(name, _)| (*name).to_owned()));
        if names.len() == before {
            names.push(path.display().to_string());
        }
    }
    names
}

/// One file can be called by many names.
fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}
