//! A store and its run: who holds this is the one that writes.
//!
//! Owns what a commit is made of, and when a journal is long. Refuses every write after one that failed.

use std::sync::Arc;

use super::queue::{Answer, Entry};
use super::seen::{Batch, Seen};
use super::trouble::{after_failure, not_kept, refused};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::event::Event;
use crate::state::journal::Commit;
use crate::state::model::Key;
use crate::state::session::Session;
use crate::state::store::{Loaded, Store};

/// A journal of more lines than this is folded into the snapshot when a run ends.
pub const MANY_COMMITS: usize = 1000;
/// A journal smaller than this (in bytes) is read in no time: folding it would only fill the history.
const SMALL_JOURNAL: u64 = 256 * 1024;

pub struct Core {
    seen: Arc<Seen>,
    store: Box<dyn Store>,
    session: Session,
    /// What is being carried out, for the log.
    pub plan: Option<String>,
    /// Why nothing is written any more.
    failed: Option<Diagnostic>,
    commits: usize,
    journal_size: u64,
    snapshot_size: u64,
}

/// What a commit came to.
#[derive(Default)]
pub struct Committed {
    /// What each caller is to hear.
    pub answers: Vec<(Answer, Outcome<()>)>,
    /// Whose requests may leave once that is told.
    pub intended: Vec<Key>,
}

impl Core {
    pub fn new(store: Box<dyn Store>, session: Session, loaded: Loaded, seen: Arc<Seen>) -> Self {
        let Loaded { state, commits, journal_size, snapshot_size, torn: _ } = loaded;
        seen.begin_with(state);
        Self { seen, store, session, plan: None, failed: None, commits, journal_size, snapshot_size }
    }

    /// Makes these durable, as one commit. Others see them only then.
    pub fn commit(&mut self, entries: Vec<Entry>) -> Committed {
        if let Some(failed) = &self.failed {
            let refusal = after_failure(failed);
            let answers = entries.into_iter().map(|entry| (entry.answer, Err(Box::new(refusal.clone()))));
            return Committed { answers: answers.collect(), intended: Vec::new() };
        }
        let Some(at) = entries.iter().map(|entry| entry.now).max() else { return Committed::default() };
        let (Batch { events, waiting, ahead }, impossible) = self.seen.tried(entries, at);
        let impossible = impossible.into_iter().map(|(caller, impossible)| (caller, Err(Box::new(refused(&impossible)))));
        let mut committed = Committed { answers: impossible.collect(), intended: Vec::new() };
        if events.is_empty() {
            return committed;
        }
        let commit = self.seen.read(|state| self.session.commit(state, at, events));
        let commit = Commit { plan: self.plan.clone(), ..commit };
        let outcome = self.append(&commit);
        committed.answers.extend(waiting.into_iter().map(|caller| (caller, outcome.clone())));
        if outcome.is_ok() {
            self.seen.take_over(ahead, commit.sequence);
            committed.intended = commit.events.into_iter().filter_map(intended).collect();
        }
        committed
    }

    fn append(&mut self, commit: &Commit) -> Outcome<()> {
        match self.store.append(commit) {
            Ok(length) => {
                self.commits += 1;
                self.journal_size += length;
                Ok(())
            }
            Err(error) => {
                let error = not_kept(*error, &commit.events);
                self.failed = Some(error.clone());
                Err(Box::new(error))
            }
        }
    }

    pub fn journal_is_long(&self) -> bool {
        self.failed.is_none() && (self.commits > MANY_COMMITS || self.journal_size > self.snapshot_size.max(SMALL_JOURNAL))
    }

    pub fn compact(&mut self) -> Outcome<()> {
        if let Some(failed) = &self.failed {
            return Err(Box::new(after_failure(failed)));
        }
        if self.commits == 0 {
            return Ok(());
        }
        let compacted = self.store.compact(&self.seen.now());
        match &compacted {
            Ok(()) => (self.commits, self.journal_size) = (0, 0),
            Err(error) => self.failed = Some(error.as_ref().clone()),
        }
        compacted
    }
}

fn intended(event: Event) -> Option<Key> {
    if let Event::Intended { key, .. } = event { Some(key) } else { None }
}
