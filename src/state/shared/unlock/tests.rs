use super::*;
use crate::state::migrate::Farewell;
use crate::state::samples::{at, owner};
use crate::state::shared::faulty::{Fault, Faulty};
use crate::state::shared::lock_object::{KEY, Through};

/// A place whose lock has this lease.
fn held_by(lease: Option<Hold>) -> (Faulty, Objects) {
    let store = Faulty::default();
    let objects = store.objects();
    let through = Some(Through { lineage: "l1".to_owned(), commit: 7 });
    let lock = LockObject { lease, through, ..LockObject::default() };
    objects.create(KEY, lock.text().expect("a text").as_bytes()).expect("made");
    (store, objects)
}

fn hold() -> Hold {
    let mut hold = Hold::begin("9f31", &owner(), at(0));
    hold.owner.by.ci_run = Some("https://ci.example.com/7".to_owned());
    hold
}

fn unlocked(objects: &Objects, id: &str) -> Result<Unlocked, String> {
    let told = |error: Box<Diagnostic>| format!("{}: {}\n{}", error.code, error.message, error.help.unwrap_or_default());
    unlock(objects, id, &By { user: Some("eve".to_owned()), ..By::default() }, at(60)).map_err(told)
}

#[test]
fn a_lock_is_broken_by_its_id() {
    let (_, objects) = held_by(Some(hold()));
    let unlocked = unlocked(&objects, "9f31").expect("unlocked");
    assert_eq!(
        unlocked.told(),
        "The lock of `mem://bucket/team` is free. It was held by `callout apply` (process 4242, ana on ci-7, since 2027-01-15T08:00:00Z), last \
         renewed at 2027-01-15T08:00:00Z. Its page: https://ci.example.com/7.\nIf that run still goes on, it stops at its next commit, before \
         it sends anything more. What it had sent by then and could not record is in doubt for everybody else: callout plan shows it, and \
         callout settle puts it on record."
    );
    let (lock, _) = lock_object::look(&objects).expect("readable").expect("there");
    assert_eq!((lock.lease.clone(), lock.surely("l1")), (None, 7));
    assert_eq!(lock.broken.map(|broken| (broken.id, broken.at)), Some(("9f31".to_owned(), at(60))));
}

#[test]
fn a_lock_that_looked_alive_is_told_as_such() {
    let (_, objects) = held_by(Some(hold().renewed(at(45))));
    let unlocked = unlocked(&objects, "9f31").expect("unlocked");
    assert!(unlocked.told().contains("ci.example.com/7. It looked alive at 2027-01-15T08:01:00Z.\nIf"), "{}", unlocked.told());
}

#[test]
fn another_lock_is_left_alone() {
    let (_, objects) = held_by(Some(hold()));
    assert_eq!(
        unlocked(&objects, "77aa").expect_err("another"),
        "state/other-lock: the lock of `mem://bucket/team` is not `77aa`: `callout apply` (process 4242, ana on ci-7, since \
         2027-01-15T08:00:00Z) holds it now, as `9f31`\nNothing was changed. It was last renewed at 2027-01-15T08:00:00Z. Its page: \
         https://ci.example.com/7. Only if that run is surely dead: callout unlock 9f31"
    );
    assert_eq!(lock_object::look(&objects).expect("readable").expect("there").0.lease, Some(hold()));
}

#[test]
fn a_free_lock_is_told_as_free() {
    let free = "Nothing was changed, and nothing is in the way of the next run.";
    let nobody = format!("state/not-locked: nobody holds the lock of `mem://bucket/team`\n{free}");
    assert_eq!(unlocked(&Faulty::default().objects(), "9f31").expect_err("never made"), nobody);
    let (_, objects) = held_by(None);
    assert_eq!(unlocked(&objects, "9f31").expect_err("free"), nobody);
    let (_, objects) = held_by(Some(hold()));
    unlocked(&objects, "9f31").expect("unlocked");
    let again = unlocked(&objects, "9f31").expect_err("broken before");
    let by = "eve broke the lock `9f31` of `mem://bucket/team` already, at 2027-01-15T08:01:00Z, and nobody has taken it since";
    assert_eq!(again, format!("state/not-locked: {by}\n{free}"));
}

#[test]
fn the_lock_of_a_place_that_was_left_says_where_the_state_is() {
    let (_, objects) = held_by(Some(hold()));
    let (lock, version) = lock_object::look(&objects).expect("readable").expect("there");
    let moved_to = Some(Farewell { to: "gs://acme/ops".to_owned(), by: owner().by, at: at(0) });
    lock_object::put(&objects, &LockObject { moved_to, ..lock }, &version).expect("written").expect("newest");
    assert!(unlocked(&objects, "9f31").expect_err("left").starts_with("state/left: "));
}

#[test]
fn whoever_renews_it_meanwhile_keeps_it() {
    let (store, objects) = held_by(Some(hold()));
    let renewed = LockObject { lease: Some(hold().renewed(at(59))), ..LockObject::default() };
    store.overtake(KEY, renewed.text().expect("a text").as_bytes());
    assert_eq!(
        unlocked(&objects, "9f31").expect_err("alive"),
        "state/locked: `callout apply` (process 4242, ana on ci-7, since 2027-01-15T08:00:00Z) is alive: it renewed the lock of \
         `mem://bucket/team` just now, at 2027-01-15T08:00:59Z\nNothing was changed. Its page: https://ci.example.com/7. Let it end, or stop it \
         there; a command with --lock-timeout 10m waits for it. To break its lock all the same: callout unlock 9f31"
    );
    assert_eq!(lock_object::look(&objects).expect("readable").expect("there").0, renewed);
    store.overtake(KEY, LockObject::default().text().expect("a text").as_bytes());
    assert!(unlocked(&objects, "9f31").expect_err("given back").starts_with("state/not-locked: nobody holds the lock"));
}

#[test]
fn a_lost_answer_breaks_the_lock_all_the_same() {
    for fault in [Fault::LostAnswer, Fault::Refused] {
        let (store, objects) = held_by(Some(hold()));
        store.on_writes(KEY, &[fault]);
        unlocked(&objects, "9f31").expect("unlocked");
        assert_eq!(lock_object::look(&objects).expect("readable").expect("there").0.lease, None, "{fault:?}");
    }
}
