//! A state in files: `.callout/state.json` and what lies beside it.
//!
//! Owns the order of every durable step, chosen so that a stop between any two of them is harmless.
//! Refuses to add to files that somebody else touched.

mod live;
mod mend;
mod parts;

use std::fs;
use std::path::{Path, PathBuf};

use super::cipher::Cipher;
use super::disk::{self, Access};
use super::history::History;
use super::journal::{self, Commit};
use super::lock::Lock;
use super::replay::{self, Named, Parts};
use super::restore::CHECK;
use super::store::{Loaded, Owner, Store};
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome};
use live::{Found, Live, Still, amid};

/// One state in one folder.
#[derive(Debug)]
pub struct FileStore {
    folder: PathBuf,
    snapshot: PathBuf,
    journal: PathBuf,
    history: History,
    cipher: Cipher,
    lock: Option<Lock>,
    live: Option<Live>,
    /// The snapshot that the live journal goes on from.
    still: Option<Still>,
}

impl FileStore {
    /// The state whose snapshot has this path. Touches nothing.
    pub fn new(snapshot: impl Into<PathBuf>) -> Self {
        let snapshot = snapshot.into();
        let folder = disk::folder_of(&snapshot).to_owned();
        let (journal, history) = (beside(&snapshot, "journal.jsonl"), History { folder: beside(&snapshot, "history") });
        let cipher = Cipher::default();
        Self { folder, snapshot, journal, history, cipher, lock: None, live: None, still: None }
    }

    /// The same, whose texts are encrypted.
    #[must_use]
    pub fn with_cipher(mut self, cipher: &Cipher) -> Self {
        self.cipher = cipher.clone();
        self
    }

    fn owned(&self) -> Outcome<&Lock> {
        let lock = self.lock.as_ref().ok_or_else(|| bug("a state is changed only under its lock"))?;
        lock.still_held()?;
        Ok(lock)
    }

    /// The journal that this run adds to, if all that the run holds is as it left it.
    fn untouched(&self) -> Outcome<&Live> {
        self.owned()?;
        let both = self.live.as_ref().zip(self.still.as_ref());
        let (live, still) = both.ok_or_else(|| bug("a commit is added only after a load"))?;
        live.untouched()?;
        still.untouched()?;
        Ok(live)
    }

    /// The journal first: stopped in between, what is there is no state at all, or a damaged one, but never an empty one.
    fn begin(&mut self, state: &State, journal: &str) -> Outcome<()> {
        self.owned()?;
        if self.load()?.is_some() {
            let message = format!("`{}` is there already; a state is never overwritten", self.snapshot.display());
            return Err(Box::new(Diagnostic::error("state/exists", message).help("Go on with callout plan.")));
        }
        let text = replay::snapshot_text(state, &self.cipher)?;
        self.live = None;
        disk::replace(&self.journal, journal.as_bytes(), Access::Owner)?;
        disk::replace(&self.snapshot, text.as_bytes(), Access::Owner)?;
        self.take_up()?;
        self.history.keep_snapshot(state.through, &text)
    }

    /// Opens the journal that was just put in place, for adding.
    fn take_up(&mut self) -> Outcome<()> {
        self.still = Some(Still::of(&self.snapshot));
        let (found, bytes) = Found::open(&self.journal)?.ok_or_else(|| gone(&self.journal))?;
        let read = journal::read(&self.journal.display().to_string(), &bytes, &self.cipher)?;
        self.live = Some(found.take_up(bytes, &read)?);
        Ok(())
    }
}

impl Store for FileStore {
    fn name(&self) -> String {
        self.snapshot.display().to_string()
    }

    fn cipher(&self) -> Cipher {
        self.cipher.clone()
    }

    fn lock(&mut self, owner: &Owner) -> Outcome<()> {
        self.cipher.may_write()?;
        disk::private_folder(&self.folder)?;
        self.lock = Some(Lock::take(&beside(&self.snapshot, "lock"), owner)?);
        disk::sweep(&self.folder);
        disk::sweep(&self.history.folder);
        Ok(())
    }

