//! One run of one command, as its commits name it.

use jiff::Timestamp;

use super::event::Event;
use super::journal::Commit;
use super::store::Owner;
use super::transition::State;

/// Which run writes, and who started it.
#[derive(Debug, Clone)]
pub struct Session {
    /// Random; all commits of the run carry it.
    pub run: String,
    pub owner: Owner,
}

impl Session {
    pub fn new(owner: Owner) -> Self {
        Self { run: uuid::Uuid::new_v4().to_string(), owner }
    }

    /// These events as the commit that follows a state.
    pub(super) fn commit(&self, state: &State, at: Timestamp, events: Vec<Event>) -> Commit {
        let (lineage, run, by) = (state.lineage.clone(), self.run.clone(), self.owner.by.clone());
        let command = Some(self.owner.command.clone());
        Commit { sequence: state.through + 1, lineage, at, run, command, plan: None, by, events }
    }
}
