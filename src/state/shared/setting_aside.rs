//! A state that is given up: put aside whole, and its place marked as empty.
//!
//! Owns the mark, which takes the snapshot's place: without it, journals that stay behind would look like a state that lost its snapshot.
//! What is put aside lies as a local state's files do, so that a copy of the folder is one that every command takes.

use serde::{Deserialize, Serialize};

use super::found::{Ground, covered, history};
use super::layout;
use super::objects::{Created, Objects, Replaced, Version};
use super::stretch::Stretch;
use super::told;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::seal::Form;

/// In the snapshot's place: the state that was here lies in this folder now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutAside {
    folder: String,
}

const FORM: Form = Form { kind: "set-aside", version: 1 };

impl PutAside {
    pub fn is(bytes: &[u8]) -> bool {
        std::str::from_utf8(bytes).is_ok_and(|text| FORM.unseal::<Self>(text.trim_end_matches('\n')).is_ok())
    }

    fn text(folder: &str) -> Outcome<String> {
        FORM.seal(&Self { folder: folder.to_owned() }).map(|text| text + "\n").map_err(|error| {
            let message = format!("what was put aside cannot be written down: {error}");
            Diagnostic::error("state/unwritable", message).help("Nothing was changed. This is a bug in callout.").into()
        })
    }
}

/// Copies of everything first, then the mark in the snapshot's place, then the history goes. Journals stay: their numbers are taken for ever.
pub async fn set_aside(objects: &Objects, lineage: Option<&str>) -> Outcome<()> {
    let Ground { snapshot, kept, lock } = Ground::read(objects).await?;
    if snapshot.as_ref().is_none_or(|(snapshot, _)| PutAside::is(&snapshot.bytes)) && kept.newest().is_none() && lineage.is_none() {
        return Ok(());
    }
    let folder = layout::aside(next_number(objects).await?);
    let put = async |key: &str, bytes: Vec<u8>| copy(objects, &format!("{folder}/{key}"), bytes).await;
    if let Some((snapshot, _)) = &snapshot {
        put(layout::SNAPSHOT, snapshot.bytes.clone()).await?;
    }
    for listed in objects.listing(layout::HISTORY).await? {
        if let Some(found) = objects.read(&listed.key).await? {
            put(&listed.key, found.bytes).await?;
        }
    }
    if let Some(lineage) = lineage {
        let behind = covered(objects, &kept, lineage).await? + 1;
        let stretch = Stretch::read(objects, lineage, behind, lock.surely(lineage)).await?;
        put(layout::ASIDE_JOURNAL, stretch.text()?).await?;
    }
    mark(objects, snapshot.map(|(_, version)| version).as_ref(), &folder).await?;
    clear_history(objects).await
}

async fn mark(objects: &Objects, version: Option<&Version>, folder: &str) -> Outcome<()> {
    let text = PutAside::text(folder)?.into_bytes();
    let is_done = match version {
        Some(version) => matches!(objects.put(layout::SNAPSHOT, text, version).await?, Replaced::Done(_)),
        None => matches!(objects.make(layout::SNAPSHOT, text).await?, Created::New(_)),
    };
    if is_done { Ok(()) } else { Err(told::replaced(&objects.name_of(layout::SNAPSHOT)).into()) }
}

/// Only after all of it was copied.
pub async fn clear_history(objects: &Objects) -> Outcome<()> {
    for listed in objects.listing(layout::HISTORY).await? {
        objects.remove(&listed.key).await?;
    }
    Ok(())
}

/// The first number that no folder has.
pub async fn next_number(objects: &Objects) -> Outcome<u16> {
    let taken = objects.folder_names("").await?.iter().filter_map(|folder| layout::aside_number(folder)).max().unwrap_or(0);
    taken.checked_add(1).ok_or_else(|| {
        let message = format!("too many states were put aside in `{}`", objects.name());
        Diagnostic::error("state/order", message).help("Move the folders set-aside-… away.").into()
    })
}

/// A copy that is there already and differs is another run's, and never overwritten.
pub async fn copy(objects: &Objects, key: &str, bytes: Vec<u8>) -> Outcome<()> {
    match objects.make(key, bytes).await? {
        Created::New(_) => Ok(()),
        Created::Other(_) => Err(told::replaced(&objects.name_of(key)).into()),
    }
}

/// Whether the history is one that was put aside already, by a run that was stopped before it could take it away.
pub async fn finish(objects: &Objects, snapshot: Option<&[u8]>) -> Outcome<()> {
    if snapshot.is_some_and(PutAside::is) && history(objects).await?.newest().is_some() {
        clear_history(objects).await?;
    }
    Ok(())
}
