//! `--target`, `--selector` and `--file`: a part of the project, and nothing outside of it.

use crate::shown::shows;
use crate::vendor::{Site, dispatch};

const ROLLOUT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: routers, labels: {program: sdwan}}
spec:
  sites: {csv: sites.csv, key: store}
  template:
    kind: Dispatch
    metadata: {name: \"router-${{ site.store }}\", labels: {wave: \"${{ site.wave }}\"}}
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

const SITES: &str = "\
store,account,wave
0417,01234567,pilot
0418,01234568,pilot
0419,01234569,rest
";

/// A rollout of three sites, and a ticket of its own.
fn project() -> Site {
    let site = Site::new();
    site.write("tickets/routers.yaml", ROLLOUT);
    site.write("tickets/sites.csv", SITES);
    site.write("tickets/single/a.yaml", dispatch("store-0500-router", "0500"));
    site
}

/// The addresses of the steps of a plan.
fn planned(site: &Site, words: &str) -> Vec<String> {
    let plan = site.run(&format!("plan --format json {words}")).ends_with(0).json();
    let steps = plan["plan"]["steps"].as_array().expect("steps").clone();
    steps.iter().filter_map(|step| step["key"]["address"].as_str()).map(str::to_owned).collect()
}

#[test]
fn a_rollout_and_its_sites_are_targets() {
    let site = project();
    let all = ["Dispatch/router-0417", "Dispatch/router-0418", "Dispatch/router-0419"];
    assert_eq!(planned(&site, "--target Rollout/routers"), all);
    assert_eq!(planned(&site, "--target Rollout/routers[0418]"), all[1..2]);
    assert_eq!(
        planned(&site, "--target Rollout/routers[0418] --target Dispatch/store-0500-router"),
        [all[1], "Dispatch/store-0500-router"]
    );
    shows!(site.run("plan --target Rollout/router --target Rollout/routers[0418x]"), @r"
    $ callout plan --target Rollout/router --target Rollout/routers[0418x]
    | plan/unknown-target
    |
    |   x --target Rollout/router selects no ticket of the files or of the state
    |   help: did you mean Rollout/routers?
    |
    | plan/unknown-target
    |
    |   x --target Rollout/routers[0418x] selects no ticket of the files or of the state
    |   help: did you mean Rollout/routers[0418]? a site that left the list is known by its rollout until its
    |         ticket is over
    |
    exit 1
    ");
    shows!(site.run("plan --target Rollout/wifi"), @r"
    $ callout plan --target Rollout/wifi
    | plan/unknown-target
    |
    |   x --target Rollout/wifi selects no ticket of the files or of the state
    |   help: rollouts: Rollout/routers
    |
    exit 1
    ");
    shows!(site.run("plan --target Rollout/Routers"), @r"
    $ callout plan --target Rollout/Routers
    | error: invalid value 'Rollout/Routers' for '--target <ADDRESS>': `Rollout/Routers` names no rollout; one looks like Rollout/NAME, and one site of it like Rollout/NAME[KEY]
    |
    | For more information, try '--help'.
    exit 1
    ");
}

#[test]
fn labels_select_and_all_of_them_must_hold() {
    let site = project();
    let all = ["Dispatch/router-0417", "Dispatch/router-0418", "Dispatch/router-0419"];
    assert_eq!(planned(&site, "--selector wave=pilot"), all[..2]);
    assert_eq!(planned(&site, "--selector program=sdwan --selector wave!=pilot"), all[2..]);
    assert_eq!(planned(&site, "--selector wave!=pilot"), [all[2], "Dispatch/store-0500-router"]);
    assert_eq!(planned(&site, "--selector wave"), all);
    assert_eq!(planned(&site, "--selector wave=pilot --target Rollout/routers[0417]"), all[..1]);
}

#[test]
fn a_label_that_nothing_has_is_a_mistake() {
    let site = project();
    shows!(site.run("plan --selector wave=pilto"), @r"
    $ callout plan --selector wave=pilto
    | plan/unknown-label
    |
    |   x --selector wave=pilto: no ticket of the files or of the state has the label wave=pilto
    |   help: did you mean wave=pilot?
    |
    exit 1
    ");
    shows!(site.run("plan --selector wave!=second --selector wav"), @r"
    $ callout plan --selector wave!=second --selector wav
    | plan/unknown-label
    |
    |   x --selector wave!=second: no ticket of the files or of the state has the label wave=second
    |   help: values of wave: pilot, rest
    |
    | plan/unknown-label
    |
    |   x --selector wav: no ticket of the files or of the state has the label wav
    |   help: did you mean wave?
    |
    exit 1
    ");
    shows!(site.run("apply --yes --selector region=west"), @r"
    $ callout apply --yes --selector region=west
    | plan/unknown-label
    |
    |   x --selector region=west: no ticket of the files or of the state has the label region
    |   help: labels stand in the files below metadata.labels; `callout expand` shows those of a rollout
    |
    exit 1
    ");
    shows!(site.run("plan --selector =west"), @r"
    $ callout plan --selector =west
    | error: invalid value '=west' for '--selector <LABEL=VALUE>': `=west` selects by no label; a selector looks like LABEL=VALUE, LABEL!=VALUE or LABEL
    |
    | For more information, try '--help'.
    exit 1
    ");
    shows!(site.run("plan --selector wave=rest --target Rollout/routers[0417]"), @r"
    $ callout plan --selector wave=rest --target Rollout/routers[0417]
    | plan/nothing-selected
    |
    |   x no ticket is selected by --target 'Rollout/routers[0417]' --selector wave=rest
    |   help: several --target add up, and so do several --file and several --wave; a ticket must also have the
    |         labels of every --selector
    |
    exit 1
    ");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn files_and_folders_select_what_is_described_there() {
    let site = project();
    let all = ["Dispatch/router-0417", "Dispatch/router-0418", "Dispatch/router-0419"];
    assert_eq!(planned(&site, "--file tickets/routers.yaml"), all);
    assert_eq!(planned(&site, "--file ./tickets/../tickets/single"), ["Dispatch/store-0500-router"]);
    assert_eq!(planned(&site, "--file tickets --selector wave=rest"), all[2..]);
    let below = site.run("-C tickets plan --file single/a.yaml").ends_with(0);
    assert!(below.out.starts_with("Plan: 1 to create."), "{below}");
    shows!(site.run("plan --file tickets/router.yaml"), @r"
    $ callout plan --file tickets/router.yaml
    | plan/unknown-file
    |
    |   x --file tickets/router.yaml: no ticket is described there
    |   help: did you mean tickets/routers.yaml?
    |
    exit 1
    ");
    shows!(site.run("plan --file tickets/sites.csv"), @r"
    $ callout plan --file tickets/sites.csv
    | plan/unknown-file
    |
    |   x --file tickets/sites.csv: no ticket is described there
    |   help: name a manifest file of this project, with tickets or a rollout in it, or a folder of such files
    |
    exit 1
    ");
}

#[test]
fn what_left_the_files_is_selected_by_the_labels_it_had() {
    let site = project();
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.write("tickets/sites.csv", SITES.replace("0418,01234568,pilot\n", ""));
    shows!(site.run("plan --selector wave=pilot --detailed-exitcode"), @r"
    $ callout plan --selector wave=pilot --detailed-exitcode
    Plan: 1 needs a person (it left the files, and its technician is still coming), 1 unchanged.

    Rollout/routers: 1 needs a person (it left the files, and its technician is
        still coming), 1 unchanged

    ! Dispatch/router-0418 (ticket 482002)  Store 0418 (0418), account 01234568
        site 0418 left Rollout/routers, and ticket 482002 is still open: its technician is still coming, at 2027-02-01T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone
        next: put the site back into the list, or let `where` choose it again; or cancel it by phone or portal, then: callout settle Dispatch/router-0418 --cancelled --reason TEXT; renamed? say lifecycle.renamed_from in the template

    Plan: 1 needs a person (it left the files, and its technician is still coming), 1 unchanged.
    | reading 2 tickets
    exit 7
    ");
    assert_eq!(planned(&site, "--selector wave=rest"), ["Dispatch/router-0419"]);
    shows!(site.run("plan --target Rollout/routers[0418]"), @r"
    $ callout plan --target Rollout/routers[0418]
    Plan: 1 needs a person (it left the files, and its technician is still coming).

    Rollout/routers: 1 needs a person (it left the files, and its technician is
        still coming)

    ! Dispatch/router-0418 (ticket 482002)  Store 0418 (0418), account 01234568
        site 0418 left Rollout/routers, and ticket 482002 is still open: its technician is still coming, at 2027-02-01T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone
        next: put the site back into the list, or let `where` choose it again; or cancel it by phone or portal, then: callout settle Dispatch/router-0418 --cancelled --reason TEXT; renamed? say lifecycle.renamed_from in the template

    Plan: 1 needs a person (it left the files, and its technician is still coming).
    exit 0
    ");
}

#[test]
fn a_rename_is_selected_by_what_the_files_say_now() {
    let site = project();
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.edit("tickets/routers.yaml", "name: \"router-", "name: \"branch-");
    site.edit("tickets/routers.yaml", "wave: \"${{ site.wave }}\"", "wave: \"second-${{ site.wave }}\"");
    site.write(
        "tickets/routers.yaml",
        site.read("tickets/routers.yaml") + "    lifecycle: {renamed_from: \"Dispatch/router-${{ site.store }}\"}\n",
    );
    assert_eq!(planned(&site, "--selector wave=second-rest"), ["Dispatch/branch-0419"]);
    // No ticket has the label any more, and the old name is no ticket of its own.
    let ran = site.run("plan --selector wave=rest").ends_with(1);
    assert!(ran.err.contains("no ticket of the files or of the state has the label wave=rest"), "{ran}");
    site.run("apply --yes").ends_with(0);
    // What the rename left behind is over, and its labels with it.
    site.run("plan --selector wave=rest").ends_with(1);
    assert_eq!(planned(&site, "--selector wave!=second-pilot"), ["Dispatch/branch-0419", "Dispatch/store-0500-router"]);
}

#[test]
fn nothing_outside_the_selection_is_sent() {
    let site = project();
    let applied = site.run("apply --yes --selector wave=pilot").ends_with(0);
    assert!(applied.out.contains("Applied: 2 created."), "{applied}");
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn a_saved_plan_keeps_what_was_asked_for() {
    let site = project();
    let plan =
        site.run("plan --out p.plan --selector wave=pilot --target Rollout/routers --file tickets/routers.yaml --format json").ends_with(0);
    let asked = &plan.json()["plan"]["selection"];
    assert_eq!(asked.to_string(), r#"{"targets":["Rollout/routers"],"selectors":["wave=pilot"],"files":["tickets/routers.yaml"]}"#);
    site.run("apply p.plan --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
    let ran = site.run("apply p.plan --selector wave=pilot").ends_with(1);
    assert!(ran.err.contains("cannot be used with"), "{ran}");
}
