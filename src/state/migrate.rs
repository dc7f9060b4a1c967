//! A state goes to another place, with everything that is known.
//!
//! Owns the order: the old place gets a last commit, which fences whoever still writes there; then the new one is filled and read back; only
//! then the old one is closed. Stopped anywhere before that, the old place is the state, and the same command goes on. Refuses a new place
//! that has anything else.

use jiff::Timestamp;

use super::by::By;
use super::event::Event;
use super::journal::{COMMIT, Commit};
use super::lineage::{Home, expect, foreign, lineage_of};
use super::location::Location;
use super::mendable::Mendable;
use super::replay::{SNAPSHOT, Span};
use super::restore::is_damage;
use super::salvage::as_of;
use super::seal::Form;
use super::session::Session;
use super::store::Loaded;
use super::survey::{Content, Role};
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome};

/// What a place says from which a state has gone.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Farewell {
    /// The place where it is now.
    pub to: String,
    pub at: Timestamp,
    pub by: By,
}

impl Farewell {
    pub const FORM: Form = Form { kind: "moved", version: 1 };

    /// Why nothing is read or written here any more.
    pub fn refusal(&self, here: &str) -> Diagnostic {
        let Self { to, at, by } = self;
        Diagnostic::error("state/left", format!("the state `{here}` went to `{to}` ({at:.0}, by {by})")).help(format!(
            "Nothing was planned or sent: what lies here is not the newest. In callout.yaml, under `spec`, say where it is now:\n{}",
            setting(to)
        ))
    }
}

/// The line of `callout.yaml` that names a place.
pub fn setting(place: &str) -> String {
    format!("state: {{{}: {place}}}", if place.contains("://") { "url" } else { "path" })
}

/// A move that is about to happen. Holds the lock of the old place.
pub struct Migration {
    from: Box<dyn Mendable>,
    to: Box<dyn Mendable>,
    place: Location,
    session: Session,
    lineage: String,
    state: State,
    /// The new place is locked as well.
    reserved: bool,
}

impl Migration {
    /// Looks at both places. Nothing is made at the new one before the move is meant.
    pub fn begin(home: &Home, place: &Location, session: Session) -> Outcome<Self> {
        let lineage = lineage_of(home)?;
        let (mut from, to) = (home.state.open()?, place.open()?);
        if from.name() == to.name() {
            let message = format!("the state is at `{}` already", to.name());
            return Err(Box::new(Diagnostic::error("state/same-place", message).help("Nothing to do: go on with callout plan.")));
        }
        expect(from.load()?, &lineage, &from.name())?;
        from.lock(&session.owner)?;
        let state = expect(from.load()?, &lineage, &from.name())?.state;
        let mut migration = Self { from, to, place: place.clone(), session, lineage, state, reserved: false };
        migration.there()?;
        Ok(migration)
    }

    /// What is going to move.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Locks the new place, too. A move that was stopped may have left its lease there: whoever waits asks again.
    pub fn reserve(&mut self) -> Outcome<()> {
        self.to.lock(&self.session.owner)?;
        self.reserved = true;
        Ok(())
    }

    /// Moves it. `to` is what the old place says from now on.
    pub fn finish(mut self, to: String, reason: String, now: Timestamp) -> Outcome<State> {
        if !self.reserved {
            self.reserve()?;
        }
        let there = self.there()?;
        let what = format!("the state went from {} to {to}", self.from.name());
        let last = self.session.commit(&self.state, now, vec![Event::Mended { what, reason }]);
        let live = self.live_journal()?;
        self.from.append(&last)?;
        match there {
            There::Nothing => self.to.create_with(&self.state, &last)?,
            There::Begun => self.to.mend(&self.state, std::slice::from_ref(&last))?,
            There::State(through) => self.catch_up(through)?,
        }
        self.copy_history(live)?;
        let state = self.read_back(&last)?;
        self.from.leave(&Farewell { to, at: now, by: last.by })?;
        Ok(state)
    }

    /// What an earlier try left at the new place; anything else there is refused.
    fn there(&mut self) -> Outcome<There> {
        let name = self.to.name();
        let loaded = match self.to.load() {
            Err(why) if is_damage(&why) && self.is_our_beginning()? => return Ok(There::Begun),
            loaded => can_be_filled(loaded, &self.lineage, &name)?,
        };
        let Some(there) = loaded else { return Ok(There::Nothing) };
        is_earlier(&there.state, &*self.from, &self.state, &name)?;
        Ok(There::State(there.state.through))
    }

    /// Whether nothing is there but a journal, and in it nothing but what this state has as well.
    fn is_our_beginning(&self) -> Outcome<bool> {
        if self.to.has(Role::Snapshot)? || self.to.pieces()?.iter().any(|piece| piece.role.is_kept()) {
            return Ok(false);
        }
        let Content::Journal(lines) = self.to.content(Role::Journal, &self.lineage) else { return Ok(false) };
        let ours = self.commits()?;
        Ok(lines.damage.is_empty() && lines.commits.iter().all(|commit| ours.contains(commit)))
    }

