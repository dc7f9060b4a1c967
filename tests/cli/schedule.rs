//! Giving days to the sites of a rollout, and planning by them.

use jiff::SignedDuration;

use crate::shown::shows;
use crate::support::project::Project;

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
    timezone: ${{ site.zone }}
    per_day: 2
    lead_time: 72h
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
    lifecycle: {reissue: \"${{ site.again }}\"}
";

const SITES: &str = "\
store,zone,again
0417,America/New_York,0
0419,America/Denver,0
0421,America/New_York,0
";

const FILE: &str = "tickets/routers.schedule.csv";

fn project() -> Project {
    let project = Project::started();
    project.write("tickets/routers.yaml", ROLLOUT);
    project.write("tickets/sites.csv", SITES);
    project
}

fn scheduled() -> Project {
    let project = project();
    project.run("schedule").ends_with(0);
    project
}

#[test]
fn a_time_zone_that_was_corrected_in_the_list_is_told_and_moves_nothing_by_itself() {
    let project = scheduled();
    // Another name for the same clock is no correction.
    project.write(
        "tickets/sites.csv",
        SITES.replace("0417,America/New_York", "0417,US/Eastern").replace("0419,America/Denver", "0419,America/Chicago"),
    );
    shows!(project.run("schedule --check"), @r"
    $ callout schedule --check
    tickets/routers.schedule.csv: up to date, 3 visits.

    By another clock than the site's is now:
      0419: Mon 11 Jan 2027, 08:00 to 12:00 America/Denver, and its site is in America/Chicago
      next: correct its row, if its ticket was not sent; or give new days to all that is not sent: callout schedule --reflow
    exit 0
    ");
    project.edit(FILE, "America/Denver", "America/Chicago");
    shows!(project.run("schedule --check"), @r"
    $ callout schedule --check
    tickets/routers.schedule.csv: up to date, 3 visits.
    exit 0
    ");
}

#[test]
fn sites_get_days_and_the_plan_reads_them_from_the_file() {
    let project = project();
    shows!(project.run("validate"), @r#"
    $ callout validate
    Not valid: 1 error.
    | rollout/no-visit
    |
    |   x all 3 sites, first 0417 (tickets/sites.csv:2): no visit in tickets/routers.schedule.csv
    |    ,-[tickets/routers.yaml:6:3]
    |  3 | metadata: {name: routers}
    |  4 | spec:
    |  5 |   sites: {csv: sites.csv, key: store}
    |  6 |   schedule:
    |    :   ^^^^^^^^
    |  7 |     starts: 2027-01-11
    |  8 |     days: [mon, tue, wed]
    |  9 |     window: {from: "08:00", to: "12:00"}
    |    `----
    |   help: Give it one, and commit that file too: callout schedule
    |
    exit 1
    "#);
    shows!(project.run("schedule --check"), @r"
    $ callout schedule --check
    tickets/routers.schedule.csv: not up to date: 3 added. Next: callout schedule
      + 0417  Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
      + 0419  Mon 11 Jan 2027, 08:00 to 12:00 America/Denver
      + 0421  Tue 12 Jan 2027, 08:00 to 12:00 America/New_York
    exit 1
    ");
    shows!(project.run("schedule"), @r"
    $ callout schedule
    tickets/routers.schedule.csv: 3 added.
      + 0417  Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
      + 0419  Mon 11 Jan 2027, 08:00 to 12:00 America/Denver
      + 0421  Tue 12 Jan 2027, 08:00 to 12:00 America/New_York
    exit 0
    ");
    assert_eq!(
        project.read(FILE),
        "key,reissue,start,end,timezone,status\n\
         0417,0,2027-01-11T08:00:00,2027-01-11T12:00:00,America/New_York,planned\n\
         0419,0,2027-01-11T08:00:00,2027-01-11T12:00:00,America/Denver,planned\n\
         0421,0,2027-01-12T08:00:00,2027-01-12T12:00:00,America/New_York,planned\n"
    );
    shows!(project.run("schedule --check"), @r"
    $ callout schedule --check
    tickets/routers.schedule.csv: up to date, 3 visits.
    exit 0
    ");
    shows!(project.run("schedule --show"), @r"
    $ callout schedule --show
    routers: 3 visits on 2 days, at most 2 a day

      week of      Mon  Tue  Wed  Thu  Fri  Sat  Sun  total
      2027-01-11     2    1    0    .    .    .    .      3

    . no visits on this day of the week   x blackout   - before the first day
    exit 0
    ");
    let plan = project.run("--sandbox plan").ends_with(0).out;
    assert!(plan.contains("visit: Mon 11 Jan 2027, 08:00 to 12:00 America/Denver"), "{plan}");
    assert!(plan.contains("start_date: 2027-01-12T08:00:00"), "{plan}");
}

#[test]
fn a_site_in_the_middle_changes_one_line_and_one_step_and_the_order_of_the_list_nothing() {
    let project = scheduled();
    project.run("--sandbox apply --yes").ends_with(0);
    let before = project.read(FILE);
    project.write("tickets/sites.csv", SITES.replace("0421", "0420,America/Chicago,0\n0421"));
    project.run("schedule").ends_with(0);
    let after = project.read(FILE);
    let new: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    assert_eq!(new, ["0420,0,2027-01-12T08:00:00,2027-01-12T12:00:00,America/Chicago,planned"]);
    assert_eq!(after.lines().count(), before.lines().count() + 1);
    let ran = project.run("--sandbox plan").ends_with(0);
    assert!(ran.out.starts_with("Plan: 1 to create, 3 unchanged."), "{ran}");
    let mut rows: Vec<String> = project.read("tickets/sites.csv").lines().map(str::to_owned).collect();
    rows[1..].reverse();
    project.write("tickets/sites.csv", rows.join("\n"));
    shows!(project.run("schedule"), @r"
    $ callout schedule
    tickets/routers.schedule.csv: up to date, 4 visits.
    exit 0
    ");
    assert_eq!(project.read(FILE), after);
    assert!(project.run("--sandbox plan").ends_with(0).out.starts_with("Plan: 1 to create, 3 unchanged."));
}

#[test]
fn sites_leave_come_back_and_are_visited_again() {
    let project = scheduled();
    project.write(
        "tickets/sites.csv",
        SITES.replace("0419,America/Denver,0\n", "").replace("0421,America/New_York,0", "0421,America/New_York,1"),
    );
    shows!(project.run("validate"), @r#"
    $ callout validate
    Not valid: 1 error.
    | rollout/no-visit
    |
    |   x site 0421 (tickets/sites.csv:3): no visit in tickets/routers.schedule.csv
    |    ,-[tickets/routers.yaml:6:3]
    |  3 | metadata: {name: routers}
    |  4 | spec:
    |  5 |   sites: {csv: sites.csv, key: store}
    |  6 |   schedule:
    |    :   ^^^^^^^^
    |  7 |     starts: 2027-01-11
    |  8 |     days: [mon, tue, wed]
    |  9 |     window: {from: "08:00", to: "12:00"}
    |    `----
    |   help: Give it one, and commit that file too: callout schedule
    |
    exit 1
    "#);
    shows!(project.run("schedule"), @r"
    $ callout schedule
    tickets/routers.schedule.csv: 1 added, 1 removed, 2 as before.
      - 0419  Mon 11 Jan 2027, 08:00 to 12:00 America/Denver
      + 0421#1  Wed 13 Jan 2027, 08:00 to 12:00 America/New_York
    exit 0
    ");
    project.write("tickets/sites.csv", SITES.replace("0421,America/New_York,0", "0421,America/New_York,1"));
    shows!(project.run("validate"), @r#"
    $ callout validate
    Not valid: 1 error.
    | rollout/no-visit
    |
    |   x site 0419 (tickets/sites.csv:3): no visit in tickets/routers.schedule.csv
    |    ,-[tickets/routers.yaml:6:3]
    |  3 | metadata: {name: routers}
    |  4 | spec:
    |  5 |   sites: {csv: sites.csv, key: store}
    |  6 |   schedule:
    |    :   ^^^^^^^^
    |  7 |     starts: 2027-01-11
    |  8 |     days: [mon, tue, wed]
    |  9 |     window: {from: "08:00", to: "12:00"}
    |    `----
    |   help: Give it one, and commit that file too: callout schedule
    |
    exit 1
    "#);
    shows!(project.run("schedule"), @r"
    $ callout schedule
    tickets/routers.schedule.csv: 1 back, 3 as before.
      = 0419  Mon 11 Jan 2027, 08:00 to 12:00 America/Denver
    exit 0
    ");
    project.run("validate").ends_with(0);
}

#[test]
fn a_ticket_is_sent_only_between_book_ahead_and_lead_time() {
    let project = project();
    project.edit("tickets/routers.yaml", "lead_time: 72h", "lead_time: 72h\n    book_ahead: 5d");
    project.run("schedule").ends_with(0);
    shows!(project.run("--sandbox plan --target Dispatch/router-0417"), @r"
    $ callout --sandbox plan --target Dispatch/router-0417
    Plan: 1 deferred.

    Rollout/routers: 1 deferred

    @ Dispatch/router-0417  Store 0417 (0417), account 01000417
        not due yet: the first apply from 2027-01-06T13:00:00Z on sends it
        at tickets/routers.yaml:16:22

    Plan: 1 deferred.
    exit 0
    ");
    // 0421 is a day later than the others.
    project.clock.jump(SignedDuration::from_hours(2 * 24 + 4));
    let ran = project.run("--sandbox plan").ends_with(0);
    assert!(ran.out.starts_with("Plan: 2 to create, 1 deferred."), "{ran}");
    project.clock.jump(SignedDuration::from_hours(2 * 24));
    shows!(project.run("--sandbox plan --target Dispatch/router-0417"), @r"
    $ callout --sandbox plan --target Dispatch/router-0417
    Plan: 1 needs a person.

    Rollout/routers: 1 needs a person

    ! Dispatch/router-0417  Store 0417 (0417), account 01000417
        its start, 2027-01-11T08:00:00 America/New_York, is nearer than the lead time of 72 hours
        next: give a new day to all that is not sent: callout --sandbox schedule --reflow; to this alone: remove its row, then: callout schedule
        at tickets/routers.yaml:16:22

    Plan: 1 needs a person.
    exit 0
    ");
    let ran = project.run("--sandbox apply --yes").ends_with(0);
    assert!(ran.out.contains("router-0421: created ticket 482001") && !ran.out.contains("482002"), "{ran}");
    project.clock.jump(SignedDuration::from_hours(4 * 24));
    shows!(project.run("--sandbox plan --target Dispatch/router-0417"), @r"
    $ callout --sandbox plan --target Dispatch/router-0417
    Plan: 1 needs a person.

    Rollout/routers: 1 needs a person

    ! Dispatch/router-0417  Store 0417 (0417), account 01000417
        its start, 2027-01-11T08:00:00 America/New_York, has passed
        next: give a new day to all that is not sent: callout --sandbox schedule --reflow; to this alone: remove its row, then: callout schedule
        at tickets/routers.yaml:16:22

    Plan: 1 needs a person.
    exit 0
    ");
}

#[test]
fn two_merges_that_fill_one_day_are_told() {
    let project = scheduled();
    project.write("tickets/sites.csv", format!("{SITES}0422,America/Chicago,0\n0423,America/Chicago,0\n"));
    let row = |key: &str| format!("{key},0,2027-01-12T08:00:00,2027-01-12T12:00:00,America/Chicago,planned\n");
    project.write(FILE, project.read(FILE) + &row("0422") + &row("0423"));
    shows!(project.run("schedule --check"), @r"
    $ callout schedule --check
    tickets/routers.schedule.csv: up to date, 5 visits.

    Too many visits:
      Tue 12 Jan 2027: 3 visits, at most 2 are allowed: 0421, 0422, 0423
      next: callout schedule --repair gives other days to those that are not sent yet
    exit 1
    ");
    // The way out: the row goes, and its site gets another day.
    project.edit(FILE, &row("0423"), "");
    project.run("schedule").ends_with(0);
    assert!(project.read(FILE).contains("0423,0,2027-01-13T08:00:00"));
    project.run("schedule --check").ends_with(0);
}

#[test]
fn a_day_on_which_the_clock_jumps_over_the_window_is_named() {
    let project = project();
    project.edit("tickets/routers.yaml", "starts: 2027-01-11", "starts: 2027-03-14");
    project.edit("tickets/routers.yaml", "days: [mon, tue, wed]", "days: [sun]");
    project.edit("tickets/routers.yaml", "from: \"08:00\"", "from: \"02:30\"");
    project.write("tickets/sites.csv", SITES.replace("America/Denver", "America/Phoenix").replace("0417,America/New_York,0\n", ""));
    shows!(project.run("schedule"), @r"
    $ callout schedule
    tickets/routers.schedule.csv: 2 added.
      + 0419  Sun 14 Mar 2027, 02:30 to 12:00 America/Phoenix
      + 0421  Sun 21 Mar 2027, 02:30 to 12:00 America/New_York

    Not offered:
      0421: Sun 14 Mar 2027, 02:30, because the clock skips it
    exit 0
    ");
}

#[test]
fn a_file_that_people_broke_is_told_at_its_line_and_left_alone() {
    let project = scheduled();
    project.edit(FILE, "2027-01-12T08:00:00", "12 Jan");
    let before = project.read(FILE);
    shows!(project.run("schedule"), @r"
    $ callout schedule
    | rollout/schedule-row
    |
    |   x start is `12 Jan`, which is no date and time of the calendar
    |    ,-[tickets/routers.schedule.csv:4:8]
    |  1 | key,reissue,start,end,timezone,status
    |  2 | 0417,0,2027-01-11T08:00:00,2027-01-11T12:00:00,America/New_York,planned
    |  3 | 0419,0,2027-01-11T08:00:00,2027-01-11T12:00:00,America/Denver,planned
    |  4 | 0421,0,12 Jan,2027-01-12T12:00:00,America/New_York,planned
    |    :        ^^^^^^
    |    `----
    |   help: Write it like 2027-01-11T08:00:00.
    |         If no ticket was sent for it, the row can also go: callout schedule then gives the site another
    |         visit.
    |
    exit 1
    ");
    assert_eq!(project.read(FILE), before);
    project.edit(FILE, "12 Jan", "2027-01-12T08:00:00");
    project.edit(FILE, "0419,0", "<<<<<<< HEAD\n0419,0");
    shows!(project.run("schedule --check"), @r"
    $ callout schedule --check
    | rollout/schedule-file
    |
    |   x tickets/routers.schedule.csv holds an unfinished merge
    |    ,-[tickets/routers.schedule.csv:3:1]
    |  1 | key,reissue,start,end,timezone,status
    |  2 | 0417,0,2027-01-11T08:00:00,2027-01-11T12:00:00,America/New_York,planned
    |  3 | <<<<<<< HEAD
    |    : ^^^^^^^
    |  4 | 0419,0,2027-01-11T08:00:00,2027-01-11T12:00:00,America/Denver,planned
    |  5 | 0421,0,2027-01-12T08:00:00,2027-01-12T12:00:00,America/New_York,planned
    |    `----
    |   help: Keep the rows of both sides, remove git's marks, then look for days that are too full now: callout
    |         schedule --check
    |
    exit 1
    ");
}

#[test]
fn without_schedules_there_is_nothing_to_do() {
    let project = Project::started();
    shows!(project.run("schedule"), @r"
    $ callout schedule
    Nothing to schedule: no rollout has `spec.schedule`.
    exit 0
    ");
}

/// Three sites, each in a wave of its own column, and the pilot alone first.
fn waved() -> Project {
    let project = project();
    project.edit(
        "tickets/routers.yaml",
        "  template:",
        "  waves: [{name: pilot, where: site.wave == \"pilot\"}, {name: rest, after: pilot}]\n  template:",
    );
    project.write(
        "tickets/sites.csv",
        "store,zone,again,wave\n0417,America/New_York,0,rest\n0419,America/Denver,0,pilot\n0421,America/New_York,0,rest\n",
    );
    project
}

#[test]
fn waves_come_one_behind_the_other_and_the_calendar_shows_them() {
    let project = waved();
    shows!(project.run("schedule"), @r"
    $ callout schedule
    tickets/routers.schedule.csv: 3 added.
      + 0417  Mon 18 Jan 2027, 08:00 to 12:00 America/New_York, wave rest
      + 0419  Mon 11 Jan 2027, 08:00 to 12:00 America/Denver, wave pilot
      + 0421  Mon 18 Jan 2027, 08:00 to 12:00 America/New_York, wave rest
    exit 0
    ");
    shows!(project.run("schedule --show"), @r"
    $ callout schedule --show
    routers: 3 visits on 2 days, at most 2 a day

      wave   visits  first            last
      pilot       1  Mon 11 Jan 2027  Mon 11 Jan 2027
      rest        2  Mon 18 Jan 2027  Mon 18 Jan 2027  after pilot

      week of     wave       Mon  Tue  Wed  Thu  Fri  Sat  Sun  total
      2027-01-11  pilot        1    0    0    .    .    .    .      1
      2027-01-18  rest         2    0    0    .    .    .    .      2

    . no visits on this day of the week   x blackout   - before the first day
    exit 0
    ");
    // A second pilot site is visited behind the first of the rest; a site that leaves keeps its place.
    project.write(
        "tickets/sites.csv",
        "store,zone,again,wave\n0417,America/New_York,0,rest\n0419,America/Denver,0,pilot\n0420,America/Denver,0,pilot\n",
    );
    project.edit("tickets/routers.yaml", "days: [mon, tue, wed]", "days: [mon, tue, wed, thu]\n    blackout: [2027-01-11/2027-01-16]");
    shows!(project.run("schedule"), @r"
    $ callout schedule
    tickets/routers.schedule.csv: 1 added, 1 removed, 2 as before.
      + 0420  Tue 19 Jan 2027, 08:00 to 12:00 America/Denver, wave pilot
      - 0421  Mon 18 Jan 2027, 08:00 to 12:00 America/New_York

    Waves out of order:
      wave rest begins before wave pilot ends: 0417 on Mon 18 Jan 2027, and 0420 on Tue 19 Jan 2027

    On days that the rules do not offer now:
      0419: Mon 11 Jan 2027, because it is in `blackout`
      next: callout schedule --reflow gives new days to all that is not sent yet
    exit 0
    ");
    shows!(project.run("schedule --check"), @r"
    $ callout schedule --check
    tickets/routers.schedule.csv: up to date, 4 visits.

    Waves out of order:
      wave rest begins before wave pilot ends: 0417 on Mon 18 Jan 2027, and 0420 on Tue 19 Jan 2027

    On days that the rules do not offer now:
      0419: Mon 11 Jan 2027, because it is in `blackout`
      next: callout schedule --reflow gives new days to all that is not sent yet
    exit 0
    ");
    shows!(project.run("schedule --show"), @r"
    $ callout schedule --show
    routers: 4 visits on 3 days, 1 of them removed, at most 2 a day

      wave   visits  first            last
      pilot       2  Mon 11 Jan 2027  Tue 19 Jan 2027
      rest        1  Mon 18 Jan 2027  Mon 18 Jan 2027  after pilot

      week of     wave       Mon  Tue  Wed  Thu  Fri  Sat  Sun  total
      2027-01-11  pilot        1    x    x    x    x    x    .      1
      2027-01-18  pilot        0    1    0    0    .    .    .      1
                  rest         1    0    0    0    .    .    .      1
                  removed      1    0    0    0    .    .    .      1
                  together     2    1    0    0    .    .    .      3

    . no visits on this day of the week   x blackout   - before the first day
    removed: the site takes part no more; the visit keeps its place, for its ticket may have been sent
    exit 0
    ");
    shows!(project.run("--sandbox schedule --reflow"), @r"
    $ callout --sandbox schedule --reflow
    tickets/routers.schedule.csv: 3 moved, 1 dropped.
      ~ 0417  Mon 18 Jan 2027 -> Mon 25 Jan 2027, 08:00 to 12:00 America/New_York, wave rest
      ~ 0419  Mon 11 Jan 2027 -> Mon 18 Jan 2027, 08:00 to 12:00 America/Denver, wave pilot
      ~ 0420  Tue 19 Jan 2027 -> Mon 18 Jan 2027, 08:00 to 12:00 America/Denver, wave pilot
      x 0421  Mon 18 Jan 2027, 08:00 to 12:00 America/New_York, never sent and not wanted any more
    exit 0
    ");
    assert_eq!(
        project.read(FILE),
        "key,reissue,start,end,timezone,status,wave\n\
         0417,0,2027-01-25T08:00:00,2027-01-25T12:00:00,America/New_York,planned,rest\n\
         0419,0,2027-01-18T08:00:00,2027-01-18T12:00:00,America/Denver,planned,pilot\n\
         0420,0,2027-01-18T08:00:00,2027-01-18T12:00:00,America/Denver,planned,pilot\n"
    );
}

#[test]
fn the_wave_of_a_ticket_is_the_documents_and_the_file_follows() {
    let project = waved();
    project.run("schedule").ends_with(0);
    project.edit("tickets/sites.csv", "0421,America/New_York,0,rest", "0421,America/New_York,0,pilot");
    let before = project.read(FILE);
    shows!(project.run("schedule --check"), @r"
    $ callout schedule --check
    tickets/routers.schedule.csv: not up to date: 1 with a new wave, 2 as before. Next: callout schedule
      * 0421  wave pilot, was rest

    Waves out of order:
      wave rest begins before wave pilot ends: 0417 on Mon 18 Jan 2027, and 0421 on Mon 18 Jan 2027
      next: callout schedule --reflow gives new days to all that is not sent yet
    exit 1
    ");
    project.run("schedule").ends_with(0);
    let after = project.read(FILE);
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(before, after)| before != after).collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert_eq!(changed[0].1, changed[0].0.replace(",rest", ",pilot"));
}

#[test]
fn a_reflow_moves_what_was_not_sent_and_nothing_else() {
    let project = scheduled();
    project.run("--sandbox apply --yes --target Dispatch/router-0419").ends_with(0);
    project.edit("tickets/routers.yaml", "starts: 2027-01-11", "starts: 2027-02-01");
    shows!(project.run("schedule --check"), @r"
    $ callout schedule --check
    tickets/routers.schedule.csv: up to date, 3 visits.

    On days that the rules do not offer now:
      0417: Mon 11 Jan 2027, because it is before `starts`
      0419: Mon 11 Jan 2027, because it is before `starts`
      0421: Tue 12 Jan 2027, because it is before `starts`
      next: callout schedule --reflow gives new days to all that is not sent yet
    exit 0
    ");
    shows!(project.run("--sandbox schedule --reflow"), @r"
    $ callout --sandbox schedule --reflow
    tickets/routers.schedule.csv: 2 moved, 1 as before.
      ~ 0417  Mon 11 Jan 2027 -> Mon 1 Feb 2027, 08:00 to 12:00 America/New_York
      ~ 0421  Tue 12 Jan 2027 -> Mon 1 Feb 2027, 08:00 to 12:00 America/New_York
    1 visit stays: its ticket was sent, or may have been.

    On days that the rules do not offer now:
      0419: Mon 11 Jan 2027, because it is before `starts`
      what is left was sent, or may have been: only a person can move it
    exit 0
    ");
    assert_eq!(
        project.read(FILE),
        "key,reissue,start,end,timezone,status\n\
         0417,0,2027-02-01T08:00:00,2027-02-01T12:00:00,America/New_York,planned\n\
         0419,0,2027-01-11T08:00:00,2027-01-11T12:00:00,America/Denver,planned\n\
         0421,0,2027-02-01T08:00:00,2027-02-01T12:00:00,America/New_York,planned\n"
    );
    let ran = project.run("--sandbox plan").ends_with(0);
    assert!(ran.out.starts_with("Plan: 2 to create, 1 unchanged."), "{ran}");
    shows!(project.run("--sandbox schedule --reflow"), @r"
    $ callout --sandbox schedule --reflow
    tickets/routers.schedule.csv: up to date, 3 visits.
    1 visit stays: its ticket was sent, or may have been.

    On days that the rules do not offer now:
      0419: Mon 11 Jan 2027, because it is before `starts`
      what is left was sent, or may have been: only a person can move it
    exit 0
    ");
    // Without the sandbox it is another state, in which nothing was sent.
    shows!(project.run("schedule --reflow"), @r"
    $ callout schedule --reflow
    tickets/routers.schedule.csv: 2 moved, 1 as before.
      ~ 0419  Mon 11 Jan 2027 -> Mon 1 Feb 2027, 08:00 to 12:00 America/Denver
      ~ 0421  Mon 1 Feb 2027 -> Tue 2 Feb 2027, 08:00 to 12:00 America/New_York
    exit 0
    ");
}

#[test]
fn rows_move_only_if_the_state_can_be_read() {
    let project = scheduled();
    project.remove(".callout/state.json");
    let before = project.read(FILE);
    shows!(project.run("schedule --reflow"), @r"
    $ callout schedule --reflow
    | state/damaged
    |
    |   x `.callout/state.json` is missing, though other files of the state are there
    |   help: Nothing was changed. Next: callout state check. It says what is left, and how to bring it back.
    |
    exit 1
    ");
    project.run("schedule --repair").ends_with(1);
    assert_eq!(project.read(FILE), before);
    let elsewhere = project.copy_without(".callout");
    shows!(elsewhere.run("schedule --reflow"), @r#"
    $ callout schedule --reflow
    | state/missing
    |
    |   x the state `.callout/state.json` is missing; `callout.lock` says that there is one (lineage
    |   | [lineage])
    |   help: Without it nobody knows which tickets exist, so nothing is planned or sent. In this order:
    |         1. With a copy of its folder, from a backup or another machine, if nothing was sent since:
    |         callout state restore FOLDER --nothing-since --reason TEXT
    |         If that is not sure: callout state rebuild --from FOLDER --reason TEXT. It holds back what the copy
    |         does not know.
    |         2. Gone for good: callout state rebuild --reason "...". It looks for the marks of your tickets, and
    |         sends nothing again.
    |         3. Nothing was ever sent: callout state init --start-over --reason "nothing was sent".
    |
    exit 1
    "#);
    // The file is the same for the sandbox, and so is the doubt.
    elsewhere.run("--sandbox schedule --reflow").ends_with(1);
    project.run("--sandbox schedule --repair").ends_with(1);
    // A sandbox that was never used has sent nothing, and is not begun by looking.
    let whole = scheduled();
    whole.run("--sandbox schedule --repair").ends_with(0);
    assert!(!whole.path(".callout/sandbox").exists());
    let ran = project.run("schedule --repair --reflow").ends_with(1);
    assert!(ran.err.contains("the argument '--repair' cannot be used with '--reflow'"), "{ran}");
}

#[test]
fn a_repair_leaves_what_was_sent_to_a_person() {
    let project = scheduled();
    project.write("tickets/sites.csv", format!("{SITES}0422,America/Chicago,0\n0423,America/Chicago,0\n"));
    let row = |key: &str| format!("{key},0,2027-01-12T08:00:00,2027-01-12T12:00:00,America/Chicago,planned\n");
    project.write(FILE, project.read(FILE) + &row("0422") + &row("0423"));
    project.run("--sandbox apply --yes --target Dispatch/router-0421 --target Dispatch/router-0423").ends_with(0);
    shows!(project.run("--sandbox schedule --repair"), @r"
    $ callout --sandbox schedule --repair
    tickets/routers.schedule.csv: 1 moved, 4 as before.
      ~ 0422  Tue 12 Jan 2027 -> Wed 13 Jan 2027, 08:00 to 12:00 America/Chicago
    2 visits stay: their tickets were sent, or may have been.
    exit 0
    ");
    project.run("schedule --check").ends_with(0);
    project.edit("tickets/routers.yaml", "per_day: 2", "per_day: 1");
    project.run("--sandbox apply --yes --target Dispatch/router-0417").ends_with(0);
    shows!(project.run("--sandbox schedule --repair"), @r"
    $ callout --sandbox schedule --repair
    tickets/routers.schedule.csv: 1 moved, 4 as before.
      ~ 0419  Mon 11 Jan 2027 -> Mon 18 Jan 2027, 08:00 to 12:00 America/Denver
    3 visits stay: their tickets were sent, or may have been.

    Too many visits:
      Tue 12 Jan 2027: 2 visits, at most 1 are allowed: 0421, 0423
      what is left was sent, or may have been: only a person can move it
    exit 1
    ");
}

/// What each step of the plan does with which ticket. Why a wave waits is left out: it counts those it waits for.
fn steps(project: &Project) -> Vec<String> {
    let plan = project.run("--sandbox plan --format json").ends_with(0).json();
    let told = |step: &serde_json::Value| format!("{} {} {}", step["key"]["address"], step["action"]["do"], step["desired"]);
    plan["plan"]["steps"].as_array().expect("steps").iter().map(told).collect()
}

#[test]
fn with_waves_too_a_site_more_is_one_line_and_one_step_and_the_order_of_the_list_nothing() {
    let project = waved();
    project.edit(
        "tickets/routers.yaml",
        "{name: rest, after: pilot}",
        "{name: rest, after: pilot, where: site.store < \"0421\"}, {name: last, after: rest}",
    );
    project.run("schedule").ends_with(0);
    project.run("--sandbox apply --yes").ends_with(0);
    let (file, plan) = (project.read(FILE), steps(&project));
    let sites = project.read("tickets/sites.csv");
    project.write("tickets/sites.csv", sites.replace("0419,", "0418,America/Chicago,0,rest\n0419,"));
    project.run("schedule").ends_with(0);
    let (longer, larger) = (project.read(FILE), steps(&project));
    let new: Vec<&str> = longer.lines().filter(|line| !file.lines().any(|old| old == *line)).collect();
    assert_eq!(new, ["0418,0,2027-01-18T08:00:00,2027-01-18T12:00:00,America/Chicago,planned,rest"]);
    let new: Vec<&String> = larger.iter().filter(|step| !plan.contains(step)).collect();
    assert!(matches!(&new[..], [step] if step.contains("Dispatch/router-0418")), "{new:?}");
    assert_eq!((longer.lines().count(), larger.len()), (file.lines().count() + 1, plan.len() + 1));
    project.write("tickets/sites.csv", "wave,again,store,zone\nrest,0,0421,America/New_York\npilot,0,0419,America/Denver\nrest,0,0417,America/New_York\nrest,0,0418,America/Chicago\n");
    project.run("schedule --check").ends_with(0);
    assert_eq!(steps(&project), larger);
}

#[test]
fn a_reflow_in_the_sandbox_leaves_what_was_really_sent() {
    let site = crate::vendor::Site::new();
    site.write("tickets/routers.yaml", ROLLOUT);
    site.write("tickets/sites.csv", SITES);
    site.run("schedule").ends_with(0);
    site.run("apply --yes --target Dispatch/router-0419").ends_with(0);
    site.edit("tickets/routers.yaml", "starts: 2027-01-11", "starts: 2027-02-01");
    shows!(site.run("--sandbox schedule --reflow"), @r"
    $ callout --sandbox schedule --reflow
    tickets/routers.schedule.csv: 2 moved, 1 as before.
      ~ 0417  Mon 11 Jan 2027 -> Mon 1 Feb 2027, 08:00 to 12:00 America/New_York
      ~ 0421  Tue 12 Jan 2027 -> Mon 1 Feb 2027, 08:00 to 12:00 America/New_York
    1 visit stays: its ticket was sent, or may have been.

    On days that the rules do not offer now:
      0419: Mon 11 Jan 2027, because it is before `starts`
      what is left was sent, or may have been: only a person can move it
    exit 0
    ");
    // Where the project had a state and it is not there, nobody knows who was sent.
    std::fs::remove_dir_all(site.path(".callout")).expect("a folder");
    site.run("--sandbox schedule --reflow").ends_with(1);
}
