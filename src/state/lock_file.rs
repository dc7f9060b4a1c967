//! `callout.lock`: the committed file that says which state is this project's.
//!
//! Owns its text. Refuses to guess: a file that cannot be read is an error, never a missing one.

use std::io::ErrorKind;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::disk;
use super::regular::read_regular;
use crate::diagnostics::{Diagnostic, Outcome, Place, SourceFile};

const COMMENT: &str = "\
# Made by `callout init`. Commit this file.
# It names the one state that knows which tickets exist. Without it, a fresh checkout could send everybody a second time.
";
/// In bytes: room for thousands of lineages.
const LARGEST: u64 = 1_000_000;
const API_VERSION: &str = "callout/v1";

/// What `callout.lock` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockFile {
    pub lineage: String,
    /// Lineages that were given up, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given_up: Vec<GivenUp>,
}

/// A lineage that ended with `callout state init --start-over`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenUp {
    pub lineage: String,
    pub at: Timestamp,
    pub reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    api_version: String,
    kind: String,
    spec: LockFile,
}

impl LockFile {
    /// Reads the file; `None` where there is none.
    pub fn read(path: &Path) -> Outcome<Option<Self>> {
        let text = match read_regular(path, LARGEST) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| unreadable(path, "it is no UTF-8 text"))?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Box::new(unreadable(path, &error.to_string()))),
        };
        let document: Document = serde_yaml::from_str(&text).map_err(|error| {
            let diagnostic = unreadable(path, &error.to_string());
            let Some(location) = error.location() else { return diagnostic };
            let offset = location.index();
            diagnostic.at(Place { file: SourceFile::new(path.display().to_string(), path, text.clone()), span: offset..offset })
        })?;
        if document.api_version != API_VERSION || document.kind != "Lock" {
            let why = format!("it says `{}`, `{}`, where `{API_VERSION}`, `Lock` must be", document.api_version, document.kind);
            return Err(Box::new(unreadable(path, &why)));
        }
        if document.spec.lineage.trim().is_empty() {
            return Err(Box::new(unreadable(path, "its lineage is empty")));
        }
        Ok(Some(document.spec))
    }

    /// Replaces the file, durably. Only under the lock of the state.
    pub fn write(&self, path: &Path) -> Outcome<()> {
        let document = Document { api_version: API_VERSION.to_owned(), kind: "Lock".to_owned(), spec: self.clone() };
        let yaml = serde_yaml::to_string(&document).map_err(|error| unreadable(path, &error.to_string()))?;
        disk::sweep(disk::folder_of(path));
        disk::replace(path, format!("{COMMENT}{yaml}").as_bytes(), disk::Access::Everyone)
    }
}

fn unreadable(path: &Path, why: &str) -> Diagnostic {
    let name = path.display();
    Diagnostic::error("state/lock-file", format!("`{name}` cannot be used: {why}"))
        .help(format!("Put it back from version control: `git checkout -- {name}`. Nothing is planned or sent without it."))
}
