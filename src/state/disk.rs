//! Files that survive a loss of power.
//!
//! Owns replacing a file whole, private folders, and the words for what a disk answers. Refuses to leave half a file behind.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::diagnostics::{Diagnostic, Outcome};

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only its owner (0600): a state holds names and telephone numbers.
    Owner,
    /// As the umask says: for what is committed.
    Everyone,
}

/// How the names of files begin that are not in their place yet. Long enough to be nobody else's.
const PART: &str = ".callout-new-";

/// Puts `bytes` in the place of a file: at every moment there is the old file or the new one.
pub fn replace(path: &Path, bytes: &[u8], access: Access) -> Outcome<()> {
    put(path, bytes, access).map_err(|error| trouble("write", path, &error).into())
}

fn put(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let folder = folder_of(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(PART);
    #[cfg(unix)]
    if access == Access::Everyone {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    #[cfg(not(unix))]
    let _ = access;
    let file = builder.tempfile_in(folder)?;
    // The file behind it: its own words for an error name a path that nobody knows.
    file.as_file().write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Removes what killed runs left of files that they were about to put in place. Only for the holder of the lock: a living run's must stay.
/// What cannot be removed harms nobody.
pub fn sweep(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PART)) {
        let _ = fs::remove_file(entry.path());
    }
}

/// Makes renames and new names in a folder durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Makes a folder that only its owner may enter (0700), if it is not there.
pub fn private_folder(folder: &Path) -> Outcome<()> {
    make_private_folder(folder).map_err(|error| trouble("make", folder, &error).into())
}

/// The same, with the disk's own error.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Opens a file for reading and writing, private if it is made.
pub fn open_private(path: &Path, create: bool) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(create).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// The bytes of a file; `None` where there is none.
pub fn read(path: &Path) -> Outcome<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(trouble("read", path, &error).into()),
    }
}

/// Whether two names or handles lead to one file: device and inode.
#[cfg(unix)]
pub fn same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Stable Rust tells no identity of a file here: the time at which it was made stands in.
#[cfg(not(unix))]
pub fn same_file(one: &Metadata, other: &Metadata) -> bool {
    one.created().ok() == other.created().ok()
}

/// The folder of a file; a bare name lies in the working folder.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A disk's refusal, in words, with the next step.
pub fn trouble(verb: &str, path: &Path, error: &io::Error) -> Diagnostic {
    let kind = error.kind();
    let help = if matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
        "The disk is full: free some space, then run the command again."
    } else if kind == ErrorKind::FileTooLarge {
        "The file may grow no further: see `ulimit -f` and the file system's largest file, then run the command again."
    } else if kind == ErrorKind::ReadOnlyFilesystem {
        "The file system is read-only: make it writable, then run the command again."
    } else if kind == ErrorKind::PermissionDenied {
        "Its permissions keep this user out: run as the user who owns it, or give that folder to this user."
    } else if matches!(kind, ErrorKind::NotADirectory | ErrorKind::IsADirectory) {
        "A file stands where a folder must be, or the reverse: look at that path."
    } else {
        "Look at the disk first: a state that cannot be trusted must not be used."
    };
    Diagnostic::error("state/disk", format!("cannot {verb} `{}`: {error}", path.display())).help(help)
}
