//! An earlier commit of the repository that a project is in, as files in a folder of their own.
//!
//! Owns asking git. Git is asked for names and contents only: nothing is fetched, no hook and no filter runs, and neither the index nor the
//! work tree of the person is looked at or changed. Refuses names from git that lead out of the folder.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

use crate::diagnostics::{Diagnostic, Outcome, typed};

/// A commit, and where the project is in it.
pub(super) struct Revision {
    /// In full.
    pub commit: String,
    /// The folder of the repository's work tree.
    pub top: String,
    /// The project's folder below it, with a slash behind it; empty for the same folder.
    pub prefix: String,
}

/// Variables that would lead git to another repository: hooks are started with them.
const ELSEWHERE: [&str; 6] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE"];

/// Git in a folder, offline, speaking English.
pub(super) fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).arg("--literal-pathspecs");
    for name in ELSEWHERE {
        git.env_remove(name);
    }
    // A clone without all contents would fetch them quietly; an older git knows only the second of these.
    git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "none").env("GIT_TERMINAL_PROMPT", "0");
    git.env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
    git
}

impl Revision {
    /// The commit that a name means in the repository of a folder.
    pub fn find(folder: &Path, reference: &str) -> Outcome<Self> {
        let around = ask(folder, &["rev-parse", "--is-shallow-repository", "--show-toplevel", "--show-prefix"])?;
        if !around.status.success() {
            return Err(no_repository(&said(&around.stderr), folder).into());
        }
        let said = said(&around.stdout);
        let mut lines = said.splitn(3, '\n');
        let mut line = || lines.next().unwrap_or_default().to_owned();
        let (is_shallow, top, prefix) = (line() == "true", line(), line());
        match commit(folder, reference)? {
            Some(commit) => Ok(Self { commit, top, prefix: prefix.strip_suffix('\n').unwrap_or(&prefix).to_owned() }),
            None => Err(unknown(folder, reference, is_shallow)?.into()),
        }
    }
}

/// The full name of a commit; `None` where the words mean none.
fn commit(folder: &Path, reference: &str) -> Outcome<Option<String>> {
    // An option is no name of a commit, and no name of one begins like an option.
    if reference.starts_with('-') || reference.is_empty() {
        return Ok(None);
    }
    let output = ask(folder, &["rev-parse", "--verify", "--quiet", &format!("{reference}^{{commit}}")])?;
    let commit = said(&output.stdout).trim().to_owned();
    let is_name = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok((output.status.success() && is_name).then_some(commit))
}

fn ask(folder: &Path, words: &[&str]) -> Outcome<Output> {
    git(folder).args(words).output().map_err(|error| {
        let why = if error.kind() == ErrorKind::NotFound { "there is no git command here".to_owned() } else { error.to_string() };
        let message = format!("--since cannot ask git for the earlier files: {why}");
        Diagnostic::error("since/no-git", message).help("install git; or leave --since out, and the whole project is planned").into()
    })
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn no_repository(told: &str, folder: &Path) -> Diagnostic {
    if told.contains("dubious ownership") {
        let owned = told.split('\'').nth(1).map_or_else(|| folder.display().to_string(), str::to_owned);
        let message = "--since: git does not read this repository, because its folder belongs to somebody else";
        let help = format!("if you trust it: git config --global --add safe.directory {}", typed(&owned));
        return Diagnostic::error("since/owner", message).help(help);
    }
    let why = told.lines().find(|line| line.starts_with("fatal: ")).map_or("", |line| line.trim_start_matches("fatal: "));
    let message = if why.is_empty() || why.starts_with("not a git repository") {
        "--since: this project is in no git repository".to_owned()
    } else {
        format!("--since: git cannot read this repository: {why}")
    };
    Diagnostic::error("since/no-repository", message).help("leave --since out, and the whole project is planned")
}

fn unknown(folder: &Path, reference: &str, is_shallow: bool) -> Outcome<Diagnostic> {
    let message = format!("--since {}: this clone has no commit of that name", typed(reference));
    let remote = format!("origin/{reference}");
    let help = if commit(folder, &remote)?.is_some() {
        format!("did you mean {}?", typed(&remote))
    } else if is_shallow {
        "this clone has only the last commits: git fetch --unshallow brings the others. In GitHub Actions give actions/checkout \
         `fetch-depth: 0`, in GitLab CI set the variable GIT_DEPTH to 0"
            .to_owned()
    } else {
        "callout fetches nothing: git fetch origin brings the branches there, and git log --oneline names commits".to_owned()
    };
    Ok(Diagnostic::error("since/unknown-commit", message).help(help))
}
