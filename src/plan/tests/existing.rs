//! Tickets that were sent and are still wanted.

use insta::assert_snapshot;
use serde_json::json;

use super::bench::{Bench, key, open, open_with, over, plain, ticket, unread};
use crate::plan::{Action, marked_request};
use crate::state::{Closing, Event, Write};
use crate::systems::Observed;
use crate::ticket::{Digest, Ticket};

fn edited() -> Ticket {
    ticket(1, |document| document["spec"]["special_instructions"] = json!("Use the rear door."))
}

#[test]
fn an_unchanged_ticket_is_kept_whatever_the_system_says() {
    let one = plain(1);
    let bench = || Bench::new().wants(one.clone()).checked(&one, "7");
    assert_snapshot!(bench().shows(), @". Dispatch/store-1");
    assert_snapshot!(bench().sees(&one, unread()).shows(), @". Dispatch/store-1; it could not be read, and is shown as last known: TechExpress did not answer");
    assert_snapshot!(bench().sees(&one, Observed::Missing).shows(), @"! Dispatch/store-1; ticket 7 is not there, or not visible with this credential; nothing is created in its place");
    assert_snapshot!(bench().sees(&one, open(&one, "7")).shows(), @". Dispatch/store-1");
}

#[test]
fn the_first_read_checks_the_booking() {
    let one = plain(1);
    let bench = || Bench::new().wants(one.clone()).sent(&one, "7");
    assert_snapshot!(bench().sees(&one, open(&one, "7")).shows(), @". Dispatch/store-1; writes `observed`");
    let wrong = open_with(&one, "7", "start_date", "2027-01-12T13:00:00Z");
    let plan = bench().sees(&one, wrong.clone());
    assert_snapshot!(plan.shows(), @"! Dispatch/store-1; booked differently: start_date is not what was sent; writes `observed`");
    let known = plan.plan().steps[0].events.iter().fold(bench(), Bench::event);
    assert_snapshot!(known.shows(), @"! Dispatch/store-1; booked differently: start_date is not what was sent");
    let state = known.state.clone();
    assert_snapshot!(known.sees(&one, wrong).shows(), @"! Dispatch/store-1; booked differently: start_date is not what was sent");
    let mut corrected = Bench::new().wants(one.clone()).sees(&one, open(&one, "7"));
    corrected.state = state;
    assert_snapshot!(corrected.shows(), @". Dispatch/store-1; drift start_date; writes `observed`");
}

#[test]
fn an_accepted_difference_is_left_alone_until_the_file_changes_again() {
    let one = plain(1);
    let bench = || Bench::new().wants(edited()).checked(&one, "7").sees(&one, open(&one, "7"));
    assert_snapshot!(bench().shows(), @"! Dispatch/store-1; do this by hand: TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone; changes special_instructions");
    let difference = bench().plan().steps[0].difference.clone().expect("a difference to accept");
    let accepted = bench().event(&Event::Accepted { key: key(&one), difference, reason: "told by phone".to_owned() });
    assert_snapshot!(accepted.shows(), @". Dispatch/store-1; differs from what was sent, as accepted; changes special_instructions");
    let mut again = accepted;
    again.tickets = vec![ticket(1, |document| document["spec"]["special_instructions"] = json!("Ring the bell."))];
    assert_snapshot!(again.shows(), @"! Dispatch/store-1; do this by hand: TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone; changes special_instructions");
}

#[test]
fn a_changed_ticket_needs_a_look_first() {
    let one = plain(1);
    let bench = || Bench::new().wants(edited()).checked(&one, "7");
    assert_snapshot!(bench().shows(), @"! Dispatch/store-1; the ticket could not be read: reading was switched off by --refresh none; changes special_instructions");
    assert_snapshot!(bench().sees(&one, Observed::Missing).shows(), @"! Dispatch/store-1; ticket 7 is not there, or not visible with this credential; nothing is created in its place; changes special_instructions");
}

#[test]
fn a_change_made_by_hand_in_the_portal_is_recognised() {
    let one = plain(1);
    let by_hand = open_with(&one, "7", "special_instructions", "Use the rear door.");
    let bench = Bench::new().wants(edited()).checked(&one, "7").sees(&one, by_hand);
    assert_snapshot!(bench.shows(), @". Dispatch/store-1; the change was made by hand in the ticket system; writes `done by hand`");
}

#[test]
fn where_the_system_can_update_only_the_changed_fields_go() {
    let one = plain(1);
    let plan = Bench::able().wants(edited()).checked(&one, "7").sees(&one, open(&one, "7")).plan();
    let Action::Update { id, changed, .. } = &plan.steps[0].action else { panic!("{:?}", plan.steps[0]) };
    assert_eq!((id.as_str(), changed.iter().collect::<Vec<_>>()), ("7", vec![("special_instructions", &json!("Use the rear door."))]));
}

