//! What became of a try, on its way into the state.

use futures_util::future::{BoxFuture, join, ready};

use super::unrecorded::all_of;
use super::write::Attempt;
use crate::diagnostics::Outcome;

/// An outcome that is queued for the state: no intent that comes after it is durable before it is.
pub(super) struct Queued<'a> {
    pub attempt: Attempt,
    /// Ends when it is durable, or with how to put it on record by hand.
    pub durable: BoxFuture<'a, Outcome<()>>,
}

impl<'a> Queued<'a> {
    /// Nothing was intended, so there is nothing to record.
    pub fn not_started(why: impl Into<String>) -> Self {
        Self { attempt: Attempt::not_started(why), durable: Box::pin(ready(Ok(()))) }
    }

    /// The same, durable together with something else. Told is what became of both.
    pub fn with(self, other: impl Future<Output = Outcome<()>> + Send + 'a) -> Self {
        let both = join(self.durable, other);
        let both = async {
            let (own, other) = both.await;
            all_of(vec![own, other])
        };
        Self { durable: Box::pin(both), ..self }
    }
}
