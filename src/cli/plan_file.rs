//! Saved plans on disk. They hold names and phone numbers, so only their owner can read them.

use std::io::Write;
use std::path::Path;

use crate::diagnostics::{Diagnostic, Outcome, cause, typed};
use crate::plan::{Plan, open_plan, seal_plan};

/// Writes a plan, whole or not at all.
pub(super) fn write(path: &Path, plan: &Plan) -> Outcome<()> {
    let sealed = seal_plan(plan)?;
    let written = || -> std::io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // A temporary file is made readable by its owner alone.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(sealed.as_bytes())?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    written().map_err(|error| {
        let message = format!("the plan cannot be saved to {}: {}", path.display(), cause(&error));
        Box::new(Diagnostic::error("plan/save", message).help("nothing was applied; name a file in a folder that can be written"))
    })
}

pub(super) fn read(path: &Path) -> Outcome<Plan> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        let help = format!("make one: callout plan --out {}", typed(&name));
        Box::new(Diagnostic::error("plan/unreadable", format!("the plan {name} cannot be read: {}", cause(&error))).help(help))
    })?;
    open_plan(&name, &String::from_utf8_lossy(&bytes))
}
