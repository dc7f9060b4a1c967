//! Creates that travel in one request: which, and under which mark.

use insta::assert_snapshot;
use serde_json::json;

use super::bench::{Bench, key, open, plain, ticket};
use crate::plan::{Action, Plan, check_fresh};
use crate::state::{Event, Sighting};
use crate::ticket::{Attachment, Digest, Mark, Ticket};

fn five() -> Bench {
    (1..=5).fold(Bench::new(), |bench, number| bench.wants(plain(number)))
}

/// Each create on a line, with its mark and what it travels with.
fn shown(plan: &Plan) -> String {
    let marks: Vec<(Mark, String)> =
        plan.steps.iter().map(|step| (Mark::new("bench", &step.key.address, step.key.reissue), step.key.to_string())).collect();
    let whose = |mark: &Mark| marks.iter().find(|(own, _)| own == mark).map_or_else(|| mark.to_string(), |(_, key)| key.clone());
    let line = |step: &crate::plan::Step| {
        let Action::Create { request, payload } = &step.action else { return format!("{} {}", step.sign(), step.key) };
        let mark = request.mark.as_ref().expect("a mark");
        assert!(payload.text("customer_ticket_number").is_some_and(|text| text.ends_with(mark.as_str())), "{payload:?}");
        let batch = step.batch.as_ref().map_or("alone".to_owned(), |batch| format!("{} with {}", batch.tickets, batch.first));
        format!("+ {}: {batch}, mark of {}", step.key, whose(mark))
    };
    plan.steps.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn without_the_setting_every_ticket_is_a_request_of_its_own() {
    let plan = five().plan();
    assert!(plan.steps.iter().all(|step| step.batch.is_none()));
    assert!(!serde_json::to_string(&plan).expect("JSON").contains("batch"), "a plan is written as ever");
    let alone = Bench::new().wants(plain(1)).per_request(50).plan();
    assert_eq!(alone, Bench::new().wants(plain(1)).plan());
}

#[test]
fn what_shares_everything_but_its_place_travels_together_under_the_first_ones_mark() {
    assert_snapshot!(shown(&five().per_request(2).plan()), @r"
    + Dispatch/store-1: 2 with Dispatch/store-1, mark of Dispatch/store-1
    + Dispatch/store-2: 2 with Dispatch/store-1, mark of Dispatch/store-1
    + Dispatch/store-3: 2 with Dispatch/store-3, mark of Dispatch/store-3
    + Dispatch/store-4: 2 with Dispatch/store-3, mark of Dispatch/store-3
    + Dispatch/store-5: alone, mark of Dispatch/store-5
    ");
    assert_snapshot!(shown(&five().per_request(50).plan()), @r"
    + Dispatch/store-1: 5 with Dispatch/store-1, mark of Dispatch/store-1
    + Dispatch/store-2: 5 with Dispatch/store-1, mark of Dispatch/store-1
    + Dispatch/store-3: 5 with Dispatch/store-1, mark of Dispatch/store-1
    + Dispatch/store-4: 5 with Dispatch/store-1, mark of Dispatch/store-1
    + Dispatch/store-5: 5 with Dispatch/store-1, mark of Dispatch/store-1
    ");
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let mut turned = five().per_request(3);
    turned.tickets.reverse();
    assert_eq!(turned.plan(), five().per_request(3).plan());
}

#[test]
fn what_differs_outside_of_the_location_travels_apart() {
    let with = |number, field: &'static str, value: &'static str| ticket(number, move |document| document["spec"][field] = json!(value));
    let file = |content: &[u8]| Attachment { filename: "a.pdf".into(), path: "a.pdf".into(), size: 1, sha256: Digest::of_bytes(content) };
    let filed = |number, content: &[u8]| Ticket { attachments: vec![file(content)], ..plain(number) };
    let bench = Bench::new().wants(plain(1)).wants(with(2, "po_number", "P")).wants(plain(3)).wants(with(4, "po_number", "P"));
    let bench = bench.wants(filed(5, b"x")).wants(filed(6, b"y")).wants(filed(7, b"x")).wants(with(8, "customer_ticket_number", "INC-1"));
    assert_snapshot!(shown(&bench.wants(with(9, "customer_ticket_number", "INC-1")).per_request(9).plan()), @r"
    + Dispatch/store-1: 2 with Dispatch/store-1, mark of Dispatch/store-1
    + Dispatch/store-2: 2 with Dispatch/store-2, mark of Dispatch/store-2
    + Dispatch/store-3: 2 with Dispatch/store-1, mark of Dispatch/store-1
    + Dispatch/store-4: 2 with Dispatch/store-2, mark of Dispatch/store-2
    + Dispatch/store-5: 2 with Dispatch/store-5, mark of Dispatch/store-5
    + Dispatch/store-6: alone, mark of Dispatch/store-6
    + Dispatch/store-7: 2 with Dispatch/store-5, mark of Dispatch/store-5
    + Dispatch/store-8: 2 with Dispatch/store-8, mark of Dispatch/store-8
    + Dispatch/store-9: 2 with Dispatch/store-8, mark of Dispatch/store-8
    ");
}

#[test]
fn places_that_could_be_taken_for_each_other_travel_apart() {
    let at = |number: u32, place: &str, name: &'static str| {
        let place = place.to_owned();
        ticket(number, move |document| {
            let location = &mut document["spec"]["locations"][0];
            (location["location_number"], location["location_name"]) = (json!(place), json!(name));
            // Other accounts: or they would be look-alikes.
            location["account_macnum"] = json!(format!("0{number}"));
        })
    };
    let bench = Bench::new().wants(at(1, "17", "Front")).wants(at(2, " 17", "Back")).wants(at(3, "18", "Front"));
    let bench = bench.wants(at(4, "", "FRONT")).wants(at(5, "", "Rear"));
    assert_snapshot!(shown(&bench.per_request(9).plan()), @r"
    + Dispatch/store-1: 3 with Dispatch/store-1, mark of Dispatch/store-1
    + Dispatch/store-2: 2 with Dispatch/store-2, mark of Dispatch/store-2
    + Dispatch/store-3: 3 with Dispatch/store-1, mark of Dispatch/store-1
    + Dispatch/store-4: 2 with Dispatch/store-2, mark of Dispatch/store-2
    + Dispatch/store-5: 3 with Dispatch/store-1, mark of Dispatch/store-1
    ");
}

#[test]
fn only_what_is_sent_now_travels_together() {
    let waits = ticket(1, |document| document["spec"]["prior_ticket"] = json!({"ref": "Dispatch/store-6"}));
    let known = |number| ticket(number, |document| document["spec"]["prior_ticket"] = json!({"ref": "Dispatch/store-7"}));
    let told = ticket(4, |document| document["spec"]["prior_ticket"] = json!(77));
    let past = ticket(5, |document| {
        document["spec"]["locations"][0]["start_date"] = json!("2026-01-11T08:00:00");
        document["spec"]["locations"][0]["end_date"] = json!("2026-01-11T12:00:00");
    });
    let adopted = ticket(8, |document| document["lifecycle"]["adopt"] = json!("8"));
    let bench = Bench::new().wants(waits).wants(known(2)).wants(known(3)).wants(told).wants(past).wants(plain(6)).wants(plain(9));
    let bench = bench.wants(plain(7)).checked(&plain(7), "77").wants(adopted.clone()).sees(&adopted, open(&adopted, "8"));
    assert_snapshot!(shown(&bench.per_request(9).plan()), @r"
    + Dispatch/store-2: 3 with Dispatch/store-2, mark of Dispatch/store-2
    + Dispatch/store-3: 3 with Dispatch/store-2, mark of Dispatch/store-2
    + Dispatch/store-4: 3 with Dispatch/store-2, mark of Dispatch/store-2
    ! Dispatch/store-5
    + Dispatch/store-6: 2 with Dispatch/store-6, mark of Dispatch/store-6
    + Dispatch/store-1: alone, mark of Dispatch/store-1
    . Dispatch/store-7
    = Dispatch/store-8
    + Dispatch/store-9: 2 with Dispatch/store-6, mark of Dispatch/store-6
    ");
}

#[test]
fn a_further_visit_travels_only_with_those_after_the_same_ticket() {
    let again = |number| ticket(number, |document| document["lifecycle"]["reissue"] = json!(1));
    let bench = Bench::new().wants(again(1)).wants(again(2)).wants(plain(3)).wants(plain(4));
    let plan = bench.finished(&plain(1), "1").finished(&plain(2), "2").per_request(9).plan();
    assert_snapshot!(shown(&plan), @r"
    + Dispatch/store-1#1: alone, mark of Dispatch/store-1#1
    + Dispatch/store-2#1: alone, mark of Dispatch/store-2#1
    + Dispatch/store-3: 2 with Dispatch/store-3, mark of Dispatch/store-3
    + Dispatch/store-4: 2 with Dispatch/store-3, mark of Dispatch/store-3
    ");
}

#[test]
fn a_mark_that_another_ticket_may_carry_is_not_taken_again() {
    // Store 1 was left out of a request that went out under its mark.
    let mut bench = five().per_request(9).intended(&plain(2));
    let mark = Mark::new("bench", &plain(1).address, 0);
    bench.state.records.get_mut(&key(&plain(2))).expect("a record").request.mark = Some(mark);
    assert_snapshot!(shown(&bench.plan()), @r"
    + Dispatch/store-1: 4 with Dispatch/store-1, mark of Dispatch/store-3
    ? Dispatch/store-2
    + Dispatch/store-3: 4 with Dispatch/store-1, mark of Dispatch/store-3
    + Dispatch/store-4: 4 with Dispatch/store-1, mark of Dispatch/store-3
    + Dispatch/store-5: 4 with Dispatch/store-1, mark of Dispatch/store-3
    ");
}

#[test]
fn a_batch_in_the_plan_is_plain_data() {
    let plan = five().per_request(2).plan();
    let json = serde_json::to_value(&plan.steps[1]).expect("JSON");
    assert_eq!(json["batch"], json!({"first": {"address": "Dispatch/store-1", "reissue": 0}, "tickets": 2}));
    assert_eq!(serde_json::from_value::<crate::plan::Step>(json).expect("a step"), plan.steps[1]);
}

/// What is left of a plan, or why it is stale.
fn resumed(plan: &Plan, bench: &Bench) -> String {
    let sides = bench.sides();
    let world = bench.now(&sides);
    check_fresh(plan, &world).map_or_else(|stale| stale.to_string(), |left| shown(&left))
}

fn started() -> Event {
    Event::PlanStarted { plan: "p".to_owned() }
}

/// As a run of this plan intended it.
fn intended(bench: Bench, plan: &Plan, ticket: &Ticket) -> Bench {
    let step = plan.steps.iter().find(|step| step.key == key(ticket)).expect("a step");
    let Action::Create { request, .. } = &step.action else { panic!("no create: {step:?}") };
    let mark = request.mark.clone();
    let mut bench = bench.intended(ticket);
    bench.state.records.get_mut(&key(ticket)).expect("a record").request.mark = mark;
    bench
}

#[test]
fn a_plan_that_was_killed_in_the_middle_goes_on_with_the_rest_under_the_same_marks() {
    let bench = five().per_request(3);
    let plan = bench.plan();
    assert_eq!(resumed(&plan, &bench), shown(&plan));
    // The first request was sent, and only one of its answers was kept.
    let killed = [1, 2, 3].iter().fold(five().per_request(3).event(&started()), |bench, number| intended(bench, &plan, &plain(*number)));
    let killed = killed.event(&Event::Created { key: key(&plain(1)), id: "7".to_owned(), seen: Sighting::default() });
    assert_snapshot!(resumed(&plan, &killed), @r"
    ? Dispatch/store-2
    ? Dispatch/store-3
    + Dispatch/store-4: 2 with Dispatch/store-4, mark of Dispatch/store-4
    + Dispatch/store-5: 2 with Dispatch/store-4, mark of Dispatch/store-4
    ");
    // Store 1 was left out of the first request, and store 5 out of the second: what is left of each goes on under its mark.
    let left_out = [2, 3, 4].iter().fold(five().per_request(3).event(&started()), |bench, number| intended(bench, &plan, &plain(*number)));
    assert_snapshot!(resumed(&plan, &left_out), @r"
    + Dispatch/store-1: 1 with Dispatch/store-1, mark of Dispatch/store-1
    ? Dispatch/store-2
    ? Dispatch/store-3
    ? Dispatch/store-4
    + Dispatch/store-5: 1 with Dispatch/store-4, mark of Dispatch/store-4
    ");
}

#[test]
fn a_saved_plan_asks_for_no_more_in_one_request_than_the_settings_allow_by_now() {
    let plan = five().per_request(3).plan();
    assert_snapshot!(resumed(&plan, &five().per_request(2)), @"Dispatch/store-1: its system takes fewer tickets in one request than when this plan was made");
    assert_eq!(resumed(&plan, &five().per_request(50)), shown(&plan));
    let alone = intended(intended(five().event(&started()), &plan, &plain(1)), &plan, &plain(2));
    let alone = intended(alone, &plan, &plain(4));
    assert_snapshot!(resumed(&plan, &alone), @r"
    ? Dispatch/store-1
    ? Dispatch/store-2
    + Dispatch/store-3: 1 with Dispatch/store-1, mark of Dispatch/store-1
    ? Dispatch/store-4
    + Dispatch/store-5: 1 with Dispatch/store-4, mark of Dispatch/store-4
    ");
}

#[test]
fn who_looks_for_a_shared_mark_is_told_that_others_have_it() {
    let bench = five().per_request(3);
    let plan = bench.plan();
    let doubted = [1, 2, 3].iter().fold(five(), |bench, number| intended(bench, &plan, &plain(*number)));
    let answered = doubted.event(&Event::Created { key: key(&plain(1)), id: "7".to_owned(), seen: Sighting::default() });
    assert_snapshot!(answered.shows(), @r"
    . Dispatch/store-1
    ? Dispatch/store-2; in doubt: the create started at 2027-01-04T12:00:00Z has no known result; 2 other tickets were sent with this mark, too: its own is the one for this place
    ? Dispatch/store-3; in doubt: the create started at 2027-01-04T12:00:00Z has no known result; 2 other tickets were sent with this mark, too: its own is the one for this place
    + Dispatch/store-4
    + Dispatch/store-5
    ");
}
