mod waiting;

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use super::super::file::FileStore;
use super::super::memory::{Disk, Effect, MemoryStore, Step};
use super::super::samples::{at, created, intended, intention, key, owner, session};
use super::commits::MANY_COMMITS;
use super::*;

fn fresh() -> Disk {
    let disk = Disk::default();
    let mut store = MemoryStore::new(&disk);
    store.lock(&owner()).expect("a free lock");
    store.create(&State::new("l1")).expect("made");
    disk
}

fn open(disk: &Disk) -> Ledger {
    Ledger::open(Box::new(MemoryStore::new(disk)), "l1", session()).expect("opened")
}

/// A ledger whose run is killed at the given effect.
fn open_until(disk: &Disk, end: Effect) -> Ledger {
    let hook = move |effect| if effect == end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    Ledger::open(Box::new(MemoryStore::with_hook(disk, Box::new(hook))), "l1", session()).expect("opened")
}

fn on_disk(disk: &Disk) -> State {
    MemoryStore::new(disk).load().expect("readable").expect("a state").state
}

fn lines(disk: &Disk) -> usize {
    disk.contents().journal.as_ref().map_or(0, |bytes| bytes.split(|byte| *byte == b'\n').count() - 2)
}

#[tokio::test]
async fn a_permit_comes_after_the_intent_is_durable_and_only_once() {
    let disk = fresh();
    let ledger = open(&disk);
    ledger.intend(intention("a"), at(1)).await.expect("a permit");
    assert!(on_disk(&disk).records[&key("a")].in_doubt());
    let error = ledger.intend(intention("a"), at(2)).await.expect_err("a second create");
    assert_eq!(
        error.message,
        "not recorded: Dispatch/a: `intended` cannot follow: the address has a ticket, a tombstone or an intent already"
    );
    assert_eq!((error.address.as_deref(), lines(&disk)), (Some("Dispatch/a"), 1));
    ledger.record(vec![created("a", "7")], at(3)).await.expect("recorded");
    assert_eq!(ledger.state(), on_disk(&disk));
    assert_eq!(ledger.read(|state| state.through), 2);
}

#[tokio::test]
async fn the_intents_of_one_request_are_one_commit_and_one_permit_or_none() {
    let disk = fresh();
    let ledger = open(&disk);
    ledger.intend_all(vec![intention("a"), intention("b")], at(1)).await.expect("a permit");
    assert_eq!((on_disk(&disk).records.values().filter(|record| record.in_doubt()).count(), lines(&disk)), (2, 1));
    let error = ledger.intend_all(vec![intention("c"), intention("b")], at(2)).await.expect_err("b is in doubt");
    assert_eq!(
        error.message,
        "not recorded: Dispatch/b: `intended` cannot follow: the address has a ticket, a tombstone or an intent already"
    );
    assert!(!on_disk(&disk).records.contains_key(&key("c")), "no part of it is left");
    let error = ledger.intend_all(Vec::new(), at(3)).await.expect_err("a request for nothing");
    assert_eq!(error.message, "a request was to be sent for no ticket at all");
    drop(ledger);
    let ledger = open_until(&disk, Effect::Before(Step::Append));
    ledger.intend_all(vec![intention("d"), intention("e")], at(4)).await.expect_err("killed before it was durable");
}

#[tokio::test]
async fn a_callers_events_are_all_recorded_or_none() {
    let disk = fresh();
    let ledger = open(&disk);
    let before = ledger.state();
    let events = vec![intended("a", Write::Create), created("a", "7"), created("b", "8")];
    ledger.record(events, at(1)).await.expect_err("nothing was intended for b");
    assert_eq!((ledger.state(), lines(&disk)), (before, 0));
    ledger.record(Vec::new(), at(1)).await.expect("nothing to do");
    assert_eq!(lines(&disk), 0);
}

