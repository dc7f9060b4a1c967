//! What a state in files consists of.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::{FileStore, beside, bug};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::disk::{self, Access};
use crate::state::journal::{self, Commit};
use crate::state::mendable::Mendable;
use crate::state::migrate::Farewell;
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

    fn bytes(&self, role: Role) -> Outcome<Option<Vec<u8>>> {
        disk::read(&self.path(role))
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

    fn keep(&mut self, role: Role, bytes: &[u8]) -> Outcome<()> {
        self.owned()?;
        disk::private_folder(&self.history.folder)?;
        disk::replace(&self.path(role), bytes, Access::Owner)
    }

    fn leave(&mut self, farewell: &Farewell) -> Outcome<()> {
        self.untouched()?;
        let text = Farewell::FORM.seal(farewell).map_err(|error| bug(&format!("the farewell has no JSON form: {error}")))?;
        disk::replace(&self.farewell(), (text + "\n").as_bytes(), Access::Owner)
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

    fn farewell(&self) -> PathBuf {
        beside(&self.snapshot, "moved.json")
    }

    /// Refuses where the state has gone to another place. What cannot be read is no sign that it has not.
    pub(super) fn still_here(&self) -> Outcome<()> {
        let path = self.farewell();
        let Some(bytes) = disk::read(&path)? else { return Ok(()) };
        let name = self.snapshot.display().to_string();
        let farewell = Farewell::FORM.unseal::<Farewell>(String::from_utf8_lossy(&bytes).trim_end());
        Err(Box::new(match farewell {
            Ok(farewell) => farewell.refusal(&name),
            Err(why) => Diagnostic::error(
                "state/left",
                format!("the state `{name}` went to another place, and `{}` cannot be used: {why}", path.display()),
            )
            .help("Nothing was planned or sent. The git history of callout.yaml, or callout log of the new place, tell where it is."),
        }))
    }

    /// A new folder for what is put aside.
    pub(super) fn new_aside(&self) -> Outcome<PathBuf> {
        let aside = (1..=u16::MAX).map(|number| beside(&self.snapshot, &format!("{ASIDE}{number}"))).find(|path| !path.exists());
        let aside = aside.ok_or_else(|| bug("too many states were set aside"))?;
        disk::private_folder(&aside)?;
        Ok(aside)
    }
}
