//! New tickets, further visits, adoption, references and renames.

use insta::assert_snapshot;
use serde_json::json;

use super::bench::{Bench, key, open, open_with, over, plain, seen, ticket, unread};
use crate::plan::{Action, marked_request};
use crate::state::{Closing, Event};
use crate::systems::{Found, Observed};

fn reissued(number: u32, reissue: u32) -> crate::ticket::Ticket {
    ticket(number, |document| document["lifecycle"]["reissue"] = json!(reissue))
}

fn adopting(number: u32, id: u64) -> crate::ticket::Ticket {
    ticket(number, |document| document["lifecycle"]["adopt"] = json!(id))
}

fn after(number: u32, other: &str) -> crate::ticket::Ticket {
    ticket(number, |document| document["spec"]["prior_ticket"] = json!({"ref": other}))
}

#[test]
fn a_new_ticket_carries_its_mark_and_nothing_else_that_is_derived() {
    let plan = Bench::new().wants(plain(1)).plan();
    let Action::Create { request, payload } = &plan.steps[0].action else { panic!("{:?}", plan.steps[0]) };
    let mark = request.mark.as_ref().expect("a mark").as_str();
    assert_eq!(payload.text("customer_ticket_number"), Some(mark));
    assert_eq!(request.fields.get("customer_ticket_number"), None);
}

#[test]
fn what_was_surely_not_created_is_created() {
    let one = plain(1);
    let bench = Bench::new().wants(one.clone()).intended(&one).event(&Event::Rejected { key: key(&one), why: "400".to_owned() });
    assert_snapshot!(bench.shows(), @"+ Dispatch/store-1");
}

#[test]
fn a_further_visit_waits_until_the_earlier_one_is_over() {
    let (one, again) = (plain(1), reissued(1, 1));
    let bench = || Bench::new().wants(again.clone()).checked(&one, "7");
    assert_snapshot!(bench().shows(), @"! Dispatch/store-1#1; ticket 7 of the earlier visit is still open: this would send a second technician");
    assert_snapshot!(bench().sees(&one, open(&one, "7")).shows(), @"! Dispatch/store-1#1; ticket 7 of the earlier visit is still open: this would send a second technician");
    assert_snapshot!(bench().sees(&one, Observed::Missing).shows(), @"! Dispatch/store-1#1; ticket 7 of the earlier visit is still open: this would send a second technician");
    assert_snapshot!(bench().sees(&one, over(&one, "7")).shows(), @"+ Dispatch/store-1#1; visit 1 of this address, after ticket 7; writes `observed`");
    let doubted = Bench::new().wants(again.clone()).intended(&one);
    assert_snapshot!(doubted.shows(), @"? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result");
}

#[test]
fn a_further_visit_names_the_earlier_ticket_and_a_closed_one_counts_as_over() {
    let (one, again) = (plain(1), reissued(1, 1));
    let plan = Bench::new().wants(again).closed(&one, "7", Closing::Cancelled).plan();
    let Action::Create { payload, request } = &plan.steps[0].action else { panic!("{:?}", plan.steps[0]) };
    assert_eq!(payload.get("prior_ticket"), Some(&json!(7)));
    assert_eq!(request.fields.get("prior_ticket"), None, "derived, so in no comparison");
}

#[test]
fn a_visit_that_was_let_go_of_counts_as_coming_until_it_is_seen_to_be_over() {
    let (one, again) = (plain(1), reissued(1, 1));
    for why in [Closing::Forgotten, Closing::Removed] {
        let restored = Bench::new().wants(one.clone()).closed(&one, "7", why);
        assert_eq!(
            restored.shows(),
            ". Dispatch/store-1; let go of before: nothing is sent, and ticket 7 may still be coming; once it is over, a new visit is \
             `lifecycle.reissue: 1`"
        );
        let bench = || Bench::new().wants(again.clone()).closed(&one, "7", why);
        let open = "! Dispatch/store-1#1; ticket 7 of the earlier visit is still open: this would send a second technician";
        assert_eq!(bench().shows(), open);
        assert_eq!(bench().sees(&one, super::bench::open(&one, "7")).shows(), open);
        assert_eq!(bench().sees(&one, over(&one, "7")).shows(), "+ Dispatch/store-1#1; visit 1 of this address, after ticket 7");
    }
}

