//! The lock: one writer at a time on one machine.
//!
//! Owns the lock file, which is never deleted and names its holder. The operating system frees it when its holder dies.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::disk;
use super::store::Owner;
use crate::diagnostics::{Diagnostic, Outcome};

/// Held as long as it lives.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Takes the lock, or tells who has it. Never waits.
    pub fn take(path: &Path, owner: &Owner) -> Outcome<Self> {
        let mut file = disk::open_private(path, true).map_err(|error| disk::trouble("open", path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(path, &mut file).into()),
            Err(TryLockError::Error(error)) => return Err(disk::trouble("lock", path, &error).into()),
        }
        let name = serde_json::to_string(owner).unwrap_or_else(|_| owner.to_string());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(name.as_bytes()))
            .map_err(|error| disk::trouble("write", path, &error))?;
        let lock = Self { path: path.to_owned(), file };
        lock.still_held()?;
        Ok(lock)
    }

    /// Whether the path still leads to the locked file: after somebody deleted it, a second run could lock a new one.
    pub fn still_held(&self) -> Outcome<()> {
        let ours = self.file.metadata().map_err(|error| disk::trouble("read", &self.path, &error))?;
        let same = fs::metadata(&self.path).is_ok_and(|there| disk::same_file(&there, &ours));
        if same {
            return Ok(());
        }
        let message = format!("the lock file `{}` was deleted or replaced while this run held it", self.path.display());
        Err(Box::new(
            Diagnostic::error("state/moved", message).help(
                "Nothing was added to the state. See that no other callout is running, then run callout plan. Never delete that file.",
            ),
        ))
    }
}

impl Drop for Lock {
    /// Closing the file is not enough: a program that is just being started still has a copy of it, and would keep the lock.
    fn drop(&mut self) {
        // Where it fails, closing the file frees it a moment later.
        let _ = self.file.unlock();
    }
}

fn held(path: &Path, file: &mut File) -> Diagnostic {
    let mut text = String::new();
    let owner = file.read_to_string(&mut text).ok().and_then(|_| serde_json::from_str::<Owner>(&text).ok());
    let by = owner.map_or_else(|| "another process".to_owned(), |owner| owner.to_string());
    let message = format!("the state is in use by {by}");
    Diagnostic::error("state/locked", message).help(format!(
        "Wait until it ends, then run the command again. The lock `{}` ends with its process; do not delete it.",
        path.display()
    ))
}
