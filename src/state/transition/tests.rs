use std::fmt::Write as _;

use super::*;
use crate::state::event::{Closing, VisitOutcome};
use crate::state::samples::{at, created, fields, intended, key, request, seen};
use crate::ticket::Digest;

/// Where a record can stand before an event.
const SITUATIONS: [&str; 6] = ["none", "in doubt", "live", "live, update in doubt", "closed", "not created"];

fn situation(name: &str) -> State {
    let mut history = Vec::new();
    if name != "none" {
        history.push(intended("a", Write::Create));
    }
    if name.starts_with("live") || name == "closed" {
        history.push(created("a", "7"));
    }
    match name {
        "live, update in doubt" => history.push(intended("a", Write::Update)),
        "closed" => history.push(Event::Closed { key: key("a"), why: Closing::Cancelled, reason: None }),
        "not created" => history.push(Event::Rejected { key: key("a"), why: "400".into() }),
        "none" | "in doubt" | "live" => {}
        other => panic!("no situation `{other}`"),
    }
    history.iter().fold(State::new("l1"), |state, event| state.with(event, at(0)).expect("a possible history"))
}

fn events() -> Vec<Event> {
    let (key, request, reason) = (key("a"), Box::new(request("new")), String::from("told by Sam"));
    vec![
        intended("a", Write::Create),
        intended("a", Write::Update),
        created("a", "8"),
        Event::Updated { key: key.clone(), seen: Some(seen("read back")) },
        Event::Rejected { key: key.clone(), why: "400".into() },
        Event::Unsent { key: key.clone(), why: "no route".into() },
        Event::Heard { key: key.clone(), why: "502".into() },
        Event::Adopted { key: key.clone(), id: "9".into(), request: request.clone(), seen: None, reason: reason.clone() },
        Event::Presumed { key: key.clone(), request: request.clone(), reason: reason.clone() },
        Event::Observed { key: key.clone(), seen: seen("now"), baseline: true, booking_checked: true },
        Event::DoneByHand { key: key.clone(), request: request.clone(), seen: seen("by hand") },
        Event::TookLive { key: key.clone(), request, seen: seen("live"), accepted: None },
        Event::Noted { key: key.clone(), lifecycle: Box::default(), labels: BTreeMap::new(), visit: None, site: None },
        Event::Closed { key: key.clone(), why: Closing::Removed, reason: None },
        Event::NotCreated { key: key.clone(), reason: reason.clone() },
        Event::WriteSettled { key: key.clone(), done: true, reason: reason.clone() },
        Event::Accepted { key: key.clone(), difference: Digest::of("x"), reason: reason.clone() },
        Event::VisitEnded { key: key.clone(), outcome: VisitOutcome::Ok, reason: reason.clone() },
        Event::Moved { key: key.clone(), to: super::super::samples::key("b"), reason: reason.clone() },
        Event::Restored { key: key.clone(), record: Box::new(situation("in doubt").records[&key].clone()), reason: reason.clone() },
        Event::Restored { key: key.clone(), record: Box::new(situation("live").records[&key].clone()), reason: reason.clone() },
        Event::Restored { key: key.clone(), record: Box::new(situation("not created").records[&key].clone()), reason },
    ]
}

fn short(state: &State, name: &str) -> String {
    let Some(record) = state.records.get(&key(name)) else { return "-".to_owned() };
    let phase = match &record.phase {
        Phase::Pending => "pending".to_owned(),
        Phase::Live { id } => format!("live {id}"),
        Phase::Closed { id, .. } => format!("closed {}", id.as_deref().unwrap_or("without id")),
        Phase::NotCreated { .. } => "not created".to_owned(),
    };
    if record.in_doubt() { phase + " ?" } else { phase }
}

