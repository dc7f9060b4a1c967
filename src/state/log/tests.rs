use std::ops::ControlFlow;

use super::super::event::{Closing, Write};
use super::super::file::FileStore;
use super::super::memory::{Contents, Disk, Effect, MemoryStore};
use super::super::samples::{commit, created, intended, key, owner};
use std::path::Path;

use super::super::store::Loaded;
use super::*;

fn disk() -> Disk {
    let disk = Disk::default();
    let mut store = MemoryStore::new(&disk);
    store.lock(&owner()).expect("a free lock");
    store.create(&State::new("l1")).expect("made");
    disk
}

fn opened(disk: &Disk) -> (MemoryStore, Loaded) {
    let mut store = MemoryStore::new(disk);
    store.lock(&owner()).expect("a free lock");
    let loaded = store.load().expect("readable").expect("a state");
    (store, loaded)
}

/// Appends a commit for the next ticket, `t1`, `t2` and so on.
fn append(disk: &Disk) {
    let (mut store, loaded) = opened(disk);
    let number = loaded.state.through + 1;
    let name = format!("t{number}");
    let events = vec![intended(&name, Write::Create), created(&name, &number.to_string())];
    store.append(&commit(number, events)).expect("added");
}

fn compact(disk: &Disk) {
    let (mut store, loaded) = opened(disk);
    store.compact(&loaded.state).expect("compacted");
}

/// The log as `1 intended Dispatch/t1`, and what could not be read.
fn told(disk: &Disk) -> (Vec<String>, Log) {
    let mut lines = Vec::new();
    let log = Log::of(&MemoryStore::new(disk), Some("l1"), &mut |entry| lines.push(format!("{} {}", entry.commit.sequence, entry.event)));
    (lines, log)
}

fn sequences(disk: &Disk) -> Vec<u64> {
    let mut sequences = Vec::new();
    let log = Log::of(&MemoryStore::new(disk), Some("l1"), &mut |entry| sequences.push(entry.commit.sequence));
    assert!(log.is_whole(), "{log:?}");
    sequences.dedup();
    assert_eq!(sequences.len(), log.commits);
    sequences
}

