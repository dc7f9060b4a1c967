//! The committed inputs of the targets.

use std::fs;
use std::path::{Path, PathBuf};

/// One input.
pub struct Entry {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// `fuzz` of this repository.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The corpus of a target, in the order of the names.
pub fn entries(target: &str) -> Vec<Entry> {
    let files = fs::read_dir(folder().join("corpus").join(target)).expect("a corpus");
    let entry = |path: PathBuf| Entry {
        name: path.file_name().expect("a name").to_string_lossy().into_owned(),
        bytes: fs::read(&path).expect("a file"),
    };
    let mut entries: Vec<Entry> = files.map(|file| entry(file.expect("an entry").path())).collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}

/// A name for an input. (FNV-1a.)
pub fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