#[test]
fn what_an_answer_named_besides_stays_whatever_becomes_of_the_visit() {
    let stray = || Stray { id: None, what: "one without an id".to_owned() };
    let surplus = Event::Surplus { key: key("a"), tickets: vec![stray()] };
    let state = State::new("l1");
    let after = |events: &[Event]| events.iter().fold(state.clone(), |state, event| state.with(event, at(1)).expect("possible"));
    let refused = [intended("a", Write::Create), surplus.clone(), Event::Rejected { key: key("a"), why: "no".to_owned() }];
    let again = [&refused[..], &[intended("a", Write::Create)]].concat();
    let linked = Event::Adopted { key: key("a"), id: "7".into(), request: Box::new(request("x")), seen: None, reason: "found".into() };
    let linked = [&again[..], &[linked]].concat();
    let moved = [&linked[..], &[Event::Moved { key: key("a"), to: key("b"), reason: "renamed".into() }]].concat();
    assert_eq!(after(&again).records[&key("a")].surplus, [stray()]);
    assert_eq!(after(&linked).records[&key("a")].surplus, [stray()]);
    let left = after(&moved);
    assert_eq!((left.records[&key("a")].surplus.len(), left.records[&key("b")].surplus.len()), (0, 1));
    assert!(state.with(&surplus, at(1)).is_err(), "it belongs to a visit that was sent");
}

#[test]
fn what_was_heard_leaves_the_write_in_doubt_and_goes_with_it() {
    let heard = |why: &str| Event::Heard { key: key("a"), why: why.into() };
    let doubted = situation("in doubt");
    let told = doubted.clone().with(&heard("502"), at(2)).expect("possible");
    let mut plain = told.clone();
    plain.records.get_mut(&key("a")).and_then(|record| record.intent.as_mut()).expect("an intent").heard = None;
    assert_eq!(plain, doubted, "nothing else changes");
    let of = |state: &State| state.records[&key("a")].intent.as_ref().and_then(|intent| intent.heard.clone());
    assert_eq!(of(&told).as_deref(), Some("502"));
    let linked = told.with(&created("a", "7"), at(3)).expect("possible");
    assert_eq!(linked.records[&key("a")].intent, None);
    let again = linked.with(&intended("a", Write::Update), at(4)).expect("possible");
    assert_eq!(of(&again), None, "it was said of another write");
    let impossible = situation("live").with(&heard("502"), at(2)).expect_err("no intent");
    assert_eq!(impossible.to_string(), "Dispatch/a: `heard` cannot follow: no write was intended");
}

