//! Several tickets in one request: one intent, one try, and a result for each.

use insta::assert_snapshot;
use serde_json::json;

use super::scripted::{Left, Scripted, all, answered, done, later, rejected, run, run_with, unknown};
use crate::apply::Stop;
use crate::plan::tests::bench::{Bench, key, plain, seen, ticket};
use crate::state::memory::{Effect, Hook, Step as DiskStep};
use crate::state::{Phase, Stray};
use crate::systems::{Sent, Several, Unready};
use crate::ticket::{Mark, Ticket};

/// So many stores, all in one request.
fn stores(count: u32) -> Bench {
    let mut bench = (1..=count).fold(Bench::new(), |bench, number| bench.wants(plain(number))).per_request(9);
    bench.rules.stop_after_unknown = 2;
    bench
}

#[tokio::test]
async fn an_answer_in_any_order_gives_each_visit_its_own_ticket() {
    let (one, two, three) = (plain(1), plain(2), plain(3));
    let mut elsewhere = seen(&two, "8");
    elsewhere.fields.set("local_contact_name", "Kim Roe");
    let tickets = vec![seen(&three, "9"), elsewhere, seen(&one, "7")];
    let system = Scripted::together(vec![Several::Answered { tickets, nameless: 0 }]);
    let left = run(&stores(3), &system).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: created ticket 7
    Dispatch/store-2: created ticket 8, booked differently: local_contact_name
    Dispatch/store-3: created ticket 9
    ");
    assert_eq!(system.calls(), ["create Store 1 and Store 2 and Store 3"]);
    let state = left.state();
    assert_eq!([&one, &two, &three].map(|ticket| state.records[&key(ticket)].id()), [Some("7"), Some("8"), Some("9")]);
    let mark = Mark::new("bench", &one.address, 0);
    assert!(state.records.values().all(|record| record.request.mark.as_ref() == Some(&mark) && !record.in_doubt()));
    assert!(state.plans["p"].finished.is_some());
}

#[tokio::test]
async fn exactly_what_the_answer_does_not_name_stays_in_doubt() {
    let (one, two, three) = (plain(1), plain(2), plain(3));
    let mut annex = seen(&three, "9");
    annex.fields.set("location_name", "Store 3 Annex");
    let tickets = vec![annex, seen(&one, "7")];
    let left = run(&stores(3), &Scripted::together(vec![Several::Answered { tickets, nameless: 1 }])).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: created ticket 7
    Dispatch/store-2: in doubt: TechExpress took the request and names no ticket for this place; what it names and fits none of them: 9 for Store 3 Annex (3); one without an id
    Dispatch/store-3: in doubt: TechExpress took the request and names no ticket for this place; what it names and fits none of them: 9 for Store 3 Annex (3); one without an id
    ");
    let state = left.state();
    assert_eq!([&one, &two, &three].map(|ticket| state.records[&key(ticket)].in_doubt()), [false, true, true]);

    let twice = answered([(&one, "7"), (&one, "8"), (&two, "9"), (&three, "10")]);
    let left = run(&stores(3), &Scripted::together(vec![twice])).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: in doubt: TechExpress answered with 2 tickets for this place: 7, 8
    Dispatch/store-2: created ticket 9
    Dispatch/store-3: created ticket 10
    ");
    let repeated = answered([(&one, "7"), (&two, "7"), (&three, "10")]);
    let left = run(&stores(3), &Scripted::together(vec![repeated])).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: in doubt: TechExpress took the request and names no ticket for this place; what it names and fits none of them: 7, which it shows more than once
    Dispatch/store-2: in doubt: TechExpress took the request and names no ticket for this place; what it names and fits none of them: 7, which it shows more than once
    Dispatch/store-3: created ticket 10
    ");
}

