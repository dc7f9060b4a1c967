//! The parts of a refused plan: each does something, and is over no limit.

use insta::assert_snapshot;
use serde_json::json;

use super::bench::seen;
use super::limiting::{of, rollout, told, types_every_part, waves};
use crate::refresh::{Filter, Selection};
use crate::systems::Found;
use crate::ticket::RolloutLimits;

#[test]
fn a_part_is_within_all_limits_at_once() {
    let limits = RolloutLimits { creates: Some(6), ..RolloutLimits::default() };
    let mut bench = rollout(limits);
    bench.rules.creates = 5;
    assert_snapshot!(told(&bench.plan()), @r"
    9 creates are over the limit of 5 (spec.limits.creates); `callout apply --allow-creates 9` lifts it for one run
    8 creates are over the limit of 6 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 9` lifts it for one run
    fits: --target Rollout/sdwan --wave pilot, creates 2, closes 0, lets go of 0
    fits: --target Dispatch/store-90, creates 1, closes 0, lets go of 0
    ");
    types_every_part(bench);
}

#[test]
fn without_a_wave_that_fits_a_label_or_single_tickets_split_it() {
    let bench = |creates| {
        let mut bench = rollout(RolloutLimits { creates: Some(creates), ..RolloutLimits::default() });
        bench.rollouts.entry("sdwan".to_owned()).and_modify(|terms| terms.waves.clear());
        bench.tickets.remove(0);
        bench
    };
    assert_snapshot!(told(&bench(4).plan()), @r"
    8 creates are over the limit of 4 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 8` lifts it for one run
    fits: --target Rollout/sdwan --selector region=east, creates 4, closes 0, lets go of 0
    ");
    types_every_part(bench(4));
    assert_snapshot!(told(&bench(2).plan()), @r"
    8 creates are over the limit of 2 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 8` lifts it for one run
    fits: --target Dispatch/store-1 --target Dispatch/store-11, creates 2, closes 0, lets go of 0
    ");
    types_every_part(bench(2));
    let none = bench(0).plan();
    assert_snapshot!(told(&none), @"8 creates are over the limit of 0 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 8` lifts it for one run");
}

#[test]
fn a_part_of_a_part_selects_nothing_beside_it() {
    let typed = |words: Filter, creates| {
        let mut bench = rollout(RolloutLimits { creates: Some(creates), ..RolloutLimits::default() });
        bench.selection = Selection::of(words, &bench.tickets, &bench.state).expect("tickets");
        let told = told(&bench.plan());
        types_every_part(bench);
        told
    };
    let targets = |names: &[&str]| names.iter().map(|name| name.parse().expect("a target")).collect::<Vec<_>>();
    let west = || vec!["region=west".parse().expect("a selector")];
    let both = || vec!["pilot".to_owned(), "main".to_owned()];
    assert_snapshot!(typed(Filter { selectors: west(), ..Filter::default() }, 3), @r"
    4 creates are over the limit of 3 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 4 --selector region=west` lifts it for one run
    fits: --target Rollout/sdwan --wave pilot --selector region=west, creates 1, closes 0, lets go of 0
    fits: --target Rollout/sdwan --wave main --selector region=west, creates 3, closes 0, lets go of 0
    ");
    assert_snapshot!(typed(Filter { waves: both(), selectors: west(), ..Filter::default() }, 2), @r"
    4 creates are over the limit of 2 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 4 --wave pilot --wave main --selector region=west` lifts it for one run
    fits: --target Rollout/sdwan --wave pilot --selector region=west, creates 1, closes 0, lets go of 0
    ");
    assert_snapshot!(typed(Filter { waves: both(), ..Filter::default() }, 1), @r"
    8 creates are over the limit of 1 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 8 --wave pilot --wave main` lifts it for one run
    fits: --target Dispatch/store-1 --wave pilot, creates 1, closes 0, lets go of 0
    ");
    let some = ["Rollout/sdwan[11]", "Dispatch/store-12", "Dispatch/store-90", "Rollout/sdwan[13]"];
    assert_snapshot!(typed(Filter { targets: targets(&some), ..Filter::default() }, 2), @r"
    3 creates are over the limit of 2 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 4 --target 'Rollout/sdwan[11]' --target Dispatch/store-12 --target Dispatch/store-90 --target 'Rollout/sdwan[13]'` lifts it for one run
    fits: --target Dispatch/store-12 --target Dispatch/store-90 --target 'Rollout/sdwan[11]', creates 3, closes 0, lets go of 0
    ");
    assert_snapshot!(typed(Filter { targets: targets(&["Rollout/sdwan"]), ..Filter::default() }, 1), @r"
    8 creates are over the limit of 1 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 8 --target Rollout/sdwan` lifts it for one run
    fits: --target 'Rollout/sdwan[11]', creates 1, closes 0, lets go of 0
    ");
}

#[test]
fn a_part_holds_nothing_that_only_the_rest_holds_back() {
    let twin = |wave| of(wave, 1, |document| document["metadata"]["name"] = json!("twin"));
    let bench = |twin| rollout(RolloutLimits { creates: Some(6), ..RolloutLimits::default() }).wants(twin).wants(of("main", 17, |_| {}));
    // Each of the two would be sent without the other.
    let apart = bench(twin("main")).plan();
    assert_eq!(apart.counts().blocked, 2);
    assert_snapshot!(told(&apart), @r"
    8 creates are over the limit of 6 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 9` lifts it for one run
    fits: --target Dispatch/store-11 --target Dispatch/store-12 --target Dispatch/store-13, creates 3, closes 0, lets go of 0
    ");
    // Together in one wave, they hold each other back there too.
    let mut together = bench(twin("pilot"));
    assert_eq!(together.plan().counts().blocked, 2);
    assert_snapshot!(told(&together.plan()), @r"
    8 creates are over the limit of 6 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 9` lifts it for one run
    fits: --target Rollout/sdwan --wave pilot, creates 1, closes 0, lets go of 0
    fits: --target Dispatch/store-90, creates 1, closes 0, lets go of 0
    ");
    together.rollouts.insert("sdwan".to_owned(), waves(RolloutLimits { creates: Some(7), ..RolloutLimits::default() }));
    together = together.wants(of("pilot", 3, |_| {}));
    assert_snapshot!(told(&together.plan()), @r"
    9 creates are over the limit of 7 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 10` lifts it for one run
    fits: --target Rollout/sdwan --wave pilot, creates 2, closes 0, lets go of 0
    fits: --target Rollout/sdwan --wave main, creates 7, closes 0, lets go of 0
    fits: --target Dispatch/store-90, creates 1, closes 0, lets go of 0
    ");
    types_every_part(together);
}

#[test]
fn a_ticket_that_a_list_showed_by_the_way_is_in_no_part() {
    let mut bench = rollout(RolloutLimits { creates: Some(6), ..RolloutLimits::default() });
    let found = bench.tickets[1].clone();
    bench = bench.finds(&found, Found::One(Box::new(seen(&found, "7")))).wants(of("main", 17, |_| {}));
    assert_eq!(bench.plan().counts().adopt, 1);
    assert_snapshot!(told(&bench.plan()), @r"
    8 creates are over the limit of 6 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 9` lifts it for one run
    fits: --target Dispatch/store-11 --target Dispatch/store-12 --target Dispatch/store-13, creates 3, closes 0, lets go of 0
    ");
}

#[test]
fn a_part_without_the_ticket_that_it_refers_to_is_none() {
    let mut bench = rollout(RolloutLimits { creates: Some(6), ..RolloutLimits::default() });
    for ticket in bench.tickets.iter_mut().filter(|ticket| ticket.site.as_ref().is_some_and(|site| site.wave.as_deref() == Some("pilot"))) {
        ticket.fields.set("prior_ticket", json!({"ref": "Dispatch/store-90"}));
    }
    assert_snapshot!(told(&bench.plan()), @r"
    8 creates are over the limit of 6 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 9` lifts it for one run
    fits: --target Rollout/sdwan --wave main, creates 6, closes 0, lets go of 0
    fits: --target Dispatch/store-90, creates 1, closes 0, lets go of 0
    ");
    types_every_part(bench);
}
