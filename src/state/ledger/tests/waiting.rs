//! A store that keeps its callers waiting, as every real one does.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::super::super::journal::Commit;
use super::super::super::replay::Named;
use super::super::super::store::{Loaded, Owner};
use super::*;

/// A store whose appends wait until somebody lets them go on, as a disk does.
struct Gated {
    store: MemoryStore,
    entered: Sender<()>,
    go_on: Receiver<()>,
}

impl Store for Gated {
    fn name(&self) -> String {
        self.store.name()
    }
    fn lock(&mut self, owner: &Owner) -> Outcome<()> {
        self.store.lock(owner)
    }
    fn load(&mut self) -> Outcome<Option<Loaded>> {
        self.store.load()
    }
    fn create(&mut self, state: &State) -> Outcome<()> {
        self.store.create(state)
    }
    fn append(&mut self, commit: &Commit) -> Outcome<u64> {
        // Only the first is waited for.
        let _ = self.entered.send(());
        self.go_on.recv().expect("the test lets it go on");
        self.store.append(commit)
    }
    fn compact(&mut self, state: &State) -> Outcome<()> {
        self.store.compact(state)
    }
    fn journals(&self, each: &mut dyn FnMut(Named)) -> Outcome<()> {
        self.store.journals(each)
    }
    fn set_aside(&mut self) -> Outcome<()> {
        self.store.set_aside()
    }
}

/// A ledger whose first append is under way for a task of its own, and both ends of its gate.
async fn under_way(disk: &Disk) -> (Arc<Ledger>, tokio::task::JoinHandle<Outcome<()>>, Sender<()>) {
    let ((entered, was_entered), (go_on, gate)) = (channel(), channel());
    let store = Gated { store: MemoryStore::new(disk), entered, go_on: gate };
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
