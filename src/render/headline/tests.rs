//! The first screen, sentence by sentence.

use jiff::SignedDuration;
use serde_json::json;

use super::headline;
use crate::plan::tests::bench::{Bench, open, over, plain, ticket};
use crate::plan::tests::gates;
use crate::plan::{Cost, Effect, Plan, Ruling};
use crate::ticket::{Booking, Money, Ticket};

fn on(number: u32, day: &str, from: &str) -> Ticket {
    ticket(number, |document| {
        let location = &mut document["spec"]["locations"][0];
        location["start_date"] = json!(format!("{day}T{from}:00"));
        location["end_date"] = json!(format!("{day}T18:00:00"));
    })
}

fn three() -> Plan {
    Bench::new().wants(on(1, "2027-01-13", "09:30")).wants(on(2, "2027-01-11", "08:00")).wants(on(3, "2028-02-01", "08:00")).plan()
}

fn costing(mut plan: Plan, costs: &[Option<Cost>]) -> Plan {
    for (step, cost) in plan.steps.iter_mut().zip(costs) {
        step.cost.clone_from(cost);
    }
    plan
}

fn said(plan: &Plan) -> String {
    headline(plan).to_string()
}

#[test]
fn who_is_sent_when_and_for_how_much() {
    assert_eq!(
        said(&Bench::new().wants(on(2, "2027-01-11", "08:00")).plan()),
        "1 technician, cost not estimated, on Mon 11 Jan 08:00; this cannot be cancelled by API."
    );
    assert_eq!(
        said(&three()),
        "3 technicians, cost not estimated, first on Mon 11 Jan 08:00, last on Tue 1 Feb 2028; nothing of this can be cancelled by API."
    );
    let known = |dollars| Some(Cost::Estimated(Money::from_dollars(dollars)));
    let unknown = Some(Cost::Unknown("no answer".to_owned()));
    let cost = |costs: &[Option<Cost>]| headline(&costing(three(), costs)).cost();
    assert_eq!(cost(&[known(1_000.0), known(3_000.0), known(180.0)]).as_deref(), Some("about $4,180"));
    assert_eq!(cost(&[known(1_000.0), unknown.clone(), None]).as_deref(), Some("about $1,000 and 2 of unknown cost"));
    assert_eq!(cost(&[unknown.clone(), unknown, None]).as_deref(), Some("cost unknown"));
}

#[test]
fn dates_are_in_the_order_of_the_sites_clocks() {
    let at = |number: u32, day: &str, from: &str, zone: Option<&str>| {
        let mut ticket = on(number, day, from);
        ticket.visit.as_mut().expect("a visit").timezone = zone.map(str::to_owned);
        ticket
    };
    let when = |tickets: [Ticket; 2]| headline(&tickets.into_iter().fold(Bench::new(), Bench::wants).plan()).when();
    // Honolulu's Friday is the later moment, and the earlier date.
    let far = when([at(1, "2027-06-05", "08:00", Some("Pacific/Auckland")), at(2, "2027-06-04", "11:00", Some("Pacific/Honolulu"))]);
    assert_eq!(far.as_deref(), Some("first on Fri 4 Jun 11:00, last on Sat 5 Jun"));
    let unknown = when([at(1, "2027-06-05", "08:00", None), at(2, "2027-06-07", "08:00", Some("America/New_York"))]);
    assert_eq!(unknown.as_deref(), Some("first on Sat 5 Jun 08:00, last on Mon 7 Jun"));
    let one_day = when([at(1, "2027-06-04", "08:00", None), at(2, "2027-06-04", "06:30", Some("Pacific/Honolulu"))]);
    assert_eq!(one_day.as_deref(), Some("all on Fri 4 Jun from 06:30"));
}

#[test]
fn one_day_is_said_once() {
    let plan = Bench::new().wants(on(1, "2027-01-11", "09:30")).wants(on(2, "2027-01-11", "08:00")).plan();
    assert_eq!(said(&plan), "2 technicians, cost not estimated, all on Mon 11 Jan from 08:00; nothing of this can be cancelled by API.");
}

#[test]
fn what_waits_is_no_technician_of_this_plan() {
    let later = |number: u32, day: &str| Ticket {
        booking: Some(Booking { lead_time: SignedDuration::ZERO, book_ahead: Some(SignedDuration::from_hours(24 * 14)) }),
        ..on(number, day, "08:00")
    };
    let plan = Bench::new().wants(on(1, "2027-01-11", "08:00")).wants(later(2, "2027-02-16")).wants(later(3, "2027-03-30")).plan();
    assert_eq!(
        said(&plan),
        "1 technician, cost not estimated, on Mon 11 Jan 08:00, 2 later (from Tue 2 Feb); this cannot be cancelled by API."
    );
    let mut gated = gates::all();
    gated.tickets.push(later(4, "2027-02-16"));
    assert_eq!(headline(&gated.plan()).later().as_deref(), Some("2 later (1 from Tue 2 Feb, 1 once their waves may)"));
}

#[test]
fn what_is_not_sent_is_said_too() {
    let coming = |bench: Bench, number: u32, id: &str| bench.checked(&plain(number), id).sees(&plain(number), open(&plain(number), id));
    let gone = coming(coming(Bench::new(), 1, "482001"), 2, "482002").finished(&plain(3), "482003");
    assert_eq!(
        said(&gone.plan()),
        "Nobody new is sent, 1 leaving the records, 2 need a person. 2 left the files, and their technicians are still coming."
    );
    let kept = Bench::new().wants(plain(1)).checked(&plain(1), "482001");
    assert_eq!(said(&kept.plan()), "Nothing to do: nobody is sent, and nothing is changed.");
    let ended = Bench::new().wants(plain(1)).sent(&plain(1), "482001").sees(&plain(1), over(&plain(1), "482001"));
    assert_eq!(said(&ended.plan()), "Nothing to do: nobody is sent, and nothing is changed.");
}

#[test]
fn what_can_be_taken_back_is_not_said_to_be_for_good() {
    let wanted = ticket(1, |document| document["spec"]["initial_description"] = json!("Look at the other rack."));
    let mut plan =
        Bench::able().wants(wanted.clone()).checked(&plain(1), "482001").sees(&wanted, open(&plain(1), "482001")).wants(plain(2)).plan();
    assert_eq!(said(&plan), "1 technician, cost not estimated, on Mon 11 Jan 08:00, 1 changed; this cannot be cancelled by API.");
    for step in &mut plan.steps {
        step.key.address.kind = "CustomerTicket".to_owned();
    }
    assert_eq!(said(&plan), "1 technician, cost not estimated, on Mon 11 Jan 08:00, 1 changed.");
}

#[test]
fn a_refused_plan_says_so_first() {
    let mut plan = (1..=11).fold(Bench::new(), |bench, number| bench.wants(plain(number))).plan();
    assert!(said(&plan).starts_with("Refused, over 1 limit: nothing of this is applied. 11 technicians, "), "{}", said(&plan));
    let deny = Ruling { policy: "hours".to_owned(), effect: Effect::Deny, key: None, message: String::new(), place: None };
    let warn = Ruling { effect: Effect::Warn, ..deny.clone() };
    plan.rulings = vec![deny.clone(), warn, deny];
    let first = headline(&plan).sentences().remove(0);
    assert_eq!(first, "Refused, over 1 limit and denied by 2 rulings of policies: nothing of this is applied.");
}
