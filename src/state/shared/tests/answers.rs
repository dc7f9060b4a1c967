//! Answers that are lost, late or bad, at every write.

use super::super::faulty::{Fault, Faulty};
use super::{commits, damage, filled, keys, look, of_run, owner, store, taken, told};
use crate::state::cipher::Cipher;
use crate::state::store::Store;
use crate::state::transition::State;

use Fault::{Conflict, Denied, Fine, LostAnswer, Refused};

#[test]
fn a_commit_counts_by_what_lies_there() {
    for faults in [&[LostAnswer][..], &[Refused], &[Conflict], &[Refused, LostAnswer], &[Conflict, Refused]] {
        let memory = filled();
        let (mut run, _) = taken(&memory);
        memory.on_writes("/0000000004", faults);
        run.append(&of_run("one", 4)).unwrap_or_else(|error| panic!("{faults:?}: {error}"));
        run.append(&of_run("one", 5)).expect("goes on");
        assert_eq!((look(&memory).state.through, look(&memory).commits), (5, 5), "{faults:?}");
    }
}

#[test]
fn a_run_ends_with_a_store_that_does_not_come_back() {
    let memory = filled();
    let (mut run, _) = taken(&memory);
    memory.on_writes("/0000000004", &[Refused; 3]);
    let error = run.append(&of_run("one", 4)).expect_err("the store is away");
    let text = "cannot write `mem://bucket/team/journal/l1/0000000/0000000004`: ";
    assert!(error.message.starts_with(text), "{error}");
    assert_eq!(run.append(&of_run("one", 4)).expect_err("stopped").message, "a commit is added only after a load");
    assert_eq!(look(&memory).state.through, 3);
    // What was on its way arrives after all.
    let line = crate::state::journal::commit_line(&of_run("one", 4), &Cipher::default()).expect("a line");
    memory.put("journal/l1/0000000/0000000004", Some(line.as_bytes()));
    assert_eq!(look(&memory).state.through, 4);
    let (mut next, _) = taken(&memory);
    next.append(&of_run("two", 5)).expect("behind it");
}

#[test]
fn what_arrives_late_beats_a_run_that_did_not_see_it() {
    let memory = filled();
    let (mut run, _) = taken(&memory);
    let line = crate::state::journal::commit_line(&of_run("late", 4), &Cipher::default()).expect("a line");
    memory.put("journal/l1/0000000/0000000004", Some(line.as_bytes()));
    assert_eq!(run.append(&of_run("one", 4)).expect_err("taken").code, "state/moved");
}

#[test]
fn something_else_in_a_commits_place_is_told() {
    let memory = filled();
    let (mut run, _) = taken(&memory);
    memory.put("journal/l1/0000000/0000000004", Some(b"hello\n"));
    let error = run.append(&of_run("one", 4)).expect_err("taken");
    let text = "commit 4 of `mem://bucket/team` cannot be written, because something else is in its place: \
                `mem://bucket/team/journal/l1/0000000/0000000004` is damaged: it is not what callout writes (expected value at line 1 column 1)";
    assert_eq!(told(&error), ("state/moved", text));
}

#[test]
fn a_snapshot_counts_by_what_lies_there() {
    for faults in [&[LostAnswer][..], &[Refused], &[Refused, LostAnswer], &[Conflict]] {
        let memory = filled();
        let (mut run, loaded) = taken(&memory);
        memory.on_writes("team/state.json", faults);
        run.compact(&loaded.state).unwrap_or_else(|error| panic!("{faults:?}: {error}"));
        run.append(&of_run("one", 4)).expect("goes on");
        let now = look(&memory);
        run.compact(&now.state).expect("knows the version that is there");
        assert_eq!((look(&memory).state.through, look(&memory).commits), (4, 0), "{faults:?}");
    }
}

/// Lets the write of this number fail, from 0, and says whether there was one.
fn fails_at(memory: &Faulty, number: usize, change: impl FnOnce() -> bool) -> bool {
    let faults: Vec<Fault> = std::iter::repeat_n(Fine, number).chain([Denied]).collect();
    memory.on_writes("", &faults);
    let is_done = change();
    memory.no_faults();
    !is_done
}

#[test]
fn a_first_state_that_is_stopped_anywhere_is_none_or_whole() {
    let mut stopped = 0;
    for number in 0.. {
        let memory = Faulty::default();
        let mut run = store(&memory);
        run.lock(&owner()).expect("free");
        if !fails_at(&memory, number, || run.create(&State::new("l1")).is_ok()) {
            break;
        }
        stopped += 1;
        match store(&memory).load().expect("no damage") {
            None => run.create(&State::new("l1")).expect("made"),
            Some(loaded) => assert_eq!(loaded.state, State::new("l1")),
        }
        assert_eq!(look(&memory).state, State::new("l1"), "stopped at write {number}");
    }
    assert_eq!(stopped, 3, "journal, snapshot, kept snapshot");
}

#[test]
fn a_compaction_that_is_stopped_anywhere_changes_no_state() {
    let mut stopped = 0;
    for number in 0.. {
        let memory = filled();
        let (mut run, before) = taken(&memory);
        if !fails_at(&memory, number, || run.compact(&before.state).is_ok()) {
            break;
        }
        stopped += 1;
        let (mut next, loaded) = taken(&memory);
        assert_eq!(loaded.state, before.state, "stopped at write {number}");
        next.append(&of_run("next", 4)).expect("added");
        let now = look(&memory).state;
        next.compact(&now).expect("compacted");
        assert_eq!(look(&memory).state, now, "stopped at write {number}");
    }
    assert_eq!(stopped, 3, "kept journal, kept snapshot, snapshot");
}

#[test]
fn what_is_put_aside_and_stopped_anywhere_is_put_aside_by_the_next_run() {
    let mut stopped = 0;
    for number in 0.. {
        let memory = filled();
        let (mut run, before) = taken(&memory);
        run.compact(&before.state).expect("compacted");
        if !fails_at(&memory, number, || run.set_aside().is_ok()) {
            break;
        }
        stopped += 1;
        if let Some(loaded) = store(&memory).load().expect("no damage") {
            assert_eq!(loaded.state, before.state, "stopped at write {number}");
            run.set_aside().expect("put aside");
        }
        run.create(&State::new("l2")).expect("made");
        assert_eq!(look(&memory).state, State::new("l2"), "stopped at write {number}");
        let history: Vec<String> = keys(&memory).into_iter().filter(|key| key.starts_with("history/")).collect();
        assert_eq!(history, ["history/state-0000000000.json"], "stopped at write {number}");
    }
    // Snapshot, first and second kept snapshot, kept journal, journal, the mark, and three that are taken away.
    assert_eq!(stopped, 9);
}

#[test]
fn a_state_without_its_lock_object_is_read_and_one_with_a_damaged_one_is_not() {
    let memory = filled();
    memory.put("lock.json", None);
    assert_eq!(look(&memory).state.through, 3);
    memory.put("lock.json", Some(b"{}"));
    assert!(damage(&memory).message.starts_with("`mem://bucket/team/lock.json` is damaged: "), "{}", damage(&memory));
    assert_eq!(commits().len(), 3);
}
