//! A shared state over real protocols, with trouble between it and the store.
//!
//! Each story is told once without trouble, to count its requests, and then again for a fault at each request in turn.

mod fitness;
mod story;
mod writes;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::connect::{Settings, connect};
use super::objects::Objects;
use crate::support::stores::Bucket;

const THREADS: usize = 16;

/// A connection as every run has one, but for the pauses before it tries a write again: a test waits for nothing.
pub fn objects(bucket: &Bucket) -> Objects {
    let url = format!("{}/team", bucket.url()).parse().expect("an address");
    let settings = Settings { url, endpoint: Some(bucket.endpoint()), region: None, account: None, credential: None };
    let objects = connect(&settings, &bucket.variables()).expect("a connection");
    objects.with_pauses(&[Duration::ZERO; 3]).expect("threads")
}

/// Tells stories side by side: each waits for its store most of the time.
fn at_once<J: Sync>(jobs: &[J], tell: impl Fn(&J) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    tell(job);
                }
            });
        }
    });
}
