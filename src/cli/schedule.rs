//! `callout schedule`: the days of rollouts, written to the file beside each. Offline, without credentials and without state.

use std::io::Write as _;
use std::path::Path;

use super::args::Schedule as Words;
use super::{Ending, Environment, Exit};
use crate::diagnostics::{Diagnostic, Outcome, cause};
use crate::manifest::Request;
use crate::render;
use crate::rollout::schedule::{Draft, survey};

pub(super) fn run(words: &Words, environment: &Environment) -> Ending {
    let request = Request { start: environment.folder.clone(), paths: words.paths.clone(), sandbox: true, ..Request::default() };
    let (loaded, drafts) = survey(&request, environment.clock.now());
    if loaded.has_errors() {
        return Err(loaded.diagnostics.into());
    }
    environment.err.tell(&loaded.diagnostics);
    if drafts.is_empty() {
        environment.out.line("Nothing to schedule: no rollout has `spec.schedule`.");
    }
    for draft in &drafts {
        if words.show {
            environment.out.write(&render::calendar(draft));
            continue;
        }
        if !words.check && !draft.is_written() {
            write(&draft.book.path, &draft.book.shown, &draft.written)?;
        }
        environment.out.write(&render::schedule(draft, words.check));
    }
    let is_fine = |draft: &Draft| draft.is_written() && draft.overfull.is_empty();
    Ok(if words.check && !drafts.iter().all(is_fine) { Exit::Error } else { Exit::Done })
}

/// Writes a file, whole or not at all.
fn write(path: &Path, shown: &str, text: &str) -> Outcome<()> {
    let written = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        file.write_all(text.as_bytes())?;
        readable(file.as_file(), path)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    written().map_err(|error| {
        let message = format!("{shown} cannot be written: {}", cause(&error));
        Box::new(Diagnostic::error("rollout/schedule-file", message).help("Allow writing there, then: callout schedule"))
    })
}

/// A temporary file is its owner's alone; this one belongs to the repository, like the one that it replaces.
#[cfg(unix)]
fn readable(file: &std::fs::File, replaced: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(replaced).map_or(0o644, |before| before.permissions().mode());
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn readable(_: &std::fs::File, _: &Path) -> std::io::Result<()> {
    Ok(())
}
