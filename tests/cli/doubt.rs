//! A create whose answer never came, and how a person settles it.

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::shown::shows;
use crate::vendor::{Site, dispatch};

const SETTLE: [&str; 2] = ["settle", "Dispatch/store-0417-router"];

/// A site whose only create was cut off after the ticket was made.
fn doubted() -> Site {
    doubted_by(Trouble::DropAfterCommit)
}

fn doubted_by(trouble: Trouble) -> Site {
    let site = Site::with_dispatch();
    site.vendor.faults(vec![Fault::on(Call::Create, trouble).times(1)]);
    site.run("apply --yes").ends_with(5);
    site
}

fn settle(site: &Site, words: &[&str]) -> crate::support::project::Ran {
    site.run_words(&[&SETTLE, words].concat(), "")
}

#[test]
fn a_cut_connection_leaves_one_ticket_in_doubt_and_no_run_sends_another() {
    let site = Site::with_dispatch();
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    let ran = site.run("apply --yes").ends_with(5);
    let (_, done) = ran.out.rsplit_once("to create.\n").expect("a summary");
    insta::assert_snapshot!(done, @r"
    ? Dispatch/store-0417-router: in doubt: TechExpress did not answer: connection closed before message completed

    Applied: 1 in doubt.
    1 ticket needs a person: callout settle tells what to do.
    ");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 in doubt.

    ? Dispatch/store-0417-router  Store 0417 (0417), account 01230417
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
        next: look for its mark in the portal, then: callout settle Dispatch/store-0417-router --id ID --reason TEXT, or --not-created
        mark: [mark]
        at tickets/a.yaml:4:9

    Plan: 1 in doubt.

    1 ticket needs a person: callout settle tells what to do.
    exit 5
    ");
    for _ in 0..5 {
        site.run("apply --yes").ends_with(5);
        site.run("plan --detailed-exitcode").ends_with(5);
        site.run("plan").ends_with(0);
    }
    assert_eq!(site.vendor.tickets(), 1);
    shows!(site.run("settle"), @r"
    $ callout settle
    1 ticket needs a person:

    ? Dispatch/store-0417-router  Store 0417 (0417), account 01230417
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
        next: look for its mark in the portal, then: callout settle Dispatch/store-0417-router --id ID --reason TEXT, or --not-created
        mark: [mark]
        at tickets/a.yaml:4:9
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        since: 2027-01-04T12:00:00Z, 0 min ago
        sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213
    exit 0
    ");
    assert_eq!(site.run("settle --format json").json()["counts"]["in_doubt"], 1);
    shows!(site.run("state list"), @r"
    $ callout state list
    ADDRESS                     TICKET  STANDING  SINCE       SITE
    Dispatch/store-0417-router  -       in doubt  2027-01-04  Store 0417 (0417), account 01230417
    exit 0
    ");
}

#[test]
fn an_answer_that_says_nothing_leaves_a_doubt_too() {
    for trouble in [
        Trouble::ErrorAfterCommit { status: 500 },
        Trouble::ErrorBeforeCommit { status: 502 },
        Trouble::HalfAnswer,
        Trouble::Html,
        Trouble::NoId,
        Trouble::DropBeforeCommit,
    ] {
        let site = doubted_by(trouble);
        let made = site.vendor.tickets();
        site.run("apply --yes").ends_with(5);
        assert_eq!(site.vendor.tickets(), made);
    }
}

#[test]
fn what_the_system_said_is_told_wherever_the_doubt_is() {
    let said = |trouble, heard: &str| {
        let site = doubted_by(trouble);
        let reason = format!("in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: {heard}");
        for command in ["plan", "apply --yes", "settle", "status"] {
            let ran = site.run(command);
            assert!(ran.out.contains(&reason), "{command}: {ran}");
        }
        let listed = site.run("settle --format json").json();
        let kept = listed["plan"]["steps"][0]["action"]["reason"]["heard"].as_str().unwrap_or_else(|| panic!("{listed:#}")).to_owned();
        assert!(kept.starts_with(heard) && kept.chars().count() <= 303, "{listed:#}");
        assert!(site.run("log").out.contains(&format!("heard          Dispatch/store-0417-router          {heard}")));
        let logged = site.run("log --event heard --format json").json();
        assert_eq!((&logged["event"], &logged["answer"]), (&"heard".into(), &kept.into()));
        let csv = site.run("log --event heard --format csv").out;
        assert!(csv.contains(heard), "{csv}");
        let shown = site.run("state show Dispatch/store-0417-router").out;
        assert!(shown.contains(&format!("    heard of it: {heard}")), "{shown}");
    };
    said(Trouble::NoId, "TechExpress took the ticket and answered with a ticket that has no id");
    said(Trouble::ErrorBeforeCommit { status: 502 }, "TechExpress answered 502 Bad Gateway");
}

#[test]
fn a_settlement_leaves_nothing_of_what_was_heard() {
    let site = doubted_by(Trouble::DropBeforeCommit);
    settle(&site, &["--not-created", "--reason", "not in the portal", "--yes"]).ends_with(0);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::ErrorAfterCommit { status: 500 }).times(1)]);
    let ran = site.run("apply --yes").ends_with(5);
    assert!(ran.out.contains("in doubt: TechExpress answered 500 Internal Server Error"), "{ran}");
    let told = site.run("settle").out;
    assert!(told.contains("what was heard of it: TechExpress answered 500 Internal Server Error"), "{told}");
    assert!(!told.contains("connection closed"), "{told}");
}

