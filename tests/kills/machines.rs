//! The promise with one state for a whole team: two machines, two real programs, one bucket. They start together, they are killed, their
//! leases are broken and taken over under them, and the store answers late, twice, wrongly or not at all.
//!
//! `SHARED_ROUNDS=400 cargo test --test kills machines -- --nocapture` tries more rounds; `SHARED_SEED=4711` draws the same ones again.

mod check;
mod counts;
mod person;
mod round;
mod story;
mod team;
mod told;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use crate::support::stores::{gcs, s3};
use crate::{Alarm, PATIENCE, number, say};
use counts::Counts;
use team::Team;

/// Of one team, before it is looked through from the beginning to the end.
const ROUNDS: u64 = 3;
/// Rounds where nobody asks for more.
const FEW: u64 = 6;
/// What so few must meet.
const OFTEN: [&str; 3] = ["killed at some moment", "refused by the lease", "store asked through trouble"];

#[test]
fn two_machines_with_one_state_send_nobody_twice_and_forget_nobody() {
    // A few rounds with each suite, which cannot meet every kind of trouble; all kinds where many are asked for.
    let asked = number("SHARED_ROUNDS");
    let wanted = asked.unwrap_or(FEW);
    let missing = |total: &Counts| if asked.is_some() { total.missing() } else { total.missing_of(&OFTEN) };
    let seed = number("SHARED_SEED").unwrap_or_else(|| u64::from(uuid::Uuid::new_v4().as_fields().0));
    say(&format!("seed {seed}: SHARED_SEED={seed} tells the same story"));
    let (next, total, failed) = (AtomicU64::new(seed), Mutex::new(Counts::default()), AtomicBool::new(false));
    let began = Instant::now();
    let is_done = || {
        let total = total.lock().expect("no team has failed");
        total.rounds >= wanted && (missing(&total).is_empty() || total.rounds >= wanted * PATIENCE)
    };
    let teams = || {
        let _alarm = Alarm(&failed);
        while !failed.load(Ordering::Relaxed) && !is_done() {
            // Where Amazon's protocol has no server here, Google's has.
            let mut team = Team::new(next.fetch_add(1, Ordering::Relaxed), &s3().unwrap_or_else(gcs));
            for _ in 0..ROUNDS {
                team.round();
            }
            team.check_whole();
            team.counts.tickets = team.wanted.len() as u64;
            team.counts.commits = team.commits.len() as u64;
            total.lock().expect("no team has failed").take(&team.counts);
        }
    };
    let threads = thread::available_parallelism().map_or(4, |cores| (2 * cores.get()).clamp(4, 16));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(teams);
        }
    });
    let total = total.into_inner().expect("no team has failed");
    say(&format!("seed {seed}: {total}; {} s", began.elapsed().as_secs()));
    assert!(missing(&total).is_empty(), "seed {seed}: not met any more: {:?}\n{total}", missing(&total));
}