#[tokio::test]
async fn a_ticket_of_somebody_else_is_no_match_and_one_too_many_is_told() {
    let (one, two, held) = (plain(1), plain(2), plain(9));
    let mut marked = seen(&two, "8");
    marked.fields.set("customer_ticket_number", "co-7k2m9q4x");
    let bench = stores(2).wants(held.clone()).checked(&held, "7");
    let tickets = vec![seen(&one, "7"), marked, seen(&two, "10")];
    let left = run(&bench, &Scripted::together(vec![Several::Answered { tickets, nameless: 0 }])).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: in doubt: TechExpress took the request and names no ticket for this place; what it names and fits none of them: 7, which belongs to Dispatch/store-9; 8, which carries another mark, co-7k2m9q4x
    Dispatch/store-2: created ticket 10
    ");

    let surplus = answered([(&two, "8"), (&one, "7"), (&plain(5), "9")]);
    let left = run(&stores(2), &Scripted::together(vec![surplus])).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: created ticket 7
    Dispatch/store-2: created ticket 8
    TechExpress answered the request for Dispatch/store-1 and 1 other with more than their tickets: 9 for Store 5 (5)
    ");
    let stray = |id: &str, what: &str| Stray { id: Some(id.to_owned()), what: what.to_owned() };
    let strays = |left: &Left, ticket: &Ticket| left.state().records[&key(ticket)].surplus.clone();
    assert_eq!((strays(&left, &one), strays(&left, &two)), (vec![stray("9", "9 for Store 5 (5)")], Vec::new()));

    // What only the words of a doubt had is kept, too.
    let left = run(&stores(2), &Scripted::together(vec![answered([(&one, "7"), (&one, "8"), (&plain(5), "9")])])).await;
    let kept = [stray("9", "9 for Store 5 (5)"), stray("7", "7 for Store 1 (1)"), stray("8", "8 for Store 1 (1)")];
    assert_eq!(strays(&left, &one), kept);
}

#[tokio::test]
async fn what_became_of_the_whole_request_became_of_each() {
    for (sent, said) in [
        (unknown(), "in doubt: no answer"),
        (rejected(false), "rejected: no"),
        (Sent::Unsent { why: "no connection".to_owned(), retry_after: None, stops_system: true }, "not sent: no connection"),
    ] {
        let left = run(&stores(2), &Scripted::together(vec![all(sent.clone())])).await;
        assert_eq!(left.said(), format!("Dispatch/store-1: {said}\nDispatch/store-2: {said}"));
        let is_free = |phase: &Phase| matches!(phase, Phase::NotCreated { .. });
        assert!(left.state().records.values().all(|record| record.in_doubt() != is_free(&record.phase)));
    }
}

#[tokio::test]
async fn told_to_wait_all_of_them_try_again_with_new_intents() {
    let (one, two) = (plain(1), plain(2));
    let system = Scripted::together(vec![all(later()), all(later()), answered([(&one, "7"), (&two, "8")])]);
    let left = run(&stores(2), &system).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: created ticket 7
    Dispatch/store-2: created ticket 8
    ");
    assert_eq!(system.calls().len(), 3);
    let left = run(&stores(2), &Scripted::together(vec![all(later()); 5])).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: not sent: 429
    Dispatch/store-2: not sent: 429
    ");
    assert!(left.state().records.values().all(|record| !record.in_doubt()));
}

#[tokio::test]
async fn a_request_of_many_is_one_unknown_result() {
    // One member in doubt or five: the run goes on with the next request, and not with the one after the second.
    let mut bench = (1..=7).fold(Bench::new(), |bench, number| bench.wants(plain(number))).per_request(2);
    bench.rules.stop_after_unknown = 2;
    let half = answered([(&plain(4), "8")]);
    let left = run(&bench, &Scripted::together(vec![all(unknown()), half])).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: in doubt: no answer
    Dispatch/store-2: in doubt: no answer
    Dispatch/store-3: in doubt: TechExpress took the request and names no ticket for this place
    Dispatch/store-4: created ticket 8
    Dispatch/store-5: not started: the run stopped after 2 unknown results (spec.limits.stop_after_unknown: 2)
    Dispatch/store-6: not started: the run stopped after 2 unknown results (spec.limits.stop_after_unknown: 2)
    Dispatch/store-7: not started: the run stopped after 2 unknown results (spec.limits.stop_after_unknown: 2)
    ");
}

