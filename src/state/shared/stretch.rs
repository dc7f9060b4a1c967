//! The objects of a journal from some number on.
//!
//! Owns finding all of them. Refuses to believe a list: what it does not show is asked for, and so is what would come after it.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::{self, BLOCK};
use super::line::as_line;
use super::objects::Objects;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::journal::{self, Header};
use crate::state::replay::Span;
use crate::state::restore::CHECK;

/// Numbers behind the last one that are asked for together, where a list turned out to be stale.
const FURTHER: u64 = 32;

/// What is there of a journal.
#[derive(Debug)]
pub struct Stretch {
    pub lineage: String,
    /// The number that it begins with; 0 is the journal's first line.
    pub first: u64,
    /// The objects, by their numbers.
    pub lines: BTreeMap<u64, Vec<u8>>,
    /// The greatest number that was seen, also before `first`; none where nothing is there.
    pub end: Option<u64>,
    /// Numbers that must be there and are not. Not more than a block of them.
    pub missing: Vec<u64>,
}

impl Stretch {
    /// Every object from number `first` on. `surely` is a number that is known to be there.
    pub async fn read(objects: &Objects, lineage: &str, first: u64, surely: u64) -> Outcome<Self> {
        let listed = numbers(objects, lineage, first.saturating_sub(1)).await?;
        let mut stretch =
            Self { lineage: lineage.to_owned(), first, lines: BTreeMap::new(), end: listed.last().copied(), missing: Vec::new() };
        let last = stretch.end.unwrap_or(0).max(surely).max(first.saturating_sub(1));
        let unlisted = (first.saturating_sub(1)..=last).filter(|number| !listed.contains(number)).take(as_usize(BLOCK));
        let mut wanted: BTreeSet<u64> = listed.range(first..).copied().chain(unlisted).collect();
        wanted.insert((last + 1).max(first));
        stretch.take(objects, wanted.into_iter().collect()).await?;
        // A list may show what was there a moment ago. No number is left out, so whatever comes later hangs on the next one.
        while let Some(next) = stretch.lines.last_key_value().map(|(last, _)| *last + 1).filter(|next| *next > last + 1) {
            stretch.take(objects, (next..next + FURTHER).collect()).await?;
            if !stretch.lines.contains_key(&next) {
                break;
            }
        }
        if stretch.end.is_none() {
            // Nothing where there must be something: how far it does go is for whoever mends.
            stretch.end = numbers(objects, lineage, 0).await?.last().copied();
        }
        let end = stretch.end.unwrap_or(0).max(surely);
        stretch.missing = (first..=end).filter(|number| !stretch.lines.contains_key(number)).take(as_usize(BLOCK)).collect();
        Ok(stretch)
    }

    /// These commits and no others.
    pub async fn between(objects: &Objects, lineage: &str, span: Span) -> Outcome<Self> {
        let mut stretch = Self { lineage: lineage.to_owned(), first: span.first, lines: BTreeMap::new(), end: None, missing: Vec::new() };
        stretch.take(objects, (span.first..=span.last).collect()).await?;
        stretch.missing = (span.first..=span.last).filter(|number| !stretch.lines.contains_key(number)).collect();
        Ok(stretch)
    }

    async fn take(&mut self, objects: &Objects, numbers: Vec<u64>) -> Outcome<()> {
        let keys: Vec<String> = numbers.iter().map(|number| layout::commit(&self.lineage, *number)).collect();
        for (number, found) in numbers.into_iter().zip(objects.read_all(&keys).await?) {
            let Some(found) = found else { continue };
            self.end = self.end.max(Some(number));
            if number >= self.first {
                self.lines.insert(number, found.bytes);
            }
        }
        Ok(())
    }

    /// Whether nothing was ever recorded in it.
    pub fn is_unused(&self) -> bool {
        self.end.unwrap_or(0) == 0
    }

    /// Refuses a journal of which a part is gone. `surely` is where the lock object says that it goes.
    pub fn whole(&self, objects: &Objects, surely: u64) -> Outcome<()> {
        let Some(missing) = self.missing.first() else { return Ok(()) };
        let name = objects.name_of(&layout::journal(&self.lineage));
        let end = self.end.unwrap_or(0);
        if *missing > end {
            let lock = objects.name_of(super::lock_object::KEY);
            let message = format!("`{name}` ends with commit {end}, but `{lock}` says that commit {surely} was kept: commits are missing");
            return Err(Diagnostic::error("state/damaged", message).help(format!("{CHECK} {GONE}")).into());
        }
        let object = objects.name_of(&layout::commit(&self.lineage, *missing));
        let message = format!("commit {missing} is missing: `{object}` is not there, though later ones are");
        Err(Diagnostic::error("state/gap", message).help(format!("{CHECK} {GONE}")).into())
    }

    /// The commits as the text of a journal, with a first line of its own. What is missing or damaged keeps its line, unless it is missing
    /// from the beginning on: a state that came from elsewhere begins here with a later commit.
    pub fn text(&self) -> Outcome<Vec<u8>> {
        let begins = self.lines.keys().copied().find(|number| *number > 0).filter(|_| self.first <= 1);
        let first = begins.unwrap_or(self.first.max(1));
        let mut text = journal::header_line(&Header { lineage: self.lineage.clone(), follows: first - 1 })?.into_bytes();
        let numbers: BTreeSet<u64> = self.lines.keys().chain(&self.missing).copied().filter(|number| *number >= first).collect();
        for number in numbers {
            match self.lines.get(&number) {
                Some(bytes) => text.extend(as_line(bytes)),
                None => text.extend(ABSENT.as_bytes()),
            }
        }
        Ok(text)
    }
}

const GONE: &str = "Nothing but a person, or a rule of the bucket that deletes old objects, takes them away: each may stand for a technician who was sent.";
/// In the place of a line that is gone.
const ABSENT: &str = "the object is missing\n";

/// The numbers from this one on that a list shows.
pub async fn numbers(objects: &Objects, lineage: &str, from: u64) -> Outcome<BTreeSet<u64>> {
    let (own, folder) = (layout::block(lineage, from), layout::journal(lineage));
    let (listed, blocks) = tokio::try_join!(objects.listing(&own), objects.folder_names(&folder))?;
    let mut numbers: BTreeSet<u64> = listed.iter().filter_map(|listed| layout::sequence(&listed.key)).collect();
    for block in blocks.into_iter().filter(|block| *block > layout::block_name(from)) {
        let listed = objects.listing(&format!("{folder}/{block}")).await?;
        numbers.extend(listed.iter().filter_map(|listed| layout::sequence(&listed.key)));
    }
    Ok(numbers.split_off(&from))
}

fn as_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