    fn load(&mut self) -> Outcome<Option<Loaded>> {
        self.still_here()?;
        // History first, journal last: a run that compacts meanwhile then never makes the rest look older than the history.
        let kept = self.history.list()?;
        let still = Still::of(&self.snapshot);
        let snapshot = disk::read(&self.snapshot)?;
        // The one writer reads the very file that it will add to.
        let (found, journal) = if self.lock.is_some() { Found::open(&self.journal)?.unzip() } else { (None, disk::read(&self.journal)?) };
        let (snapshot, journal) = match (snapshot, journal) {
            (Some(snapshot), Some(journal)) => (snapshot, journal),
            (None, journal) if kept.newest().is_none() && journal.as_deref().is_none_or(replay::never_used) => return Ok(None),
            (None, _) => return Err(gone(&self.snapshot).into()),
            (Some(_), None) => return Err(gone(&self.journal).into()),
        };
        let named = |path: &Path, bytes| Named { name: path.display().to_string(), bytes };
        let parts = Parts { snapshot: named(&self.snapshot, snapshot), journal: named(&self.journal, journal) };
        let (loaded, journal) = replay::assemble(&parts, &self.cipher, |span| self.history.journals_with(span))?;
        if let Some(newest) = kept.newest().filter(|newest| *newest > loaded.state.through) {
            return Err(older_copy(&self.folder, loaded.state.through, newest).into());
        }
        if let Some(found) = found {
            self.live = Some(found.take_up(parts.journal.bytes, &journal)?);
            self.still = Some(still);
        }
        Ok(Some(loaded))
    }

    fn create(&mut self, state: &State) -> Outcome<()> {
        self.begin(state, &replay::fresh_journal(state)?)
    }

    fn append(&mut self, commit: &Commit) -> Outcome<u64> {
        let text = journal::commit_line(commit, &self.cipher)?;
        let last = self.untouched()?.span.last;
        if commit.sequence != last + 1 {
            return Err(bug(&format!("commit {} cannot follow commit {last}", commit.sequence)).into());
        }
        if let Some(live) = &mut self.live {
            live.add(&text)?;
        }
        // Between the look and the write somebody may have come in, and nobody may act on a commit that is not in the state.
        self.untouched().map_err(|error| amid(*error))?;
        Ok(text.len() as u64)
    }

    fn compact(&mut self, state: &State) -> Outcome<()> {
        let span = self.untouched()?.span;
        if state.through != span.last {
            return Err(bug(&format!("the snapshot ends with commit {}, the journal with {}", state.through, span.last)).into());
        }
        let text = replay::snapshot_text(state, &self.cipher)?;
        if span.first <= span.last {
            self.history.keep_journal(span, &self.journal)?;
        }
        self.history.keep_snapshot(state.through, &text)?;
        self.untouched()?;
        disk::replace(&self.snapshot, text.as_bytes(), Access::Owner)?;
        // Stopped here, the old journal's lines are part of the snapshot already and are passed over.
        self.still = Some(Still::of(&self.snapshot));
        // A line that somebody else added meanwhile would go with the old journal.
        self.untouched()?;
        disk::replace(&self.journal, replay::fresh_journal(state)?.as_bytes(), Access::Owner)?;
        self.take_up()?;
        self.history.prune()
    }

    /// The live journal is read first: what a run folds after that is in the history too, and what it adds is not missed but later.
    fn journals(&self, each: &mut dyn FnMut(Named)) -> Outcome<()> {
        let live = disk::read(&self.journal)?;
        let kept = self.history.list()?;
        let is_there = kept.newest().is_some() || self.snapshot.exists();
        self.history.journals(&kept.journals, each)?;
        match live {
            Some(bytes) => each(Named { name: self.journal.display().to_string(), bytes }),
            None if is_there => return Err(gone(&self.journal).into()),
            None => {}
        }
        Ok(())
    }

    fn set_aside(&mut self) -> Outcome<()> {
        self.owned()?;
        self.live = None;
        let aside = self.new_aside()?;
        // The history last: as long as it is there, what is left does not look like a place without a state.
        for path in [&self.snapshot, &self.journal, &self.history.folder] {
            if let Some(name) = path.file_name().filter(|_| path.exists()) {
                fs::rename(path, aside.join(name)).map_err(|error| disk::trouble("move", path, &error))?;
            }
        }
        disk::sync_folder(&self.folder).map_err(|error| disk::trouble("write", &self.folder, &error).into())
    }
}

fn beside(path: &Path, name: &str) -> PathBuf {
    path.with_file_name(name)
}

fn bug(what: &str) -> Diagnostic {
    Diagnostic::error("state/order", what).help("Nothing was added to the state. This is a bug in callout.")
}

fn gone(path: &Path) -> Diagnostic {
    Diagnostic::error("state/damaged", format!("`{}` is missing, though other files of the state are there", path.display())).help(CHECK)
}

fn older_copy(folder: &Path, through: u64, newest: u64) -> Diagnostic {
    let message =
        format!("the state in `{}` ends with commit {through}, but its history has commit {newest}: it is an older copy", folder.display());
    Diagnostic::error("state/damaged", message).help(format!("{CHECK} An older copy does not know of all tickets."))
}

#[cfg(test)]
mod tests;
