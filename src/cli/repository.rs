//! How the repository around a project names its files: hosts show what is told at their lines only under these names.
//!
//! Refuses to ask git: the root is where `.git` is.

use std::path::{Path, PathBuf};

use super::Environment;
use crate::manifest;

/// The repository, or what stands in for it where there is none.
pub(super) struct Repository {
    root: PathBuf,
    /// What names in messages are relative to.
    folder: PathBuf,
}

impl Repository {
    pub fn around(environment: &Environment) -> Self {
        let folder = environment.folder.canonicalize().unwrap_or_else(|_| environment.folder.clone());
        let root = folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&folder).to_owned();
        Self { root, folder }
    }

    /// A file's name from the root, with slashes. What lies outside of the repository keeps its own.
    pub fn name(&self, path: &Path) -> String {
        let from_folder = self.folder.join(path);
        let real = from_folder.canonicalize().unwrap_or(from_folder);
        let name = real.strip_prefix(&self.root).unwrap_or(path);
        let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/").replacen("//", "/", 1)
    }

    /// The file that is named for what is of no file: the project's.
    pub fn project_file(&self) -> String {
        let file = self.folder.ancestors().map(|above| above.join(manifest::PROJECT_FILE)).find(|file| file.exists());
        self.name(&file.unwrap_or_else(|| manifest::PROJECT_FILE.into()))
    }
}
