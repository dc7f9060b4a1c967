//! Objects on the servers that speak the clouds' protocols.

use std::marker::PhantomData;

use super::place::Ground;
use crate::state::shared::Objects;
use crate::state::shared::proof;
use crate::support::stores::{Bucket, azure, gcs, s3};

/// A prefix of a bucket of its own.
pub(super) struct Served<P>(Objects, PhantomData<P>);

/// A server, which may be missing.
pub(super) trait Protocol {
    fn bucket() -> Option<Bucket>;
}

pub(super) struct S3;
pub(super) struct Azure;
pub(super) struct Google;

impl Protocol for S3 {
    fn bucket() -> Option<Bucket> {
        s3()
    }
}

impl Protocol for Azure {
    fn bucket() -> Option<Bucket> {
        azure()
    }
}

impl Protocol for Google {
    fn bucket() -> Option<Bucket> {
        Some(gcs())
    }
}

impl<P: Protocol> Ground for Served<P> {
    /// No divisor of a line's length, so that every part of a line is hit.
    const STRIDE: usize = 61;
    fn empty() -> Self {
        Self(proof::objects(&P::bucket().expect("a server")), PhantomData)
    }
    fn objects(&self) -> Objects {
        self.0.clone()
    }
    fn put(&self, key: &str, bytes: Option<&[u8]>) {
        self.0.delete(key).expect("deleted");
        if let Some(bytes) = bytes {
            self.0.create(key, bytes).expect("made");
        }
    }
}
