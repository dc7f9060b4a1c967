//! A copy of the state: what a person names to get something back from.
//!
//! Owns whether it is one of this state. Refuses another project's, and what cannot be read at all.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::file::FileStore;
use super::lineage::{Home, lineage_of};
use super::model::Key;
use super::restore::newer;
use super::salvage::{as_of, salvage};
use super::store::Store;
use super::survey::{Content, store_at};
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome};

/// Where a copy of the state lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copy {
    /// What the state itself was after this commit.
    Kept(u64),
    /// A snapshot, with the journal and the history beside it, if there are any; or the folder of all these.
    At(PathBuf),
}

/// What a copy knows, as far as it can be read.
#[derive(Debug)]
pub struct Known {
    pub state: State,
    /// What of it cannot be read, as the end of a sentence.
    pub missing: Option<String>,
    /// Visits that what cannot be read names, with the id of the ticket if one stands there.
    pub named: BTreeMap<Key, Option<String>>,
}

impl Copy {
    fn store(&self, home: &Home) -> Outcome<FileStore> {
        let store = match self {
            Self::Kept(through) => {
                let path = FileStore::new(&home.state).history().snapshot(*through);
                if !path.exists() {
                    let message = format!("the history has no snapshot that ends with commit {through}");
                    return Err(Box::new(Diagnostic::error("state/no-copy", message).help("callout state history lists what is kept")));
                }
                FileStore::new(path)
            }
            Self::At(path) => store_at(path, &home.state),
        };
        // A file that is named must be there; of a folder, its journal alone is worth something too.
        let is_there = match self {
            Self::At(path) if path.is_dir() => store.snapshot_path().exists() || store.journal_path().exists(),
            Self::At(_) | Self::Kept(_) => store.snapshot_path().exists(),
        };
        if !is_there {
            let message = format!("there is no state at `{}`", store.snapshot_path().display());
            let help = "name a copy of the folder `.callout`, or the file `state.json` in it";
            return Err(Box::new(Diagnostic::error("state/no-copy", message).help(help)));
        }
        Ok(store)
    }

    /// What the copy knows, for a state that is whole.
    pub fn read(&self, home: &Home) -> Outcome<Known> {
        let lineage = lineage_of(home)?;
        let path = match self {
            Self::Kept(through) => {
                let state = as_of(&FileStore::new(&home.state), &lineage, *through)?.ok_or_else(|| Box::new(no_such(*through)))?;
                return Ok(Known { state, missing: None, named: BTreeMap::new() });
            }
            Self::At(path) => path,
        };
        let store = self.open(home, &lineage)?;
        let mut salvage = salvage(&[&store], &lineage)?;
        // Who names a snapshot alone asks for no more than what it has.
        if !path.is_dir() && !store.journal_path().exists() {
            salvage.open_end = None;
        }
        let missing = (!salvage.is_exact()).then(|| salvage.missing());
        Ok(Known { state: salvage.state, missing, named: salvage.named })
    }

    /// The copy, if it is this state's and anything in it can be read.
    pub(super) fn open(&self, home: &Home, lineage: &str) -> Outcome<FileStore> {
        let store = self.store(home)?;
        self.is_ours(&store, lineage)?;
        Ok(store)
    }

    fn is_ours(&self, store: &FileStore, lineage: &str) -> Outcome<()> {
        let name = store.name();
        for piece in store.pieces()?.into_iter().filter(|piece| !piece.role.is_kept()) {
            match piece.read(lineage) {
                Content::Foreign(other) => return Err(Box::new(not_ours(lineage, &other, &piece.name()))),
                Content::Unreadable(why) => return Err(Box::new(why)),
                Content::Newer(why) => return Err(Box::new(newer(&piece.name(), &why))),
                Content::Broken(why) if matches!(self, Self::Kept(_)) => {
                    let message = format!("`{}` is damaged: {why}", piece.name());
                    let help = "callout state history lists what else is kept";
                    return Err(Box::new(Diagnostic::error("state/damaged", message).help(help)));
                }
                Content::Missing | Content::Broken(_) | Content::Snapshot(_) | Content::Journal(_) => {}
            }
        }
        if store.load_is_hopeless(lineage)? {
            let message = format!("nothing of the state at `{name}` can be read");
            return Err(Box::new(Diagnostic::error("state/no-copy", message).help("Try another copy.")));
        }
        Ok(())
    }
}

fn not_ours(lineage: &str, other: &str, name: &str) -> Diagnostic {
    Diagnostic::error("state/lineage", format!("the copy `{name}` is of another state: its lineage is {other}, and this one's is {lineage}"))
        .help("Nothing was changed. Name a copy of this project's own folder `.callout`. The sandbox has a state of its own, and so has each project.")
}

fn no_such(through: u64) -> Diagnostic {
    let message = format!("what the state was after commit {through} cannot be told: it is not there yet, or its journal is not kept");
    Diagnostic::error("state/no-copy", message)
        .help("callout log --format json numbers the commits (`sequence`), and callout state history lists the snapshots")
}

impl FileStore {
    fn load_is_hopeless(&self, lineage: &str) -> Outcome<bool> {
        let useful = |content: Content| match content {
            Content::Snapshot(_) => true,
            Content::Journal(lines) => !lines.commits.is_empty(),
            Content::Missing | Content::Unreadable(_) | Content::Newer(_) | Content::Foreign(_) | Content::Broken(_) => false,
        };
        Ok(!self.pieces()?.into_iter().any(|piece| useful(piece.read(lineage))))
    }
}
