//! The file that keeps a sandbox's tickets from one process to the next: the vendor's database, in small.
//!
//! JSON lines: a head with the version and the systems, then one line for each commit, holding all tickets of that commit as they
//! then were, each with its system. In version 1 there was one system; such a file keeps its head and its entries. The last word on a ticket counts. Appending keeps the thousandth create as cheap as the first, and a commit is
//! whole or absent: a last line without its end is what a killed process left, and is cut off.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Stored;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::{make_private_folder, open_private};
use crate::systems::registry;

const VERSION: u32 = 2;

#[derive(Serialize, Deserialize)]
struct Head {
    /// Whose file it is. In version 1, the one system whose tickets these were.
    sandbox: String,
    /// The systems that it may hold tickets of.
    #[serde(default)]
    systems: Vec<String>,
    version: u32,
}

/// An open file of tickets.
pub(super) struct Kept(File);

impl Kept {
    /// Opens or makes the file, and answers with its tickets in the order of their commits.
    pub(super) fn open(path: &Path) -> Outcome<(Self, Vec<Stored>)> {
        let unreadable = |why: String| {
            Box::new(
                Diagnostic::error("sandbox/unreadable", format!("The sandbox's tickets in {} cannot be read: {why}.", path.display()))
                    .help("Move the sandbox's whole folder away to start with an empty one; its state belongs to these tickets."),
            )
        };
        let mut file = open(path).map_err(|error| unreadable(error.to_string()))?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|error| unreadable(error.to_string()))?;
        let mut kept = Self(file);
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        let mut lines = text.get(..whole).unwrap_or_default().lines();
        // Without any whole line, what is there is read as the head: a file that is not ours must not be emptied.
        let Some(head) = lines.next().or_else(|| text.lines().next()) else {
            let systems = registry().iter().map(|system| system.id().to_owned()).collect();
            let head = Head { sandbox: "callout".to_owned(), systems, version: VERSION };
            kept.line(&head).map_err(|error| unreadable(error.to_string()))?;
            return Ok((kept, Vec::new()));
        };
        let head: Head = serde_json::from_str(head).map_err(|error| unreadable(format!("line 1: {error}")))?;
        if head.version > VERSION {
            return Err(unreadable(format!("it has version {}, and this callout reads up to version {VERSION}", head.version)));
        }
        let commit = |(line, text): (usize, &str)| {
            serde_json::from_str::<Vec<Stored>>(text).map_err(|error| unreadable(format!("line {}: {error}", line + 2)))
        };
        let commits = lines.enumerate().map(commit).collect::<Outcome<Vec<_>>>()?;
        kept.0.set_len(whole as u64).map_err(|error| unreadable(error.to_string()))?;
        Ok((kept, commits.into_iter().flatten().collect()))
    }

    /// One commit. In the file when it returns, though not surely on the disk: a sandbox survives its process, not the machine.
    pub(super) fn append(&mut self, tickets: &[Stored]) -> io::Result<()> {
        self.line(&tickets)
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        let before = self.0.seek(SeekFrom::End(0))?;
        self.0.write_all(&line).inspect_err(|_| {
            // Half a line in the middle of the file would make the next one unreadable.
            let _ = self.0.set_len(before);
        })
    }
}

/// Private: its tickets have the names and telephone numbers of the files.
fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    open_private(path, true)
}
