//! What comes back must be what was planned: the rest of it is tried on every plan of [`Bench`].

use insta::assert_snapshot;

use crate::plan::tests::bench::{Bench, open_with, plain};
use crate::plan::{Plan, check_fresh};
use crate::state::Event;
use crate::ticket::Digest;

/// Saved without contacts, and opened again.
fn saved(bench: &Bench) -> Plan {
    bench.plan().without_contacts(&bench.tickets, &bench.state).expect("a plan").with_contacts(&bench.tickets, &bench.state)
}

#[test]
fn a_create_whose_people_are_others_makes_the_plan_stale() {
    let bench = Bench::new().wants(plain(1));
    let sides = bench.sides();
    let check = |plan: &Plan| check_fresh(plan, &bench.now(&sides)).map(|plan| plan.steps.len()).map_err(|stale| stale.to_string());
    let mut plan = saved(&bench);
    assert_eq!(check(&plan), Ok(1));
    plan.steps[0].left_out.as_mut().expect("a proof").does = Digest::of("somebody else");
    assert_snapshot!(check(&plan).expect_err("stale"), @"Dispatch/store-1: the contacts that were left out of this plan are not what they were when it was made");
}

#[test]
fn what_was_seen_of_people_and_is_not_so_any_more_is_not_recorded() {
    let looked = |name: &str| {
        Bench::new().wants(plain(1)).sent(&plain(1), "7").sees(&plain(1), open_with(&plain(1), "7", "local_contact_name", name))
    };
    let then = looked("Ann Poe");
    let plan = saved(&then);
    let is_look = |event: &Event| matches!(event, Event::Observed { .. });
    let held =
        |now: &Bench| plan.clone().held_by(&now.observed, &now.sides()).steps[0].events.iter().filter(|event| is_look(event)).count();
    assert_eq!((held(&then), held(&looked("Kim Roe"))), (1, 0));
}
