use jiff::SignedDuration;

use crate::shown::shows;
use crate::vendor::{Site, dispatch, with_lifecycle};

fn stores(site: &Site, count: u32) {
    for number in 0..count {
        let store = format!("{:04}", 400 + number);
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), &store));
    }
}

#[test]
fn too_many_creates_are_refused_as_a_whole() {
    let site = Site::new();
    site.limit("creates: 2");
    stores(&site, 3);
    let planned = site.run("plan").ends_with(4);
    let ran = site.run("apply --yes").ends_with(4);
    let refused = |text: &str| text.rsplit_once("\nrefused: ").map(|(_, told)| told.to_owned()).expect("a refusal");
    assert_eq!(refused(&planned.out), refused(&ran.out));
    insta::assert_snapshot!(refused(&ran.out), @r"
    3 creates are over the limit of 2 (spec.limits.creates)
        next: `callout apply --allow-creates 3` lifts it for one run; a slice that fits: --target Dispatch/store-0400 --target Dispatch/store-0401

    Plan: 3 to create. Refused: over a limit.
    ");
    assert_eq!(ran.err, "Nothing was applied.\n");
    assert!(site.vendor.sandbox.requests().is_empty());
    site.run("apply --yes --target Dispatch/store-0400 --target Dispatch/store-0401").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn the_named_flag_lifts_the_limit_for_one_run() {
    let site = Site::new();
    site.limit("creates: 2");
    stores(&site, 3);
    site.run("apply --yes --allow-creates 2").ends_with(4);
    site.run("apply --yes --allow-creates 3").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn a_days_creates_are_counted_over_all_runs() {
    let site = Site::new();
    site.limit("creates_per_day: 2");
    stores(&site, 1);
    site.run("apply --yes").ends_with(0);
    stores(&site, 3);
    let ran = site.run("apply --yes").ends_with(4);
    let (_, refused) = ran.out.rsplit_once("\nrefused: ").expect("a refusal");
    insta::assert_snapshot!(refused, @r"
    3 creates today (1 already sent) are over the limit of 2 (spec.limits.creates_per_day)
        next: `callout apply --allow-creates 2` lifts it for one run; a slice that fits: --target Dispatch/store-0401

    Plan: 2 to create, 1 unchanged. Refused: over a limit.
    ");
    site.run("apply --yes --target Dispatch/store-0401").ends_with(0);
    site.run("apply --yes").ends_with(4);
    site.clock.jump(SignedDuration::from_hours(12));
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn too_many_removals_are_refused_as_a_whole() {
    let site = Site::new();
    site.limit("removals: 1");
    for store in ["0417", "0418"] {
        let text = with_lifecycle(&dispatch(&format!("store-{store}"), store), "{on_remove: forget}");
        site.write(format!("tickets/{store}.yaml"), text);
    }
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.remove("tickets/0417.yaml");
    site.remove("tickets/0418.yaml");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 2 to leave the records. Refused: over a limit.

    - Dispatch/store-0417 (ticket 482001)  Store 0417 (0417), account 01230417
        its record ends; nothing is sent
        ticket 482001 stays open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York

    - Dispatch/store-0418 (ticket 482002)  Store 0418 (0418), account 01230418
        its record ends; nothing is sent
        ticket 482002 stays open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York

    refused: 2 removals are over the limit of 1 (spec.limits.removals)
        next: raise spec.limits.removals in callout.yaml if this is meant

    Plan: 2 to leave the records. Refused: over a limit.
    | reading 2 tickets
    | Nothing was applied.
    exit 4
    ");
    site.run("apply --yes --target Dispatch/store-0417").ends_with(0);
}
