//! What is about to be sent, and what is in doubt, against a system that may have it already.

use super::*;

#[tokio::test]
async fn what_is_about_to_be_sent_is_recognised_in_a_pass_and_costs_nothing() {
    let (one, new) = (plain(1), plain(3));
    let bench = || Bench::able().wants(one.clone()).wants(new.clone()).checked(&one, "7");
    let system = Counting::shows(vec![marked(&bench(), 1, "7"), marked(&bench(), 3, "9")], End::Whole);
    assert_snapshot!(told(&bench(), &system, Mode::Auto).await, @r"
    list since 2027-01-03T10:00:00Z in 3 pages
    Dispatch/store-1: ticket 7
    Dispatch/store-3: ticket 9 has the mark
    1 requests
    ");
    // Half a list cannot say that it is the only one: it is searched for.
    let system = Counting::shows(vec![marked(&bench(), 3, "9")], End::TooLong);
    assert_snapshot!(told(&bench(), &system, Mode::Auto).await, @r"
    list since 2027-01-03T10:00:00Z in 3 pages, find since 1970-01-01T00:00:00Z
    Dispatch/store-3: tickets 9 have the mark
    2 requests
    ");
    let alone = Bench::able().wants(new.clone());
    assert_snapshot!(told(&alone, &Counting::shows(Vec::new(), End::Whole), Mode::All).await, @"0 requests");
}

#[tokio::test]
async fn a_refused_create_is_looked_for_before_it_is_sent_again() {
    let (ticket, key) = (plain(3), Key::new(plain(3).address, 0));
    let refused = Event::Rejected { key, why: "400 for no reason".to_owned() };
    let bench = Bench::able().wants(ticket.clone()).intended(&ticket).event(&refused);
    let system = Counting::shows(vec![marked(&bench, 3, "9")], End::Whole);
    assert_snapshot!(told(&bench, &system, Mode::Auto).await, @r"
    list since 2027-01-03T10:00:00Z in 3 pages
    Dispatch/store-3: ticket 9 has the mark
    1 requests
    ");
}

/// A clock that is set back leaves intents from the future behind: nobody knows when they were.
#[tokio::test]
async fn an_intent_from_the_future_is_looked_for_at_once_and_everywhere() {
    let ahead = |minutes| {
        let mut bench = Bench::able().wants(plain(3)).intended(&plain(3));
        bench.now -= SignedDuration::from_mins(minutes);
        bench
    };
    let system = || Counting::shows(Vec::new(), End::TooLong);
    assert_snapshot!(told(&ahead(16), &system(), Mode::Auto).await, @r"
    find since 1970-01-01T00:00:00Z
    Dispatch/store-3: none has the mark
    1 requests
    ");
    assert_snapshot!(told(&ahead(15), &system(), Mode::Auto).await, @"0 requests");
}
