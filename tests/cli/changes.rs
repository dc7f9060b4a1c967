//! Changed files, changed tickets, and bookings that are not what was asked for.

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::shown::shows;
use crate::vendor::{Site, other_order};

#[test]
fn a_changed_file_is_done_by_hand_and_recognised() {
    let site = Site::with_ticket();
    site.edit("tickets/a.yaml", "PO-88213", "PO-1");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 needs a person.

    ! Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        do this by hand: TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone
        next: have it changed, then plan again; or leave it: callout settle Dispatch/store-0417-router --accept --reason TEXT
          po_number: PO-88213 -> PO-1
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.

    What was seen is recorded.
    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    site.vendor.edit(482_001, &other_order("PO-1"));
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    No changes. 1 ticket is unchanged.

    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        the change was made by hand in the ticket system
        at tickets/a.yaml:4:9

    No changes. 1 ticket is unchanged.

    What was seen is recorded.
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
fn a_change_may_be_left_alone_until_the_file_changes_again() {
    let site = Site::with_ticket();
    site.edit("tickets/a.yaml", "PO-88213", "PO-1");
    let accept = ["settle", "Dispatch/store-0417-router", "--accept", "--reason", "the order number does not matter", "--yes"];
    shows!(site.run_words(&accept, ""), @r"
    $ callout settle Dispatch/store-0417-router --accept --reason the order number does not matter --yes
    Dispatch/store-0417-router: the difference is left alone until the file changes again
    Settled.
    exit 0
    ");
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    No changes. 1 ticket is unchanged.

    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        differs from what was sent, as accepted
          po_number: PO-88213 -> PO-1
        at tickets/a.yaml:4:9

    No changes. 1 ticket is unchanged.
    exit 0
    ");
    site.edit("tickets/a.yaml", "PO-1", "PO-2");
    site.run("plan --detailed-exitcode").ends_with(7);
}

#[test]
fn a_long_text_is_compared_line_by_line() {
    let site = Site::with_dispatch();
    site.edit("tickets/a.yaml", "initial_description: Replace", "initial_description: |\n    Bring a ladder.\n    Replace");
    site.run("apply --yes").ends_with(0);
    site.edit("tickets/a.yaml", "a ladder", "two ladders");
    let ran = site.run("plan").ends_with(0);
    let (_, told) = ran.out.split_once("next: ").expect("a next step");
    insta::assert_snapshot!(told, @r"
    have it changed, then plan again; or leave it: callout settle Dispatch/store-0417-router --accept --reason TEXT
          initial_description:
            - Bring a ladder.
            + Bring two ladders.
              Replace the branch router.
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.
    ");
}

#[test]
fn a_finished_ticket_is_not_touched_by_an_edit() {
    let site = Site::with_ticket();
    site.vendor.resolve(482_001);
    site.edit("tickets/a.yaml", "PO-88213", "PO-1");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    No changes. 1 ticket is unchanged.

    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        finished: the edit has no effect; a new visit is `reissue`
        at tickets/a.yaml:4:9

    No changes. 1 ticket is unchanged.

    What was seen is recorded.
    exit 0
    ");
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    No changes. 1 ticket is unchanged.

    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        finished: the edit has no effect; a new visit is `reissue`
        at tickets/a.yaml:4:9

    No changes. 1 ticket is unchanged.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_booking_for_another_day_needs_a_person() {
    let site = Site::with_dispatch();
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::OtherDate).times(1)]);
    // The answer to a create shows no times, so it is the first read that tells.
    site.run("apply --yes").ends_with(0);
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    Plan: 1 needs a person.

    ! Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        booked differently: end_date, start_date are not what was sent
          end_date: 2027-01-11T17:00:00Z -> 2027-01-12T17:00:00Z
          start_date: 2027-01-11T13:00:00Z -> 2027-01-12T13:00:00Z
        next: have it corrected, then plan again; or leave it: callout settle Dispatch/store-0417-router --accept --reason TEXT
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.
    exit 7
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_wrong_booking_may_be_accepted() {
    let site = booked(Trouble::OtherLocation);
    let accept = ["settle", "Dispatch/store-0417-router", "--accept", "--reason", "the neighbour lets us in", "--yes"];
    shows!(site.run_words(&accept, ""), @r"
    $ callout settle Dispatch/store-0417-router --accept --reason the neighbour lets us in --yes
    Dispatch/store-0417-router: the difference is left alone until the file changes again
    Settled.
    exit 0
    ");
    site.run("plan --detailed-exitcode").ends_with(0);
}

#[test]
fn a_wrong_booking_that_is_corrected_before_anybody_looked_settles_itself() {
    let site = booked(Trouble::OtherLocation);
    site.run("plan --detailed-exitcode").ends_with(7);
    site.vendor.edit(482_001, &serde_json::json!({"location_name": "Store 0417"}));
    site.run("apply --yes").ends_with(0);
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    No changes. 1 ticket is unchanged.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_wrong_booking_that_is_corrected_later_is_noticed_by_the_next_plan() {
    let site = booked(Trouble::OtherLocation);
    site.run("apply --yes").ends_with(0);
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    Plan: 1 needs a person.

    ! Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        booked differently: location_name is not what was sent
          location_name: Store 0417 -> Store 0417 Annex
        next: have it corrected, then plan again; or leave it: callout settle Dispatch/store-0417-router --accept --reason TEXT
        at tickets/a.yaml:4:9

    Plan: 1 needs a person.
    exit 7
    ");
    site.vendor.edit(482_001, &serde_json::json!({"location_name": "Store 0417"}));
    site.run("apply --yes").ends_with(0);
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    No changes. 1 ticket is unchanged.
    exit 0
    ");
    let reads = site.vendor.sandbox.requests().len();
    site.run("plan").ends_with(0);
    assert_eq!(site.vendor.sandbox.requests().len(), reads, "it is read no more");
}

/// A site whose ticket was booked otherwise than it was sent.
fn booked(trouble: Trouble) -> Site {
    let site = Site::with_dispatch();
    site.vendor.faults(vec![Fault::on(Call::Create, trouble).times(1)]);
    let ran = site.run("apply --yes").ends_with(0);
    assert!(ran.out.contains("created ticket 482001, booked differently: "), "{ran}");
    assert!(ran.out.ends_with("1 ticket needs a person: callout settle tells what to do.\n"), "{ran}");
    site
}
