//! Saved plans: what holds their visits back since they were made.

use insta::assert_snapshot;

use super::bench::{Bench, over};
use super::gates::{SENT, all, ended, pilot, refused, terms};
use crate::plan::{check_fresh, open_plan, seal_plan};
use crate::refresh::Sides;
use crate::state::{Cipher, Event, VisitOutcome};
use crate::ticket::Finished;

#[test]
fn a_saved_plan_is_stale_once_something_holds_it_back() {
    let made = || all().finished(&pilot(1), "1").checked(&pilot(2), "2").sees(&pilot(2), over(&pilot(2), "2"));
    let plan = made().plan();
    let plan = open_plan("p", &seal_plan(&plan, &Cipher::default()).expect("a plan"), &Cipher::default()).expect("the same plan");
    let stale = |bench: &Bench| {
        let sides = Sides::from([("Dispatch".to_owned(), bench.side())]);
        let checked = check_fresh(&plan, &bench.now(&sides));
        checked.map(|plan| plan.steps.len()).map_err(|stale| stale.to_string())
    };
    assert!(stale(&made()).is_ok(), "what was seen to be over when it was made still is");
    let failed = made().event(&ended(&pilot(1), VisitOutcome::Failed));
    assert_snapshot!(stale(&failed).expect_err("a failure since"), @"Dispatch/store-9: wave rest waits for pilot: 2 of 2 visits are known to be over; 1 failed, and 0 may (spec.waves gate); it was not so when this plan was made");
    let mut paused = made();
    paused.rollouts.get_mut("routers").expect("the rollout").paused = true;
    assert_snapshot!(stale(&paused).expect_err("a pause since"), @"Dispatch/store-9: Rollout/routers is paused; it was not so when this plan was made");
    let mut closed = made();
    closed.rollouts.get_mut("routers").expect("the rollout").waves[1].open = false;
    assert_snapshot!(stale(&closed).expect_err("closed since"), @"Dispatch/store-9: wave rest of Rollout/routers is not open; it was not so when this plan was made");
    let mut stricter = made();
    stricter.rollouts = terms(Finished::AtLeast(5), 0);
    assert_snapshot!(stale(&stricter).expect_err("another gate since"), @"Dispatch/store-9: wave rest waits for pilot: 2 visits are known to have gone well, and 5 have to; it was not so when this plan was made");
}

#[test]
fn what_a_plan_failed_to_send_itself_holds_the_rest_of_it() {
    let some = || Bench { rollouts: terms(Finished::AtLeast(1), 0), ..all() }.finished(&pilot(1), "1");
    let plan = some().plan();
    let started = some().event(&Event::PlanStarted { plan: plan.id.clone() }).intended(&pilot(2));
    let left = |bench: &Bench| {
        let sides = Sides::from([("Dispatch".to_owned(), bench.side())]);
        let left = check_fresh(&plan, &bench.now(&sides)).map_err(|stale| stale.to_string())?;
        Ok::<_, String>(left.steps.iter().map(|step| format!("{} {}", step.sign(), step.key)).collect::<Vec<_>>())
    };
    assert_eq!(left(&started), Ok([". Dispatch/store-1", "? Dispatch/store-2", SENT].map(str::to_owned).to_vec()));
    assert_snapshot!(left(&started.event(&refused(&pilot(2)))).expect_err("one was refused"), @"Dispatch/store-9: wave rest waits for pilot: 1 visit is known to have gone well, and 1 has to; 1 failed, and 0 may (spec.waves gate); it was not so when this plan was made");
}

#[test]
fn a_saved_plan_that_waits_is_shown_again_as_it_is() {
    let shut = all();
    let plan = open_plan("p", &seal_plan(&shut.plan(), &Cipher::default()).expect("a plan"), &Cipher::default()).expect("the same plan");
    assert_eq!(plan, shut.plan());
}
