//! What holds for the plan of every world: nobody is sent twice, nobody is forgotten, and nothing depends on the order of things.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::bench::{Bench, key, plain, ticket};
use super::worlds::draw;
use crate::plan::{Action, Plan, Step, check_fresh, open_plan, seal_plan};
use crate::refresh::{Filter, Selection, renamed_from};
use crate::state::{Cipher, Closing, Event, Key, Phase, Record};
use crate::support::trials::trials;
use crate::systems::{Found, Observed};
use crate::ticket::{Address, Digest};

/// Whether nobody can be on the way for this record, whatever happens.
fn is_over(bench: &Bench, key: &Key, record: &Record) -> bool {
    let seen = |is: bool| matches!(bench.observed.of(key), Some(Observed::Found(seen)) if seen.finished == is);
    match &record.phase {
        Phase::Pending => false,
        Phase::Live { .. } if record.in_doubt() => false,
        Phase::Live { .. } => {
            if record.finished {
                !seen(false)
            } else {
                seen(true)
            }
        }
        Phase::Closed { why: Closing::Forgotten | Closing::Removed, .. } => record.finished || seen(true),
        Phase::Closed { .. } | Phase::NotCreated { .. } => true,
    }
}

fn is_seen_over(bench: &Bench, key: &Key) -> bool {
    matches!(bench.observed.of(key), Some(Observed::Found(seen)) if seen.finished)
}

/// Why a create may not be, if so.
fn wrong(bench: &Bench, step: &Step) -> Option<String> {
    let Action::Create { request, .. } = &step.action else { return None };
    let say = |why: &str| Some(format!("{} is sent, and {why}", step.key));
    let Some(ticket) = bench.tickets.iter().find(|ticket| key(ticket) == step.key) else { return say("no file asks for it") };
    let before = renamed_from(ticket, &bench.state).into_iter().chain([step.key.address.clone()]);
    for (at, record) in before.flat_map(|address| bench.state.visits(&address).collect::<Vec<_>>()) {
        let has_ticket = !matches!(record.phase, Phase::NotCreated { .. });
        if has_ticket && !record.is_moved() && at.reissue >= step.key.reissue {
            return say("this visit, or a later one, was sent before");
        }
        if has_ticket && at.reissue == step.key.reissue && at.address == step.key.address {
            return say("its address has a tombstone");
        }
        let is_latest = bench.state.latest(&at.address).is_some_and(|(latest, _)| latest == at);
        if is_latest && !is_over(bench, at, record) {
            return say("the visit before may be coming");
        }
    }
    if request.origin != bench.origin || request.fields != ticket.fields {
        return say("it is not what the file asks for");
    }
    None
}

/// Pairs of tickets of one plan that would stand at one place, and nobody said that this is meant.
fn crowded(bench: &Bench, plan: &Plan) -> Vec<(Address, Address)> {
    let coming = |step: &Step| {
        let Action::Create { request, .. } = &step.action else { return None };
        Some((step.key.address.clone(), bench.system.look_alike(&request.fields)))
    };
    let may_come = |key: &Key, record: &Record| match &record.phase {
        Phase::Pending => true,
        Phase::Live { .. } | Phase::Closed { why: Closing::Forgotten | Closing::Removed, .. } => {
            !record.finished && !is_seen_over(bench, key)
        }
        Phase::Closed { .. } | Phase::NotCreated { .. } => false,
    };
    let open = bench.state.records.iter().filter(|(key, record)| may_come(key, record));
    let open = open.filter(|(key, _)| !plan.steps.iter().any(|step| step.is_of(key) && step.renamed_from().is_some()));
    let all: Vec<_> = plan.steps.iter().filter_map(coming).collect();
    let around: Vec<_> = open.map(|(key, record)| (key.address.clone(), bench.system.look_alike(&record.request.fields))).collect();
    let names = |one: &Address, other: &Address| {
        bench.tickets.iter().any(|ticket| ticket.address == *one && ticket.lifecycle.alongside.contains(other))
    };
    let mut pairs = Vec::new();
    for (one, places) in &all {
        for (other, _) in all.iter().chain(&around).filter(|(other, at)| other != one && at.iter().any(|place| places.contains(place))) {
            if !names(one, other) && !names(other, one) {
                pairs.push((one.clone(), other.clone()));
            }
        }
    }
    pairs
}

