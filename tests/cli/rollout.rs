//! Rollouts, from the list of sites to the plan.

use crate::shown::shows;
use crate::support::project::Project;
use serde_json::Value;

const ROLLOUT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: routers, labels: {program: sdwan}}
spec:
  sites: {csv: sites.csv, key: store, expect: 3}
  overrides:
    \"0418\": {spec: {special_instructions: Use the rear door.}}
  template:
    kind: Dispatch
    metadata: {name: \"router-${{ site.store }}\"}
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: |
        Replace the branch router of ${{ rollout.name }}.
        {% if site.note %}
        ${{ site.note }}
        {% endif %}
      automatic_email_contact: true
      automatic_email_cc: false
      po_number: ${{ site.po }}
      attachments: [plan.pdf]
      locations:
        - location_name: ${{ site.name }}
          location_number: ${{ site.store }}
          local_contact_name: Sam Lee
          local_contact_number: 617-555-0123
          account_macnum: ${{ site.account }}
          start_date: 2027-02-01T08:00:00
          end_date: 2027-02-01T12:00:00
          timezone: America/New_York
    lifecycle:
      adopt: ${{ site.ticket_id }}
";

const SITES: &str = "\
store,name,account,po,note,ticket_id
0417,\"Mall, north\",01234567,PO-1,,
0418,null,01234568,,\"Ring: \"\"twice\"\", # not once\",
0419,0x1F,01234569,true,- first,
";

fn project() -> Project {
    let project = Project::started();
    project.write("tickets/routers.yaml", ROLLOUT);
    project.write("tickets/sites.csv", SITES);
    project.write("tickets/plan.pdf", "%PDF-1.4 plan");
    project
}

/// A plan's steps, without the places in files, which an expanded file has elsewhere, and without the rollout, which it has no more.
fn steps(project: &Project) -> Value {
    fn without_places(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.retain(|key, value| {
                    let is_site_of_rollout = key == "site" && value.is_object();
                    !is_site_of_rollout && !["place", "at", "rollout"].contains(&key.as_str())
                });
                map.values_mut().for_each(without_places);
            }
            Value::Array(items) => items.iter_mut().for_each(without_places),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut steps = project.run("--sandbox plan --format json").ends_with(0).json()["plan"]["steps"].take();
    without_places(&mut steps);
    assert!(steps.as_array().is_some_and(|steps| !steps.is_empty()));
    steps
}

#[test]
fn each_site_becomes_an_ordinary_ticket() {
    let project = project();
    shows!(project.run("validate"), @r"
    $ callout validate
    Valid: 3 tickets in 1 rollout.
    exit 0
    ");
    shows!(project.run("--sandbox plan --target Dispatch/router-0418"), @r#"
    $ callout --sandbox plan --target Dispatch/router-0418
    Plan: 1 to create.

    Rollout/routers: 1 to create

    + Dispatch/router-0418  null (0418), account 01234568
        visit: Mon 1 Feb 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description:
          | Replace the branch router of routers.
          | Ring: "twice", # not once
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        special_instructions: Use the rear door.
        location_name: null
        location_number: 0418
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01234568
        start_date: 2027-02-01T08:00:00
        end_date: 2027-02-01T12:00:00
        file: plan.pdf (13 bytes)
        at tickets/routers.yaml:10:22

    Plan: 1 to create.
    exit 0
    "#);
}

#[test]
fn the_order_of_rows_and_columns_is_no_change() {
    let project = project();
    project.run("--sandbox apply --yes").ends_with(0);
    project.write("tickets/sites.csv", "\u{feff}name,ticket_id,po,store,note,account\r\n0x1F,,true,0419,- first,01234569\r\n,,,,,\r\nnull,,,0418,\"Ring: \"\"twice\"\", # not once\",01234568\r\n\"Mall, north\",,PO-1, 0417 ,,01234567");
    let ran = project.run("--sandbox plan --detailed-exitcode").ends_with(0);
    assert!(ran.out.starts_with("No changes."), "{ran}");
}

#[test]
fn a_site_that_leaves_the_list_is_still_coming() {
    let project = project();
    project.run("--sandbox apply --yes --parallelism 1").ends_with(0);
    project.write(
        "tickets/sites.csv",
        SITES.lines().filter(|line| !line.starts_with("0419")).fold(String::new(), |text, line| text + line + "\n"),
    );
    let ran = project.run("--sandbox plan").ends_with(1);
    assert!(ran.err.contains("sites.csv lists 2 sites, and 3 are expected"), "{ran}");
    project.edit("tickets/routers.yaml", "expect: 3", "expect: 2");
    shows!(project.run("--sandbox plan --detailed-exitcode"), @r"
    $ callout --sandbox plan --detailed-exitcode
    Plan: 1 needs a person (it left the files, and its technician is still coming), 2 unchanged.

    Rollout/routers: 1 needs a person (it left the files, and its technician is
        still coming), 2 unchanged

    ! Dispatch/router-0419 (ticket 482003)  0x1F (0419), account 01234569
        site 0419 left Rollout/routers, and ticket 482003 is still open: its technician is still coming, at 2027-02-01T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone
        next: put the site back into the list, or let `where` choose it again; or cancel it by phone or portal, then: callout --sandbox settle Dispatch/router-0419 --cancelled --reason TEXT; renamed? say lifecycle.renamed_from in the template

    Plan: 1 needs a person (it left the files, and its technician is still coming), 2 unchanged.
    | reading 3 tickets
    exit 7
    ");
}

#[test]
fn a_template_renames_and_adopts_in_bulk() {
    let project = project();
    project.run("--sandbox apply --yes").ends_with(0);
    project.edit("tickets/routers.yaml", "name: \"router-", "name: \"branch-");
    project.edit("tickets/routers.yaml", "      adopt:", "      renamed_from: Dispatch/router-${{ site.store }}\n      adopt:");
    let ran = project.run("--sandbox apply --yes").ends_with(0);
    let state = project.run("--sandbox state list").ends_with(0).out;
    assert!(["branch-0417", "branch-0418", "branch-0419", "482003"].iter().all(|name| state.contains(name)), "{ran}\n{state}");
    assert!(!state.contains("482004"), "a rename creates nothing:\n{ran}\n{state}");
    // One row names a ticket that exists; the other cells are empty, and those tickets are created.
    let project = self::project();
    project.write("tickets/sites.csv", SITES.replace("- first,", "- first,482001"));
    let ran = project.run("--sandbox plan").ends_with(0);
    assert!(ran.out.contains("2 to create") && ran.out.contains("482001"), "{ran}");
}

#[test]
fn what_is_expanded_plans_the_same() {
    let project = project();
    project.edit("callout.yaml", "automatic_email_contact: true", "automatic_email_contact: true\n        po_number: PO-DEFAULT");
    project.write("tickets/more.yaml", crate::vendor::dispatch("other-router", "0500"));
    let expanded = project.run("expand").ends_with(0).out;
    let before = steps(&project);
    assert_eq!(before.as_array().map(Vec::len), Some(4));
    for name in ["routers.yaml", "sites.csv", "more.yaml"] {
        project.remove(&format!("tickets/{name}"));
    }
    project.edit("callout.yaml", "  # manifests: [tickets/, rollouts/]", "  manifests: [expanded.yaml]");
    project.write("expanded.yaml", &expanded);
    assert_eq!(steps(&project), before, "{expanded}");
    assert_eq!(
        project.run("expand").ends_with(0).out.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>(),
        expanded.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>()
    );
}

#[test]
fn the_expanded_text_says_which_site_it_is_of() {
    let project = project();
    shows!(project.run("expand"), @r#"
    $ callout expand
    # Attachments are named from the project's folder.
    ---
    # tickets/routers.yaml:8, site 0417
    apiVersion: callout/v1
    kind: Dispatch
    metadata:
      name: router-0417
      labels:
        program: sdwan
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: |
        Replace the branch router of routers.
      automatic_email_contact: true
      automatic_email_cc: false
      po_number: PO-1
      attachments:
      - tickets/plan.pdf
      locations:
      - location_name: Mall, north
        location_number: '0417'
        local_contact_name: Sam Lee
        local_contact_number: 617-555-0123
        account_macnum: '01234567'
        start_date: 2027-02-01T08:00:00
        end_date: 2027-02-01T12:00:00
        timezone: America/New_York
    lifecycle: {}
    ---
    # tickets/routers.yaml:8, site 0418
    apiVersion: callout/v1
    kind: Dispatch
    metadata:
      name: router-0418
      labels:
        program: sdwan
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: |
        Replace the branch router of routers.
        Ring: "twice", # not once
      automatic_email_contact: true
      automatic_email_cc: false
      attachments:
      - tickets/plan.pdf
      locations:
      - location_name: 'null'
        location_number: '0418'
        local_contact_name: Sam Lee
        local_contact_number: 617-555-0123
        account_macnum: '01234568'
        start_date: 2027-02-01T08:00:00
        end_date: 2027-02-01T12:00:00
        timezone: America/New_York
      special_instructions: Use the rear door.
    lifecycle: {}
    ---
    # tickets/routers.yaml:8, site 0419
    apiVersion: callout/v1
    kind: Dispatch
    metadata:
      name: router-0419
      labels:
        program: sdwan
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: |
        Replace the branch router of routers.
        - first
      automatic_email_contact: true
      automatic_email_cc: false
      po_number: 'true'
      attachments:
      - tickets/plan.pdf
      locations:
      - location_name: '0x1F'
        location_number: '0419'
        local_contact_name: Sam Lee
        local_contact_number: 617-555-0123
        account_macnum: '01234569'
        start_date: 2027-02-01T08:00:00
        end_date: 2027-02-01T12:00:00
        timezone: America/New_York
    lifecycle: {}
    exit 0
    "#);
    project.edit("tickets/sites.csv", "0418", "0417");
    shows!(project.run("expand"), @r#"
    $ callout expand
    | rollout/key
    |
    |   x the store `0417` is listed twice: first on line 2, and here again
    |    ,-[tickets/sites.csv:3:1]
    |  1 | store,name,account,po,note,ticket_id
    |  2 | 0417,"Mall, north",01234567,PO-1,,
    |  3 | 0417,null,01234568,,"Ring: ""twice"", # not once",
    |    : ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    |  4 | 0419,0x1F,01234569,true,- first,
    |    `----
    |   help: Remove one of the two rows. For two visits to one site, give it two keys.
    |
    exit 1
    "#);
}

#[test]
fn texts_of_every_kind_survive_being_expanded() {
    let project = project();
    let words = [
        "true",
        "0417",
        "1e3",
        "~",
        "null",
        "- a",
        "a: b",
        "# a",
        "'a",
        "\"\"a",
        "a\\b",
        "&a",
        "*a",
        "!a",
        "%a",
        "@a",
        "`a",
        "{a}",
        "[a]",
        "a\tb",
        "ü \u{85} \u{2028}",
        "=",
        "<<",
        "2027-01-11",
        "12:30:45",
        "a\n\n  b\n",
        "...",
    ];
    let rows: Vec<String> = words.iter().enumerate().map(|(at, word)| format!("{at},\"{word}\",{at:08},,\"{word}\",")).collect();
    let rows = rows.join("\n");
    project.write("tickets/sites.csv", format!("store,name,account,po,note,ticket_id\n{rows}\n0418,x,1,,,\n"));
    project.edit("tickets/routers.yaml", "expect: 3", &format!("expect: {}", words.len() + 1));
    let (before, expanded) = (steps(&project), project.run("expand").ends_with(0).out);
    project.edit("callout.yaml", "  # manifests: [tickets/, rollouts/]", "  manifests: [expanded.yaml]");
    project.write("expanded.yaml", &expanded);
    assert_eq!(steps(&project), before, "{expanded}");
}
