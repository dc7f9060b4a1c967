//! After a lost state: a ticket that carries the mark of one that it travelled with.

use insta::assert_snapshot;
use serde_json::json;

use super::bench::{Bench, key, plain, seen, ticket};
use crate::plan::Action;
use crate::ticket::{Attachment, Digest, Mark, Ticket};

/// A ticket as a read shows it, with a mark.
fn marked(ticket: &Ticket, id: &str, mark: &Mark) -> crate::systems::Observed {
    let mut seen = seen(ticket, id);
    seen.fields.set("customer_ticket_number", mark.to_string());
    crate::systems::Observed::Found(Box::new(seen))
}

fn adopting(number: u32) -> Ticket {
    ticket(number, |document| document["lifecycle"]["adopt"] = json!("7"))
}

/// What becomes of store 2, whose file names ticket 7, when that carries the mark of store 1.
fn taken_over(bench: Bench) -> String {
    let two = adopting(2);
    let mark = Mark::new("bench", &plain(1).address, 0);
    let plan = bench.wants(two.clone()).sees(&two, marked(&two, "7", &mark)).plan();
    let step = plan.steps.iter().find(|step| step.key == key(&two)).expect("a step");
    let is_taken = matches!(&step.action, Action::Adopt { request, .. } if request.mark.as_ref() == Some(&mark));
    if is_taken { "taken over with the mark of store 1".to_owned() } else { step.action.reason().expect("a reason").to_string() }
}

#[test]
fn after_a_lost_state_a_ticket_may_carry_the_mark_of_one_that_it_travelled_with() {
    assert_snapshot!(taken_over(Bench::new().wants(plain(1))), @"taken over with the mark of store 1");
    assert_snapshot!(taken_over(Bench::new().checked(&plain(1), "6")), @"taken over with the mark of store 1");
}

#[test]
fn a_foreign_mark_is_refused_where_it_could_not_have_come_from_one_request() {
    let with = |number, field: &'static str, value: &'static str| ticket(number, move |document| document["spec"][field] = json!(value));
    // Nobody knows whose mark it is.
    assert_snapshot!(taken_over(Bench::new()), @"ticket 7 does not fit: it carries the mark co-n0rfjaas, which belongs to another visit");
    // Store 1 asks for something else, or has another file: the two could not travel together.
    assert_snapshot!(taken_over(Bench::new().wants(with(1, "po_number", "P"))), @"ticket 7 does not fit: it carries the mark co-n0rfjaas, which belongs to another visit");
    let file = Attachment { filename: "a.pdf".into(), path: "a.pdf".into(), size: 1, sha256: Digest::of_bytes(b"x") };
    assert_snapshot!(taken_over(Bench::new().wants(Ticket { attachments: vec![file], ..plain(1) })), @"ticket 7 does not fit: it carries the mark co-n0rfjaas, which belongs to another visit");
    // Store 1 is at the place of store 2: the ticket is its own.
    let moved = ticket(1, |document| document["spec"]["locations"][0]["location_number"] = json!("2"));
    assert_snapshot!(taken_over(Bench::new().wants(moved)), @"ticket 7 does not fit: it carries the mark co-n0rfjaas, which belongs to another visit");
    // A third visit asks for the same at that place: the ticket may be either's.
    let third = ticket(3, |document| {
        document["spec"]["locations"][0]["location_number"] = json!("2");
        document["lifecycle"]["alongside"] = json!("Dispatch/store-2");
    });
    assert_snapshot!(taken_over(Bench::new().wants(plain(1)).wants(third)), @"ticket 7 does not fit: it carries the mark co-n0rfjaas, which belongs to another visit");
}

#[test]
fn neither_a_ticket_for_another_place_nor_a_further_visit_is_told_by_a_foreign_mark() {
    let mark = Mark::new("bench", &plain(1).address, 0);
    let reason = |two: &Ticket, shown: &Ticket, bench: Bench| {
        let plan = bench.wants(plain(1)).wants(two.clone()).sees(two, marked(shown, "7", &mark)).plan();
        let step = plan.steps.iter().find(|step| step.key == key(two)).expect("a step");
        step.action.reason().expect("a reason").to_string()
    };
    assert_snapshot!(reason(&adopting(2), &plain(3), Bench::new()), @"ticket 7 does not fit: it carries the mark co-n0rfjaas, which belongs to another visit");
    // A number alone is enough for a ticket with its own mark, and not for one with another's.
    let renamed = ticket(2, |document| document["spec"]["locations"][0]["location_name"] = json!("Store II"));
    assert_snapshot!(reason(&adopting(2), &renamed, Bench::new()), @"ticket 7 does not fit: it carries the mark co-n0rfjaas, which belongs to another visit");
    let again = ticket(2, |document| document["lifecycle"] = json!({"reissue": 1, "adopt": "7"}));
    assert_snapshot!(reason(&again, &plain(2), Bench::new().finished(&plain(2), "6")), @"ticket 7 does not fit: it carries the mark co-n0rfjaas, which belongs to another visit");
}
