//! The folder of earlier snapshots and journals beside a state.
//!
//! Owns their names and how many are kept. Journals are kept for ever: they are the log of all that was done.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::disk::{self, Access};
use super::replay::{Named, Span};
use crate::diagnostics::Outcome;

/// Ten runs back is further than anybody looks for a mistake; the journals reach back to the beginning anyway.
const SNAPSHOTS_KEPT: usize = 10;

/// `.callout/history`.
#[derive(Debug, Clone)]
pub struct History {
    pub folder: PathBuf,
}

/// What is in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The last commit of each snapshot, rising.
    pub snapshots: Vec<u64>,
    /// Rising.
    pub journals: Vec<Span>,
}

impl Kept {
    /// What files of these names are; others are passed over.
    pub fn of<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut kept = Self::default();
        for name in names {
            kept.snapshots.extend(snapshot_number(name));
            kept.journals.extend(journal_span(name));
        }
        kept.snapshots.sort_unstable();
        kept.journals.sort_unstable();
        kept
    }

    /// The last commit that anything here knows of.
    pub fn newest(&self) -> Option<u64> {
        self.snapshots.iter().copied().chain(self.journals.iter().map(|span| span.last)).max()
    }
}

impl History {
    pub fn list(&self) -> Outcome<Kept> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            // A link that leads nowhere is a history that is out of reach, not one that is empty.
            Err(error) if error.kind() == ErrorKind::NotFound && self.folder.symlink_metadata().is_err() => return Ok(Kept::default()),
            Err(error) => return Err(disk::trouble("read", &self.folder, &error).into()),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| disk::trouble("read", &self.folder, &error))?.file_name();
            names.push(name.to_string_lossy().into_owned());
        }
        Ok(Kept::of(names.iter().map(String::as_str)))
    }

    pub fn snapshot(&self, through: u64) -> PathBuf {
        self.folder.join(snapshot_name(through))
    }

    pub fn journal(&self, span: Span) -> PathBuf {
        self.folder.join(journal_name(span))
    }

    pub fn keep_snapshot(&self, through: u64, text: &str) -> Outcome<()> {
        disk::private_folder(&self.folder)?;
        disk::replace(&self.snapshot(through), text.as_bytes(), Access::Owner)
    }

    pub fn keep_journal(&self, span: Span, journal: &Path) -> Outcome<()> {
        let Some(bytes) = disk::read(journal)? else { return Ok(()) };
        disk::private_folder(&self.folder)?;
        disk::replace(&self.journal(span), &bytes, Access::Owner)
    }

    /// The kept journals that hold any of these commits, in order.
    pub fn journals_with(&self, span: Span) -> Outcome<Vec<Named>> {
        let mut found = Vec::new();
        let kept: Vec<Span> = self.list()?.journals.into_iter().filter(|kept| kept.last >= span.first && kept.first <= span.last).collect();
        self.journals(&kept, &mut |journal| found.push(journal))?;
        Ok(found)
    }

    /// Hands over these kept journals, one by one: together they may be more than fits into memory.
    pub fn journals(&self, spans: &[Span], each: &mut dyn FnMut(Named)) -> Outcome<()> {
        for span in spans {
            let path = self.journal(*span);
            if let Some(bytes) = disk::read(&path)? {
                each(Named { name: path.display().to_string(), bytes });
            }
        }
        Ok(())
    }

    /// Removes the oldest snapshots above the number that is kept.
    pub fn prune(&self) -> Outcome<()> {
        let snapshots = self.list()?.snapshots;
        for through in &snapshots[..snapshots.len().saturating_sub(SNAPSHOTS_KEPT)] {
            let path = self.snapshot(*through);
            fs::remove_file(&path).map_err(|error| disk::trouble("remove", &path, &error))?;
        }
        Ok(())
    }
}

/// The name of a kept snapshot.
pub fn snapshot_name(through: u64) -> String {
    format!("state-{through:010}.json")
}

/// The name of a kept journal.
pub fn journal_name(span: Span) -> String {
    format!("journal-{:010}-{:010}.jsonl", span.first, span.last)
}

fn snapshot_number(name: &str) -> Option<u64> {
    name.strip_prefix("state-")?.strip_suffix(".json")?.parse().ok()
}

fn journal_span(name: &str) -> Option<Span> {
    let (first, last) = name.strip_prefix("journal-")?.strip_suffix(".jsonl")?.split_once('-')?;
    Some(Span { first: first.parse().ok()?, last: last.parse().ok()? })
}
