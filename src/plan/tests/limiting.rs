//! Limits of the project and of rollouts, and the parts of a refused plan that are within all of them.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use super::bench::{Bench, open, plain, ticket};
use crate::plan::{Allowed, Counts, Limits, Plan, Take, check_fresh};
use crate::refresh::{Selection, Sides};
use crate::systems::Endings;
use crate::ticket::{RolloutLimits, RolloutSite, Terms, Ticket, Wave};

/// What the plan is refused for, with what lifts each, and its parts with what they create, close and let go of.
pub fn told(plan: &Plan) -> String {
    let refusals = plan.refusals.iter().map(|refusal| format!("{refusal}; {}", refusal.next_step(plan)));
    let parts = plan.parts.iter().map(|part| {
        let Counts { create, close, retire, .. } = part.counts;
        format!("fits: {}, creates {create}, closes {close}, lets go of {retire}", part.selection)
    });
    refusals.chain(parts).collect::<Vec<_>>().join("\n")
}

/// A ticket of the rollout `sdwan`, in one of its waves.
pub fn of(wave: &str, number: u32, change: impl FnOnce(&mut serde_json::Value)) -> Ticket {
    let site = RolloutSite { rollout: "sdwan".to_owned(), key: number.to_string(), wave: Some(wave.to_owned()) };
    let region = if number.is_multiple_of(2) { "west" } else { "east" };
    let labels = BTreeMap::from([("region".to_owned(), region.to_owned()), ("site".to_owned(), number.to_string())]);
    Ticket { site: Some(site), labels, ..ticket(number, change) }
}

pub fn waves(limits: RolloutLimits) -> Terms {
    let wave = |name: &str| Wave { name: name.to_owned(), open: true, gate: None };
    Terms { waves: ["pilot", "main"].map(wave).into(), limits, ..Terms::default() }
}

/// Two sites in the pilot, six in the main wave, and a ticket of its own.
pub fn rollout(limits: RolloutLimits) -> Bench {
    let mut bench = Bench::new().wants(plain(90));
    bench.tickets.extend([1, 2].map(|number| of("pilot", number, |_| {})));
    bench.tickets.extend([11, 12, 13, 14, 15, 16].map(|number| of("main", number, |_| {})));
    bench.rollouts.insert("sdwan".to_owned(), waves(limits));
    bench
}

/// Types each part: it must select something to do, and be over no limit.
pub fn types_every_part(bench: Bench) {
    let refused = bench.plan();
    assert!(!refused.refusals.is_empty() && !refused.parts.is_empty(), "{}", told(&refused));
    let mut bench = bench;
    for part in &refused.parts {
        bench.selection = Selection::of(part.selection.clone(), &bench.tickets, &bench.state).expect("words that select something");
        let plan = bench.plan();
        assert_eq!(told(&plan), "", "{}", part.selection);
        assert_eq!(plan.counts().create, part.counts.create, "{}", part.selection);
        assert!(plan.has_changes(), "{}", part.selection);
    }
}

