//! A state in files: `.callout/state.json` and what lies beside it.
//!
//! Owns the order of every durable step, chosen so that a stop between any two of them is harmless.
//! Refuses to add to files that somebody else touched.

mod mend;
mod parts;

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::disk::{self, Access};
use super::history::History;
use super::journal::{self, Commit, Journal};
use super::lock::Lock;
use super::replay::{self, Named, Parts, Span};
use super::restore::CHECK;
use super::store::{Loaded, Owner, Store};
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome};

/// One state in one folder.
#[derive(Debug)]
pub struct FileStore {
    folder: PathBuf,
    snapshot: PathBuf,
    journal: PathBuf,
    history: History,
    lock: Option<Lock>,
    live: Option<Live>,
}

/// The journal as this store left it.
#[derive(Debug)]
struct Live {
    file: File,
    /// In bytes.
    length: u64,
    /// The commits in it.
    span: Span,
}

impl FileStore {
    /// The state whose snapshot has this path. Touches nothing.
    pub fn new(snapshot: impl Into<PathBuf>) -> Self {
        let snapshot = snapshot.into();
        let folder = disk::folder_of(&snapshot).to_owned();
        let (journal, history) = (beside(&snapshot, "journal.jsonl"), History { folder: beside(&snapshot, "history") });
        Self { folder, snapshot, journal, history, lock: None, live: None }
    }

    fn owned(&self) -> Outcome<&Lock> {
        let lock = self.lock.as_ref().ok_or_else(|| bug("a state is changed only under its lock"))?;
        lock.still_held()?;
        Ok(lock)
    }

    /// The live journal, if its path still leads to it and its length is the one that was left.
    fn untouched(&mut self) -> Outcome<&mut Live> {
        let path = &self.journal;
        let live = self.live.as_mut().ok_or_else(|| bug("a commit is added only after a load"))?;
        let ours = live.file.metadata().map_err(|error| disk::trouble("read", path, &error))?;
        let found = fs::metadata(path).map_err(|error| disk::trouble("find", path, &error))?;
        if !disk::same_file(&ours, &found) {
            return Err(touched(path, "was replaced by another file").into());
        }
        if found.len() != live.length {
            return Err(touched(path, &format!("was {} bytes long and is now {}", live.length, found.len())).into());
        }
        Ok(live)
    }

    /// Opens the journal for adding: cuts a torn tail, and ends the last line where only its newline is missing.
    fn take_up(&mut self, read: &Journal) -> Outcome<()> {
        let mend = || -> io::Result<(File, u64)> {
            let mut file = disk::open_private(&self.journal, false)?;
            let intact = read.intact as u64;
            if file.metadata()?.len() != intact || !read.terminated {
                file.set_len(intact)?;
                file.seek(SeekFrom::End(0))?;
                file.write_all(if read.terminated { b"" } else { b"\n" })?;
                file.sync_all()?;
            }
            let length = file.metadata()?.len();
            Ok((file, length))
        };
        let (file, length) = mend().map_err(|error| disk::trouble("open", &self.journal, &error))?;
        self.live = Some(Live { file, length, span: Span { first: read.header.follows + 1, last: read.end() } });
        Ok(())
    }

    /// Makes a state together with its first commit: at no moment is there one without it, which would pass for a state that remembers
    /// nothing. Needs the lock; refuses where there is one.
    pub fn create_with(&mut self, state: &State, first: &Commit) -> Outcome<()> {
        self.begin(state, &(replay::fresh_journal(state)? + &journal::commit_line(first)?))
    }

    /// The journal first: stopped in between, what is there is no state at all, or a damaged one, but never an empty one.
    fn begin(&mut self, state: &State, journal: &str) -> Outcome<()> {
        self.owned()?;
        if self.load()?.is_some() {
            let message = format!("`{}` is there already; a state is never overwritten", self.snapshot.display());
            return Err(Box::new(Diagnostic::error("state/exists", message).help("Go on with callout plan.")));
        }
        let text = replay::snapshot_text(state)?;
        self.replace_journal(journal)?;
        disk::replace(&self.snapshot, text.as_bytes(), Access::Owner)?;
        self.history.keep_snapshot(state.through, &text)
    }

