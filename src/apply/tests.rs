//! The create protocol against a system that answers as a test says.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use super::{Done, Job, Progress, Report, Stop, Writers, apply};
use crate::diagnostics::Outcome;
use crate::plan::Step;
use crate::plan::tests::bench::{Bench, key, open, plain, seen, ticket};
use crate::refresh::Sides;
use crate::state::memory::{Disk, Effect, Hook, MemoryStore, Step as DiskStep};
use crate::state::{By, Ledger, Owner, Permit, Phase, Session, State, Store};
use crate::support::clock::JumpingClock;
use crate::systems::{Answer, Payload, Seen, Sent, Unready, Writer};
use crate::ticket::{Clock, Fields, Ticket};

/// Answers each write with the next of its answers, and remembers what it was asked.
#[derive(Default)]
struct Scripted {
    answers: Mutex<Vec<Sent>>,
    calls: Mutex<Vec<String>>,
    unready: Option<Unready>,
}

impl Scripted {
    fn new(answers: Vec<Sent>) -> Self {
        Self { answers: Mutex::new(answers.into_iter().rev().collect()), ..Self::default() }
    }

    fn answer(&self, call: String) -> Answer<'_, Sent> {
        self.calls.lock().expect("calls").push(call);
        let answer = self.answers.lock().expect("answers").pop().expect("a write that the test does not know of");
        Box::pin(std::future::ready(answer))
    }

    fn calls(&self) -> Vec<String> {
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

struct Silent;

impl Progress for Silent {
    fn begin(&self, _: usize) {}
    fn done(&self, _: &Step, _: &Done) {}
}

fn done(ticket: &Ticket, id: &str) -> Sent {
    Sent::Done(Box::new(seen(ticket, id)))
}

fn unknown() -> Sent {
    Sent::Unknown { why: "no answer".to_owned() }
}

fn rejected(stops_system: bool) -> Sent {
    Sent::Rejected { why: "no".to_owned(), stops_system }
}

fn later() -> Sent {
    Sent::Unsent { why: "429".to_owned(), retry_after: Some(Duration::from_secs(5)), stops_system: false }
}

/// What a run left behind.
struct Left {
    outcome: Outcome<Report>,
    disk: Disk,
}

impl Left {
    fn state(&self) -> State {
        MemoryStore::new(&self.disk).load().expect("a readable disk").expect("a state").state
    }

    /// Each result on a line.
    fn said(&self) -> String {
        let report = self.outcome.as_ref().expect("a run that ended");
        report.results.iter().map(|(key, done)| format!("{key}: {done}")).collect::<Vec<_>>().join("\n")
    }
}

fn owner() -> Owner {
    Owner { by: By::default(), pid: 1, command: "test".to_owned(), since: "2027-01-04T12:00:00Z".parse().expect("a moment") }
}

async fn run(bench: &Bench, system: &Scripted) -> Left {
    run_with(bench, system, &Stop::default(), Box::new(|_| std::ops::ControlFlow::Continue(()))).await
}

async fn run_with(bench: &Bench, system: &Scripted, stop: &Stop, hook: Hook) -> Left {
    let disk = Disk::default();
    {
        let mut store = MemoryStore::new(&disk);
        store.lock(&owner()).expect("a free disk");
        store.create(&bench.state).expect("an empty disk");
    }
    let store = MemoryStore::with_hook(&disk, hook);
    let session = Session { run: "run".to_owned(), owner: owner() };
    let ledger = Ledger::open(Box::new(store), &bench.state.lineage, session).expect("a ledger");
    let clock = JumpingClock::at("2027-01-04T12:00:00Z");
    let side = bench.side();
    let writers: Writers<'_> = BTreeMap::from([(side.system.id(), system as &dyn Writer)]);
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
        parallelism: 1,
        saved: true,
    };
    Left { outcome: apply(&job).await, disk }
}

#[tokio::test]
async fn a_create_is_recorded_and_its_booking_compared() {
    let (one, two) = (plain(1), plain(2));
    let mut elsewhere = seen(&two, "8");
    elsewhere.fields.set("location_name", "Store 3");
    let system = Scripted::new(vec![done(&one, "7"), Sent::Done(Box::new(elsewhere))]);
    let left = run(&Bench::new().wants(one.clone()).wants(two), &system).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: created ticket 7
    Dispatch/store-2: created ticket 8, booked differently: location_name
    ");
    assert_eq!(left.state().records[&key(&one)].id(), Some("7"));
    assert!(left.state().plans["p"].finished.is_some());
}

