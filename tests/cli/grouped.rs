//! Plans of rollouts as people read them: by rollout and wave, the waves in their own order.

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::shown::shows;
use crate::vendor::{Site, dispatch};

/// A rollout with its waves in an order that is not the alphabet's; `more` is put below `spec`.
fn rollout(more: &str, start: &str) -> String {
    format!(
        "\
apiVersion: callout/v1
kind: Rollout
metadata: {{name: routers}}
spec:
  sites: {{csv: sites.csv, key: store}}
{more}  waves:
    - {{name: pilot, where: 'site.wave == \"pilot\"'}}
    - {{name: main, where: 'site.wave == \"main\"'}}
    - {{name: late}}
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
          start_date: {start}
          end_date: {start}
          timezone: America/New_York
"
    )
}

fn project() -> Site {
    let site = Site::new();
    site.limit("creates: 50, stop_after_unknown: 9");
    site.write("tickets/routers.yaml", rollout("", "${{ site.day }}T08:00:00"));
    site
}

/// The lines of a plan that say what stands below them.
fn heads(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect()
}

#[test]
fn waves_stand_in_their_order_and_tickets_of_no_rollout_before_them() {
    let site = project();
    // The keys are not in the order of the waves, and those of the late wave have passed.
    site.write(
        "tickets/sites.csv",
        "store,wave,day\n0409,pilot,2027-02-01\n0408,pilot,2027-02-02\n0402,main,2027-02-03\n0403,main,2027-02-04\n0404,main,2027-02-05\n0405,main,2027-02-08\n0401,,2026-12-01\n",
    );
    site.write("tickets/z.yaml", dispatch("store-0600", "0600"));
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    site.run("apply --yes --parallelism 1 --wave pilot").ends_with(5);
    site.vendor.well();
    shows!(site.run("plan"), @r"
    $ callout plan
    Plan: 5 to create, 1 in doubt, 1 needs a person, 1 unchanged.

    + Dispatch/store-0600  Store 0600 (0600), account 01230600
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0600
        location_number: 0600
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230600
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        at tickets/z.yaml:4:9

    Rollout/routers, wave pilot: 1 in doubt, 1 unchanged

    ? Dispatch/router-0408  Store 0408 (0408), account 01230408
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
        next: look for its mark in the portal, then: callout settle Dispatch/router-0408 --id ID --reason TEXT, or --not-created
        mark: [mark]
        at tickets/routers.yaml:12:22

    Rollout/routers, wave main: 4 to create

    + 4 tickets: same 14 fields, 6 vary by site
        vary: customer_ticket_number, location_name, location_number,
            account_macnum, start_date, end_date
        first visit: Wed 3 Feb 2027, 08:00 sharp America/New_York
        last visit: Mon 8 Feb 2027, 08:00 sharp America/New_York
        sites: 0402, 0403, 0404, 0405
        one of them in full:
        + Dispatch/router-0402  Store 0402 (0402), account 01230402
            visit: Wed 3 Feb 2027, 08:00 sharp America/New_York
            service_type: Equipment Install
            contact_name: Dana Ortiz
            contact_email_address: dana@example.com
            initial_description: Replace the branch router.
            automatic_email_contact: true
            automatic_email_cc: false
            customer_ticket_number: [mark]
            location_name: Store 0402
            location_number: 0402
            local_contact_name: Sam Lee
            local_contact_number: 6175550123
            account_macnum: 01230402
            start_date: 2027-02-03T08:00:00
            end_date: 2027-02-03T08:00:00
            at tickets/routers.yaml:12:22

    Rollout/routers, wave late: 1 needs a person

    ! Dispatch/router-0401  Store 0401 (0401), account 01230401
        its start, 2026-12-01T08:00:00 America/New_York, has passed
        next: move start_date and end_date into the future
        at tickets/routers.yaml:12:22

    Plan: 5 to create, 1 in doubt, 1 needs a person, 1 unchanged.
    exit 0
    ");
    let verbose = site.run("plan --verbose").ends_with(0).out;
    let summary = "Plan: 5 to create, 1 in doubt, 1 needs a person, 1 unchanged.";
    let expected = [
        summary,
        "+ Dispatch/store-0600  Store 0600 (0600), account 01230600",
        "Rollout/routers, wave pilot: 1 in doubt, 1 unchanged",
        "? Dispatch/router-0408  Store 0408 (0408), account 01230408",
        ". Dispatch/router-0409 (ticket 482002)  Store 0409 (0409), account 01230409",
        "Rollout/routers, wave main: 4 to create",
        "+ Dispatch/router-0402  Store 0402 (0402), account 01230402",
        "+ Dispatch/router-0403  Store 0403 (0403), account 01230403",
        "+ Dispatch/router-0404  Store 0404 (0404), account 01230404",
        "+ Dispatch/router-0405  Store 0405 (0405), account 01230405",
        "Rollout/routers, wave late: 1 needs a person",
        "! Dispatch/router-0401  Store 0401 (0401), account 01230401",
        summary,
    ];
    assert_eq!(heads(&verbose), expected);
    let plan = site.run("plan --format json").ends_with(0).json();
    assert_eq!(plan["plan"]["waves"].to_string(), r#"{"routers":["pilot","main","late"]}"#);
    let addresses: Vec<_> =
        plan["plan"]["steps"].as_array().expect("steps").iter().map(|step| step["key"]["address"].to_string()).collect();
    assert!(addresses.is_sorted(), "the order of apply is the plan's own: {addresses:?}");
}

#[test]
fn a_wave_that_the_files_no_longer_have_comes_last() {
    let site = project();
    site.write("tickets/sites.csv", "store,wave,day\n0401,pilot,2027-02-01\n0402,main,2027-02-01\n0403,,2027-02-01\n");
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.edit("tickets/routers.yaml", "    - {name: pilot, where: 'site.wave == \"pilot\"'}\n", "");
    site.write("tickets/sites.csv", "store,wave,day\n0402,main,2027-02-01\n0403,,2027-02-01\n");
    let told = site.run("plan").ends_with(0).out;
    let summary = "Plan: 1 needs a person (it left the files, and its technician is still coming), 2 unchanged.";
    let expected = [
        summary,
        "Rollout/routers, wave main: 1 unchanged",
        "Rollout/routers, wave late: 1 unchanged",
        "Rollout/routers, wave pilot: 1 needs a person (it left the files, and its",
        "! Dispatch/router-0401 (ticket 482001)  Store 0401 (0401), account 01230401",
        summary,
    ];
    assert_eq!(heads(&told), expected);
}

#[test]
fn tickets_that_are_not_due_say_the_first_and_the_last_date() {
    let site = Site::new();
    let schedule = "  schedule: {starts: 2027-03-01, days: [mon], window: {from: \"08:00\", to: \"08:00\"}, timezone: America/New_York, per_day: 1, book_ahead: 10d}\n";
    site.write(
        "tickets/routers.yaml",
        rollout(schedule, "${{ visit.start }}").replace("timezone: America/New_York\n", "timezone: ${{ visit.timezone }}\n"),
    );
    site.write("tickets/sites.csv", "store,wave\n0401,pilot\n0402,\n0403,\n0404,\n0405,\n0406,main\n0407,main\n0408,main\n0409,main\n");
    site.run("schedule").ends_with(0);
    shows!(site.run("plan"), @r"
    $ callout plan
    Plan: 9 deferred.

    Rollout/routers, wave pilot: 1 deferred

    @ Dispatch/router-0401  Store 0401 (0401), account 01230401
        not due yet: the first apply from 2027-02-19T13:00:00Z on sends it
        at tickets/routers.yaml:13:22

    Rollout/routers, wave main: 4 deferred

    @ 4 tickets are deferred
        not due yet: each is sent by the first apply from its own date on
        first date: 2027-02-26T13:00:00Z, Dispatch/router-0406
        last date: 2027-03-19T12:00:00Z, Dispatch/router-0409
        sites: 0406, 0407, 0408, 0409

    Rollout/routers, wave late: 4 deferred

    @ 4 tickets are deferred
        not due yet: each is sent by the first apply from its own date on
        first date: 2027-03-26T12:00:00Z, Dispatch/router-0402
        last date: 2027-04-16T12:00:00Z, Dispatch/router-0405
        sites: 0402, 0403, 0404, 0405

    Plan: 9 deferred.
    exit 0
    ");
}

#[test]
fn a_long_heading_is_broken_where_a_terminal_ends() {
    let site = project();
    let name = "a-rollout-with-a-name-that-is-as-long-as-people-make-them";
    site.edit("tickets/routers.yaml", "name: routers", &format!("name: {name}"));
    site.write(
        "tickets/sites.csv",
        "store,wave,day\n0401,pilot,2027-02-01\n0402,main,2027-02-01\n0403,,2027-02-01\n0404,pilot,2026-12-01\n",
    );
    let told = site.run("plan").ends_with(0).out;
    let (_, after) = told.split_once(name).expect("the heading");
    insta::assert_snapshot!(after.lines().take(2).collect::<Vec<_>>().join("\n"), @r"
    , wave pilot: 1
        to create, 1 needs a person
    ");
}
