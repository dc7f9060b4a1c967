//! To whom an apply is told: to people, or to a program.
//!
//! Owns what there is to tell, in its order. Decides nothing of what is done.

use super::Environment;
use super::events::Events;
use super::progress::Lines;
use crate::apply::{Progress, Report};
use crate::plan::Plan;

/// Hears how an apply goes.
pub(super) trait Telling: Progress {
    /// The plan that is to be carried out.
    fn plan(&self, plan: &Plan);
    /// It is over a limit, or against a policy.
    fn refused(&self);
    /// A policy is against it by now, after the question was answered.
    fn refused_since(&self, plan: &Plan);
    /// There is nothing to carry out in it.
    fn nothing_to_do(&self, plan: &Plan);
    /// Nothing is sent any more.
    fn end(&self);
    /// What became of it.
    fn carried_out(&self, plan: &Plan, report: &Report);
}

/// Whoever listens: a program where one asked for it, and else people. `verbose` is for people.
pub(super) fn telling(environment: &Environment, verbose: bool) -> Box<dyn Telling> {
    match environment.err.listener() {
        Some(events) => Box::new(Events::clone(events)),
        None => Box::new(Lines::new(environment, verbose)),
    }
}
