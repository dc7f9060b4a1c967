//! A shared state as it was found, put together.
//!
//! Owns the order of reading: snapshot, lock object and history together, then the journal. Refuses every gap, and less than the lock
//! object says was kept. A damaged kept journal is passed over: the objects say the same.

use super::layout;
use super::line::{commit_in, header_in};
use super::lock_object::{self, LockObject};
use super::objects::{Objects, Version};
use super::setting_aside::PutAside;
use super::stretch::Stretch;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::cipher::Cipher;
use crate::state::history::Kept;
use crate::state::journal::{self, Journal};
use crate::state::replay::{self, Named, Span};
use crate::state::restore::CHECK;
use crate::state::store::Loaded;
use crate::state::transition::State;

/// Where the next commit goes, and what is still to be folded.
#[derive(Debug)]
pub struct Position {
    pub lineage: String,
    /// The last commit.
    pub last: u64,
    /// Of the snapshot object.
    pub snapshot: Version,
    /// Lines that no kept journal has yet, as they are; the first of them has the number after `folded`.
    pub unfolded: Vec<u8>,
    pub folded: u64,
}

/// All that lies there but the journal.
pub struct Ground {
    pub snapshot: Option<(Named, Version)>,
    pub lock: LockObject,
    pub kept: Kept,
}

impl Ground {
    pub async fn read(objects: &Objects) -> Outcome<Self> {
        let (snapshot, lock, kept) = tokio::try_join!(objects.read(layout::SNAPSHOT), objects.read(lock_object::KEY), history(objects))?;
        let lock = lock.map(|found| LockObject::read(objects.name(), &found.bytes)).transpose()?.unwrap_or_default();
        let named = |bytes| Named { name: objects.name_of(layout::SNAPSHOT), bytes };
        Ok(Self { snapshot: snapshot.map(|found| (named(found.bytes), found.version)), lock, kept })
    }
}

/// What the history has, by the names in it.
pub async fn history(objects: &Objects) -> Outcome<Kept> {
    let listed = objects.listing(layout::HISTORY).await?;
    Ok(Kept::of(listed.iter().map(|listed| layout::last_part(&listed.key))))
}

/// Reads the state; nothing where there is no trace of one, or where it was put aside.
pub async fn load(objects: &Objects) -> Outcome<Option<(Loaded, Position)>> {
    let Ground { snapshot, lock, kept } = Ground::read(objects).await?;
    lock.stays(objects.name())?;
    let Some((snapshot, version)) = snapshot else {
        never_used(objects, &lock, &kept).await?;
        return Ok(None);
    };
    if PutAside::is(&snapshot.bytes) {
        return Ok(None);
    }
    let mut state = replay::read_snapshot(&snapshot, objects.cipher())?;
    let (since, surely) = (state.through, lock.surely(&state.lineage));
    let journals = journals_with(objects, &kept, Span { first: since + 1, last: u64::MAX }, &state.lineage).await?;
    let mut journal_size = journals.iter().map(|(_, size)| *size).sum::<u64>();
    for (journal, _) in journals {
        // Read before and whole: what cannot follow is in the objects as well.
        for commit in &journal.commits {
            let place = || format!("`{}` line {}", journal.name, journal.line_of(commit.sequence));
            replay::advance(&mut state, commit, &journal.name, place)?;
        }
    }
    let folded = state.through;
    let first = if folded == 0 { 0 } else { folded + 1 };
    let stretch = Stretch::read(objects, &state.lineage, first, surely).await?;
    follows(objects, &snapshot.name, &state, &stretch)?;
    let mut unfolded = Vec::new();
    // What is damaged before a gap is told first.
    for (&number, bytes) in stretch.lines.range(..stretch.missing.first().copied().unwrap_or(u64::MAX)) {
        journal_size += bytes.len() as u64;
        if number == 0 {
            continue;
        }
        let name = objects.name_of(&layout::commit(&state.lineage, number));
        let commit = commit_in(&name, bytes, (&state.lineage, number), objects.cipher())?;
        replay::advance(&mut state, &commit, &name, || format!("`{name}`"))?;
        unfolded.extend(bytes);
    }
    stretch.whole(objects, surely)?;
    let commits = usize::try_from(state.through - since).unwrap_or(usize::MAX);
    let position = Position { lineage: state.lineage.clone(), last: state.through, snapshot: version, unfolded, folded };
    let snapshot_size = snapshot.bytes.len() as u64;
    Ok(Some((Loaded { state, commits, journal_size, snapshot_size, torn: false }, position)))
}

