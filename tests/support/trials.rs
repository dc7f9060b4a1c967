//! How many cases a property is tried with, and from which seed.
//!
//! A property prints its seed, which a test that fails shows. `PROPTEST_RNG_SEED=N` tries the same cases again, and
//! `PROPTEST_CASES=N` more of them, for every property.

use std::hash::{BuildHasher as _, RandomState};

use proptest::test_runner::{Config, RngSeed};

/// So many cases, unless the environment says otherwise. Nothing is written beside the sources: a case that failed once becomes a test
/// of its own.
#[allow(clippy::print_stdout, reason = "a test that fails shows what it printed")]
pub fn trials(few: u32) -> Config {
    let asked = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { few };
    let rng_seed = match asked.rng_seed {
        RngSeed::Random => RngSeed::Fixed(RandomState::new().hash_one(0)),
        fixed @ RngSeed::Fixed(_) => fixed,
    };
    println!("{cases} cases; the same ones again: PROPTEST_RNG_SEED={rng_seed}");
    Config { cases, rng_seed, failure_persistence: None, max_shrink_iters: 4 * cases.max(1_000), ..asked }
}
