//! Limits on what creates cost: what refuses, what lifts it, and what fits.

use crate::costs::{asked, cache, lines, site};
use crate::vendor::{Site, project_file};

#[test]
fn more_than_the_limit_refuses_the_whole_plan() {
    let site = site("  limits: {spend: 700}\n", &["0417", "0418", "0419"]);
    let planned = site.run("plan").ends_with(4);
    let ran = site.run("apply --yes").ends_with(4);
    assert_eq!(planned.out, ran.out);
    insta::assert_snapshot!(lines(&ran.out), @r"
    Plan: 3 to create. Cost: about $875. Refused: over a limit.
    address of its account: 178 Kiln Lane, Concord, NH 03301 (01230417 - 217343)
    cost: about $312.50
    address of its account: 431 Harbor Road, Quincy, MA 02169 (01230418 - 466896)
    cost: about $297.50
    address of its account: 16 Bridge Street, Concord, NH 03301 (01230419 - 384959)
    cost: about $265
    refused: creates for about $875 are over the limit of $700 (spec.limits.spend)
    next: `callout apply --allow-spend 875` lifts it for one run
    --target Dispatch/store-0417 --target Dispatch/store-0418 (2 to create)
    Plan: 3 to create. Cost: about $875. Refused: over a limit.
    ");
    site.run("apply --yes --allow-spend 700").ends_with(4);
    assert_eq!(site.vendor.tickets(), 0);
    site.run("apply --yes --target Dispatch/store-0417").ends_with(0);
    site.run("apply --yes --allow-spend 2000").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn a_cost_that_nobody_knows_refuses_under_a_limit_and_nowhere_else() {
    let site = site("", &["0417", "0418"]);
    site.edit("tickets/0418.yaml", "01230418", "99230418");
    let free = site.run("plan --costs").ends_with(0);
    assert!(free.out.contains("    cost: unknown: TechExpress knows no account with the macnum 99230418\n"), "{free}");
    site.write("callout.yaml", project_file(site.vendor.base_url(), "  limits: {spend: 5000}\n"));
    let ran = site.run("apply --yes").ends_with(4);
    insta::assert_snapshot!(lines(&ran.out), @r"
    Plan: 2 to create. Cost: about $312.50, 1 unknown. Refused: over a limit.
    address of its account: 178 Kiln Lane, Concord, NH 03301 (01230417 - 217343)
    cost: about $312.50
    cost: unknown: TechExpress knows no account with the macnum 99230418
    refused: nobody knows what 1 create costs, and spec.limits.spend allows none such: Dispatch/store-0418
    next: `cost:` says why; mend that and plan again. `callout apply --allow-unknown-costs 1` sends them all the same, for one run
    --target Dispatch/store-0417 (1 to create)
    Plan: 2 to create. Cost: about $312.50, 1 unknown. Refused: over a limit.
    ");
    site.run("apply --yes --allow-spend 9999").ends_with(4);
    assert_eq!(site.vendor.tickets(), 0);
    site.run("apply --yes --allow-unknown-costs 1").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn a_saved_plan_keeps_its_costs_and_asks_for_none() {
    let site = site("  limits: {spend: 5000}\n", &["0417"]);
    site.run("plan --out plan.json").ends_with(0);
    let requests = asked(&site);
    let shown = site.run("show plan.json").ends_with(0);
    assert!(shown.out.contains("cost: about $"), "{shown}");
    std::fs::remove_file(&cache(&site)[0]).expect("the cache");
    let ran = site.run("apply --yes plan.json").ends_with(0);
    assert!(ran.out.contains("cost: about $"), "{ran}");
    assert_eq!((asked(&site), site.vendor.tickets()), (requests, 1));
}

#[test]
fn a_saved_plan_without_costs_is_refused_once_an_amount_is_said() {
    let site = site("", &["0417"]);
    site.run("plan --out plan.json").ends_with(0);
    let ran = site.run("apply --yes --allow-spend 5000 plan.json").ends_with(4);
    assert!(ran.out.contains("nobody knows what 1 create costs"), "{ran}");
    site.run("apply --yes plan.json").ends_with(0);
}

const ROLLOUT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: routers}
spec:
  sites: {csv: sites.csv, key: store}
  waves: [{name: pilot, where: 'site.wave == \"pilot\"'}, {name: rest}]
  limits: {spend: 2000}
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
      locations:
        - location_name: Store ${{ site.store }}
          location_number: ${{ site.store }}
          local_contact_name: Sam Lee
          local_contact_number: 617-555-0123
          account_macnum: ${{ site.account }}
          start_date: 2027-02-01T08:00:00
          end_date: 2027-02-01T12:00:00
          timezone: America/New_York
";

#[test]
fn each_wave_says_what_it_costs_and_folding_loses_nothing() {
    let site = Site::new();
    site.write("tickets/routers.yaml", ROLLOUT);
    let row = |number: u32| {
        format!("{number:04},{},{}\n", if number < 5 { "pilot" } else { "rest" }, if number.is_multiple_of(7) { "99" } else { "12" })
    };
    let rows: Vec<String> =
        (1..=20).map(row).map(|row| row.replace(",99", ",99000001").replace(",12", &format!(",0123{}", &row[..4]))).collect();
    site.write("tickets/sites.csv", format!("store,wave,account\n{}", rows.concat()));
    let ran = site.run("plan").ends_with(4);
    let told = |line: &&str| {
        ["Plan:", "Rollout/", " tickets: ", "cost: ", "sites: ", "refused: ", "next: "].iter().any(|word| line.contains(word))
    };
    insta::assert_snapshot!(ran.out.lines().filter(told).collect::<Vec<_>>().join("\n"), @r"
    Plan: 20 to create. Cost: about $5,855, 2 unknown. Refused: over a limit.
    Rollout/routers, wave pilot: 4 to create, about $1,430
    + 4 tickets: same 14 fields, 4 vary by site
        cost: about $1,430 together, from $310 to $405
        sites: 0001, 0002, 0003, 0004
            cost: about $310
    Rollout/routers, wave rest: 16 to create, about $4,425, 2 unknown
    + 14 tickets: same 14 fields, 4 vary by site
        cost: about $4,425 together, from $220 to $387.50
        sites: 0005, 0006, 0008, 0009, 0010 and 9 more, --verbose lists them
            cost: about $387.50
        cost: unknown: TechExpress knows no account with the macnum 99000001
        cost: unknown: TechExpress knows no account with the macnum 99000001
    refused: creates for about $5,855 are over the limit of $2,000 (spec.limits.spend of Rollout/routers)
        next: `callout apply --allow-spend 5855` lifts it for one run
    refused: nobody knows what 2 creates cost, and spec.limits.spend of Rollout/routers allows none such: Dispatch/router-0007, Dispatch/router-0014
        next: `cost:` says why; mend that and plan again. `callout apply --allow-unknown-costs 2` sends them all the same, for one run
        --target Rollout/routers --wave pilot (4 to create)
    Plan: 20 to create. Cost: about $5,855, 2 unknown. Refused: over a limit.
    ");
    let each = site.run("plan --verbose").ends_with(4).out;
    assert_eq!((each.matches("    cost: about $").count(), each.matches("    cost: unknown: ").count()), (18, 2));
}

#[test]
fn nobody_is_asked_for_a_plan_that_cannot_be_saved() {
    let site = site("  limits: {spend: 5000}\n", &["0417"]);
    let before = asked(&site);
    site.run("plan --out none/p.plan").ends_with(1);
    assert_eq!(asked(&site), before);
}
