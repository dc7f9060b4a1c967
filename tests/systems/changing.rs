//! The contract of systems that change, close or delete a ticket. Those that cannot are held to refusing it, in `contract`.

use callout::systems::sandbox::{Call, Fault, Trouble};
use callout::systems::{Observed, Sent, System};
use callout::ticket::Fields;
use serde_json::{Map, Value};

use crate::bench::{Bench, done};
use crate::contract::systems;
use crate::terms::{Changes, Terms};

/// Every system that updates, with values to change its tickets by.
fn updating() -> Vec<(&'static dyn System, Changes)> {
    let able: Vec<_> = systems().iter().filter(|system| system.capabilities().update.yes()).collect();
    assert!(!able.is_empty());
    let with_changes = |system: &&'static dyn System| (*system, Terms::of(*system).changes.expect("values to change a ticket by"));
    able.into_iter().map(with_changes).collect()
}

fn able(can: impl Fn(&dyn System) -> bool) -> Vec<&'static dyn System> {
    let able: Vec<_> = systems().iter().copied().filter(|system| can(*system)).collect();
    assert!(!able.is_empty());
    able
}

fn one(name: &str, value: impl Into<Value>) -> Fields {
    Fields::from_iter([(name.to_owned(), value.into())])
}

/// What of a ticket's comparable fields is not as before.
fn changed(system: &dyn System, before: &Fields, after: &Fields) -> Vec<String> {
    let (before, after) = (system.comparable(before), system.comparable(after));
    let names = before.iter().chain(after.iter()).map(|(name, _)| name.to_owned());
    let mut changed: Vec<String> = names.filter(|name| before.get(name) != after.get(name)).collect();
    changed.sort();
    changed.dedup();
    changed
}

#[tokio::test]
async fn a_change_changes_its_field_and_nothing_else_also_when_it_is_sent_twice() {
    for (system, changes) in updating() {
        let bench = Bench::new(system).await;
        let before = bench.created().await;
        let (vendors, own, by_hand) = changes.by_hand.clone();
        let hand = Map::from_iter([(vendors.to_owned(), by_hand)]);
        bench.stage.sandbox.edit(before.id.parse().expect("a number"), &hand).expect("a change by hand");
        let (name, value) = changes.change.clone();
        let mut wanted = vec![name.to_owned(), own.to_owned()];
        wanted.sort();
        for _ in 0..2 {
            let answered = done(bench.update(&before.id, &one(name, value.clone())).await);
            let after = bench.found(&before.id).await;
            assert_eq!(answered.id, before.id);
            assert_eq!(changed(system, &before.fields, &after.fields), wanted, "{}", system.id());
            assert_eq!(system.comparable(&after.fields).get(name), system.expected(&one(name, value.clone()), &[], None).get(name));
            assert_eq!(system.mark_of(&after.fields), Some(Bench::mark()), "{}: the mark", system.id());
        }
        assert_eq!(bench.stage.sandbox.creates(), 1);
    }
}

#[tokio::test]
async fn a_field_without_a_value_is_emptied() {
    for (system, changes) in updating() {
        let bench = Bench::new(system).await;
        let before = bench.created().await;
        assert!(system.comparable(&before.fields).get(changes.emptied).is_some(), "{}", system.id());
        done(bench.update(&before.id, &one(changes.emptied, Value::Null)).await);
        let after = bench.found(&before.id).await;
        assert_eq!(changed(system, &before.fields, &after.fields), [changes.emptied], "{}", system.id());
    }
}

#[tokio::test]
async fn a_change_of_the_field_with_the_mark_keeps_it() {
    for (system, changes) in updating() {
        let bench = Bench::new(system).await;
        let before = bench.created().await;
        let (name, text) = changes.carrier;
        // As the engine places it again.
        let marked = system.with_mark(one(name, text), &Bench::mark());
        done(bench.update(&before.id, &marked).await);
        let after = bench.found(&before.id).await;
        assert_eq!(changed(system, &before.fields, &after.fields), [name], "{}", system.id());
        assert_eq!(system.mark_of(&after.fields), Some(Bench::mark()), "{}", system.id());
        assert_eq!(system.comparable(&after.fields).text(name), Some(text), "{}", system.id());
    }
}

#[tokio::test]
async fn a_closed_ticket_is_finished_and_still_there() {
    for system in able(|system| system.capabilities().close.yes()) {
        let bench = Bench::new(system).await;
        let before = bench.created().await;
        for _ in 0..2 {
            assert!(done(bench.close(&before.id).await).finished, "{}", system.id());
            let after = bench.found(&before.id).await;
            assert!(after.finished, "{}", system.id());
            assert_eq!(system.mark_of(&after.fields), Some(Bench::mark()), "{}", system.id());
        }
    }
}

