//! The contract of systems that list tickets or find one by its mark. Those that cannot are held to saying so, in `contract`.

use std::time::Duration;

use callout::systems::sandbox::{Call, Fault, Trouble};
use callout::systems::{End, Found, Listing, Payload, System};
use callout::ticket::{Address, Clock as _, Mark};
use jiff::Timestamp;

use crate::bench::{Bench, done};
use crate::contract::systems;
use crate::terms::Terms;

/// Far more pages than any list here has.
const ENOUGH: usize = 50;

async fn listing() -> Vec<Bench> {
    let mut benches = Vec::new();
    for system in systems().iter().filter(|system| system.capabilities().list.yes()) {
        benches.push(Bench::with(*system, Terms::of(*system).small_pages, "sandbox", |_| {}).await);
    }
    assert!(!benches.is_empty());
    benches
}

async fn finding() -> Vec<Bench> {
    let mut benches = Vec::new();
    for system in systems().iter().filter(|system| system.capabilities().find.yes()) {
        benches.push(Bench::with(*system, Terms::of(*system).small_pages, "sandbox", |_| {}).await);
    }
    assert!(!benches.is_empty());
    benches
}

fn mark(name: &str) -> Mark {
    Mark::new("lineage", &Address::new("Kind", name), 0)
}

/// The id of a new ticket with this mark.
async fn made(bench: &Bench, mark: &Mark) -> String {
    let fields = bench.system.with_mark(bench.draft().fields, mark);
    done(bench.create(&Payload { fields, attachments: Vec::new() }).await).id
}

async fn several(bench: &Bench, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for at in 0..count {
        ids.push(made(bench, &mark(&format!("t{at}"))).await);
    }
    ids
}

fn ids(listing: &Listing) -> Vec<String> {
    let mut ids: Vec<String> = listing.tickets.iter().map(|seen| seen.id.clone()).collect();
    ids.sort();
    ids
}

fn before_all() -> Timestamp {
    "2027-01-04T11:45:00Z".parse().expect("a moment")
}

fn name(system: &dyn System) -> &'static str {
    system.id()
}

#[tokio::test]
async fn a_list_is_whole_and_shows_each_ticket_once_as_a_read_does() {
    for bench in listing().await {
        for count in 0..6 {
            let listed = bench.remote.list(Some(before_all()), ENOUGH).await;
            assert_eq!((listed.tickets.len(), &listed.end), (count, &End::Whole), "{}", name(bench.system));
            assert!(listed.requests <= count + 4, "{}: {} requests for {count} tickets", name(bench.system), listed.requests);
            made(&bench, &mark(&format!("t{count}"))).await;
        }
        let listed = bench.remote.list(None, ENOUGH).await;
        for seen in &listed.tickets {
            assert_eq!(seen, &bench.found(&seen.id).await, "{}", name(bench.system));
        }
        assert_eq!(listed.tickets.len(), 6);
    }
}

#[tokio::test]
async fn a_list_since_a_moment_has_what_was_made_then_and_later() {
    for bench in listing().await {
        several(&bench, 3).await;
        bench.stage.clock.sleep(Duration::from_secs(3600)).await;
        let since = bench.stage.clock.now();
        let new = made(&bench, &mark("new")).await;
        let listed = bench.remote.list(Some(since), ENOUGH).await;
        assert!(ids(&listed).contains(&new), "{}: {:?}", name(bench.system), ids(&listed));
        assert_eq!(listed.end, End::Whole);
    }
}

#[tokio::test]
async fn what_a_page_repeats_or_skips_is_found_all_the_same_or_told() {
    for trouble in [Trouble::RepeatedPage, Trouble::SkippedRow] {
        for at in 1..=6 {
            for bench in listing().await {
                let made = several(&bench, 5).await;
                bench.fault(Fault::on(Call::List, trouble.clone()).times(at));
                let listed = bench.remote.list(Some(before_all()), ENOUGH).await;
                let (found, is_whole) = (ids(&listed), listed.end == End::Whole);
                assert!(found.iter().all(|id| made.contains(id)), "{}: {found:?}", name(bench.system));
                let mut once = found.clone();
                once.dedup();
                assert_eq!(once, found, "{}: a ticket twice", name(bench.system));
                // One trouble in one page is noticed always. One in every page is the look of a shorter list.
                assert!(at > 1 || !is_whole || found == made, "{}: {trouble:?} and whole without all: {found:?}", name(bench.system));
            }
        }
    }
}

