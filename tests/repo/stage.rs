//! Copies of the examples to run commands in, so that no test leaves a state in the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The repository's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with the repository's `examples` and `schemas`, without what runs left behind.
pub fn copy() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for name in ["examples", "schemas"] {
        copy_folder(&root().join(name), &folder.path().join(name));
    }
    folder
}

pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for path in entries(from) {
        let to = to.join(path.file_name().expect("a name"));
        match path.is_dir() {
            true if path.ends_with(".callout") => {}
            true => copy_folder(&path, &to),
            false => drop(fs::copy(&path, &to).expect("a copy")),
        }
    }
}

/// What is in a folder, sorted.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    entries
}

/// A command that has nothing of this process but what it needs.
pub fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear();
    for name in ["HOME", "TMPDIR", "SystemRoot"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    let own = Path::new(env!("CARGO_BIN_EXE_callout")).parent().expect("a folder").to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others))).expect("a path");
    command.env("PATH", path);
    command
}

/// Runs `callout` and answers with its exit code and all that it says.
pub fn callout(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = command(env!("CARGO_BIN_EXE_callout"), folder).args(arguments).output().expect("callout starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().expect("an exit code"), said)
}
