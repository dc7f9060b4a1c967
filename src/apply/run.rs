//! One run: what stops it, and what it did so far.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Done, Job, Report, Stop};
use crate::diagnostics::Outcome;
use crate::plan::{Action, Step};
use crate::refresh::id_of;
use crate::state::{Event, Key, State};
use crate::systems::Sent;
use crate::ticket::Address;

/// Shared by the writes in flight.
pub(super) struct Run<'a> {
    pub job: &'a Job<'a>,
    /// The last visit of each address that the plan is about.
    visits: BTreeMap<&'a Address, &'a Key>,
    /// Asked once a write to the state failed. Nothing could be sent after that, and nobody waits for a turn to learn it.
    pub unrecordable: Stop,
    /// For requests in flight.
    places: Semaphore,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Systems to which nothing more is sent in this run, and why.
    closed: BTreeMap<String, String>,
    unknown: usize,
    results: Vec<(Key, Done)>,
    remarks: Vec<String>,
    /// The tickets that answers named, by system: what the state is told of them may not be durable yet.
    named: BTreeMap<(&'static str, String), Key>,
}

impl<'a> Run<'a> {
    pub fn new(job: &'a Job<'a>) -> Self {
        let mut visits: BTreeMap<&Address, &Key> = BTreeMap::new();
        for key in job.plan.steps.iter().map(|step| &step.key) {
            let last = visits.entry(&key.address).or_insert(key);
            *last = (*last).max(key);
        }
        let places = Semaphore::new(job.parallelism.max(1));
        Self { job, visits, unrecordable: Stop::default(), places, inner: Mutex::default() }
    }

    /// Waits for a place among the requests in flight. They are given in the order in which they were asked for.
    pub async fn place(&self) -> Option<SemaphorePermit<'_>> {
        // Nobody closes the semaphore, so there always is one.
        self.places.acquire().await.ok()
    }

    /// The id of a ticket that another one refers to. While the plan is about a further visit that has no ticket yet, or got none, the id
    /// of the one before is somebody else's: it is not sent.
    pub fn id_of(&self, state: &State, address: &Address) -> Option<Value> {
        let is_meant = |latest: &Key| self.visits.get(address).is_none_or(|key| key.reissue <= latest.reissue);
        state.latest(address).filter(|(latest, _)| is_meant(latest)).and_then(|_| id_of(state, address))
    }

    /// The visit that a reference means, in words.
    pub fn meant(&self, address: &Address) -> String {
        self.visits.get(address).map_or_else(|| address.to_string(), ToString::to_string)
    }

    /// Observations, adoptions and tombstones: no request, one commit.
    pub async fn record_what_is_known(&self) -> Outcome<()> {
        let mut events: Vec<Event> = Vec::new();
        for step in &self.job.plan.steps {
            events.extend(step.events.iter().cloned());
            let (event, done) = match &step.action {
                Action::Adopt { id, request, seen, why } => {
                    let (id, request) = (id.clone(), request.clone());
                    let done = Done::Adopted { id: id.clone() };
                    (Event::Adopted { key: step.key.clone(), id, request, seen: Some(seen.clone()), reason: why.clone() }, done)
                }
                Action::Retire { why } => (Event::Closed { key: step.key.clone(), why: *why, reason: None }, Done::Retired),
                Action::Create { .. }
                | Action::Update { .. }
                | Action::Close { .. }
                | Action::Delete { .. }
                | Action::Blocked { .. }
                | Action::InDoubt { .. }
                | Action::Deferred { .. }
                | Action::Keep => continue,
            };
            events.push(event);
            self.finish(step, done);
        }
        if events.is_empty() { Ok(()) } else { self.job.ledger.record(events, self.job.clock.now()).await }
    }

    /// Why nothing more may be sent to this system now, if so.
    pub fn stopped(&self, system: &str) -> Option<String> {
        if self.job.stop.is_asked() {
            return Some("the run was asked to stop".to_owned());
        }
        if self.unrecordable.is_asked() {
            return Some("what becomes of it could not be recorded".to_owned());
        }
        let inner = self.inner();
        if let Some(why) = inner.closed.get(system) {
            return Some(why.clone());
        }
        let limit = self.job.rules.stop_after_unknown;
        let results = if inner.unknown == 1 { "1 unknown result".to_owned() } else { format!("{} unknown results", inner.unknown) };
        (inner.unknown >= limit).then(|| format!("the run stopped after {results} (spec.limits.stop_after_unknown: {limit})"))
    }

    /// Sends nothing more to this system in this run.
    pub fn close(&self, system: &str, why: &str) {
        self.inner().closed.entry(system.to_owned()).or_insert_with(|| why.to_owned());
    }

    /// The visit that has this ticket by an earlier answer of this run, if it is another one's. Otherwise it is this one's from now on.
    pub fn named_before(&self, system: &'static str, id: &str, key: &Key) -> Option<Key> {
        let mut inner = self.inner();
        let first = inner.named.entry((system, id.to_owned())).or_insert_with(|| key.clone());
        (first != key).then(|| first.clone())
    }

    pub fn finish(&self, step: &Step, done: Done) {
        self.finish_all(vec![(step, done)]);
    }

    /// The results of one request. However many of them are unknown, it counts as one. Called before anything is recorded of them: no other
    /// write is to start meanwhile.
    pub fn count_unknown(&self, results: &[Sent]) {
        self.inner().unknown += usize::from(results.iter().any(|sent| matches!(sent, Sent::Unknown { .. })));
    }

    /// The ends of the steps of one request.
    pub fn finish_all(&self, results: Vec<(&Step, Done)>) {
        for (step, done) in &results {
            self.job.progress.done(step, done);
        }
        self.inner().results.extend(results.into_iter().map(|(step, done)| (step.key.clone(), done)));
    }

    /// Something that a person must know and that is about no step.
    pub fn remark(&self, remark: String) {
        self.inner().remarks.push(remark);
    }

    pub fn report(self) -> Report {
        let Inner { mut results, mut remarks, .. } = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.sort_by(|a, b| a.0.cmp(&b.0));
        remarks.sort();
        Report { results, remarks }
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
