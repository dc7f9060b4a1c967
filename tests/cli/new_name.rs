//! A file that gets another name without a word: the visit is over, and still nobody is sent again.

use crate::shown::shows;
use crate::vendor::{Site, dispatch, with_lifecycle};

/// A visit that is over, whose file now has another name.
fn renamed() -> Site {
    let site = Site::with_ticket();
    site.vendor.resolve(482_001);
    site.remove("tickets/a.yaml");
    site.write("tickets/b.yaml", dispatch("store-0417-edge", "0417"));
    site
}

#[test]
fn a_finished_ticket_under_another_name_is_held_back_until_somebody_says_what_it_is() {
    let site = renamed();
    let first = site.run("apply --yes");
    shows!(first, @r"
    $ callout apply --yes
    Plan: 1 needs a person, 1 unchanged.

    ! Dispatch/store-0417-edge  Store 0417 (0417), account 01230417
        same place and same work as Dispatch/store-0417-router (ticket 482001): this could send a second technician
        next: the same ticket renamed: lifecycle.renamed_from: Dispatch/store-0417-router; a second one on purpose: lifecycle.alongside: Dispatch/store-0417-router
        at tickets/b.yaml:4:9

    . Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        stays on record until it is said whether Dispatch/store-0417-edge is this visit under another name

    Plan: 1 needs a person, 1 unchanged.

    What was seen is recorded.
    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    // However often it is applied, and whatever was recorded meanwhile.
    for _ in 0..3 {
        site.run("apply --yes").ends_with(0);
    }
    assert_eq!(site.vendor.tickets(), 1);
    site.write("tickets/b.yaml", with_lifecycle(&dispatch("store-0417-edge", "0417"), "{renamed_from: Dispatch/store-0417-router}"));
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 renamed, 1 unchanged.

    = Dispatch/store-0417-edge (ticket 482001)  Store 0417 (0417), account 01230417
        renamed from Dispatch/store-0417-router
        at tickets/b.yaml:4:9

    Plan: 1 renamed, 1 unchanged.

    Applied: 1 renamed.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn long_after_its_record_ended_it_is_the_same_visit() {
    let site = renamed();
    let text = site.read("tickets/b.yaml");
    site.remove("tickets/b.yaml");
    site.run("apply --yes").ends_with(0);
    site.write("tickets/b.yaml", &text);
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 needs a person.

    ! Dispatch/store-0417-edge  Store 0417 (0417), account 01230417
        same place and same work as Dispatch/store-0417-router (ticket 482001): this could send a second technician
        next: the same ticket renamed: lifecycle.renamed_from: Dispatch/store-0417-router; a second one on purpose: lifecycle.alongside: Dispatch/store-0417-router
        at tickets/b.yaml:4:9

    Plan: 1 needs a person.

    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
    // Another day is other work, and nobody is asked.
    site.edit("tickets/b.yaml", "2027-01-11", "2027-01-12");
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}
