//! Earlier visits that are open or in doubt beside a later one: they stay in view, whatever happens around them.

use insta::assert_snapshot;
use serde_json::json;

use super::bench::{Bench, key, plain, seen, ticket};
use crate::plan::check_fresh;
use crate::state::{Event, Key};
use crate::systems::Found;
use crate::ticket::{Address, Ticket};

fn later() -> Ticket {
    ticket(1, |document| document["lifecycle"]["reissue"] = json!(1))
}

/// The first visit was sent, and nobody knows whether it arrived; a person said so far only that there is a second one.
fn bench() -> Bench {
    Bench::new().intended(&plain(1)).checked(&later(), "7")
}

#[test]
fn a_saved_plan_still_tells_of_an_earlier_visit_in_doubt() {
    let bench = bench().wants(later());
    assert_snapshot!(bench.shows(), @r"
    ? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result
    . Dispatch/store-1#1
    ");
    let sides = bench.sides();
    assert_eq!(check_fresh(&bench.plan(), &bench.now(&sides)), Ok(bench.plan()));
}

#[test]
fn a_saved_plan_still_tells_that_a_reissue_was_lowered() {
    let bench = bench().wants(plain(1));
    assert_snapshot!(bench.shows(), @r"
    ! Dispatch/store-1; visit 1 was already sent; lowering `reissue` does not un-send it
    ? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result
    ");
    let sides = bench.sides();
    assert_eq!(check_fresh(&bench.plan(), &bench.now(&sides)), Ok(bench.plan()));
}

#[test]
fn a_rename_hides_no_earlier_visit_in_doubt() {
    let renamed = ticket(1, |document| {
        document["metadata"]["name"] = json!("new");
        document["lifecycle"] = json!({"reissue": 1, "renamed_from": "Dispatch/store-1"});
    });
    let bench = bench().wants(renamed);
    assert_snapshot!(bench.shows(), @r"
    = Dispatch/new#1; renamed from Dispatch/store-1; writes `moved`; writes `moved`; writes `noted`
    ? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result
    ");
    let sides = bench.sides();
    assert_eq!(check_fresh(&bench.plan(), &bench.now(&sides)), Ok(bench.plan()));
}

/// Two changes of one visit in one plan, one by its old name and one by its new one, could not both be written.
#[test]
fn what_needs_no_person_of_an_earlier_visit_waits_for_its_new_name() {
    let renamed = ticket(1, |document| {
        document["metadata"]["name"] = json!("new");
        document["lifecycle"] = json!({"reissue": 1, "renamed_from": "Dispatch/store-1"});
    });
    let found = Found::One(Box::new(seen(&plain(1), "6")));
    let bench = bench().wants(renamed).finds(&plain(1), found.clone());
    assert_snapshot!(bench.shows(), @"= Dispatch/new#1; renamed from Dispatch/store-1; writes `moved`; writes `moved`; writes `noted`");
    let events: Vec<Event> = bench.plan().steps.into_iter().flat_map(|step| step.events).collect();
    let mut then = events.iter().fold(bench, Bench::event);
    then.observed.found = [(Key::new(Address::new("Dispatch", "new"), 0), found)].into();
    assert_snapshot!(then.shows(), @r"
    = Dispatch/new
    . Dispatch/new#1
    ");
}

#[test]
fn nothing_is_renamed_to_an_address_that_still_has_a_visit() {
    let moved = Event::Moved { key: key(&later()), to: Key::new(Address::new("Dispatch", "elsewhere"), 1), reason: "a test".to_owned() };
    let renamed = ticket(1, |document| document["lifecycle"]["renamed_from"] = json!("Dispatch/store-2"));
    let bench = bench().event(&moved).checked(&plain(2), "8").wants(renamed);
    assert!(bench.plan().steps.iter().all(|step| step.renamed_from().is_none()), "{}", bench.shows());
}
