//! Two runs at once: one of them gets each number, whatever became of the lock.

use super::{commits, filled, logged, look, of_run, owner, store, taken, taken_by, told};
use crate::state::by::{By, Owner};
use crate::state::mendable::Mendable;
use crate::state::store::Store;
use crate::state::survey::{Content, Role};
use crate::state::transition::State;

const BEATEN: &str = "commit 4 of `mem://bucket/team` is another run's: `callout apply` of ana on ci-7 wrote it at 2027-01-15T08:00:00Z";

#[test]
fn one_of_two_gets_the_number_and_the_other_stops_for_good() {
    let memory = filled();
    let (mut slow, _) = taken(&memory);
    let (mut quick, _) = taken(&memory);
    quick.append(&of_run("quick", 4)).expect("free");
    let error = slow.append(&of_run("slow", 4)).expect_err("taken");
    assert_eq!(told(&error), ("state/moved", BEATEN));
    let help = "Two runs wrote to one state, and the other one was first. This run added nothing there and sends nothing more. When no \
                other callout is running, run callout plan: it shows what is in doubt.";
    assert_eq!(error.help.as_deref(), Some(help));
    assert_eq!(slow.append(&of_run("slow", 5)).expect_err("stopped").message, "a commit is added only after a load");
    quick.append(&of_run("quick", 5)).expect("undisturbed");
    assert_eq!(look(&memory).state.through, 5);
    assert_eq!(logged(&memory)[3..], [(4, "quick".to_owned()), (5, "quick".to_owned())]);
}

#[test]
fn the_page_of_the_other_run_is_named() {
    let memory = filled();
    let (mut slow, _) = taken(&memory);
    let (mut quick, _) = taken(&memory);
    let by = By { ci_run: Some("https://ci.example.com/7".to_owned()), ..owner().by };
    quick.append(&crate::state::journal::Commit { by, ..of_run("quick", 4) }).expect("free");
    let help = slow.append(&of_run("slow", 4)).expect_err("taken").help.expect("a next step");
    assert!(help.contains("the other one was first. Its page: https://ci.example.com/7. This run"), "{help}");
}

/// Every order in which two runs can add six commits. One that lost looks again, as the next run would.
#[test]
fn in_every_order_each_number_is_one_runs() {
    for order in 0..64_u32 {
        let memory = filled();
        let mut runs = [("one", taken(&memory)), ("two", taken(&memory))];
        let mut kept = Vec::new();
        for turn in 0..6 {
            let (name, (store, loaded)) = &mut runs[usize::from(order >> turn & 1 == 1)];
            let next = loaded.state.through + 1;
            if store.append(&of_run(name, next)).is_ok() {
                loaded.state.through = next;
                kept.push((next, (*name).to_owned()));
            } else {
                *loaded = store.load().expect("readable").expect("a state");
            }
        }
        assert_eq!(logged(&memory)[3..], kept, "order {order:06b}");
        assert!(kept.iter().map(|(number, _)| *number).eq((4..).take(kept.len())), "order {order:06b}");
    }
}

#[test]
fn a_compaction_opens_no_way_for_a_run_that_lost_its_lock() {
    let memory = filled();
    let (mut slow, before) = taken(&memory);
    let (mut quick, _) = taken(&memory);
    quick.append(&of_run("quick", 4)).expect("free");
    let now = look(&memory).state;
    quick.compact(&now).expect("compacted");
    assert_eq!(told(&slow.append(&of_run("slow", 4)).expect_err("taken")), ("state/moved", BEATEN));
    slow.load().expect("readable");
    let error = slow.compact(&before.state).expect_err("not the newest");
    assert_eq!(error.message, "the snapshot ends with commit 3, the journal with 4");
    assert_eq!(look(&memory).state, now);
}

#[test]
fn a_snapshot_is_replaced_only_by_who_read_it() {
    let memory = filled();
    let (mut slow, before) = taken(&memory);
    let (mut quick, _) = taken(&memory);
    quick.append(&of_run("quick", 4)).expect("free");
    let now = look(&memory).state;
    quick.compact(&now).expect("compacted");
    let error = slow.compact(&before.state).expect_err("replaced meanwhile");
    assert_eq!(told(&error), ("state/moved", "`mem://bucket/team/state.json` was replaced by another run since this one read it"));
    assert_eq!(slow.append(&of_run("slow", 4)).expect_err("stopped").code, "state/order");
    assert_eq!((look(&memory).state, look(&memory).commits), (now, 0));
    assert_eq!(logged(&memory).len(), 4);
}

#[test]
fn a_new_lineage_ends_the_old_ones_runs() {
    let memory = filled();
    let (mut slow, _) = taken(&memory);
    let (mut new, _) = taken_by(&memory, &Owner { command: "callout state init".to_owned(), ..owner() });
    new.set_aside().expect("put aside");
    new.create(&State::new("l2")).expect("made");
    let error = slow.append(&of_run("slow", 4)).expect_err("ended");
    let text = "commit 4 of `mem://bucket/team` is another run's: `callout state init` of ana on ci-7 wrote it at 2027-01-15T08:00:00Z";
    assert_eq!(told(&error), ("state/moved", text));
    assert_eq!(look(&memory).state, State::new("l2"));
    // Ended once is enough.
    new.set_aside().expect("put aside");
    new.create(&State::new("l3")).expect("made");
    let last = |lineage: &str| memory.objects().list(&format!("journal/{lineage}")).expect("listed").len() - 1;
    assert_eq!((last("l1"), last("l2"), last("l3")), (4, 1, 0));
}

#[test]
fn what_a_run_adds_to_a_state_that_was_put_aside_is_not_lost() {
    let memory = filled();
    let (mut slow, _) = taken(&memory);
    let (mut other, _) = taken(&memory);
    other.set_aside().expect("put aside");
    slow.append(&of_run("slow", 4)).expect("nobody took its number yet");
    assert!(matches!(store(&memory).load(), Ok(None)));
    let Content::Journal(lines) = store(&memory).content(Role::Journal, "l1") else { panic!("the journal is there") };
    assert_eq!(lines.commits, [commits(), vec![of_run("slow", 4)]].concat());
    assert_eq!(slow.compact(&State { through: 4, ..State::new("l1") }).expect_err("replaced").code, "state/moved");
}
