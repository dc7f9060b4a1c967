//! The create protocol against a system that answers as a test says.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use super::Stop;
use crate::plan::tests::bench::{Bench, key, open, plain, seen, ticket};
use crate::state::memory::{Effect, Hook, Step as DiskStep};
use crate::state::{Phase, Record};
use crate::systems::{Seen, Sent, Several, Unready};
use crate::ticket::{Booking, Fields, Ticket};

mod gates;
mod places;
mod scripted;
mod together;

use scripted::{Scripted, done, later, rejected, run, run_with, unknown};

#[tokio::test]
async fn a_create_is_recorded_and_its_booking_compared() {
    let (one, two) = (plain(1), plain(2));
    let mut elsewhere = seen(&two, "8");
    elsewhere.fields.set("location_name", "Store 3");
    let system = Scripted::new(vec![done(&one, "7"), Sent::Done(Box::new(elsewhere))]);
    let left = run(&Bench::new().wants(one.clone()).wants(two), &system).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: created ticket 7
    Dispatch/store-2: created ticket 8, booked differently: location_name
    ");
    assert_eq!(left.state().records[&key(&one)].id(), Some("7"));
    assert!(left.state().plans["p"].finished.is_some());
}

#[tokio::test]
async fn a_create_that_is_answered_with_anothers_ticket_is_in_doubt() {
    let (one, two) = (plain(1), plain(2));
    let held = Bench::new().wants(one.clone()).wants(two.clone()).checked(&one, "7");
    let left = run(&held, &Scripted::new(vec![done(&two, "7")])).await;
    assert_snapshot!(left.said(), @"Dispatch/store-2: in doubt: TechExpress answered with ticket 7, which belongs to Dispatch/store-1");
    assert!(left.state().records[&key(&two)].in_doubt());
    let mut other = seen(&one, "7");
    other.fields.set("customer_ticket_number", "INC-1,co-7k2m9q4x");
    let left = run(&Bench::new().wants(one), &Scripted::new(vec![Sent::Done(Box::new(other))])).await;
    let said = left.said();
    assert_eq!(said, "Dispatch/store-1: in doubt: TechExpress answered with ticket 7, which carries another mark, co-7k2m9q4x");
}

#[tokio::test]
async fn after_an_unknown_result_the_run_starts_nothing_more() {
    let (one, two) = (plain(1), plain(2));
    let system = Scripted::new(vec![unknown()]);
    let left = run(&Bench::new().wants(one.clone()).wants(two.clone()), &system).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: in doubt: no answer
    Dispatch/store-2: not started: the run stopped after 1 unknown result (spec.limits.stop_after_unknown: 1)
    ");
    let state = left.state();
    assert!(state.records[&key(&one)].in_doubt());
    assert!(!state.records.contains_key(&key(&two)));
}

#[tokio::test]
async fn what_was_heard_of_a_doubt_is_kept_on_a_bounded_line() {
    let (one, two) = (plain(1), plain(2));
    let answer = Sent::Unknown { why: format!("TechExpress took the ticket\nand said {}", "x".repeat(400)) };
    let left = run(&Bench::new().wants(one.clone()).wants(two.clone()), &Scripted::new(vec![answer])).await;
    assert!(left.said().contains(&"x".repeat(400)), "the terminal has all of it");
    let intent = left.state().records[&key(&one)].intent.clone().expect("in doubt");
    assert_eq!(intent.heard, Some(format!("TechExpress took the ticket and said {}...", "x".repeat(263))));

    let several = Several::Same { sent: unknown(), stops_system: false };
    let system = Scripted::together(vec![several]);
    let left = run(&Bench::new().per_request(8).wants(one).wants(two), &system).await;
    let heard = |record: &Record| record.intent.as_ref().and_then(|intent| intent.heard.clone());
    assert_eq!(left.state().records.values().filter_map(heard).collect::<Vec<_>>(), ["no answer", "no answer"]);
}

#[tokio::test]
async fn what_was_heard_and_cannot_be_kept_is_told_and_the_doubt_stays() {
    let (one, two) = (plain(1), plain(2));
    let mut appends = 0;
    let full_disk: Hook = Box::new(move |effect| {
        appends += u32::from(effect == Effect::Before(DiskStep::Append));
        if appends > 2 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    });
    let system = Scripted::new(vec![unknown()]);
    let left = run_with(&Bench::new().wants(one.clone()).wants(two), &system, &Stop::default(), full_disk).await;
    let error = left.outcome.as_ref().expect_err("a disk that is full");
    let said = "the create for Dispatch/store-1 is in doubt (no answer); what was heard of it could not be recorded: ";
    assert!(error.message.starts_with(said), "{error}");
    let help = "nothing more was sent; keep this message; mend the state, which callout state check looks at; then: callout settle Dispatch/store-1";
    assert_eq!(error.help.as_deref(), Some(help));
    assert_eq!(system.calls().len(), 1);
    let intent = left.state().records[&key(&one)].intent.clone().expect("in doubt");
    assert_eq!(intent.heard, None);
}