#[tokio::test]
async fn a_deleted_ticket_is_missing_and_deleting_it_again_is_refused() {
    for system in able(|system| system.capabilities().delete.yes()) {
        let bench = Bench::new(system).await;
        let (one, other) = (bench.created().await, bench.created().await);
        assert_eq!(done(bench.delete(&one.id).await).id, one.id);
        assert_eq!(bench.remote.read(&one.id).await, Observed::Missing, "{}", system.id());
        bench.found(&other.id).await;
        // Gone, or hidden from this credential: nobody can tell, so nobody says that it is done.
        let again = bench.delete(&one.id).await;
        assert!(matches!(again, Sent::Rejected { stops_system: false, .. }), "{}: {again:?}", system.id());
    }
}

/// Every change that a system can make, by the kind of its request.
async fn each_change(bench: &Bench, id: &str) -> Vec<(Call, Sent)> {
    let can = bench.system.capabilities();
    let mut sent = Vec::new();
    if can.update.yes() {
        let (name, value) = Terms::of(bench.system).changes.expect("values to change a ticket by").change;
        sent.push((Call::Update, bench.update(id, &one(name, value)).await));
    }
    if can.close.yes() {
        sent.push((Call::Update, bench.close(id).await));
    }
    if can.delete.yes() {
        sent.push((Call::Delete, bench.delete(id).await));
    }
    sent
}

#[tokio::test]
async fn a_change_that_was_not_readably_answered_is_unknown_and_sent_once() {
    let troubles = [
        Trouble::ErrorBeforeCommit { status: 500 },
        Trouble::ErrorAfterCommit { status: 502 },
        Trouble::DropBeforeCommit,
        Trouble::DropAfterCommit,
        Trouble::Redirect { to: "http://127.0.0.1:9/elsewhere".to_owned() },
    ];
    for system in able(|system| system.capabilities().update.yes()) {
        for trouble in &troubles {
            let bench = Bench::new(system).await;
            let seen = bench.created().await;
            let kinds = [Call::Update, Call::Delete];
            bench.stage.sandbox.set_faults(kinds.map(|call| Fault::on(call, trouble.clone())).to_vec()).expect("faults");
            let before = bench.requests();
            let sent = each_change(&bench, &seen.id).await;
            for (call, sent) in &sent {
                assert!(matches!(sent, Sent::Unknown { .. }), "{}: {call:?} {trouble:?}: {sent:?}", system.id());
            }
            let writes = bench.stage.sandbox.requests().iter().skip(before).filter(|request| !request.faults.is_empty()).count();
            assert_eq!(writes, sent.len(), "{}: {trouble:?}", system.id());
        }
    }
}

#[tokio::test]
async fn half_an_answer_to_a_change_is_unknown() {
    for (system, changes) in updating() {
        for trouble in [Trouble::HalfAnswer, Trouble::Html, Trouble::NoId] {
            let bench = Bench::new(system).await;
            let seen = bench.created().await;
            bench.fault(Fault::on(Call::Update, trouble.clone()));
            let (name, value) = changes.change.clone();
            let sent = bench.update(&seen.id, &one(name, value)).await;
            assert!(matches!(sent, Sent::Unknown { .. }), "{}: {trouble:?}: {sent:?}", system.id());
        }
    }
}

#[tokio::test]
async fn a_change_of_a_ticket_that_is_not_found_is_refused() {
    for system in able(|system| system.capabilities().update.yes()) {
        let bench = Bench::new(system).await;
        let seen = bench.created().await;
        bench.stage.sandbox.hide(seen.id.parse().expect("a number")).expect("a ticket");
        for (call, sent) in each_change(&bench, &seen.id).await {
            assert!(matches!(sent, Sent::Rejected { stops_system: false, .. }), "{}: {call:?}: {sent:?}", system.id());
        }
    }
}

#[tokio::test]
async fn a_change_that_was_told_to_wait_is_unsent() {
    for system in able(|system| system.capabilities().update.yes()) {
        let bench = Bench::new(system).await;
        let seen = bench.created().await;
        let wait = Trouble::TooManyRequests { retry_after: Some(7) };
        let kinds = [Call::Update, Call::Delete];
        bench.stage.sandbox.set_faults(kinds.map(|call| Fault::on(call, wait.clone())).to_vec()).expect("faults");
        for (call, sent) in each_change(&bench, &seen.id).await {
            let Sent::Unsent { retry_after, .. } = &sent else { panic!("{}: {call:?}: {sent:?}", system.id()) };
            assert_eq!(*retry_after, Some(std::time::Duration::from_secs(7)));
        }
    }
}

#[tokio::test]
async fn a_change_that_was_not_kept_does_not_show() {
    for (system, changes) in updating() {
        let bench = Bench::new(system).await;
        let before = bench.created().await;
        bench.fault(Fault::on(Call::Update, Trouble::Ignored));
        let (name, value) = changes.change.clone();
        // Whether it is told as done or not, the next look at the ticket shows the truth.
        let _ = bench.update(&before.id, &one(name, value)).await;
        assert_eq!(changed(system, &before.fields, &bench.found(&before.id).await.fields), Vec::<String>::new(), "{}", system.id());
    }
}
