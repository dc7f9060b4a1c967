//! Tickets that an answer named and nobody asked for, and tickets that changed since a plan was made.

use insta::assert_snapshot;
use serde_json::json;

use super::bench::{Bench, key, open, open_with, over, plain, ticket, unread};
use crate::plan::Plan;
use crate::state::{Closing, Event, Stray};
use crate::systems::Observed;

fn surplus(id: Option<&str>) -> Event {
    let what = id.map_or_else(|| "one without an id".to_owned(), |id| format!("{id} for Store 5 (5)"));
    Event::Surplus { key: key(&plain(1)), tickets: vec![Stray { id: id.map(str::to_owned), what }] }
}

#[test]
fn it_needs_a_person_until_somebody_has_seen_to_it() {
    let one = plain(1);
    let bench = || Bench::new().wants(one.clone()).checked(&one, "7").event(&surplus(Some("9"))).event(&surplus(None));
    assert_snapshot!(bench().shows(), @"! Dispatch/store-1; somebody may come for more than was asked for: 9 for Store 5 (5); one without an id");
    assert_snapshot!(bench().plan().steps[0].next_step().expect("a next step"), @"look it up in the portal and have cancelled what nobody wants, then: callout settle Dispatch/store-1 --seen-to --reason TEXT");
    let seen_to = Event::SurplusSettled { key: key(&one), reason: "cancelled in the portal".to_owned() };
    assert_eq!(bench().event(&seen_to).shows(), ". Dispatch/store-1");
    // What has become another visit's ticket is nobody's no more.
    let two = plain(2);
    assert_snapshot!(bench().wants(two.clone()).checked(&two, "9").shows(), @r"
    ! Dispatch/store-1; somebody may come for more than was asked for: one without an id
    . Dispatch/store-2
    ");
}

#[test]
fn it_is_told_whatever_became_of_the_visit() {
    let one = plain(1);
    let doubted = Bench::new().wants(one.clone()).intended(&one).event(&surplus(Some("9")));
    assert_snapshot!(doubted.shows(), @"? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result; somebody may come for more than was asked for: 9 for Store 5 (5)");
    let gone = Bench::new().closed(&one, "7", Closing::FinishedAndRemoved).event(&surplus(Some("9")));
    assert_snapshot!(gone.shows(), @"! Dispatch/store-1; somebody may come for more than was asked for: 9 for Store 5 (5)");
    let again = ticket(1, |document| document["lifecycle"]["reissue"] = json!(1));
    let further = Bench::new().wants(again).finished(&one, "7").event(&surplus(Some("9")));
    assert_snapshot!(further.shows(), @r"
    ! Dispatch/store-1; somebody may come for more than was asked for: 9 for Store 5 (5)
    + Dispatch/store-1#1; visit 1 of this address, after ticket 7
    ");
}

/// A change, a close and a delete.
fn changing() -> Bench {
    let sent = [1, 2, 3].map(|number| {
        ticket(number, |document| document["lifecycle"]["on_remove"] = json!(["hold", "close", "delete"][number as usize - 1]))
    });
    let edited = ticket(1, |document| document["spec"]["po_number"] = json!("PO-2"));
    let checked = sent.iter().zip(["1", "2", "3"]).fold(Bench::able().wants(edited), |bench, (ticket, id)| bench.checked(ticket, id));
    sent.iter().zip(["1", "2", "3"]).fold(checked, |bench, (ticket, id)| bench.sees(ticket, open(ticket, id)))
}

/// What is left of the plan once its tickets were read again.
fn looked_at_again(now: &Bench) -> String {
    let (plan, sides) = (changing().plan(), now.sides());
    let asked: Vec<String> = plan.looks_again(&now.state, &sides, now.now).into_iter().map(|ask| ask.key.to_string()).collect();
    assert_eq!(asked, ["Dispatch/store-1", "Dispatch/store-2", "Dispatch/store-3"]);
    told(&plan.held_by(&now.observed, &sides))
}

fn told(plan: &Plan) -> String {
    let line = |step: &crate::plan::Step| {
        let reason = step.action.reason().map(|reason| format!("; {reason}; {}", step.next_step().unwrap_or_default()));
        format!("{} {}{}", step.sign(), step.key, reason.unwrap_or_default())
    };
    plan.steps.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_changed_in_its_system_since_the_plan_was_made_is_left_alone() {
    let [one, two, three] = [1, 2, 3].map(plain);
    assert_eq!(looked_at_again(&changing()), "~ Dispatch/store-1\n- Dispatch/store-2\n- Dispatch/store-3");
    // A change goes by the field that it sets, a close by the whole ticket.
    let elsewhere = |ticket, id| open_with(ticket, id, "special_instructions", "Ring twice.");
    let now = changing().sees(&one, elsewhere(&one, "1")).sees(&two, elsewhere(&two, "2")).sees(&three, over(&three, "3"));
    assert_snapshot!(looked_at_again(&now), @r"
    ~ Dispatch/store-1
    ! Dispatch/store-2; changed in the ticket system since this plan was made, and left alone: special_instructions was empty and is `Ring twice.`; look at what it has become: callout plan --target Dispatch/store-2
    ! Dispatch/store-3; changed in the ticket system since this plan was made, and left alone: its work is over; look at what it has become: callout plan --target Dispatch/store-3
    ");
    let now = changing().sees(&one, open_with(&one, "1", "po_number", "PO-9")).sees(&two, Observed::Missing).sees(&three, unread());
    assert_snapshot!(looked_at_again(&now), @r"
    ! Dispatch/store-1; changed in the ticket system since this plan was made, and left alone: po_number was empty and is `PO-9`; look at what it has become: callout plan --target Dispatch/store-1
    ! Dispatch/store-2; ticket 2 is not there, or not visible with this credential; nothing is created in its place; check the credential and tenant; if it was cancelled: callout settle Dispatch/store-2 --cancelled --reason TEXT
    ! Dispatch/store-3; the ticket could not be read: TechExpress did not answer; mend that, then plan again
    ");
    // A plan of an older callout does not say what it saw.
    let mut plan = changing().plan();
    plan.steps.truncate(1);
    plan.steps[0].seen = None;
    assert_snapshot!(told(&plan.held_by(&changing().observed, &changing().sides())), @"! Dispatch/store-1; this plan does not say what its ticket was like, so nobody knows whether it changed since; look at what it has become: callout plan --target Dispatch/store-1");
}
