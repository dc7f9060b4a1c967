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

/// Puts `bytes` in the place of a file: at every moment there is the old file or the new one.
pub fn replace(path: &Path, bytes: &[u8], access: Access) -> Outcome<()> {
    put(path, bytes, access).map_err(|error| trouble("write", path, &error))
}

fn put(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let folder = folder_of(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-");
    #[cfg(unix)]
    if access == Access::Everyone {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    #[cfg(not(unix))]
    let _ = access;
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Makes renames and new names in a folder durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Makes a folder that only its owner may enter (0700), if it is not there.
pub fn private_folder(folder: &Path) -> Outcome<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(|error| trouble("make", folder, &error))
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
        Err(error) => Err(trouble("read", path, &error)),
    }
}

/// Which file it is, whatever its name: device and inode.
#[cfg(unix)]
pub fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

/// Stable Rust tells no identity of a file here; its length is compared in any case.
#[cfg(not(unix))]
pub fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// The folder of a file; a bare name lies in the working folder.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A disk's refusal, in words, with the next step.
pub fn trouble(verb: &str, path: &Path, error: &io::Error) -> Box<Diagnostic> {
    let help = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "The disk is full: free some space, then run the command again.",
        ErrorKind::ReadOnlyFilesystem => "The file system is read-only: make it writable, then run the command again.",
        ErrorKind::PermissionDenied => "Its permissions keep this user out: run as the user who owns it, or give that folder to this user.",
        ErrorKind::NotADirectory | ErrorKind::IsADirectory => "A file and a folder are mixed up there: look at that path.",
        // Every other refusal of an operating system is told by its own words in the message.
        other => {
            tracing::debug!(kind = ?other, path = %path.display(), "a disk's refusal without a help of its own");
            "Look at the disk before anything else: a state that cannot be trusted must not be used."
        }
    };
    Box::new(Diagnostic::error("state/disk", format!("cannot {verb} `{}`: {error}", path.display())).help(help))
}
