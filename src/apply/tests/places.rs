//! Who may send when, over a store and a system that take their time.

use insta::assert_snapshot;

use super::gates::Gates;
use super::scripted::{answered, began, carried_out, done, later, unknown};
use crate::apply::{Report, Stop};
use crate::diagnostics::Outcome;
use crate::plan::tests::bench::{Bench, key, plain};
use crate::state::memory::{Disk, MemoryStore};
use crate::state::{State, Store};

fn stores(count: u32) -> Bench {
    (1..=count).fold(Bench::new(), |bench, number| bench.wants(plain(number)))
}

/// Runs beside a script, to the end of both.
async fn beside(bench: &Bench, parallelism: usize, stop: &Stop, script: impl AsyncFnOnce(&mut Gates)) -> (Outcome<Report>, Disk) {
    let disk = began(bench);
    let (mut gates, store, system) = Gates::new(&disk);
    let run = carried_out(bench, store, (&system, stop), parallelism);
    let script = async {
        assert_eq!(gates.commit().await, "plan started");
        script(&mut gates).await;
    };
    (tokio::join!(run, script).0, disk)
}

fn said(outcome: &Outcome<Report>) -> String {
    let report = outcome.as_ref().expect("a run that ended");
    report.results.iter().map(|(key, done)| format!("{key}: {done}")).collect::<Vec<_>>().join("\n")
}

fn on(disk: &Disk) -> State {
    MemoryStore::new(disk).load().expect("a readable disk").expect("a state").state
}

