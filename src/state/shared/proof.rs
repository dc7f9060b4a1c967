//! A shared state over real protocols, with trouble between it and the store.
//!
//! Each story is told once without trouble, to count its requests, and then again for a fault at each request in turn.

mod writes;

use std::sync::Arc;
use std::time::Duration;

use super::objects::Objects;
use crate::support::stores::Bucket;

/// A connection as callout has one, but for the pauses before it tries a write again: a test waits for nothing.
fn objects(bucket: &Bucket) -> Objects {
    let objects = Objects::new(Arc::clone(&bucket.client()), "team", format!("{}/team", bucket.url())).expect("threads");
    objects.with_pauses(&[Duration::ZERO; 3]).expect("threads")
}
