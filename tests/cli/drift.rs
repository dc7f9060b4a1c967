//! A ticket that was changed on both sides, whose side is taken, and marks that are looked for: against a system that can do it all.

use callout::systems::sandbox::{Call, Fault, Trouble};
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::{Desk, FILE, ID, TICKET};
use crate::shown::shows;
use crate::vendor::Site;

/// The file says high, the ticket was sent as normal, and somebody made it low.
fn conflict() -> Desk {
    let desk = Desk::with_ticket();
    desk.vendor.edit(ID, &json!({"ticketPriority": "low"}));
    desk.project.edit(FILE, "normal", "high");
    desk
}

/// A create whose answer was lost a moment ago.
fn doubted() -> Desk {
    let desk = Desk::new();
    desk.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    desk.project.run("apply --yes").ends_with(5);
    desk
}

fn reads(desk: &Desk) -> usize {
    desk.vendor.sandbox.requests().iter().filter(|request| request.method == "GET").count()
}

#[test]
fn a_conflict_names_both_values_and_is_resolved_by_the_command_it_prints() {
    let desk = conflict();
    shows!(desk.project.run("plan"), @r"
    $ callout plan
    Plan: 1 needs a person, 1 changed in the ticket system.
    
    ! CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
        conflict: changed on both sides: ticket_priority is `high` in the files and `low` in the ticket
        next: send the files' values: callout apply --target CustomerTicket/line-rental-4711 --take file; or let the ticket's stand: callout apply --target CustomerTicket/line-rental-4711 --take live
          ticket_priority: normal -> high
        changed in the ticket system:
          ticket_priority: normal -> low
        at tickets/a.yaml:4:9
    
    Plan: 1 needs a person, 1 changed in the ticket system.
    exit 0
    ");
    let priority = |desk: &Desk| desk.field("ticketPriority");
    shows!(desk.project.run("apply --target CustomerTicket/line-rental-4711 --take file --yes"), @r"
    $ callout apply --target CustomerTicket/line-rental-4711 --take file --yes
    Plan: 1 to update, 1 changed in the ticket system.
    
    ~ CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
          ticket_priority: normal -> high
        changed in the ticket system:
          ticket_priority: normal -> low
        at tickets/a.yaml:4:9
    
    Plan: 1 to update, 1 changed in the ticket system.
    ~ CustomerTicket/line-rental-4711: updated ticket 482001
    
    Applied: 1 updated.
    exit 0
    ");
    assert_eq!(priority(&desk), json!("high"));
    desk.has_no_changes();
    let desk = conflict();
    shows!(desk.project.run("apply --target CustomerTicket/line-rental-4711 --take live --yes"), @r"
    $ callout apply --target CustomerTicket/line-rental-4711 --take live --yes
    No changes. 1 ticket was changed in the ticket system.
    
    . CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
        the ticket's values stand: ticket_priority (--take live)
          ticket_priority: normal -> high
        changed in the ticket system:
          ticket_priority: normal -> low
        at tickets/a.yaml:4:9
    
    No changes. 1 ticket was changed in the ticket system.
    
    What was seen is recorded.
    exit 0
    ");
    assert_eq!((priority(&desk), desk.writes()), (json!("low"), vec!["POST".to_owned()]));
    desk.has_no_changes();
    desk.project.edit(FILE, "high", "urgent");
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(priority(&desk), json!("urgent"));
    desk.has_no_changes();
}

#[test]
fn drift_is_put_back_or_becomes_what_was_sent() {
    for (take, priority) in [("file", "normal"), ("live", "low")] {
        let desk = Desk::with_ticket();
        desk.vendor.edit(ID, &json!({"ticketPriority": "low"}));
        desk.project.run("plan --detailed-exitcode").ends_with(2);
        desk.project.run("apply --yes").ends_with(0);
        assert_eq!((desk.field("ticketPriority"), desk.writes().len()), (json!("low"), 1), "drift alone is left alone");
        desk.project.run(&format!("plan --take {take} --out plan.json")).ends_with(0);
        desk.project.run("apply plan.json --yes").ends_with(0);
        assert_eq!(desk.field("ticketPriority"), json!(priority));
        desk.has_no_changes();
    }
    let desk = Desk::with_ticket();
    shows!(desk.project.run("plan --take file"), @r"
    $ callout plan --take file
    No changes. 1 ticket is unchanged.
    | --take file: no ticket that was read was changed in its system; --refresh all reads them all
    exit 0
    ");
}

#[test]
fn what_was_let_stand_is_put_back_by_take_file_later() {
    let desk = conflict();
    desk.project.run("apply --yes --take live").ends_with(0);
    shows!(desk.project.run("plan --take file"), @r"
    $ callout plan --take file
    Plan: 1 to update.

    ~ CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
        put back to what the files say: ticket_priority (--take file)
          ticket_priority: low -> high
        at tickets/a.yaml:4:9

    Plan: 1 to update.
    exit 0
    ");
}

#[test]
fn that_a_list_was_refused_is_told_once_for_all_of_its_tickets() {
    let mut desk = Desk::new();
    for number in 1..=4 {
        let text = TICKET.replace("line-rental-4711", &format!("line-{number}")).replace("Line rental", &format!("Line {number}"));
        desk.project.write(format!("tickets/{number}.yaml"), text);
    }
    desk.project.run("apply --yes --parallelism 1").ends_with(0);
    desk.project.run("apply --yes").ends_with(0);
    desk.project.set("BILLING_TOKEN", "outdated");
    shows!(desk.project.run("plan"), @r#"
    $ callout plan
    No changes. 5 tickets are unchanged.

    . 5 tickets, such as CustomerTicket/line-1, CustomerTicket/line-2, CustomerTicket/line-3
        it could not be read, and is shown as last known: Billing Platform answered 401 Unauthorized: The access token is invalid, or the "Bearer " prefix is missing; it did not accept the token from the variable BILLING_TOKEN
        --verbose lists them all

    No changes. 5 tickets are unchanged.
    | reading 5 tickets in a list pass over Billing Platform
    exit 0
    "#);
    shows!(desk.project.run("plan --target CustomerTicket/line-1 --target CustomerTicket/line-2"), @r#"
    $ callout plan --target CustomerTicket/line-1 --target CustomerTicket/line-2
    No changes. 2 tickets are unchanged.

    . CustomerTicket/line-1 (ticket 482001)  customer 4711
        it could not be read, and is shown as last known: Billing Platform answered 401 Unauthorized: The access token is invalid, or the "Bearer " prefix is missing; it did not accept the token from the variable BILLING_TOKEN
        at tickets/1.yaml:4:9

    . CustomerTicket/line-2 (ticket 482002)  customer 4711
        it could not be read, and is shown as last known: Billing Platform answered 401 Unauthorized: The access token is invalid, or the "Bearer " prefix is missing; it did not accept the token from the variable BILLING_TOKEN
        at tickets/2.yaml:4:9

    No changes. 2 tickets are unchanged.
    | reading 2 tickets in a list pass over Billing Platform
    exit 0
    "#);
}

#[test]
fn an_ignored_field_is_sent_once_and_left_to_the_people_there() {
    let desk = Desk::new();
    desk.project.write(FILE, format!("{TICKET}lifecycle: {{ignore_changes: [ticket_priority]}}\n"));
    desk.project.run("apply --yes").ends_with(0);
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.field("ticketPriority"), json!("normal"));
    desk.vendor.edit(ID, &json!({"ticketPriority": "low"}));
    desk.project.edit(FILE, "normal", "high");
    desk.has_no_changes();
    desk.project.edit(FILE, "departments: Billing", "departments: Complaints");
    desk.project.run("apply --yes --take file").ends_with(0);
    assert_eq!((desk.field("ticketPriority"), desk.field("departments")), (json!("low"), json!("Complaints")));
    desk.has_no_changes();
}

#[test]
fn closing_says_that_the_customer_is_mailed() {
    let desk = Desk::new();
    desk.project.write(FILE, format!("{TICKET}lifecycle: {{on_remove: close}}\n"));
    desk.project.run("apply --yes").ends_with(0);
    desk.project.remove(FILE);
    shows!(desk.project.run("plan"), @r"
    $ callout plan
    Plan: 1 to close.
    
    - CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
        closed in its system, as `on_remove: close` says
        Billing Platform mails the customer when a ticket is closed
    
    Plan: 1 to close.
    exit 0
    ");
}

#[test]
fn a_change_that_the_system_leaves_out_is_told() {
    let desk = Desk::with_ticket();
    desk.project.edit(FILE, "normal", "high");
    desk.vendor.trouble(Call::Update, Trouble::Ignored);
    shows!(desk.project.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 to update.
    
    ~ CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
          ticket_priority: normal -> high
        at tickets/a.yaml:4:9
    
    Plan: 1 to update.
    ! CustomerTicket/line-rental-4711: updated ticket 482001, but it does not show what was sent: ticket_priority
    
    Applied: 1 updated.
    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    desk.vendor.well();
    shows!(desk.project.run("plan"), @r"
    $ callout plan
    Plan: 1 needs a person.
    
    ! CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
        booked differently: ticket_priority is not what was sent
          ticket_priority: high -> normal
        next: have it corrected, then plan again; or leave it: callout settle CustomerTicket/line-rental-4711 --accept --reason TEXT
        at tickets/a.yaml:4:9
    
    Plan: 1 needs a person.
    exit 0
    ");
}

#[test]
fn a_create_in_doubt_is_looked_for_after_a_minute_and_linked() {
    let desk = doubted();
    shows!(desk.project.run("plan"), @r"
    $ callout plan
    Plan: 1 in doubt.
    
    ? CustomerTicket/line-rental-4711  customer 4711
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: Billing Platform did not answer: connection closed before message completed; its mark is looked for from 2027-01-04T12:01:00Z on
        next: plan again then: a ticket that carries its mark is linked
        mark: [mark]
        at tickets/a.yaml:4:9
    
    Plan: 1 in doubt.
    exit 0
    ");
    // A ticket may be there that no search shows yet: nobody is believed who says that there is none.
    shows!(desk.project.run("settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes"), @r"
    $ callout settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes
    | settle/misfit in CustomerTicket/line-rental-4711
    |
    |   x CustomerTicket/line-rental-4711 cannot be settled like this: it may still be on its way; from
    |   | 2027-01-04T12:01:00Z on its mark is looked for
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    desk.project.clock.jump(SignedDuration::from_secs(60));
    shows!(desk.project.run("settle"), @r"
    $ callout settle
    Nothing needs a person.
    
    Found by its mark, and linked by the next callout apply: CustomerTicket/line-rental-4711 (ticket 482001).
    exit 0
    ");
    shows!(desk.project.run("settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes"), @r"
    $ callout settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes
    | settle/misfit in CustomerTicket/line-rental-4711
    |
    |   x CustomerTicket/line-rental-4711 cannot be settled like this: ticket 482001 carries its mark; `callout
    |   | apply` links it
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    shows!(desk.project.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 to adopt.
    
    = CustomerTicket/line-rental-4711 (ticket 482001)  customer 4711
        taken over, not sent: its mark was found
        at tickets/a.yaml:4:9
    
    Plan: 1 to adopt.
    = CustomerTicket/line-rental-4711: adopted ticket 482001
    
    Applied: 1 adopted.
    exit 0
    ");
    desk.project.run("apply --yes").ends_with(0);
    desk.has_no_changes();
    assert_eq!(desk.vendor.tickets(), 1);
}

/// The file that renames the doubted ticket.
fn rename(desk: &Desk) {
    let renamed = TICKET.replace("line-rental-4711", "renamed");
    desk.project.write(FILE, format!("{renamed}lifecycle: {{renamed_from: CustomerTicket/line-rental-4711}}\n"));
}

#[test]
fn a_create_that_is_found_is_never_called_not_created_though_its_file_renames_it() {
    let desk = doubted();
    rename(&desk);
    desk.project.clock.jump(SignedDuration::from_hours(1));
    shows!(desk.project.run("settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes"), @r"
    $ callout settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes
    | settle/misfit in CustomerTicket/line-rental-4711
    |
    |   x CustomerTicket/line-rental-4711 cannot be settled like this: ticket 482001 carries its mark; `callout
    |   | apply` links it
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 1);
}

#[test]
fn a_create_that_may_be_on_its_way_is_not_called_not_created() {
    let desk = doubted();
    shows!(desk.project.run("settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes"), @r"
    $ callout settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes
    | settle/misfit in CustomerTicket/line-rental-4711
    |
    |   x CustomerTicket/line-rental-4711 cannot be settled like this: it may still be on its way; from
    |   | 2027-01-04T12:01:00Z on its mark is looked for
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
}

#[test]
fn a_difference_of_a_ticket_that_is_being_renamed_is_accepted_by_the_name_that_the_plan_prints() {
    let desk = Desk::new();
    desk.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    desk.project.run("apply --yes").ends_with(5);
    desk.vendor.edit(ID, &json!({"ticketPriority": "low"}));
    desk.project.run(&format!("settle CustomerTicket/line-rental-4711 --id {ID} --reason found --yes")).ends_with(0);
    rename(&desk);
    let plan = desk.project.run("plan");
    let accepts = "callout settle CustomerTicket/line-rental-4711 --accept --reason TEXT";
    assert!(plan.out.contains(accepts), "{plan}");
    desk.project.run("settle CustomerTicket/line-rental-4711 --accept --reason agreed --yes").ends_with(0);
    let applied = desk.project.run("apply --yes").ends_with(0);
    assert!(!applied.out.contains("needs a person"), "{applied}");
    desk.has_no_changes();
}

#[test]
fn two_tickets_with_one_mark_are_reported_and_never_linked() {
    let desk = doubted();
    let subject = desk.field("subject");
    desk.project.write("tickets/b.yaml", TICKET.replace("line-rental-4711", "router").replace("Line rental", "Router"));
    desk.project.run("apply --yes").ends_with(5);
    desk.vendor.edit(ID + 1, &json!({"subject": subject}));
    desk.project.clock.jump(SignedDuration::from_hours(1));
    shows!(desk.project.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 in doubt, 1 unchanged, 1 changed in the ticket system.
    
    ? CustomerTicket/line-rental-4711  customer 4711
        in doubt: 2 tickets carry its mark: 482001, 482002
        next: cancel all but one in the portal, then: callout settle CustomerTicket/line-rental-4711 --id ID --reason TEXT
        mark: [mark]
        at tickets/a.yaml:4:9
    
    . CustomerTicket/router (ticket 482002)  customer 4711
        changed in the ticket system:
          subject: Router charged twice -> Line rental charged twice
        at tickets/b.yaml:4:9
    
    Plan: 1 in doubt, 1 unchanged, 1 changed in the ticket system.
    
    What was seen is recorded.
    1 ticket needs a person: callout settle tells what to do.
    | reading 2 tickets in a list pass over Billing Platform
    exit 5
    ");
    shows!(desk.project.run("settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes"), @r"
    $ callout settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes
    | settle/misfit in CustomerTicket/line-rental-4711
    |
    |   x CustomerTicket/line-rental-4711 cannot be settled like this: tickets 482001 and 482002 carry its mark;
    |   | cancel all but one in the portal, and settle it with --id
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
}

#[test]
fn while_the_search_has_no_answer_nobody_frees_the_address() {
    let desk = doubted();
    desk.project.clock.jump(SignedDuration::from_hours(1));
    desk.vendor.faults(vec![Fault::on(Call::List, Trouble::ErrorBeforeCommit { status: 503 })]);
    shows!(desk.project.run("settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes"), @r"
    $ callout settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes
    | settle/misfit in CustomerTicket/line-rental-4711
    |
    |   x CustomerTicket/line-rental-4711 cannot be settled like this: its mark could not be looked for: Billing
    |   | Platform answered 503 Service Unavailable: Something went wrong; mend that, and settle it then
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    desk.vendor.faults(Vec::new());
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 1);
}

#[test]
fn a_mark_that_nobody_has_leaves_the_doubt_to_a_person() {
    let desk = Desk::new();
    desk.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropBeforeCommit).times(1)]);
    desk.project.run("apply --yes").ends_with(5);
    desk.project.clock.jump(SignedDuration::from_hours(1));
    shows!(desk.project.run("plan"), @r"
    $ callout plan
    Plan: 1 in doubt.
    
    ? CustomerTicket/line-rental-4711  customer 4711
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: Billing Platform did not answer: connection closed before message completed; its mark was looked for, and no ticket made since 2027-01-03T10:00:00Z carries it
        next: if the portal shows none either: callout settle CustomerTicket/line-rental-4711 --not-created --reason TEXT; if it does: callout settle CustomerTicket/line-rental-4711 --id ID --reason TEXT
        mark: [mark]
        at tickets/a.yaml:4:9
    
    Plan: 1 in doubt.
    exit 0
    ");
    desk.project.run("settle CustomerTicket/line-rental-4711 --not-created --reason lost --yes").ends_with(0);
    shows!(desk.project.run("settle CustomerTicket/line-rental-4711 --id 482001 --reason found --yes"), @r"
    $ callout settle CustomerTicket/line-rental-4711 --id 482001 --reason found --yes
    | settle/misfit in CustomerTicket/line-rental-4711
    |
    |   x CustomerTicket/line-rental-4711 cannot be settled like this: no create of it is in doubt
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    desk.project.run("apply --yes").ends_with(0);
    assert_eq!(desk.vendor.tickets(), 1);
}

#[test]
fn one_list_pass_stands_for_many_reads() {
    let desk = Desk::new();
    for number in 1..=7 {
        let text = TICKET
            .replace("line-rental-4711", &format!("line-{number}"))
            .replace("charged twice", &format!("of line {number} charged twice"));
        desk.project.write(format!("tickets/{number}.yaml"), text);
    }
    desk.project.remove(FILE);
    desk.project.run("apply --yes").ends_with(0);
    let before = reads(&desk);
    shows!(desk.project.run("apply --yes"), @r"
    $ callout apply --yes
    No changes. 7 tickets are unchanged.
    
    What was seen is recorded.
    | reading 7 tickets in a list pass over Billing Platform
    exit 0
    ");
    let after = reads(&desk);
    shows!(desk.project.run("plan --refresh all"), @r"
    $ callout plan --refresh all
    No changes. 7 tickets are unchanged.
    | reading 7 tickets in a list pass over Billing Platform
    exit 0
    ");
    assert_eq!((after - before, reads(&desk) - after), (2, 2), "one page of tickets, and the one that says that there are no more");
}

/// A job that looks every night and sends nothing: what waits to be sent must not keep it from having a first sight of the rest.
#[test]
fn who_declines_has_looked_all_the_same() {
    let site = Site::with_dispatch();
    site.run("apply --yes").ends_with(0);
    site.write("tickets/b.yaml", crate::vendor::dispatch("store-0418-router", "0418"));
    site.run("plan --refresh all --out night.plan").ends_with(0);
    let ran = site.run_answering("apply night.plan", "").ends_with(1);
    assert!(ran.err.contains("apply/declined"), "{ran}");
    assert_eq!(site.vendor.tickets(), 1);
    site.vendor.edit(482_001, &serde_json::json!({"po_number": "PO-1"}));
    let ran = site.run("plan --refresh all --detailed-exitcode").ends_with(2);
    assert!(ran.out.contains("changed in the ticket system") && ran.out.contains("po_number: PO-88213 -> PO-1"), "{ran}");
}