    /// The commits since the last snapshot, as the new place keeps them.
    fn live_journal(&self) -> Outcome<Option<(Role, Vec<u8>)>> {
        let Content::Journal(lines) = self.from.content(Role::Journal, &self.lineage) else { return Ok(None) };
        let Some((first, last)) = lines.commits.first().map(|first| first.sequence).zip(lines.end()) else { return Ok(None) };
        Ok(self.from.bytes(Role::Journal)?.map(|bytes| (Role::KeptJournal(Span { first, last }), bytes)))
    }

    /// What was written here since an earlier try was stopped.
    fn catch_up(&mut self, through: u64) -> Outcome<()> {
        for commit in self.commits()?.into_iter().filter(|commit| commit.sequence > through) {
            self.to.append(&commit)?;
        }
        Ok(())
    }

    /// Every commit that is kept here, in order, each once.
    fn commits(&self) -> Outcome<Vec<Commit>> {
        let mut commits = std::collections::BTreeMap::new();
        for piece in self.from.pieces()? {
            if let Content::Journal(lines) = self.from.content(piece.role, &self.lineage) {
                commits.extend(lines.commits.into_iter().map(|commit| (commit.sequence, commit)));
            }
        }
        Ok(commits.into_values().collect())
    }

    fn copy_history(&mut self, live: Option<(Role, Vec<u8>)>) -> Outcome<()> {
        let known: Vec<Role> = self.to.pieces()?.into_iter().map(|piece| piece.role).collect();
        for piece in self.from.pieces()?.into_iter().filter(|piece| piece.role.is_kept() && !known.contains(&piece.role)) {
            if let Some(bytes) = self.from.bytes(piece.role)? {
                self.pass_on(piece.role, &bytes)?;
            }
        }
        live.map_or(Ok(()), |(role, bytes)| self.pass_on(role, &bytes))
    }

    /// Line by line as it was, and encrypted as everything is that is written at the new place.
    fn pass_on(&mut self, role: Role, bytes: &[u8]) -> Outcome<()> {
        let (before, after) = (self.from.cipher(), self.to.cipher());
        let form = if let Role::Snapshot | Role::KeptSnapshot(_) = role { SNAPSHOT } else { COMMIT };
        let mut renewed = Vec::with_capacity(bytes.len());
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, end) = line.split_at(line.len() - usize::from(line.ends_with(b"\n")));
            match std::str::from_utf8(text) {
                Ok(text) => renewed.extend(after.renew(form, text, &before)?.bytes()),
                Err(_) => renewed.extend_from_slice(text),
            }
            renewed.extend_from_slice(end);
        }
        self.to.keep(role, &renewed)
    }

    /// Whether a fresh look at the new place finds all of it.
    fn read_back(&mut self, last: &Commit) -> Outcome<State> {
        let expected = expect(self.from.load()?, &self.lineage, &self.from.name())?.state;
        let found = expect(self.place.open()?.load()?, &self.lineage, &self.to.name())?.state;
        if found == expected && found.through == last.sequence {
            return Ok(found);
        }
        let message = format!("what was read back from `{}` is not what was written there", self.to.name());
        Err(Box::new(Diagnostic::error("state/not-moved", message).help(
            "Nothing has moved: go on with the state where it was. See that nothing else writes to the new place, or take another one.",
        )))
    }
}

/// What lies at the new place.
enum There {
    Nothing,
    /// The first commit of a try that was stopped before it wrote a snapshot.
    Begun,
    /// The same state as it was once, up to this commit.
    State(u64),
}

/// Nothing, or the same state as it was once.
fn can_be_filled(loaded: Outcome<Option<Loaded>>, lineage: &str, name: &str) -> Outcome<Option<Loaded>> {
    match loaded {
        Ok(Some(loaded)) if loaded.state.lineage != lineage => {
            let there = foreign(lineage, &loaded.state.lineage, name);
            Err(Box::new(there.help("Nothing was moved. Name a place that has no state.")))
        }
        Ok(loaded) => Ok(loaded),
        Err(why) => {
            let help = "Nothing was moved. Name an empty place, or empty that one if nothing in it is needed.";
            Err(Box::new(Diagnostic::error(why.code, format!("the new place cannot be used: {}", why.message)).help(help)))
        }
    }
}

fn is_earlier(there: &State, from: &dyn Mendable, state: &State, name: &str) -> Outcome<()> {
    if there.through <= state.through && as_of(from, &state.lineage, there.through)?.as_ref() == Some(there) {
        return Ok(());
    }
    let message = format!("the state at `{name}` went on by itself: it has commits that this one does not know");
    Err(Box::new(Diagnostic::error("state/parted", message).help(format!(
        "Nothing was moved. If that is the one in use, say so in callout.yaml, under `spec`: {}\nOtherwise name a place that has no state.",
        setting(name)
    ))))
}

#[cfg(test)]
mod tests;
