//! One list pass in place of many reads.
//!
//! Owns when a pass is worth making, how long it may be, and what it answers. It never says that a ticket is missing: a ticket that is
//! not listed is read by its id.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Ask, Question, Sides};
use crate::systems::{End, Found, Listing, Observed, Seen, System};
use crate::ticket::Mark;

/// Pages that a pass may take beyond the requests that it saves: the first page may be full of tickets of others.
const SPARE_PAGES: usize = 2;
/// A look that no step depends on is worth so small a part of a request: a page shows many tickets.
const GLANCES_BY_PAGE: usize = 10;

/// A pass that is worth making.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// Tickets made at this moment or later.
    pub since: Timestamp,
    /// So that it never costs much more than the reads in whose place it stands.
    pub most_pages: usize,
}

impl Pass {
    /// For these questions to one system: from two on, or where a look costs nothing else. Before something is sent, a page more is
    /// worth its price: it may show that it was sent already.
    pub fn for_these(asks: &[&Ask], sides: &Sides) -> Option<Self> {
        let side = sides.get(&asks.first()?.key.address.kind)?;
        let dated: Vec<Timestamp> = asks.iter().filter_map(|ask| ask.question.made()).collect();
        let glances = asks.iter().filter(|ask| is_glance(ask)).count();
        let is_sending = asks.iter().any(|ask| matches!(ask.question, Question::Sent { .. }));
        let saved = dated.len() - glances;
        let is_worth_it = saved > 1 || glances > 0 || is_sending;
        let since = dated.into_iter().min().filter(|_| side.system.capabilities().list.yes() && is_worth_it)?;
        Some(Self { since, most_pages: saved + glances.div_ceil(GLANCES_BY_PAGE) + SPARE_PAGES })
    }
}

fn is_glance(ask: &Ask) -> bool {
    matches!(ask.question, Question::Glance { .. })
}

/// What a pass brought, by id.
#[derive(Debug, Default)]
pub(super) struct Listed {
    tickets: BTreeMap<String, Seen>,
    /// Ids by the marks that the tickets carry.
    marked: BTreeMap<Mark, Vec<String>>,
    /// Every ticket since the pass's beginning is among them.
    is_whole: bool,
}

impl Listed {
    pub fn of(listing: Listing, system: &dyn System) -> Self {
        let is_whole = listing.end == End::Whole && !listing.is_by_change;
        let tickets: BTreeMap<String, Seen> = listing.tickets.into_iter().map(|seen| (seen.id.clone(), seen)).collect();
        let mut marked: BTreeMap<Mark, Vec<String>> = BTreeMap::new();
        for seen in tickets.values() {
            let Some(mark) = system.mark_of(&seen.fields) else { continue };
            marked.entry(mark).or_default().push(seen.id.clone());
        }
        Self { tickets, marked, is_whole }
    }

    /// The ticket with this id, if it was listed. That it was not says nothing.
    pub fn with_id(&self, id: &str) -> Option<Observed> {
        self.tickets.get(id).map(|seen| Observed::Found(Box::new(seen.clone())))
    }

    /// The tickets with this mark. Only a whole pass can say that there is one and no other.
    pub fn with_mark(&self, mark: &Mark) -> Option<Found> {
        match self.marked.get(mark).map(Vec::as_slice).unwrap_or_default() {
            [] => self.is_whole.then_some(Found::None),
            [one] if self.is_whole => self.one(one),
            [_] => None,
            several => Some(Found::Several(several.to_vec())),
        }
    }

    /// The tickets with one of these marks, of a visit that was not known to be sent. Also one of half a list is one too many.
    pub fn with_any(&self, marks: &[Mark]) -> Option<Found> {
        let ids: Vec<String> = marks.iter().filter_map(|mark| self.marked.get(mark)).flatten().cloned().collect();
        match ids.as_slice() {
            [] => None,
            [one] if self.is_whole => self.one(one),
            _ => Some(Found::Several(ids)),
        }
    }

    /// Whether a ticket of the pass has this mark.
    pub fn carries(&self, mark: &Mark) -> bool {
        self.marked.contains_key(mark)
    }

    fn one(&self, id: &str) -> Option<Found> {
        self.tickets.get(id).map(|seen| Found::One(Box::new(seen.clone())))
    }
}

/// What reading will take, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Tickets that are asked about.
    pub tickets: usize,
    /// Of these, the ones that a list pass is to show.
    pub listed: usize,
    /// Names of the systems that are listed.
    pub systems: Vec<&'static str>,
    /// Requests at most: every page, and every ticket that no page shows.
    pub most_requests: usize,
}

impl Outlook {
    pub fn of(asks: &[Ask], sides: &Sides) -> Self {
        let is_read = |ask: &&Ask| !matches!(ask.question, Question::Sent { .. });
        let mut outlook = Self { tickets: asks.iter().filter(is_read).count(), ..Self::default() };
        for asks in by_system(asks).values() {
            outlook.most_requests += asks.iter().filter(|ask| !ask.question.is_by_the_way()).count();
            let Some(pass) = Pass::for_these(asks, sides) else { continue };
            outlook.most_requests += pass.most_pages;
            outlook.listed += asks.iter().filter(|ask| is_read(ask) && ask.question.made().is_some()).count();
            outlook.systems.extend(asks.first().and_then(|ask| sides.get(&ask.key.address.kind)).map(|side| side.system.title()));
        }
        outlook
    }
}

/// The questions to each system.
pub(super) fn by_system(asks: &[Ask]) -> BTreeMap<&'static str, Vec<&Ask>> {
    let mut systems: BTreeMap<&'static str, Vec<&Ask>> = BTreeMap::new();
    for ask in asks {
        systems.entry(ask.system).or_default().push(ask);
    }
    systems
}