proptest! {
    #![proptest_config(trials(160))]

    #[test]
    fn a_create_is_only_for_an_address_that_is_free_or_a_raised_reissue_after_a_visit_that_is_over(draw in draw()) {
        let mut world = draw.world();
        let plan = world.plan();
        for step in &plan.steps {
            prop_assert_eq!(wrong(&world.bench, step), None);
        }
        prop_assert_eq!(crowded(&world.bench, &plan), vec![], "a second technician for one place");
        let changing: Vec<&Key> = plan.steps.iter().filter(|step| step.is_change()).map(|step| &step.key).collect();
        prop_assert_eq!(changing.iter().collect::<BTreeSet<_>>().len(), changing.len(), "two changes of one visit");
        for step in plan.steps.iter().filter(|step| matches!(step.action, Action::Update { .. } | Action::Close { .. } | Action::Delete { .. })) {
            let record = world.bench.state.records.iter().find(|(key, _)| step.is_of(key)).map(|(_, record)| record);
            let is_right = record.is_some_and(|record| record.is_live() && !record.in_doubt() && record.request.origin == world.bench.origin);
            prop_assert!(is_right, "{:?}", step);
        }
    }

    #[test]
    fn nobody_is_forgotten(draw in draw()) {
        let mut world = draw.world();
        let plan = world.plan();
        for ticket in &world.bench.tickets {
            prop_assert!(plan.steps.iter().any(|step| step.key.address == ticket.address), "no step for {}", ticket.address);
        }
        for (key, record) in world.bench.state.records.iter().filter(|(_, record)| record.is_open() || record.in_doubt()) {
            let notes = |step: &Step| step.events.iter().any(|event| event.key() == Some(key));
            let is_told = plan.steps.iter().any(|step| step.is_of(key) || step.record == Some(Digest::of(record)) || notes(step));
            // What needs no person waits for its new name.
            let is_renamed = world.bench.tickets.iter().any(|ticket| renamed_from(ticket, &world.bench.state).as_ref() == Some(&key.address));
            let is_found = matches!(world.bench.observed.found.get(key), Some(Found::One(_)));
            let is_told = is_told || (is_renamed && (is_found || is_seen_over(&world.bench, key)));
            prop_assert!(is_told, "{} is open or in doubt, and no step says so", key);
        }
    }

    #[test]
    fn a_plan_depends_on_no_order_and_says_the_same_each_time(draw in draw(), turn in any::<prop::sample::Index>()) {
        let mut world = draw.world();
        let plan = world.plan();
        prop_assert_eq!(&world.plan(), &plan);
        if !world.bench.tickets.is_empty() {
            let by = turn.index(world.bench.tickets.len());
            world.bench.tickets.rotate_left(by);
            prop_assert_eq!(&world.plan(), &plan);
            world.bench.tickets.reverse();
            prop_assert_eq!(&world.plan(), &plan);
        }
    }

    #[test]
    fn what_has_nothing_to_do_with_an_address_changes_nothing_about_it(draw in draw(), is_sent in any::<bool>()) {
        let mut world = draw.world();
        let plan = world.plan();
        // Another place, and other words: it cannot travel with anybody.
        let stranger = ticket(99, |document| document["spec"]["contact_name"] = serde_json::json!("Kim Roe"));
        world.bench.tickets.insert(0, stranger.clone());
        let mut bench = std::mem::replace(&mut world.bench, Bench::new());
        if is_sent {
            bench = bench.checked(&stranger, "77").checked(&plain(98), "78");
        }
        world.bench = bench;
        let with = world.plan();
        let others: Vec<&Step> = with.steps.iter().filter(|step| !["store-99", "store-98"].contains(&&*step.key.address.name)).collect();
        prop_assert_eq!(others, plan.steps.iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_selection_plans_for_its_own_and_sends_nobody_who_must_not_be_sent(draw in draw(), chosen in any::<prop::sample::Index>()) {
        let mut world = draw.world();
        prop_assume!(!world.bench.tickets.is_empty());
        let chosen = world.bench.tickets[chosen.index(world.bench.tickets.len())].address.clone();
        let filter = Filter::of_tickets([chosen.clone()]);
        world.bench.selection = Selection::of(filter, &world.bench.tickets, &world.bench.state).expect("it is in the files");
        let plan = world.plan();
        for step in &plan.steps {
            // Until it is renamed, an earlier visit has its old name.
            let before = world.bench.tickets.iter().find(|ticket| ticket.address == chosen).and_then(|ticket| renamed_from(ticket, &world.bench.state));
            prop_assert!(step.key.address == chosen || Some(&step.key.address) == before.as_ref(), "a step outside of the selection: {}", step.key);
            prop_assert_eq!(wrong(&world.bench, step), None);
        }
        prop_assert_eq!(crowded(&world.bench, &plan), vec![], "a second technician for one place");
    }

    #[test]
    fn after_some_runs_in_which_all_goes_well_there_is_nothing_to_do(draw in draw()) {
        let mut world = draw.world();
        for _ in 0..8 {
            let plan = world.plan();
            for step in &plan.steps {
                prop_assert_eq!(wrong(&world.bench, step), None);
            }
            world.apply(&plan);
            if !plan.has_changes() && !plan.has_events() {
                return Ok(());
            }
        }
        let plan = world.plan();
        let left: Vec<_> = plan.steps.iter().filter(|step| step.is_change() || !step.events.is_empty()).collect();
        prop_assert!(left.is_empty(), "there is always something left to do: {:#?}", left);
    }

    #[test]
    fn a_saved_plan_is_read_as_it_was_written_and_applies_once(draw in draw()) {
        let mut world = draw.world();
        let plan = world.plan();
        let text = seal_plan(&plan, &Cipher::default()).expect("a text");
        prop_assert_eq!(&open_plan("plan.json", &text, &Cipher::default()).expect("a plan"), &plan);
        prop_assert_eq!(seal_plan(&open_plan("plan.json", &text, &Cipher::default()).expect("a plan"), &Cipher::default()).expect("a text"), text);
        let sides = world.bench.sides();
        let fresh = check_fresh(&plan, &world.bench.now(&sides));
        prop_assert_eq!(fresh.as_ref().map(|fresh| &fresh.steps).map_err(ToString::to_string), Ok(&plan.steps));
        let started = Event::PlanStarted { plan: plan.id.clone() };
        world.bench = std::mem::replace(&mut world.bench, Bench::new()).event(&started);
        world.apply(&plan);
        // Stopped before its end and started again, it sends nothing more; at its end, it is no plan any more.
        if let Ok(again) = check_fresh(&plan, &world.bench.now(&sides)) {
            let writes: Vec<&Step> = again.steps.iter().filter(|step| step.action.is_write()).collect();
            prop_assert!(writes.is_empty(), "{:#?}", writes);
        }
        let finished = Event::PlanFinished { plan: plan.id.clone() };
        world.bench = std::mem::replace(&mut world.bench, Bench::new()).event(&finished);
        prop_assert!(check_fresh(&plan, &world.bench.now(&sides)).is_err());
    }
}
