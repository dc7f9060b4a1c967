//! What only a store can show that several runs use at once, and that answers as networks do.

mod answers;
mod fence;
mod mended;
mod reading;

use std::sync::Arc;

use super::faulty::{Faulty, Still};
use super::{SharedStore, lock_object, unlock};
use crate::diagnostics::Diagnostic;
use crate::state::by::Owner;
use crate::state::event::{Event, Write};
use crate::state::journal::Commit;
use crate::state::log::Log;
use crate::state::samples::{at, commit, created, intended, owner};
use crate::state::store::{Loaded, Store};
use crate::state::transition::State;

fn store(memory: &Faulty) -> SharedStore {
    SharedStore::new(memory.objects(), Arc::new(Still), None)
}

/// A state of the lineage `l1` with three commits: one ticket made, a second one in doubt.
fn filled() -> Faulty {
    let memory = Faulty::default();
    let mut store = store(&memory);
    store.lock(&owner()).expect("a free lock");
    store.create(&State::new("l1")).expect("made");
    for commit in commits() {
        store.append(&commit).expect("added");
    }
    memory
}

fn commits() -> Vec<Commit> {
    let started = vec![Event::PlanStarted { plan: "p".into() }, intended("a", Write::Create)];
    vec![commit(1, started), commit(2, vec![created("a", "7")]), commit(3, vec![intended("b", Write::Create)])]
}

/// A commit that says nothing of tickets, by a run of this name.
fn of_run(run: &str, sequence: u64) -> Commit {
    Commit { run: run.to_owned(), ..commit(sequence, vec![Event::PlanStarted { plan: format!("{run}-{sequence}") }]) }
}

/// A run that has the lock, whoever had it before: a person broke that lock.
fn taken(memory: &Faulty) -> (SharedStore, Loaded) {
    taken_by(memory, &owner())
}

fn unlock_whoever(memory: &Faulty) {
    let objects = memory.objects();
    let lock = lock_object::look(&objects).expect("readable").map(|(lock, _)| lock);
    if let Some(hold) = lock.and_then(|lock| lock.lease) {
        unlock(&objects, &hold.id, &owner().by, at(0)).expect("broken");
    }
}

fn taken_by(memory: &Faulty, owner: &Owner) -> (SharedStore, Loaded) {
    unlock_whoever(memory);
    let mut store = store(memory);
    store.lock(owner).expect("free");
    let loaded = store.load().expect("readable").expect("a state");
    (store, loaded)
}

fn look(memory: &Faulty) -> Loaded {
    store(memory).load().expect("readable").expect("a state")
}

fn damage(memory: &Faulty) -> Diagnostic {
    *store(memory).load().expect_err("damaged")
}

fn told(error: &Diagnostic) -> (&'static str, &str) {
    (error.code, error.message.as_str())
}

/// The runs of all commits in the log, in its order.
fn logged(memory: &Faulty) -> Vec<(u64, String)> {
    let mut all = Vec::new();
    let log = Log::of(&store(memory), Some("l1"), &mut |entry| all.push((entry.commit.sequence, entry.commit.run.clone())));
    assert!(log.is_whole(), "{log:?}");
    all.dedup();
    all
}

fn text(memory: &Faulty, key: &str) -> String {
    let found = memory.objects().get(key).expect("readable").unwrap_or_else(|| panic!("there is no {key}"));
    String::from_utf8(found.bytes).expect("text")
}

fn keys(memory: &Faulty) -> Vec<String> {
    memory.objects().list("").expect("listed").into_iter().map(|listed| listed.key).collect()
}
