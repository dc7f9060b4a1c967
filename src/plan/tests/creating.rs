//! New tickets, further visits, adoption, references and renames.

use insta::assert_snapshot;
use serde_json::json;

use super::bench::{Bench, key, open, open_with, over, plain, ticket, unread};
use crate::plan::{Action, marked_request};
use crate::state::{Closing, Event};
use crate::systems::Observed;

pub(super) fn reissued(number: u32, reissue: u32) -> crate::ticket::Ticket {
    ticket(number, |document| document["lifecycle"]["reissue"] = json!(reissue))
}

fn adopting(number: u32, id: u64) -> crate::ticket::Ticket {
    ticket(number, |document| document["lifecycle"]["adopt"] = json!(id))
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
    ! Dispatch/shop-1; the ticket could not be read: reading was switched off by --refresh none; it left the files, and its technician may still be coming
    . Dispatch/store-1; its ticket has another address now; `lifecycle.renamed_from` with that address moves it back
    ");
    let mut back = Bench::new().wants(ticket(1, |document| document["lifecycle"]["renamed_from"] = json!("Dispatch/shop-1")));
    back.state = state;
    assert_snapshot!(back.shows(), @"= Dispatch/store-1; renamed from Dispatch/shop-1; writes `moved`; writes `noted`");
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