#[tokio::test]
async fn a_refusal_frees_the_address_and_one_of_the_credential_stops_the_system() {
    let (one, two) = (plain(1), plain(2));
    let system = Scripted::new(vec![rejected(false), done(&two, "8")]);
    let left = run(&Bench::new().wants(one.clone()).wants(two.clone()), &system).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: rejected: no
    Dispatch/store-2: created ticket 8
    ");
    assert!(matches!(left.state().records[&key(&one)].phase, Phase::NotCreated { .. }));
    let left = run(&Bench::new().wants(one).wants(two), &Scripted::new(vec![rejected(true)])).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: rejected: no
    Dispatch/store-2: not started: an earlier request was refused: no
    ");
}

#[tokio::test]
async fn told_to_wait_it_tries_again_with_a_new_intent_and_not_for_ever() {
    let one = plain(1);
    let system = Scripted::new(vec![later(), later(), done(&one, "7")]);
    let left = run(&Bench::new().wants(one.clone()), &system).await;
    assert_snapshot!(left.said(), @"Dispatch/store-1: created ticket 7");
    assert_eq!(system.calls().len(), 3);
    let left = run(&Bench::new().wants(one.clone()), &Scripted::new(vec![later(), later(), later(), later(), later()])).await;
    assert_snapshot!(left.said(), @"Dispatch/store-1: not sent: 429");
    assert!(!left.state().records[&key(&one)].in_doubt());
}

