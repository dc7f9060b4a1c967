//! Going through `get_tickets` page by page, and finding a ticket by its mark.
//!
//! Owns when a list is whole. The vendor's pages name neither the order of tickets nor the most that a page holds, and show no total in
//! a form that could be read. So the end is an empty page, and then the list is counted: behind as many tickets as were seen there must
//! be none, and the last page must still begin where it did. What is not in a list that is not whole may well exist.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::connection::Connection;
use super::wire::{self, Format, dates};
use super::{ID, ReadyDesk, TITLE};
use crate::systems::{End, Found, Listing, Seen, System};
use crate::ticket::Mark;

/// Of a search for a mark. Two tickets with one mark are two too many.
const SEARCH_PAGES: usize = 3;

/// Of the list behind a search: at the default size, 20,000 tickets that were opened since the write in doubt.
const MOST_PAGES: usize = 200;

/// What a pass has learnt so far.
#[derive(Default)]
struct Pass {
    listing: Listing,
    ids: BTreeSet<String>,
    /// Whether the latest page held less than was asked for.
    is_short: bool,
    /// The ticket before the latest page, and its place in the list.
    before: Option<(usize, String)>,
}

/// What is asked for besides the page: one variable and its value.
type Filter<'a> = Option<(&'a str, &'a str)>;

impl Connection {
    pub(super) async fn list_since(&self, since: Option<Timestamp>, most_pages: usize) -> Listing {
        let from = since.map(|since| dates::for_server(dates::list_from(since, &self.reading.zone)));
        self.pages(from.as_deref().map(|from| ("start_date", from)), most_pages).await
    }

    /// The ticket with this mark.
    ///
    /// Which fields a keyword is looked for in is not said, so its hits are checked, and without a hit the tickets that were opened
    /// since then are gone through.
    pub(super) async fn find_mark(&self, mark: &Mark, since: Timestamp) -> Found {
        let search = self.pages(Some(("keyword", mark.as_str())), SEARCH_PAGES).await;
        if let End::Broken { why, stops_system: true } = search.end {
            return Found::Unanswered { why, marked: Vec::new(), stops_system: true };
        }
        let mut hits = with_mark(search.tickets, mark);
        if hits.is_empty() || search.end != End::Whole {
            let list = self.list_since(Some(since), MOST_PAGES).await;
            let known: BTreeSet<String> = hits.iter().map(|hit| hit.id.clone()).collect();
            hits.extend(with_mark(list.tickets, mark).into_iter().filter(|hit| !known.contains(&hit.id)));
            if let Some((why, stops_system)) = not_whole(list.end) {
                return Found::unsure(&why, &hits, stops_system);
            }
        }
        Found::of(hits)
    }

    async fn pages(&self, filter: Filter<'_>, most_pages: usize) -> Listing {
        let mut pass = Pass::default();
        for page in 1..=most_pages {
            let end = match self.page((page, self.settings.page_size), filter, &mut pass).await {
                Ok(tickets) if tickets.is_empty() => Err(self.counted(filter, &mut pass).await),
                Ok(tickets) => pass.take(page, tickets, self.settings.page_size),
                Err(end) => Err(end),
            };
            if let Err(end) = end {
                return Listing { end, ..pass.listing };
            }
        }
        Listing { end: End::TooLong, ..pass.listing }
    }

    /// Counts: of pages of one ticket, the one behind all that were seen is empty.
    async fn counted(&self, filter: Filter<'_>, pass: &mut Pass) -> End {
        let seen = pass.ids.len();
        match self.page((seen + 1, 1), filter, pass).await {
            Ok(rest) if rest.is_empty() => self.unmoved(filter, pass).await,
            Ok(_) => broken(format!("{TITLE} listed {seen} tickets, and has more than that: some are missing between its pages")),
            Err(end) => end,
        }
    }

    /// Whether the last page still begins where it did. A ticket that is deleted while pages are read moves another one to a page that
    /// was read already; the count is right all the same, as the deleted one is among those that were seen.
    async fn unmoved(&self, filter: Filter<'_>, pass: &mut Pass) -> End {
        let Some((place, id)) = pass.before.take() else { return End::Whole };
        match self.page((place, 1), filter, pass).await {
            Ok(tickets) if tickets.iter().map(|ticket| &ticket.id).eq([&id]) => End::Whole,
            Ok(_) => broken(format!("{TITLE} moved tickets from page to page while they were listed: some may be missing")),
            Err(end) => end,
        }
    }

    /// The tickets of a page, by its number and length.
    async fn page(&self, (page, count): (usize, usize), filter: Filter<'_>, pass: &mut Pass) -> Result<Vec<Seen>, End> {
        let (count, number) = (count.to_string(), page.to_string());
        let order = Some(("order", self.settings.order.as_str())).filter(|(_, column)| !column.is_empty());
        let variables: Vec<(&str, &str)> =
            [("tid", "*"), ("count", &count), ("page", &number)].into_iter().chain(order).chain(filter).collect();
        pass.listing.requests += 1;
        let body = self.client.read(&self.url("get_tickets", &variables)).await;
        let body = body.map_err(|trouble| End::Broken { why: trouble.of_page(ID), stops_system: trouble.stops_system })?;
        // The delimited form shows an empty page as nothing at all, which is also what a broken server says. After a page that was
        // not full, both signs together are taken for the end.
        if self.settings.format == Format::Delimited && pass.is_short && body.trim().is_empty() {
            return Ok(Vec::new());
        }
        let records = wire::tickets(self.settings.format, &body);
        let records = records.map_err(|what| broken(format!("{TITLE} answered page {page} of its tickets {what}")))?;
        Ok(records.iter().map(|record| wire::seen(record, &self.reading)).collect())
    }
}

impl Pass {
    /// Takes a page in. Tickets of an earlier page may stand in it again, when one was made or deleted meanwhile.
    fn take(&mut self, page: usize, tickets: Vec<Seen>, asked: usize) -> Result<(), End> {
        self.is_short = tickets.len() < asked;
        let new: Vec<Seen> = tickets.into_iter().filter(|ticket| self.ids.insert(ticket.id.clone())).collect();
        if new.is_empty() {
            return Err(broken(format!("{TITLE} answered page {page} of its tickets with those of earlier pages")));
        }
        self.before = self.listing.tickets.last().map(|ticket| (self.listing.tickets.len(), ticket.id.clone()));
        self.listing.tickets.extend(new);
        Ok(())
    }
}

fn broken(why: String) -> End {
    End::Broken { why, stops_system: false }
}

fn with_mark(tickets: Vec<Seen>, mark: &Mark) -> Vec<Seen> {
    tickets.into_iter().filter(|ticket| ReadyDesk.mark_of(&ticket.fields).as_ref() == Some(mark)).collect()
}

/// Why a list is not whole, and whether its system refuses to be asked.
fn not_whole(end: End) -> Option<(String, bool)> {
    match end {
        End::Whole => None,
        End::Broken { why, stops_system } => Some((why, stops_system)),
        End::TooLong | End::Cannot => {
            let why = format!("{TITLE} has more than {MOST_PAGES} pages of tickets since then, and no search found the mark");
            Some((why, false))
        }
    }
}