#[tokio::test]
async fn a_refusal_that_may_have_made_some_stops_the_system() {
    let mut bench = (1..=3).fold(Bench::new(), |bench, number| bench.wants(plain(number))).per_request(2);
    bench.rules.stop_after_unknown = 9;
    let refused = Several::Same { sent: unknown(), stops_system: true };
    let left = run(&bench, &Scripted::together(vec![refused])).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: in doubt: no answer
    Dispatch/store-2: in doubt: no answer
    Dispatch/store-3: not started: an earlier request was refused: no answer
    ");
}

#[tokio::test]
async fn who_must_not_be_sent_is_left_out_and_the_others_go() {
    // The plan is an hour old: meanwhile the start of store 1 has passed.
    let soon = |number| {
        ticket(number, |document| {
            document["spec"]["locations"][0]["start_date"] = json!("2027-01-04T06:30:00");
            document["spec"]["locations"][0]["end_date"] = json!("2027-01-04T08:00:00");
        })
    };
    let wants = |first, second| {
        let mut bench = Bench::new().wants(first).wants(second).wants(plain(3)).per_request(9);
        bench.now = "2027-01-04T11:00:00Z".parse().expect("a moment");
        bench
    };
    let system = Scripted::together(vec![answered([(&plain(2), "8"), (&plain(3), "9")])]);
    let left = run(&wants(soon(1), plain(2)), &system).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: not started: its start, 2027-01-04T06:30:00, has passed
    Dispatch/store-2: created ticket 8
    Dispatch/store-3: created ticket 9
    ");
    assert_eq!(system.calls(), ["create Store 2 and Store 3"]);
    let state = left.state();
    assert!(!state.records.contains_key(&key(&plain(1))), "no intent of it");
    assert_eq!(state.records[&key(&plain(3))].request.mark, Some(Mark::new("bench", &plain(1).address, 0)));

    let alone = Scripted::new(vec![done(&plain(3), "9")]);
    let left = run(&wants(soon(1), soon(2)), &alone).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: not started: its start, 2027-01-04T06:30:00, has passed
    Dispatch/store-2: not started: its start, 2027-01-04T06:30:00, has passed
    Dispatch/store-3: created ticket 9
    ");
    assert_eq!(left.state().records[&key(&plain(3))].request.mark, Some(Mark::new("bench", &plain(1).address, 0)));
}

#[tokio::test]
async fn a_kill_between_intent_and_answer_leaves_all_in_doubt_and_none_half() {
    for dies_at in [2, 3] {
        let mut appends = 0;
        let hook: Hook = Box::new(move |effect| {
            appends += u32::from(effect == Effect::Before(DiskStep::Append));
            // The plan's start is the first commit, the intents of all are the second, the results the third.
            if appends >= dies_at { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
        });
        let system = Scripted::together(vec![answered([(&plain(1), "7"), (&plain(2), "8")])]);
        let left = run_with(&stores(2), &system, &Stop::default(), hook).await;
        let error = left.outcome.as_ref().expect_err("a disk that is full");
        let state = left.state();
        if dies_at == 2 {
            assert_eq!((system.calls().len(), state.records.len()), (0, 0), "no intent, no request");
        } else {
            assert_eq!(state.records.values().filter(|record| record.in_doubt()).count(), 2);
            for told in ["ticket 7 was created for Dispatch/store-1, but", "ticket 8 was created for Dispatch/store-2, but"] {
                assert!(error.message.contains(told), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn what_came_between_leaves_the_whole_request_unsent() {
    let bench = stores(2);
    let stop = Stop::default();
    stop.ask();
    let go_on: Hook = Box::new(|_| std::ops::ControlFlow::Continue(()));
    let left = run_with(&bench, &Scripted::default(), &stop, go_on).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: not started: the run was asked to stop
    Dispatch/store-2: not started: the run was asked to stop
    ");
    let unready = Unready::Ticket("the file a.pdf changed since the plan; make a new plan".to_owned());
    let left = run(&bench, &Scripted { unready: Some(unready), ..Scripted::default() }).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: not started: the file a.pdf changed since the plan; make a new plan
    Dispatch/store-2: not started: the file a.pdf changed since the plan; make a new plan
    ");
    assert!(left.state().records.is_empty());
    assert!(!matches!(left.state().plans.get("p"), Some(used) if used.finished.is_some()));
}
