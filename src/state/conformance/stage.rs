//! Places in which something happened already.

use super::super::event::{Event, Write};
use super::super::journal::Commit;
use super::super::samples::{commit, created, intended, owner};
use super::super::store::{Loaded, Store};
use super::super::transition::State;
use super::place::Place;

/// Three commits: one ticket made, a second one in doubt.
pub fn commits() -> Vec<Commit> {
    vec![
        commit(1, vec![Event::PlanStarted { plan: "p".into() }, intended("a", Write::Create)]),
        commit(2, vec![created("a", "7")]),
        commit(3, vec![intended("b", Write::Create)]),
    ]
}

/// The state after the first `count` commits.
pub fn state_after(count: usize) -> State {
    let mut state = State::new("l1");
    for commit in &commits()[..count] {
        for event in &commit.events {
            state = state.with(event, commit.at).expect("possible");
        }
        state.through = commit.sequence;
    }
    state
}

pub fn made<P: Place>() -> P {
    let place = P::empty();
    let mut store = place.store();
    store.lock(&owner()).expect("a free lock");
    store.create(&State::new("l1")).expect("a first state");
    place
}

pub fn opened<P: Place>(place: &P) -> (Box<dyn Store>, Loaded) {
    let mut store = place.store();
    store.lock(&owner()).expect("a free lock");
    let loaded = store.load().expect("readable").expect("a state");
    (store, loaded)
}

pub fn filled<P: Place>() -> P {
    let place = made::<P>();
    let (mut store, _) = opened(&place);
    for commit in commits() {
        store.append(&commit).expect("added");
    }
    place
}

pub fn look<P: Place>(place: &P) -> Result<Loaded, String> {
    place.store().load().map(|loaded| loaded.expect("a state")).map_err(|error| error.message.clone())
}
