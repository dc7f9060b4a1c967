//! Where a state lies, and how it is encrypted there: files in a folder, so far.
//!
//! Owns what such a place is called and how it is opened. Refuses to look into it: that is for the store.

use std::fmt;
use std::path::{Path, PathBuf};

use super::cipher::Cipher;
use super::file::FileStore;
use super::mendable::Mendable;
use crate::diagnostics::Outcome;

/// The place of a state, and its cipher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    place: Place,
    cipher: Cipher,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// The snapshot, `.callout/state.json`; everything else lies beside it.
    Files(PathBuf),
}

impl Location {
    /// The same place, whose texts are encrypted.
    #[must_use]
    pub fn encrypted(self, cipher: Cipher) -> Self {
        Self { cipher, ..self }
    }

    /// For what is kept elsewhere in the same way: saved plans.
    pub fn cipher(&self) -> &Cipher {
        &self.cipher
    }

    /// The state there, opened. Touches nothing yet.
    pub fn open(&self) -> Outcome<Box<dyn Mendable>> {
        match &self.place {
            Place::Files(snapshot) => Ok(Box::new(FileStore::new(snapshot).with_cipher(&self.cipher))),
        }
    }

    /// A place that somebody typed: a snapshot, or the folder for one.
    pub fn named(text: &str, folder: &Path) -> Self {
        let path = folder.join(text);
        Self::from(if path.extension().is_some_and(|ending| ending == "json") { path } else { path.join("state.json") })
    }

    /// What a person means by a path: a snapshot, or the folder that one lies in, under the name that this state's has.
    #[must_use]
    pub fn at(&self, path: &Path) -> Self {
        let Place::Files(own) = &self.place;
        let snapshot = if path.is_dir() { path.join(own.file_name().unwrap_or(own.as_os_str())) } else { path.to_owned() };
        Self { place: Place::Files(snapshot), cipher: self.cipher.clone() }
    }

    /// Whether it is on this machine, and anything is there.
    pub fn exists(&self) -> bool {
        match &self.place {
            Place::Files(snapshot) => snapshot.exists(),
        }
    }

    /// Where a state of this place lies that was put aside.
    pub fn aside(&self, number: u16) -> String {
        match &self.place {
            Place::Files(snapshot) => snapshot.with_file_name(format!("set-aside-{number}")).display().to_string(),
        }
    }
}

impl From<PathBuf> for Location {
    fn from(snapshot: PathBuf) -> Self {
        Self { place: Place::Files(snapshot), cipher: Cipher::default() }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Files(snapshot) => write!(f, "{}", snapshot.display()),
        }
    }
}
