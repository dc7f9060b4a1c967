//! The lock: one writer at a time on one machine.
//!
//! Owns the lock file, which is never deleted and names its holder. The operating system frees it when its holder dies.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::disk;
use super::store::Owner;
use crate::diagnostics::{Diagnostic, Outcome};

/// How often the holder's name is looked for, and how long after each other.
const LOOKS: u32 = 100;
const MOMENT: Duration = Duration::from_millis(1);

/// Held as long as it lives.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Takes the lock, or tells who has it. Waits for nobody: only, for a moment, until the holder has written its name.
    pub fn take(path: &Path, owner: &Owner) -> Outcome<Self> {
        let mut file = disk::open_private(path, true).map_err(|error| disk::trouble("open", path, &error))?;
        let mut looks = 0;
        while let Err(error) = file.try_lock() {
            looks += 1;
            match error {
                TryLockError::WouldBlock => {
                    if let Some(owner) = named(&mut file) {
                        return Err(held(path, &owner.to_string()).into());
                    }
                }
                TryLockError::Error(error) => return Err(lockless(path, &error).into()),
            }
            if looks == LOOKS {
                return Err(held(path, "another process").into());
            }
            // The holder writes its name a moment after it has the lock, and may be gone by then.
            std::thread::sleep(MOMENT);
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
        if same { Ok(()) } else { Err(lost(&self.path).into()) }
    }
}

impl Drop for Lock {
    /// Closing the file is not enough: a program that is just being started still has a copy of it, and would keep the lock.
    fn drop(&mut self) {
        // A name that stays behind is that of a run which did not come to its end. Where either fails, closing the file frees the lock
        // a moment later, and the next holder writes its own name.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

fn named(file: &mut File) -> Option<Owner> {
    let mut text = String::new();
    file.rewind().and_then(|()| file.read_to_string(&mut text)).ok()?;
    serde_json::from_str(&text).ok()
}

fn held(path: &Path, by: &str) -> Diagnostic {
    let message = format!("the state is in use by {by}");
    Diagnostic::error("state/locked", message).help(format!(
        "Wait until it ends, then run the command again, or add --lock-timeout 10m. The lock `{}` ends with its process; do not delete it.",
        path.display()
    ))
}

fn lost(path: &Path) -> Diagnostic {
    let message = format!("the lock file `{}` was deleted or replaced while this run held it", path.display());
    Diagnostic::error("state/moved", message)
        .help("Nothing was added to the state. See that no other callout is running, then run callout plan. Never delete that file.")
}

/// Some network file systems know no locks. Going on without one would be trusting that nobody else runs.
fn lockless(path: &Path, error: &io::Error) -> Diagnostic {
    let message = format!("cannot lock `{}`: {error}", path.display());
    Diagnostic::error("state/no-lock", message).help(
        "Nothing was planned or sent: without a lock two runs at once could send the same ticket twice. Some network file systems have \
         none: keep the state on a disk of this machine (spec.state.path in callout.yaml), and let this machine alone apply.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::samples::owner;

    #[test]
    fn who_holds_it_is_named_only_while_it_is_held() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let lock = Lock::take(&path, &owner()).expect("free");
        assert!(fs::read_to_string(&path).expect("text").contains("4242"));
        let told = Lock::take(&path, &owner()).expect_err("held");
        assert_eq!(told.message, "the state is in use by `callout apply` (process 4242, ana on ci-7, since 2027-01-15T08:00:00Z)");
        drop(lock);
        assert_eq!(fs::read(&path).expect("bytes"), b"");
        Lock::take(&path, &owner()).expect("free again");
    }

    #[test]
    fn a_holder_without_a_name_keeps_others_out_all_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let lock = Lock::take(&path, &owner()).expect("free");
        lock.file.set_len(0).expect("emptied");
        assert_eq!(Lock::take(&path, &owner()).expect_err("held").message, "the state is in use by another process");
    }

    #[test]
    fn a_file_system_without_locks_is_told_as_such() {
        let told = lockless(Path::new(".callout/lock"), &io::ErrorKind::Unsupported.into());
        assert_eq!((told.code, told.message.as_str()), ("state/no-lock", "cannot lock `.callout/lock`: unsupported"));
        assert!(told.help.is_some_and(|help| help.contains("keep the state on a disk of this machine (spec.state.path in callout.yaml)")));
    }
}