/// The journal must be this state's, and must not end before the state does.
fn follows(objects: &Objects, snapshot: &str, state: &State, stretch: &Stretch) -> Outcome<()> {
    let name = objects.name_of(&layout::journal(&state.lineage));
    let Some(end) = stretch.end else { return Err(gone(&name).into()) };
    if end < state.through {
        return Err(replay::too_old(&name, end, snapshot, state).into());
    }
    if let Some(bytes) = stretch.lines.get(&0) {
        let name = objects.name_of(&layout::commit(&state.lineage, 0));
        replay::same_lineage(snapshot, state, &name, &header_in(&name, bytes)?.lineage)?;
    }
    Ok(())
}

/// The kept journals that follow one another from `span.first` on, as far as they can be read, with their sizes.
pub async fn journals_with(objects: &Objects, kept: &Kept, span: Span, lineage: &str) -> Outcome<Vec<(Journal, u64)>> {
    let spans: Vec<Span> = kept.journals.iter().filter(|kept| kept.last >= span.first && kept.first <= span.last).copied().collect();
    let keys: Vec<String> = spans.iter().map(|span| layout::kept_journal(*span)).collect();
    let (mut found, mut next) = (Vec::new(), span.first);
    for ((span, key), bytes) in spans.iter().zip(&keys).zip(objects.read_all(&keys).await?) {
        if span.first > next || span.last < next {
            continue;
        }
        let Some(bytes) = bytes.map(|found| found.bytes) else { continue };
        let file = Named { name: objects.name_of(key), bytes };
        if let Some(journal) = kept_journal(&file, *span, lineage, objects.cipher()) {
            next = span.last + 1;
            found.push((journal, file.bytes.len() as u64));
        }
    }
    Ok(found)
}

/// A kept journal, if it is whole and holds what its name says.
pub fn kept_journal(file: &Named, span: Span, lineage: &str, cipher: &Cipher) -> Option<Journal> {
    let journal = journal::read(&file.name, &file.bytes, cipher).ok()?;
    let is_it = journal.header.lineage == lineage && journal.header.follows + 1 == span.first && journal.end() == span.last;
    is_it.then_some(journal)
}

/// The last commit up to which kept journals have all of them.
pub async fn covered(objects: &Objects, kept: &Kept, lineage: &str) -> Outcome<u64> {
    let journals = journals_with(objects, kept, Span { first: 1, last: u64::MAX }, lineage).await?;
    Ok(journals.last().map_or(0, |(journal, _)| journal.end()))
}

/// Without a snapshot: whether nothing was ever recorded here.
async fn never_used(objects: &Objects, lock: &LockObject, kept: &Kept) -> Outcome<()> {
    let gone = || gone(&objects.name_of(layout::SNAPSHOT));
    if kept.newest().is_some() || lock.through.as_ref().is_some_and(|through| through.commit > 0) {
        return Err(gone().into());
    }
    for lineage in objects.folder_names(layout::JOURNALS).await? {
        if !Stretch::read(objects, &lineage, 1, 0).await?.is_unused() {
            return Err(gone().into());
        }
    }
    Ok(())
}

pub fn gone(name: &str) -> Diagnostic {
    Diagnostic::error("state/damaged", format!("`{name}` is missing, though other parts of the state are there")).help(CHECK)
}
