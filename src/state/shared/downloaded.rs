//! A copy of a shared state in a folder, as the cloud's own tools make one: each object is a file below it.
//!
//! Owns reading such a folder as the objects that it was. Refuses to write there: it is a copy, and stays one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::memory::InMemory;

use super::layout;
use super::objects::Objects;
use crate::diagnostics::Outcome;
use crate::state::disk;

/// The folder of such a copy that a person means by this path: itself, or that of the snapshot in it.
pub fn folder(path: &Path) -> Option<&Path> {
    let folder = if path.is_dir() { Some(path) } else { path.parent() };
    folder.filter(|folder| path.exists() && folder.join(layout::JOURNALS).is_dir())
}

/// The objects, read into memory: a copy that is repaired from is looked at piece by piece, again and again.
pub fn objects(folder: &Path) -> Outcome<Objects> {
    let objects = Objects::new(Arc::new(InMemory::new()), "", folder.display().to_string())?;
    for path in files(folder)? {
        let below = path.strip_prefix(folder).unwrap_or(&path).components();
        let parts: Vec<String> = below.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        // What was put aside is no part of the state, and may be large.
        let is_part = parts.first().is_some_and(|first| layout::aside_number(first).is_none());
        if let Some(bytes) = disk::read(&path)?.filter(|_| is_part) {
            objects.create(&parts.join("/"), &bytes)?;
        }
    }
    Ok(objects)
}

fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        let trouble = |error| disk::trouble("read", &folder, &error);
        for entry in fs::read_dir(&folder).map_err(trouble)? {
            let entry = entry.map_err(trouble)?;
            let kind = entry.file_type().map_err(trouble)?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    Ok(files)
}
