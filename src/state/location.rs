//! Where a state lies: files in a folder, so far.
//!
//! Owns what such a place is called and how it is opened. Refuses to look into it: that is for the store.

use std::fmt;
use std::path::{Path, PathBuf};

use super::file::FileStore;
use super::mendable::Mendable;
use crate::diagnostics::Outcome;

/// The place of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// The snapshot, `.callout/state.json`; everything else lies beside it.
    Files(PathBuf),
}

impl Location {
    /// The state there, opened. Touches nothing yet.
    pub fn open(&self) -> Outcome<Box<dyn Mendable>> {
        match self {
            Self::Files(snapshot) => Ok(Box::new(FileStore::new(snapshot))),
        }
    }

    /// A place that somebody typed: a snapshot, or the folder for one.
    pub fn named(text: &str, folder: &Path) -> Self {
        let path = folder.join(text);
        Self::Files(if path.extension().is_some_and(|ending| ending == "json") { path } else { path.join("state.json") })
    }

    /// What a person means by a path: a snapshot, or the folder that one lies in, under the name that this state's has.
    #[must_use]
    pub fn at(&self, path: &Path) -> Self {
        let Self::Files(own) = self;
        let snapshot = if path.is_dir() { path.join(own.file_name().unwrap_or(own.as_os_str())) } else { path.to_owned() };
        Self::Files(snapshot)
    }

    /// Whether it is on this machine, and anything is there.
    pub fn exists(&self) -> bool {
        match self {
            Self::Files(snapshot) => snapshot.exists(),
        }
    }

    /// Where a state of this place lies that was put aside.
    pub fn aside(&self, number: u16) -> String {
        match self {
            Self::Files(snapshot) => snapshot.with_file_name(format!("set-aside-{number}")).display().to_string(),
        }
    }
}

impl From<PathBuf> for Location {
    fn from(snapshot: PathBuf) -> Self {
        Self::Files(snapshot)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(snapshot) => write!(f, "{}", snapshot.display()),
        }
    }
}
