//! Who started the writes that a person asks about: who to call at 3 a.m.
//!
//! Taken from the journals as far as they can be read. Refuses to be more than a hint: nothing is decided by it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::by::By;
use super::event::Event;
use super::lineage::Home;
use super::lock_file::LockFile;
use super::model::Key;
use super::survey::{Content, Role};

/// Who started each write, by the visit and the moment.
#[derive(Debug, Default)]
pub struct Senders(BTreeMap<(Key, Timestamp), By>);

impl Senders {
    /// All that the journals tell. Where they tell nothing, it is empty.
    pub fn of(home: &Home) -> Self {
        let mut senders = Self::default();
        let Ok(Some(lock_file)) = LockFile::read(&home.lock_file) else { return senders };
        let Ok(store) = home.state.open() else { return senders };
        for piece in store.pieces().unwrap_or_default() {
            if matches!(piece.role, Role::Snapshot | Role::KeptSnapshot(_)) {
                continue;
            }
            let Content::Journal(lines) = store.content(piece.role, &lock_file.lineage) else { continue };
            for commit in lines.commits.iter().filter(|commit| !commit.by.is_unknown()) {
                for event in &commit.events {
                    if let Event::Intended { key, .. } | Event::Adopted { key, .. } | Event::Presumed { key, .. } = event {
                        senders.0.insert((key.clone(), commit.at), commit.by.clone());
                    }
                }
            }
        }
        senders
    }

    /// Who started the write of this visit at this moment.
    pub fn of_write(&self, key: &Key, at: Timestamp) -> Option<&By> {
        self.0.get(&(key.clone(), at))
    }
}