#[tokio::test]
async fn what_cannot_be_made_ready_leaves_no_intent() {
    let one = plain(1);
    for unready in [Unready::Ticket("a file changed".to_owned()), Unready::System("no token".to_owned())] {
        let system = Scripted { unready: Some(unready), ..Scripted::default() };
        let left = run(&Bench::new().wants(one.clone()), &system).await;
        assert!(left.state().records.is_empty());
        assert!(left.said().starts_with("Dispatch/store-1: not started: "), "{}", left.said());
    }
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_starts_nothing_and_can_be_resumed() {
    let stop = Stop::default();
    stop.ask();
    let left =
        run_with(&Bench::new().wants(plain(1)), &Scripted::default(), &stop, Box::new(|_| std::ops::ControlFlow::Continue(()))).await;
    assert_snapshot!(left.said(), @"Dispatch/store-1: not started: the run was asked to stop");
    assert!(left.state().plans["p"].finished.is_none());
}

#[tokio::test]
async fn references_are_filled_with_the_ids_just_made() {
    let (one, two) = (ticket(1, |document| document["spec"]["prior_ticket"] = json!({"ref": "Dispatch/store-2"})), plain(2));
    let system = Scripted::new(vec![done(&two, "8"), done(&one, "9")]);
    run(&Bench::new().wants(one.clone()).wants(two.clone()), &system).await;
    assert_eq!(system.calls(), ["create Store 2", "create Store 1 after 8"]);
    let left = run(&Bench::new().wants(one).wants(two), &Scripted::new(vec![rejected(false)])).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: not started: it waits for Dispatch/store-2, which has no ticket
    Dispatch/store-2: rejected: no
    ");
}

#[tokio::test]
async fn a_further_visit_that_was_refused_gives_nobody_the_id_of_the_one_before() {
    let one = plain(1);
    let again = ticket(1, |document| document["lifecycle"]["reissue"] = json!(1));
    let referring = ticket(2, |document| document["spec"]["prior_ticket"] = json!({"ref": "Dispatch/store-1"}));
    let bench = || Bench::new().wants(again.clone()).wants(referring.clone()).finished(&one, "7");
    let system = Scripted::new(vec![rejected(false)]);
    let left = run(&bench(), &system).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1#1: rejected: no
    Dispatch/store-2: not started: it waits for Dispatch/store-1#1, which has no ticket
    ");
    let system = Scripted::new(vec![done(&again, "8"), done(&referring, "9")]);
    run(&bench(), &system).await;
    assert_eq!(system.calls(), ["create Store 1 after 7", "create Store 2 after 8"]);
}

#[tokio::test]
async fn a_visit_that_came_nearer_than_its_lead_time_is_not_sent_any_more() {
    let booking = |hours| Booking { lead_time: SignedDuration::from_hours(hours), book_ahead: None };
    let (one, two) = (Ticket { booking: Some(booking(170)), ..plain(1) }, Ticket { booking: Some(booking(169)), ..plain(2) });
    // Planned two hours before the run: its latest moment is then still to come.
    let bench = || Bench { now: "2027-01-04T10:00:00Z".parse().expect("a moment"), ..Bench::new().wants(one.clone()).wants(two.clone()) };
    let near = "Dispatch/store-1: not started: its start, 2027-01-11T08:00:00 America/New_York, is nearer than the lead time of 170 hours";
    let left = run(&bench(), &Scripted::new(vec![done(&two, "8")])).await;
    assert_eq!(left.said(), format!("{near}\nDispatch/store-2: created ticket 8"));
    assert!(!left.state().records.contains_key(&key(&one)), "there is no intent");
    // The same for several in one request.
    let left = run(&bench().per_request(2), &Scripted::new(vec![done(&two, "8")])).await;
    assert_eq!(left.said(), format!("{near}\nDispatch/store-2: created ticket 8"));
}

#[tokio::test]
async fn updates_closes_and_deletes_go_the_same_way() {
    let edited = ticket(1, |document| document["spec"]["po_number"] = json!("PO-1"));
    let closing = ticket(2, |document| document["lifecycle"]["on_remove"] = json!("close"));
    let deleting = ticket(3, |document| document["lifecycle"]["on_remove"] = json!("delete"));
    let one = plain(1);
    let bench = || {
        let bench = Bench::able().wants(edited.clone()).checked(&one, "1").checked(&closing, "2").checked(&deleting, "3");
        bench.sees(&one, open(&one, "1")).sees(&closing, open(&closing, "2")).sees(&deleting, open(&deleting, "3"))
    };
    let system = Scripted::new(vec![done(&edited, "1"), done(&closing, "2"), done(&deleting, "3")]);
    let left = run(&bench(), &system).await;
    assert_eq!(system.calls(), ["update 1 po_number", "close 2", "delete 3"]);
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: updated ticket 1
    Dispatch/store-2: closed ticket 2
    Dispatch/store-3: deleted ticket 3
    ");
    let state = left.state();
    assert_eq!(state.records[&key(&one)].request.fields.text("po_number"), Some("PO-1"));
    assert!(matches!(state.records[&key(&closing)].phase, Phase::Closed { .. }));

    let left = run(&bench(), &Scripted::new(vec![unknown()])).await;
    let state = left.state();
    let record = &state.records[&key(&one)];
    assert!(record.in_doubt() && record.is_live() && record.request.fields.text("po_number").is_none());
}

#[tokio::test]
async fn an_update_is_compared_with_its_read_back() {
    let sent = ticket(1, |document| document["spec"]["non_standard_tools"] = json!("A ladder."));
    let edited = ticket(1, |document| document["spec"]["special_instructions"] = json!("Use the rear door."));
    let bench = || Bench::able().wants(edited.clone()).checked(&sent, "1").sees(&sent, open(&sent, "1"));
    // It kept both fields as they were, and somebody else changed a third one meanwhile.
    let mut ignored = seen(&sent, "1");
    ignored.fields.set("special_instructions", "Ring.");
    ignored.fields.set("local_contact_name", "Kim Roe");
    let left = run(&bench(), &Scripted::new(vec![Sent::Done(Box::new(ignored))])).await;
    assert_snapshot!(left.said(), @"Dispatch/store-1: updated ticket 1, but it does not show what was sent: special_instructions, non_standard_tools");
    let baseline = left.state().records[&key(&sent)].baseline.clone().expect("a baseline");
    assert_eq!((baseline.text("special_instructions"), baseline.text("local_contact_name")), (Some("Ring."), Some("Sam Lee")));

    let bare = Seen { fields: Fields::default(), status: None, ..seen(&sent, "1") };
    let left = run(&bench(), &Scripted::new(vec![Sent::Done(Box::new(bare))])).await;
    assert_snapshot!(left.said(), @"Dispatch/store-1: updated ticket 1");
    let record = &left.state().records[&key(&sent)];
    assert!(!record.booking_checked, "nobody has seen it yet: the next plan reads it");
    assert_eq!(record.status.as_deref(), Some("Open"));
}

#[tokio::test]
async fn a_ticket_that_cannot_be_recorded_is_named_and_nothing_more_is_sent() {
    let (one, two) = (plain(1), plain(2));
    let mut appends = 0;
    let full_disk: Hook = Box::new(move |effect| {
        appends += u32::from(effect == Effect::Before(DiskStep::Append));
        // The plan's start and the first intent fit on the disk; the first result does not.
        if appends > 2 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    });
    let system = Scripted::new(vec![done(&one, "7")]);
    let left = run_with(&Bench::new().wants(one.clone()).wants(two), &system, &Stop::default(), full_disk).await;
    let error = left.outcome.as_ref().expect_err("a disk that is full");
    assert!(error.message.starts_with("ticket 7 was created for Dispatch/store-1, but that could not be recorded"), "{error}");
    assert!(error.help.as_deref().is_some_and(|help| help.contains("callout settle Dispatch/store-1 --id 7")), "{error:?}");
    assert_eq!(system.calls().len(), 1);
    assert!(left.state().records[&key(&one)].in_doubt());
}
