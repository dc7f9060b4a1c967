//! Two stories, told plainly.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::team::Team;
use super::told::Ending;
use crate::program::Moment;
use crate::support::stores::{gcs, s3};
use crate::wire::Stage;

/// A run that is let go a moment too early has not understood yet that its lease is gone.
const TRIES: u64 = 5;
/// Several times what a run waits between two renewals. It decides nothing.
const LONG: Duration = Duration::from_secs(300);

#[test]
fn an_apply_that_was_killed_on_one_machine_is_finished_on_another_one() {
    let mut team = Team::new(1, &s3().unwrap_or_else(gcs));
    team.ask_for(3);
    let way = Arc::clone(&team.tickets);
    // In the order of their names: the second ticket is that of store-4. It is made, and nobody is there any more to hear of it.
    let killed = team.starts(0, "apply --yes --parallelism 1", Moment::Request(2, Stage::Done, ""), Some(&way));
    let killed = team.end_of(killed);
    assert_eq!((killed.code, team.sandbox.tickets().len()), (None, 2), "{killed:?}");

    // The other machine has what is committed, and the credentials. Reading needs no lock.
    let planned = team.types(1, "plan");
    assert!(planned.out.contains("? Dispatch/store-4  ") && planned.out.contains("+ Dispatch/store-8  "), "{}", planned.out);
    let refused = team.types(1, "apply --yes");
    assert_eq!(refused.ending(), Some(Ending::Locked), "{refused:?}");
    assert!(refused.err.contains("Only if it is surely dead: callout unlock "), "{refused:?}");
    let lock = refused.lock().expect("an id").to_owned();
    let unlocked = team.types(1, &format!("unlock {lock} --yes"));
    assert_eq!(unlocked.code, Some(0), "{unlocked:?}");

    // What is in doubt waits for a person, and nothing else waits for that.
    let applied = team.types(1, "apply --yes");
    assert_eq!(applied.code, Some(5), "{applied:?}");
    assert!(applied.out.contains("+ Dispatch/store-8: created ticket "), "{}", applied.out);
    let found = team.portal().into_iter().find(|ticket| ticket.site == "4").expect("the ticket in the vendor's portal");
    let settled = team.types(1, &format!("settle Dispatch/store-4 --id {} --reason found-in-the-portal --yes", found.id));
    assert_eq!(settled.code, Some(0), "{settled:?}");
    let finished = team.types(1, "apply --yes");
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert_eq!(team.sandbox.tickets().len(), 3);
    team.check_all_sent();
    team.check_whole();
}

/// A run that is held up for longer than a renewal hears by it that somebody broke its lease, and adds nothing.
#[test]
fn a_run_learns_from_its_renewal_that_its_lease_is_gone() {
    let mut team = Team::new(2, &s3().unwrap_or_else(gcs));
    for _ in 0..TRIES {
        team.ask_for(2);
        let asked_before = team.machines[0].proxy.seen().len();
        let held = team.tickets.hold((1, Stage::Done), "");
        let run = team.starts(0, "apply --yes --parallelism 1", Moment::Never, None);
        assert!(held.arrives(), "no ticket was sent\n{}", team.told());
        team.unlocks(1, "");
        let began = Instant::now();
        while !has_lost(&team.machines[0].proxy.seen()[asked_before..]) {
            assert!(began.elapsed() < LONG, "it renews nothing\n{}", team.told());
            thread::park_timeout(Duration::from_millis(20));
        }
        drop(held);
        let told = team.end_of(run);
        team.puts_right();
        team.check_all_sent();
        if told.ending() == Some(Ending::Unleased) {
            assert!(
                told.err.contains("nothing more was sent; mend the state, which callout state check looks at; then: callout settle "),
                "{told:?}"
            );
            return;
        }
    }
    panic!("no run has noticed\n{}", team.told());
}

/// Whether it took the lease, tried to write it once more, and looked twice what became of that.
fn has_lost(asked: &[String]) -> bool {
    let is_lock = |request: &&String, verb: &str| request.starts_with(verb) && request.replace("%2F", "/").ends_with("/acme/lock.json");
    let renewal = asked.iter().enumerate().filter(|(_, request)| is_lock(request, "PUT ")).nth(1);
    renewal.is_some_and(|(at, _)| asked[at..].iter().filter(|request| is_lock(request, "GET ")).count() >= 2)
}
