//! A shared state that was put aside, read whole.
//!
//! Owns looking at it. Refuses every change: it is a copy, and nobody goes on from it where it lies.

use std::collections::{BTreeMap, BTreeSet};

use super::parts::pieces;
use super::{layout, told};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::by::Owner;
use crate::state::cipher::Cipher;
use crate::state::history::Kept;
use crate::state::journal::Commit;
use crate::state::mendable::Mendable;
use crate::state::migrate::Farewell;
use crate::state::replay::{self, Named, Parts};
use crate::state::shared::Objects;
use crate::state::store::{Loaded, Store};
use crate::state::survey::{Content, Piece, Role};
use crate::state::transition::State;

pub struct PutAsideStore {
    name: String,
    /// By their keys below the folder.
    files: BTreeMap<String, Vec<u8>>,
    cipher: Cipher,
}

impl PutAsideStore {
    pub fn read(objects: &Objects, folder: &str) -> Outcome<Self> {
        let keys: Vec<String> = objects.list(folder)?.into_iter().map(|listed| listed.key).collect();
        let below = |key: &String| key.strip_prefix(folder).unwrap_or(key).trim_start_matches('/').to_owned();
        let found = objects.get_many(&keys)?;
        let files = keys.iter().zip(found).filter_map(|(key, found)| Some((below(key), found?.bytes))).collect();
        Ok(Self { name: objects.name_of(folder), files, cipher: objects.cipher().clone() })
    }

    fn kept(&self) -> Kept {
        Kept::of(self.files.keys().filter_map(|key| key.strip_prefix(layout::HISTORY)?.strip_prefix('/')))
    }

    fn named(&self, key: &str) -> Option<Named> {
        self.files.get(key).map(|bytes| Named { name: format!("{}/{key}", self.name), bytes: bytes.clone() })
    }

    fn refused<T>(&self) -> Outcome<T> {
        Err(told::bug(&format!("`{}` was put aside, and is only read", self.name)).into())
    }
}

fn key(role: Role) -> String {
    match role {
        Role::Snapshot => layout::SNAPSHOT.to_owned(),
        Role::Journal => layout::ASIDE_JOURNAL.to_owned(),
        Role::KeptSnapshot(through) => layout::kept_snapshot(through),
        Role::KeptJournal(span) => layout::kept_journal(span),
    }
}

impl Store for PutAsideStore {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn lock(&mut self, _: &Owner) -> Outcome<()> {
        self.refused()
    }

    fn load(&mut self) -> Outcome<Option<Loaded>> {
        let (snapshot, journal) = match (self.named(layout::SNAPSHOT), self.named(layout::ASIDE_JOURNAL)) {
            (Some(snapshot), Some(journal)) => (snapshot, journal),
            (None, None) => return Ok(None),
            (None | Some(_), None | Some(_)) => {
                let message = format!("`{}` has no snapshot, or no journal", self.name);
                return Err(Diagnostic::error("state/damaged", message).help("Nothing was changed.").into());
            }
        };
        let kept = self.kept().journals.into_iter();
        let (loaded, _) = replay::assemble(&Parts { snapshot, journal }, &self.cipher, |span| {
            let overlaps = kept.filter(|kept| kept.last >= span.first && kept.first <= span.last);
            Ok(overlaps.filter_map(|span| self.named(&layout::kept_journal(span))).collect())
        })?;
        Ok(Some(loaded))
    }

    fn create(&mut self, _: &State) -> Outcome<()> {
        self.refused()
    }

    fn append(&mut self, _: &Commit) -> Outcome<u64> {
        self.refused()
    }

    fn compact(&mut self, _: &State) -> Outcome<()> {
        self.refused()
    }

    fn journals(&self, each: &mut dyn FnMut(Named)) -> Outcome<()> {
        let kept = self.kept().journals.into_iter().map(layout::kept_journal);
        kept.chain([layout::ASIDE_JOURNAL.to_owned()]).filter_map(|key| self.named(&key)).for_each(each);
        Ok(())
    }

    fn set_aside(&mut self) -> Outcome<()> {
        self.refused()
    }
}

impl Mendable for PutAsideStore {
    fn pieces(&self) -> Outcome<Vec<Piece>> {
        Ok(pieces(self.kept()).map(|role| Piece { name: format!("{}/{}", self.name, key(role)), role }).collect())
    }

    fn content(&self, role: Role, lineage: &str) -> Content {
        self.files.get(&key(role)).map_or(Content::Missing, |bytes| Content::of(role, bytes, lineage, &self.cipher))
    }

    fn bytes(&self, role: Role) -> Outcome<Option<Vec<u8>>> {
        Ok(self.files.get(&key(role)).cloned())
    }

    fn has(&self, role: Role) -> Outcome<bool> {
        Ok(self.files.contains_key(&key(role)))
    }

    fn mentions(&self, text: &str) -> Outcome<bool> {
        Ok(self.files.values().any(|bytes| String::from_utf8_lossy(bytes).contains(text)))
    }

    fn create_with(&mut self, _: &State, _: &Commit) -> Outcome<()> {
        self.refused()
    }

    fn mend(&mut self, _: &State, _: &[Commit]) -> Outcome<()> {
        self.refused()
    }

    fn keep(&mut self, _: Role, _: &[u8]) -> Outcome<()> {
        self.refused()
    }

    fn leave(&mut self, _: &Farewell) -> Outcome<()> {
        self.refused()
    }

    fn asides(&self) -> Outcome<BTreeSet<u16>> {
        Ok(BTreeSet::new())
    }

    fn aside(&self, _: u16) -> Outcome<Box<dyn Mendable>> {
        self.refused()
    }
}
