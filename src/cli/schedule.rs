//! `callout schedule`: the days of rollouts, written to the file beside each. Offline and without credentials. Only `--reflow` and
//! `--repair` read the state, since they move visits and have to know which are bound.

use std::io::Write as _;
use std::path::Path;

use super::args::{Global, Schedule as Words};
use super::home::home;
use super::{Ending, Environment, Exit, Failure};
use crate::diagnostics::{Diagnostic, Outcome, cause};
use crate::manifest::{Loaded, Request, project_only};
use crate::render;
use crate::rollout::schedule::{Draft, Order, Revision, revise, survey};
use crate::state::{State, open_for_reading};

pub(super) async fn run(words: &Words, global: &Global, environment: &Environment) -> Ending {
    let (loaded, drafts) = drafted(words, global, environment).await?;
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
    let is_fine = |draft: &Draft| {
        let is_overfull = !draft.findings.overfull.is_empty();
        (!words.check || draft.is_written()) && !(is_overfull && (words.check || words.repair))
    };
    Ok(if drafts.iter().all(is_fine) { Exit::Done } else { Exit::Error })
}

/// What each file should hold.
async fn drafted(words: &Words, global: &Global, environment: &Environment) -> Result<(Loaded, Vec<Draft>), Failure> {
    let request = Request { start: environment.folder.clone(), paths: words.paths.clone(), sandbox: true, ..Request::default() };
    let now = environment.clock.now();
    let order = match (words.reflow, words.repair) {
        (false, false) => return Ok(survey(&request, now)),
        (true, _) => Order::Reflow,
        (false, true) => Order::Repair,
    };
    let states = states(global, environment).await?;
    Ok(revise(&request, &Revision { order, states: &states }, now))
}

/// A missing state is never an empty one: then nobody knows which tickets were sent. A sandbox that was never used sent none, and so did
/// a project that never had a state. The file of visits is the same for both, so a try in the sandbox moves nobody who was really sent.
async fn states(global: &Global, environment: &Environment) -> Result<Vec<State>, Failure> {
    let project = project_only(&environment.folder)?;
    let real = home(&project, false, environment).await?;
    if !global.sandbox {
        return Ok(vec![open_for_reading(&real)?]);
    }
    let used = [home(&project, true, environment).await?, real].into_iter().filter(|home| home.lock_file.exists() || home.state.exists());
    Ok(used.map(|home| open_for_reading(&home)).collect::<Outcome<_>>()?)
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
