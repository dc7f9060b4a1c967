//! Listing: every ticket of a filter, and whether surely all of them.
//!
//! Owns the paging. The vendor's pages say neither how a list is sorted nor how long a page may be, and print no total. So pages follow
//! the greatest id seen (`idAfter`), and in the end the list is counted: asked for what stands behind as many tickets as were seen
//! (`offset`), it must show nothing. If it shows more, the order is another one, and all is read again by `offset`.
//! Refuses to call whole what cannot be counted: who misses a ticket may send it again.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::remote::Connection;
use super::settings::ListSince;
use super::{ID, TITLE, wire};
use crate::systems::{End, Found, Listing, Seen};
use crate::ticket::Mark;

/// A search gives up after so many pages: at 100 tickets each, nobody made more within the minutes that a create is in doubt.
const PAGES_OF_A_SEARCH: usize = 100;

/// What lists the tickets that changed. That a new one counts as changed is likely, and said nowhere.
const UPDATED_SINCE: &str = "updatedSince";

/// One walk through a list.
struct Pass<'c> {
    connection: &'c Connection,
    filter: Option<(&'static str, String)>,
    most_pages: usize,
    requests: usize,
    /// By id: a number, as paging needs it.
    seen: BTreeMap<u64, Seen>,
}

/// The tickets that a refresh asks for.
pub async fn list(connection: &Connection, since: Option<Timestamp>, most_pages: usize) -> Listing {
    let filter = match connection.settings.list_since {
        ListSince::Updated => UPDATED_SINCE,
        ListSince::Created => "createdSince",
    };
    let is_by_change = since.is_some() && filter == UPDATED_SINCE;
    let listing = Pass::new(connection, since.map(|since| (filter, moment(since))), most_pages).run().await;
    Listing { is_by_change, ..listing }
}

/// The ticket with this mark. Whoever finds none, or one, has seen the whole list.
pub async fn find(connection: &Connection, mark: &Mark, since: Timestamp) -> Found {
    let listing = Pass::new(connection, Some(("createdSince", moment(since))), PAGES_OF_A_SEARCH).run().await;
    let marked = |seen: &Seen| super::fields::mark_of(&seen.fields).as_ref() == Some(mark);
    let found: Vec<Seen> = listing.tickets.into_iter().filter(marked).collect();
    match listing.end {
        End::Broken { why, stops_system } => Found::unsure(&why, &found, stops_system),
        End::TooLong => Found::unsure(&format!("{TITLE} lists more tickets than {PAGES_OF_A_SEARCH} pages hold"), &found, false),
        End::Cannot => Found::Cannot,
        End::Whole => Found::of(found),
    }
}

/// As the vendor takes it: whole seconds, and UTC.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl<'c> Pass<'c> {
    fn new(connection: &'c Connection, filter: Option<(&'static str, String)>, most_pages: usize) -> Self {
        Self { connection, filter, most_pages, requests: 0, seen: BTreeMap::new() }
    }

    async fn run(mut self) -> Listing {
        let end = match self.walk().await {
            Ok(()) => End::Whole,
            Err(end) => end,
        };
        Listing { tickets: self.seen.into_values().collect(), requests: self.requests, end, is_by_change: false }
    }

    /// All of it, or why not.
    async fn walk(&mut self) -> Result<(), End> {
        // Twice, for what was made meanwhile.
        for _ in 0..2 {
            self.by_id().await?;
            if self.is_all().await? {
                return Ok(());
            }
        }
        for _ in 0..2 {
            if self.by_offset().await? && self.is_all().await? {
                return Ok(());
            }
        }
        let why = format!("{TITLE} listed {} tickets, and then showed that this is not all or not the same any more", self.seen.len());
        Err(End::Broken { why, stops_system: false })
    }

    /// Each page begins after the greatest id seen, so that nothing that is made or deleted meanwhile moves a page.
    async fn by_id(&mut self) -> Result<(), End> {
        loop {
            let after = self.seen.last_key_value().map(|(id, _)| ("idAfter", *id));
            let page = self.page(after).await?;
            let (rows, known) = (page.len(), self.seen.len());
            self.seen.extend(page);
            // A short page is not proof of the end, as the server may have a limit of its own; the count is.
            if self.seen.len() == known || rows < self.page_size() {
                return Ok(());
            }
        }
    }

    /// Each page begins with the last ticket of the one before, in whatever order the server has. False if one does not: something was
    /// made or deleted meanwhile, and moved tickets from a page to come to a page that was seen.
    async fn by_offset(&mut self) -> Result<bool, End> {
        self.seen.clear();
        let (mut offset, mut last) = (0, None);
        loop {
            let page = self.page(Some(("offset", offset))).await?;
            let ids: Vec<u64> = page.iter().map(|(id, _)| *id).collect();
            if last.is_some() && ids.first() != last.as_ref() {
                return Ok(false);
            }
            if ids.len() <= usize::from(last.is_some()) {
                return Ok(true);
            }
            self.seen.extend(page);
            offset += ids.len() as u64 - 1;
            last = ids.last().copied();
        }
    }

    /// Counts: behind as many tickets as were seen there is nothing. What there is belongs to the list, too.
    async fn is_all(&mut self) -> Result<bool, End> {
        let behind = self.page(Some(("offset", self.seen.len() as u64))).await?;
        let is_all = behind.is_empty();
        self.seen.extend(behind);
        Ok(is_all)
    }

    fn page_size(&self) -> usize {
        self.connection.settings.page_size as usize
    }

    /// The tickets of one page, in its order.
    async fn page(&mut self, place: Option<(&str, u64)>) -> Result<Vec<(u64, Seen)>, End> {
        if self.requests >= self.most_pages {
            return Err(End::TooLong);
        }
        self.requests += 1;
        let mut url = self.connection.list.clone();
        let size = self.connection.settings.page_size.to_string();
        let filter = self.filter.iter().map(|(name, since)| (*name, since.clone()));
        let place = place.map(|(name, number)| (name, number.to_string()));
        url.query_pairs_mut().extend_pairs(filter.chain([("limit", size)]).chain(place));
        let broken = |why, stops_system| End::Broken { why, stops_system };
        let body = self.connection.client.read(&url).await.map_err(|trouble| broken(trouble.of_page(ID), trouble.stops_system))?;
        let rows = wire::page(&body).map_err(|what| broken(format!("{TITLE} answered {what}"), false))?;
        let number = |row| {
            let seen = self.connection.seen(&row)?;
            Some((seen.id.parse().ok()?, seen))
        };
        Ok(rows.into_iter().filter_map(number).collect())
    }
}
