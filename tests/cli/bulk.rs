//! Plans of many sites: what is alike is told once, and whoever needs a person is named.

use std::fmt::Write as _;

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::customer::Desk;
use crate::shown::shows;
use crate::vendor::{Site, dispatch, other_order};

const ROLLOUT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: routers}
spec:
  sites: {csv: sites.csv, key: store}
  template:
    kind: Dispatch
    metadata: {name: \"router-${{ site.store }}\"}
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: Replace the branch router.
      automatic_email_contact: true
      automatic_email_cc: false
      po_number: ${{ site.po }}
      locations:
        - location_name: Store ${{ site.store }}
          location_number: ${{ site.store }}
          local_contact_name: Sam Lee
          local_contact_number: 617-555-0123
          account_macnum: 0123${{ site.store }}
          start_date: ${{ site.day }}T08:00:00
          end_date: ${{ site.day }}T12:00:00
          timezone: America/New_York
";

/// A list of so many sites, each a day after the one before.
fn sites(count: u8) -> String {
    rows(count, "2027-02", "PO-1")
}

fn rows(count: u8, month: &str, po: &str) -> String {
    (1..=count).fold("store,day,po\n".to_owned(), |mut text, number| {
        let _ = writeln!(text, "{:04},{month}-{number:02},{po}", 400 + u16::from(number));
        text
    })
}

fn project(count: u8) -> Site {
    let site = Site::new();
    site.limit("creates: 50, stop_after_unknown: 9");
    site.write("tickets/routers.yaml", ROLLOUT);
    site.write("tickets/sites.csv", sites(count));
    site
}

#[test]
fn creates_that_are_alike_are_told_once_and_one_is_shown_in_full() {
    let site = project(7);
    site.write("tickets/a.yaml", dispatch("store-0500", "0500"));
    shows!(site.run("plan"), @r"
    $ callout plan
    Plan: 8 to create.

    + Dispatch/store-0500  Store 0500 (0500), account 01230500
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0500
        location_number: 0500
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230500
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        at tickets/a.yaml:4:9

    Rollout/routers: 7 to create

    + 7 tickets: same 15 fields, 6 vary by site
        vary: customer_ticket_number, location_name, location_number,
            account_macnum, start_date, end_date
        first visit: Mon 1 Feb 2027, 08:00 to 12:00 America/New_York
        last visit: Sun 7 Feb 2027, 08:00 to 12:00 America/New_York
        sites: 0401, 0402, 0403, 0404, 0405 and 2 more, --verbose lists them
        one of them in full:
        + Dispatch/router-0401  Store 0401 (0401), account 01230401
            visit: Mon 1 Feb 2027, 08:00 to 12:00 America/New_York
            service_type: Equipment Install
            contact_name: Dana Ortiz
            contact_email_address: dana@example.com
            initial_description: Replace the branch router.
            automatic_email_contact: true
            automatic_email_cc: false
            customer_ticket_number: [mark]
            po_number: PO-1
            location_name: Store 0401
            location_number: 0401
            local_contact_name: Sam Lee
            local_contact_number: 6175550123
            account_macnum: 01230401
            start_date: 2027-02-01T08:00:00
            end_date: 2027-02-01T12:00:00
            at tickets/routers.yaml:8:22

    Plan: 8 to create.
    exit 0
    ");
    let listed = site.run("plan --verbose").ends_with(0).out;
    assert_eq!((listed.matches("\n+ Dispatch/").count(), listed.contains("\nRollout/routers: 7 to create\n")), (8, true), "{listed}");
}

#[test]
fn a_saved_plan_and_an_apply_are_shown_alike() {
    let site = project(4);
    site.run("plan --out p.plan").ends_with(0);
    let folded = "+ 4 tickets: same 15 fields, 6 vary by site\n";
    for (words, code) in [("show p.plan", 0), ("apply p.plan", 1), ("apply", 1)] {
        let short = site.run(words).ends_with(code);
        assert!(short.out.contains(folded) && !short.out.contains("router-0404"), "{short}");
        let long = site.run(&format!("{words} --verbose")).ends_with(code);
        assert!(long.out.contains("\n+ Dispatch/router-0404") && !long.out.contains(folded), "{long}");
    }
    let step = &site.run("plan --format json").ends_with(0).json()["plan"]["steps"][3];
    assert_eq!(step["rollout"].to_string(), r#"{"name":"routers","key":"0404"}"#);
}

#[test]
fn a_few_are_listed_as_they_are() {
    let shown = project(3).run("plan").ends_with(0).out;
    assert_eq!((shown.matches("\n+ Dispatch/").count(), shown.contains("\nRollout/routers: 3 to create\n")), (3, true), "{shown}");
}

#[test]
fn another_set_of_fields_is_another_group() {
    let site = project(4);
    let without: String =
        rows(4, "2027-02", "").lines().skip(1).fold(String::new(), |text, row| text + &row.replacen("04", "05", 1) + "\n");
    site.write("tickets/sites.csv", sites(4) + &without + "0600,2027-02-01,PO-9\n");
    let shown = site.run("plan").ends_with(0).out;
    let heads: Vec<&str> = shown.lines().filter(|line| line.starts_with('+')).collect();
    assert_eq!(heads, ["+ 5 tickets: same 15 fields, 7 vary by site", "+ 4 tickets: same 14 fields, 6 vary by site"]);
}

#[test]
fn who_needs_a_person_is_named_however_many_they_are() {
    let site = project(24);
    site.write("tickets/sites.csv", rows(24, "2026-12", "PO-1"));
    shows!(site.run("plan"), @r"
    $ callout plan
    Plan: 24 need a person.

    Rollout/routers: 24 need a person

    ! 24 tickets need a person, for the same kind of reason
        Dispatch/router-0401
        Dispatch/router-0402
        Dispatch/router-0403
        Dispatch/router-0404
        Dispatch/router-0405
        Dispatch/router-0406
        Dispatch/router-0407
        Dispatch/router-0408
        Dispatch/router-0409
        Dispatch/router-0410
        Dispatch/router-0411
        Dispatch/router-0412
        Dispatch/router-0413
        Dispatch/router-0414
        Dispatch/router-0415
        Dispatch/router-0416
        Dispatch/router-0417
        Dispatch/router-0418
        Dispatch/router-0419
        Dispatch/router-0420
        and 4 more, --verbose lists them
        one of them in full:
        ! Dispatch/router-0401  Store 0401 (0401), account 01230401
            its start, 2026-12-01T08:00:00 America/New_York, has passed
            next: move start_date and end_date into the future
            at tickets/routers.yaml:8:22

    Plan: 24 need a person.
    exit 0
    ");
    let listed = site.run("plan --verbose").ends_with(0).out;
    assert_eq!(listed.matches("\n! Dispatch/").count(), 24, "{listed}");
}

#[test]
fn doubts_are_named_with_their_marks() {
    let site = project(5);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(4)]);
    site.run("apply --yes --parallelism 1").ends_with(5);
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    Plan: 4 in doubt, 1 unchanged.

    Rollout/routers: 4 in doubt, 1 unchanged

    ? 4 tickets are in doubt
        Dispatch/router-0401 (mark [mark])
        Dispatch/router-0402 (mark [mark])
        Dispatch/router-0403 (mark [mark])
        Dispatch/router-0404 (mark [mark])
        one of them in full:
        ? Dispatch/router-0401  Store 0401 (0401), account 01230401
            in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
            next: look for its mark in the portal, then: callout settle Dispatch/router-0401 --id ID --reason TEXT, or --not-created
            mark: [mark]
            at tickets/routers.yaml:8:22

    Plan: 4 in doubt, 1 unchanged.
    exit 5
    ");
    let settled = site.run("settle").ends_with(0).out;
    assert_eq!(settled.matches("\n? Dispatch/").count(), 4, "{settled}");
}

#[test]
fn changes_that_a_person_makes_are_told_once() {
    let site = project(4);
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.edit("tickets/routers.yaml", "the branch router", "the core router");
    shows!(site.run("plan"), @r"
    $ callout plan
    Plan: 4 need a person.

    Rollout/routers: 4 need a person

    ! 4 tickets need a person, for the same kind of reason: same field, same value
        Dispatch/router-0401 (ticket 482001)
        Dispatch/router-0402 (ticket 482002)
        Dispatch/router-0403 (ticket 482003)
        Dispatch/router-0404 (ticket 482004)
        one of them in full:
        ! Dispatch/router-0401 (ticket 482001)  Store 0401 (0401), account 01230401
            do this by hand: TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone
            next: have it changed, then plan again; or leave it: callout settle Dispatch/router-0401 --accept --reason TEXT
              initial_description: Replace the branch router. -> Replace the core router.
            at tickets/routers.yaml:8:22

    Plan: 4 need a person.
    | reading 4 tickets
    exit 0
    ");
}

#[test]
fn drift_is_counted_and_told_with_what_varies() {
    let site = project(4);
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.run("apply --yes").ends_with(0);
    for (id, order) in [(482_001, "PO-A"), (482_002, "PO-A"), (482_003, "PO-A"), (482_004, "PO-B")] {
        site.vendor.edit(id, &other_order(order));
    }
    shows!(site.run("plan --refresh all"), @r"
    $ callout plan --refresh all
    No changes. 4 tickets were changed in the ticket system.

    Rollout/routers: 4 changed in the ticket system

    . 4 tickets: same field, its value varies by site
        vary: po_number
        sites: 0401, 0402, 0403, 0404
        one of them in full:
        . Dispatch/router-0401 (ticket 482001)  Store 0401 (0401), account 01230401
            changed in the ticket system:
              po_number: PO-1 -> PO-A
            at tickets/routers.yaml:8:22

    No changes. 4 tickets were changed in the ticket system.
    | reading 4 tickets
    exit 0
    ");
}

#[test]
fn updates_say_which_fields_change_and_which_vary() {
    let desk = Desk::new();
    desk.project.remove(crate::customer::FILE);
    let template = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: credits}
spec:
  sites: {csv: sites.csv, key: customer}
  template:
    kind: CustomerTicket
    metadata: {name: \"credit-${{ site.customer }}\"}
    spec:
      customer_id: ${{ site.customer }}
      ticket_type: billing
      ticket_priority: normal
      subject: Line rental charged twice
      ticket_content: The invoice has it twice.
      departments: ${{ site.department }}
";
    desk.project.write("tickets/credits.yaml", template);
    desk.project.write("tickets/sites.csv", "customer,department\n4711,Billing\n4712,Billing\n4713,Billing\n4714,Billing\n");
    desk.project.run("apply --yes --parallelism 1").ends_with(0);
    desk.project.run("apply --yes").ends_with(0);
    desk.project.edit("tickets/credits.yaml", "normal", "high");
    desk.project.write("tickets/sites.csv", "customer,department\n4711,Sales\n4712,Support\n4713,Support\n4714,Support\n");
    shows!(desk.project.run("plan"), @r"
    $ callout plan
    Plan: 4 to update.

    Rollout/credits: 4 to update

    ~ 4 tickets: same 2 fields, 1 varies by site
        vary: departments
        sites: 4711, 4712, 4713, 4714
        one of them in full:
        ~ CustomerTicket/credit-4711 (ticket 482001)  customer 4711
              departments: Billing -> Sales
              ticket_priority: normal -> high
            at tickets/credits.yaml:8:22

    Plan: 4 to update.
    | reading 4 tickets in a list pass over Billing Platform
    exit 0
    ");
    desk.project.run("apply --yes").ends_with(0);
    desk.has_no_changes();
}

#[test]
fn a_doubt_of_which_something_else_was_heard_stands_alone() {
    let site = project(5);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::ErrorAfterCommit { status: 500 })]);
    site.run("apply --yes --target Rollout/routers[0401]").ends_with(5);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit)]);
    site.run("apply --yes --parallelism 1").ends_with(5);
    let plan = site.run("plan");
    assert!(plan.out.contains("\n? 4 tickets are in doubt\n"), "{plan}");
    let (_, alone) = plan.out.split_once("\n? Dispatch/router-0401").unwrap_or_else(|| panic!("{plan}"));
    assert!(alone.contains("what was heard of it: TechExpress answered 500 Internal Server Error"), "{plan}");
}
