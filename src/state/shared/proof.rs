//! A shared state over real protocols, with trouble between it and the store.
//!
//! Each story is told once without trouble, to count its requests, and then again for a fault at each request in turn.

mod fitness;
mod writes;

use std::time::Duration;

use super::connect::{Settings, connect};
use super::objects::Objects;
use crate::support::stores::Bucket;

/// A connection as every run has one, but for the pauses before it tries a write again: a test waits for nothing.
fn objects(bucket: &Bucket) -> Objects {
    let url = format!("{}/team", bucket.url()).parse().expect("an address");
    let settings = Settings { url, endpoint: Some(bucket.endpoint()), region: None, account: None, credential: None };
    let objects = connect(&settings, &bucket.variables()).expect("a connection");
    objects.with_pauses(&[Duration::ZERO; 3]).expect("threads")
}
