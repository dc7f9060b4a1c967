//! What creates cost, and the limits on it.

use insta::assert_snapshot;

use super::bench::{Bench, plain};
use super::limiting::{of, told, waves};
use crate::plan::{Allowed, Cost, Limits, Plan, Spend, check_fresh};
use crate::refresh::Sides;
use crate::systems::Estimate;
use crate::ticket::{Money, RolloutLimits};

const WHY: &str = "nobody knows";

/// The same plan, each of whose creates costs so many dollars; unknown where none are given.
fn costed(plan: Plan, dollars: &[Option<f64>]) -> Plan {
    let estimates = |at: usize| {
        let cost = dollars[at].map_or_else(|| Cost::Unknown(WHY.to_owned()), |dollars| Cost::Estimated(Money::from_dollars(dollars)));
        Estimate { cost, account: None }
    };
    let found: Vec<(usize, Estimate)> = plan.priced().map(|(at, ..)| (at, estimates(at))).collect();
    plan.costed(found)
}

fn stores(count: u32, limit: Option<u64>) -> Bench {
    let mut bench = (1..=count).fold(Bench::new(), |bench, number| bench.wants(plain(number)));
    bench.rules.spend = limit.map(Money::from_whole_dollars);
    bench
}

fn limited(bench: &Bench, dollars: &[Option<f64>], allowed: Allowed) -> Plan {
    let limits = Limits { rules: &bench.rules, rollouts: &bench.rollouts, allowed };
    costed(bench.plan(), dollars).limited(&limits, &bench.state, bench.now)
}

fn under(bench: &Bench, dollars: &[Option<f64>]) -> String {
    told(&limited(bench, dollars, Allowed::default()))
}

fn spend(dollars: u64) -> Allowed {
    Allowed { spend: Some(Money::from_whole_dollars(dollars)), ..Allowed::default() }
}

