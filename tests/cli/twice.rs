//! The promise: nobody is sent twice, and the message says why.

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::shown::shows;
use crate::vendor::{Site, Vendor, dispatch, with_lifecycle};

const NAME: &str = "store-0417-router";

#[test]
fn a_manifest_removed_and_restored_sends_nobody() {
    let site = Site::with_ticket();
    let text = site.read("tickets/a.yaml");
    site.remove("tickets/a.yaml");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 needs a person (it left the files, and its technician is still coming).

    ! Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        left the files, and ticket 482001 is still open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone
        next: renamed? say lifecycle.renamed_from there; otherwise cancel it by phone or portal, then: callout settle Dispatch/store-0417-router --cancelled --reason TEXT

    Plan: 1 needs a person (it left the files, and its technician is still coming).

    1 ticket needs a person: callout settle tells what to do.
    The technician of one that left the files is still coming.
    exit 0
    ");
    site.write("tickets/a.yaml", &text);
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    No changes. 1 ticket is unchanged.

    What was seen is recorded.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_manifest_removed_after_its_visit_and_restored_sends_nobody() {
    let site = Site::with_ticket();
    let text = site.read("tickets/a.yaml");
    site.vendor.resolve(482_001);
    site.remove("tickets/a.yaml");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 to leave the records.

    - Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        its record ends; nothing is sent

    Plan: 1 to leave the records.
    - Dispatch/store-0417-router: record closed

    Applied: 1 left the records.
    exit 0
    ");
    site.write("tickets/a.yaml", &text);
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    No changes. 1 ticket is closed, and nobody comes for it.

    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        closed before: nothing is sent; a new visit is `lifecycle.reissue: 1`
        at tickets/a.yaml:4:9

    No changes. 1 ticket is closed, and nobody comes for it.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_removed_manifest_that_is_to_be_forgotten_leaves_a_tombstone() {
    let site = Site::new();
    let text = with_lifecycle(&dispatch(NAME, "0417"), "{on_remove: forget}");
    site.write("tickets/a.yaml", &text);
    site.run("apply --yes").ends_with(0);
    site.remove("tickets/a.yaml");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 to leave the records.

    - Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        its record ends; nothing is sent
        ticket 482001 stays open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York

    Plan: 1 to leave the records.
    - Dispatch/store-0417-router: record closed

    Applied: 1 left the records.
    exit 0
    ");
    site.write("tickets/a.yaml", &text);
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    No changes. 1 ticket is unchanged.

    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        let go of before: nothing is sent, and ticket 482001 may still be coming; once it is over, a new visit is `lifecycle.reissue: 1`
        at tickets/a.yaml:4:9

    No changes. 1 ticket is unchanged.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_copy_without_its_state_is_refused() {
    let site = Site::with_ticket();
    let copy = site.project.copy_without(".callout");
    shows!(copy.run("plan"), @r#"
    $ callout plan
    | state/missing
    |
    |   x the state `.callout/state.json` is missing; `callout.lock` says that there is one (lineage
    |   | [lineage])
    |   help: Without it nobody knows which tickets exist, so nothing is planned or sent. In this order:
    |         1. With a copy of its folder, from a backup or another machine, if nothing was sent since:
    |         callout state restore FOLDER --nothing-since --reason TEXT
    |         If that is not sure: callout state rebuild --from FOLDER --reason TEXT. It holds back what the copy
    |         does not know.
    |         2. Gone for good: callout state rebuild --reason "...". It looks for the marks of your tickets, and
    |         sends nothing again.
    |         3. Nothing was ever sent: callout state init --start-over --reason "nothing was sent".
    |
    exit 1
    "#);
    shows!(copy.run("apply --yes"), @r#"
    $ callout apply --yes
    | state/missing
    |
    |   x the state `.callout/state.json` is missing; `callout.lock` says that there is one (lineage
    |   | [lineage])
    |   help: Without it nobody knows which tickets exist, so nothing is planned or sent. In this order:
    |         1. With a copy of its folder, from a backup or another machine, if nothing was sent since:
    |         callout state restore FOLDER --nothing-since --reason TEXT
    |         If that is not sure: callout state rebuild --from FOLDER --reason TEXT. It holds back what the copy
    |         does not know.
    |         2. Gone for good: callout state rebuild --reason "...". It looks for the marks of your tickets, and
    |         sends nothing again.
    |         3. Nothing was ever sent: callout state init --start-over --reason "nothing was sent".
    |
    exit 1
    "#);
    assert!(!copy.path(".callout").exists());
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_copy_with_another_projects_state_is_refused() {
    let site = Site::with_ticket();
    let other = Site::with_dispatch();
    other.write("callout.lock", site.read("callout.lock"));
    shows!(other.run("apply --yes"), @r"
    $ callout apply --yes
    | state/lineage
    |
    |   x the state `.callout/state.json` belongs to another project: its lineage is
    |   | [lineage], `callout.lock` says [lineage]
    |   help: Nothing was planned or sent. Either put back the folder of `.callout/state.json` that has lineage
    |         [lineage], or, if `callout.lock` was changed by mistake, put that back:
    |         `git checkout -- callout.lock`.
    |
    exit 1
    ");
    assert_eq!(other.vendor.tickets(), 0);
}

#[test]
fn a_look_alike_is_blocked_until_somebody_says_what_it_is() {
    let site = Site::with_ticket();
    let second = dispatch("store-0417-ap", "0417");
    site.write("tickets/b.yaml", &second);
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 needs a person, 1 unchanged.

    ! Dispatch/store-0417-ap  Store 0417 (0417), account 01230417
        same place and same work as Dispatch/store-0417-router (ticket 482001): this could send a second technician
        next: the same ticket renamed: lifecycle.renamed_from: Dispatch/store-0417-router; a second one on purpose: lifecycle.alongside: Dispatch/store-0417-router
        at tickets/b.yaml:4:9

    Plan: 1 needs a person, 1 unchanged.

    What was seen is recorded.
    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);

    site.write("tickets/b.yaml", with_lifecycle(&second, "{alongside: Dispatch/store-0417-router}"));
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn a_renamed_ticket_is_moved_and_not_sent() {
    let site = Site::with_ticket();
    site.write("tickets/a.yaml", dispatch("store-417", "0417"));
    let blocked = site.run("apply --yes").ends_with(0);
    assert!(blocked.out.contains("same place and same work as Dispatch/store-0417-router (ticket 482001)"), "{blocked}");
    site.write("tickets/a.yaml", with_lifecycle(&dispatch("store-417", "0417"), "{renamed_from: Dispatch/store-0417-router}"));
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 renamed, 1 unchanged.

    = Dispatch/store-417 (ticket 482001)  Store 0417 (0417), account 01230417
        renamed from Dispatch/store-0417-router
        at tickets/a.yaml:4:9

    Plan: 1 renamed, 1 unchanged.

    Applied: 1 renamed.
    exit 0
    ");
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    No changes. 1 ticket is unchanged.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn two_look_alikes_in_one_plan_are_both_blocked() {
    let site = Site::with_dispatch();
    site.write("tickets/b.yaml", dispatch("store-0417-ap", "0417"));
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 2 need a person.

    ! Dispatch/store-0417-ap  Store 0417 (0417), account 01230417
        same place and same work as Dispatch/store-0417-router: this could send a second technician
        next: the same ticket renamed: lifecycle.renamed_from: Dispatch/store-0417-router; a second one on purpose: lifecycle.alongside: Dispatch/store-0417-router
        at tickets/b.yaml:4:9

    ! Dispatch/store-0417-router  Store 0417 (0417), account 01230417
        same place and same work as Dispatch/store-0417-ap: this could send a second technician
        next: the same ticket renamed: lifecycle.renamed_from: Dispatch/store-0417-ap; a second one on purpose: lifecycle.alongside: Dispatch/store-0417-ap
        at tickets/a.yaml:4:9

    Plan: 2 need a person.

    2 tickets need a person: callout settle lists them.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_start_in_the_past_blocks_that_ticket_alone() {
    let site = Site::with_dispatch();
    let past = dispatch("store-0418", "0418").replace("2027-01-11", "2027-01-04").replace("T08:00", "T06:00");
    site.write("tickets/b.yaml", past);
    let ran = site.run("apply --yes").ends_with(0);
    let (_, told) = ran.out.split_once("\n! ").expect("a blocked ticket");
    insta::assert_snapshot!(told, @r"
    Dispatch/store-0418  Store 0418 (0418), account 01230418
        its start, 2027-01-04T06:00:00 America/New_York, has passed
        next: move start_date and end_date into the future
        at tickets/b.yaml:4:9

    Plan: 1 to create, 1 needs a person.
    + Dispatch/store-0417-router: created ticket 482001

    Applied: 1 created.
    1 ticket needs a person: callout settle tells what to do.
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_record_of_another_address_of_the_api_blocks() {
    let site = Site::with_ticket();
    let staging = Vendor::new(site.clock.clone(), |options| options.tokens = vec![crate::vendor::TOKEN.to_owned()]);
    site.write("callout.yaml", crate::vendor::project_file(&staging.base_url().replace("127.0.0.1", "localhost"), ""));
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 needs a person.

    ! Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        its record belongs to http://127.0.0.1:[port], and this project now talks to http://127.0.0.1:[port]
        next: point spec.systems back to where the ticket is: what was sent there is still coming
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.

    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    site.remove("tickets/a.yaml");
    site.run("plan --detailed-exitcode").ends_with(7);
    assert_eq!((site.vendor.tickets(), staging.tickets()), (1, 0));
}

#[test]
fn a_reissue_waits_for_the_open_visit_and_goes_out_after_it() {
    let site = Site::with_ticket();
    let text = site.read("tickets/a.yaml");
    site.write("tickets/a.yaml", with_lifecycle(&text, "{reissue: 1}"));
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 needs a person.

    ! Dispatch/store-0417-router#1 (ticket 482001)  Store 0417 (0417), account 01230417
        ticket 482001 of the earlier visit is still open: this would send a second technician
        next: wait until it is finished, or after cancelling it: callout settle Dispatch/store-0417-router --cancelled --reason TEXT
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.

    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);

    site.vendor.resolve(482_001);
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 to create.

    + Dispatch/store-0417-router#1  Store 0417 (0417), account 01230417
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        prior_ticket: 482001
        location_name: Store 0417
        location_number: 0417
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230417
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        visit 1 of this address, after ticket 482001
        at tickets/a.yaml:4:9

    Plan: 1 to create.
    + Dispatch/store-0417-router#1: created ticket 482002

    Applied: 1 created.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 2);
    assert_eq!(site.vendor.last().fields["prior_ticket"], 482_001);
    site.run("plan --detailed-exitcode").ends_with(0);

    site.write("tickets/a.yaml", &text);
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 needs a person.

    ! Dispatch/store-0417-router (ticket 482002)  Store 0417 (0417), account 01230417
        visit 1 was already sent; lowering `reissue` does not un-send it
        next: set `reissue: 1` again, or raise it for a new visit
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.

    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn a_ticket_that_the_api_hides_is_not_made_again() {
    let site = Site::with_ticket();
    site.vendor.sandbox.hide(482_001).expect("a ticket");
    shows!(site.run("apply --yes --refresh all"), @r"
    $ callout apply --yes --refresh all
    Plan: 1 needs a person.

    ! Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        ticket 482001 is not there, or not visible with this credential; nothing is created in its place
        next: check the credential and tenant; if it was cancelled: callout settle Dispatch/store-0417-router --cancelled --reason TEXT
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.

    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    site.edit("tickets/a.yaml", "PO-88213", "PO-1");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 needs a person.

    ! Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        ticket 482001 is not there, or not visible with this credential; nothing is created in its place
        next: check the credential and tenant; if it was cancelled: callout settle Dispatch/store-0417-router --cancelled --reason TEXT
          po_number: PO-88213 -> PO-1
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.

    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_plan_that_stopped_half_way_is_run_again_and_sends_only_the_rest() {
    let site = Site::new();
    for store in ["0417", "0418", "0419"] {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
    site.run("plan --out p.plan").ends_with(0);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    site.run("apply --yes --parallelism 1 p.plan").ends_with(5);
    shows!(site.run("apply --yes --parallelism 1 p.plan"), @r"
    $ callout apply --yes --parallelism 1 p.plan
    Plan: 2 to create, 1 in doubt.

    ? Dispatch/store-0417  Store 0417 (0417), account 01230417
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
        next: look for its mark in the portal, then: callout settle Dispatch/store-0417 --id ID --reason TEXT, or --not-created
        at tickets/0417.yaml:4:9

    + Dispatch/store-0418  Store 0418 (0418), account 01230418
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0418
        location_number: 0418
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230418
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        at tickets/0418.yaml:4:9

    + Dispatch/store-0419  Store 0419 (0419), account 01230419
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0419
        location_number: 0419
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230419
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        at tickets/0419.yaml:4:9

    Plan: 2 to create, 1 in doubt.
    + Dispatch/store-0418: created ticket 482002 (1/2)
    + Dispatch/store-0419: created ticket 482003 (2/2)

    Applied: 2 created.
    1 ticket needs a person: callout settle tells what to do.
    exit 5
    ");
    shows!(site.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/stale
    |
    |   x p.plan is not applied: this plan was already applied, on 2027-01-04T12:00:00Z
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
    assert_eq!(site.vendor.tickets(), 3);
}