#[test]
fn a_finished_visit_that_was_reopened_is_open() {
    let (one, again) = (plain(1), reissued(1, 1));
    let bench = || Bench::new().wants(again.clone()).finished(&one, "7");
    assert_snapshot!(bench().shows(), @"+ Dispatch/store-1#1; visit 1 of this address, after ticket 7");
    assert_snapshot!(bench().sees(&one, open(&one, "7")).shows(), @"! Dispatch/store-1#1; ticket 7 of the earlier visit is still open: this would send a second technician");
}

#[test]
fn an_earlier_visit_that_is_open_beside_a_later_one_is_never_hidden() {
    let (one, again) = (plain(1), reissued(1, 1));
    let bench = || Bench::new().wants(again.clone()).checked(&one, "7").checked(&again, "8");
    assert_snapshot!(bench().shows(), @r"
    ! Dispatch/store-1; ticket 7 of this earlier visit is still open beside a later one: two technicians may be coming
    . Dispatch/store-1#1
    ");
    assert_snapshot!(bench().plan().steps[0].next_step().expect("a next step"), @"cancel the one that is not meant; for this one then: callout settle Dispatch/store-1#0 --cancelled --reason TEXT");
    assert_snapshot!(bench().sees(&one, over(&one, "7")).shows(), @r"
    . Dispatch/store-1; writes `observed`
    . Dispatch/store-1#1
    ");
}

#[test]
fn a_further_visit_may_be_one_that_the_desk_booked_already() {
    let (one, again) = (plain(1), ticket(1, |document| document["lifecycle"] = json!({"reissue": 1, "adopt": 200})));
    let bench = Bench::new().wants(again.clone()).finished(&one, "7").sees(&again, open(&again, "200"));
    assert_snapshot!(bench.shows(), @"= Dispatch/store-1#1");
    let stale = ticket(1, |document| document["lifecycle"] = json!({"reissue": 1, "adopt": 7}));
    assert_snapshot!(Bench::new().wants(stale).finished(&one, "7").shows(), @"+ Dispatch/store-1#1; visit 1 of this address, after ticket 7");
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
fn lowering_reissue_does_not_unsend() {
    let (one, again) = (plain(1), reissued(1, 1));
    let bench = Bench::new().wants(one.clone()).finished(&one, "7").checked(&again, "8");
    assert_snapshot!(bench.shows(), @"! Dispatch/store-1; visit 1 was already sent; lowering `reissue` does not un-send it");
}

#[test]
fn a_ticket_is_adopted_only_if_it_is_the_right_one() {
    let one = adopting(1, 7);
    let bench = || Bench::new().wants(one.clone());
    assert_snapshot!(bench().shows(), @"! Dispatch/store-1; the ticket could not be read: reading was switched off by --refresh none");
    assert_snapshot!(bench().sees(&one, unread()).shows(), @"! Dispatch/store-1; the ticket could not be read: TechExpress did not answer");
    assert_snapshot!(bench().sees(&one, Observed::Missing).shows(), @"! Dispatch/store-1; ticket 7 does not fit: it is not there, or not visible with this credential");
    assert_snapshot!(bench().sees(&one, open(&one, "7")).shows(), @"= Dispatch/store-1");
    let elsewhere = open_with(&one, "7", "location_number", "99");
    assert_snapshot!(bench().sees(&one, elsewhere).shows(), @"! Dispatch/store-1; ticket 7 does not fit: its location_number is `99`, and the file says `1`");
    let marked = open_with(&one, "7", "customer_ticket_number", "INC-1,co-00000000");
    assert_snapshot!(bench().sees(&one, marked).shows(), @"! Dispatch/store-1; ticket 7 does not fit: it carries the mark co-00000000, which belongs to another visit");
    let two = plain(2);
    let held = bench().wants(two.clone()).checked(&two, "7").sees(&one, open(&one, "7"));
    assert_snapshot!(held.shows(), @r"
    ! Dispatch/store-1; ticket 7 already belongs to Dispatch/store-2
    . Dispatch/store-2
    ");
}

#[test]
fn a_create_in_doubt_that_is_found_by_its_mark_is_linked_and_two_are_reported() {
    let one = plain(1);
    let bench = || Bench::able().wants(one.clone()).intended(&one);
    assert_snapshot!(bench().finds(&one, Found::One(Box::new(seen(&one, "7")))).shows(), @"= Dispatch/store-1");
    let two = Found::Several(vec!["7".to_owned(), "8".to_owned()]);
    assert_snapshot!(bench().finds(&one, two).shows(), @"? Dispatch/store-1; in doubt: 2 tickets carry its mark: 7, 8");
    let (none, cannot) = (bench().finds(&one, Found::None), bench().finds(&one, Found::Cannot));
    assert_snapshot!(none.shows(), @"? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result; its mark was looked for, and no ticket made since 2027-01-04T11:45:00Z carries it");
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
    assert_snapshot!(unread.shows(), @"? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result");
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
fn a_rename_moves_the_record_and_sends_nothing_there_or_back() {
    let (old, renamed) = (
        plain(1),
        ticket(1, |document| {
            document["metadata"]["name"] = json!("shop-1");
            document["lifecycle"]["renamed_from"] = json!("Dispatch/store-1");
        }),
    );
    let bench = Bench::new().wants(renamed.clone()).checked(&old, "7");
    assert_snapshot!(bench.shows(), @"= Dispatch/shop-1; renamed from Dispatch/store-1; writes `moved`; writes `noted`");
    let moved = bench.plan().steps[0].events.iter().fold(Bench::new().checked(&old, "7"), Bench::event);
    let state = moved.state.clone();
    assert_snapshot!(moved.wants(renamed).shows(), @". Dispatch/shop-1");
    let mut reverted = Bench::new().wants(old);
    reverted.state = state.clone();
    assert_snapshot!(reverted.shows(), @r"
    ! Dispatch/shop-1; the ticket could not be read: reading was switched off by --refresh none
    . Dispatch/store-1; its ticket has another address now; `lifecycle.renamed_from` with that address moves it back
    ");
    let mut back = Bench::new().wants(ticket(1, |document| document["lifecycle"]["renamed_from"] = json!("Dispatch/shop-1")));
    back.state = state;
    assert_snapshot!(back.shows(), @"= Dispatch/store-1; renamed from Dispatch/shop-1; writes `moved`; writes `noted`");
}

#[test]
fn a_mark_that_stands_in_a_ticket_for_another_place_links_nothing() {
    let (one, two) = (plain(1), plain(2));
    let bench = Bench::able().wants(one.clone()).intended(&one).finds(&one, Found::One(Box::new(seen(&two, "8"))));
    assert_snapshot!(bench.shows(), @"? Dispatch/store-1; in doubt: ticket 8 carries its mark and does not fit: its location_number is `2`, and the file says `1`");
    assert_snapshot!(bench.plan().steps[0].next_step().expect("a way out"), @"find out whose it is in the portal, then: callout settle Dispatch/store-1 --id ID --reason TEXT, or --not-created");
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
fn earlier_visits_that_are_presumed_sent_hold_back_a_further_one_and_are_told() {
    let (one, second) = (plain(1), reissued(1, 1));
    let presumed = |ticket: &crate::ticket::Ticket| {
        let request = Box::new(marked_request(ticket, &Bench::able().side(), &Bench::able().state));
        Event::Presumed { key: key(ticket), request, reason: "lost".to_owned() }
    };
    let bench = || Bench::able().wants(second.clone()).event(&presumed(&one)).event(&presumed(&second));
    assert_snapshot!(bench().shows(), @r"
    ? Dispatch/store-1; in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
    ? Dispatch/store-1#1; in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
    ");
    let unsent = bench().event(&Event::NotCreated { key: key(&second), reason: "never sent".to_owned() });
    assert_snapshot!(unsent.shows(), @"? Dispatch/store-1; in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before");
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
fn a_ticket_of_another_api_gives_its_id_to_nobody() {
    let one = plain(1);
    let bench = Bench::new().wants(one.clone()).wants(after(2, "Dispatch/store-1")).checked(&one, "7").at("https://staging.example.com");
    assert_snapshot!(bench.shows(), @r"
    ! Dispatch/store-1; its record belongs to https://api.example.com, and this project now talks to https://staging.example.com
    ! Dispatch/store-2; it refers to Dispatch/store-1, whose ticket belongs to another API or tenant
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
