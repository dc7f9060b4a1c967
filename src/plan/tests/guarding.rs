//! Limits, look-alikes, starts that passed, selection and saved plans.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use super::bench::{Able, Bench, key, open, over, plain, seen, ticket};
use crate::plan::{Action, Now, Plan, check_fresh, open_plan, seal_plan};
use crate::refresh::{Filter, Selection, Sides, sighting};
use crate::state::{Closing, Event};
use crate::systems::{Found, Seen};
use crate::ticket::{Booking, Ticket};

/// Another name at the site of `store-1`.
fn twin(change: impl FnOnce(&mut serde_json::Value)) -> Ticket {
    ticket(1, |document| {
        document["metadata"]["name"] = json!("twin");
        change(document);
    })
}

#[test]
fn a_scheduled_ticket_is_sent_only_between_book_ahead_and_lead_time() {
    // It starts at 2027-01-11T13:00:00Z.
    let booking = Booking { lead_time: SignedDuration::from_hours(72), book_ahead: Some(SignedDuration::from_hours(120)) };
    let one = Ticket { booking: Some(booking), ..plain(1) };
    let at = |now: &str| Bench { now: now.parse().expect("a moment"), ..Bench::new().wants(one.clone()) };
    assert_snapshot!(at("2027-01-06T12:59:59Z").shows(), @"@ Dispatch/store-1; not due yet: the first apply from 2027-01-06T13:00:00Z on sends it");
    assert_snapshot!(at("2027-01-06T13:00:00Z").shows(), @"+ Dispatch/store-1");
    assert_snapshot!(at("2027-01-08T13:00:00Z").shows(), @"+ Dispatch/store-1");
    assert_eq!(at("2027-01-08T12:00:00Z").plan().expires.to_string(), "2027-01-08T13:00:00Z", "a saved plan keeps to the lead time too");
    let late = at("2027-01-08T13:00:01Z");
    assert_snapshot!(late.shows(), @"! Dispatch/store-1; its start, 2027-01-11T08:00:00 America/New_York, is nearer than the lead time of 72 hours");
    assert_snapshot!(at("2027-01-11T13:00:01Z").shows(), @"! Dispatch/store-1; its start, 2027-01-11T08:00:00 America/New_York, has passed");
    assert_eq!(late.plan().steps[0].next_step().as_deref(), Some("remove its row from the schedule file, then: callout schedule"));
    // What was sent is kept, however near its visit is.
    assert_snapshot!(late.checked(&one, "7").shows(), @". Dispatch/store-1");
}

