//! The promise, tried on the real program: it is killed with SIGKILL hundreds of times, at random moments and at chosen ones, typed
//! again, and in the end each visit has one ticket, and each ticket its record.
//!
//! The same with a state that two machines share: `machines`.
//!
//! `KILLS=5000 cargo test --test kills` tries more of them; `KILL_SEED=4711` draws the same edits, commands and moments again. What a
//! moment hits differs from machine to machine and from run to run, so a seed tells the same story and not always its end.
#![cfg(unix)]

mod check;
mod files;
mod footprint;
mod machines;
mod person;
mod program;
mod story;
mod tally;
#[allow(dead_code, reason = "the simulation uses more of it")]
#[path = "../simulation/tickets.rs"]
mod tickets;
mod wire;
mod world;

#[path = "../support/mod.rs"]
mod support;

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use tally::{Hit, Tally};

/// Kills where nobody asks for more.
const FEW: u64 = 60;
/// What so few must hit.
const OFTEN: [Hit; 4] = [Hit::BeforeAnything, Hit::DoubtWithTicket, Hit::TornLine, Hit::Surgery];

/// So many times the kills that were asked for, and something is still not reached: then it is not by chance.
const PATIENCE: u64 = 20;

#[test]
fn killed_at_any_moment_nobody_is_sent_twice_and_nobody_is_forgotten() {
    // A few with each run of the suite, which cannot hit every kind of moment; all kinds where many are asked for.
    let asked = number("KILLS");
    let wanted = asked.unwrap_or(FEW);
    let missing = |total: &Tally| if asked.is_some() { total.missing() } else { total.missing_of(&OFTEN) };
    let seed = number("KILL_SEED").unwrap_or_else(|| u64::from(uuid::Uuid::new_v4().as_fields().0));
    say(&format!("seed {seed}: KILL_SEED={seed} tells the same story"));
    let (next, total) = (AtomicU64::new(seed), Mutex::new(Tally::default()));
    let failed = AtomicBool::new(false);
    let is_done = || {
        let total = total.lock().expect("no world has failed");
        total.kills() >= wanted && (missing(&total).is_empty() || total.kills() >= wanted * PATIENCE)
    };
    let worlds = || {
        let _alarm = Alarm(&failed);
        while !failed.load(Ordering::Relaxed) && !is_done() {
            let tally = story::live(next.fetch_add(1, Ordering::Relaxed));
            total.lock().expect("no world has failed").take(&tally);
        }
    };
    // Processes wait for disks: more projects than there are processors.
    let threads = thread::available_parallelism().map_or(4, |cores| (2 * cores.get()).clamp(4, 16));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(worlds);
        }
    });
    let total = total.into_inner().expect("no world has failed");
    say(&format!("seed {seed}: {total}"));
    assert!(missing(&total).is_empty(), "seed {seed}: not hit any more: {:?}\n{total}", missing(&total));
}

/// One project that fails ends the others too.
struct Alarm<'a>(&'a AtomicBool);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        self.0.fetch_or(thread::panicking(), Ordering::Relaxed);
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not `{text}`")))
}

/// Also where the test's own output is kept back.
fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").expect("the output");
}
