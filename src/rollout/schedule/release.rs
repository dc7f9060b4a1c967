//! Which rows lose their days, so that they are given new ones.
//!
//! Owns the two orders that a person gives, `--reflow` and `--repair`. Refuses to touch a row whose ticket was sent, or may have been.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::draft::{Ground, RowKey, Wanted};
use super::findings::today;
use super::sent::Sent;
use super::{Book, Rules, Status, Visit};
use crate::diagnostics::Diagnostic;
use crate::rollout::mistakes::Mistakes;
use crate::state::State;
use crate::ticket::Address;

/// What a person wants of the rows that a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// All that were not sent are given days anew, by the rules as they are now.
    Reflow,
    /// Of days that are too full, the last that were not sent are given other days.
    Repair,
}

/// An order, and the states that say which tickets were sent. Rows move only by them.
#[derive(Debug, Clone, Copy)]
pub struct Revision<'s> {
    pub order: Order,
    /// Each holds the rows of what it has.
    pub states: &'s [State],
}

/// What came of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revised {
    pub order: Order,
    /// Rows that may not move, because their tickets were sent or may have been.
    pub held: usize,
}

/// Takes the rows that are to move out of the file.
pub fn release(ground: &Ground<'_, '_>, book: &mut Book, revision: &Revision<'_>) -> Result<Revised, Vec<Diagnostic>> {
    let (loose, held) = loose(ground, book, &Sent::of(revision.states, ground.recipe.rollout))?;
    let released = match revision.order {
        Order::Reflow => loose,
        Order::Repair => excess(ground, book, &loose),
    };
    book.visits.retain(|row, _| !released.contains(row));
    Ok(Revised { order: revision.order, held })
}

/// The rows that may move, and how many may not. The earlier visits of a site are neither: nothing is sent for them any more.
fn loose(ground: &Ground<'_, '_>, book: &Book, sent: &Sent<'_>) -> Result<(BTreeSet<RowKey>, usize), Vec<Diagnostic>> {
    let (mut loose, mut held, mut mistakes) = (BTreeSet::new(), 0, Mistakes::default());
    for (row, visit) in &book.visits {
        let wanted = ground.wanted.get(row.0.as_str());
        let is_bound = match (visit.status, wanted) {
            (Status::Planned, Some(site)) if site.reissue == row.1 => match names(ground, site, visit) {
                // What is adopted exists already.
                Ok(None) => true,
                Ok(Some(names)) => sent.has(row, visit, &names),
                Err(wrong) => {
                    mistakes.add(site.member.site, wrong);
                    true
                }
            },
            (Status::Removed, _) => sent.has(row, visit, &[]),
            (Status::Planned, Some(_) | None) => continue,
        };
        if is_bound {
            held += 1;
        } else {
            loose.insert(row.clone());
        }
    }
    let told = mistakes.told(&ground.recipe.rollout.name, ground.wanted.len());
    if told.is_empty() { Ok((loose, held)) } else { Err(told) }
}

/// The names that a site's ticket has or had; `None` if it takes over a ticket that exists, or if its earlier name is no name.
fn names(ground: &Ground<'_, '_>, site: &Wanted<'_>, visit: &Visit) -> Result<Option<Vec<Address>>, Diagnostic> {
    let recipe = ground.recipe;
    let scope = recipe.scope(site.member, Some(visit));
    let text = |keys: &[&str]| Ok(recipe.text(site.member.site, &scope, keys)?.map(|(text, _)| text));
    if text(&["lifecycle", "adopt"])?.is_some() {
        return Ok(None);
    }
    let name = text(&["metadata", "name"])?.map(|name| Address::new(recipe.rollout.kind(), name));
    let before = text(&["lifecycle", "renamed_from"])?.map(|before| before.parse::<Address>());
    Ok(before.transpose().ok().zip(name).map(|(before, name)| before.into_iter().chain([name]).collect()))
}

/// Of each day that is too full, the rows that go until the others fit: first those that nobody wants any more, then those of the last
/// wave, of one wave the last by key. No row says how old it is, so this order stands for age; it is the same on every machine.
fn excess(ground: &Ground<'_, '_>, book: &Book, loose: &BTreeSet<RowKey>) -> BTreeSet<RowKey> {
    let mut released: BTreeSet<RowKey> = BTreeSet::new();
    let mut overfull: Vec<(Date, Option<String>)> = ground.days(book).overfull().into_iter().collect();
    // Groups first: whoever leaves for his group's sake makes room for all.
    overfull.sort_by_key(|(day, group)| (*day, group.is_none()));
    for (day, group) in overfull.into_iter().filter(|(day, _)| *day >= today(ground.now)) {
        let is_counted = |row: &RowKey| group.as_deref().is_none_or(|group| ground.group(&row.0) == Some(group));
        let is_there = |(row, visit): &(&RowKey, &Visit)| visit.start.date() == day && is_counted(row) && !released.contains(*row);
        let rows: Vec<(&RowKey, &Visit)> = book.visits.iter().filter(is_there).collect();
        let most = if group.is_some() { ground.rules.group.as_ref().map_or(usize::MAX, |rule| rule.max) } else { ground.rules.per_day };
        let over = rows.len().saturating_sub(most);
        let mut movable: Vec<_> = rows.into_iter().filter(|(row, _)| loose.contains(*row)).collect();
        movable.sort_by_key(|(row, visit)| std::cmp::Reverse((visit.status == Status::Removed, place(ground.rules, visit), *row)));
        released.extend(movable.into_iter().take(over).map(|(row, _)| row.clone()));
    }
    released
}

/// The number of a visit's wave.
fn place(rules: &Rules, visit: &Visit) -> Option<usize> {
    rules.waves.iter().position(|wave| Some(&wave.name) == visit.wave.as_ref())
}
