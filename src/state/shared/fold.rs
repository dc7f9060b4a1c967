//! Copies that make a long journal quick to read, and earlier snapshots.
//!
//! Owns what of them is kept. They only repeat what the journal's objects say: none is needed, and a damaged one is made anew.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::found::Position;
use super::layout;
use super::objects::{Created, Listed, Objects};
use crate::diagnostics::Outcome;
use crate::state::history::Kept;
use crate::state::journal::{self, Header};
use crate::state::replay::{self, Named, Span};

/// A run folds this many commits into one object: so many reads a load needs at most beside the folded ones.
pub const FOLD_AFTER: u64 = 256;
/// Earlier snapshots that are kept, however old.
const SNAPSHOTS_KEPT: usize = 10;
/// Younger ones are kept too, up to this many.
const SNAPSHOTS_AT_MOST: usize = 100;
const YOUNG: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Puts the commits that no kept journal has into one.
pub fn fold(objects: &Objects, position: &mut Position) -> Outcome<()> {
    let span = Span { first: position.folded + 1, last: position.last };
    if span.first > span.last {
        return Ok(());
    }
    let mut text = journal::header_line(&Header { lineage: position.lineage.clone(), follows: position.folded })?.into_bytes();
    text.extend(&position.unfolded);
    let says_the_same = |bytes: &[u8]| {
        journal::read("", bytes, objects.cipher()).is_ok_and(|kept| kept.header.lineage == position.lineage && kept.end() == span.last)
    };
    keep(objects, &layout::kept_journal(span), &text, says_the_same)?;
    position.folded = span.last;
    position.unfolded.clear();
    Ok(())
}

/// Keeps a snapshot beside the one that counts.
pub fn keep_snapshot(objects: &Objects, through: u64, text: &str) -> Outcome<()> {
    let says_the_same = |bytes: &[u8]| {
        let kept = Named { name: String::new(), bytes: bytes.to_vec() };
        replay::read_snapshot(&kept, objects.cipher()).is_ok_and(|state| state.through == through)
    };
    keep(objects, &layout::kept_snapshot(through), text.as_bytes(), says_the_same)
}

/// A run that was stopped, perhaps of another version, may have written the same in other words. What is damaged there is replaced; where
/// somebody else was quicker to do so, that is as good.
fn keep(objects: &Objects, key: &str, bytes: &[u8], says_the_same: impl Fn(&[u8]) -> bool) -> Outcome<()> {
    if let Created::Other(found) = objects.create(key, bytes)?
        && !says_the_same(&found.bytes)
    {
        objects.replace(key, bytes, &found.version)?;
    }
    Ok(())
}

/// Takes away old snapshots.
pub fn prune(objects: &Objects) -> Outcome<()> {
    let listed = objects.list(layout::HISTORY)?;
    let number = |listed: &Listed| Kept::of([layout::last_part(&listed.key)].into_iter()).snapshots.first().copied();
    let kept: Vec<(u64, Timestamp)> = listed.iter().filter_map(|listed| Some((number(listed)?, listed.modified))).collect();
    for through in outdated(kept) {
        objects.delete(&layout::kept_snapshot(through))?;
    }
    Ok(())
}

/// Which snapshots are kept no longer. How old they are is a matter of the store's clock alone: the newest one was made just now.
fn outdated(mut kept: Vec<(u64, Timestamp)>) -> Vec<u64> {
    let Some(now) = kept.iter().map(|(_, modified)| *modified).max() else { return Vec::new() };
    let young = SignedDuration::try_from(YOUNG).unwrap_or_default();
    kept.sort_unstable_by(|one, other| other.cmp(one));
    let is_old = |(index, (_, modified)): &(usize, (u64, Timestamp))| *index >= SNAPSHOTS_AT_MOST || now.duration_since(*modified) > young;
    kept.into_iter().enumerate().skip(SNAPSHOTS_KEPT).filter(is_old).map(|(_, (through, _))| through).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::samples::at;

    fn kept(count: u64, each: i64) -> Vec<(u64, Timestamp)> {
        (1..=count).zip(1..).map(|(through, index)| (through, at(index * each))).collect()
    }

    #[test]
    fn the_newest_are_kept_however_old_and_the_young_up_to_a_hundred() {
        const DAY: i64 = 24 * 60 * 60;
        assert_eq!(outdated(Vec::new()), [0; 0]);
        assert_eq!(outdated(kept(10, 365 * DAY)), [0; 0]);
        assert_eq!(outdated(kept(12, 365 * DAY)), [2, 1]);
        assert_eq!(outdated(kept(40, DAY)), (1..10).rev().collect::<Vec<_>>(), "the tenth is thirty days old");
        assert_eq!(outdated(kept(103, 60)), [3, 2, 1]);
    }
}
