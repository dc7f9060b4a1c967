//! Every journal of a shared state, from the beginning.
//!
//! Owns which lineage is the one that lives here, without asking the snapshot for more than its name. Kept journals are handed over as they
//! are; what none of them has is read object by object.

use super::begin::is_ended;
use super::found::{self, Ground, gone};
use super::layout;
use super::objects::Objects;
use super::setting_aside::PutAside;
use super::stretch::{Stretch, numbers};
use crate::diagnostics::Outcome;
use crate::state::replay::{self, Named, Span};

/// The lineage whose journal goes on here, if there is any.
pub async fn lineage(objects: &Objects) -> Outcome<Option<String>> {
    let snapshot = objects.read(layout::SNAPSHOT).await?.map(|found| Named { name: objects.name_of(layout::SNAPSHOT), bytes: found.bytes });
    if let Some(state) = snapshot.as_ref().and_then(|snapshot| replay::read_snapshot(snapshot, objects.cipher()).ok()) {
        return Ok(Some(state.lineage));
    }
    let all = objects.folder_names(layout::JOURNALS).await?;
    if let [one] = &all[..] {
        return Ok(Some(one.clone()));
    }
    let mut newest = None;
    for lineage in all {
        let last = numbers(objects, &lineage, 0).await?.last().copied().unwrap_or(0);
        if last > 0 && !is_ended(objects, &lineage, last).await? {
            newest = newest.max(Some((last, lineage)));
        }
    }
    Ok(newest.map(|(_, lineage)| lineage))
}

/// The history first: what is folded after that comes twice, and nothing is missed.
pub fn journals(objects: &Objects, each: &mut dyn FnMut(Named)) -> Outcome<()> {
    let this = objects.clone();
    let (ground, lineage) = objects.wait(async move { tokio::try_join!(Ground::read(&this), lineage(&this)) })?;
    ground.lock.stays(objects.name())?;
    let is_put_aside = ground.snapshot.as_ref().is_some_and(|(snapshot, _)| PutAside::is(&snapshot.bytes));
    let is_there = ground.snapshot.is_some() && !is_put_aside;
    let Some(lineage) = lineage.filter(|_| !is_put_aside) else {
        return if is_there { Err(gone(&objects.name_of(layout::JOURNALS)).into()) } else { Ok(()) };
    };
    let mut told = 0;
    for span in ground.kept.journals {
        let Some(file) = readable(objects, span, &lineage)?.filter(|_| span.last > told) else { continue };
        if span.first > told + 1 {
            let (this, lineage, span) = (objects.clone(), lineage.clone(), Span { first: told + 1, last: span.first - 1 });
            let stretch = objects.wait(async move { Stretch::between(&this, &lineage, span).await })?;
            // Of a state that came from elsewhere, what was before may not have been kept.
            if told > 0 || !stretch.lines.is_empty() {
                each(named(objects, &stretch)?);
            }
        }
        told = span.last;
        each(file);
    }
    let (this, of, surely) = (objects.clone(), lineage.clone(), ground.lock.surely(&lineage));
    let stretch = objects.wait(async move { Stretch::read(&this, &of, told + 1, surely).await })?;
    match stretch.end {
        None if is_there => Err(gone(&objects.name_of(&layout::journal(&lineage))).into()),
        None => Ok(()),
        Some(_) => {
            each(named(objects, &stretch)?);
            Ok(())
        }
    }
}

/// A kept journal, if it holds what its name says. Otherwise the objects are asked.
fn readable(objects: &Objects, span: Span, lineage: &str) -> Outcome<Option<Named>> {
    let key = layout::kept_journal(span);
    let Some(found) = objects.get(&key)? else { return Ok(None) };
    let file = Named { name: objects.name_of(&key), bytes: found.bytes };
    Ok(found::kept_journal(&file, span, lineage, objects.cipher()).map(|_| file))
}

fn named(objects: &Objects, stretch: &Stretch) -> Outcome<Named> {
    Ok(Named { name: objects.name_of(&layout::journal(&stretch.lineage)), bytes: stretch.text()? })
}
