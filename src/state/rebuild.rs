//! A new state in the place of a lost one, under the same lineage, so that the marks of live tickets stay valid.
//!
//! Owns when that is allowed. Refuses to replace a state that is whole, and to leave an empty one at any moment: that would send
//! everybody again.

use jiff::Timestamp;

use super::event::Event;
use super::file::FileStore;
use super::lineage::{Home, foreign, lineage_of};
use super::session::Session;
use super::store::Store;
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome};

/// The last way, for the messages about damage: where no copy is left.
pub(super) const REBUILD: &str = "No copy at all: callout state rebuild --reason TEXT makes a new state.";

/// A state that is about to be rebuilt. Holds the lock, so that no other run makes one meanwhile.
pub struct Rebuild {
    store: FileStore,
    lineage: String,
    session: Session,
    damage: Option<Diagnostic>,
}

impl Rebuild {
    /// Makes sure that the state is lost, missing or damaged, and takes its lock. Changes nothing else.
    pub fn begin(home: &Home, session: Session) -> Outcome<Self> {
        let lineage = lineage_of(home)?;
        let mut store = FileStore::new(&home.state);
        // Looks before it locks: locking makes a folder, and a refusal should leave none behind. Looks again behind the lock.
        damage(&mut store, &lineage)?;
        store.lock(&session.owner)?;
        let damage = damage(&mut store, &lineage)?;
        Ok(Self { store, lineage, session, damage })
    }

    /// What is wrong with the state that is there; none where it is missing.
    pub fn damage(&self) -> Option<&Diagnostic> {
        self.damage.as_ref()
    }

    /// What the rebuilt state is before anything is in it: its lineage.
    pub fn blank(&self) -> State {
        State::new(self.lineage.clone())
    }

    /// Makes the state with all these events, as its first commit. A damaged one is put aside, never deleted.
    pub fn finish(mut self, events: Vec<Event>, now: Timestamp) -> Outcome<State> {
        let blank = self.blank();
        let mut state = blank.clone();
        state.apply_all(&events, now).map_err(|impossible| {
            Diagnostic::error("state/impossible", format!("not rebuilt: {impossible}"))
                .about(&impossible.key)
                .help("Nothing was changed. This is a bug in callout.")
        })?;
        state.through = 1;
        if self.damage.is_some() {
            self.store.set_aside()?;
        }
        self.store.create_with(&blank, &self.session.commit(&blank, now, events))?;
        Ok(state)
    }
}

/// What is wrong with the state; none where there is none. A whole one, and one that may be another project's, are refused.
fn damage(store: &mut FileStore, lineage: &str) -> Outcome<Option<Diagnostic>> {
    let name = store.name();
    match store.load() {
        Ok(None) => Ok(None),
        Ok(Some(loaded)) if loaded.state.lineage != lineage => Err(foreign(lineage, &loaded.state.lineage, &name).into()),
        Ok(Some(loaded)) => Err(whole(&name, loaded.state.records.len()).into()),
        Err(why) if !is_damage(&why) => Err(why),
        Err(why) if store.mentions(lineage)? => Ok(Some(*why)),
        Err(why) => Err(unclaimed(&name, lineage, &why).into()),
    }
}

/// A newer format and a disk that does not answer are no damage: what is there may be whole.
fn is_damage(why: &Diagnostic) -> bool {
    matches!(why.code, "state/damaged" | "state/gap" | "state/impossible")
}

fn whole(name: &str, records: usize) -> Diagnostic {
    let records = if records == 1 { "1 ticket".to_owned() } else { format!("{records} tickets") };
    Diagnostic::error("state/not-lost", format!("the state `{name}` is not lost: it is whole, with {records} on record")).help(
        "A rebuild would forget what it knows. Tickets that it does not know are taken over one by one: callout import ADDRESS ID, \
         callout import --from FILE.csv, or callout import --match mark.",
    )
}

fn unclaimed(name: &str, lineage: &str, why: &Diagnostic) -> Diagnostic {
    let message =
        format!("the damaged state `{name}` may be another project's: nothing in it names the lineage {lineage} of `callout.lock`");
    Diagnostic::error("state/lineage", message).help(format!(
        "What is wrong with it: {}. If it is this project's, move its folder away; then the state is missing, and callout state rebuild \
         makes a new one.",
        why.message
    ))
}

#[cfg(test)]
mod tests;
