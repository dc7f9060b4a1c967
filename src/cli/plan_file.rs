//! Saved plans on disk. They hold names and phone numbers, so only their owner can read them.
//!
//! Refuses to write over anything but an earlier plan: `--out` with one word too few would replace a file that a person wrote.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write};
use std::path::Path;

use crate::diagnostics::{Diagnostic, Outcome, cause, typed};
use crate::plan::{Plan, open_plan, seal_plan};
use crate::state::{Cipher, read_regular};

/// In bytes. No plan that fits the limits comes near it; what is larger is something else.
const LARGEST: u64 = 500_000_000;

/// In bytes: what a plan begins with, encrypted or not.
const HEAD: u64 = 300;

/// Whether a plan may be written here: to a new file, an empty one, or over an earlier plan.
pub(super) fn may_write(path: &Path) -> Outcome<()> {
    let is_plan = || -> std::io::Result<bool> {
        let metadata = path.metadata()?;
        if !metadata.is_file() || metadata.len() == 0 {
            return Ok(metadata.is_file());
        }
        let mut start = Vec::new();
        File::open(path)?.take(HEAD).read_to_end(&mut start)?;
        let start = String::from_utf8_lossy(&start);
        let is_encrypted = || start.contains("\"kind\":\"encrypted\"") && start.contains("\"holds\":\"plan\"");
        Ok(start.starts_with("{\"format_version\":") && (start.contains("\"kind\":\"plan\"") || is_encrypted()))
    };
    let kept = |why: &str| {
        let message = format!("the plan is not saved to {}: {why}", path.display());
        Err(Diagnostic::error("plan/save", message).help("nothing was applied; name a file that is not there yet").into())
    };
    match is_plan() {
        Ok(true) => Ok(()),
        // A link that leads nowhere is replaced itself: a plan is never written through a link.
        Err(error) if error.kind() == ErrorKind::NotFound => match folder(path).metadata() {
            Ok(_) => Ok(()),
            Err(error) => Err(not_saved(path, &error).into()),
        },
        Err(error) if error.kind() == ErrorKind::NotADirectory => Err(not_saved(path, &error).into()),
        Ok(false) => kept("something else is there, which is no saved plan"),
        Err(error) => kept(&format!("something is there that cannot be read ({})", cause(&error))),
    }
}

/// Writes a plan, whole or not at all.
pub(super) fn write(path: &Path, plan: &Plan, cipher: &Cipher) -> Outcome<()> {
    may_write(path)?;
    let sealed = seal_plan(plan, cipher)?;
    let written = || -> std::io::Result<()> {
        // A temporary file is made readable by its owner alone.
        let file = tempfile::NamedTempFile::new_in(folder(path))?;
        file.as_file().write_all(format!("{sealed}\n").as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    written().map_err(|error| not_saved(path, &error).into())
}

/// Where a file is to be.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn not_saved(path: &Path, error: &std::io::Error) -> Diagnostic {
    let message = format!("the plan cannot be saved to {}: {}", path.display(), cause(error));
    Diagnostic::error("plan/save", message).help("nothing was applied; name a file in a folder that can be written")
}

pub(super) fn read(path: &Path, cipher: &Cipher) -> Outcome<Plan> {
    let name = path.display().to_string();
    let bytes = read_regular(path, LARGEST).map_err(|error| {
        let help = format!("make one: callout plan --out {}", typed(&name));
        Box::new(Diagnostic::error("plan/unreadable", format!("the plan {name} cannot be read: {}", cause(&error))).help(help))
    })?;
    open_plan(&name, &String::from_utf8_lossy(&bytes), cipher)
}
