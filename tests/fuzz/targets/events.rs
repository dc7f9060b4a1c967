//! What happened, line by line: each line of the input is an event, and those that can follow are a state.
//!
//! No record is ever erased, and an address becomes free only by the outcome of a create that made nothing. A refused event changes
//! nothing. Kept as a journal or folded into a snapshot, the state is the same.

use callout::state::memory::{Disk, MemoryStore};
use callout::state::{By, Commit, Event, Key, Phase, Record, State, Store as _};

use super::story::{LINEAGE, at, owner};

/// Lines of an input that are used: what is long is slow and no different.
const MOST: usize = 40;

pub fn run(input: &[u8]) {
    let lines = input.split(|byte| *byte == b'\n').take(MOST);
    let events: Vec<Event> = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let disk = Disk::default();
    let mut store = MemoryStore::new(&disk);
    let mut state = State::new(LINEAGE);
    store.lock(&owner()).expect("a free lock");
    store.create(&state).expect("a state");
    for event in events {
        let moment = at(i64::try_from(state.through).expect("a small number"));
        let mut after = state.clone();
        if after.apply(&event, moment).is_err() {
            assert_eq!(after, state, "a refused event changed something: {event}");
            continue;
        }
        assert_eq!(state.clone().with(&event, moment).as_ref(), Ok(&after), "one event, two outcomes: {event}");
        keeps(&state, &after, &event);
        after.through += 1;
        store.append(&commit(&after, event)).expect("added");
        state = after;
    }
    assert_eq!(loaded(&disk), state, "the journal tells another story");
    store.compact(&state).expect("folded");
    assert_eq!(loaded(&disk), state, "the snapshot tells another story");
}

fn commit(after: &State, event: Event) -> Commit {
    Commit {
        sequence: after.through,
        lineage: after.lineage.clone(),
        at: at(i64::try_from(after.through - 1).expect("a small number")),
        run: "r".to_owned(),
        command: None,
        plan: None,
        by: By::default(),
        events: vec![event],
    }
}

fn loaded(disk: &Disk) -> State {
    MemoryStore::new(disk).load().expect("what was written can be read").expect("a state").state
}

fn keeps(before: &State, after: &State, event: &Event) {
    for (key, record) in &before.records {
        let now = after.records.get(key).unwrap_or_else(|| panic!("{event} erased {key}"));
        if is_taken(record) && !is_taken(now) {
            let frees = matches!(event, Event::Rejected { .. } | Event::Unsent { .. } | Event::NotCreated { .. });
            assert!(frees && record.phase == Phase::Pending, "{event} freed {key}");
        }
        let is_named = event.key() == Some(key) || matches!(event, Event::Moved { to, .. } if to == key);
        assert!(is_named || now == record, "{event} changed {key}");
    }
    if let Event::Created { key, id, .. } | Event::Adopted { key, id, .. } = event {
        assert_eq!(id_of(after, key), Some(id.as_str()), "{event}");
    }
    if let Event::Adopted { key, id, request, .. } = event {
        assert_eq!(after.holder(request, id), Some(key), "one ticket of two addresses");
    }
}

fn id_of<'s>(state: &'s State, key: &Key) -> Option<&'s str> {
    state.records.get(key).and_then(Record::id)
}

fn is_taken(record: &Record) -> bool {
    !matches!(record.phase, Phase::NotCreated { .. })
}