    /// Whether any of its files, readable or not, has this text in it.
    pub fn mentions(&self, text: &str) -> Outcome<bool> {
        for path in [&self.snapshot, &self.journal].into_iter().chain(&self.history.files()?) {
            let bytes = disk::read(path)?.unwrap_or_default();
            if String::from_utf8_lossy(&bytes).contains(text) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn replace_journal(&mut self, text: &str) -> Outcome<()> {
        self.live = None;
        disk::replace(&self.journal, text.as_bytes(), Access::Owner)?;
        let read = journal::read(&self.journal.display().to_string(), text.as_bytes())?;
        self.take_up(&read)
    }
}

impl Store for FileStore {
    fn name(&self) -> String {
        self.snapshot.display().to_string()
    }

    fn lock(&mut self, owner: &Owner) -> Outcome<()> {
        disk::private_folder(&self.folder)?;
        self.lock = Some(Lock::take(&beside(&self.snapshot, "lock"), owner)?);
        disk::sweep(&self.folder);
        disk::sweep(&self.history.folder);
        Ok(())
    }

    fn load(&mut self) -> Outcome<Option<Loaded>> {
        // History first, journal last: a run that compacts meanwhile then never makes the rest look older than the history.
        let kept = self.history.list()?;
        let (snapshot, journal) = (disk::read(&self.snapshot)?, disk::read(&self.journal)?);
        let (snapshot, journal) = match (snapshot, journal) {
            (Some(snapshot), Some(journal)) => (snapshot, journal),
            (None, journal) if kept.newest().is_none() && journal.as_deref().is_none_or(replay::never_used) => return Ok(None),
            (None, _) => return Err(gone(&self.snapshot).into()),
            (Some(_), None) => return Err(gone(&self.journal).into()),
        };
        let named = |path: &Path, bytes| Named { name: path.display().to_string(), bytes };
        let parts = Parts { snapshot: named(&self.snapshot, snapshot), journal: named(&self.journal, journal) };
        let (loaded, journal) = replay::assemble(&parts, |span| self.history.journals_with(span))?;
        if let Some(newest) = kept.newest().filter(|newest| *newest > loaded.state.through) {
            return Err(older_copy(&self.folder, loaded.state.through, newest).into());
        }
        if self.lock.is_some() {
            self.take_up(&journal)?;
        }
        Ok(Some(loaded))
    }

    fn create(&mut self, state: &State) -> Outcome<()> {
        self.begin(state, &replay::fresh_journal(state)?)
    }

    fn append(&mut self, commit: &Commit) -> Outcome<u64> {
        self.owned()?;
        let text = journal::commit_line(commit)?;
        let path = self.journal.clone();
        let live = self.untouched()?;
        if commit.sequence != live.span.last + 1 {
            return Err(bug(&format!("commit {} cannot follow commit {}", commit.sequence, live.span.last)).into());
        }
        let written = live.file.seek(SeekFrom::Start(live.length)).and_then(|_| live.file.write_all(text.as_bytes()));
        if let Err(error) = written {
            let cut = live.file.set_len(live.length).and_then(|()| live.file.sync_all());
            return Err(not_added(&path, &error, cut.is_ok(), live.span.last).into());
        }
        // After a failed fsync the kernel may have dropped the bytes: trying again would prove nothing.
        live.file.sync_data().map_err(|error| not_added(&path, &error, false, live.span.last))?;
        live.length += text.len() as u64;
        live.span.last = commit.sequence;
        Ok(text.len() as u64)
    }

    fn compact(&mut self, state: &State) -> Outcome<()> {
        self.owned()?;
        let span = self.untouched()?.span;
        if state.through != span.last {
            return Err(bug(&format!("the snapshot ends with commit {}, the journal with {}", state.through, span.last)).into());
        }
        let text = replay::snapshot_text(state)?;
        if span.first <= span.last {
            self.history.keep_journal(span, &self.journal)?;
        }
        self.history.keep_snapshot(state.through, &text)?;
        disk::replace(&self.snapshot, text.as_bytes(), Access::Owner)?;
        // Stopped here, the old journal's lines are part of the snapshot already and are passed over.
        self.replace_journal(&replay::fresh_journal(state)?)?;
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

fn touched(path: &Path, what: &str) -> Diagnostic {
    let message = format!("`{}` {what}: something else wrote to the state during this run", path.display());
    Diagnostic::error("state/moved", message).help(
        "Nothing was added to it. See that no other callout is running and that nothing synchronises that folder, then run callout plan.",
    )
}

fn not_added(path: &Path, error: &io::Error, cut: bool, last: u64) -> Diagnostic {
    let trouble = disk::trouble("write", path, error);
    let kept = if cut {
        format!("Commits up to {last} are kept, this one is not.")
    } else {
        format!("Commits up to {last} are kept; the next run finds out whether this one is.")
    };
    let help = format!("{kept} {}", trouble.help.as_deref().unwrap_or_default());
    trouble.help(help)
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