#[test]
fn a_run_killed_anywhere_in_a_compaction_neither_loses_nor_doubles_an_event() {
    let mut kills = 0;
    for fatal in 0.. {
        let disk = disk();
        (0..3).for_each(|_| append(&disk));
        compact(&disk);
        (0..3).for_each(|_| append(&disk));
        let mut reached = 0;
        let hook = move |effect: Effect| {
            let is_fatal = reached == fatal;
            reached += 1;
            if is_fatal && effect != Effect::Amid(super::super::memory::Step::Append) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let mut store = MemoryStore::with_hook(&disk, Box::new(hook));
        store.lock(&owner()).expect("a free lock");
        let loaded = store.load().expect("readable").expect("a state");
        let survived = store.compact(&loaded.state).is_ok();
        drop(store);
        assert_eq!(sequences(&disk), [1, 2, 3, 4, 5, 6], "killed at effect {fatal}");
        append(&disk);
        compact(&disk);
        append(&disk);
        assert_eq!(sequences(&disk), [1, 2, 3, 4, 5, 6, 7, 8], "after a kill at effect {fatal}");
        if survived {
            break;
        }
        kills += 1;
    }
    assert_eq!(kills, 8, "four steps, before and after each");
}

#[test]
fn writes_without_an_outcome_are_counted() {
    let disk = disk();
    append(&disk);
    let (mut store, _) = opened(&disk);
    store.append(&commit(2, vec![intended("a", Write::Create), intended("t1", Write::Update)])).expect("added");
    assert_eq!(told(&disk).1.in_doubt, 2);
    store.append(&commit(3, vec![created("a", "7")])).expect("added");
    assert_eq!(told(&disk).1.in_doubt, 1);
}

/// `tests/state/v1` has no history and nothing of who typed what.
#[test]
fn the_journal_of_an_early_version_has_a_log() {
    let store = FileStore::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/state/v1/state.json"));
    let mut told = Vec::new();
    let log = Log::of(&store, None, &mut |entry| {
        let Commit { sequence, command, plan, by, .. } = entry.commit;
        told.push(format!("{sequence} {} by {by} {command:?} {plan:?}", entry.event));
    });
    assert_eq!(told, ["4 intended Dispatch/b by ana on ci-7 None None"]);
    assert!(log.missing_before == 3 && log.damage.is_empty() && log.in_doubt == 1, "{log:?}");
}

#[test]
fn a_torn_tail_is_no_event_and_no_damage() {
    let disk = disk();
    append(&disk);
    append(&disk);
    let whole = disk.contents().journal.clone().expect("a journal");
    disk.contents().journal = Some(whole[..whole.len() - 5].to_vec());
    assert_eq!(sequences(&disk), [1]);
}

#[test]
fn damage_hides_neither_what_is_before_it_nor_the_journals_behind() {
    let disk = disk();
    (0..3).for_each(|_| append(&disk));
    compact(&disk);
    (0..2).for_each(|_| append(&disk));
    for bytes in disk.contents().journals.values_mut() {
        *bytes = String::from_utf8_lossy(bytes).replace("Dispatch/t2", "Dispatch/t9").into_bytes();
    }
    let (lines, log) = told(&disk);
    let heads: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(
        heads,
        [
            "1 intended Dispatch/t1",
            "1 created Dispatch/t1 (ticket 1)",
            "4 intended Dispatch/t4",
            "4 created Dispatch/t4 (ticket 4)",
            "5 intended Dispatch/t5",
            "5 created Dispatch/t5 (ticket 5)"
        ]
    );
    insta::assert_snapshot!(texts(&log), @r"
    state/damaged: `memory/journal-1-3.jsonl` line 3 is damaged: its checksum does not fit its content
      What stands before the damage is shown, and every journal behind it. Put back a backup of that file, then run callout log again. Do not delete lines of it.
    ");
}

fn texts(log: &Log) -> String {
    let text = |damage: &Diagnostic| format!("{}: {}\n  {}", damage.code, damage.message, damage.help.as_deref().unwrap_or_default());
    log.damage.iter().map(text).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_lost_journal_is_a_gap_that_is_told_and_passed() {
    let disk = disk();
    for _ in 0..3 {
        append(&disk);
        compact(&disk);
    }
    append(&disk);
    disk.contents().journals.retain(|span, _| span.first != 2);
    let (lines, log) = told(&disk);
    assert_eq!((lines.len(), log.commits), (6, 3));
    insta::assert_snapshot!(texts(&log), @r"
    state/gap: commit 2 is missing: `memory/journal-3-3.jsonl` begins with commit 3
      What is kept is shown. Put back a backup of the missing journal, then run callout log again.
    ");
}

#[test]
fn a_log_begins_where_the_first_kept_journal_does() {
    let disk = disk();
    append(&disk);
    compact(&disk);
    append(&disk);
    disk.contents().journals.clear();
    let (lines, log) = told(&disk);
    assert_eq!(lines, ["2 intended Dispatch/t2", "2 created Dispatch/t2 (ticket 2)"]);
    assert!(log.missing_before == 1 && log.damage.is_empty(), "{log:?}");
}

#[test]
fn what_is_not_kept_is_looked_up_in_the_state() {
    let disk = disk();
    append(&disk);
    compact(&disk);
    disk.contents().journals.clear();
    let (mut store, loaded) = opened(&disk);
    let closed = Event::Closed { key: key("t1"), why: Closing::Cancelled, reason: Some("by telephone".to_owned()) };
    store.append(&commit(2, vec![closed])).expect("added");
    let mut found = Vec::new();
    let mut each = |entry: Entry<'_>| found.push(entry.ticket().map(str::to_owned));
    Reading::new(Some("l1"), Box::new(|| loaded.state.clone()), &mut each).all(&store);
    assert_eq!(found, [Some("1".to_owned())]);
}

#[test]
fn a_journal_of_another_state_is_refused() {
    let disk = disk();
    append(&disk);
    let mut seen = 0;
    let log = Log::of(&MemoryStore::new(&disk), Some("l2"), &mut |_| seen += 1);
    assert_eq!(seen, 0);
    insta::assert_snapshot!(texts(&log), @r"
    state/lineage: the state `memory/journal.jsonl` belongs to another project: its lineage is l1, `callout.lock` says l2
      Nothing was planned or sent. Either put back the folder of `memory/journal.jsonl` that has lineage l2, or, if `callout.lock` was changed by mistake, put that back: `git checkout -- callout.lock`.
    ");
}

#[test]
fn an_event_that_cannot_follow_is_told_all_the_same() {
    let disk = disk();
    let (mut store, _) = opened(&disk);
    store.append(&commit(1, vec![created("a", "7")])).expect("added");
    assert_eq!(told(&disk).0, ["1 created Dispatch/a (ticket 7)"]);
}

#[test]
fn a_ticket_is_followed_through_its_rename() {
    let disk = disk();
    append(&disk);
    let (mut store, _) = opened(&disk);
    let moved = Event::Moved { key: key("t1"), to: key("b"), reason: "renamed".to_owned() };
    store.append(&commit(2, vec![moved])).expect("added");
    let mut last = None;
    Log::of(&store, None, &mut |entry| {
        last = Some((entry.key().cloned(), entry.goes_on_as().cloned(), entry.ticket().map(str::to_owned)));
    });
    assert_eq!(last, Some((Some(key("t1")), Some(key("b")), Some("1".to_owned()))));
}

#[test]
fn ten_thousand_events_come_back_from_many_journals() {
    let disk = disk();
    for _ in 0..5 {
        let (mut store, loaded) = opened(&disk);
        let mut state = loaded.state;
        for _ in 0..1000 {
            let number = state.through + 1;
            let name = format!("t{number}");
            let events = vec![intended(&name, Write::Create), created(&name, &number.to_string())];
            for event in &events {
                state.apply(event, super::super::samples::at(0)).expect("possible");
            }
            store.append(&commit(number, events)).expect("added");
            state.through = number;
        }
        store.compact(&state).expect("compacted");
    }
    let Contents { journals, .. } = disk.contents().clone();
    assert_eq!(journals.len(), 5);
    let mut events = 0;
    let log = Log::of(&MemoryStore::new(&disk), Some("l1"), &mut |entry| {
        events += 1;
        assert!(entry.record.is_some(), "{}", entry.event);
    });
    assert_eq!((events, log.commits), (10_000, 5_000));
}
