//! What is found, whatever a list shows, and how little is asked for it.

use super::super::faulty::Faulty;
use super::{damage, filled, keys, logged, look, of_run, store, taken, told};
use crate::state::event::Event;
use crate::state::samples::commit;
use crate::state::store::Store;
use crate::state::transition::State;

#[test]
fn a_list_that_is_behind_hides_nothing() {
    let memory = filled();
    for hidden in ["/0000000003", "/0000000002", "/0000000001", "/0000000000"] {
        memory.hide(hidden);
        assert_eq!((look(&memory).state.through, logged(&memory).len()), (3, 3), "without {hidden}");
    }
}

#[test]
fn a_list_that_is_behind_by_more_than_the_lock_knows_hides_nothing() {
    let memory = filled();
    let (mut run, _) = taken(&memory);
    for number in 4..50 {
        run.append(&of_run("one", number)).expect("added");
        memory.hide(&format!("/{number:010}"));
    }
    assert_eq!(look(&memory).state.through, 49);
}

#[test]
fn commits_that_are_gone_are_damage() {
    let gone = |number: u64| {
        let memory = filled();
        memory.put(&format!("journal/l1/0000000/{number:010}"), None);
        damage(&memory)
    };
    let text = "commit 2 is missing: `mem://bucket/team/journal/l1/0000000/0000000002` is not there, though later ones are";
    assert_eq!(told(&gone(2)), ("state/gap", text));
    let text = "`mem://bucket/team/journal/l1` ends with commit 2, but `mem://bucket/team/lock.json` says that commit 3 was kept: commits are missing";
    assert_eq!(told(&gone(3)), ("state/damaged", text));
    let help = "Nothing was changed. Next: callout state check. It says what is left, and how to bring it back. Nothing but a person, or a \
                rule of the bucket that deletes old objects, takes them away: each may stand for a technician who was sent.";
    assert_eq!(gone(3).help.as_deref(), Some(help));
    let text = "commit 0 is missing: `mem://bucket/team/journal/l1/0000000/0000000000` is not there, though later ones are";
    assert_eq!(told(&gone(0)), ("state/gap", text));
}

#[test]
fn a_state_whose_snapshot_or_journal_is_gone_is_never_an_empty_one() {
    let memory = filled();
    memory.put("state.json", None);
    let text = "`mem://bucket/team/state.json` is missing, though other parts of the state are there";
    assert_eq!(told(&damage(&memory)), ("state/damaged", text));
    // Each of the other parts shows it alone.
    for kept in ["history/", "journal/", "lock.json"] {
        let memory = filled();
        keys(&memory).iter().filter(|key| !key.starts_with(kept)).for_each(|key| memory.put(key, None));
        assert_eq!(told(&damage(&memory)), ("state/damaged", text), "with {kept} alone");
    }
    let memory = filled();
    keys(&memory).iter().filter(|key| key.starts_with("journal/")).for_each(|key| memory.put(key, None));
    let text = "`mem://bucket/team/journal/l1` is missing, though other parts of the state are there";
    assert_eq!(told(&damage(&memory)), ("state/damaged", text));
}

#[test]
fn a_journal_that_ends_before_the_snapshot_is_damage() {
    let memory = filled();
    let (mut run, loaded) = taken(&memory);
    run.compact(&loaded.state).expect("compacted");
    drop(run);
    memory.put("journal/l1/0000000/0000000003", None);
    let text =
        "`mem://bucket/team/journal/l1` ends with commit 2, but `mem://bucket/team/state.json` has commit 3 already: commits are missing";
    assert_eq!(told(&damage(&memory)), ("state/damaged", text));
}

#[test]
fn a_kept_journal_that_is_damaged_is_passed_over() {
    let memory = filled();
    let before = look(&memory);
    let snapshot = super::text(&memory, "state.json");
    let (mut run, loaded) = taken(&memory);
    run.compact(&loaded.state).expect("compacted");
    memory.put("state.json", Some(snapshot.as_bytes()));
    for damage in [Some(&b"damaged"[..]), None] {
        memory.put("history/journal-0000000001-0000000003.jsonl", damage);
        assert_eq!(look(&memory).state, before.state);
        assert_eq!(logged(&memory).len(), 3);
    }
}

/// A state of 600 commits, none of which is in the snapshot.
fn long() -> Faulty {
    let memory = Faulty::default();
    let mut run = store(&memory);
    run.lock(&super::owner()).expect("free");
    run.create(&State::new("l1")).expect("made");
    memory.requests();
    for number in 1..=600 {
        run.append(&commit(number, vec![Event::PlanStarted { plan: number.to_string() }])).expect("added");
    }
    let requests = memory.requests();
    assert_eq!(requests.len(), 602, "one request for a commit, and one for each 256 of them");
    assert!(requests.iter().all(|request| request.starts_with("PUT ")));
    memory
}

#[test]
fn a_long_journal_is_read_with_few_requests() {
    let memory = long();
    let kept: Vec<String> = keys(&memory).into_iter().filter(|key| key.starts_with("history/journal")).collect();
    assert_eq!(kept, ["history/journal-0000000001-0000000256.jsonl", "history/journal-0000000257-0000000512.jsonl"]);
    memory.requests();
    let loaded = look(&memory);
    assert_eq!((loaded.state.through, loaded.commits), (600, 600));
    // Snapshot, lock, two kept journals, 88 commits and the one that is not there; the history and the journal's folders.
    let requests = memory.requests();
    let count = |what: &str| requests.iter().filter(|request| request.starts_with(what)).count();
    assert_eq!((count("GET"), count("LIST"), count("PUT")), (4 + 88 + 1, 3, 0), "{requests:?}");
    let (mut run, loaded) = taken(&memory);
    run.compact(&loaded.state).expect("compacted");
    memory.requests();
    assert_eq!(look(&memory).state, loaded.state);
    let requests = memory.requests();
    assert_eq!(requests.len(), 3 + 3, "{requests:?}");
    assert_eq!(logged(&memory).len(), 600);
}

#[test]
fn a_fold_that_fails_costs_nothing_but_time() {
    let memory = filled();
    let (mut run, _) = taken(&memory);
    memory.on_writes("history/journal-0000000001-0000000256.jsonl", &[super::super::faulty::Fault::Denied]);
    for number in 4..=257 {
        run.append(&of_run("one", number)).expect("added");
    }
    assert_eq!(look(&memory).state.through, 257);
    let kept: Vec<String> = keys(&memory).into_iter().filter(|key| key.starts_with("history/journal")).collect();
    assert_eq!(kept, ["history/journal-0000000001-0000000257.jsonl"]);
}

#[test]
fn blocks_are_read_one_behind_the_other() {
    let memory = filled();
    let (mut run, loaded) = taken(&memory);
    run.compact(&State { through: 3, ..loaded.state }).expect("compacted");
    for number in 4..=2005 {
        run.append(&of_run("one", number)).expect("added");
    }
    keys(&memory).iter().filter(|key| key.starts_with("history/journal")).for_each(|key| memory.put(key, None));
    assert_eq!(look(&memory).state.through, 2005);
    memory.put("journal/l1/0000000/0000000999", None);
    assert_eq!(damage(&memory).code, "state/gap");
}
