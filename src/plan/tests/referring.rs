//! Tickets that need the id of another one.

use insta::assert_snapshot;
use serde_json::json;

use super::bench::{Bench, key, open, over, plain, ticket};
use crate::refresh::{Filter, Selection};
use crate::state::{Closing, Event};

use super::creating::reissued;

fn after(number: u32, other: &str) -> crate::ticket::Ticket {
    ticket(number, |document| document["spec"]["prior_ticket"] = json!({"ref": other}))
}

#[test]
fn a_rename_of_a_referenced_ticket_changes_nothing() {
    let two = plain(2);
    let (before, renamed) = (after(1, "Dispatch/store-2"), after(1, "Dispatch/shop-2"));
    let shop = ticket(2, |document| document["metadata"]["name"] = json!("shop-2"));
    let bench = Bench::new().wants(renamed).wants(shop.clone()).checked(&two, "7").checked(&before, "8");
    let bench = bench.event(&Event::Moved { key: key(&two), to: key(&shop), reason: "renamed".to_owned() });
    assert_snapshot!(bench.shows(), @r"
    . Dispatch/shop-2
    . Dispatch/store-1
    ");
}

#[test]
fn what_refers_to_a_ticket_that_never_got_an_id_needs_a_person() {
    let two = plain(2);
    let bench = Bench::new().wants(after(1, "Dispatch/store-2")).wants(two.clone()).intended(&two);
    let bench = bench.event(&Event::Closed { key: key(&two), why: Closing::Cancelled, reason: None });
    assert_snapshot!(bench.shows(), @r"
    ! Dispatch/store-1; it refers to Dispatch/store-2, which was closed before its ticket id was known; take the reference out
    . Dispatch/store-2; closed before: nothing is sent; a new visit is `lifecycle.reissue: 1`
    ");
}

#[test]
fn a_reference_orders_the_creates_and_waits_for_what_will_not_be_there() {
    let first = after(1, "Dispatch/store-2");
    assert_snapshot!(Bench::new().wants(first.clone()).wants(plain(2)).shows(), @r"
    + Dispatch/store-2
    + Dispatch/store-1
    ");
    let two = plain(2);
    let doubted = Bench::new().wants(first.clone()).wants(two.clone()).intended(&two);
    assert_snapshot!(doubted.shows(), @r"
    @ Dispatch/store-1; waits for Dispatch/store-2, whose ticket id is not known yet
    ? Dispatch/store-2; in doubt: the create started at 2027-01-04T12:00:00Z has no known result
    ");
    let known = Bench::new().wants(first.clone()).wants(two.clone()).checked(&two, "7");
    assert_snapshot!(known.shows(), @r"
    + Dispatch/store-1
    . Dispatch/store-2
    ");
    let third = ticket(3, |document| document["spec"]["prior_ticket"] = json!({"ref": "Dispatch/store-1"}));
    let chain = Bench::new().wants(third).wants(first).wants(two.clone()).intended(&two);
    assert_snapshot!(chain.shows(), @r"
    @ Dispatch/store-1; waits for Dispatch/store-2, whose ticket id is not known yet
    ? Dispatch/store-2; in doubt: the create started at 2027-01-04T12:00:00Z has no known result
    @ Dispatch/store-3; waits for Dispatch/store-1, whose ticket id is not known yet
    ");
}

#[test]
fn a_cycle_of_references_is_never_sent() {
    let bench = Bench::new().wants(after(1, "Dispatch/store-2")).wants(after(2, "Dispatch/store-1"));
    assert_snapshot!(bench.shows(), @r"
    @ Dispatch/store-1; waits for Dispatch/store-2, whose ticket id is not known yet
    @ Dispatch/store-2; waits for Dispatch/store-1, whose ticket id is not known yet
    ");
}

#[test]
fn a_reference_and_the_id_that_it_became_are_the_same() {
    let (first, two) = (after(1, "Dispatch/store-2"), plain(2));
    let by_id = ticket(1, |document| document["spec"]["prior_ticket"] = json!(7));
    let bench = Bench::new().wants(by_id).wants(two.clone()).checked(&two, "7").checked(&first, "8");
    assert_snapshot!(bench.shows(), @r"
    . Dispatch/store-1
    . Dispatch/store-2
    ");
}

#[test]
fn what_refers_to_a_further_visit_comes_after_it() {
    let one = plain(1);
    let again = reissued(1, 1);
    let mut first = after(9, "Dispatch/store-1");
    first.address.name = "a-first".to_owned();
    let bench = Bench::able().wants(again).wants(first).finished(&one, "7").sees(&one, over(&one, "7"));
    assert_snapshot!(bench.shows(), @r"
    + Dispatch/store-1#1; visit 1 of this address, after ticket 7
    + Dispatch/a-first
    ");
}

#[test]
fn what_refers_to_a_further_visit_that_is_held_back_does_not_get_the_id_of_the_earlier_one() {
    let (one, again) = (plain(1), reissued(1, 1));
    let referring = after(9, "Dispatch/store-1");
    let bench = || Bench::able().wants(again.clone()).wants(referring.clone());
    let open_still = bench().checked(&one, "7").sees(&one, open(&one, "7"));
    assert_snapshot!(open_still.shows(), @r"
    ! Dispatch/store-1#1; ticket 7 of the earlier visit is still open: this would send a second technician
    @ Dispatch/store-9; waits for Dispatch/store-1, whose ticket id is not known yet
    ");
    let over = || bench().finished(&one, "7").sees(&one, over(&one, "7"));
    // Another ticket alone is planned, and the further visit is not among its steps.
    let mut alone = over();
    let filter = Filter { targets: vec!["Dispatch/store-9".parse().expect("a target")], ..Filter::default() };
    alone.selection = Selection::of(filter, &alone.tickets, &alone.state).expect("a ticket");
    assert_snapshot!(alone.shows(), @"@ Dispatch/store-9; waits for Dispatch/store-1, whose ticket id is not known yet");
    // The same for a change of one that was sent.
    let mut changed = over().checked(&plain(9), "8").sees(&plain(9), open(&plain(9), "8"));
    assert_snapshot!(changed.shows(), @r"
    + Dispatch/store-1#1; visit 1 of this address, after ticket 7
    ~ Dispatch/store-9; changes prior_ticket
    ");
    changed.now = "2027-01-12T00:00:00Z".parse().expect("a moment");
    assert_snapshot!(changed.shows(), @r"
    ! Dispatch/store-1#1; its start, 2027-01-11T08:00:00 America/New_York, has passed; visit 1 of this address, after ticket 7
    @ Dispatch/store-9; waits for Dispatch/store-1, whose ticket id is not known yet; changes prior_ticket
    ");
}

#[test]
fn a_ticket_of_another_api_gives_its_id_to_nobody() {
    let one = plain(1);
    let bench = Bench::new().wants(one.clone()).wants(after(2, "Dispatch/store-1")).checked(&one, "7").at("https://staging.example.com");
    assert_snapshot!(bench.shows(), @r"
    ! Dispatch/store-1; its record belongs to https://api.example.com, and this project now talks to https://staging.example.com
    ! Dispatch/store-2; it refers to Dispatch/store-1, whose ticket belongs to another API or tenant
    ");
}
