//! A state is made.
//!
//! Owns the end of every other lineage's journal in the same place: its next number is taken by a commit without events, so that a run
//! which still holds that lineage adds nothing and sends nothing.

use jiff::Timestamp;

use super::layout;
use super::line::commit_in;
use super::objects::{Created, Objects, Replaced};
use super::setting_aside::{self, PutAside};
use super::stretch::numbers;
use super::told;
use crate::diagnostics::Outcome;
use crate::state::by::Owner;
use crate::state::journal::{self, Commit, Header};

/// Who ends the journals of other lineages.
pub struct Ending {
    pub owner: Owner,
    pub run: String,
    pub at: Timestamp,
}

/// Ends what was here before, and makes the journal's first line.
pub async fn make_ready(objects: &Objects, lineage: &str, ending: &Ending) -> Outcome<()> {
    let snapshot = objects.read(layout::SNAPSHOT).await?;
    setting_aside::finish(objects, snapshot.as_ref().map(|found| found.bytes.as_slice())).await?;
    for other in objects.folder_names(layout::JOURNALS).await?.iter().filter(|other| *other != lineage) {
        end(objects, other, ending).await?;
    }
    // One that is there already is this lineage's own: a create that was stopped, or a state that is rebuilt.
    let header = journal::header_line(&Header { lineage: lineage.to_owned(), follows: 0 })?;
    objects.make(&layout::commit(lineage, 0), header.into_bytes()).await?;
    Ok(())
}

async fn end(objects: &Objects, lineage: &str, ending: &Ending) -> Outcome<()> {
    let mut last = numbers(objects, lineage, 0).await?.last().copied().unwrap_or(0);
    if is_ended(objects, lineage, last).await? {
        return Ok(());
    }
    let Ending { owner, run, at } = ending;
    loop {
        last += 1;
        let commit = Commit {
            sequence: last,
            lineage: lineage.to_owned(),
            at: *at,
            run: run.clone(),
            command: Some(owner.command.clone()),
            plan: None,
            by: owner.by.clone(),
            events: Vec::new(),
        };
        // A list may be stale, and a run of that lineage may still add to it: then the next number is the end.
        if let Created::New(_) =
            objects.make(&layout::commit(lineage, last), journal::commit_line(&commit, objects.cipher())?.into_bytes()).await?
        {
            return Ok(());
        }
    }
}

/// Whether this commit is the end of its journal.
pub async fn is_ended(objects: &Objects, lineage: &str, last: u64) -> Outcome<bool> {
    let key = layout::commit(lineage, last);
    let Some(found) = objects.read(&key).await? else { return Ok(false) };
    Ok(commit_in(&objects.name_of(&key), &found.bytes, (lineage, last), objects.cipher()).is_ok_and(|commit| commit.events.is_empty()))
}

/// Puts a first snapshot in its place, and beside it into the history.
pub async fn put_snapshot(objects: &Objects, text: String, through: u64) -> Outcome<()> {
    let name = objects.name_of(layout::SNAPSHOT);
    let put = match objects.read(layout::SNAPSHOT).await? {
        None => matches!(objects.make(layout::SNAPSHOT, text.clone().into_bytes()).await?, Created::New(_)),
        Some(found) if PutAside::is(&found.bytes) => {
            matches!(objects.put(layout::SNAPSHOT, text.clone().into_bytes(), &found.version).await?, Replaced::Done(_))
        }
        Some(_) => false,
    };
    if !put {
        return Err(told::replaced(&name).into());
    }
    // One of these numbers from before was put aside with its state; where it was not, it is the older copy of the two.
    objects.make(&layout::kept_snapshot(through), text.into_bytes()).await?;
    Ok(())
}