#[test]
fn the_ticket_that_was_found_in_the_portal_is_linked() {
    let site = doubted();
    shows!(settle(&site, &["--id", "482001", "--reason", "found by its mark", "--yes"]), @r"
    $ callout settle Dispatch/store-0417-router --id 482001 --reason found by its mark --yes
    Dispatch/store-0417-router is ticket 482001
    Settled.
    exit 0
    ");
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    No changes. 1 ticket is unchanged.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
    shows!(settle(&site, &["--id", "482001", "--reason", "again", "--yes"]), @r"
    $ callout settle Dispatch/store-0417-router --id 482001 --reason again --yes
    | settle/misfit in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router cannot be settled like this: no create of it is in doubt
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
}

#[test]
fn a_ticket_that_cannot_be_it_is_refused() {
    let site = doubted();
    shows!(settle(&site, &["--id", "999", "--reason", "typed wrong", "--yes"]), @r"
    $ callout settle Dispatch/store-0417-router --id 999 --reason typed wrong --yes
    | import/misfit in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router is not linked to ticket 999: TechExpress has no such ticket, or this
    |   | credential may not see it
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
    shows!(settle(&site, &["--id", "../admin", "--reason", "typed wrong", "--yes"]), @r"
    $ callout settle Dispatch/store-0417-router --id ../admin --reason typed wrong --yes
    | import/misfit in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router is not linked to ticket ../admin: `../admin` cannot be the id of a
    |   | TechExpress ticket
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
    site.vendor.edit(482_001, &serde_json::json!({"customer_ticket_number": "co-22222222"}));
    shows!(settle(&site, &["--id", "482001", "--reason", "of another project", "--yes"]), @r"
    $ callout settle Dispatch/store-0417-router --id 482001 --reason of another project --yes
    | import/misfit in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router is not linked to ticket 482001: it carries the mark [mark], which
    |   | belongs to another visit
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
    site.vendor.edit(482_001, &serde_json::json!({"customer_ticket_number": "", "location_name": "Store 9", "location_number": "0009"}));
    shows!(settle(&site, &["--id", "482001", "--reason", "another store", "--yes"]), @r"
    $ callout settle Dispatch/store-0417-router --id 482001 --reason another store --yes
    | import/misfit in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router is not linked to ticket 482001: its location_number is `0009`, and the file
    |   | says `0417`
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
    site.run("apply --yes").ends_with(5);
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_ticket_of_another_address_is_refused() {
    let site = doubted();
    site.write("tickets/b.yaml", dispatch("store-0418-router", "0418"));
    site.run("apply --yes").ends_with(5);
    shows!(settle(&site, &["--id", "482002", "--reason", "mixed up", "--yes"]), @r"
    $ callout settle Dispatch/store-0417-router --id 482002 --reason mixed up --yes
    | import/misfit in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router is not linked to ticket 482002: it belongs to Dispatch/store-0418-router
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
}

#[test]
fn nothing_was_made_so_the_next_apply_sends_it() {
    let site = doubted_by(Trouble::DropBeforeCommit);
    shows!(settle(&site, &["--not-created", "--reason", "not in the portal", "--yes"]), @r"
    $ callout settle Dispatch/store-0417-router --not-created --reason not in the portal --yes
    Dispatch/store-0417-router was not created: its address is free, and the next apply sends it
    Settled.
    Said by mistake? callout state restore 2 --reason TEXT takes it back, as long as nothing was sent on it.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 0);
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_settlement_asks_first_and_needs_a_reason() {
    let site = doubted();
    shows!(settle(&site, &["--not-created", "--reason", "not in the portal"]), @r"
    $ callout settle Dispatch/store-0417-router --not-created --reason not in the portal
    Dispatch/store-0417-router was not created: its address is free, and the next apply sends it
    |
    | Keep this? Only `yes` is taken as yes:
    | settle/declined
    |
    |   x nothing was settled
    |   help: --yes settles without asking
    |
    exit 1
    ");
    shows!(settle(&site, &["--not-created"]), @r"
    $ callout settle Dispatch/store-0417-router --not-created
    | error: the following required arguments were not provided:
    |   --reason <TEXT>
    |
    | Usage: callout settle --reason <TEXT> <--id <ID>|--not-created|--done|--not-done|--accept|--cancelled|--seen-to|--outcome <OUTCOME>> <ADDRESS>...
    |
    | For more information, try '--help'.
    exit 1
    ");
    site.run("apply --yes").ends_with(5);
}

#[test]
fn what_is_cancelled_in_doubt_is_never_sent_again() {
    let site = doubted();
    shows!(settle(&site, &["--cancelled", "--reason", "phoned", "--yes"]), @r"
    $ callout settle Dispatch/store-0417-router --cancelled --reason phoned --yes
    Dispatch/store-0417-router: cancelled; nothing is ever sent for it again, a new visit is `reissue`
    Settled.
    Said by mistake? callout state restore 2 --reason TEXT takes it back, as long as nothing was sent on it.
    exit 0
    ");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    No changes. 1 ticket is closed, and nobody comes for it.

    . Dispatch/store-0417-router  Store 0417 (0417), account 01230417
        closed before: nothing is sent; a new visit is `lifecycle.reissue: 1`
        at tickets/a.yaml:4:9

    No changes. 1 ticket is closed, and nobody comes for it.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn others_go_on_beside_a_doubt() {
    let site = doubted();
    site.write("tickets/b.yaml", dispatch("store-0418-router", "0418"));
    let ran = site.run("apply --yes").ends_with(5);
    assert!(ran.out.contains("\n+ Dispatch/store-0418-router: created ticket 482002\n"), "{ran}");
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn what_refers_to_a_doubt_waits() {
    let site = doubted();
    let after = dispatch("store-0418", "0418").replace("  po_number", "  prior_ticket: {ref: Dispatch/store-0417-router}\n  po_number");
    site.write("tickets/b.yaml", after);
    let ran = site.run("apply --yes").ends_with(5);
    let (_, told) = ran.out.split_once("\n@ ").expect("a deferred ticket");
    insta::assert_snapshot!(told, @r"
    Dispatch/store-0418  Store 0418 (0418), account 01230418
        waits for Dispatch/store-0417-router, whose ticket id is not known yet
        at tickets/b.yaml:4:9

    Plan: 1 deferred, 1 in doubt.

    1 ticket is deferred: a later apply sends it, once what it waits for is there.
        1: waiting for the id of another ticket
    1 ticket needs a person: callout settle tells what to do.
    ");
    assert_eq!(site.vendor.tickets(), 1);
}
