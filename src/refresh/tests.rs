//! Questions and list passes, against a system that counts what it is asked.

mod sent;

use std::collections::BTreeMap;
use std::sync::Mutex;

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Mode, Observations, Outlook, Readers, Scope, Sides, asks, read};
use crate::plan::tests::bench::{Bench, plain, seen, ticket};
use crate::state::{Event, Key};
use crate::systems::{Answer, End, Found, Listing, Observed, Reader, Seen};
use crate::ticket::{Mark, Ticket};

/// Shows the same listing each time, has every ticket that is read by id, and writes down what it was asked.
pub(super) struct Counting {
    listing: Listing,
    asked: Mutex<Vec<String>>,
}

impl Counting {
    pub fn shows(tickets: Vec<Seen>, end: End) -> Self {
        Self { listing: Listing { tickets, requests: 1, end, is_by_change: false }, asked: Mutex::default() }
    }

    fn note(&self, what: String) {
        self.asked.lock().expect("a list").push(what);
    }
}

impl Reader for Counting {
    fn read<'a>(&'a self, id: &'a str) -> Answer<'a, Observed> {
        self.note(format!("read {id}"));
        Box::pin(async { Observed::Missing })
    }
    fn find<'a>(&'a self, _: &'a Mark, since: Timestamp) -> Answer<'a, Found> {
        self.note(format!("find since {since}"));
        Box::pin(async { Found::None })
    }
    fn list(&self, since: Option<Timestamp>, most_pages: usize) -> Answer<'_, Listing> {
        self.note(format!("list since {} in {most_pages} pages", since.map(|moment| moment.to_string()).unwrap_or_default()));
        Box::pin(async { self.listing.clone() })
    }
}

/// What was asked, and what came of it by visit.
pub(super) async fn told(bench: &Bench, system: &Counting, mode: Mode) -> String {
    let (asks, sides) = questions(bench, mode);
    let side = bench.side();
    let readers: Readers<'_> = BTreeMap::from([(side.system.id(), system as &dyn Reader)]);
    let observations = read(&asks, &readers, &sides, &|_| {}).await;
    let asked = system.asked.lock().expect("a list").join(", ");
    format!("{asked}\n{}{} requests", answers(&observations), observations.requests)
}

fn questions(bench: &Bench, mode: Mode) -> (Vec<super::Ask>, Sides) {
    let sides = Sides::from([("Dispatch".to_owned(), bench.side())]);
    let Bench { tickets, state, selection, rollouts, now, .. } = bench;
    (asks(&Scope { tickets, state, sides: &sides, selection, rollouts, now: *now }, mode), sides)
}

fn answers(observations: &Observations) -> String {
    let line = |(key, what): (&Key, String)| format!("{key}: {what}\n");
    let read = observations.read.iter().map(|(key, observed)| {
        let what = match observed {
            Observed::Found(seen) => format!("ticket {}", seen.id),
            Observed::Missing => "missing".to_owned(),
            Observed::Unread { why, .. } => format!("unread, {why}"),
        };
        line((key, what))
    });
    let found = observations.found.iter().map(|(key, found)| {
        let what = match found {
            Found::Cannot => "cannot".to_owned(),
            Found::Unanswered { why, .. } => format!("unanswered, {why}"),
            Found::None => "none has the mark".to_owned(),
            Found::One(seen) => format!("ticket {} has the mark", seen.id),
            Found::Several(ids) => format!("tickets {} have the mark", ids.join(" and ")),
        };
        line((key, what))
    });
    read.chain(found).collect()
}

/// Two tickets that were sent and not read yet, and one in doubt, an hour ago.
fn bench() -> Bench {
    let (one, two, doubted) = (plain(1), plain(2), plain(3));
    let bench = Bench::able().wants(one.clone()).wants(two.clone()).wants(doubted.clone());
    let mut bench = bench.sent(&one, "7").sent(&two, "8").intended(&doubted);
    bench.now += SignedDuration::from_hours(1);
    bench
}

