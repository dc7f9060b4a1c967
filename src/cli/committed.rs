//! A state that somebody committed to git.
//!
//! Refuses to write to it: another branch has an older one, and whoever goes there sends everybody again who was sent since.

use super::opened::Opened;
use super::revision::git;
use crate::diagnostics::{Diagnostic, typed};

/// What is told of such a state; nothing of one that git does not know.
pub(super) fn committed(opened: &Opened) -> Option<Diagnostic> {
    let snapshot = opened.home.state.snapshot().filter(|_| !opened.sandboxed)?;
    let (folder, name) = (snapshot.parent()?, snapshot.file_name()?.to_str()?);
    let asked = git(folder).args(["ls-files", "--", name, "journal.jsonl"]).output().ok()?;
    if !asked.status.success() || asked.stdout.is_empty() {
        return None;
    }
    let shown = folder.strip_prefix(&opened.project.folder).unwrap_or(folder).display().to_string();
    let message = format!("the state is in git: every branch has its own {shown}, and on another one nobody knows who was sent");
    let help = format!(
        "take it out, and keep the files: git rm -r --cached {} && git commit; then callout state check. Put its folder into .gitignore. For a \
         team: callout state migrate --to s3://BUCKET/PREFIX --reason TEXT",
        typed(&shown)
    );
    Some(Diagnostic::error("state/in-git", message).help(help))
}
