//! Programs that a test needs and that are no part of callout.
//!
//! Where one is missing such a test says so on the standard error and passes; with the variable `CALLOUT_NEEDS_TOOLS` set, as in CI, it
//! fails. `tests/tools/install` installs them.

use std::io::{Write, stderr};
use std::path::{Path, PathBuf};

/// Whether all of these can be run: names of programs in `PATH`, or paths below `target/tools`.
pub fn are_there(names: &[&str]) -> bool {
    let missing: Vec<&&str> = names.iter().filter(|name| find(name).is_none()).collect();
    let Some(first) = missing.first() else { return true };
    assert!(std::env::var_os("CALLOUT_NEEDS_TOOLS").is_none(), "{first} is missing: tests/tools/install installs it");
    // Not by a macro: those are caught, and shown only of a test that fails.
    writeln!(stderr(), "passed over without a look: {first} is missing; tests/tools/install installs it").expect("the standard error");
    false
}

/// Where it is.
pub fn find(name: &str) -> Option<PathBuf> {
    let is_file = |path: &PathBuf| path.is_file();
    if name.contains('/') {
        return Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools").join(name)).filter(is_file);
    }
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(is_file)
}
