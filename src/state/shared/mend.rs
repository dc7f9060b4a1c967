//! Good objects in the place of damaged ones.
//!
//! Owns the order: copies first, then the journal's objects, then the new commit, the snapshot last. Refuses to touch an object that is whole:
//! what it says was acted upon.

use super::found::{Ground, covered};
use super::layout::{self, BLOCK};
use super::line::{commit_in, header_in};
use super::objects::{Created, Found, Objects, Replaced, Version};
use super::parts::pieces;
use super::setting_aside::{copy, next_number};
use super::store::SharedStore;
use super::{fold, told};
use crate::diagnostics::Outcome;
use crate::state::journal::{self, Commit, Header};
use crate::state::replay;
use crate::state::survey::{Content, Role};
use crate::state::transition::State;

/// A repair that is under way.
struct Repair {
    objects: Objects,
    lineage: String,
    /// For copies of what is replaced.
    aside: String,
}

impl SharedStore {
    /// The last of the commits is new; all others stand somewhere already, or stood.
    pub(super) fn put_together(&mut self, base: &State, commits: &[Commit]) -> Outcome<()> {
        let Some((new, old)) = commits.split_last() else { return Err(told::bug("a state is mended by a commit that says so").into()) };
        self.change(|store| {
            let (lineage, old) = (base.lineage.clone(), old.to_vec());
            let version = store.on(async move |objects: Objects| {
                let aside = layout::aside(next_number(&objects).await?);
                Repair { objects, lineage, aside }.journal(&old).await
            })?;
            store.add(new, &journal::commit_line(new, store.objects.cipher())?)?;
            let text = replay::snapshot_text(base, store.objects.cipher())?;
            fold::keep_snapshot(&store.objects, base.through, &text)?;
            let is_done = match version {
                Some(version) => matches!(store.objects.replace(layout::SNAPSHOT, text.as_bytes(), &version)?, Replaced::Done(_)),
                None => matches!(store.objects.create(layout::SNAPSHOT, text.as_bytes())?, Created::New(_)),
            };
            if is_done { Ok(()) } else { Err(told::replaced(&store.objects.name_of(layout::SNAPSHOT)).into()) }
        })
    }
}

impl Repair {
    /// Makes the journal whole, and answers with the version of the snapshot that was put aside.
    async fn journal(&self, commits: &[Commit]) -> Outcome<Option<Version>> {
        let Ground { snapshot, kept, .. } = Ground::read(&self.objects).await?;
        if let Some((snapshot, _)) = &snapshot {
            self.keep(layout::SNAPSHOT, snapshot.bytes.clone()).await?;
        }
        let folded = covered(&self.objects, &kept, &self.lineage).await?;
        for role in pieces(kept) {
            self.put_foreign_aside(role).await?;
        }
        self.header().await?;
        let old: Vec<&Commit> = commits.iter().filter(|commit| commit.sequence > folded).collect();
        for some in old.chunks(usize::try_from(BLOCK).unwrap_or(usize::MAX)) {
            let keys: Vec<String> = some.iter().map(|commit| layout::commit(&self.lineage, commit.sequence)).collect();
            for ((commit, key), found) in some.iter().zip(&keys).zip(self.objects.read_all(&keys).await?) {
                self.commit(commit, key, found).await?;
            }
        }
        Ok(snapshot.map(|(_, version)| version))
    }

    /// Another state's files in the history have no business here.
    async fn put_foreign_aside(&self, role: Role) -> Outcome<()> {
        let key = match role {
            Role::KeptSnapshot(through) => layout::kept_snapshot(through),
            Role::KeptJournal(span) => layout::kept_journal(span),
            Role::Snapshot | Role::Journal => return Ok(()),
        };
        let Some(found) = self.objects.read(&key).await? else { return Ok(()) };
        if matches!(Content::of(role, &found.bytes, &self.lineage, self.objects.cipher()), Content::Foreign(_)) {
            self.keep(&key, found.bytes).await?;
            self.objects.remove(&key).await?;
        }
        Ok(())
    }

    async fn header(&self) -> Outcome<()> {
        let key = layout::commit(&self.lineage, 0);
        let line = journal::header_line(&Header { lineage: self.lineage.clone(), follows: 0 })?;
        let found = self.objects.read(&key).await?;
        let is_whole = |found: &Found| header_in(&key, &found.bytes).is_ok_and(|header| header.lineage == self.lineage);
        if found.as_ref().is_some_and(is_whole) { Ok(()) } else { self.write(&key, line, found).await }
    }

    async fn commit(&self, commit: &Commit, key: &str, found: Option<Found>) -> Outcome<()> {
        let there = found.as_ref().map(|found| commit_in(key, &found.bytes, (&self.lineage, commit.sequence), self.objects.cipher()));
        match there {
            Some(Ok(there)) if there == *commit => Ok(()),
            // It can be read, and says something else: that is no damage, but another run's.
            Some(Ok(_)) => Err(told::replaced(&self.objects.name_of(key)).into()),
            // Whole, for somebody else.
            Some(Err(why)) if why.code == "state/encrypted" => Err(why),
            Some(Err(_)) | None => self.write(key, journal::commit_line(commit, self.objects.cipher())?, found).await,
        }
    }

    async fn write(&self, key: &str, line: String, found: Option<Found>) -> Outcome<()> {
        let is_done = match found {
            None => matches!(self.objects.make(key, line.into_bytes()).await?, Created::New(_)),
            Some(found) => {
                self.keep(key, found.bytes).await?;
                matches!(self.objects.put(key, line.into_bytes(), &found.version).await?, Replaced::Done(_))
            }
        };
        if is_done { Ok(()) } else { Err(told::replaced(&self.objects.name_of(key)).into()) }
    }

    async fn keep(&self, key: &str, bytes: Vec<u8>) -> Outcome<()> {
        copy(&self.objects, &format!("{}/{key}", self.aside), bytes).await
    }
}
