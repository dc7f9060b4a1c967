//! The proof that an intent is on disk.
//!
//! Owns the only constructor. Refuses copies: the examples below that must not compile are tests.

/// Leave to send one request. Made only after the intent is durable, used up by the call that sends.
///
/// There is one way to it:
///
/// ```
/// use callout::diagnostics::Outcome;
/// use callout::state::{Intention, Ledger, Permit};
///
/// async fn permit(ledger: &Ledger, intention: Intention) -> Outcome<Permit> {
///     ledger.intend(intention, jiff::Timestamp::now()).await
/// }
/// ```
///
/// It is not made outside of the state, neither as a value nor by the function that the ledger calls:
///
/// ```compile_fail,E0451
/// use callout::diagnostics::Outcome;
/// use callout::state::{Intention, Ledger, Permit};
///
/// async fn permit(ledger: &Ledger, intention: Intention) -> Outcome<Permit> {
///     Ok(Permit { _private: () })
/// }
/// ```
///
/// ```compile_fail,E0624
/// use callout::diagnostics::Outcome;
/// use callout::state::{Intention, Ledger, Permit};
///
/// async fn permit(ledger: &Ledger, intention: Intention) -> Outcome<Permit> {
///     Ok(Permit::after_durable_intent())
/// }
/// ```
///
/// What unit tests use is not in the library, and no permit is read from a file:
///
/// ```compile_fail,E0599
/// use callout::diagnostics::Outcome;
/// use callout::state::{Intention, Ledger, Permit};
///
/// async fn permit(ledger: &Ledger, intention: Intention) -> Outcome<Permit> {
///     Ok(Permit::in_a_test())
/// }
/// ```
///
/// ```compile_fail,E0277
/// use callout::diagnostics::Outcome;
/// use callout::state::{Intention, Ledger, Permit};
///
/// async fn permit(ledger: &Ledger, intention: Intention) -> Outcome<Permit> {
///     Ok(serde_json::from_str("{}").expect("a permit"))
/// }
/// ```
///
/// One intent is not leave for two requests:
///
/// ```
/// use callout::state::Permit;
///
/// fn split(permit: Permit, other: Permit) -> (Permit, Permit) {
///     (permit, other)
/// }
/// ```
/// ```compile_fail,E0599
/// use callout::state::Permit;
///
/// fn split(permit: Permit, other: Permit) -> (Permit, Permit) {
///     (permit.clone(), permit)
/// }
/// ```
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