#[tokio::test]
async fn an_outcome_and_the_next_intent_share_a_commit_and_no_more_are_in_flight_than_may_be() {
    let (outcome, _) = beside(&stores(4), 2, &Stop::default(), async |gates| {
        assert_eq!(gates.commit().await, "intended Dispatch/store-1, intended Dispatch/store-2");
        let (one, two) = (gates.request().await, gates.request().await);
        assert_eq!((one.places.as_str(), two.places.as_str()), ("Store 1", "Store 2"));
        gates.nothing_is_sent().await;

        one.answer(done(&plain(1), "7"));
        assert_eq!(gates.commit().await, "created Dispatch/store-1 (ticket 7), intended Dispatch/store-3");
        let three = gates.request().await;
        gates.nothing_is_sent().await;

        // What comes while a commit is under way waits for the next one.
        two.answer(done(&plain(2), "8"));
        gates.begins().await;
        three.answer(done(&plain(3), "9"));
        gates.nothing_is_sent().await;
        assert_eq!(gates.lets_go().await, "created Dispatch/store-2 (ticket 8), intended Dispatch/store-4");
        let four = gates.request().await;
        gates.begins().await;
        four.answer(done(&plain(4), "10"));
        gates.nothing_is_sent().await;
        assert_eq!(gates.lets_go().await, "created Dispatch/store-3 (ticket 9)");
        assert_eq!(gates.commit().await, "created Dispatch/store-4 (ticket 10)");
        assert_eq!(gates.commit().await, "plan finished");
    })
    .await;
    assert_snapshot!(said(&outcome), @r"
    Dispatch/store-1: created ticket 7
    Dispatch/store-2: created ticket 8
    Dispatch/store-3: created ticket 9
    Dispatch/store-4: created ticket 10
    ");
}

#[tokio::test]
async fn a_place_is_given_on_only_behind_all_outcomes_of_its_request() {
    let (outcome, _) = beside(&stores(3).per_request(2), 1, &Stop::default(), async |gates| {
        assert_eq!(gates.commit().await, "intended Dispatch/store-1, intended Dispatch/store-2");
        let both = gates.request().await;
        assert_eq!(both.places, "Store 1 and Store 2");
        both.answer_for_several(answered([(&plain(2), "8"), (&plain(1), "7"), (&plain(5), "9")]));
        let commit =
            "created Dispatch/store-1 (ticket 7), surplus Dispatch/store-1, created Dispatch/store-2 (ticket 8), intended Dispatch/store-3";
        assert_eq!(gates.commit().await, commit);
        gates.request().await.answer(done(&plain(3), "10"));
        assert_eq!(gates.commit().await, "created Dispatch/store-3 (ticket 10)");
        assert_eq!(gates.commit().await, "plan finished");
    })
    .await;
    assert_eq!(said(&outcome).lines().count(), 3);
}

#[tokio::test]
async fn who_tries_again_keeps_the_place() {
    let (outcome, _) = beside(&stores(2), 1, &Stop::default(), async |gates| {
        assert_eq!(gates.commit().await, "intended Dispatch/store-1");
        gates.request().await.answer(later());
        assert_eq!(gates.commit().await, "unsent Dispatch/store-1");
        assert_eq!(gates.commit().await, "intended Dispatch/store-1");
        gates.request().await.answer(done(&plain(1), "7"));
        assert_eq!(gates.commit().await, "created Dispatch/store-1 (ticket 7), intended Dispatch/store-2");
        gates.request().await.answer(done(&plain(2), "8"));
        assert_eq!(gates.commit().await, "created Dispatch/store-2 (ticket 8)");
        assert_eq!(gates.commit().await, "plan finished");
    })
    .await;
    assert_eq!(said(&outcome), "Dispatch/store-1: created ticket 7\nDispatch/store-2: created ticket 8");
}

#[tokio::test]
async fn an_unknown_result_stops_whoever_gets_the_place_also_before_it_is_recorded() {
    let (outcome, _) = beside(&stores(2), 1, &Stop::default(), async |gates| {
        assert_eq!(gates.commit().await, "intended Dispatch/store-1");
        gates.request().await.answer(unknown());
        assert_eq!(gates.commit().await, "heard Dispatch/store-1");
    })
    .await;
    assert_snapshot!(said(&outcome), @r"
    Dispatch/store-1: in doubt: no answer
    Dispatch/store-2: not started: the run stopped after 1 unknown result (spec.limits.stop_after_unknown: 1)
    ");
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_records_what_is_in_flight_and_what_is_queued() {
    let stop = Stop::default();
    let (outcome, _) = beside(&stores(4), 2, &stop, async |gates| {
        gates.commit().await;
        let (one, two) = (gates.request().await, gates.request().await);
        one.answer(done(&plain(1), "7"));
        gates.begins().await;
        stop.ask();
        assert_eq!(gates.lets_go().await, "created Dispatch/store-1 (ticket 7), intended Dispatch/store-3");
        // Its intent was on its way already: what is intended is sent.
        let three = gates.request().await;
        two.answer(done(&plain(2), "8"));
        assert_eq!(gates.commit().await, "created Dispatch/store-2 (ticket 8)");
        three.answer(done(&plain(3), "9"));
        assert_eq!(gates.commit().await, "created Dispatch/store-3 (ticket 9)");
    })
    .await;
    assert!(said(&outcome).ends_with("Dispatch/store-4: not started: the run was asked to stop"), "{}", said(&outcome));
}

#[tokio::test]
async fn a_ticket_that_two_answers_name_at_once_belongs_to_the_first() {
    let mut bench = stores(2);
    bench.rules.stop_after_unknown = 9;
    let (outcome, disk) = beside(&bench, 2, &Stop::default(), async |gates| {
        gates.commit().await;
        let (one, two) = (gates.request().await, gates.request().await);
        two.answer(done(&plain(2), "7"));
        gates.begins().await;
        one.answer(done(&plain(1), "7"));
        gates.nothing_is_sent().await;
        assert_eq!(gates.lets_go().await, "created Dispatch/store-2 (ticket 7)");
        assert_eq!(gates.commit().await, "heard Dispatch/store-1");
        assert_eq!(gates.commit().await, "plan finished");
    })
    .await;
    assert_snapshot!(said(&outcome), @r"
    Dispatch/store-1: in doubt: TechExpress answered with ticket 7, which belongs to Dispatch/store-2
    Dispatch/store-2: created ticket 7
    ");
    assert!(on(&disk).records[&key(&plain(1))].in_doubt());
}

#[tokio::test]
async fn a_commit_that_fails_names_each_ticket_and_sends_nothing_that_it_intended() {
    let (outcome, disk) = beside(&stores(5), 2, &Stop::default(), async |gates| {
        gates.commit().await;
        let (one, two) = (gates.request().await, gates.request().await);
        one.answer(done(&plain(1), "7"));
        gates.fails().await;
        gates.nothing_is_sent().await;
        two.answer(done(&plain(2), "8"));
        gates.nothing_is_sent().await;
    })
    .await;
    let error = outcome.expect_err("a disk that takes no more");
    assert_snapshot!(format!("{}\n--\n{}", error.message, error.help.unwrap_or_default()), @r#"
    ticket 7 was created for Dispatch/store-1, but that could not be recorded: the run was killed at Before(Append)
    ticket 8 was created for Dispatch/store-2, but that could not be recorded: not recorded, because an earlier write to the state failed: the run was killed at Before(Append)
    --
    nothing more was sent; mend the state, which callout state check looks at; then: callout settle Dispatch/store-1 --id 7 --reason "recorded by hand"; if the state knows nothing of it any more: callout import Dispatch/store-1 7 --reason "recorded by hand"
    nothing more was sent; mend the state, which callout state check looks at; then: callout settle Dispatch/store-2 --id 8 --reason "recorded by hand"; if the state knows nothing of it any more: callout import Dispatch/store-2 8 --reason "recorded by hand"
    Nothing was changed. Nothing was sent for Dispatch/store-3. Perhaps not recorded: created Dispatch/store-1 (ticket 7).
    "#);
    let state = on(&disk);
    assert!([1, 2].iter().all(|number| state.records[&key(&plain(*number))].in_doubt()));
    assert_eq!(state.records.len(), 2, "nothing else was intended");
}

#[tokio::test]
async fn a_run_that_is_dropped_leaves_what_was_answered_on_record() {
    let bench = stores(3);
    let disk = began(&bench);
    let (mut gates, store, system) = Gates::new(&disk);
    let stop = Stop::default();
    let run = carried_out(&bench, store, (&system, &stop), 2);
    let script = async {
        gates.commit().await;
        gates.commit().await;
        let (one, two) = (gates.request().await, gates.request().await);
        one.answer(done(&plain(1), "7"));
        gates.begins().await;
        two.answer(done(&plain(2), "8"));
        gates.nothing_is_sent().await;
    };
    tokio::select! {
        biased;
        () = script => {}
        _ = run => panic!("it cannot end"),
    }
    assert_eq!(gates.lets_go().await, "created Dispatch/store-1 (ticket 7), intended Dispatch/store-3");
    assert_eq!(gates.commit().await, "created Dispatch/store-2 (ticket 8)");
}
