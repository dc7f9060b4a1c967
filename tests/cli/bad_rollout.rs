//! A broken rollout beside a good ticket: every command refuses the whole project, sends nothing and writes no schedule.

use crate::shown::shows;
use crate::support::project::Ran;
use crate::vendor::Site;

const ROLLOUT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: routers}
spec:
  sites: {csv: sites.csv, key: store, expect: 3}
  schedule:
    starts: 2027-01-11
    days: [mon]
    window: {from: \"08:00\", to: \"12:00\"}
    timezone: ${{ site.zone }}
    per_day: 2
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
          local_contact_name: Sam Lee
          local_contact_number: 617-555-0123
          account_macnum: 0100${{ site.store }}
          start_date: ${{ visit.start }}
          end_date: ${{ visit.end }}
          timezone: ${{ visit.timezone }}
";

const SITES: &str = "\
store,zone
0417,America/New_York
0419,America/Denver
0421,America/New_York
";

const FILE: &str = "tickets/routers.schedule.csv";

fn site() -> Site {
    let site = Site::with_dispatch();
    site.write("tickets/routers.yaml", ROLLOUT);
    site.write("tickets/sites.csv", SITES);
    site
}

/// Types every command that reads rollouts. Answers with what the last one said.
#[track_caller]
fn refused(site: &Site, commands: &[&str]) -> Ran {
    let before = site.path(FILE).exists().then(|| site.read(FILE));
    let ran: Vec<Ran> = commands.iter().map(|command| site.run(command).ends_with(1)).collect();
    assert!(site.vendor.sandbox.requests().is_empty(), "nothing is asked and nothing is sent");
    assert_eq!(site.path(FILE).exists().then(|| site.read(FILE)), before, "the schedule stays as it is");
    ran.into_iter().next_back().expect("a command")
}

const ALL: [&str; 6] = ["schedule --check", "schedule --show", "plan", "apply --yes", "expand", "schedule"];

#[test]
fn a_broken_list_stops_every_command() {
    for broken in [
        "store,zone\n0417,America/New_York\n",
        "store,zone\n0417,America/New_York\n0419,\"America/Denver\n0421,America/New_York\n",
        "store,zone\n0417,America/New_York\n0417,America/Denver\n0421,America/New_York\n",
        "store;zone\n0417;America/New_York\n0419;America/Denver\n0421;America/New_York\n",
        "<html></html>\n",
        "",
    ] {
        let site = site();
        site.run("schedule").ends_with(0);
        site.write("tickets/sites.csv", broken);
        refused(&site, &ALL);
    }
}

#[test]
fn a_broken_schedule_stops_every_command() {
    for (from, to) in [
        ("key,reissue", "key,visit"),
        ("0419,0,", "0417,0,"),
        ("0419,0,", ",0,"),
        ("0419,0,", "0419,x,"),
        ("2027-01-11T08:00:00", "1/11/2027 8:00"),
        ("T12:00:00", "T07:00:00"),
        ("America/Denver", "Denver"),
        (",planned", ",done"),
        (",planned", ""),
        ("0419,0,", "<<<<<<< HEAD\n0419,0,"),
    ] {
        let site = site();
        site.run("schedule").ends_with(0);
        site.edit(FILE, from, to);
        refused(&site, &ALL);
    }
}

#[test]
fn a_schedule_of_another_form_means_the_same() {
    let site = site();
    site.run("schedule").ends_with(0);
    let written = site.read(FILE);
    let mut rows: Vec<&str> = written.lines().collect();
    rows[1..].reverse();
    for other in [format!("\u{feff}{written}"), written.replace('\n', "\r\n"), rows.join("\n")] {
        site.write(FILE, other);
        site.run("validate").ends_with(0);
        let ran = site.run("schedule --check").ends_with(1);
        assert_eq!(ran.out, "tickets/routers.schedule.csv: not up to date: only its form changes. Next: callout schedule\n");
        site.run("schedule").ends_with(0);
        assert_eq!(site.read(FILE), written);
    }
}

#[test]
fn a_zone_of_one_row_that_nobody_knows_is_told_with_its_row() {
    let site = site();
    site.edit("tickets/sites.csv", "America/Denver", "America/Denvre");
    shows!(refused(&site, &ALL), @r#"
    $ callout schedule
    | rollout/timezone
    |
    |   x site 0419 (tickets/sites.csv:3): timezone `America/Denvre` is not known
    |     ,-[tickets/routers.yaml:10:15]
    |   7 |     starts: 2027-01-11
    |   8 |     days: [mon]
    |   9 |     window: {from: "08:00", to: "12:00"}
    |  10 |     timezone: ${{ site.zone }}
    |     :               ^^^^^^^^^^^^^^^^
    |  11 |     per_day: 2
    |  12 |   template:
    |  13 |     kind: Dispatch
    |     `----
    |   help: Did you mean `America/Denver`?
    |
    exit 1
    "#);
    site.edit("tickets/sites.csv", "America/Denvre", "");
    let ran = refused(&site, &ALL);
    assert!(ran.err.contains("x site 0419 (tickets/sites.csv:3): timezone is empty"), "{ran}");
}

#[test]
fn rules_that_leave_no_day_are_told() {
    let site = site();
    site.edit("tickets/routers.yaml", "per_day: 2", "per_day: 2\n    blackout: [2027-01-01/2099-12-31]");
    shows!(refused(&site, &ALL), @r#"
    $ callout schedule
    | rollout/schedule in Rollout/routers
    |
    |   x no day is free within ten years from 2027-01-11
    |    ,-[tickets/routers.yaml:6:3]
    |  3 | metadata: {name: routers}
    |  4 | spec:
    |  5 |   sites: {csv: sites.csv, key: store, expect: 3}
    |  6 |   schedule:
    |    :   ^^^^^^^^
    |  7 |     starts: 2027-01-11
    |  8 |     days: [mon]
    |  9 |     window: {from: "08:00", to: "12:00"}
    |    `----
    |   help: Look at `days`, `blackout`, `per_day` and the window: together they leave no day.
    |
    exit 1
    "#);
    for (from, to) in
        [("    blackout: [2027-01-01/2099-12-31]", "    blackout: [2027-01-18/2099-12-31]"), ("starts: 2027-01-11", "starts: 9999-12-27")]
    {
        site.edit("tickets/routers.yaml", from, to);
        let ran = refused(&site, &ALL);
        assert!(ran.err.contains("no day is free within ten years"), "{ran}");
    }
}

#[test]
fn a_first_day_long_past_means_from_now_on() {
    let site = site();
    site.edit("tickets/routers.yaml", "starts: 2027-01-11", "starts: 1997-01-06");
    site.run("schedule").ends_with(0);
    assert!(site.read(FILE).contains("0417,0,2027-01-04T08:00:00"), "the test's clock shows 07:00 there: {}", site.read(FILE));
    site.run("plan").ends_with(0);
}
