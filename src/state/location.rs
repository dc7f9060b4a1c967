//! Where a state lies, and how it is encrypted there: in files of a folder, or in object storage.
//!
//! Owns what such a place is called and how it is opened. Refuses to look into it: that is for the store.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cipher::Cipher;
use super::file::FileStore;
use super::mendable::Mendable;
use super::shared::{Objects, SharedPlace, SharedStore, downloaded, probe};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::ticket::Clock;

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
    Shared(SharedPlace),
    /// A folder with a copy of a shared one's objects.
    Downloaded(PathBuf),
}

/// Whether a place of this name is in object storage.
pub(super) fn is_shared(name: &str) -> bool {
    name.contains("://")
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
            Place::Shared(place) => Ok(Box::new(place.open(&self.cipher))),
            Place::Downloaded(folder) => Ok(Box::new(SharedStore::copy(downloaded::objects(folder)?.encrypted(&self.cipher)))),
        }
    }

    /// In object storage. The clock is for the lock there.
    pub fn shared(objects: Objects, clock: Arc<dyn Clock>) -> Self {
        Self { place: Place::Shared(SharedPlace::new(objects, clock)), cipher: Cipher::default() }
    }

    /// The snapshot of a state in files.
    pub fn snapshot(&self) -> Option<&Path> {
        match &self.place {
            Place::Files(snapshot) => Some(snapshot),
            Place::Shared(_) | Place::Downloaded(_) => None,
        }
    }

    /// The objects of a state in object storage.
    pub fn objects(&self) -> Option<&Objects> {
        match &self.place {
            Place::Files(_) | Place::Downloaded(_) => None,
            Place::Shared(place) => Some(place.objects()),
        }
    }

    /// Refuses a place that does not keep what a state stands on. What it answers with is a remark.
    pub fn try_out(&self) -> Outcome<Option<Diagnostic>> {
        self.objects().map_or(Ok(None), probe)
    }

    /// A place that somebody typed: a snapshot, or the folder for one.
    pub fn named(text: &str, folder: &Path) -> Self {
        let path = folder.join(text);
        Self::from(if path.extension().is_some_and(|ending| ending == "json") { path } else { path.join("state.json") })
    }

    /// What a person means by a path: a snapshot, or the folder that one lies in, under the name that this state's has; or the objects of a
    /// shared state, copied into a folder.
    #[must_use]
    pub fn at(&self, path: &Path) -> Self {
        let own = match &self.place {
            Place::Files(own) => own.file_name().unwrap_or(own.as_os_str()),
            Place::Shared(_) | Place::Downloaded(_) => "state.json".as_ref(),
        };
        let place = match downloaded::folder(path) {
            Some(folder) => Place::Downloaded(folder.to_owned()),
            None => Place::Files(if path.is_dir() { path.join(own) } else { path.to_owned() }),
        };
        Self { place, cipher: self.cipher.clone() }
    }

    /// Whether it is on this machine, and anything is there.
    pub fn exists(&self) -> bool {
        match &self.place {
            Place::Files(snapshot) => snapshot.exists(),
            Place::Downloaded(folder) => folder.exists(),
            Place::Shared(_) => false,
        }
    }

    /// Which of the states that were put aside here has this address.
    pub fn number_of(&self, aside: &str) -> Option<u16> {
        let number = aside.trim_end_matches('/').rsplit_once("set-aside-")?.1.parse().ok()?;
        (self.objects().is_some() && self.aside(number) == aside.trim_end_matches('/')).then_some(number)
    }

    /// Where a state of this place lies that was put aside.
    pub fn aside(&self, number: u16) -> String {
        match &self.place {
            Place::Files(snapshot) => snapshot.with_file_name(format!("set-aside-{number}")).display().to_string(),
            Place::Shared(place) => format!("{}/set-aside-{number}", place.objects().name()),
            Place::Downloaded(folder) => folder.join(format!("set-aside-{number}")).display().to_string(),
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
            Place::Files(path) | Place::Downloaded(path) => write!(f, "{}", path.display()),
            Place::Shared(place) => f.write_str(place.objects().name()),
        }
    }
}
