//! Everything that ever happened, from the journals: who did it, when, and what is known of the ticket.
//!
//! Owns putting the journals together, each commit once, whatever a stopped compaction left. Refuses to judge and to hide: an event
//! is told as it was written, and what cannot be read is told beside what can. Nothing is decided from it, so a damaged state has a
//! log too.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::cipher::Cipher;
use super::event::Event;
use super::journal::{self, Commit, Journal};
use super::lineage::{self, Home};
use super::location::is_shared;
use super::mendable::Mendable;
use super::model::{Key, Record};
use super::replay::{self, Named};
use super::store::Store;
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome};

/// One event, with what is known of its ticket once it has happened.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    pub commit: &'a Commit,
    pub event: &'a Event,
    /// None for events that are about no ticket, and where what went before is not kept.
    pub record: Option<&'a Record>,
}

impl Entry<'_> {
    /// The visit that it is about.
    pub fn key(&self) -> Option<&Key> {
        self.event.key()
    }

    /// Where the visit's record is now: under its new address, where the event moved it.
    pub fn goes_on_as(&self) -> Option<&Key> {
        if let Event::Moved { to, .. } = self.event { Some(to) } else { self.key() }
    }

    /// The ticket's id, as far as it was known.
    pub fn ticket(&self) -> Option<&str> {
        let named = if let Event::Created { id, .. } | Event::Adopted { id, .. } = self.event { Some(id.as_str()) } else { None };
        named.or_else(|| self.record.and_then(Record::id))
    }
}

/// What reading the log came to.
#[derive(Debug, Default)]
pub struct Log {
    /// Commits that were read.
    pub commits: usize,
    /// A journal was there, with or without commits.
    is_there: bool,
    /// Commits before the first journal that is kept.
    pub missing_before: u64,
    /// Writes that have no outcome in it. Where it is not whole, the outcome may stand in what is missing.
    pub in_doubt: usize,
    /// What could not be read.
    pub damage: Vec<Diagnostic>,
}

impl Log {
    /// Reads the journals of a store, each commit once, in the order in which they were written.
    pub fn of(store: &dyn Store, lineage: Option<&str>, each: &mut dyn FnMut(Entry<'_>)) -> Self {
        Reading::new(lineage, Box::new(State::default), each).all(store)
    }
}

/// The log of a project: of its state or, by its number, of one that was set aside.
pub fn read_log(home: &Home, aside: Option<u16>, each: &mut dyn FnMut(Entry<'_>)) -> Outcome<Log> {
    let own = home.state.open()?;
    let (store, lineage) = match aside {
        Some(number) => (put_aside(home, &*own, number)?, None),
        None => (own, Some(lineage::lineage_of(home)?)),
    };
    let again = || if let Some(number) = aside { put_aside(home, &*home.state.open()?, number) } else { home.state.open() };
    let later = || again().ok().and_then(|mut store| store.load().ok().flatten()).map(|loaded| loaded.state).unwrap_or_default();
    let log = Reading::new(lineage.as_deref(), Box::new(later), each).all(&*store);
    match lineage {
        Some(lineage) if !log.is_there && log.damage.is_empty() => lineage::expect(None, &lineage, &store.name()).map(|_| log),
        Some(_) | None => Ok(log),
    }
}

/// The states of a project that were set aside, by their numbers, rising.
pub fn set_aside(home: &Home) -> BTreeSet<u16> {
    home.state.open().and_then(|store| store.asides()).unwrap_or_default()
}

fn put_aside(home: &Home, store: &dyn Mendable, number: u16) -> Outcome<Box<dyn Mendable>> {
    let known = store.asides()?;
    if known.contains(&number) {
        return store.aside(number);
    }
    let known: Vec<String> = known.iter().map(|number| format!("--set-aside {number}")).collect();
    let help =
        if known.is_empty() { "No state of this project was set aside.".to_owned() } else { format!("There is: {}.", known.join(", ")) };
    Err(Diagnostic::error("log/set-aside", format!("there is no `{}`", home.state.aside(number))).help(help).into())
}

impl Log {
    /// Every commit since the first was read.
    pub fn is_whole(&self) -> bool {
        self.missing_before == 0 && self.damage.is_empty()
    }
}

type Later<'a> = Box<dyn FnOnce() -> State + 'a>;

struct Reading<'a> {
    /// Without one, the first journal's counts.
    lineage: Option<String>,
    /// After the last event that was read.
    state: State,
    /// The newest state: it knows tickets whose beginning is not kept. Asked only then.
    later: LazyCell<State, Later<'a>>,
    log: Log,
    /// The journals are objects, and have no lines to delete.
    is_shared: bool,
    /// Something is missing from the log.
    is_partial: bool,
    /// The journal before was damaged, and told as that: what it lacks is no second damage.
    is_broken: bool,
    each: &'a mut dyn FnMut(Entry<'_>),
}