#[test]
fn a_changed_field_that_carries_the_mark_is_sent_with_it() {
    let one = plain(1);
    let numbered = ticket(1, |document| document["spec"]["customer_ticket_number"] = json!("INC-1"));
    let update = |wanted: &Ticket, sent: &Ticket| {
        let plan = Bench::able().wants(wanted.clone()).checked(sent, "7").sees(sent, open(sent, "7")).plan();
        let Action::Update { request, changed, .. } = &plan.steps[0].action else { panic!("{:?}", plan.steps[0]) };
        let mark = request.mark.as_ref().expect("a mark").to_string();
        assert_eq!(changed.iter().count(), 1);
        changed.text("customer_ticket_number").expect("the number").replace(&mark, "MARK")
    };
    assert_eq!(update(&numbered, &one), "INC-1,MARK");
    // Taken out of the file, the field still carries the mark.
    assert_eq!(update(&one, &numbered), "MARK");
}

#[test]
fn a_field_that_both_sides_changed_is_a_conflict() {
    let one = ticket(1, |document| document["spec"]["special_instructions"] = json!("Ring."));
    let other = open_with(&one, "7", "special_instructions", "Knock.");
    let bench = Bench::able().wants(edited()).checked(&one, "7").sees(&one, other);
    assert_snapshot!(bench.shows(), @"! Dispatch/store-1; conflict: changed on both sides: special_instructions is `Use the rear door.` in the files and `Knock.` in the ticket; changes special_instructions; drift special_instructions");
}

#[test]
fn drift_is_told_and_left_alone() {
    let one = plain(1);
    let drifted = open_with(&one, "7", "local_contact_name", "Kim Roe");
    let bench = Bench::new().wants(one.clone()).checked(&one, "7").sees(&one, drifted);
    assert_snapshot!(bench.shows(), @". Dispatch/store-1; drift local_contact_name");
    let added = open_with(&one, "7", "po_number", "PO-1");
    let bench = Bench::new().wants(one.clone()).checked(&one, "7").sees(&one, added);
    assert_snapshot!(bench.shows(), @". Dispatch/store-1; drift po_number");
}

#[test]
fn ignored_fields_are_in_no_comparison() {
    let one = plain(1);
    let ignoring = ticket(1, |document| {
        document["spec"]["special_instructions"] = json!("Use the rear door.");
        document["lifecycle"]["ignore_changes"] = json!(["special_instructions"]);
    });
    let bench = Bench::new().wants(ignoring).checked(&one, "7").sees(&one, open(&one, "7"));
    assert_snapshot!(bench.shows(), @". Dispatch/store-1; writes `noted`");
}

#[test]
fn finished_work_is_kept_for_ever() {
    let one = plain(1);
    let just_now = Bench::new().wants(edited()).checked(&one, "7").sees(&one, over(&one, "7"));
    assert_snapshot!(just_now.shows(), @". Dispatch/store-1; finished: the edit has no effect; a new visit is `reissue`; writes `observed`");
    let long_ago = Bench::new().wants(one.clone()).finished(&one, "7");
    assert_snapshot!(long_ago.shows(), @". Dispatch/store-1");
}

#[test]
fn a_tombstone_keeps_the_address() {
    let one = plain(1);
    for why in [Closing::Cancelled, Closing::FinishedAndRemoved, Closing::Closed, Closing::Deleted] {
        let bench = Bench::new().wants(one.clone()).closed(&one, "7", why);
        assert_eq!(bench.shows(), ". Dispatch/store-1; closed before: nothing is sent; a new visit is `lifecycle.reissue: 1`");
    }
}

#[test]
fn a_record_of_another_api_blocks_its_address() {
    let one = plain(1);
    let bench = Bench::new().wants(one.clone()).checked(&one, "7").at("https://staging.example.com");
    assert_snapshot!(bench.shows(), @"! Dispatch/store-1; its record belongs to https://api.example.com, and this project now talks to https://staging.example.com");
}

#[test]
fn an_update_in_doubt_is_settled_by_what_is_seen() {
    let one = plain(1);
    let bench = || {
        let bench = Bench::able().wants(edited()).checked(&one, "7");
        let request = Some(Box::new(marked_request(&edited(), &bench.side(), &bench.state)));
        bench.event(&Event::Intended { key: key(&one), write: Write::Update, payload: Digest::of("update"), request })
    };
    assert_snapshot!(bench().sees(&one, open(&one, "7")).shows(), @"? Dispatch/store-1; in doubt: the update started at 2027-01-04T12:00:00Z has no known result; the ticket does not show it");
    let done = open_with(&one, "7", "special_instructions", "Use the rear door.");
    assert_snapshot!(bench().sees(&one, done).shows(), @". Dispatch/store-1; the update that was in doubt took effect; writes `write settled`; writes `observed`");
}

#[test]
fn that_a_finished_ticket_was_reopened_is_written_down_once_at_most() {
    let reopened = Bench::new().wants(plain(1)).finished(&plain(1), "7").sees(&plain(1), open(&plain(1), "7"));
    let plan = reopened.plan();
    let again = plan.steps[0].events.iter().fold(reopened, Bench::event);
    assert!(!again.plan().has_events(), "{}", again.shows());
}
