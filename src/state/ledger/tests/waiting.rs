//! A store that keeps its callers waiting, as every real one does.

use std::sync::mpsc::{Sender, channel};

use super::super::super::store::Distance;
use super::*;

/// A ledger whose first append is under way for a task of its own, and both ends of its gate.
async fn under_way(disk: &Disk) -> (Arc<Ledger>, tokio::task::JoinHandle<Outcome<()>>, Sender<()>) {
    let ((entered, was_entered), (go_on, gate)) = (channel(), channel());
    let wait = move |effect| {
        if effect == Effect::Before(Step::Append) {
            // Only the first is waited for.
            let _ = entered.send(());
            gate.recv().expect("the test lets it go on");
        }
        ControlFlow::Continue(())
    };
    let store = MemoryStore::with_hook(disk, Box::new(wait)).far_away(Distance::Disk);
    let ledger = Arc::new(Ledger::open(Box::new(store), "l1", session()).expect("opened"));
    let first = {
        let ledger = Arc::clone(&ledger);
        tokio::spawn(async move { ledger.record(vec![intended("a", Write::Create)], at(1)).await })
    };
    tokio::task::spawn_blocking(move || was_entered.recv()).await.expect("a thread").expect("an append");
    (ledger, first, go_on)
}

#[tokio::test]
async fn who_comes_while_a_commit_is_under_way_shares_the_next_line() {
    let disk = fresh();
    let (ledger, first, go_on) = under_way(&disk).await;
    let release = async {
        for _ in 0..2 {
            go_on.send(()).expect("the store waits");
        }
    };
    let (b, c, ()) = tokio::join!(ledger.intend(intention("b"), at(2)), ledger.intend(intention("c"), at(3)), release);
    assert!(b.is_ok() && c.is_ok() && first.await.expect("no panic").is_ok());
    assert_eq!((lines(&disk), on_disk(&disk).records.len()), (2, 3));
}

#[tokio::test]
async fn a_commit_that_is_under_way_is_made_whole_though_its_caller_is_dropped() {
    let disk = fresh();
    let (ledger, first, go_on) = under_way(&disk).await;
    first.abort();
    assert!(first.await.is_err());
    go_on.send(()).expect("the store waits");
    ledger.finish().await.expect("its turn comes when the other is done");
    assert!(ledger.read(|state| state.records.contains_key(&key("a"))));
    assert!(on_disk(&disk).records.contains_key(&key("a")));
}

#[tokio::test]
async fn who_looks_at_the_state_does_not_wait_for_a_commit_and_sees_nothing_of_it() {
    let disk = fresh();
    let (ledger, first, go_on) = under_way(&disk).await;
    let mut others = [ledger.intend(intention("b"), at(2)), ledger.intend(intention("a"), at(2))].map(Box::pin);
    for other in &mut others {
        assert!(other.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(ledger.read(|state| (state.records.len(), state.through)), (0, 0), "nothing is durable yet");
    for _ in 0..2 {
        go_on.send(()).expect("the store waits");
    }
    first.await.expect("no panic").expect("recorded");
    let [b, again] = others;
    assert!(b.await.is_ok() && again.await.is_err());
    assert_eq!(ledger.state(), on_disk(&disk));
}

#[tokio::test]
async fn over_a_network_a_commit_waits_a_moment_for_the_outcomes_that_are_about_to_come() {
    let disk = fresh();
    let store = MemoryStore::new(&disk).far_away(Distance::Network);
    let mut ledger = Ledger::open(Box::new(store), "l1", session()).expect("opened");
    // Nobody waits so long: only the last outcome ends it.
    ledger.moment = Duration::from_secs(3600);
    ledger.intend_all(vec![intention("a"), intention("b")], at(1)).await.expect("a permit");
    let a = waiting(&ledger, vec![created("a", "7")]);
    let next = waiting(&ledger, vec![intended("c", Write::Create)]);
    assert_eq!(lines(&disk), 1, "b is in flight");
    let (a, next, b) = tokio::join!(a, next, ledger.record(vec![created("b", "8")], at(2)));
    assert!(a.is_ok() && next.is_ok() && b.is_ok());
    assert_eq!(lines(&disk), 2);

    ledger.moment = Duration::from_nanos(1);
    ledger.intend(intention("d"), at(3)).await.expect("a permit, though nothing is heard of c");
    assert_eq!(lines(&disk), 3);
}
