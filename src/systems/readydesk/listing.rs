//! Going through `get_tickets` page by page, and finding a ticket by its mark.
//!
//! Owns when a list is whole. The vendor's pages name neither the order of tickets nor the most that a page holds, so the end is an empty
//! page, and pages that do not fit each other end the pass: what is not in a list that is not whole may well exist.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::connection::Connection;
use super::wire::{self, Format, dates};
use super::{ReadyDesk, TITLE};
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
    /// How many tickets the first page held, and how many the latest.
    first: Option<usize>,
    latest: Option<usize>,
}

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
            return Found::Unanswered { why, stops_system: true };
        }
        let mut hits = with_mark(search.tickets, mark);
        if hits.is_empty() || search.end != End::Whole {
            let list = self.list_since(Some(since), MOST_PAGES).await;
            if let Some(unanswered) = not_whole(list.end) {
                return unanswered;
            }
            let known: BTreeSet<String> = hits.iter().map(|hit| hit.id.clone()).collect();
            hits.extend(with_mark(list.tickets, mark).into_iter().filter(|hit| !known.contains(&hit.id)));
        }
        if hits.len() > 1 {
            return Found::Several(hits.into_iter().map(|hit| hit.id).collect());
        }
        hits.pop().map_or(Found::None, |hit| Found::One(Box::new(hit)))
    }

    async fn pages(&self, filter: Option<(&str, &str)>, most_pages: usize) -> Listing {
        let mut pass = Pass::default();
        for page in 1..=most_pages {
            match self.page(page, filter, &mut pass).await {
                None => {}
                Some(end) => return Listing { end, ..pass.listing },
            }
        }
        Listing { end: End::TooLong, ..pass.listing }
    }

    /// One page into the pass; how it ends, if it ends here.
    async fn page(&self, page: usize, filter: Option<(&str, &str)>, pass: &mut Pass) -> Option<End> {
        let (count, number) = (self.settings.page_size.to_string(), page.to_string());
        let order = Some(("order", self.settings.order.as_str())).filter(|(_, column)| !column.is_empty());
        let variables: Vec<(&str, &str)> =
            [("tid", "*"), ("count", &count), ("page", &number)].into_iter().chain(order).chain(filter).collect();
        pass.listing.requests += 1;
        let body = match self.client.read(&self.url("get_tickets", &variables)).await {
            Ok(body) => body,
            Err(trouble) => return Some(End::Broken { why: trouble.why, stops_system: trouble.stops_system }),
        };
        if self.is_silent_end(&body, pass) {
            return Some(End::Whole);
        }
        match wire::tickets(self.settings.format, &body) {
            Ok(records) => pass.take(page, records.iter().map(|record| wire::seen(record, &self.reading)).collect()),
            Err(what) => Some(broken(format!("{TITLE} answered page {page} of its tickets {what}"))),
        }
    }

    /// The delimited form shows an empty page as nothing at all, which is also what a broken server says. After a page that was not
    /// full, both signs together are taken for the end.
    fn is_silent_end(&self, body: &str, pass: &Pass) -> bool {
        let was_short = pass.latest.is_some_and(|latest| latest < self.settings.page_size);
        self.settings.format == Format::Delimited && was_short && body.trim().is_empty()
    }
}

impl Pass {
    fn take(&mut self, page: usize, tickets: Vec<Seen>) -> Option<End> {
        if tickets.is_empty() {
            return Some(End::Whole);
        }
        if let (Some(first), Some(latest)) = (self.first, self.latest)
            && (latest != first || tickets.len() > first)
        {
            // The page before was not the last one, and yet not as long as the others: rows are missing from it.
            return Some(broken(format!(
                "{TITLE} listed pages of different lengths, up to page {page}: tickets may be missing between them"
            )));
        }
        let length = tickets.len();
        let new: Vec<Seen> = tickets.into_iter().filter(|ticket| self.ids.insert(ticket.id.clone())).collect();
        if new.is_empty() {
            return Some(broken(format!("{TITLE} answered page {page} of its tickets with those of an earlier page")));
        }
        self.first.get_or_insert(length);
        self.latest = Some(length);
        self.listing.tickets.extend(new);
        None
    }
}

fn broken(why: String) -> End {
    End::Broken { why, stops_system: false }
}

fn with_mark(tickets: Vec<Seen>, mark: &Mark) -> Vec<Seen> {
    tickets.into_iter().filter(|ticket| ReadyDesk.mark_of(&ticket.fields).as_ref() == Some(mark)).collect()
}

fn not_whole(end: End) -> Option<Found> {
    match end {
        End::Whole => None,
        End::Broken { why, stops_system } => Some(Found::Unanswered { why, stops_system }),
        End::TooLong | End::Cannot => {
            let why = format!("{TITLE} has more than {MOST_PAGES} pages of tickets since then, and no search found the mark");
            Some(Found::Unanswered { why, stops_system: false })
        }
    }
}