#[test]
fn every_event_in_every_situation() {
    let mut table = String::new();
    for event in events() {
        for name in SITUATIONS {
            let outcome = match situation(name).with(&event, at(9)) {
                Ok(state) if short(&state, "b") == "-" => short(&state, "a"),
                Ok(state) => format!("{}, b {}", short(&state, "a"), short(&state, "b")),
                Err(impossible) => format!("! {}", impossible.why),
            };
            writeln!(table, "{:14} | {name:21} | {outcome}", event.verb()).expect("written");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn an_impossible_event_changes_nothing_and_says_why() {
    for event in events() {
        for name in SITUATIONS {
            let (mut state, before) = (situation(name), situation(name));
            if state.apply(&event, at(9)).is_err() {
                assert_eq!(state, before, "{event} on {name}");
            }
        }
    }
    let impossible = situation("live").with(&intended("a", Write::Create), at(9)).expect_err("a second create");
    let text = "Dispatch/a: `intended` cannot follow: the address has a ticket, a tombstone or an intent already";
    assert_eq!(impossible.to_string(), text);
}

#[test]
fn whatever_is_applied_can_be_taken_back_and_put_there_again() {
    for event in events() {
        for name in SITUATIONS {
            let (mut state, before) = (situation(name), situation(name));
            let plan = Event::PlanStarted { plan: "p".into() };
            if let Ok(undo) = state.apply_all(&[plan, event.clone()], at(9)) {
                let after = state.clone();
                let redo = state.turn_back(undo);
                let mut again = state.clone();
                drop(again.turn_back(redo));
                assert_eq!(again, after, "{event} on {name}");
            }
            assert_eq!(state, before, "{event} on {name}");
        }
    }
}

#[test]
fn no_event_erases_what_was_once_sent() {
    for event in events() {
        for name in ["in doubt", "live", "live, update in doubt", "closed"] {
            let Ok(state) = situation(name).with(&event, at(9)) else { continue };
            let settled_as_nothing = matches!(event, Event::Rejected { .. } | Event::Unsent { .. } | Event::NotCreated { .. });
            let kept = state.records.values().any(|record| !record.is_moved() && !matches!(record.phase, Phase::NotCreated { .. }));
            assert!(kept || settled_as_nothing, "{event} on {name}");
        }
    }
}

#[test]
fn only_what_was_surely_not_created_frees_an_address() {
    for name in SITUATIONS {
        let again = situation(name).with(&intended("a", Write::Create), at(9));
        assert_eq!(again.is_ok(), ["none", "not created"].contains(&name), "{name}");
        let presumed = Event::Presumed { key: key("a"), request: Box::new(request("x")), reason: "lost".into() };
        assert_eq!(situation(name).with(&presumed, at(9)).is_ok(), again.is_ok(), "{name}");
    }
}

#[test]
fn a_rename_leaves_a_tombstone_and_can_be_taken_back() {
    let moved = |from: &str, to: &str| Event::Moved { key: key(from), to: key(to), reason: "renamed".into() };
    let there = situation("live").with(&moved("a", "b"), at(1)).expect("possible");
    assert_eq!((short(&there, "a").as_str(), short(&there, "b").as_str()), ("closed 7", "live 7"));
    assert_eq!(there.holder(&request("new"), "7"), Some(&key("b")));
    let elsewhere = Request { system: "nocexpress".to_owned(), ..request("new") };
    assert_eq!(there.holder(&elsewhere, "7"), None, "another system's ticket of the same number");
    there.clone().with(&intended("a", Write::Create), at(2)).expect_err("the old address stays taken");
    there.clone().with(&moved("a", "c"), at(2)).expect_err("it has moved already");
    let back = there.with(&moved("b", "a"), at(3)).expect("possible");
    assert_eq!((short(&back, "a").as_str(), short(&back, "b").as_str()), ("live 7", "closed 7"));
}

#[test]
fn no_event_leaves_a_pending_record_without_its_doubt() {
    for event in events() {
        for name in SITUATIONS {
            let Ok(state) = situation(name).with(&event, at(9)) else { continue };
            let lost = state.records.values().any(|record| record.phase == Phase::Pending && !record.in_doubt());
            assert!(!lost, "{event} on {name}");
        }
    }
}

#[test]
fn what_is_presumed_holds_its_address_and_counts_as_nobodys_create() {
    let presumed = Event::Presumed { key: key("a"), request: Box::new(request("x")), reason: "the disk died".into() };
    let state = situation("none").with(&presumed, at(1)).expect("possible");
    let record = &state.records[&key("a")];
    assert!(record.is_presumed() && record.in_doubt() && record.adopted);
    state.clone().with(&intended("a", Write::Create), at(2)).expect_err("it may have been sent");
    let adopted = Event::Adopted { key: key("a"), id: "7".into(), request: Box::new(request("x")), seen: None, reason: "found".into() };
    let found = state.clone().with(&adopted, at(2)).expect("possible");
    assert!(found.records[&key("a")].is_open() && found.records[&key("a")].adopted);
    let never = Event::NotCreated { key: key("a"), reason: "never sent".into() };
    let sent = state.with(&never, at(2)).and_then(|state| state.with(&intended("a", Write::Create), at(3))).expect("free again");
    assert!(!sent.records[&key("a")].adopted, "a create of today");
}

#[test]
fn an_update_takes_effect_only_when_it_is_known_to_have() {
    let sent = |state: &State| state.records[&key("a")].request.fields.clone();
    let key_a = key("a");
    let doubtful = situation("live, update in doubt");
    assert_eq!(sent(&doubtful), fields("create"));
    let settled = |done| Event::WriteSettled { key: key_a.clone(), done, reason: "looked".into() };
    assert_eq!(sent(&doubtful.clone().with(&settled(true), at(9)).expect("possible")), fields("update"));
    assert_eq!(sent(&doubtful.clone().with(&settled(false), at(9)).expect("possible")), fields("create"));
    let updated = doubtful.with(&Event::Updated { key: key_a.clone(), seen: Some(seen("read back")) }, at(9)).expect("possible");
    assert_eq!((sent(&updated), updated.records[&key_a].baseline.clone()), (fields("update"), Some(fields("read back"))));
}

#[test]
fn a_baseline_is_completed_by_a_look_and_replaced_on_demand() {
    let look = |baseline| {
        let mut seen = seen("changed by hand");
        seen.fields.set("status_note", "new");
        Event::Observed { key: key("a"), seen, baseline, booking_checked: false }
    };
    let baseline = |event: &Event| situation("live").with(event, at(9)).expect("possible").records[&key("a")].baseline.clone();
    let completed = baseline(&look(false)).expect("a baseline");
    assert_eq!((completed.text("initial_description"), completed.text("status_note")), (Some("as booked"), Some("new")));
    assert_eq!(baseline(&look(true)).expect("a baseline").text("initial_description"), Some("changed by hand"));
}

#[test]
fn finished_is_final() {
    let look =
        |finished| Event::Observed { key: key("a"), seen: Sighting { finished, ..seen("x") }, baseline: false, booking_checked: false };
    let state = situation("live").with(&look(true), at(1)).and_then(|state| state.with(&look(false), at(2))).expect("possible");
    assert!(!state.records[&key("a")].is_open());
}

#[test]
fn a_plan_is_started_once_and_finished() {
    let plan = || String::from("p");
    let state = State::new("l1").with(&Event::PlanStarted { plan: plan() }, at(1)).expect("possible");
    let state = state.with(&Event::PlanStarted { plan: plan() }, at(2)).expect("a killed run goes on");
    assert_eq!(state.plans["p"], PlanUse { started: at(1), finished: None });
    let state = state.with(&Event::PlanFinished { plan: plan() }, at(3)).expect("possible");
    assert_eq!(state.plans["p"].finished, Some(at(3)));
}

#[test]
fn a_state_survives_json() {
    for name in SITUATIONS {
        let state = situation(name);
        let json = serde_json::to_string(&state).expect("json");
        assert_eq!(serde_json::from_str::<State>(&json).expect("a state"), state, "{name}");
    }
}

#[test]
fn what_was_refused_is_told_from_what_was_never_sent() {
    let phase = |event: Event| {
        let state = situation("in doubt").with(&event, at(1)).expect("possible");
        serde_json::to_string(&state.records[&key("a")].phase).expect("a phase")
    };
    let refused = phase(Event::Rejected { key: key("a"), why: "400".into() });
    assert_eq!(refused, r#"{"is":"not_created","why":"400","refused":true}"#);
    let unsent = phase(Event::Unsent { key: key("a"), why: "no route".into() });
    assert_eq!(unsent, r#"{"is":"not_created","why":"no route"}"#, "as older states have every one");
    assert_eq!(serde_json::from_str::<Phase>(&unsent).ok(), Some(Phase::NotCreated { why: "no route".into(), refused: false }));
    assert_eq!(phase(Event::NotCreated { key: key("a"), reason: "no route".into() }), unsent);
}

#[test]
fn the_trace_of_a_rename_is_the_latest_visit_only_where_there_is_no_other() {
    let moved = |from: &Key, to: &Key| Event::Moved { key: from.clone(), to: to.clone(), reason: "renamed".into() };
    let again = |name| Key { reissue: 1, ..key(name) };
    let address = key("a").address;
    let trace =
        situation("live").with(&moved(&key("a"), &again("a")), at(1)).and_then(|state| state.with(&moved(&again("a"), &again("b")), at(2)));
    let trace = trace.expect("possible");
    assert_eq!(trace.latest(&address).map(|(key, _)| key), Some(&again("a")));
    let open = trace.with(&intended("c", Write::Create), at(3)).and_then(|state| state.with(&moved(&key("c"), &key("a")), at(4)));
    assert_eq!(open.expect("possible").latest(&address).map(|(key, _)| key), Some(&key("a")));
}

#[test]
fn what_becomes_of_a_ticket_that_moved_is_said_of_its_new_address() {
    let moved = situation("live").with(&Event::Moved { key: key("a"), to: key("b"), reason: "a rename".into() }, at(1)).expect("possible");
    let closed = |name: &str| moved.clone().with(&Event::Closed { key: key(name), why: Closing::Cancelled, reason: None }, at(2));
    let impossible = closed("a").expect_err("only a trace of the rename");
    assert_eq!(impossible.to_string(), "Dispatch/a: `closed` cannot follow: its record has another address already");
    assert_eq!(short(&closed("b").expect("possible"), "b"), "closed 7");
}