impl<'a> Reading<'a> {
    fn new(lineage: Option<&str>, later: Later<'a>, each: &'a mut dyn FnMut(Entry<'_>)) -> Self {
        let (lineage, later) = (lineage.map(str::to_owned), LazyCell::new(later));
        Self { lineage, state: State::default(), later, log: Log::default(), is_shared: false, is_partial: false, is_broken: false, each }
    }

    fn all(mut self, store: &dyn Store) -> Log {
        let cipher = store.cipher();
        self.is_shared = is_shared(&store.name());
        let handed = store.journals(&mut |file| {
            let is_first = !std::mem::replace(&mut self.log.is_there, true);
            self.take(&file, &cipher, is_first);
        });
        if let Err(trouble) = handed {
            self.log.damage.push(*trouble);
        }
        self.log.in_doubt = self.state.records.values().filter(|record| record.in_doubt()).count();
        self.log
    }

    fn take(&mut self, file: &Named, cipher: &Cipher, is_first: bool) {
        let (journal, damage) = match journal::read_to_damage(&file.name, &file.bytes, cipher) {
            Ok((journal, damage)) => (journal, damage),
            Err(damage) => return self.tell(*damage),
        };
        let lineage = self.lineage.get_or_insert_with(|| journal.header.lineage.clone());
        if *lineage != journal.header.lineage {
            let foreign = lineage::foreign(lineage, &journal.header.lineage, &file.name);
            return self.log.damage.push(foreign);
        }
        self.follow(&journal, is_first);
        for commit in &journal.commits {
            self.commit(commit);
        }
        if let Some(damage) = damage {
            self.tell(*damage);
        }
    }

    /// Commits may be missing before a journal: before the first, because nobody kept them; between two, because they are lost.
    fn follow(&mut self, journal: &Journal, is_first: bool) {
        let (follows, is_told) = (journal.header.follows, std::mem::take(&mut self.is_broken));
        if follows <= self.state.through {
            return;
        }
        self.is_partial = true;
        if is_first {
            self.log.missing_before = follows;
        } else if !is_told {
            let gap = replay::gap(self.state.through, &journal.name, follows + 1);
            self.log.damage.push(gap.help("What is kept is shown. Put back a backup of the missing journal, then run callout log again."));
        }
        self.state.through = follows;
    }

    /// A stopped compaction leaves commits in two journals: each counts once.
    fn commit(&mut self, commit: &Commit) {
        if commit.sequence <= self.state.through {
            return;
        }
        self.log.commits += 1;
        self.state.through = commit.sequence;
        for event in &commit.events {
            // Whether it can follow is for whoever acts on it: here an event counts as told.
            let _ = self.state.apply(event, commit.at);
            let entry = Entry { commit, event, record: None };
            let known = |key| self.state.records.get(key);
            let later = |key| if self.is_partial { self.later.records.get(key) } else { None };
            let record = entry.goes_on_as().and_then(|key| known(key).or_else(|| later(key)));
            (self.each)(Entry { record, ..entry });
        }
    }

    fn tell(&mut self, damage: Diagnostic) {
        (self.is_partial, self.is_broken) = (true, true);
        let piece = if self.is_shared {
            "object, then run callout log again."
        } else {
            "file, then run callout log again. Do not delete lines of it."
        };
        let help = format!("What stands before the damage is shown, and every journal behind it. Put back a backup of that {piece}");
        // A newer format has its own way out, and so has a missing key.
        self.log.damage.push(if matches!(damage.code, "state/newer" | "state/encrypted") { damage } else { damage.help(help) });
    }
}

#[cfg(test)]
mod tests;
