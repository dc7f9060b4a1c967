//! Git as a test types it: with nothing of the machine's settings, and always at the same moment.

use std::path::Path;
use std::process::Command;

/// Git in a folder.
pub fn command(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{who}_NAME"), "Dana Ortiz").env(format!("GIT_{who}_EMAIL"), "dana@example.com");
        git.env(format!("GIT_{who}_DATE"), "2027-01-04T12:00:00Z");
    }
    git
}

/// What git answers.
#[track_caller]
pub fn git(folder: &Path, words: &[&str]) -> String {
    let output = command(folder).args(words).output().expect("git");
    assert!(output.status.success(), "git {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// Commits all that there is, in a repository that is made if there is none, and answers with the commit.
pub fn commit(folder: &Path) -> String {
    git(folder, &["init", "--quiet", "--initial-branch", "main"]);
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "x"]);
    git(folder, &["rev-parse", "HEAD"])
}
