//! Plans that were saved: used once, while they hold, and resumed after a kill.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use super::able::Able;
use super::bench::{Bench, key, open, over, plain, seen, ticket};
use super::guarding::twin;
use crate::plan::{Action, Plan, check_fresh, open_plan, seal_plan};
use crate::refresh::{Sides, sighting};
use crate::state::{Cipher, Event};
use crate::support::keys::{ANA, BEN};
use crate::systems::{Found, Seen};
use crate::ticket::{Booking, Ticket};

#[test]
fn a_saved_plan_is_used_once_and_only_while_it_holds() {
    let bench = Bench::new().wants(plain(1)).wants(plain(2));
    let sealed = seal_plan(&bench.plan(), &Cipher::default()).expect("a plan");
    let plan = open_plan("plan.json", &sealed, &Cipher::default()).expect("the same plan");
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
    let world = bench.now(&sides);
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

#[test]
fn what_a_saved_plan_held_back_is_told_where_its_description_changed_since() {
    let booking = Booking { lead_time: SignedDuration::ZERO, book_ahead: Some(SignedDuration::from_hours(1)) };
    let later = || Ticket { booking: Some(booking), ..plain(2) };
    let (blocked, mended) = (twin(|_| {}), twin(|document| document["spec"]["service_type"] = json!("Move")));
    let bench = || Bench::new().wants(plain(3)).wants(plain(1)).checked(&plain(1), "7");
    let plan = bench().wants(later()).wants(blocked.clone()).plan();
    let told = |bench: &Bench| {
        let steps = check_fresh(&plan, &bench.now(&bench.sides())).expect("a plan that holds").steps;
        let told = |step: &crate::plan::Step| {
            [format!("{} {}", step.sign(), step.key)].into_iter().chain(step.notes.clone()).collect::<Vec<_>>().join("; ")
        };
        steps.iter().filter(|step| step.sign() != '.').map(told).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(told(&bench().wants(later()).wants(blocked.clone())), @r"
    @ Dispatch/store-2
    + Dispatch/store-3
    ! Dispatch/twin
    ");
    let edited = Ticket { booking: Some(booking), ..ticket(2, |document| document["spec"]["po_number"] = json!("PO-1")) };
    assert_snapshot!(told(&bench().wants(edited).wants(mended)), @r"
    @ Dispatch/store-2; its description changed since this plan was made, and this plan leaves it alone: a new plan looks at it again
    + Dispatch/store-3
    ! Dispatch/twin; its description changed since this plan was made, and this plan leaves it alone: a new plan looks at it again
    ");
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
    let world = bench.now(&sides);
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
    let sealed = seal_plan(&Bench::new().wants(plain(1)).plan(), &Cipher::default()).expect("a plan").replace("Site Audit", "Site audit");
    let error = open_plan("plan.json", &sealed, &Cipher::default()).expect_err("damaged");
    assert_snapshot!(error.message, @"plan.json cannot be used as a plan: its checksum does not fit its content");
}

#[test]
fn an_encrypted_plan_shows_nothing_and_opens_with_its_key_alone() {
    let keys = |reader: &str| Cipher::new(&[ANA.recipient.to_owned()], Some(reader.to_owned().into())).expect("keys");
    let plan = Bench::new().wants(plain(1)).plan();
    let sealed = seal_plan(&plan, &keys(ANA.secret)).expect("a plan");
    assert!(!sealed.contains("Site Audit") && seal_plan(&plan, &Cipher::default()).expect("a plan").contains("Site Audit"));
    assert_eq!(open_plan("plan.json", &sealed, &keys(ANA.secret)).expect("the same plan"), plan);
    let error = open_plan("plan.json", &sealed, &keys(BEN.secret)).expect_err("no key");
    let message = format!(
        "the plan plan.json cannot be read: it is encrypted for {}, and the identity that this run has is of {}",
        ANA.recipient, BEN.recipient
    );
    let help = "Nothing was applied. Get an identity of one of these recipients from whoever runs callout here, and put it where `identity` of `spec.state.encryption` in callout.yaml says.";
    assert_eq!((error.code, error.message, error.help.as_deref()), ("plan/encrypted", message, Some(help)));
    let refused = seal_plan(&plan, &keys(BEN.secret)).expect_err("it could not be read again");
    assert_eq!(refused.code, "state/encrypted");
}
