//! Carrying a plan out: the only caller of writers.
//!
//! Owns the create protocol ([`write`]), the order and the stopping. Makes no choice that the plan did not make:
//! it only refuses to go on. Every request is preceded by a durable intent, and is sent once.
//!
//! A request has one of so many places, from making ready until its outcome is durable or, where each commit is a round trip through a
//! network, queued. Whoever has the place next queues its intent behind that outcome, so both share a commit, and nothing is sent in a
//! place while what was sent there before may still be forgotten.

mod heard;
mod matched;
mod queued;
mod report;
mod rounds;
mod run;
#[cfg(test)]
mod tests;
mod together;
mod unrecorded;
mod write;

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use tokio::sync::watch;

use crate::diagnostics::Outcome;
use crate::plan::{Plan, Rules, Step};
use crate::refresh::Sides;
use crate::state::{Event, Ledger};
use crate::systems::Writer;
use crate::ticket::Clock;

pub use report::{Done, Report, Tally};
use rounds::rounds;
use run::Run;
use unrecorded::all_of;

/// Writers by the system's key, such as `techexpress`.
pub type Writers<'a> = BTreeMap<&'static str, &'a dyn Writer>;

/// Hears how it goes. Shows it to people or not; decides nothing.
pub trait Progress: Sync {
    fn begin(&self, writes: usize);
    fn done(&self, step: &Step, done: &Done);
}

/// Asked once, nothing new is started; what is in flight is finished and recorded.
#[derive(Debug)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stop {
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Ends once it is asked.
    pub async fn asked(&self) {
        // The sender is `self`, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}

/// What carrying out a plan needs.
pub struct Job<'a> {
    pub plan: &'a Plan,
    pub ledger: &'a Ledger,
    pub writers: &'a Writers<'a>,
    pub sides: &'a Sides,
    pub rules: &'a Rules,
    pub clock: &'a dyn Clock,
    pub progress: &'a dyn Progress,
    pub stop: &'a Stop,
    /// Requests in flight at once, at least 1.
    pub parallelism: usize,
    /// The plan is a saved one: it is marked as used.
    pub saved: bool,
}

/// Carries the plan out. An error means that the state could not be written: nothing more was sent after it.
pub async fn apply(job: &Job<'_>) -> Outcome<Report> {
    if job.saved {
        job.ledger.record(vec![Event::PlanStarted { plan: job.plan.id.clone() }], job.clock.now()).await?;
    }
    let run = Run::new(job);
    run.record_what_is_known().await?;
    let writes: Vec<&Step> = job.plan.steps.iter().filter(|step| step.action.is_write()).collect();
    job.progress.begin(writes.len());
    for round in rounds(&writes) {
        // Over a network as many wait for their outcome to be durable as are in flight: each of these has its place from one of those.
        let begun = if job.ledger.is_far() { 2 } else { 1 } * job.parallelism.max(1);
        let results: Vec<Outcome<()>> = stream::iter(round).map(|request| run.send(request)).buffer_unordered(begun).collect().await;
        all_of(results)?;
    }
    let report = run.report();
    // A saved plan with steps that were not started may be applied again: it is the plan that was reviewed.
    if job.saved && report.tally().not_started == 0 {
        job.ledger.record(vec![Event::PlanFinished { plan: job.plan.id.clone() }], job.clock.now()).await?;
    }
    Ok(report)
}