#[test]
fn more_than_the_limit_refuses_and_names_parts_that_fit() {
    let bench = stores(4, Some(800));
    assert_eq!(under(&bench, &[Some(200.0); 4]), "", "exactly the limit");
    assert_snapshot!(under(&bench, &[Some(200.01), Some(200.0), Some(200.0), Some(200.0)]), @r"
    creates for about $801 are over the limit of $800 (spec.limits.spend); `callout apply --allow-spend 801` lifts it for one run
    fits: --target Dispatch/store-1 --target Dispatch/store-2 --target Dispatch/store-3, creates 3, closes 0, lets go of 0
    ");
    assert_snapshot!(under(&bench, &[Some(700.0), Some(200.0), Some(50.0), Some(900.0)]), @r"
    creates for about $1,850 are over the limit of $800 (spec.limits.spend); `callout apply --allow-spend 1850` lifts it for one run
    fits: --target Dispatch/store-1 --target Dispatch/store-3, creates 2, closes 0, lets go of 0
    ");
}

#[test]
fn a_cost_that_nobody_knows_refuses_under_a_limit_alone() {
    let unknown = [None, Some(100.0), None, None, None];
    assert_eq!(under(&stores(5, None), &unknown), "");
    assert_snapshot!(under(&stores(5, Some(800)), &unknown), @r"
    nobody knows what 4 creates cost, and spec.limits.spend allows none such: Dispatch/store-1, Dispatch/store-3, Dispatch/store-4 and 1 more; `cost:` says why; mend that and plan again. `callout apply --allow-unknown-costs 4` sends them all the same, for one run
    fits: --target Dispatch/store-2, creates 1, closes 0, lets go of 0
    ");
}

#[test]
fn a_create_that_nobody_was_asked_about_is_unknown_too() {
    let bench = stores(1, Some(800));
    assert_snapshot!(told(&bench.plan()), @"nobody knows what 1 create costs, and spec.limits.spend allows none such: Dispatch/store-1; `cost:` says why; mend that and plan again. `callout apply --allow-unknown-costs 1` sends them all the same, for one run");
    assert_eq!(told(&stores(1, None).plan()), "");
}

#[test]
fn each_flag_lifts_what_it_names_and_no_more() {
    let bench = stores(3, Some(100));
    let dollars = [Some(90.0), Some(30.0), None];
    let told = |allowed| told(&limited(&bench, &dollars, allowed)).lines().filter(|line| !line.starts_with("fits")).count();
    let unknown = |count| Allowed { unknown_costs: Some(count), ..Allowed::default() };
    assert_eq!(told(Allowed::default()), 2);
    assert_eq!((told(spend(120)), told(spend(119))), (1, 2), "an amount says nothing of what nobody knows");
    assert_eq!((told(unknown(1)), told(unknown(0))), (1, 2));
    assert_eq!(told(Allowed { spend: spend(120).spend, unknown_costs: Some(1), creates: None }), 0);
}

#[test]
fn an_amount_is_a_limit_where_there_is_none() {
    let bench = stores(2, None);
    let limits = |allowed| Limits { rules: &bench.rules, rollouts: &bench.rollouts, allowed };
    assert!(!limits(Allowed::default()).spend_of(&bench.plan().steps) && limits(spend(50)).spend_of(&bench.plan().steps));
    assert_snapshot!(told(&limited(&bench, &[Some(40.0), Some(20.0)], spend(50))), @r"
    creates for about $60 are over the limit of $50 (spec.limits.spend); `callout apply --allow-spend 60` lifts it for one run
    fits: --target Dispatch/store-1, creates 1, closes 0, lets go of 0
    ");
}

#[test]
fn a_rollout_has_a_limit_of_its_own() {
    let mut bench = Bench::new().wants(plain(90));
    bench.tickets.extend([1, 2].map(|number| of("pilot", number, |_| {})));
    bench.tickets.extend([11, 12].map(|number| of("main", number, |_| {})));
    let limits = RolloutLimits { spend: Some(Money::from_whole_dollars(250)), ..RolloutLimits::default() };
    bench.rollouts.insert("sdwan".to_owned(), waves(limits));
    let dollars = [Some(100.0), Some(100.0), Some(100.0), Some(100.0), Some(100.0)];
    assert_snapshot!(under(&bench, &dollars), @r"
    creates for about $400 are over the limit of $250 (spec.limits.spend of Rollout/sdwan); `callout apply --allow-spend 500` lifts it for one run
    fits: --target Rollout/sdwan --wave pilot, creates 2, closes 0, lets go of 0
    fits: --target Rollout/sdwan --wave main, creates 2, closes 0, lets go of 0
    fits: --target Dispatch/store-90, creates 1, closes 0, lets go of 0
    ");
    assert_eq!(told(&limited(&bench, &dollars, spend(500))), "");
    assert!(Limits { rules: &bench.rules, rollouts: &bench.rollouts, allowed: Allowed::default() }.spend_of(&bench.plan().steps));
}

#[test]
fn a_plan_counts_what_is_known_unknown_and_not_asked() {
    let plan = costed(stores(3, None).plan(), &[Some(347.5), None, Some(0.0)]);
    assert_eq!(plan.spend(), Spend { known: Money::from_cents(34_750), estimated: 2, unknown: 1, not_asked: 0 });
    let kept = stores(3, None).plan();
    assert_eq!(kept.spend(), Spend { not_asked: 3, ..Spend::default() });
    assert!(plan.spend().was_asked() && !kept.spend().was_asked());
}

#[test]
fn a_saved_plan_holds_only_under_the_limit_that_it_was_made_under() {
    let plan = stores(1, None).plan();
    let check = |bench: &Bench, plan: &Plan| {
        let sides = Sides::from([("Dispatch".to_owned(), bench.side())]);
        check_fresh(plan, &bench.now(&sides)).map(|plan| plan.steps.len()).map_err(|stale| stale.to_string())
    };
    assert_eq!(check(&stores(1, None), &plan), Ok(1));
    assert_snapshot!(check(&stores(1, Some(800)), &plan).expect_err("stale"), @"the limits changed since this plan was made");
    let under = stores(1, Some(800)).plan();
    assert_eq!(check(&stores(1, Some(800)), &under), Ok(1));
    assert_snapshot!(check(&stores(1, Some(801)), &under).expect_err("stale"), @"the limits changed since this plan was made");
}

#[test]
fn without_a_limit_the_digest_is_what_it_was_before_there_was_one() {
    let bench = stores(1, None);
    let before = serde_json::json!({
        "creates": bench.rules.creates, "creates_per_day": bench.rules.creates_per_day, "closes": bench.rules.closes,
        "removals": bench.rules.removals, "stop_after_unknown": bench.rules.stop_after_unknown,
        "plan_expires_hours": bench.rules.plan_expires_hours,
    });
    assert_eq!(bench.plan().rules, crate::ticket::Digest::of(&before));
    let limits = serde_json::to_value(RolloutLimits { creates: Some(7), ..RolloutLimits::default() }).expect("JSON");
    assert_eq!(limits, serde_json::json!({"creates": 7, "creates_per_day": null, "closes": null, "removals": null}));
}
