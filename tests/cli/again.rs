//! A ticket that somebody changes in its system between a plan and its apply: the change is left alone, and told.

use serde_json::json;

use crate::customer::{Desk, FILE, ID};
use crate::shown::shows;

/// A saved plan that changes the priority.
fn planned() -> Desk {
    let desk = Desk::with_ticket();
    desk.project.edit(FILE, "normal", "high");
    desk.project.run("plan --out p.plan").ends_with(0);
    desk
}

#[test]
fn a_saved_plan_does_not_overwrite_what_somebody_changed_since() {
    let desk = planned();
    desk.vendor.edit(ID, &json!({"ticketPriority": "urgent"}));
    let before = desk.writes();
    shows!(desk.project.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    Plan: 1 needs a person.

    ! CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
        changed in the ticket system since this plan was made, and left alone: ticket_priority was `normal` and is `urgent`
        next: look at what it has become: callout plan --target CustomerTicket/line-rental-4711
          ticket_priority: normal -> high
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.

    Nothing was applied.
    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    assert_eq!((desk.writes(), desk.field("ticketPriority")), (before, json!("urgent")));
    // A new plan sees both sides.
    assert!(desk.project.run("plan").out.contains("conflict: changed on both sides: ticket_priority"), "a person chooses");
}

#[test]
fn a_saved_plan_changes_a_ticket_of_which_somebody_changed_something_else() {
    let desk = planned();
    desk.vendor.edit(ID, &json!({"departments": "Sales"}));
    desk.project.run("apply --yes p.plan").ends_with(0);
    assert_eq!((desk.field("ticketPriority"), desk.field("departments")), (json!("high"), json!("Sales")));
}

#[test]
fn what_changes_while_a_question_stands_is_left_alone() {
    let desk = Desk::with_ticket();
    desk.project.edit(FILE, "normal", "high");
    let before = desk.writes();
    let sandbox = desk.vendor.sandbox.clone();
    let urgent = json!({"ticketPriority": "urgent"});
    let edit = move || drop(sandbox.edit(ID, urgent.as_object().expect("fields")).expect("a change that can be made"));
    shows!(desk.project.run_answering_once("apply", edit, "yes\n"), @r"
    $ callout apply
    Plan: 1 to update.

    ~ CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
          ticket_priority: normal -> high
        at tickets/a.yaml:4:9

    Plan: 1 to update.

    Nothing was applied.
    1 ticket needs a person: callout settle tells what to do.
    |
    | Apply this plan? Only `yes` is taken as yes:
    | apply/changed
    |
    |   ! CustomerTicket/line-rental-4711: changed in the ticket system since this plan was made, and left alone:
    |   | ticket_priority was `normal` and is `urgent`
    |   help: look at what it has become: callout plan --target CustomerTicket/line-rental-4711
    |
    exit 0
    ");
    assert_eq!((desk.writes(), desk.field("ticketPriority")), (before, json!("urgent")));
}
