use std::sync::Arc;

use jiff::SignedDuration;

use super::*;
use crate::state::samples::{at, owner};
use crate::state::shared::faulty::{Fault, Faulty};
use crate::state::shared::store::SharedStore;
use crate::state::shared::unlock::unlock;
use crate::state::store::Store;
use crate::support::clock::JumpingClock;

/// A store, and the clock of everybody at it.
struct Stage {
    store: Faulty,
    objects: Objects,
    clock: Arc<JumpingClock>,
}

impl Stage {
    fn new() -> Self {
        let store = Faulty::default();
        Self { objects: store.objects(), store, clock: JumpingClock::at("2027-01-15T08:00:00Z") }
    }

    fn asking(&self, id: &str) -> Asking {
        let owner = Owner { since: self.clock.now(), ..owner() };
        Asking { owner, id: id.to_owned(), clock: self.clock.clone(), renew_every: None }
    }

    fn take(&self, id: &str) -> Outcome<Lease> {
        Lease::take(&self.objects, self.asking(id), &mut Watch::default())
    }

    fn lock(&self) -> LockObject {
        lock_object::look(&self.objects).expect("readable").expect("made").0
    }

    /// Who has the lock.
    fn holder(&self) -> Option<String> {
        self.lock().lease.map(|hold| hold.id)
    }

    fn wait(&self, seconds: i64) {
        self.clock.jump(SignedDuration::from_secs(seconds));
    }
}

fn told(error: &Diagnostic) -> String {
    format!("{}: {}\n{}", error.code, error.message, error.help.as_deref().unwrap_or_default())
}

fn refused(taken: Outcome<Lease>) -> String {
    told(&taken.err().expect("refused"))
}

fn farewell() -> Farewell {
    Farewell { to: "gs://acme/ops".to_owned(), at: at(0), by: owner().by }
}

fn through(commit: u64) -> Through {
    Through { lineage: "l1".to_owned(), commit }
}

#[test]
fn one_has_it_and_others_are_told_who() {
    let stage = Stage::new();
    let lease = stage.take("9f31").expect("free");
    assert_eq!(stage.lock().lease, Some(Hold::begin("9f31", &owner(), at(0))));
    stage.wait(15);
    lease.renew().expect("renewed");
    assert_eq!(
        refused(stage.take("77aa")),
        "state/locked: the state is in use by `callout apply` (process 4242, ana on ci-7, since 2027-01-15T08:00:00Z)\n\
         It is at `mem://bucket/team`. That run said at 2027-01-15T08:00:15Z that it goes on. To wait for its end, add --lock-timeout 10m. Only \
         if it is surely dead: callout unlock 9f31"
    );
    lease.release().expect("given back");
    assert_eq!(stage.lock(), LockObject::default());
    stage.take("77aa").expect("free again");
}

#[test]
fn a_ci_run_is_named_by_its_page() {
    let stage = Stage::new();
    let mut asking = stage.asking("9f31");
    asking.owner.by.ci_run = Some("https://ci.example.com/7".to_owned());
    let _lease = Lease::take(&stage.objects, asking, &mut Watch::default()).expect("free");
    let text = refused(stage.take("77aa"));
    assert!(text.contains("that it goes on. Its page: https://ci.example.com/7. To wait"), "{text}");
}

#[test]
fn a_silent_lease_is_watched_for_its_whole_length_and_then_taken_over() {
    let stage = Stage::new();
    let lost = stage.take("9f31").expect("free");
    stage.wait(60);
    let mut watch = Watch::default();
    let mut looks = 0;
    let taken = loop {
        match Lease::take(&stage.objects, stage.asking("77aa"), &mut watch) {
            Ok(lease) => break lease,
            Err(error) if looks == 1 => assert_eq!(
                told(&error),
                "state/silent: the state is in use by `callout apply` (process 4242, ana on ci-7, since 2027-01-15T08:00:00Z), which gave no \
                 sign of life since 2027-01-15T08:00:00Z\nIt is at `mem://bucket/team`. If that run stays silent for 55 more seconds, its lease \
                 is over and can be taken over. If it is surely dead, this is quicker: callout unlock 9f31"
            ),
            Err(error) => assert_eq!(error.code, "state/silent"),
        }
        looks += 1;
        stage.wait(5);
    };
    assert_eq!(looks, 12);
    lost.check().expect("it does not know yet");
    let text = "state/moved: the lock of `mem://bucket/team` was taken over by `callout apply` (process 4242, ana on ci-7, since \
                2027-01-15T08:02:00Z): this run had not renewed it for 60 seconds\nThis run adds nothing more to the state and sends nothing \
                more. See that no other callout is running, then run callout plan: it shows what is in doubt.";
    assert_eq!(told(&lost.renew().expect_err("lost")), text);
    assert_eq!(told(&lost.check().expect_err("lost")), text);
    drop(lost);
    assert_eq!(stage.holder().as_deref(), Some("77aa"), "who lost it gives nothing back");
    drop(taken);
    assert_eq!(stage.holder(), None);
}