#[test]
fn a_change_that_ends_a_ticket_counts_as_a_close_and_not_as_a_removal() {
    let status = |number, word: &str| ticket(number, |document| document["spec"]["po_number"] = json!(word));
    let with = |word: &str| {
        let bench = [1, 2, 3].into_iter().fold(Bench::able(), |bench, number| {
            let one = status(number, "new");
            bench.wants(status(number, word)).checked(&one, &number.to_string()).sees(&one, open(&one, &number.to_string()))
        });
        let mut bench = Bench { endings: Some(Endings { field: "po_number", values: vec!["Done".to_owned()] }), ..bench };
        bench.rules.removals = 0;
        bench.plan()
    };
    assert_snapshot!(told(&with("DONE ")), @r"
    3 closes and deletes are over the limit of 2 (spec.limits.closes); raise spec.limits.closes in callout.yaml if this is meant
    fits: --target Dispatch/store-1 --target Dispatch/store-2, creates 0, closes 0, lets go of 0
    ");
    assert_eq!(told(&with("other")), "");
}

#[test]
fn a_rollouts_limit_refuses_the_whole_plan_and_names_the_rollout() {
    let limits = RolloutLimits { creates: Some(7), creates_per_day: Some(6), ..RolloutLimits::default() };
    assert_snapshot!(told(&rollout(limits).plan()), @r"
    8 creates are over the limit of 7 (spec.limits.creates of Rollout/sdwan); `callout apply --allow-creates 9` lifts it for one run
    8 creates today (0 already sent) are over the limit of 6 (spec.limits.creates_per_day of Rollout/sdwan); `callout apply --allow-creates 9` lifts it for one run
    fits: --target Rollout/sdwan --wave pilot, creates 2, closes 0, lets go of 0
    fits: --target Rollout/sdwan --wave main, creates 6, closes 0, lets go of 0
    fits: --target Dispatch/store-90, creates 1, closes 0, lets go of 0
    ");
    types_every_part(rollout(limits));
    let enough = RolloutLimits { creates: Some(8), creates_per_day: Some(8), ..RolloutLimits::default() };
    assert_eq!(told(&rollout(enough).plan()), "");
}

#[test]
fn a_rollouts_day_is_counted_by_its_records() {
    let limits = RolloutLimits { creates_per_day: Some(8), ..RolloutLimits::default() };
    let sent = of("pilot", 1, |_| {});
    let mut bench = rollout(limits).wants(of("main", 17, |_| {})).sent(&sent, "7").sent(&plain(90), "8");
    assert_snapshot!(told(&bench.plan()), @r"
    9 creates today (1 already sent) are over the limit of 8 (spec.limits.creates_per_day of Rollout/sdwan); `callout apply --allow-creates 8` lifts it for one run
    fits: --target Rollout/sdwan --wave pilot, creates 1, closes 0, lets go of 0
    fits: --target Rollout/sdwan --wave main, creates 7, closes 0, lets go of 0
    ");
    bench.now += SignedDuration::from_hours(24);
    assert_eq!(told(&bench.plan()), "");
    let wifi = Ticket { site: Some(RolloutSite { rollout: "wifi".to_owned(), key: "1".to_owned(), wave: None }), ..plain(17) };
    let elsewhere = rollout(limits).wants(wifi.clone()).sent(&wifi, "7").sent(&plain(90), "8");
    assert_eq!(told(&elsewhere.plan()), "", "what another rollout sent does not count");
}

/// Else the command would send more than was looked at, or what somebody changed by hand otherwise than planned.
#[test]
fn what_lifts_a_limit_is_for_the_tickets_of_this_plan_alone() {
    let mut plan = (1..=11).fold(Bench::new(), |bench, number| bench.wants(plain(number))).plan();
    let next = |plan: &Plan| plan.refusals[0].next_step(plan);
    assert_eq!(next(&plan), "`callout apply --allow-creates 11` lifts it for one run");
    plan.take = Some(Take::File);
    plan.selection.files = vec!["tickets/my routers.yaml".to_owned()];
    let own = "--file 'tickets/my routers.yaml' --take file";
    assert_eq!(next(&plan), format!("`callout apply --allow-creates 11 {own}` lifts it for one run"));
    plan.refusals[0].limit = "spend".to_owned();
    assert_eq!(next(&plan), format!("`callout apply --allow-spend 11 {own}` lifts it for one run"));
    plan.refusals[0].limit = "unknown_costs".to_owned();
    assert!(next(&plan).contains(&format!("`callout apply --allow-unknown-costs 11 {own}` sends them all the same")), "{}", next(&plan));
}

/// Else setting a clock back would give the day its creates once more.
#[test]
fn what_was_sent_on_a_day_that_has_not_come_yet_counts_today() {
    let mut bench = Bench::new().wants(plain(1)).wants(plain(2)).sent(&plain(1), "7");
    bench.rules.creates_per_day = 1;
    let refused = "2 creates today (1 already sent) are over the limit of 1 (spec.limits.creates_per_day); `callout apply --allow-creates 1` lifts it for one run";
    let told_after = |bench: &mut Bench, hours| {
        bench.now += SignedDuration::from_hours(hours);
        told(&bench.plan()).lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(told_after(&mut bench, 0), refused);
    assert_eq!(told_after(&mut bench, -72), refused);
    assert_eq!(told_after(&mut bench, 96), "");
}

#[test]
fn closes_and_removals_of_a_rollout_have_limits_too() {
    let leaving = |on_remove: &str| {
        let limits = RolloutLimits { closes: Some(1), removals: Some(1), ..RolloutLimits::default() };
        let mut bench = rollout(limits);
        let gone = |number| of("pilot", number, |document| document["lifecycle"]["on_remove"] = json!(on_remove));
        bench.tickets.retain(|ticket| ticket.site.as_ref().is_none_or(|site| site.wave.as_deref() != Some("pilot")));
        bench.system = Bench::able().system;
        for (number, id) in [(1, "7"), (2, "8")] {
            bench = bench.checked(&gone(number), id).sees(&gone(number), open(&gone(number), id));
        }
        bench
    };
    assert_snapshot!(told(&leaving("forget").plan()), @r"
    2 removals are over the limit of 1 (spec.limits.removals of Rollout/sdwan); raise spec.limits.removals of Rollout/sdwan if this is meant
    fits: --target Rollout/sdwan --wave main, creates 6, closes 0, lets go of 0
    fits: --target Dispatch/store-90, creates 1, closes 0, lets go of 0
    ");
    types_every_part(leaving("forget"));
    assert_snapshot!(told(&leaving("close").plan()), @r"
    2 closes and deletes are over the limit of 1 (spec.limits.closes of Rollout/sdwan); raise spec.limits.closes of Rollout/sdwan if this is meant
    2 removals are over the limit of 1 (spec.limits.removals of Rollout/sdwan); raise spec.limits.removals of Rollout/sdwan if this is meant
    fits: --target Rollout/sdwan --wave main, creates 6, closes 0, lets go of 0
    fits: --target Dispatch/store-90, creates 1, closes 0, lets go of 0
    ");
    types_every_part(leaving("close"));
}

#[test]
fn allowing_creates_lifts_every_limit_on_them_and_no_other() {
    let limits = RolloutLimits { creates: Some(1), creates_per_day: Some(1), ..RolloutLimits::default() };
    let mut bench = rollout(limits);
    bench.rules.creates = 2;
    let under = |creates| {
        let limits =
            Limits { rules: &bench.rules, rollouts: &bench.rollouts, allowed: Allowed { creates: Some(creates), ..Allowed::default() } };
        told(&bench.plan().limited(&limits, &bench.state, bench.now))
    };
    assert_eq!(under(9), "");
    assert_snapshot!(under(8), @r"
    9 creates are over the limit of 8 (spec.limits.creates); `callout apply --allow-creates 9` lifts it for one run
    9 creates today (0 already sent) are over the limit of 8 (spec.limits.creates_per_day); `callout apply --allow-creates 9` lifts it for one run
    fits: --target Rollout/sdwan, creates 8, closes 0, lets go of 0
    fits: --target Dispatch/store-90, creates 1, closes 0, lets go of 0
    ");
}

#[test]
fn a_saved_plan_holds_only_under_the_same_limits_of_its_rollouts() {
    let bench = |limits| rollout(limits);
    let before = RolloutLimits { creates: Some(8), ..RolloutLimits::default() };
    let plan = bench(before).plan();
    let check = |bench: &Bench| {
        let sides = Sides::from([("Dispatch".to_owned(), bench.side())]);
        let world = bench.now(&sides);
        check_fresh(&plan, &world).map(|plan| plan.steps.len()).map_err(|stale| stale.to_string())
    };
    assert_eq!(check(&bench(before)), Ok(9));
    assert_snapshot!(check(&bench(RolloutLimits { creates: Some(7), ..before })).expect_err("stale"), @"the limits changed since this plan was made");
    assert_snapshot!(check(&bench(RolloutLimits::default())).expect_err("stale"), @"the limits changed since this plan was made");
    let mut elsewhere = bench(before);
    elsewhere.rollouts.insert("wifi".to_owned(), waves(RolloutLimits { creates: Some(1), ..before }));
    assert_eq!(check(&elsewhere), Ok(9), "limits of a rollout that the plan has no ticket of");
}

#[test]
fn limits_refuse_the_whole_plan_and_name_what_lifts_them() {
    let mut bench = (1..=3).fold(Bench::new(), |bench, number| bench.wants(plain(number)));
    bench.rules.creates = 2;
    bench.rules.creates_per_day = 2;
    assert_snapshot!(told(&bench.plan()), @r"
    3 creates are over the limit of 2 (spec.limits.creates); `callout apply --allow-creates 3` lifts it for one run
    3 creates today (0 already sent) are over the limit of 2 (spec.limits.creates_per_day); `callout apply --allow-creates 3` lifts it for one run
    fits: --target Dispatch/store-1 --target Dispatch/store-2, creates 2, closes 0, lets go of 0
    ");
}

#[test]
fn what_was_sent_today_counts_and_what_was_adopted_does_not() {
    let (one, two) = (plain(1), plain(2));
    let mut bench = Bench::new().wants(one.clone()).wants(two).sent(&one, "7");
    bench.rules.creates_per_day = 1;
    let refused = |bench: &Bench| bench.plan().refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    assert_snapshot!(refused(&bench), @"2 creates today (1 already sent) are over the limit of 1 (spec.limits.creates_per_day)");
    bench.now += SignedDuration::from_hours(24);
    assert_eq!(refused(&bench), "");
}

#[test]
fn letting_go_has_a_limit_and_clearing_finished_work_has_none() {
    let forgetting = |number| ticket(number, |document| document["lifecycle"]["on_remove"] = json!("forget"));
    let bench = (1..=4).map(forgetting).fold(Bench::new(), |bench, one| bench.checked(&one, "7").sees(&one, open(&one, "7")));
    assert_snapshot!(told(&bench.plan()), @r"
    4 removals are over the limit of 3 (spec.limits.removals); raise spec.limits.removals in callout.yaml if this is meant
    fits: --target Dispatch/store-1 --target Dispatch/store-2 --target Dispatch/store-3, creates 0, closes 0, lets go of 3
    ");
    let bench = (1..=4).fold(Bench::new(), |bench, number| bench.finished(&plain(number), &number.to_string()));
    assert!(bench.plan().refusals.is_empty());
}
