//! Damaged objects, put together again.

use super::super::faulty::Faulty;
use super::{commits, damage, filled, keys, logged, look, of_run, store, taken, text};
use crate::state::event::Event;
use crate::state::journal::Commit;
use crate::state::log::Log;
use crate::state::mendable::Mendable;
use crate::state::salvage::{Salvage, salvage};
use crate::state::samples::{commit, owner};
use crate::state::store::Store;
use crate::state::survey::{Content, Role};
use crate::state::transition::State;

fn rest(memory: &Faulty) -> Salvage {
    salvage(&[&store(memory)], "l1").expect("readable")
}

fn mended(sequence: u64) -> Commit {
    commit(sequence, vec![Event::Mended { what: "all of it".into(), reason: "a test".into() }])
}

/// Puts it together again, as `state restore` does.
fn mend(memory: &Faulty) -> State {
    let Salvage { state, base, commits, .. } = rest(memory);
    let new = mended(state.through + 1);
    let all: Vec<Commit> = commits.into_values().chain([new]).collect();
    let mut run = store(memory);
    run.lock(&owner()).expect("free");
    run.mend(&base, &all).expect("mended");
    state
}

/// A state with a kept journal of three commits, and one object behind it.
fn folded() -> Faulty {
    let memory = filled();
    let (mut run, loaded) = taken(&memory);
    run.compact(&loaded.state).expect("compacted");
    run.append(&of_run("one", 4)).expect("added");
    memory
}

#[test]
fn what_other_objects_say_comes_back_exactly() {
    let first = "journal/l1/0000000/0000000001";
    let whole = text(&filled(), first);
    for broken in [Some(&b"broken"[..]), Some(b""), None] {
        let memory = folded();
        let before = look(&memory).state;
        memory.put("state.json", broken);
        memory.put(first, broken);
        memory.put("history/state-0000000003.json", broken);
        damage(&memory);
        assert!(rest(&memory).is_exact(), "{:?}", rest(&memory));
        let state = mend(&memory);
        assert_eq!(State { through: 4, ..look(&memory).state }, before);
        assert_eq!((state, look(&memory).state.through), (before, 5));
        assert_eq!(logged(&memory).len(), 5);
        assert_eq!(broken.is_some(), keys(&memory).contains(&"set-aside-1/state.json".to_owned()));
        // The kept journal has that commit, so nobody needs the object.
        assert_ne!(memory.objects().get(first).expect("readable").map(|found| found.bytes), Some(whole.clone().into_bytes()));
    }
}

#[test]
fn a_damaged_object_is_replaced_and_put_aside() {
    let memory = filled();
    let (first, header) = ("journal/l1/0000000/0000000001", "journal/l1/0000000/0000000000");
    let copy = text(&memory, first);
    let begins = text(&memory, header);
    memory.put(header, Some(b"broken"));
    assert_eq!(damage(&memory).code, "state/damaged");
    assert!(rest(&memory).is_exact());
    mend(&memory);
    assert_eq!((text(&memory, header), text(&memory, first)), (begins, copy));
    assert_eq!(text(&memory, "set-aside-1/journal/l1/0000000/0000000000"), "broken");
    assert_eq!(look(&memory).state.through, 4);
}

#[test]
fn a_commit_that_a_copy_has_is_put_back_in_its_place() {
    for broken in [Some(&b"broken"[..]), None] {
        let memory = filled();
        let second = "journal/l1/0000000/0000000002";
        let line = text(&memory, second);
        memory.put(second, broken);
        assert!(!rest(&memory).is_exact());
        let mut run = store(&memory);
        run.lock(&owner()).expect("free");
        run.mend(&State::new("l1"), &[commits(), vec![mended(4)]].concat()).expect("mended");
        assert_eq!(text(&memory, second), line);
        assert_eq!(look(&memory).state.through, 4);
    }
}