#[tokio::test]
async fn a_create_that_is_answered_with_anothers_ticket_is_in_doubt() {
    let (one, two) = (plain(1), plain(2));
    let held = Bench::new().wants(one.clone()).wants(two.clone()).checked(&one, "7");
    let left = run(&held, &Scripted::new(vec![done(&two, "7")])).await;
    assert_snapshot!(left.said(), @"Dispatch/store-2: in doubt: TechExpress answered with ticket 7, which belongs to Dispatch/store-1");
    assert!(left.state().records[&key(&two)].in_doubt());
    let mut other = seen(&one, "7");
    other.fields.set("customer_ticket_number", "INC-1,co-7k2m9q4x");
    let left = run(&Bench::new().wants(one), &Scripted::new(vec![Sent::Done(Box::new(other))])).await;
    let said = left.said();
    assert_eq!(said, "Dispatch/store-1: in doubt: TechExpress answered with ticket 7, which carries another mark, co-7k2m9q4x");
}

#[tokio::test]
async fn after_an_unknown_result_the_run_starts_nothing_more() {
    let (one, two) = (plain(1), plain(2));
    let system = Scripted::new(vec![unknown()]);
    let left = run(&Bench::new().wants(one.clone()).wants(two.clone()), &system).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: in doubt: no answer
    Dispatch/store-2: not started: the run stopped after 1 unknown result (spec.limits.stop_after_unknown: 1)
    ");
    let state = left.state();
    assert!(state.records[&key(&one)].in_doubt());
    assert!(!state.records.contains_key(&key(&two)));
}

#[tokio::test]
async fn a_refusal_frees_the_address_and_one_of_the_credential_stops_the_system() {
    let (one, two) = (plain(1), plain(2));
    let system = Scripted::new(vec![rejected(false), done(&two, "8")]);
    let left = run(&Bench::new().wants(one.clone()).wants(two.clone()), &system).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: rejected: no
    Dispatch/store-2: created ticket 8
    ");
    assert!(matches!(left.state().records[&key(&one)].phase, Phase::NotCreated { .. }));
    let left = run(&Bench::new().wants(one).wants(two), &Scripted::new(vec![rejected(true)])).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: rejected: no
    Dispatch/store-2: not started: an earlier request was refused: no
    ");
}

#[tokio::test]
async fn told_to_wait_it_tries_again_with_a_new_intent_and_not_for_ever() {
    let one = plain(1);
    let system = Scripted::new(vec![later(), later(), done(&one, "7")]);
    let left = run(&Bench::new().wants(one.clone()), &system).await;
    assert_snapshot!(left.said(), @"Dispatch/store-1: created ticket 7");
    assert_eq!(system.calls().len(), 3);
    let left = run(&Bench::new().wants(one.clone()), &Scripted::new(vec![later(), later(), later(), later(), later()])).await;
    assert_snapshot!(left.said(), @"Dispatch/store-1: not sent: 429");
    assert!(!left.state().records[&key(&one)].in_doubt());
}