#[tokio::test]
async fn callers_that_come_together_share_one_line_and_the_wrong_one_alone_is_refused() {
    let disk = fresh();
    let ledger = open(&disk);
    let (a, b, again, wrong) = tokio::join!(
        ledger.intend(intention("a"), at(1)),
        ledger.intend(intention("b"), at(3)),
        ledger.intend(intention("a"), at(2)),
        ledger.record(vec![created("c", "9")], at(2)),
    );
    assert!(a.is_ok() && b.is_ok() && again.is_err() && wrong.is_err());
    assert_eq!(lines(&disk), 1);
    assert_eq!(on_disk(&disk), ledger.state());
    assert_eq!(on_disk(&disk).records[&key("a")].since, at(3), "a line has one moment");
}

#[tokio::test]
async fn what_a_dropped_caller_queued_is_written() {
    let disk = fresh();
    let ledger = open(&disk);
    let mut recording = Box::pin(ledger.record(vec![intended("a", Write::Create)], at(1)));
    assert!(recording.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(lines(&disk), 0);
    drop(recording);
    assert!(on_disk(&disk).records.contains_key(&key("a")));
}

#[tokio::test]
async fn what_a_caller_queued_that_is_dropped_behind_another_is_written_by_that_one() {
    let disk = fresh();
    let ledger = open(&disk);
    let held = ledger.core().await;
    let recording = waiting(&ledger, vec![intended("a", Write::Create)]);
    drop(recording);
    assert_eq!(lines(&disk), 0);
    ledger.work(held, |_| ()).await.expect("done");
    assert!(on_disk(&disk).records.contains_key(&key("a")));
}

#[tokio::test]
async fn what_a_caller_queued_that_is_dropped_while_one_that_was_answered_has_the_turn_is_written_by_that_one() {
    let disk = fresh();
    let ledger = open(&disk);
    let held = ledger.core().await;
    let answered = waiting(&ledger, vec![intended("a", Write::Create)]);
    ledger.work(held, |_| ()).await.expect("done");
    drop(waiting(&ledger, vec![intended("b", Write::Create)]));
    assert_eq!(lines(&disk), 1, "the turn is the first caller's, who does not know yet that it was answered");
    answered.await.expect("recorded");
    assert!(on_disk(&disk).records.contains_key(&key("b")));
}

/// A caller that queued its event and waits for its turn.
fn waiting(ledger: &Ledger, events: Vec<Event>) -> Pin<Box<dyn Future<Output = Outcome<()>> + '_>> {
    let mut recording = Box::pin(ledger.record(events, at(1)));
    for _ in 0..3 {
        assert!(recording.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    recording
}

#[tokio::test]
async fn what_is_queued_is_written_in_the_order_of_the_calls_though_nobody_asked_for_the_answer() {
    let disk = fresh();
    let ledger = open(&disk);
    let outcome = ledger.record(vec![intended("a", Write::Create), created("a", "7")], at(1));
    let next = ledger.record(vec![Event::Heard { key: key("a"), why: "it cannot follow".into() }], at(1));
    assert!(next.await.is_err(), "a was created before");
    assert!(on_disk(&disk).records[&key("a")].is_live());
    drop(outcome);
    assert_eq!(lines(&disk), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_on_many_threads_lose_nothing() {
    let disk = fresh();
    let ledger = Arc::new(open(&disk));
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let ledger = Arc::clone(&ledger);
            tokio::spawn(async move {
                let name = format!("t{number}");
                ledger.intend(intention(&name), at(1)).await.expect("a permit");
                if number % 3 == 0 {
                    assert!(ledger.state().records[&key(&name)].in_doubt());
                }
                let recording = ledger.record(vec![created(&name, &format!("{number}"))], at(2));
                recording.await.expect("recorded");
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    let state = on_disk(&disk);
    assert_eq!(state.records.values().filter(|record| record.is_live()).count(), 200);
    assert_eq!(state, ledger.state());
}

#[tokio::test]
async fn a_kill_at_every_effect_of_an_append_leaves_a_true_state() {
    for (effect, kept) in [(Effect::Before(Step::Append), false), (Effect::Amid(Step::Append), false), (Effect::After(Step::Append), true)]
    {
        let disk = fresh();
        let ledger = open_until(&disk, effect);
        let error = ledger.intend(intention("a"), at(1)).await.expect_err("no permit without an answer");
        assert_eq!(error.help.as_deref(), Some("Nothing was changed. Nothing was sent for Dispatch/a."));
        assert!(ledger.state().records.is_empty(), "only what is durable is seen");
        let error = ledger.record(vec![intended("b", Write::Create)], at(2)).await.expect_err("the run is over");
        assert_eq!(error.message, format!("not recorded, because an earlier write to the state failed: the run was killed at {effect:?}"));
        assert!(ledger.finish().await.is_ok() && ledger.compact().await.is_err());
        drop(ledger);
        let ledger = open(&disk);
        assert_eq!(ledger.state().records.contains_key(&key("a")), kept, "{effect:?}");
        ledger.intend(intention("c"), at(3)).await.expect("the next run goes on");
        assert_eq!(ledger.state(), on_disk(&disk));
    }
}

#[tokio::test]
async fn a_kill_at_every_effect_of_a_compaction_changes_no_state() {
    for step in [Step::KeepJournal, Step::KeepSnapshot, Step::ReplaceSnapshot, Step::ReplaceJournal] {
        for effect in [Effect::Before(step), Effect::After(step)] {
            let disk = fresh();
            let ledger = open_until(&disk, effect);
            ledger.intend(intention("a"), at(1)).await.expect("a permit");
            ledger.record(vec![created("a", "7")], at(2)).await.expect("recorded");
            let whole = ledger.state();
            ledger.compact().await.expect_err("killed");
            drop(ledger);
            assert_eq!(on_disk(&disk), whole, "{effect:?}");
            let ledger = open(&disk);
            ledger.intend(intention("b"), at(3)).await.expect("the next run goes on");
            ledger.compact().await.expect("compacted");
            assert_eq!(on_disk(&disk), ledger.state(), "{effect:?}");
            assert_eq!(lines(&disk), 0);
        }
    }
}

#[tokio::test]
async fn a_short_journal_is_left_alone_and_a_long_one_is_folded() {
    let disk = fresh();
    let ledger = open(&disk);
    for number in 0..=MANY_COMMITS {
        if number == 3 {
            ledger.finish().await.expect("ended");
            assert_eq!(lines(&disk), 3);
        }
        ledger.record(vec![Event::PlanStarted { plan: format!("p{number}") }], at(1)).await.expect("recorded");
    }
    let whole = ledger.state();
    ledger.finish().await.expect("ended");
    assert_eq!((lines(&disk), on_disk(&disk)), (0, whole));
}

#[tokio::test]
async fn no_state_and_another_lineage_are_refused() {
    let none = Ledger::open(Box::new(MemoryStore::new(&Disk::default())), "l1", session()).err().expect("no state");
    assert_eq!(none.code, "state/missing");
    let other = Ledger::open(Box::new(MemoryStore::new(&fresh())), "l2", session()).err().expect("another lineage");
    assert_eq!(other.code, "state/lineage");
}

#[tokio::test]
async fn a_ledger_over_files_goes_on_after_compaction() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    let mut store = FileStore::new(&path);
    store.lock(&owner()).expect("a free lock");
    store.create(&State::new("l1")).expect("made");
    drop(store);
    let ledger = Ledger::open(Box::new(FileStore::new(&path)), "l1", session()).expect("opened");
    ledger.intend(intention("a"), at(1)).await.expect("a permit");
    ledger.compact().await.expect("compacted");
    ledger.record(vec![created("a", "7")], at(2)).await.expect("recorded");
    let loaded = FileStore::new(&path).load().expect("readable").expect("a state");
    assert_eq!((loaded.state, loaded.commits), (ledger.state(), 1));
}
