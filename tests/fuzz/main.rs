//! A short run of each fuzz target: over its corpus, and over damages of it.
//!
//! The corpus (`fuzz/corpus`) has seeds made by hand, and what a search with `cargo fuzz` found. Each run prints its seed when it fails;
//! `FUZZ_RUNS=10000 cargo test --test fuzz` damages more, `FUZZ_SEED=7` damages otherwise.

mod corpus;
mod listed;
mod mutations;
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};

use corpus::entries;
use targets::run;
use targets::support::random::Random;

/// Damaged inputs for each target, if nobody asks for more.
const RUNS: u64 = 40;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Runs a target over its corpus and over damages of it.
fn search(name: &str) {
    let corpus = entries(name);
    for entry in &corpus {
        tried(name, &entry.bytes, || format!("fuzz/corpus/{name}/{}", entry.name));
    }
    let seed = number("FUZZ_SEED", 1);
    let mut random = Random::new(seed);
    for at in 0..number("FUZZ_RUNS", RUNS) {
        let (Some(entry), Some(other)) = (random.pick(&corpus), random.pick(&corpus)) else { panic!("{name} has no corpus") };
        let input = mutations::mutated(&mut random, &entry.bytes, &other.bytes);
        tried(name, &input, || format!("FUZZ_SEED={seed}, run {at}, made of {} with {}", entry.name, other.name));
    }
}

/// One run. What fails it is told with the input, so that it can go into the corpus.
fn tried(name: &str, input: &[u8], from: impl Fn() -> String) {
    if catch_unwind(AssertUnwindSafe(|| run(name, input))).is_err() {
        let kept = std::env::temp_dir().join(format!("{name}-{:016x}", corpus::hash(input)));
        let told = std::fs::write(&kept, input).map_or_else(|error| error.to_string(), |()| kept.display().to_string());
        panic!("{name} failed on {}; the input is in {told}:\n{}", from(), input.escape_ascii());
    }
}

macro_rules! targets {
    ($($name:ident)*) => { $(#[test] fn $name() { search(stringify!($name)); })* };
}

targets! {
    billing_platform events import_rows lock_file manifest nocexpress plan project readydesk schedule settle_rows sites state techexpress
    template token
}
