//! `--since`: what differs from an earlier commit, and nothing else.

use serde_json::Value;

use crate::shown::shows;
use crate::support::project::Ran;
use crate::support::{git, tools};
use crate::vendor::{Site, dispatch, other_order, project_file};

const ROLLOUT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: routers}
spec:
  sites: {csv: sites.csv, key: store}
  waves:
    - {name: pilot, where: 'site.wave == \"pilot\"'}
    - {name: rest, after: pilot, gate: {finished: all, failed: 0}, open: false}
  template:
    kind: Dispatch
    metadata: {name: \"router-${{ site.store }}\"}
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: Replace the branch router.
      automatic_email_cc: false
      attachments: [plan.pdf]
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

const SITES: &str = "store,account,wave\n0417,01234567,pilot\n0418,01234568,pilot\n0419,01234569,rest\n";
const DEFAULTS: &str = "  defaults: {Dispatch: {spec: {automatic_email_contact: true}}}\n";

/// A repository with a rollout of three sites and a ticket of its own.
fn repository() -> (Site, String) {
    let site = Site::new();
    site.write("callout.yaml", project_file(site.vendor.base_url(), DEFAULTS));
    site.write("tickets/routers.yaml", ROLLOUT);
    site.write("tickets/sites.csv", SITES);
    site.write("tickets/plan.pdf", "the first plan");
    site.write("tickets/a.yaml", dispatch("store-0500-router", "0500"));
    let commit = git::commit(&site.path(""));
    (site, commit)
}

/// What a plan since a commit is about.
fn planned(site: &Site, words: &str) -> Vec<String> {
    let plan = site.run(&format!("plan --format json {words}")).ends_with(0).json();
    let steps = plan["plan"]["steps"].as_array().expect("steps").clone();
    steps.iter().filter_map(|step| step["key"]["address"].as_str()).map(str::to_owned).collect()
}

/// The same on every day and machine.
fn steady(mut ran: Ran, commit: &str) -> Ran {
    ran.out = ran.out.replace(&commit[..12], "[commit]");
    ran.err = ran.err.replace(&commit[..12], "[commit]");
    ran
}

#[test]
fn only_what_differs_is_planned_and_read() {
    if !tools::are_there(&["git"]) {
        return;
    }
    let (site, commit) = repository();
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.edit("tickets/sites.csv", "0417,01234567", "0417,01234599");
    site.edit("tickets/sites.csv", "0418,01234568,pilot\n", "0421,01234561,pilot\n");
    site.vendor.edit(482_003, &other_order("PO-CHANGED"));
    shows!(steady(site.run("plan --since HEAD --refresh all"), &commit), @r"
    $ callout plan --since HEAD --refresh all
    Plan: 1 to create, 2 need a person (1 left the files, and its technician is still coming).
    Only what differs from HEAD ([commit]); 2 tickets that are the same there are left aside.

    Rollout/routers, wave pilot: 1 to create, 2 need a person (1 left the files, and
        its technician is still coming)

    ! Dispatch/router-0417 (ticket 482001)  Store 0417 (0417), account 01234599
        do this by hand: TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone
        next: have it changed, then plan again; or leave it: callout settle Dispatch/router-0417 --accept --reason TEXT
          account_macnum: 01234567 -> 01234599
        at tickets/routers.yaml:11:22

    ! Dispatch/router-0418 (ticket 482002)  Store 0418 (0418), account 01234568
        site 0418 left Rollout/routers (wave pilot), and ticket 482002 is still open: its technician is still coming, at 2027-02-01T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone
        next: put the site back into the list, or let `where` choose it again; or cancel it by phone or portal, then: callout settle Dispatch/router-0418 --cancelled --reason TEXT; renamed? say lifecycle.renamed_from in the template

    + Dispatch/router-0421  Store 0421 (0421), account 01234561
        visit: Mon 1 Feb 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        location_name: Store 0421
        location_number: 0421
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01234561
        start_date: 2027-02-01T08:00:00
        end_date: 2027-02-01T12:00:00
        file: plan.pdf (14 bytes)
        at tickets/routers.yaml:11:22

    Plan: 1 to create, 2 need a person (1 left the files, and its technician is still coming).
    | reading 2 tickets
    exit 0
    ");
    let plan = site.run("plan --since HEAD --refresh all --format json").ends_with(0).json();
    assert_eq!(plan["plan"]["reads"], 2, "of four open tickets two are asked about");
    let whole = site.run("plan --refresh all --format json").ends_with(0).json();
    assert_eq!(whole["plan"]["reads"], 3);
    assert_eq!(site.run("status --since HEAD --format csv").ends_with(0).out.lines().count(), 1 + 3);
}

#[test]
fn where_nothing_differs_the_plan_is_empty() {
    if !tools::are_there(&["git"]) {
        return;
    }
    let (site, commit) = repository();
    site.run("apply --yes").ends_with(0);
    shows!(steady(site.run("plan --since main --detailed-exitcode"), &commit), @r"
    $ callout plan --since main --detailed-exitcode
    No changes: no ticket of this plan differs.
    Only what differs from main ([commit]); 4 tickets that are the same there are left aside.
    exit 0
    ");
    shows!(steady(site.run("apply --since HEAD --yes --target Dispatch/store-0500-router"), &commit), @r"
    $ callout apply --since HEAD --yes --target Dispatch/store-0500-router
    No changes: no ticket of this plan differs.
    Only what differs from HEAD ([commit]); 1 ticket that is the same there is left aside.
    exit 0
    ");
    // A misspelt target is a mistake all the same.
    let ran = site.run("plan --since HEAD --target Dispatch/store-0500-rooter").ends_with(1);
    assert!(ran.err.contains("selects no ticket of the files or of the state"), "{ran}");
}

#[test]
fn a_change_of_anything_that_decides_about_a_ticket_counts() {
    if !tools::are_there(&["git"]) {
        return;
    }
    let (site, _) = repository();
    let all = ["Dispatch/router-0417", "Dispatch/router-0418", "Dispatch/router-0419"];
    assert_eq!(planned(&site, "--since HEAD"), [""; 0]);
    let changed = |file: &str, from: &str, to: &str| {
        let before = site.read(file);
        site.edit(file, from, to);
        let planned = planned(&site, "--since HEAD --refresh none");
        site.write(file, before);
        planned
    };
    assert_eq!(changed("tickets/sites.csv", "0418,01234568,pilot", "0418,01234568,rest"), all[1..2], "another wave");
    assert_eq!(changed("tickets/routers.yaml", "open: false", "open: true"), all[2..], "a wave was opened");
    assert_eq!(changed("tickets/routers.yaml", "failed: 0", "failed: 1"), all[2..], "a gate was moved");
    assert_eq!(changed("tickets/routers.yaml", "spec:\n  sites", "spec:\n  paused: true\n  sites"), all, "the rollout was paused");
    assert_eq!(changed("tickets/plan.pdf", "first", "second"), all, "a file has another content");
    assert_eq!(changed("tickets/a.yaml", "name: store", "labels: {a: b}\n  name: store"), ["Dispatch/store-0500-router"]);
    assert_eq!(changed("tickets/a.yaml", "spec:", "lifecycle: {on_remove: forget}\nspec:"), ["Dispatch/store-0500-router"]);
    assert_eq!(changed("callout.yaml", "contact: true", "contact: false"), all, "the rollout takes it from the defaults");
    assert_eq!(changed("callout.yaml", "http://127.0.0.1", "http://127.0.0.2").len(), 4, "they would go elsewhere");
    assert_eq!(changed("tickets/a.yaml", "apiVersion", "# A remark.\napiVersion"), [""; 0], "it says the same in another line");
    assert_eq!(changed("tickets/routers.yaml", "metadata: {name: routers}", "metadata: {name: routers, labels: {}}"), [""; 0]);
}

#[test]
fn what_was_removed_before_is_left_aside_too() {
    if !tools::are_there(&["git"]) {
        return;
    }
    let (site, _) = repository();
    site.run("apply --yes").ends_with(0);
    site.edit("tickets/sites.csv", "0418,01234568,pilot\n", "");
    git::commit(&site.path(""));
    site.remove("tickets/a.yaml");
    assert_eq!(planned(&site, "--since HEAD"), ["Dispatch/store-0500-router"]);
    assert_eq!(planned(&site, "--since HEAD~1"), ["Dispatch/router-0418", "Dispatch/store-0500-router"]);
}

#[test]
fn of_an_earlier_commit_that_does_not_load_everything_counts() {
    if !tools::are_there(&["git"]) {
        return;
    }
    let (site, _) = repository();
    site.edit("tickets/a.yaml", "service_type", "service_typ");
    let commit = git::commit(&site.path(""));
    site.edit("tickets/a.yaml", "service_typ:", "service_type:");
    let ran = site.run("plan --since HEAD --refresh none --target Dispatch/store-0500-router").ends_with(0);
    let mut ran = steady(ran, &commit);
    ran.out = ran.out.lines().take(2).collect::<Vec<_>>().join("\n");
    shows!(ran, @r"
    $ callout plan --since HEAD --refresh none --target Dispatch/store-0500-router
    Plan: 1 to create.
    Everything counts as different from HEAD ([commit]): its files have mistakes, the first: tickets/a.yaml:6:3: spec has no key `service_typ`.
    | since/unread
    |
    |   ! every ticket counts as different from HEAD ([commit]): its files have mistakes, the first:
    |   | tickets/a.yaml:6:3: spec has no key `service_typ`
    |   help: nothing is left out: this plan looks at the whole project. Or name a commit whose files load
    |
    exit 0
    ");
    let before = site.run("plan --since HEAD --refresh none --format json").ends_with(0).json();
    let whole = site.run("plan --refresh none --format json").ends_with(0).json();
    let steps = |plan: &Value| plan["plan"]["steps"].clone();
    assert_eq!(steps(&before), steps(&whole));
}

#[test]
fn a_saved_plan_since_a_commit_needs_no_git() {
    if !tools::are_there(&["git"]) {
        return;
    }
    let (site, commit) = repository();
    site.edit("tickets/sites.csv", "0418,01234568,pilot\n", "0418,01234568,pilot\n0421,01234561,pilot\n");
    let plan = site.run("plan --since HEAD --out p.plan --format json").ends_with(0).json();
    let since = &plan["plan"]["selection"]["since"];
    assert_eq!(since["tickets"], serde_json::json!(["Dispatch/router-0421"]));
    assert_eq!((since["commit"].as_str(), since["aside"].as_u64()), (Some(commit.as_str()), Some(4)));
    std::fs::remove_dir_all(site.path(".git")).expect("a folder");
    let ran = site.run("apply p.plan --yes").ends_with(0);
    assert!(ran.out.contains("Applied: 1 created."), "{ran}");
    assert_eq!(site.vendor.tickets(), 1);
    site.run("apply p.plan --yes").ends_with(3);
    let ran = site.run("apply p.plan --since HEAD").ends_with(1);
    assert!(ran.err.contains("cannot be used with"), "{ran}");
}
