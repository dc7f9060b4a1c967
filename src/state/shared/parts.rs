//! What a shared state consists of, for whoever looks at it piece by piece.

use std::collections::BTreeSet;

use super::found::{Ground, covered, history};
use super::layout;
use super::line::as_line;
use super::objects::{Created, Objects};
use super::put_aside::PutAsideStore;
use super::setting_aside::PutAside;
use super::store::SharedStore;
use super::stretch::Stretch;
use super::{begin, told, told_over};
use crate::diagnostics::Outcome;
use crate::state::history::Kept;
use crate::state::journal::Commit;
use crate::state::mendable::Mendable;
use crate::state::migrate::Farewell;
use crate::state::survey::{Content, Piece, Role};
use crate::state::transition::State;

impl Mendable for SharedStore {
    fn pieces(&self) -> Outcome<Vec<Piece>> {
        let kept = self.on(async |objects: Objects| history(&objects).await)?;
        Ok(pieces(kept).map(|role| Piece { name: self.objects.name_of(&key(role)), role }).collect())
    }

    fn content(&self, role: Role, lineage: &str) -> Content {
        if role == Role::Journal {
            let lineage = lineage.to_owned();
            return self
                .on(async move |objects: Objects| journal(&objects, &lineage).await)
                .unwrap_or_else(|why| Content::Unreadable(*why));
        }
        match self.objects.get(&key(role)) {
            Ok(Some(found)) if role == Role::Snapshot && PutAside::is(&found.bytes) => Content::Missing,
            Ok(Some(found)) => Content::of(role, &found.bytes, lineage, self.objects.cipher()),
            Ok(None) => Content::Missing,
            Err(why) => Content::Unreadable(*why),
        }
    }

    fn bytes(&self, role: Role) -> Outcome<Option<Vec<u8>>> {
        if role != Role::Journal {
            return Ok(self.objects.get(&key(role))?.map(|found| found.bytes));
        }
        self.on(async |objects: Objects| {
            let Some(lineage) = told_over::lineage(&objects).await? else { return Ok(None) };
            journal_text(&objects, &lineage).await.map(|read| read.map(|(text, _)| text))
        })
    }

    fn has(&self, role: Role) -> Outcome<bool> {
        let snapshot = self.objects.get(layout::SNAPSHOT)?;
        let is_put_aside = snapshot.as_ref().is_some_and(|found| PutAside::is(&found.bytes));
        match role {
            Role::Snapshot => Ok(snapshot.is_some() && !is_put_aside),
            Role::Journal if is_put_aside => Ok(false),
            Role::Journal => Ok(self.on(async |objects: Objects| told_over::lineage(&objects).await)?.is_some()),
            Role::KeptSnapshot(_) | Role::KeptJournal(_) => Ok(self.objects.get(&key(role))?.is_some()),
        }
    }

    fn mentions(&self, text: &str) -> Outcome<bool> {
        let text = text.to_owned();
        self.on(async move |objects: Objects| mentions(&objects, &text).await)
    }

    fn create_with(&mut self, state: &State, first: &Commit) -> Outcome<()> {
        self.begin(state, Some(first))
    }

    fn mend(&mut self, base: &State, commits: &[Commit]) -> Outcome<()> {
        self.put_together(base, commits)
    }

    fn keep(&mut self, role: Role, bytes: &[u8]) -> Outcome<()> {
        let key = key(role);
        self.change(|store| match store.objects.create(&key, bytes)? {
            Created::New(_) => Ok(()),
            Created::Other(_) => Err(told::replaced(&store.objects.name_of(&key)).into()),
        })
    }

    fn leave(&mut self, farewell: &Farewell) -> Outcome<()> {
        self.leave_for(farewell)
    }

    fn asides(&self) -> Outcome<BTreeSet<u16>> {
        Ok(self.objects.folders("")?.iter().filter_map(|folder| layout::aside_number(folder)).collect())
    }

