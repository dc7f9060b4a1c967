//! What a state in files consists of.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::{FileStore, beside, bug};
use crate::diagnostics::Outcome;
use crate::state::disk;
use crate::state::journal::{self, Commit};
use crate::state::mendable::Mendable;
use crate::state::replay;
use crate::state::survey::{Content, Piece, Role};
use crate::state::transition::State;

const ASIDE: &str = "set-aside-";

impl Mendable for FileStore {
    fn pieces(&self) -> Outcome<Vec<Piece>> {
        let kept = self.history.list()?;
        let snapshots = kept.snapshots.into_iter().map(Role::KeptSnapshot);
        let journals = kept.journals.into_iter().map(Role::KeptJournal);
        let roles = [Role::Snapshot, Role::Journal].into_iter().chain(snapshots).chain(journals);
        Ok(roles.map(|role| Piece { name: self.path(role).display().to_string(), role }).collect())
    }

    fn content(&self, role: Role, lineage: &str) -> Content {
        match disk::read(&self.path(role)) {
            Ok(Some(bytes)) => Content::of(role, &bytes, lineage, &self.cipher),
            Ok(None) => Content::Missing,
            Err(why) => Content::Unreadable(*why),
        }
    }

    fn has(&self, role: Role) -> Outcome<bool> {
        Ok(self.path(role).exists())
    }

    fn mentions(&self, text: &str) -> Outcome<bool> {
        for piece in self.pieces()? {
            let bytes = disk::read(&self.path(piece.role))?.unwrap_or_default();
            if self.cipher.names(&bytes, text) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn create_with(&mut self, state: &State, first: &Commit) -> Outcome<()> {
        self.begin(state, &(replay::fresh_journal(state)? + &journal::commit_line(first, &self.cipher)?))
    }

    fn mend(&mut self, base: &State, commits: &[Commit]) -> Outcome<()> {
        self.put_together(base, commits)
    }

    fn asides(&self) -> Outcome<BTreeSet<u16>> {
        let entries = fs::read_dir(&self.folder).ok();
        let names = entries.into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.filter_map(|name| name.strip_prefix(ASIDE)?.parse().ok()).collect())
    }

    fn aside(&self, number: u16) -> Outcome<Box<dyn Mendable>> {
        let folder = beside(&self.snapshot, &format!("{ASIDE}{number}"));
        let snapshot = folder.join(self.snapshot.file_name().unwrap_or_default());
        Ok(Box::new(Self::new(snapshot).with_cipher(&self.cipher)))
    }
}

impl FileStore {
    /// Where a piece lies.
    pub(super) fn path(&self, role: Role) -> PathBuf {
        match role {
            Role::Snapshot => self.snapshot.clone(),
            Role::Journal => self.journal.clone(),
            Role::KeptSnapshot(through) => self.history.snapshot(through),
            Role::KeptJournal(span) => self.history.journal(span),
        }
    }

    /// A new folder for what is put aside.
    pub(super) fn new_aside(&self) -> Outcome<PathBuf> {
        let aside = (1..=u16::MAX).map(|number| beside(&self.snapshot, &format!("{ASIDE}{number}"))).find(|path| !path.exists());
        let aside = aside.ok_or_else(|| bug("too many states were set aside"))?;
        disk::private_folder(&aside)?;
        Ok(aside)
    }
}