#[test]
fn a_holder_whose_clock_is_behind_is_not_taken_for_dead() {
    let stage = Stage::new();
    let holder = stage.take("9f31").expect("free");
    stage.wait(3600);
    let mut watch = Watch::default();
    let mut code = || Lease::take(&stage.objects, stage.asking("77aa"), &mut watch).err().map(|error| error.code);
    assert_eq!(code(), Some("state/silent"));
    // As its own clock has it, which stands an hour before the waiting machine's.
    let (lock, version) = lock_object::look(&stage.objects).expect("readable").expect("made");
    let renewed = LockObject { lease: lock.lease.as_ref().map(|hold| hold.renewed(at(15))), ..lock };
    lock_object::put(&stage.objects, &renewed, &version).expect("written").expect("newest");
    assert_eq!(code(), Some("state/locked"));
    holder.check().expect("still its own");
}

#[test]
fn lost_answers_change_nothing() {
    use Fault::{Conflict, Fine, LostAnswer, Refused};
    for faults in [[LostAnswer, LostAnswer], [Refused, LostAnswer], [Conflict, LostAnswer], [LostAnswer, Refused], [Fine, Refused]] {
        let stage = Stage::new();
        stage.store.on_writes(KEY, &faults);
        let lease = stage.take("9f31").expect("free");
        assert_eq!(stage.holder().as_deref(), Some("9f31"), "{faults:?}");
        stage.store.on_writes(KEY, &faults);
        lease.renew().expect("renewed");
        assert_eq!(stage.lock().lease.expect("held").renewals, 1, "{faults:?}");
        stage.store.on_writes(KEY, &faults);
        lease.release().expect("given back");
        assert_eq!(stage.holder(), None, "{faults:?}");
        stage.store.on_writes(KEY, &faults);
        stage.take("77aa").expect("free again");
    }
}

#[test]
fn a_renewal_that_came_through_unseen_loses_nothing() {
    let stage = Stage::new();
    let lease = stage.take("9f31").expect("free");
    stage.store.on_writes(KEY, &[Fault::LostAnswer]);
    stage.store.fail_reads(9);
    assert_eq!(lease.renew().expect_err("no answer").code, "state/store");
    stage.store.fail_reads(0);
    lease.check().expect("nobody said that it is lost");
    assert_eq!(stage.lock().lease.expect("held").renewals, 1);
    stage.wait(15);
    lease.renew().expect("its own");
    assert_eq!(stage.lock().lease.expect("held").renewals, 2);
    stage.store.on_writes(KEY, &[Fault::LostAnswer]);
    stage.store.fail_reads(9);
    let given = lease.held.give_back(|_| {});
    assert_eq!(given.expect_err("no answer").code, "state/store");
    stage.store.fail_reads(0);
    lease.release().expect("given back before");
    assert_eq!(stage.holder(), None);
}

#[test]
fn who_loses_it_learns_what_became_of_it() {
    let by = owner().by;
    let loses = |what: &dyn Fn(&Stage)| {
        let stage = Stage::new();
        let lease = stage.take("9f31").expect("free");
        stage.wait(15);
        what(&stage);
        let error = lease.renew().expect_err("lost");
        assert_eq!((error.code, lease.check().is_err()), ("state/moved", true));
        error.message
    };
    let unlocks = |stage: &Stage| drop(unlock(&stage.objects, "9f31", &by, stage.clock.now()).expect("unlocked"));
    let broken = "ana on ci-7 broke this run's lock of `mem://bucket/team` with `callout unlock` at 2027-01-15T08:00:15Z";
    assert_eq!(loses(&unlocks), broken);
    let unlocks_and_takes = |stage: &Stage| {
        unlocks(stage);
        std::mem::forget(stage.take("77aa").expect("free"));
    };
    assert_eq!(loses(&unlocks_and_takes), broken);
    let moves = |stage: &Stage| {
        unlocks(stage);
        let other = unlocked_twice(stage);
        other.leave(&farewell()).expect("left");
    };
    assert_eq!(loses(&moves), "ana on ci-7 moved the state from `mem://bucket/team` to `gs://acme/ops` during this run");
    let frees = |stage: &Stage| {
        unlocks(stage);
        drop(unlocked_twice(stage));
    };
    assert_eq!(loses(&frees), "the lock of `mem://bucket/team` was taken over during this run, and is free again");
    let deletes = |stage: &Stage| stage.objects.delete(KEY).expect("deleted");
    assert_eq!(loses(&deletes), "`mem://bucket/team/lock.json` was deleted while this run held the lock in it");
}

/// A lease after another one that was broken too, so that nothing tells of the first one any more.
fn unlocked_twice(stage: &Stage) -> Lease {
    let other = stage.take("77aa").expect("free");
    unlock(&stage.objects, "77aa", &owner().by, stage.clock.now()).expect("unlocked");
    drop(other);
    stage.take("11cc").expect("free")
}