#[test]
fn what_cannot_be_read_is_named_by_its_object() {
    let memory = filled();
    memory.put("journal/l1/0000000/0000000002", Some(b"broken"));
    memory.put("journal/l1/0000000/0000000003", None);
    let Content::Journal(lines) = store(&memory).content(Role::Journal, "l1") else { panic!("there is a journal") };
    let damage: Vec<(u64, Option<u64>, &str)> =
        lines.damage.iter().map(|damage| (damage.line, damage.sequence, damage.why.as_str())).collect();
    let broken = "it is not what callout writes (expected value at line 1 column 1) (`mem://bucket/team/journal/l1/0000000/0000000002`)";
    let missing = "`mem://bucket/team/journal/l1/0000000/0000000003` is missing";
    assert_eq!(damage, [(3, Some(2), broken), (4, Some(3), missing)]);
    assert_eq!(rest(&memory).missing(), "commits 2 to 3 cannot be read");
}

#[test]
fn a_rebuilt_state_goes_on_behind_every_number_that_was_ever_taken() {
    let memory = filled();
    let (mut slow, _) = taken(&memory);
    memory.put("journal/l1/0000000/0000000002", Some(b"broken"));
    let (known, newest) = (rest(&memory).state, rest(&memory).newest);
    assert_eq!((known.through, newest), (1, 3));
    let known = State { through: newest, ..known };
    let mut run = store(&memory);
    super::unlock_whoever(&memory);
    run.lock(&owner()).expect("free");
    run.set_aside().expect("put aside");
    assert!(!run.has(Role::Snapshot).expect("looked") && !run.has(Role::Journal).expect("looked"));
    run.create_with(&known, &mended(4)).expect("made");
    assert_eq!(look(&memory).state.through, 4);
    run.append(&of_run("one", 5)).expect("goes on");
    assert_eq!(slow.append(&of_run("slow", 4)).expect_err("taken").code, "state/moved");
    assert_eq!(look(&memory).state.through, 5);
}

#[test]
fn what_was_put_aside_can_be_looked_at() {
    let memory = folded();
    let before = look(&memory);
    let (mut run, _) = taken(&memory);
    run.set_aside().expect("put aside");
    assert_eq!(run.asides().expect("listed").into_iter().collect::<Vec<_>>(), [1]);
    let mut aside = run.aside(1).expect("readable");
    assert_eq!(aside.load().expect("readable").expect("a state").state, before.state);
    assert_eq!(aside.name(), "mem://bucket/team/set-aside-1");
    assert!(aside.mentions("l1").expect("readable") && !aside.mentions("l9").expect("readable"));
    let mut seen = Vec::new();
    let log = Log::of(&*aside, None, &mut |entry| seen.push(entry.commit.sequence));
    seen.dedup();
    assert!(log.is_whole() && seen == [1, 2, 3, 4], "{log:?} {seen:?}");
    assert_eq!(aside.lock(&owner()).expect_err("a copy").message, "`mem://bucket/team/set-aside-1` was put aside, and is only read");
    let files: Vec<String> = keys(&memory).into_iter().filter(|key| key.starts_with("set-aside-1/")).collect();
    let wanted = ["history/journal-0000000001-0000000003.jsonl", "history/state-0000000000.json", "history/state-0000000003.json"];
    let wanted = wanted.into_iter().chain(["journal.jsonl", "state.json"]).map(|key| format!("set-aside-1/{key}"));
    assert!(files.iter().eq(wanted.collect::<Vec<_>>().iter()), "{files:?}");
    assert!(!run.mentions("l9").expect("readable") && run.mentions("l1").expect("readable"));
}

#[test]
fn a_state_that_came_from_elsewhere_begins_with_a_later_commit() {
    let memory = Faulty::default();
    let (before, state) = (filled(), look(&filled()).state);
    let mut run = store(&memory);
    run.lock(&owner()).expect("free");
    run.create_with(&state, &mended(4)).expect("made");
    let bytes = store(&before).bytes(Role::Journal).expect("readable").expect("a journal");
    let log = Log::of(&store(&memory), Some("l1"), &mut |_| {});
    assert_eq!((log.commits, log.missing_before, log.damage.len()), (1, 3, 0), "{log:?}");
    run.keep(Role::KeptJournal(crate::state::replay::Span { first: 1, last: 3 }), &bytes).expect("kept");
    assert_eq!(logged(&memory).len(), 4);
    assert_eq!(look(&memory).state.through, 4);
    run.append(&of_run("one", 5)).expect("goes on");
    assert!(rest(&memory).is_exact());
}
