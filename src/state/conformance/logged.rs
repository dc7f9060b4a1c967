//! What the log of every store must do.

use super::super::event::Event;
use super::super::log::Log;
use super::super::samples::{commit, created};
use super::place::Place;
use super::stage::{filled, opened};

/// The numbers of the commits in the log, in its order.
fn logged<P: Place>(place: &P) -> Vec<u64> {
    let mut sequences = Vec::new();
    let log = Log::of(place.store().as_ref(), Some("l1"), &mut |entry| sequences.push(entry.commit.sequence));
    assert!(log.is_whole(), "{log:?}");
    sequences.dedup();
    sequences
}

pub fn the_log_outlives_every_compaction<P: Place>() {
    assert_eq!(logged(&P::empty()), [0; 0], "no state, no log, and no error");
    let place = filled::<P>();
    assert_eq!(logged(&place), [1, 2, 3]);
    for number in 4..7 {
        let (mut store, loaded) = opened(&place);
        store.compact(&loaded.state).expect("compacted");
        store.append(&commit(number, vec![Event::PlanStarted { plan: number.to_string() }])).expect("added");
        assert_eq!(logged(&place), (1..=number).collect::<Vec<_>>());
    }
}

pub fn a_stopped_compaction_doubles_nothing_in_the_log<P: Place>() {
    for snapshot_too in [false, true] {
        let place = filled::<P>();
        let (journal, snapshot) = (place.journal(), place.snapshot());
        let (mut store, loaded) = opened(&place);
        store.compact(&loaded.state).expect("compacted");
        drop(store);
        place.put_journal(Some(&journal));
        if snapshot_too {
            place.put_snapshot(Some(&snapshot));
        }
        assert_eq!(logged(&place), [1, 2, 3]);
        let (mut store, _) = opened(&place);
        store.append(&commit(4, vec![created("b", "8")])).expect("added");
        assert_eq!(logged(&place), [1, 2, 3, 4]);
        drop(store);
        let (mut store, loaded) = opened(&place);
        store.compact(&loaded.state).expect("compacted again");
        store.append(&commit(5, vec![Event::PlanStarted { plan: "q".into() }])).expect("added");
        assert_eq!(logged(&place), [1, 2, 3, 4, 5]);
    }
}

pub fn the_log_needs_no_snapshot_and_no_lock<P: Place>() {
    let place = filled::<P>();
    let (_writer, _) = opened(&place);
    place.put_snapshot(Some(b"damaged"));
    assert_eq!(logged(&place), [1, 2, 3]);
}

pub fn a_damaged_line_ends_its_journal_in_the_log<P: Place>() {
    let place = filled::<P>();
    let mut journal = place.journal();
    let length = journal.len();
    journal[length - 10] ^= 1;
    place.put_journal(Some(&journal));
    let mut sequences = Vec::new();
    let log = Log::of(place.store().as_ref(), Some("l1"), &mut |entry| sequences.push(entry.commit.sequence));
    assert_eq!((sequences, log.commits), (vec![1, 1, 2], 2));
    assert!(log.damage[0].message.contains(&format!("{} is damaged", place.logged_line(4))), "{:?}", log.damage);
}
