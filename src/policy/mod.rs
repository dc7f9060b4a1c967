//! Policies: the rules of a project over what a plan does, judged by expressions.
//!
//! Owns what an expression sees of a step, a group and a plan, the check of its names, the judging of a [`Scene`], and the tests that a
//! policy brings with it. Refuses to know plans and records: it is shown visits, and says what is against a rule. Refuses to let pass what
//! cannot be judged: a rule that fails denies.

mod check;
mod example;
mod group;
mod judge;
mod moment;
mod names;
mod rule;
mod scene;
#[cfg(test)]
pub(crate) mod tests;
mod value;
mod view;

pub use crate::manifest::{Doing, Expected, Policy};
pub use check::check;
pub use example::{Tried, try_examples};
pub use judge::{Verdict, digest, judge, speaks_of_costs};
pub use scene::{Price, Scene, Site, Subject};
