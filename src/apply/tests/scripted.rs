//! A ticket system that answers by a script, and a run against it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use super::super::{Done, Job, Progress, Report, Stop, Writers, apply};
use crate::diagnostics::Outcome;
use crate::plan::Step;
use crate::plan::tests::bench::{Bench, seen};
use crate::refresh::Sides;
use crate::state::memory::{Disk, Hook, MemoryStore};
use crate::state::{By, Ledger, Owner, Permit, Session, State, Store};
use crate::support::clock::JumpingClock;
use crate::systems::{Answer, Payload, Sent, Several, Unready, Writer};
use crate::ticket::{Clock, Fields, Ticket};

/// Answers each write with the next of its answers, and remembers what it was asked.
#[derive(Default)]
pub struct Scripted {
    pub answers: Mutex<Vec<Sent>>,
    pub calls: Mutex<Vec<String>>,
    pub unready: Option<Unready>,
    /// Of requests for several tickets.
    pub several: Mutex<Vec<Several>>,
}

impl Scripted {
    pub fn new(answers: Vec<Sent>) -> Self {
        Self { answers: Mutex::new(answers.into_iter().rev().collect()), ..Self::default() }
    }

    /// The same for requests that make several tickets.
    pub fn together(several: Vec<Several>) -> Self {
        Self { several: Mutex::new(several.into_iter().rev().collect()), ..Self::default() }
    }

    pub fn answer(&self, call: String) -> Answer<'_, Sent> {
        self.calls.lock().expect("calls").push(call);
        let answer = self.answers.lock().expect("answers").pop().expect("a write that the test does not know of");
        Box::pin(std::future::ready(answer))
    }

    pub fn calls(&self) -> Vec<String> {
        self.calls.lock().expect("calls").clone()
    }
}

impl Writer for Scripted {
    fn ready<'a>(&'a self, _: Option<&'a Payload>) -> Answer<'a, Result<(), Unready>> {
        Box::pin(std::future::ready(self.unready.clone().map_or(Ok(()), Err)))
    }
    fn create<'a>(&'a self, _: Permit, payload: &'a Payload) -> Answer<'a, Sent> {
        let prior = payload.fields.get("prior_ticket").map(|id| format!(" after {id}")).unwrap_or_default();
        self.answer(format!("create {}{prior}", payload.fields.text("location_name").unwrap_or_default()))
    }
    fn create_together<'a>(&'a self, _: Permit, payloads: &'a [Payload]) -> Answer<'a, Several> {
        let places: Vec<&str> = payloads.iter().filter_map(|payload| payload.fields.text("location_name")).collect();
        self.calls.lock().expect("calls").push(format!("create {}", places.join(" and ")));
        let answer = self.several.lock().expect("answers").pop().expect("a request that the test does not know of");
        Box::pin(std::future::ready(answer))
    }
    fn update<'a>(&'a self, _: Permit, id: &'a str, changed: &'a Fields) -> Answer<'a, Sent> {
        let names: Vec<&str> = changed.iter().map(|(name, _)| name).collect();
        self.answer(format!("update {id} {}", names.join(",")))
    }
    fn close<'a>(&'a self, _: Permit, id: &'a str) -> Answer<'a, Sent> {
        self.answer(format!("close {id}"))
    }
    fn delete<'a>(&'a self, _: Permit, id: &'a str) -> Answer<'a, Sent> {
        self.answer(format!("delete {id}"))
    }
}

pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: usize) {}
    fn done(&self, _: &Step, _: &Done) {}
}

/// An answer with these tickets, in this order.
pub fn answered<'a>(tickets: impl IntoIterator<Item = (&'a Ticket, &'a str)>) -> Several {
    Several::Answered { tickets: tickets.into_iter().map(|(ticket, id)| seen(ticket, id)).collect(), nameless: 0 }
}

/// The same for all of them.
pub fn all(sent: Sent) -> Several {
    Several::Same { sent, stops_system: false }
}

pub fn done(ticket: &Ticket, id: &str) -> Sent {
    Sent::Done(Box::new(seen(ticket, id)))
}

pub fn unknown() -> Sent {
    Sent::Unknown { why: "no answer".to_owned() }
}

pub fn rejected(stops_system: bool) -> Sent {
    Sent::Rejected { why: "no".to_owned(), stops_system }
}

pub fn later() -> Sent {
    Sent::Unsent { why: "429".to_owned(), retry_after: Some(Duration::from_secs(5)), stops_system: false }
}

/// What a run left behind.
pub struct Left {
    pub outcome: Outcome<Report>,
    pub disk: Disk,
}

impl Left {
    pub fn state(&self) -> State {
        MemoryStore::new(&self.disk).load().expect("a readable disk").expect("a state").state
    }

    /// Each result on a line, and then what is said besides.
    pub fn said(&self) -> String {
        let report = self.outcome.as_ref().expect("a run that ended");
        let results = report.results.iter().map(|(key, done)| format!("{key}: {done}"));
        results.chain(report.remarks.iter().cloned()).collect::<Vec<_>>().join("\n")
    }
}

pub fn owner() -> Owner {
    Owner { by: By::default(), pid: 1, command: "test".to_owned(), since: "2027-01-04T12:00:00Z".parse().expect("a moment") }
}

pub async fn run(bench: &Bench, system: &Scripted) -> Left {
    run_with(bench, system, &Stop::default(), Box::new(|_| std::ops::ControlFlow::Continue(()))).await
}

pub async fn run_with(bench: &Bench, system: &Scripted, stop: &Stop, hook: Hook) -> Left {
    let disk = began(bench);
    let store = MemoryStore::with_hook(&disk, hook);
    Left { outcome: carried_out(bench, store, (system, stop), 1).await, disk }
}

/// A disk with the state of a bench.
pub fn began(bench: &Bench) -> Disk {
    let disk = Disk::default();
    let mut store = MemoryStore::new(&disk);
    store.lock(&owner()).expect("a free disk");
    store.create(&bench.state).expect("an empty disk");
    disk
}

/// Plans and applies, over this store.
pub async fn carried_out(bench: &Bench, store: MemoryStore, (system, stop): (&dyn Writer, &Stop), parallelism: usize) -> Outcome<Report> {
    let session = Session { run: "run".to_owned(), owner: owner() };
    let ledger = Ledger::open(Box::new(store), &bench.state.lineage, session).expect("a ledger");
    let clock = JumpingClock::at("2027-01-04T12:00:00Z");
    let side = bench.side();
    let writers: Writers<'_> = BTreeMap::from([(side.system.id(), system)]);
    let plan = bench.plan();
    let job = Job {
        plan: &plan,
        ledger: &ledger,
        writers: &writers,
        sides: &Sides::from([("Dispatch".to_owned(), side)]),
        rules: &bench.rules,
        clock: clock.as_ref() as &dyn Clock,
        progress: &Silent,
        stop,
        parallelism,
        saved: true,
    };
    apply(&job).await
}
