//! The proof that an intent is on disk.

/// Leave to send one request. Made only after the intent is durable, used up by the call that sends.
#[derive(Debug)]
pub struct Permit {
    _private: (),
}

impl Permit {
    /// Only the ledger calls this, after the intent's commit is on disk.
    pub(super) fn after_durable_intent() -> Self {
        Self { _private: () }
    }

    /// For the unit tests of systems, which have no ledger.
    #[cfg(test)]
    pub(crate) fn in_a_test() -> Self {
        Self { _private: () }
    }
}