#[test]
fn how_far_the_journal_surely_goes_is_written_with_the_next_change() {
    let stage = Stage::new();
    let lease = stage.take("9f31").expect("free");
    lease.reached(through(7));
    assert_eq!(stage.lock().through, None, "that costs no request");
    lease.renew().expect("renewed");
    assert_eq!(stage.lock().surely("l1"), 7);
    lease.reached(through(9));
    lease.release().expect("given back");
    assert_eq!(stage.lock().surely("l1"), 9);
    let lease = stage.take("77aa").expect("free");
    assert_eq!(stage.lock().surely("l1"), 9, "the next run keeps it");
    lease.reached(through(3));
    drop(lease);
    assert_eq!(stage.lock().surely("l1"), 9, "it never falls");
}

#[test]
fn a_place_that_was_left_takes_nobody() {
    let stage = Stage::new();
    let lease = stage.take("9f31").expect("free");
    lease.reached(through(7));
    lease.leave(&farewell()).expect("left");
    let lock = stage.lock();
    assert_eq!((lock.lease.is_none(), lock.surely("l1")), (true, 7));
    assert_eq!(lock.stays("mem://bucket/team").expect_err("left").code, "state/left");
    assert!(refused(stage.take("77aa")).starts_with("state/left: the state `mem://bucket/team` went to `gs://acme/ops` ("));
}

#[test]
fn a_lock_that_cannot_be_read_is_not_free() {
    let stage = Stage::new();
    stage.objects.create(KEY, b"{}").expect("made");
    assert!(refused(stage.take("9f31")).starts_with("state/lock-damaged: `mem://bucket/team/lock.json` is damaged: "));
}

#[test]
fn a_lease_ends_with_its_run_also_where_the_store_does_not_answer() {
    let stage = Stage::new();
    drop(stage.take("9f31").expect("free"));
    assert_eq!(stage.holder(), None);
    let lease = stage.take("77aa").expect("free");
    stage.store.on_writes(KEY, &[Fault::Denied]);
    drop(lease);
    assert_eq!(stage.holder().as_deref(), Some("77aa"), "it stays until it is over");
    let lease = stage.take("77aa").expect("its own");
    stage.store.on_writes(KEY, &[Fault::Denied]);
    assert_eq!(lease.release().expect_err("denied").code, "state/denied");
    assert_eq!(stage.holder(), None, "it is tried once more");
}

#[test]
fn of_many_who_want_it_at_once_one_gets_it() {
    let stage = Stage::new();
    for round in 0..20 {
        let all = std::sync::Barrier::new(8);
        let taken: Vec<Outcome<Lease>> = std::thread::scope(|scope| {
            let taking = |number| {
                let (all, stage) = (&all, &stage);
                move || {
                    all.wait();
                    stage.take(&format!("{round}-{number}"))
                }
            };
            let threads: Vec<_> = (0..8).map(|number| scope.spawn(taking(number))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        let winners: Vec<&Lease> = taken.iter().filter_map(|taken| taken.as_ref().ok()).collect();
        assert_eq!(winners.len(), 1, "round {round}");
        assert_eq!(stage.holder().as_ref(), Some(&winners[0].held.id), "round {round}");
        assert!(taken.iter().filter_map(|taken| taken.as_ref().err()).all(|error| error.code == "state/locked"));
    }
}

#[test]
fn who_is_quicker_has_it() {
    let stage = Stage::new();
    drop(stage.take("9f31").expect("free"));
    let quicker = LockObject { lease: Some(Hold::begin("77aa", &owner(), at(0))), ..LockObject::default() };
    stage.store.overtake(KEY, quicker.text().expect("a text").as_bytes());
    assert!(refused(stage.take("9f31")).contains("callout unlock 77aa"));
    let stage = Stage::new();
    stage.store.overtake(KEY, quicker.text().expect("a text").as_bytes());
    assert!(refused(stage.take("9f31")).contains("callout unlock 77aa"), "the first lock of all");
}

#[test]
fn a_store_that_takes_its_lock_again_keeps_it() {
    let stage = Stage::new();
    let mut store = SharedStore::new(stage.objects.clone(), stage.clock.clone(), None);
    for _ in 0..2 {
        store.lock(&owner()).expect("its own");
        assert!(refused(stage.take("77aa")).starts_with("state/locked: "));
    }
    drop(store);
    stage.take("77aa").expect("free again");
}

#[test]
fn the_heart_beats_until_the_lease_is_given_back_or_lost() {
    let stage = Stage::new();
    let beating = |id: &str| Asking { renew_every: Some(Duration::from_millis(1)), ..stage.asking(id) };
    let lease = Lease::take(&stage.objects, beating("9f31"), &mut Watch::default()).expect("free");
    while stage.lock().lease.expect("held").renewals < 3 {}
    lease.release().expect("given back");
    assert_eq!(stage.holder(), None);
    let lease = Lease::take(&stage.objects, beating("77aa"), &mut Watch::default()).expect("free");
    unlock(&stage.objects, "77aa", &owner().by, stage.clock.now()).expect("unlocked");
    while lease.check().is_ok() {}
    assert_eq!(stage.holder(), None, "a lost lease is not renewed");
}