/// The ticket of `number`, as a listing shows it with its mark.
fn marked(bench: &Bench, number: u32, id: &str) -> Seen {
    let ticket = plain(number);
    let mark = Mark::new(&bench.state.lineage, &ticket.address, 0);
    let mut seen = seen(&ticket, id);
    seen.fields.set("customer_ticket_number", mark.as_str());
    seen
}

#[tokio::test]
async fn one_pass_answers_what_was_asked_of_it() {
    let bench = bench();
    let system = Counting::shows(vec![marked(&bench, 1, "7"), marked(&bench, 2, "8"), marked(&bench, 3, "9")], End::Whole);
    assert_snapshot!(told(&bench, &system, Mode::Auto).await, @r"
    list since 2027-01-03T10:00:00Z in 5 pages
    Dispatch/store-1: ticket 7
    Dispatch/store-2: ticket 8
    Dispatch/store-3: ticket 9 has the mark
    1 requests
    ");
}

#[tokio::test]
async fn what_is_not_listed_is_read_and_only_a_read_says_missing() {
    let bench = bench();
    let system = Counting::shows(vec![marked(&bench, 2, "8")], End::Whole);
    assert_snapshot!(told(&bench, &system, Mode::Auto).await, @r"
    list since 2027-01-03T10:00:00Z in 5 pages, read 7
    Dispatch/store-1: missing
    Dispatch/store-2: ticket 8
    Dispatch/store-3: none has the mark
    2 requests
    ");
}

#[tokio::test]
async fn two_tickets_with_one_mark_are_told_and_a_part_of_the_list_never_proves_one() {
    let bench = bench();
    let twice = vec![marked(&bench, 3, "9"), marked(&bench, 3, "12")];
    assert_snapshot!(told(&bench, &Counting::shows(twice, End::TooLong), Mode::Auto).await, @r"
    list since 2027-01-03T10:00:00Z in 5 pages, read 7, read 8
    Dispatch/store-1: missing
    Dispatch/store-2: missing
    Dispatch/store-3: tickets 12 and 9 have the mark
    3 requests
    ");
    let broken = End::Broken { why: "no answer".to_owned(), stops_system: false };
    for end in [End::TooLong, broken] {
        let once = Counting::shows(vec![marked(&bench, 1, "7"), marked(&bench, 3, "9")], end);
        assert_eq!(
            told(&bench, &once, Mode::Auto).await,
            "list since 2027-01-03T10:00:00Z in 5 pages, read 8, find since 2027-01-03T10:00:00Z\nDispatch/store-1: ticket 7\n\
             Dispatch/store-2: missing\nDispatch/store-3: none has the mark\n3 requests"
        );
    }
}

#[tokio::test]
async fn a_list_of_what_changed_proves_nothing_about_what_is_new() {
    let bench = bench();
    let mut system = Counting::shows(vec![marked(&bench, 1, "7"), marked(&bench, 2, "8")], End::Whole);
    system.listing.is_by_change = true;
    assert_snapshot!(told(&bench, &system, Mode::Auto).await, @r"
    list since 2027-01-03T10:00:00Z in 5 pages, find since 2027-01-03T10:00:00Z
    Dispatch/store-1: ticket 7
    Dispatch/store-2: ticket 8
    Dispatch/store-3: none has the mark
    2 requests
    ");
}

#[tokio::test]
async fn a_refused_pass_stops_the_system() {
    let refused = End::Broken { why: "the credential was refused".to_owned(), stops_system: true };
    assert_snapshot!(told(&bench(), &Counting::shows(Vec::new(), refused), Mode::Auto).await, @r"
    list since 2027-01-03T10:00:00Z in 5 pages
    Dispatch/store-1: unread, the credential was refused
    Dispatch/store-2: unread, the credential was refused
    Dispatch/store-3: unanswered, the credential was refused
    1 requests
    ");
}

#[tokio::test]
async fn a_single_question_is_asked_by_itself() {
    let one = plain(1);
    let bench = Bench::able().wants(one.clone()).sent(&one, "7");
    assert_snapshot!(told(&bench, &Counting::shows(Vec::new(), End::Whole), Mode::Auto).await, @r"
    read 7
    Dispatch/store-1: missing
    1 requests
    ");
}

#[tokio::test]
async fn tickets_that_no_step_depends_on_are_seen_by_the_way_and_never_read() {
    let (one, two) = (plain(1), plain(2));
    let bench = || Bench::able().wants(one.clone()).wants(two.clone()).checked(&one, "7").checked(&two, "8");
    let system = Counting::shows(vec![marked(&bench(), 2, "8")], End::Whole);
    assert_snapshot!(told(&bench(), &system, Mode::Auto).await, @r"
    list since 2027-01-03T10:00:00Z in 3 pages
    Dispatch/store-2: ticket 8
    1 requests
    ");
    let system = Counting::shows(vec![marked(&bench(), 2, "8")], End::Whole);
    assert_snapshot!(told(&bench(), &system, Mode::All).await, @r"
    list since 2027-01-03T10:00:00Z in 4 pages, read 7
    Dispatch/store-1: missing
    Dispatch/store-2: ticket 8
    2 requests
    ");
    assert_snapshot!(told(&bench(), &system, Mode::None).await.lines().last().unwrap_or_default(), @"0 requests");
}

#[tokio::test]
async fn a_system_that_cannot_list_is_only_asked_what_a_step_depends_on() {
    let (one, two) = (plain(1), plain(2));
    let bench = Bench::new().wants(one.clone()).wants(two.clone()).checked(&one, "7").sent(&two, "8");
    assert_snapshot!(told(&bench, &Counting::shows(Vec::new(), End::Whole), Mode::Auto).await, @r"
    read 8
    Dispatch/store-2: missing
    1 requests
    ");
}

/// Whether it was made a day or a year before callout knew it, nobody says: a listing may begin after it.
#[tokio::test]
async fn an_adopted_ticket_begins_no_pass_and_is_read() {
    let adopted = |number: u32| ticket(number, |document| document["lifecycle"]["adopt"] = json!(number));
    let bench = Bench::able().wants(adopted(1)).wants(adopted(2));
    assert_snapshot!(told(&bench, &Counting::shows(Vec::new(), End::Whole), Mode::Auto).await, @r"
    read 1, read 2
    Dispatch/store-1: missing
    Dispatch/store-2: missing
    2 requests
    ");
}

#[tokio::test]
async fn a_mark_is_not_looked_for_while_the_create_may_be_in_flight() {
    let one = plain(1);
    let mut bench = Bench::able().wants(one.clone()).intended(&one);
    let asked = |bench: &Bench| questions(bench, Mode::Auto).0.len();
    bench.now += SignedDuration::from_secs(59);
    assert_eq!(asked(&bench), 0);
    bench.now += SignedDuration::from_secs(1);
    assert_eq!(asked(&bench), 1);
}

#[test]
fn what_is_read_is_told_before_with_its_most() {
    let outlook = |bench: &Bench, mode| {
        let (asks, sides) = questions(bench, mode);
        let outlook = Outlook::of(&asks, &sides);
        (outlook.tickets, outlook.listed, outlook.systems.join(","), outlook.most_requests)
    };
    assert_eq!(outlook(&bench(), Mode::Auto), (3, 3, "Able".to_owned(), 8));
    let known = |tickets: &[Ticket]| {
        tickets.iter().zip(1..).fold(Bench::new(), |bench, (ticket, id)| bench.wants(ticket.clone()).sent(ticket, &format!("{id}")))
    };
    assert_eq!(outlook(&known(&[plain(1), plain(2)]), Mode::All), (2, 0, String::new(), 2));
    let over = bench().event(&Event::NotCreated { key: Key::new(plain(3).address, 0), reason: "no such ticket".to_owned() });
    assert_eq!(outlook(&over, Mode::Auto), (2, 2, "Able".to_owned(), 6));
}
