//! What a state in files consists of.

use std::path::{Path, PathBuf};

use super::{FileStore, beside, bug};
use crate::diagnostics::Outcome;
use crate::state::disk;
use crate::state::history::History;
use crate::state::survey::{Piece, Role};

impl FileStore {
    /// Every file that belongs to the state, there or not: snapshot and journal first, then the history, oldest first.
    pub fn pieces(&self) -> Outcome<Vec<Piece>> {
        let kept = self.history.list()?;
        let snapshots = kept.snapshots.into_iter().map(|through| (self.history.snapshot(through), Role::KeptSnapshot(through)));
        let journals = kept.journals.into_iter().map(|span| (self.history.journal(span), Role::KeptJournal(span)));
        let live = [(self.snapshot.clone(), Role::Snapshot), (self.journal.clone(), Role::Journal)];
        Ok(live.into_iter().chain(snapshots).chain(journals).map(|(path, role)| Piece { path, role }).collect())
    }

    pub fn snapshot_path(&self) -> &Path {
        &self.snapshot
    }

    pub fn journal_path(&self) -> &Path {
        &self.journal
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    /// A new folder for what is put aside.
    pub(super) fn new_aside(&self) -> Outcome<PathBuf> {
        let aside = (1..=u16::MAX).map(|number| beside(&self.snapshot, &format!("set-aside-{number}"))).find(|path| !path.exists());
        let aside = aside.ok_or_else(|| bug("too many states were set aside"))?;
        disk::private_folder(&aside)?;
        Ok(aside)
    }
}