    fn aside(&self, number: u16) -> Outcome<Box<dyn Mendable>> {
        Ok(Box::new(PutAsideStore::read(&self.objects, &layout::aside(number))?))
    }
}

/// Snapshot and journal first, then the history, oldest first.
pub fn pieces(kept: Kept) -> impl Iterator<Item = Role> {
    let snapshots = kept.snapshots.into_iter().map(Role::KeptSnapshot);
    [Role::Snapshot, Role::Journal].into_iter().chain(snapshots).chain(kept.journals.into_iter().map(Role::KeptJournal))
}

fn key(role: Role) -> String {
    match role {
        Role::Snapshot => layout::SNAPSHOT.to_owned(),
        Role::Journal => layout::JOURNALS.to_owned(),
        Role::KeptSnapshot(through) => layout::kept_snapshot(through),
        Role::KeptJournal(span) => layout::kept_journal(span),
    }
}

/// What the objects hold that no kept journal has, read as the file that they would be.
async fn journal(objects: &Objects, lineage: &str) -> Outcome<Content> {
    let Some((text, stretch)) = journal_text(objects, lineage).await? else { return other(objects, lineage).await };
    let mut content = Content::of(Role::Journal, &text, lineage, objects.cipher());
    if let Content::Journal(lines) = &mut content {
        for damage in &mut lines.damage {
            let Some(sequence) = damage.sequence.or((damage.line == 1).then_some(0)) else { continue };
            let object = objects.name_of(&layout::commit(lineage, sequence));
            damage.why = if stretch.lines.contains_key(&sequence) {
                format!("{} (`{object}`)", damage.why)
            } else {
                format!("`{object}` is missing")
            };
        }
    }
    Ok(content)
}

/// The text of that file, and what it was made of; nothing where this lineage has no journal.
async fn journal_text(objects: &Objects, lineage: &str) -> Outcome<Option<(Vec<u8>, Stretch)>> {
    let Ground { lock, kept, .. } = Ground::read(objects).await?;
    let folded = covered(objects, &kept, lineage).await?;
    let first = if folded == 0 { 0 } else { folded + 1 };
    let stretch = Stretch::read(objects, lineage, first, lock.surely(lineage)).await?;
    if stretch.end.is_none() {
        return Ok(None);
    }
    let mut text = stretch.text()?;
    // The journal's own first line, where the text begins at the beginning.
    if first == 0 && (stretch.lines.contains_key(&1) || stretch.is_unused()) {
        let own: Vec<u8> = as_line(stretch.lines.get(&0).map_or(b"the object is missing".as_slice(), Vec::as_slice)).collect();
        let behind = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| end + 1);
        text.splice(..behind, own);
    }
    Ok(Some((text, stretch)))
}

/// Where this lineage has no journal: another's, if one goes on here.
async fn other(objects: &Objects, lineage: &str) -> Outcome<Content> {
    for other in objects.folder_names(layout::JOURNALS).await? {
        let end = Stretch::read(objects, &other, 1, 0).await?.end;
        if other != lineage && !begin::is_ended(objects, &other, end.unwrap_or(0)).await? {
            return Ok(Content::Foreign(other));
        }
    }
    Ok(Content::Missing)
}

async fn mentions(objects: &Objects, text: &str) -> Outcome<bool> {
    if objects.folder_names(layout::JOURNALS).await?.iter().any(|lineage| lineage.contains(text)) {
        return Ok(true);
    }
    let mut keys: Vec<String> = objects.listing(layout::HISTORY).await?.into_iter().map(|listed| listed.key).collect();
    keys.push(layout::SNAPSHOT.to_owned());
    if let Some(lineage) = told_over::lineage(objects).await? {
        keys.extend(objects.listing(&layout::journal(&lineage)).await?.into_iter().map(|listed| listed.key));
    }
    for key in keys {
        let found = objects.read(&key).await?;
        if found.is_some_and(|found| String::from_utf8_lossy(&found.bytes).contains(text)) {
            return Ok(true);
        }
    }
    Ok(false)
}
