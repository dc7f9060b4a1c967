//! A folder of files for one run of a target. It is gone afterwards, so that no input sees what another left.

use std::fs;
use std::path::{Path, PathBuf};

use callout::manifest::{Keep, Loaded, Request};
use tempfile::TempDir;

pub struct Folder(TempDir);

impl Folder {
    pub fn of(files: &[(&str, &[u8])]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        for (name, bytes) in files {
            folder.write(name, bytes);
        }
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().expect("a folder")).and_then(|()| fs::write(path, bytes)).expect("a file");
    }

    pub fn request(&self) -> Request {
        Request { start: self.path().to_path_buf(), keep: Keep::Documents, ..Request::default() }
    }

    /// The project as commands load it.
    pub fn load(&self) -> Loaded {
        callout::rollout::load(&self.request())
    }
}
