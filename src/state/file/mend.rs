//! Good files in the place of damaged ones.

use std::fs;
use std::path::PathBuf;

use super::FileStore;
use crate::diagnostics::Outcome;
use crate::state::disk::{self, Access};
use crate::state::journal::{self, Commit, Header};
use crate::state::mendable::Mendable;
use crate::state::replay;
use crate::state::survey::{Content, Piece};
use crate::state::transition::State;

impl FileStore {
    pub(super) fn put_together(&mut self, base: &State, commits: &[Commit]) -> Outcome<()> {
        self.owned()?;
        let aside = self.put_copies_aside()?;
        self.put_foreign_history_aside(aside, &base.lineage)?;
        let kept = self.history.list()?.journals;
        let is_kept = |sequence: u64| kept.iter().any(|span| (span.first..=span.last).contains(&sequence));
        let has = |sequence: u64| commits.iter().any(|commit| commit.sequence == sequence);
        // Commits that the snapshot has already and no other file keeps stay in the journal: they are the log of what was done.
        let mut follows = base.through;
        while follows > 0 && has(follows) && !is_kept(follows) {
            follows -= 1;
        }
        let mut text = journal::header_line(&Header { lineage: base.lineage.clone(), follows })?;
        for commit in commits.iter().filter(|commit| commit.sequence > follows) {
            text.push_str(&journal::commit_line(commit, &self.cipher)?);
        }
        let snapshot = replay::snapshot_text(base, &self.cipher)?;
        self.history.keep_snapshot(base.through, &snapshot)?;
        self.live = None;
        disk::replace(&self.journal, text.as_bytes(), Access::Owner)?;
        disk::replace(&self.snapshot, snapshot.as_bytes(), Access::Owner)
    }

    fn put_copies_aside(&self) -> Outcome<Option<PathBuf>> {
        let mut aside = None;
        for path in [&self.snapshot, &self.journal] {
            let (Some(bytes), Some(name)) = (disk::read(path)?, path.file_name()) else { continue };
            disk::replace(&self.aside(&mut aside)?.join(name), &bytes, Access::Owner)?;
        }
        Ok(aside)
    }

    /// Another state's files in the history would make this one look like an older copy for ever.
    fn put_foreign_history_aside(&self, mut aside: Option<PathBuf>, lineage: &str) -> Outcome<()> {
        let foreign = |piece: &Piece| piece.role.is_kept() && matches!(self.content(piece.role, lineage), Content::Foreign(_));
        for piece in self.pieces()?.into_iter().filter(foreign) {
            let path = self.path(piece.role);
            let history = self.aside(&mut aside)?.join("history");
            disk::private_folder(&history)?;
            let Some(name) = path.file_name() else { continue };
            fs::rename(&path, history.join(name)).map_err(|error| disk::trouble("move", &path, &error))?;
        }
        Ok(())
    }

    fn aside(&self, aside: &mut Option<PathBuf>) -> Outcome<PathBuf> {
        let folder = match aside.take() {
            Some(folder) => folder,
            None => self.new_aside()?,
        };
        Ok(aside.insert(folder).clone())
    }
}
