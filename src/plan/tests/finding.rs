//! Tickets that carry a mark: of a create in doubt, or of one that nobody remembers.

use insta::assert_snapshot;

use super::bench::{Bench, over, plain, seen};
use super::creating::reissued;
use crate::systems::Found;

#[test]
fn a_create_in_doubt_that_is_found_by_its_mark_is_linked_and_two_are_reported() {
    let one = plain(1);
    let bench = || Bench::able().wants(one.clone()).intended(&one);
    assert_snapshot!(bench().finds(&one, Found::One(Box::new(seen(&one, "7")))).shows(), @"= Dispatch/store-1");
    let two = Found::Several(vec!["7".to_owned(), "8".to_owned()]);
    assert_snapshot!(bench().finds(&one, two).shows(), @"? Dispatch/store-1; in doubt: 2 tickets carry its mark: 7, 8");
    let (none, cannot) = (bench().finds(&one, Found::None), bench().finds(&one, Found::Cannot));
    assert_snapshot!(none.shows(), @"? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result; its mark was looked for, and no ticket made since 2027-01-03T10:00:00Z carries it");
    assert_snapshot!(cannot.shows(), @"? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result");
    let next = |bench: &Bench| bench.plan().steps[0].next_step().expect("a next step");
    assert_snapshot!(next(&none), @"if the portal shows none either: callout settle Dispatch/store-1 --not-created --reason TEXT; if it does: callout settle Dispatch/store-1 --id ID --reason TEXT");
    assert_snapshot!(next(&cannot), @"look for its mark in the portal, then: callout settle Dispatch/store-1 --id ID --reason TEXT, or --not-created");
}

#[test]
fn a_doubt_says_how_far_the_search_for_its_mark_got() {
    let one = plain(1);
    let bench = || Bench::able().wants(one.clone()).intended(&one);
    let told = |bench: &Bench| format!("{}\n{}", bench.shows(), bench.plan().steps[0].next_step().expect("a next step"));
    assert_snapshot!(told(&bench()), @r"
    ? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result; its mark is looked for from 2027-01-04T12:01:00Z on
    plan again then: a ticket that carries its mark is linked
    ");
    let unanswered = Found::Unanswered { why: "Able did not answer".to_owned(), marked: Vec::new(), stops_system: false };
    assert_snapshot!(told(&bench().finds(&one, unanswered)), @r"
    ? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result; its mark was looked for without an answer: Able did not answer
    plan again; or look for its mark in the portal, then: callout settle Dispatch/store-1 --id ID --reason TEXT, or --not-created
    ");
    let mut unread = bench();
    unread.now += jiff::SignedDuration::from_mins(2);
    assert_snapshot!(told(&unread), @r"
    ? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result; its mark was not looked for
    let its mark be looked for: callout plan
    ");
}

#[test]
fn a_ticket_that_another_address_has_is_not_linked_by_its_mark() {
    let (one, two) = (plain(1), plain(2));
    let bench = Bench::able().wants(one.clone()).wants(two.clone()).checked(&two, "7").intended(&one);
    let bench = bench.finds(&one, Found::One(Box::new(seen(&one, "7"))));
    assert_snapshot!(bench.shows(), @r"
    ? Dispatch/store-1; in doubt: ticket 7 carries its mark and already belongs to Dispatch/store-2
    . Dispatch/store-2
    ");
}

#[test]
fn a_mark_that_stands_in_a_ticket_for_another_place_links_nothing() {
    let (one, two) = (plain(1), plain(2));
    let bench = Bench::able().wants(one.clone()).intended(&one).finds(&one, Found::One(Box::new(seen(&two, "8"))));
    assert_snapshot!(bench.shows(), @"? Dispatch/store-1; in doubt: ticket 8 carries its mark and does not fit: its location_number is `2`, and the file says `1`");
    assert_snapshot!(bench.plan().steps[0].next_step().expect("a way out"), @"find out whose it is in the portal, then: callout settle Dispatch/store-1 --id ID --reason TEXT, or --not-created");
}

#[test]
fn a_new_ticket_whose_mark_is_met_in_a_list_was_sent_before_and_is_never_sent_again() {
    let (one, again) = (plain(1), reissued(1, 1));
    let listed = |ticket: &crate::ticket::Ticket| Found::One(Box::new(seen(ticket, "7")));
    assert_snapshot!(Bench::able().wants(one.clone()).finds(&one, listed(&one)).shows(), @"= Dispatch/store-1");
    let copied = Bench::able().wants(one.clone()).finds(&one, listed(&plain(2)));
    assert_snapshot!(copied.shows(), @"! Dispatch/store-1; ticket 7 carries its mark, and this state does not know it: it may have been sent before");
    let twice = Bench::able().wants(one.clone()).finds(&one, Found::Several(vec!["7".to_owned(), "8".to_owned()]));
    assert_snapshot!(twice.shows(), @"! Dispatch/store-1; 2 tickets carry its mark, and this state knows none: 7, 8");
    assert_snapshot!(twice.plan().steps[0].next_step().expect("a way out"), @"look them up in the portal, then: callout import Dispatch/store-1 ID; a mark that somebody copied is taken out there");
    let further = Bench::able().wants(again.clone()).finished(&one, "6").sees(&one, over(&one, "6")).finds(&again, listed(&one));
    assert_snapshot!(further.shows(), @"= Dispatch/store-1#1");
    let mut twin = plain(1);
    twin.address.name = "twin".to_owned();
    let beside = Bench::able().wants(one.clone()).wants(twin).finds(&one, listed(&one));
    assert_snapshot!(beside.shows(), @r"
    = Dispatch/store-1
    ! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician
    ");
}

#[test]
fn a_search_that_broke_off_behind_a_ticket_with_the_mark_offers_no_not_created() {
    let one = plain(1);
    let why = "Able did not answer; ticket 7 has the mark".to_owned();
    let broken = Found::Unanswered { why, marked: vec!["7".to_owned()], stops_system: false };
    let bench = Bench::able().wants(one.clone()).intended(&one).finds(&one, broken);
    assert_snapshot!(bench.plan().steps[0].next_step().expect("a way out"), @"plan again; or look whether there is another in the portal, then: callout settle Dispatch/store-1 --id ID --reason TEXT");
}