#[tokio::test]
async fn a_list_that_is_not_answered_is_broken_and_too_many_pages_are_too_long() {
    for bench in listing().await {
        several(&bench, 5).await;
        for trouble in [
            Trouble::ErrorBeforeCommit { status: 503 },
            Trouble::DropBeforeCommit,
            Trouble::HalfAnswer,
            Trouble::Html,
            Trouble::NoId,
            Trouble::Redirect { to: "http://127.0.0.1:9/elsewhere".to_owned() },
        ] {
            bench.fault(Fault::on(Call::List, trouble.clone()));
            let listed = bench.remote.list(Some(before_all()), ENOUGH).await;
            assert!(matches!(listed.end, End::Broken { stops_system: false, .. }), "{}: {trouble:?}: {:?}", name(bench.system), listed.end);
        }
        bench.stage.sandbox.set_faults(Vec::new()).expect("no faults");
        let before = bench.requests();
        let listed = bench.remote.list(Some(before_all()), 2).await;
        assert_eq!((listed.end, listed.requests, bench.requests() - before), (End::TooLong, 2, 2), "{}", name(bench.system));
    }
}

#[tokio::test]
async fn a_page_that_fails_once_is_asked_for_again() {
    for bench in listing().await {
        let made = several(&bench, 5).await;
        for trouble in [Trouble::ErrorBeforeCommit { status: 503 }, Trouble::DropBeforeCommit, Trouble::HalfAnswer] {
            bench.fault(Fault::on(Call::List, trouble.clone()).times(1));
            let listed = bench.remote.list(Some(before_all()), ENOUGH).await;
            assert_eq!((ids(&listed), listed.end), (made.clone(), End::Whole), "{}: {trouble:?}", name(bench.system));
        }
    }
}

#[tokio::test]
async fn a_refused_token_stops_the_system_in_a_list_and_a_search() {
    for system in systems().iter().filter(|system| system.capabilities().list.yes()) {
        let bench = Bench::with(*system, serde_json::json!({}), "not-the-token-7f3a", |_| {}).await;
        let End::Broken { why, stops_system } = bench.remote.list(None, ENOUGH).await.end else { panic!("not broken") };
        assert!(stops_system && !why.contains("7f3a"), "{}: {why}", name(*system));
        let found = bench.remote.find(&Bench::mark(), before_all()).await;
        let Found::Unanswered { why, stops_system, .. } = found else { panic!("{}: {found:?}", name(*system)) };
        assert!(stops_system && !why.contains("7f3a"), "{}: {why}", name(*system));
    }
}

#[tokio::test]
async fn a_search_finds_none_one_or_all_that_carry_the_mark() {
    for bench in finding().await {
        let own = several(&bench, 5).await;
        let find = async |mark: &Mark| bench.remote.find(mark, before_all()).await;
        assert_eq!(find(&mark("nobody")).await, Found::None, "{}", name(bench.system));
        let Found::One(seen) = find(&mark("t3")).await else { panic!("{}: not one", name(bench.system)) };
        assert_eq!(*seen, bench.found(&own[3]).await, "{}", name(bench.system));
        let twin = made(&bench, &mark("t3")).await;
        assert_eq!(find(&mark("t3")).await, Found::Several(vec![own[3].clone(), twin]), "{}", name(bench.system));
    }
}

#[tokio::test]
async fn a_mark_is_found_where_a_person_edited_around_it() {
    for bench in finding().await {
        let id = made(&bench, &mark("t")).await;
        let carrier = Terms::of(bench.system).changes.expect("a system that is searched is also changed").carrier.0;
        let read = bench.found(&id).await;
        let edited = format!("RE: {} (urgent)", read.fields.text(carrier).expect("a text"));
        let change = serde_json::Map::from_iter([(carrier.to_owned(), edited.into())]);
        bench.stage.sandbox.edit(id.parse().expect("a number"), &change).expect("a change by hand");
        let found = bench.remote.find(&mark("t"), before_all()).await;
        assert!(matches!(&found, Found::One(seen) if seen.id == id), "{}: {found:?}", name(bench.system));
    }
}

#[tokio::test]
async fn a_search_that_could_not_see_all_never_says_that_there_is_none() {
    for bench in finding().await {
        several(&bench, 5).await;
        for trouble in [Trouble::ErrorBeforeCommit { status: 503 }, Trouble::HalfAnswer, Trouble::Html, Trouble::DropBeforeCommit] {
            bench.fault(Fault::on(Call::List, trouble.clone()));
            let found = bench.remote.find(&mark("t2"), before_all()).await;
            let is_unanswered = matches!(found, Found::Unanswered { stops_system: false, .. });
            assert!(is_unanswered, "{}: {trouble:?}: {found:?}", name(bench.system));
        }
        for trouble in [Trouble::RepeatedPage, Trouble::SkippedRow] {
            bench.fault(Fault::on(Call::List, trouble.clone()).times(1));
            for at in 0..5 {
                let found = bench.remote.find(&mark(&format!("t{at}")), before_all()).await;
                assert_ne!(found, Found::None, "{}: {trouble:?}", name(bench.system));
            }
        }
    }
}