#[tokio::test]
async fn what_cannot_be_made_ready_leaves_no_intent() {
    let one = plain(1);
    for unready in [Unready::Ticket("a file changed".to_owned()), Unready::System("no token".to_owned())] {
        let system = Scripted { unready: Some(unready), ..Scripted::default() };
        let left = run(&Bench::new().wants(one.clone()), &system).await;
        assert!(left.state().records.is_empty());
        assert!(left.said().starts_with("Dispatch/store-1: not started: "), "{}", left.said());
    }
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_starts_nothing_and_can_be_resumed() {
    let stop = Stop::default();
    stop.ask();
    let left =
        run_with(&Bench::new().wants(plain(1)), &Scripted::default(), &stop, Box::new(|_| std::ops::ControlFlow::Continue(()))).await;
    assert_snapshot!(left.said(), @"Dispatch/store-1: not started: the run was asked to stop");
    assert!(left.state().plans["p"].finished.is_none());
}

#[tokio::test]
async fn references_are_filled_with_the_ids_just_made() {
    let (one, two) = (ticket(1, |document| document["spec"]["prior_ticket"] = json!({"ref": "Dispatch/store-2"})), plain(2));
    let system = Scripted::new(vec![done(&two, "8"), done(&one, "9")]);
    run(&Bench::new().wants(one.clone()).wants(two.clone()), &system).await;
    assert_eq!(system.calls(), ["create Store 2", "create Store 1 after 8"]);
    let left = run(&Bench::new().wants(one).wants(two), &Scripted::new(vec![rejected(false)])).await;
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: not started: it waits for Dispatch/store-2, which has no ticket
    Dispatch/store-2: rejected: no
    ");
}

#[tokio::test]
async fn updates_closes_and_deletes_go_the_same_way() {
    let edited = ticket(1, |document| document["spec"]["po_number"] = json!("PO-1"));
    let closing = ticket(2, |document| document["lifecycle"]["on_remove"] = json!("close"));
    let deleting = ticket(3, |document| document["lifecycle"]["on_remove"] = json!("delete"));
    let one = plain(1);
    let bench = || {
        let bench = Bench::able().wants(edited.clone()).checked(&one, "1").checked(&closing, "2").checked(&deleting, "3");
        bench.sees(&one, open(&one, "1")).sees(&closing, open(&closing, "2")).sees(&deleting, open(&deleting, "3"))
    };
    let system = Scripted::new(vec![done(&edited, "1"), done(&closing, "2"), done(&deleting, "3")]);
    let left = run(&bench(), &system).await;
    assert_eq!(system.calls(), ["update 1 po_number", "close 2", "delete 3"]);
    assert_snapshot!(left.said(), @r"
    Dispatch/store-1: updated ticket 1
    Dispatch/store-2: closed ticket 2
    Dispatch/store-3: deleted ticket 3
    ");
    let state = left.state();
    assert_eq!(state.records[&key(&one)].request.fields.text("po_number"), Some("PO-1"));
    assert!(matches!(state.records[&key(&closing)].phase, Phase::Closed { .. }));

    let left = run(&bench(), &Scripted::new(vec![unknown()])).await;
    let state = left.state();
    let record = &state.records[&key(&one)];
    assert!(record.in_doubt() && record.is_live() && record.request.fields.text("po_number").is_none());
}

#[tokio::test]
async fn an_update_is_compared_with_its_read_back() {
    let sent = ticket(1, |document| document["spec"]["non_standard_tools"] = json!("A ladder."));
    let edited = ticket(1, |document| document["spec"]["special_instructions"] = json!("Use the rear door."));
    let bench = || Bench::able().wants(edited.clone()).checked(&sent, "1").sees(&sent, open(&sent, "1"));
    // It kept both fields as they were, and somebody else changed a third one meanwhile.
    let mut ignored = seen(&sent, "1");
    ignored.fields.set("special_instructions", "Ring.");
    ignored.fields.set("local_contact_name", "Kim Roe");
    let left = run(&bench(), &Scripted::new(vec![Sent::Done(Box::new(ignored))])).await;
    assert_snapshot!(left.said(), @"Dispatch/store-1: updated ticket 1, but it does not show what was sent: special_instructions, non_standard_tools");
    let baseline = left.state().records[&key(&sent)].baseline.clone().expect("a baseline");
    assert_eq!((baseline.text("special_instructions"), baseline.text("local_contact_name")), (Some("Ring."), Some("Sam Lee")));

    let bare = Seen { fields: Fields::default(), status: None, ..seen(&sent, "1") };
    let left = run(&bench(), &Scripted::new(vec![Sent::Done(Box::new(bare))])).await;
    assert_snapshot!(left.said(), @"Dispatch/store-1: updated ticket 1");
    let record = &left.state().records[&key(&sent)];
    assert!(!record.booking_checked, "nobody has seen it yet: the next plan reads it");
    assert_eq!(record.status.as_deref(), Some("Open"));
}

#[tokio::test]
async fn a_ticket_that_cannot_be_recorded_is_named_and_nothing_more_is_sent() {
    let (one, two) = (plain(1), plain(2));
    let mut appends = 0;
    let full_disk: Hook = Box::new(move |effect| {
        appends += u32::from(effect == Effect::Before(DiskStep::Append));
        // The plan's start and the first intent fit on the disk; the first result does not.
        if appends > 2 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    });
    let system = Scripted::new(vec![done(&one, "7")]);
    let left = run_with(&Bench::new().wants(one.clone()).wants(two), &system, &Stop::default(), full_disk).await;
    let error = left.outcome.as_ref().expect_err("a disk that is full");
    assert!(error.message.starts_with("ticket 7 was created for Dispatch/store-1, but that could not be recorded"), "{error}");
    assert!(error.help.as_deref().is_some_and(|help| help.contains("callout settle Dispatch/store-1 --id 7")), "{error:?}");
    assert_eq!(system.calls().len(), 1);
    assert!(left.state().records[&key(&one)].in_doubt());
}
