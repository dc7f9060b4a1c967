//! The board: where every visit stands, as text, JSON and CSV.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use callout::systems::sandbox::{Call, Fault, Trouble};
use jiff::SignedDuration;
use serde_json::json;

use crate::shown::shows;
use crate::support::project::Project;
use crate::vendor::{Site, dispatch};

/// Four stores, of which three have tickets: one with a technician, one that is over, one that nobody answered for.
fn four() -> Site {
    let site = Site::new();
    let write = |store: &str| site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    write("0417");
    write("0418");
    site.run("apply --yes --parallelism 1").ends_with(0);
    write("0419");
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    site.run("apply --yes").ends_with(5);
    site.write("tickets/0420.yaml", dispatch("store-0420", "0420").replace("2027-01-11", "2027-01-13"));
    site.vendor.edit(
        482_001,
        &json!({"technician_id": 77, "technician_name": "Kim Doe", "technician_phone_number": "617-555-0199", "status_name": "Assigned"}),
    );
    site.vendor.resolve(482_002);
    site
}

#[test]
fn a_few_tickets_are_listed_one_by_one() {
    let site = four();
    shows!(site.run("status"), @r"
    $ callout status
    4 tickets at 2027-01-04T12:00:00Z: 1 not sent, 1 open, 1 in doubt, 1 finished.
    1 in doubt.
    Open, as their system says: 1 Assigned.

    COMING VISITS    VISITS  NOT SENT  OPEN  IN DOUBT  FINISHED
    Mon 11 Jan 2027       3         0     1         1         1
    Wed 13 Jan 2027       1         1     0         0         0

    In doubt: 1
      ? Dispatch/store-0419  Store 0419 (0419), account 01230419
          in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
          next: look for its mark in the portal, then: callout settle Dispatch/store-0419 --id ID --reason TEXT, or --not-created
          mark: [mark]
          at tickets/0419.yaml:4:9

    VISIT                                             ADDRESS              TICKET  STANDING        TECHNICIAN             SITE
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0417  482001  open: Assigned  Kim Doe, 617-555-0199  Store 0417 (0417), account 01230417
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0418  482002  finished        nobody                 Store 0418 (0418), account 01230418
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0419  -       in doubt        -                      Store 0419 (0419), account 01230419
    Wed 13 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0420  -       not sent        -                      Store 0420 (0420), account 01230420
    | reading 2 tickets
    exit 0
    ");
    // What is listed in full is the same where nothing is cut.
    assert_eq!(site.run("status --verbose").out, site.run("status").out);
    assert_eq!(site.run("status --detailed-exitcode").code, 5);
    shows!(site.run("status --target Dispatch/store-0417 --detailed-exitcode"), @r"
    $ callout status --target Dispatch/store-0417 --detailed-exitcode
    1 ticket at 2027-01-04T12:00:00Z: 1 open.
    Nothing needs a person.
    Open, as their system says: 1 Assigned.

    COMING VISITS    VISITS  OPEN
    Mon 11 Jan 2027       1     1

    VISIT                                             ADDRESS              TICKET  STANDING        TECHNICIAN             SITE
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0417  482001  open: Assigned  Kim Doe, 617-555-0199  Store 0417 (0417), account 01230417
    exit 0
    ");
}

#[test]
fn what_was_not_read_is_told_as_last_seen() {
    let site = four();
    let requests = site.vendor.sandbox.requests().len();
    shows!(site.run("status --refresh none"), @r"
    $ callout status --refresh none
    4 tickets at 2027-01-04T12:00:00Z: 1 not sent, 2 open, 1 in doubt.
    1 in doubt.
    No open ticket was read: they are shown as last seen, and may be over; who comes is not known.
    Open, as their system says: 2 Pending Tech Assignment.

    COMING VISITS    VISITS  NOT SENT  OPEN  IN DOUBT
    Mon 11 Jan 2027       3         0     2         1
    Wed 13 Jan 2027       1         1     0         0

    In doubt: 1
      ? Dispatch/store-0419  Store 0419 (0419), account 01230419
          in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
          next: look for its mark in the portal, then: callout settle Dispatch/store-0419 --id ID --reason TEXT, or --not-created
          mark: [mark]
          at tickets/0419.yaml:4:9

    VISIT                                             ADDRESS              TICKET  STANDING                       TECHNICIAN  SITE
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0417  482001  open: Pending Tech Assignment  -           Store 0417 (0417), account 01230417
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0418  482002  open: Pending Tech Assignment  -           Store 0418 (0418), account 01230418
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0419  -       in doubt                       -           Store 0419 (0419), account 01230419
    Wed 13 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0420  -       not sent                       -           Store 0420 (0420), account 01230420
    exit 0
    ");
    assert_eq!(site.vendor.sandbox.requests().len(), requests, "nothing was asked");
    site.vendor.trouble(Call::Read, Trouble::ErrorBeforeCommit { status: 503 });
    shows!(site.run("status --target Dispatch/store-0417"), @r"
    $ callout status --target Dispatch/store-0417
    1 ticket at 2027-01-04T12:00:15Z: 1 open.
    Nothing is known to need a person.
    The open ticket was not read: it is shown as last seen, and may be over; who comes is not known.
    1 ticket could not be read: TechExpress answered 503 Service Unavailable: Something went wrong.
    Open, as their system says: 1 Pending Tech Assignment.

    COMING VISITS    VISITS  OPEN
    Mon 11 Jan 2027       1     1

    VISIT                                             ADDRESS              TICKET  STANDING                       TECHNICIAN  SITE
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0417  482001  open: Pending Tech Assignment  -           Store 0417 (0417), account 01230417
    exit 0
    ");
}

#[test]
fn a_visit_that_should_be_over_is_overdue_until_somebody_says_how_it_went() {
    let site = four();
    site.clock.jump(SignedDuration::from_hours(24 * 7 + 7));
    shows!(site.run("status"), @r"
    $ callout status
    4 tickets at 2027-01-11T19:00:00Z: 1 not sent, 1 open, 1 in doubt, 1 finished.
    1 in doubt, 2 overdue.
    Open, as their system says: 1 Assigned.

    COMING VISITS    VISITS  NOT SENT  OPEN  IN DOUBT  FINISHED  OVERDUE
    Mon 11 Jan 2027       3         0     1         1         1        2
    Wed 13 Jan 2027       1         1     0         0         0        0

    Overdue: 2
      next: find out how it went, then: callout settle ADDRESS --outcome ok --reason TEXT, or failed, or no-access
      Dispatch/store-0417 (ticket 482001)  Store 0417 (0417), account 01230417
          Mon 11 Jan 2027, 08:00 to 12:00 America/New_York, ended 2 h ago; open: Assigned; Kim Doe, 617-555-0199
      Dispatch/store-0419  Store 0419 (0419), account 01230419
          Mon 11 Jan 2027, 08:00 to 12:00 America/New_York, ended 2 h ago; in doubt

    In doubt: 1
      ? Dispatch/store-0419  Store 0419 (0419), account 01230419
          in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
          next: look for its mark in the portal, then: callout settle Dispatch/store-0419 --id ID --reason TEXT, or --not-created
          mark: [mark]
          at tickets/0419.yaml:4:9

    VISIT                                             ADDRESS              TICKET  STANDING        TECHNICIAN             SITE
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0417  482001  open: Assigned  Kim Doe, 617-555-0199  Store 0417 (0417), account 01230417
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0418  482002  finished        nobody                 Store 0418 (0418), account 01230418
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0419  -       in doubt        -                      Store 0419 (0419), account 01230419
    Wed 13 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0420  -       not sent        -                      Store 0420 (0420), account 01230420
    | reading 2 tickets
    exit 0
    ");
    site.vendor.resolve(482_001);
    site.run_words(&["settle", "Dispatch/store-0419", "--id", "482003", "--reason", "found by its mark", "--yes"], "").ends_with(0);
    site.run_words(&["settle", "Dispatch/store-0419", "--outcome", "no-access", "--reason", "the store was closed", "--yes"], "")
        .ends_with(0);
    shows!(site.run("status"), @r"
    $ callout status
    4 tickets at 2027-01-11T19:00:00Z: 1 not sent, 2 finished, 1 failed.
    Nothing needs a person.

    COMING VISITS    VISITS  NOT SENT  FINISHED  FAILED
    Mon 11 Jan 2027       3         0         2       1
    Wed 13 Jan 2027       1         1         0       0

    VISIT                                             ADDRESS              TICKET  STANDING           TECHNICIAN             SITE
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0417  482001  finished           Kim Doe, 617-555-0199  Store 0417 (0417), account 01230417
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0418  482002  finished           nobody                 Store 0418 (0418), account 01230418
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0419  482003  failed: no-access  nobody                 Store 0419 (0419), account 01230419
    Wed 13 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0420  -       not sent           -                      Store 0420 (0420), account 01230420
    | reading 3 tickets
    exit 0
    ");
}

#[test]
fn without_a_technician_a_near_visit_is_told() {
    let site = Site::with_ticket();
    site.clock.jump(SignedDuration::from_hours(24 * 4));
    let ran = site.run("status").ends_with(0);
    assert!(!ran.out.contains("No technician yet"), "three days and an hour before: {ran}");
    shows!(site.run("status --near 4"), @r"
    $ callout status --near 4
    1 ticket at 2027-01-08T12:00:00Z: 1 open.
    1 without a technician.
    Open, as their system says: 1 Pending Tech Assignment.

    COMING VISITS    VISITS  OPEN  NO TECHNICIAN
    Mon 11 Jan 2027       1     1              1

    No technician yet, within 4 days of the visit: 1
      next: ask the ticket system's people whom they send; --near DAYS sets how early this is told
      Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
          Mon 11 Jan 2027, 08:00 to 12:00 America/New_York; open: Pending Tech Assignment

    VISIT                                             ADDRESS                     TICKET  STANDING                       TECHNICIAN  SITE
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/store-0417-router  482001  open: Pending Tech Assignment  nobody yet  Store 0417 (0417), account 01230417
    exit 0
    ");
}

#[test]
fn programs_get_every_visit_with_its_counts() {
    let site = four();
    let board = site.run("status --format json").ends_with(0).json();
    assert_eq!(board["format_version"], 1);
    assert_eq!(board["made"], "2027-01-04T12:00:00Z");
    let rows = board["rows"].as_array().expect("rows");
    let shown: Vec<String> = rows.iter().map(|row| format!("{} {}", row["address"], row["standing"])).collect();
    assert_eq!(
        shown,
        [
            r#""Dispatch/store-0417" "open""#,
            r#""Dispatch/store-0418" "finished""#,
            r#""Dispatch/store-0419" "in_doubt""#,
            r#""Dispatch/store-0420" "not_sent""#
        ]
    );
    insta::with_settings!({filters => crate::shown::DIFFERENT}, {
        insta::assert_snapshot!(serde_json::to_string_pretty(&rows[0]).expect("JSON"), @r#"
        {
          "address": "Dispatch/store-0417",
          "reissue": 0,
          "ticket": "482001",
          "mark": "[mark]",
          "rollout": null,
          "site": "Store 0417 (0417), account 01230417",
          "visit": {
            "start": "2027-01-11T08:00:00",
            "end": "2027-01-11T12:00:00",
            "timezone": "America/New_York"
          },
          "due": null,
          "standing": "open",
          "status": "Assigned",
          "read_now": true,
          "sent_from": null,
          "technician": {
            "assigned": true,
            "name": "Kim Doe",
            "phone": "617-555-0199"
          },
          "outcome": null,
          "overdue": false,
          "unassigned": false,
          "needs_person": false,
          "booked_differently": false,
          "changed_in_system": null,
          "reason": null,
          "why": null,
          "next": null,
          "notes": []
        }
        "#);
    });
    assert_eq!(board["counts"]["total"], 4);
    assert_eq!(board["groups"][0]["open_as"], json!({"Assigned": 1}));
    assert_eq!(board["days"].as_array().map(Vec::len), Some(2));
    assert!(rows[2]["next"].as_str().is_some_and(|next| next.contains("callout settle Dispatch/store-0419 --id ID")), "{}", rows[2]);
}

#[test]
fn spreadsheets_get_a_row_for_each_visit() {
    let site = four();
    site.edit("tickets/0420.yaml", "location_name: Store 0420", "location_name: =HYPERLINK(1)");
    shows!(site.run("status --format csv"), @r#"
    $ callout status --format csv
    address,reissue,ticket,mark,rollout,wave,site_key,site,visit_start,visit_end,timezone,due,standing,status,read_now,sent_from,technician,technician_phone,outcome,overdue,unassigned,in_doubt,needs_person,booked_differently,changed_in_system,why,next
    Dispatch/store-0417,0,482001,[mark],,,,"Store 0417 (0417), account 01230417",2027-01-11T08:00:00,2027-01-11T12:00:00,America/New_York,,open,Assigned,yes,,Kim Doe,617-555-0199,,no,no,no,no,no,no,,
    Dispatch/store-0418,0,482002,[mark],,,,"Store 0418 (0418), account 01230418",2027-01-11T08:00:00,2027-01-11T12:00:00,America/New_York,,finished,Resolved,yes,,,,,no,no,no,no,no,no,,
    Dispatch/store-0419,0,,[mark],,,,"Store 0419 (0419), account 01230419",2027-01-11T08:00:00,2027-01-11T12:00:00,America/New_York,,in doubt,,no,,,,,no,no,yes,no,no,no,in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed,"look for its mark in the portal, then: callout settle Dispatch/store-0419 --id ID --reason TEXT, or --not-created"
    Dispatch/store-0420,0,,,,,,"'=HYPERLINK(1) (0420), account 01230420",2027-01-13T08:00:00,2027-01-13T12:00:00,America/New_York,,not sent,,no,,,,,no,no,no,no,no,no,,
    | reading 2 tickets
    exit 0
    "#);
    assert!(site.run("status --format csv").out.lines().count() > 4 && site.run("status --format csv").out.contains("\r\n"));
}

#[test]
fn a_project_without_tickets_has_an_empty_board() {
    let project = Project::started();
    shows!(project.run("--sandbox status"), @r"
    $ callout --sandbox status
    No tickets: the files describe none, and the state remembers none that is open.
    exit 0
    ");
    assert_eq!(project.run("--sandbox status --format json").ends_with(0).json()["rows"], json!([]));
    assert_eq!(project.run("--sandbox status --format csv").ends_with(0).out.lines().count(), 1);
}

#[test]
fn without_a_state_the_board_is_refused_as_a_plan_is() {
    let site = Site::with_ticket();
    let copy = site.copy_without(".callout");
    let (status, plan) = (copy.run("status").ends_with(1), copy.run("plan").ends_with(1));
    assert_eq!(status.err, plan.err);
    assert!(status.out.is_empty() && status.err.contains("state"), "{status}");
}

#[test]
fn the_board_writes_nothing() {
    let site = four();
    let files = || -> Vec<(PathBuf, Vec<u8>)> {
        site.files().into_iter().map(|path| (path.clone(), std::fs::read(path).expect("a file"))).collect()
    };
    let before = files();
    for words in ["status", "status --format json", "status --format csv", "status --refresh auto --verbose"] {
        site.run(words).ends_with(0);
    }
    assert!(files() == before, "a file changed");
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let site = four();
    for format in ["text", "json", "csv"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callout"));
        command.current_dir(site.path("")).env_clear().args(["status", "--refresh", "none", "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("callout");
        drop(child.stdout.take());
        let mut told = String::new();
        child.stderr.take().expect("a stream").read_to_string(&mut told).expect("text");
        assert_eq!((child.wait().expect("an end").code(), told.as_str()), (Some(0), ""), "{format}");
    }
}

const ROLLOUT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: routers}
spec:
  sites: {csv: sites.csv, key: store}
  schedule:
    starts: 2027-01-11
    days: [mon, tue, wed]
    window: {from: \"08:00\", to: \"12:00\"}
    timezone: America/New_York
    per_day: 2
    lead_time: 72h
    book_ahead: 8d
  waves:
    - {name: pilot, where: 'site.pilot == \"yes\"'}
    - {name: rest, after: pilot}
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
          account_macnum: 0100${{ site.store }}
          start_date: ${{ visit.start }}
          end_date: ${{ visit.end }}
          timezone: ${{ visit.timezone }}
";

fn rollout(sites: usize) -> Site {
    let site = Site::new();
    site.write("tickets/routers.yaml", ROLLOUT);
    let rows: Vec<String> = (0..sites).map(|at| format!("{:04},{}\n", 417 + at, if at < 3 { "yes" } else { "no" })).collect();
    site.write("tickets/sites.csv", format!("store,pilot\n{}", rows.concat()));
    site.run("schedule").ends_with(0);
    site
}

#[test]
fn a_rollout_is_counted_by_wave_and_by_day() {
    let site = rollout(40);
    site.write("tickets/other.yaml", dispatch("other", "0400"));
    shows!(site.run("status"), @r"
    $ callout status
    41 tickets at 2027-01-04T12:00:00Z: 3 not sent, 38 deferred.
    Nothing needs a person.

    ROLLOUT          TICKETS  NOT SENT  DEFERRED  NEXT IS SENT
    Rollout/routers       40         2        38  2027-01-04T13:00:00Z
      pilot                3         2         1  2027-01-04T13:00:00Z
      rest                37         0        37
    no rollout             1         1         0

    COMING VISITS            VISITS  NOT SENT  DEFERRED
    Mon 11 Jan 2027               3         3         0
    Tue 12 Jan 2027               1         0         1
    Mon 18 Jan 2027               2         0         2
    Tue 19 Jan 2027               2         0         2
    Wed 20 Jan 2027               2         0         2
    week of Mon 25 Jan 2027       6         0         6
    week of Mon 1 Feb 2027        6         0         6
    week of Mon 8 Feb 2027        6         0         6
    week of Mon 15 Feb 2027       6         0         6
    week of Mon 22 Feb 2027       6         0         6
    week of Mon 1 Mar 2027        1         0         1

    Waiting: 37
      37 tickets: wave rest waits for pilot: 0 of 3 visits are known to be over
          next: not over: Dispatch/router-0417 (not sent), Dispatch/router-0418 (not sent), Dispatch/router-0419 (not sent)
    exit 0
    ");
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.vendor.resolve(482_002);
    site.clock.jump(SignedDuration::from_hours(24 * 10));
    shows!(site.run("status --target Rollout/routers"), @r"
    $ callout status --target Rollout/routers
    40 tickets at 2027-01-14T12:00:00Z: 1 not sent, 37 deferred, 1 open, 1 finished.
    1 needs a person, 2 overdue.

    ROLLOUT          TICKETS  NOT SENT  DEFERRED  OPEN  FINISHED  NEED A PERSON  OVERDUE  OPEN, AS THEIR SYSTEM SAYS
    Rollout/routers       40         1        37     1         1              1        2  1 Pending Tech Assignment
      pilot                3         1         0     1         1              1        2  1 Pending Tech Assignment
      rest                37         0        37     0         0              0        0

    COMING VISITS            VISITS  DEFERRED
    Mon 18 Jan 2027               2         2
    Tue 19 Jan 2027               2         2
    Wed 20 Jan 2027               2         2
    Mon 25 Jan 2027               2         2
    Tue 26 Jan 2027               2         2
    Wed 27 Jan 2027               2         2
    week of Mon 1 Feb 2027        6         6
    week of Mon 8 Feb 2027        6         6
    week of Mon 15 Feb 2027       6         6
    week of Mon 22 Feb 2027       6         6
    week of Mon 1 Mar 2027        1         1

    Overdue: 2
      next: find out how it went, then: callout settle ADDRESS --outcome ok --reason TEXT, or failed, or no-access
      Dispatch/router-0418 (ticket 482003)  Store 0418 (0418), account 01000418
          Mon 11 Jan 2027, 08:00 to 12:00 America/New_York, ended 2 days ago; open: Pending Tech Assignment; nobody was assigned
      Dispatch/router-0419  Store 0419 (0419), account 01000419
          Tue 12 Jan 2027, 08:00 to 12:00 America/New_York, ended 43 h ago; not sent

    Need a person: 1
      ! Dispatch/router-0419  Store 0419 (0419), account 01000419
          its start, 2027-01-12T08:00:00 America/New_York, has passed
          next: give a new day to all that is not sent: callout schedule --reflow; to this alone: remove its row, then: callout schedule
          at tickets/routers.yaml:19:22

    Waiting: 37
      37 tickets: wave rest waits for pilot: 1 of 3 visits is known to be over
          next: not over: Dispatch/router-0418 (open), Dispatch/router-0419 (not sent); once one is over and its ticket does not show it: callout settle Dispatch/router-0418 --outcome ok --reason TEXT
    | reading 2 tickets
    exit 0
    ");
    let whole = site.run("status --verbose").ends_with(0).out;
    assert!(whole.contains("Tue 23 Feb 2027") && whole.contains("Dispatch/router-0456"), "{whole}");
    assert!(!whole.contains("--verbose"), "nothing is cut: {whole}");
    let board = site.run("status --format json").ends_with(0).json();
    assert_eq!(board["rows"].as_array().map(Vec::len), Some(41));
    let waves: Vec<&str> = board["groups"][0]["waves"].as_array().expect("waves").iter().filter_map(|wave| wave["wave"].as_str()).collect();
    assert_eq!((board["groups"][0]["rollout"].as_str(), waves), (Some("routers"), vec!["pilot", "rest"]));
}

#[test]
fn a_site_that_left_its_list_stays_with_its_wave() {
    let site = rollout(4);
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.edit("tickets/sites.csv", "0417,yes\n", "");
    shows!(site.run("status --detailed-exitcode"), @r"
    $ callout status --detailed-exitcode
    4 tickets at 2027-01-04T12:00:00Z: 2 deferred, 2 open.
    1 needs a person.

    ROLLOUT          TICKETS  DEFERRED  OPEN  NEED A PERSON  NEXT IS SENT          OPEN, AS THEIR SYSTEM SAYS
    Rollout/routers        4         2     2              1  2027-01-04T13:00:00Z  2 Pending Tech Assignment
      pilot                3         1     2              1  2027-01-04T13:00:00Z  2 Pending Tech Assignment
      rest                 1         1     0              0

    COMING VISITS    VISITS  DEFERRED  OPEN  NEED A PERSON
    Mon 11 Jan 2027       2         0     2              1
    Tue 12 Jan 2027       1         1     0              0
    Mon 18 Jan 2027       1         1     0              0

    Need a person: 1
      ! Dispatch/router-0417 (ticket 482001)  Store 0417 (0417), account 01000417
          site 0417 left Rollout/routers (wave pilot), and ticket 482001 is still open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone
          next: put the site back into the list, or let `where` choose it again; or cancel it by phone or portal, then: callout settle Dispatch/router-0417 --cancelled --reason TEXT; renamed? say lifecycle.renamed_from in the template

    Waiting: 1
      1 ticket: wave rest waits for pilot: 0 of 3 visits are known to be over
          next: not over: Dispatch/router-0417 (open), Dispatch/router-0418 (open), Dispatch/router-0419 (not sent); once one is over and its ticket does not show it: callout settle Dispatch/router-0417 --outcome ok --reason TEXT

    VISIT                                             ADDRESS               TICKET  STANDING                                       TECHNICIAN  SITE
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/router-0417  482001  open: Pending Tech Assignment, needs a person  nobody yet  Store 0417 (0417), account 01000417
    Mon 11 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/router-0418  482002  open: Pending Tech Assignment                  nobody yet  Store 0418 (0418), account 01000418
    Tue 12 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/router-0419  -       deferred: sent from 2027-01-04T13:00:00Z on    -           Store 0419 (0419), account 01000419
    Mon 18 Jan 2027, 08:00 to 12:00 America/New_York  Dispatch/router-0420  -       deferred                                       -           Store 0420 (0420), account 01000420
    | reading 2 tickets
    exit 7
    ");
}