#[test]
fn a_second_ticket_at_the_same_place_is_blocked_until_it_is_meant() {
    let one = plain(1);
    assert_snapshot!(Bench::new().wants(one.clone()).wants(twin(|_| {})).shows(), @r"
    ! Dispatch/store-1; same place and same work as Dispatch/twin: this could send a second technician
    ! Dispatch/twin; same place and same work as Dispatch/store-1: this could send a second technician
    ");
    let bench = || Bench::new().wants(one.clone()).checked(&one, "7");
    assert_snapshot!(bench().wants(twin(|_| {})).shows(), @r"
    . Dispatch/store-1
    ! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician
    ");
    let meant = twin(|document| document["lifecycle"]["alongside"] = json!("Dispatch/store-1"));
    assert_snapshot!(bench().wants(meant).shows(), @r"
    . Dispatch/store-1
    + Dispatch/twin
    ");
    let other_work = twin(|document| document["spec"]["service_type"] = json!("Move"));
    assert_snapshot!(bench().wants(other_work).shows(), @r"
    . Dispatch/store-1
    + Dispatch/twin
    ");
    assert_snapshot!(bench().sees(&one, over(&one, "7")).wants(twin(|_| {})).shows(), @r"
    . Dispatch/store-1; writes `observed`
    + Dispatch/twin
    ");
}

#[test]
fn a_ticket_that_leaves_the_files_or_was_let_go_of_still_counts() {
    let one = plain(1);
    assert_snapshot!(Bench::new().checked(&one, "7").wants(twin(|_| {})).shows(), @r"
    ! Dispatch/store-1; the ticket could not be read: reading was switched off by --refresh none
    ! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician
    ");
    for why in [Closing::Forgotten, Closing::Removed] {
        assert_eq!(
            Bench::new().closed(&one, "7", why).wants(twin(|_| {})).shows(),
            "! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician"
        );
    }
    for why in [Closing::Cancelled, Closing::Closed, Closing::Deleted, Closing::FinishedAndRemoved] {
        assert_eq!(Bench::new().closed(&one, "7", why).wants(twin(|_| {})).shows(), "+ Dispatch/twin");
    }
    assert_snapshot!(Bench::new().intended(&one).wants(twin(|_| {})).shows(), @r"
    ? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result
    ! Dispatch/twin; same place and same work as Dispatch/store-1: this could send a second technician
    ");
}

#[test]
fn a_place_where_somebody_is_about_to_come_counts_too() {
    let adopting = ticket(1, |document| document["lifecycle"]["adopt"] = json!(7));
    assert_snapshot!(Bench::new().wants(adopting.clone()).sees(&adopting, open(&adopting, "7")).wants(twin(|_| {})).shows(), @r"
    = Dispatch/store-1
    ! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician
    ");
    let (two, moving) = (plain(2), ticket(1, |document| document["metadata"]["name"] = json!("store-2")));
    assert_snapshot!(Bench::new().wants(moving).checked(&two, "8").sees(&two, open(&two, "8")).wants(twin(|_| {})).shows(), @r"
    ! Dispatch/store-2; do this by hand: TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone; changes location_name, location_number
    ! Dispatch/twin; same place and same work as Dispatch/store-2 (ticket 8): this could send a second technician
    ");
    let one = plain(1);
    assert_snapshot!(Bench::new().checked(&one, "7").at("https://new.example.com").wants(twin(|_| {})).shows(), @r"
    ! Dispatch/store-1; its record belongs to https://api.example.com, and this project now talks to https://new.example.com
    ! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician
    ");
}

#[test]
fn a_start_that_passed_blocks_that_create_alone() {
    let mut bench = Bench::new().wants(plain(1)).wants(ticket(2, |document| {
        document["spec"]["locations"][0]["start_date"] = json!("2027-02-11T08:00:00");
        document["spec"]["locations"][0]["end_date"] = json!("2027-02-11T08:00:00");
    }));
    bench.now = "2027-01-11T13:00:01Z".parse().expect("a moment");
    assert_snapshot!(bench.shows(), @r"
    ! Dispatch/store-1; its start, 2027-01-11T08:00:00 America/New_York, has passed
    + Dispatch/store-2
    ");
}

#[test]
fn limits_refuse_the_whole_plan_and_name_what_lifts_them() {
    let mut bench = (1..=3).fold(Bench::new(), |bench, number| bench.wants(plain(number)));
    bench.rules.creates = 2;
    bench.rules.creates_per_day = 2;
    let said: Vec<String> = bench.plan().refusals.iter().map(|refusal| format!("{refusal}; {}", refusal.next_step())).collect();
    assert_snapshot!(said.join("\n"), @r"
    3 creates are over the limit of 2 (spec.limits.creates); `callout apply --allow-creates 3` lifts it for one run; a slice that fits: --target Dispatch/store-1 --target Dispatch/store-2
    3 creates today (0 already sent) are over the limit of 2 (spec.limits.creates_per_day); `callout apply --allow-creates 3` lifts it for one run; a slice that fits: --target Dispatch/store-1 --target Dispatch/store-2
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
    let said: Vec<String> = bench.plan().refusals.iter().map(|refusal| format!("{refusal}; {}", refusal.next_step())).collect();
    assert_snapshot!(said.join("\n"), @"4 removals are over the limit of 3 (spec.limits.removals); raise spec.limits.removals in callout.yaml if this is meant");
    let bench = (1..=4).fold(Bench::new(), |bench, number| bench.finished(&plain(number), &number.to_string()));
    assert!(bench.plan().refusals.is_empty());
}

#[test]
fn nothing_outside_the_selection_is_planned_or_removed() {
    let (one, gone) = (plain(1), plain(9));
    let mut bench = Bench::new().wants(one).wants(plain(2)).finished(&gone, "9");
    let filter = Filter { targets: vec!["Dispatch/store-1".parse().expect("a target")], ..Filter::default() };
    bench.selection = Selection::of(filter, &bench.tickets, &bench.state).expect("a ticket");
    assert_snapshot!(bench.shows(), @"+ Dispatch/store-1");
}

#[test]
fn a_saved_plan_is_used_once_and_only_while_it_holds() {
    let bench = Bench::new().wants(plain(1)).wants(plain(2));
    let sealed = seal_plan(&bench.plan()).expect("a plan");
    let plan = open_plan("plan.json", &sealed).expect("the same plan");
    assert_eq!(plan, bench.plan());
    let stale = |bench: &Bench| check(&plan, bench);
    assert_eq!(stale(&bench), Ok(2));

    let edited = Bench::new().wants(plain(1)).wants(ticket(2, |document| document["spec"]["po_number"] = json!("PO-1")));
    assert_snapshot!(stale(&edited).expect_err("stale"), @"Dispatch/store-2: its description changed since this plan was made");
    let mut late = Bench::new().wants(plain(1)).wants(plain(2));
    late.now += SignedDuration::from_hours(25);
    assert_snapshot!(stale(&late).expect_err("stale"), @"this plan expired on 2027-01-05T12:00:00Z");
    let sent = Bench::new().wants(plain(1)).wants(plain(2)).sent(&plain(1), "7");
    assert_snapshot!(stale(&sent).expect_err("stale"), @"Dispatch/store-1: its record changed since this plan was made");
    let mut limits = Bench::new().wants(plain(1)).wants(plain(2));
    limits.rules.creates = 9;
    assert_snapshot!(stale(&limits).expect_err("stale"), @"the limits changed since this plan was made");

    let elsewhere = Bench::new().wants(plain(1)).wants(plain(2)).at("https://staging.example.com");
    assert_snapshot!(stale(&elsewhere).expect_err("stale"), @"the systems' addresses or tenants in callout.yaml changed since this plan was made");

    let plan_event = |start: bool| {
        let plan = "p".to_owned();
        if start { Event::PlanStarted { plan } } else { Event::PlanFinished { plan } }
    };
    let killed = Bench::new().wants(plain(1)).wants(plain(2)).event(&plan_event(true)).sent(&plain(1), "7");
    assert_eq!(stale(&killed), Ok(1), "what has an outcome is skipped");
    let doubted = Bench::new().wants(plain(1)).wants(plain(2)).event(&plan_event(true)).intended(&plain(1));
    assert_eq!(stale(&doubted), Ok(2), "what is in doubt is told again, as such");
    let refused = Event::Rejected { key: super::bench::key(&plain(1)), why: "400".to_owned() };
    let failed = Bench::new().wants(plain(1)).wants(plain(2)).event(&plan_event(true)).intended(&plain(1)).event(&refused);
    assert_eq!(stale(&failed), Ok(2), "what failed is told again");
    let finished = killed.event(&plan_event(false));
    assert_snapshot!(stale(&finished).expect_err("finished"), @"this plan was already applied, on 2027-01-04T12:00:00Z");
}

/// The number of steps left, or why it is stale.
fn check(plan: &Plan, bench: &Bench) -> Result<usize, String> {
    let sides = Sides::from([("Dispatch".to_owned(), bench.side())]);
    let world = Now { tickets: &bench.tickets, state: &bench.state, sides: &sides, rules: &bench.rules, now: bench.now };
    check_fresh(plan, &world).map(|plan| plan.steps.len()).map_err(|stale| stale.to_string())
}

#[test]
fn a_saved_plan_is_stale_once_somebody_else_was_sent_to_its_place() {
    let plan = Bench::new().wants(plain(1)).plan();
    let merged = Bench::new().wants(plain(1)).wants(twin(|_| {})).sent(&twin(|_| {}), "7");
    assert_snapshot!(check(&plan, &merged).expect_err("stale"), @"Dispatch/store-1: same place and same work as Dispatch/twin (ticket 7): this could send a second technician; it was not so when this plan was made");
}

#[test]
fn what_others_changed_elsewhere_does_not_make_a_plan_stale() {
    let (one, two) = (plain(1), plain(2));
    let plan = Bench::new().wants(one.clone()).wants(two.clone()).checked(&two, "8").plan();
    let elsewhere = Bench::new().wants(one).wants(two.clone()).finished(&two, "8");
    assert_eq!(check(&plan, &elsewhere), Ok(1));
}

fn started() -> Event {
    Event::PlanStarted { plan: "p".to_owned() }
}

/// A run of the plan that is killed once it has written what was seen, before its first request.
fn killed(bench: Bench, plan: &Plan) -> Bench {
    let seen = plan.steps.iter().flat_map(|step| step.events.clone());
    let taken = plan.steps.iter().filter_map(|step| {
        let Action::Adopt { id, request, seen, why } = &step.action else { return None };
        let (id, request, seen, reason) = (id.clone(), request.clone(), Some(seen.clone()), why.clone());
        Some(Event::Adopted { key: step.key.clone(), id, request, seen, reason })
    });
    let events: Vec<Event> = std::iter::once(started()).chain(seen).chain(taken).collect();
    let mut bench = bench;
    bench.now += SignedDuration::from_secs(1);
    events.iter().fold(bench, Bench::event)
}

/// What is left of the plan after that.
fn resumed(bench: Bench) -> String {
    let plan = bench.plan();
    let bench = killed(bench, &plan);
    let sides = Sides::from([("Dispatch".to_owned(), bench.side())]);
    let world = Now { tickets: &bench.tickets, state: &bench.state, sides: &sides, rules: &bench.rules, now: bench.now };
    match check_fresh(&plan, &world) {
        Ok(left) => {
            let signs = left.steps.iter().map(|step| format!("{} {} writes {}", step.sign(), step.key, step.events.len()));
            signs.collect::<Vec<_>>().join("\n")
        }
        Err(stale) => stale.to_string(),
    }
}

#[test]
fn a_started_plan_goes_on_after_what_it_wrote_before_its_first_request() {
    let one = plain(1);
    let edited = ticket(1, |document| {
        document["spec"]["special_instructions"] = json!("Use the rear door.");
        document["lifecycle"]["on_remove"] = json!("close");
    });
    let update = Bench::able().wants(edited).checked(&one, "7").sees(&one, open(&one, "7"));
    assert_snapshot!(resumed(update), @"~ Dispatch/store-1 writes 0");
    let again = ticket(1, |document| document["lifecycle"]["reissue"] = json!(1));
    let further = Bench::able().wants(again).checked(&one, "7").sees(&one, over(&one, "7"));
    assert_snapshot!(resumed(further), @"+ Dispatch/store-1#1 writes 0");
    let renamed = ticket(1, |document| {
        document["metadata"]["name"] = json!("new");
        document["spec"]["special_instructions"] = json!("Use the rear door.");
        document["lifecycle"]["renamed_from"] = json!("Dispatch/store-1");
    });
    let rename = Bench::able().wants(renamed).wants(plain(2)).checked(&one, "7").sees(&one, open(&one, "7"));
    assert_snapshot!(resumed(rename), @r"
    ~ Dispatch/new writes 0
    + Dispatch/store-2 writes 0
    ");
    let listed = seen(&one, "7");
    let found = Bench::able().wants(one.clone()).wants(plain(2)).intended(&one).finds(&one, Found::One(Box::new(listed)));
    assert_snapshot!(resumed(found), @"+ Dispatch/store-2 writes 0");
}

#[test]
fn a_saved_plan_may_take_over_a_further_visit() {
    let one = plain(1);
    let adopting = ticket(1, |document| document["lifecycle"] = json!({"reissue": 1, "adopt": 8}));
    let bench = Bench::new().wants(adopting.clone()).finished(&one, "7").sees(&one, over(&one, "7"));
    let bench = bench.sees(&adopting, open(&adopting, "8"));
    assert_snapshot!(bench.shows(), @"= Dispatch/store-1#1");
    assert_eq!(check(&bench.plan(), &bench), Ok(1));
}

#[test]
fn what_somebody_else_did_to_a_record_is_no_outcome_of_the_plan() {
    let (one, edited) = (plain(1), ticket(1, |document| document["spec"]["special_instructions"] = json!("Use the rear door.")));
    let bench = || Bench::able().wants(edited.clone()).checked(&one, "7").sees(&one, open(&one, "7"));
    let plan = bench().plan();
    let seen = sighting(&Able, &Seen { status: Some("Assigned".to_owned()), ..seen(&one, "7") });
    let elsewhere = bench().event(&started()).event(&Event::Observed { key: key(&one), seen, baseline: false, booking_checked: true });
    assert_snapshot!(check(&plan, &elsewhere).expect_err("stale"), @"Dispatch/store-1: its record changed since this plan was made");
}

#[test]
fn a_damaged_plan_is_refused() {
    let sealed = seal_plan(&Bench::new().wants(plain(1)).plan()).expect("a plan").replace("Site Audit", "Site audit");
    let error = open_plan("plan.json", &sealed).expect_err("damaged");
    assert_snapshot!(error.message, @"plan.json cannot be used as a plan: its checksum does not fit its content");
}
