//! Addresses that one ticket left and another one got: the trace of the first hides nothing of the second.

use crate::shown::shows;
use crate::vendor::{Site, dispatch, with_lifecycle};

/// `Dispatch/a` was sent twice and renamed to `b`; then the open ticket of `c`, which is at another store, got the address `a`.
fn exchanged() -> Site {
    let site = Site::new();
    site.write("tickets/a.yaml", dispatch("a", "0201"));
    site.run("apply --yes").ends_with(0);
    site.vendor.resolve(482_001);
    site.write("tickets/a.yaml", with_lifecycle(&dispatch("a", "0201"), "{reissue: 1}"));
    site.write("tickets/c.yaml", dispatch("c", "0203"));
    // One after the other: the ids are then the same in each run.
    site.run("apply --yes --parallelism 1").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
    site.run("state mv Dispatch/a Dispatch/b --reason renamed --yes").ends_with(0);
    site.run("state mv Dispatch/c Dispatch/a --reason renamed --yes").ends_with(0);
    site.remove("tickets/c.yaml");
    site.write("tickets/b.yaml", with_lifecycle(&dispatch("b", "0201"), "{reissue: 1}"));
    site
}

#[test]
fn a_later_trace_does_not_hide_an_open_ticket() {
    let site = exchanged();
    site.write("tickets/a.yaml", dispatch("a", "0203"));
    assert!(site.run("apply --yes").ends_with(0).out.contains("No changes. 2 tickets are unchanged."));
    // A further visit waits for the ticket that is open, whatever number the trace has.
    site.write("tickets/a.yaml", with_lifecycle(&dispatch("a", "0203"), "{reissue: 2}"));
    let id = site.run("state list --format json").json()["records"][0]["id"].as_str().expect("an id").to_owned();
    let ran = site.run("apply --yes").ends_with(0);
    shows!(ran.clone(), @r"
    $ callout apply --yes
    Plan: 1 needs a person, 1 unchanged.

    ! Dispatch/a#2 (ticket 482003)  Store 0203 (0203), account 01230203
        ticket 482003 of the earlier visit is still open: this would send a second technician
        next: wait until it is finished, or after cancelling it: callout settle Dispatch/a#0 --cancelled --reason TEXT
        at tickets/a.yaml:4:9

    Plan: 1 needs a person, 1 unchanged.

    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    assert!(ran.out.contains(&format!("ticket {id}")), "{ran}");
    // The number of the trace itself stays taken.
    site.write("tickets/a.yaml", with_lifecycle(&dispatch("a", "0203"), "{reissue: 1}"));
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 needs a person, 1 unchanged.

    ! Dispatch/a#1 (ticket 482003)  Store 0203 (0203), account 01230203
        ticket 482003 of the earlier visit is still open: this would send a second technician
        next: wait until it is finished, or after cancelling it: callout settle Dispatch/a#0 --cancelled --reason TEXT
        at tickets/a.yaml:4:9

    Plan: 1 needs a person, 1 unchanged.

    1 ticket needs a person: callout settle tells what to do.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 3, "nobody is sent beside an open ticket");
    site.vendor.resolve(id.parse().expect("a number"));
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    No changes. 2 tickets are unchanged.

    . Dispatch/a#1 (ticket 482002)  Store 0203 (0203), account 01230203
        its ticket has another address now; `lifecycle.renamed_from` with that address moves it back
        at tickets/a.yaml:4:9

    No changes. 2 tickets are unchanged.

    What was seen is recorded.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 3, "a trace is not sent again");
    site.write("tickets/a.yaml", with_lifecycle(&dispatch("a", "0203"), "{reissue: 2}"));
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 4);
    assert_eq!(site.vendor.last().fields["prior_ticket"].to_string().trim_matches('"'), id, "after its own visit, not after the other's");
}

#[test]
fn a_ticket_behind_a_later_trace_can_be_renamed() {
    let site = exchanged();
    site.write("tickets/a.yaml", with_lifecycle(&dispatch("d", "0203"), "{renamed_from: Dispatch/a}"));
    let ran = site.run("apply --yes").ends_with(0);
    assert!(ran.out.contains("1 renamed") || ran.out.contains("renamed from Dispatch/a"), "{ran}");
    assert!(site.run("plan").ends_with(0).out.starts_with("No changes."));
    assert_eq!(site.vendor.tickets(), 3);
}
