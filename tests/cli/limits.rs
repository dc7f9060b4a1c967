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
    let refused = |text: &str| text.split_once("\nrefused: ").map(|(_, told)| told.to_owned()).expect("a refusal");
    assert_eq!(refused(&planned.out), refused(&ran.out));
    insta::assert_snapshot!(refused(&ran.out), @r"
    3 creates are over the limit of 2 (spec.limits.creates)
        next: `callout apply --allow-creates 3` lifts it for one run

    Parts of it that are over no limit, each by itself:
        --target Dispatch/store-0400 --target Dispatch/store-0401 (2 to create)

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
        next: `callout apply --allow-creates 2` lifts it for one run

    Parts of it that are over no limit, each by itself:
        --target Dispatch/store-0401 (1 to create)

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

    Parts of it that are over no limit, each by itself:
        --target Dispatch/store-0417 (1 to leave the records)

    Plan: 2 to leave the records. Refused: over a limit.
    | reading 2 tickets
    | Nothing was applied.
    exit 4
    ");
    site.run("apply --yes --target Dispatch/store-0417").ends_with(0);
}

/// A rollout of two waves, with limits of its own.
fn rollout(limits: &str) -> String {
    format!(
        "\
apiVersion: callout/v1
kind: Rollout
metadata: {{name: routers}}
spec:
  sites: {{csv: sites.csv, key: store}}
  waves: [{{name: pilot, where: 'site.wave == \"pilot\"'}}, {{name: rest}}]
  limits: {limits}
  template:
    kind: Dispatch
    metadata: {{name: \"router-${{{{ site.store }}}}\"}}
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: Replace the branch router.
      automatic_email_contact: true
      automatic_email_cc: false
      locations:
        - location_name: Store ${{{{ site.store }}}}
          location_number: ${{{{ site.store }}}}
          local_contact_name: Sam Lee
          local_contact_number: 617-555-0123
          account_macnum: 0123${{{{ site.store }}}}
          start_date: 2027-02-01T08:00:00
          end_date: 2027-02-01T12:00:00
          timezone: America/New_York
"
    )
}

const SITES: &str = "store,wave\n0401,pilot\n0402,pilot\n0403,\n0404,\n0405,\n";

fn refused(text: &str) -> String {
    text.split_once("\nrefused: ").map(|(_, told)| told.to_owned()).expect("a refusal")
}

#[test]
fn a_rollout_has_limits_of_its_own() {
    let site = Site::new();
    site.write("tickets/routers.yaml", rollout("{creates: 4, creates_per_day: 3}"));
    site.write("tickets/sites.csv", SITES);
    site.write("tickets/a.yaml", dispatch("store-0500", "0500"));
    let planned = site.run("plan --out p.plan").ends_with(4);
    insta::assert_snapshot!(refused(&planned.out), @r"
    5 creates are over the limit of 4 (spec.limits.creates of Rollout/routers)
        next: `callout apply --allow-creates 6` lifts it for one run

    refused: 5 creates today (0 already sent) are over the limit of 3 (spec.limits.creates_per_day of Rollout/routers)
        next: `callout apply --allow-creates 6` lifts it for one run

    Parts of it that are over no limit, each by itself:
        --target Rollout/routers --wave pilot (2 to create)
        --target Rollout/routers --wave rest (3 to create)
        --target Dispatch/store-0500 (1 to create)

    Plan: 6 to create. Refused: over a limit.
    ");
    assert_eq!(refused(&site.run("apply --yes").ends_with(4).out), refused(&planned.out));
    assert_eq!(refused(&site.run("apply p.plan --yes").ends_with(4).out), refused(&planned.out));
    assert_eq!(refused(&site.run("show p.plan").ends_with(0).out), refused(&planned.out));
    site.run("apply --yes --allow-creates 5").ends_with(4);
    assert!(site.vendor.sandbox.requests().is_empty());
    site.run("apply --yes --target Rollout/routers --wave pilot").ends_with(0);
    // The day has room for one more, and the limit of the rollout says nothing of other tickets.
    site.run("apply --yes --target Dispatch/store-0500").ends_with(0);
    let next = site.run("plan --target Rollout/routers --format json").ends_with(4).json();
    insta::assert_snapshot!(next["plan"]["refusals"], @r#"[{"limit":"creates_per_day","rollout":"routers","allowed":3,"wanted":5,"before":2,"creates":3}]"#);
    insta::assert_snapshot!(next["plan"]["parts"], @r#"[{"selection":{"targets":["Rollout/routers[0403]"]},"counts":{"create":1,"adopt":0,"update":0,"close":0,"delete":0,"retire":0,"rename":0,"blocked":0,"still_coming":0,"in_doubt":0,"deferred":0,"closed_before":0,"unchanged":0,"drifted":0}}]"#);
    assert_eq!(site.vendor.tickets(), 3);
    site.run("apply --yes --allow-creates 3").ends_with(0);
    assert_eq!(site.vendor.tickets(), 6);
}

#[test]
fn a_saved_plan_is_stale_once_the_limits_of_its_rollout_change() {
    let site = Site::new();
    site.write("tickets/routers.yaml", rollout("{creates: 5}"));
    site.write("tickets/sites.csv", SITES);
    site.run("plan --out p.plan").ends_with(0);
    site.edit("tickets/routers.yaml", "creates: 5", "creates: 4");
    shows!(site.run("apply p.plan --yes"), @r"
    $ callout apply p.plan --yes
    | plan/stale
    |
    |   x p.plan is not applied: the limits changed since this plan was made
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
    assert!(site.vendor.sandbox.requests().is_empty());
}

#[test]
fn a_limit_of_none_refuses_one() {
    let site = Site::new();
    site.write("tickets/routers.yaml", rollout("{creates: 0}"));
    site.write("tickets/sites.csv", SITES);
    insta::assert_snapshot!(refused(&site.run("plan --target Rollout/routers[0401]").ends_with(4).out), @r"
    1 create is over the limit of 0 (spec.limits.creates of Rollout/routers)
        next: `callout apply --allow-creates 1 --target 'Rollout/routers[0401]'` lifts it for one run

    Plan: 1 to create. Refused: over a limit.
    ");
}
