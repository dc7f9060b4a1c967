//! `--since`: which tickets differ from an earlier commit.
//!
//! Owns loading that commit's files as if they were the project's. Refuses to guess: a commit that is not there is an error, and of files
//! that do not load, everything counts as different.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Environment;
use super::checkout::check_out;
use super::opened::Opened;
use super::revision::Revision;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::manifest::{Keep, Loaded, PROJECT_FILE, Request};
use crate::refresh::{Described, Since, differing};
use crate::rollout;

/// What differs from the commit that the reference means now.
pub(super) fn since(opened: &Opened, reference: &str, environment: &Environment) -> Outcome<Since> {
    let revision = Revision::find(&opened.project.folder, reference)?;
    let mut since =
        Since { reference: reference.to_owned(), commit: revision.commit.clone(), tickets: BTreeSet::new(), unread: None, aside: 0 };
    match then(&revision, opened) {
        Ok(loaded) => {
            let sides = loaded.project.as_ref().map(|project| opened.sides_of(project)).unwrap_or_default();
            let then = Described { tickets: &loaded.tickets, rollouts: &loaded.terms, sides: &sides };
            since.tickets = differing(then, Described { tickets: &opened.tickets, rollouts: &opened.rollouts, sides: &opened.sides });
        }
        Err(why) => {
            environment.err.tell(&[unread(&since, &why)]);
            since.unread = Some(why);
        }
    }
    Ok(since)
}

fn unread(since: &Since, why: &str) -> Diagnostic {
    let message = format!("every ticket counts as different from {}: {why}", since.name());
    Diagnostic::warning("since/unread", message)
        .help("nothing is left out: this plan looks at the whole project. Or name a commit whose files load")
}

/// The earlier tickets, or why they are not known.
fn then(revision: &Revision, opened: &Opened) -> Result<Loaded, String> {
    let top = real(Path::new(&revision.top));
    let tree = check_out(revision, &outside(opened, &top))?;
    if !tree.project.join(PROJECT_FILE).is_file() {
        return Err(format!("it has no {PROJECT_FILE} in this folder"));
    }
    let request = Request { start: tree.project.clone(), paths: Vec::new(), sandbox: opened.sandboxed, keep: Keep::Tickets };
    let loaded = rollout::load(&request);
    if let Some(first) = loaded.diagnostics.iter().find(|told| told.is_error()) {
        return Err(format!("its files have mistakes, the first: {first}"));
    }
    let Some(project) = &loaded.project else { return Err(format!("its {PROJECT_FILE} is none")) };
    let is_read = |path: &Path| project.manifests.iter().any(|manifests| path.starts_with(manifests) || manifests.starts_with(path));
    if let Some(path) = tree.submodules.iter().find(|path| is_read(path)) {
        return Err(format!("{} is a submodule, whose files are in another repository", tree.name(path)));
    }
    // By such a path the files of now are found, and not those of then.
    let is_of_now = |folder: &Path| !folder.starts_with(tree.root()) && real(folder).starts_with(&top);
    match project.attachment_folders.iter().find(|folder| is_of_now(folder)) {
        None => Ok(loaded),
        Some(folder) => Err(format!("spec.attachment_folders names {} by its absolute path", folder.display())),
    }
}

/// Folders outside of the project's whose files may be sent, where the same repository has them: as it names them.
fn outside(opened: &Opened, top: &Path) -> Vec<String> {
    let own = real(&opened.project.folder);
    let folders = opened.project.attachment_folders.iter().map(|folder| real(folder)).filter(|folder| !folder.starts_with(&own));
    folders.filter_map(|folder| Some(folder.strip_prefix(top).ok()?.to_str()?.to_owned())).collect()
}

/// One folder can be called by many names.
fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}
