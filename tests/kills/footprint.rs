//! What can be seen of a state's files from outside: while a run works, and after it died.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::DirEntryExt;
use std::path::Path;

use callout::state::{FileStore, Key, State, Store};
use serde_json::Value;

/// Names and inodes of the files, and the journal's length.
#[derive(Debug, PartialEq, Eq)]
pub struct Footprint {
    files: BTreeSet<(Vec<u8>, u64)>,
    journal: u64,
}

impl Footprint {
    pub fn of(folder: &Path) -> Self {
        let entries = [folder.to_owned(), folder.join("history")].map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
        let files = entries.into_iter().flatten().map(|entry| (entry.file_name().into_encoded_bytes(), entry.ino())).collect();
        Self { files, journal: fs::metadata(folder.join("journal.jsonl")).map_or(0, |journal| journal.len()) }
    }
}

/// How far a run came in folding the journal into the snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folding {
    /// A file of the history was being written.
    HistoryWritten,
    /// The history has what is folded; the snapshot is the old one.
    HistoryKept,
    /// The new snapshot was being written, or the new journal.
    FileWritten,
    /// The snapshot is the new one, the journal the old one.
    SnapshotReplaced,
}

/// The files of a state at rest.
#[derive(Default)]
pub struct Look {
    pub state: Option<State>,
    /// The journal ends in the middle of a line.
    pub torn: bool,
    pub folding: Option<Folding>,
}

impl Look {
    /// Reads them as a command would.
    pub fn at(project: &Path) -> Result<Self, String> {
        let folder = project.join(".callout");
        let loaded = FileStore::new(folder.join("state.json")).load().map_err(|error| error.to_string())?;
        let (state, torn) = loaded.map_or((None, false), |loaded| (Some(loaded.state), loaded.torn));
        let folding = state.as_ref().and_then(|_| folding(&folder));
        Ok(Self { state, torn, folding })
    }

    /// The number of the last commit.
    pub fn through(&self) -> u64 {
        self.state.as_ref().map_or(0, |state| state.through)
    }

    /// Visits with a write that has no outcome.
    pub fn doubts(&self) -> BTreeSet<Key> {
        let records = self.state.iter().flat_map(|state| &state.records);
        records.filter(|(_, record)| record.in_doubt()).map(|(key, _)| key.clone()).collect()
    }
}

/// What a stopped folding left, from the last step of it to the first.
fn folding(folder: &Path) -> Option<Folding> {
    let history = folder.join("history");
    let snapshot = number(&folder.join("state.json"), "through");
    let follows = number(&folder.join("journal.jsonl"), "follows");
    let kept = names(&history).iter().filter_map(|name| name.strip_suffix(".jsonl")?.rsplit('-').next()?.parse().ok()).max();
    let has_part = |folder: &Path| names(folder).iter().any(|name| name.starts_with(".callout-new-"));
    if snapshot > follows {
        return Some(Folding::SnapshotReplaced);
    }
    if has_part(folder) {
        return Some(Folding::FileWritten);
    }
    if has_part(&history) {
        return Some(Folding::HistoryWritten);
    }
    kept.filter(|kept: &u64| *kept > follows).map(|_| Folding::HistoryKept)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// A number in the body of a sealed file's first line.
fn number(path: &Path, name: &str) -> u64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line: Value = serde_json::from_str(text.lines().next().unwrap_or_default()).unwrap_or_default();
    line["body"][name].as_u64().unwrap_or_default()
}
