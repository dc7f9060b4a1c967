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
          account_macnum: \"01234567\"
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
fn sites_get_days_and_the_plan_reads_them_from_the_file() {
    let project = project();
    shows!(project.run("validate"), @"");
    shows!(project.run("schedule --check"), @"");
    shows!(project.run("schedule"), @"");
    assert_eq!(
        project.read(FILE),
        "key,reissue,start,end,timezone,status\n\
         0417,0,2027-01-11T08:00:00,2027-01-11T12:00:00,America/New_York,planned\n\
         0419,0,2027-01-11T08:00:00,2027-01-11T12:00:00,America/Denver,planned\n\
         0421,0,2027-01-12T08:00:00,2027-01-12T12:00:00,America/New_York,planned\n"
    );
    shows!(project.run("schedule --check"), @"");
    shows!(project.run("schedule --show"), @"");
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
    shows!(project.run("schedule"), @"");
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
    shows!(project.run("validate"), @"");
    shows!(project.run("schedule"), @"");
    project.write("tickets/sites.csv", SITES.replace("0421,America/New_York,0", "0421,America/New_York,1"));
    shows!(project.run("validate"), @"");
    shows!(project.run("schedule"), @"");
    project.run("validate").ends_with(0);
}

#[test]
fn a_ticket_is_sent_only_between_book_ahead_and_lead_time() {
    let project = project();
    project.edit("tickets/routers.yaml", "lead_time: 72h", "lead_time: 72h\n    book_ahead: 5d");
    project.run("schedule").ends_with(0);
    shows!(project.run("--sandbox plan --target Dispatch/router-0417"), @"");
    // 0421 is a day later than the others.
    project.clock.jump(SignedDuration::from_hours(2 * 24 + 2));
    let ran = project.run("--sandbox plan").ends_with(0);
    assert!(ran.out.starts_with("Plan: 2 to create, 1 deferred."), "{ran}");
    project.clock.jump(SignedDuration::from_hours(2 * 24));
    shows!(project.run("--sandbox plan --target Dispatch/router-0417"), @"");
    let ran = project.run("--sandbox apply --yes").ends_with(0);
    assert!(ran.out.contains("router-0421: created ticket 482001") && !ran.out.contains("482002"), "{ran}");
    project.clock.jump(SignedDuration::from_hours(4 * 24));
    shows!(project.run("--sandbox plan --target Dispatch/router-0417"), @"");
}

#[test]
fn two_merges_that_fill_one_day_are_told() {
    let project = scheduled();
    project.write("tickets/sites.csv", format!("{SITES}0422,America/Chicago,0\n0423,America/Chicago,0\n"));
    let row = |key: &str| format!("{key},0,2027-01-12T08:00:00,2027-01-12T12:00:00,America/Chicago,planned\n");
    project.write(FILE, project.read(FILE) + &row("0422") + &row("0423"));
    shows!(project.run("schedule --check"), @"");
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
    shows!(project.run("schedule"), @"");
}

#[test]
fn a_file_that_people_broke_is_told_at_its_line_and_left_alone() {
    let project = scheduled();
    project.edit(FILE, "2027-01-12T08:00:00", "12 Jan");
    let before = project.read(FILE);
    shows!(project.run("schedule"), @"");
    assert_eq!(project.read(FILE), before);
    project.edit(FILE, "12 Jan", "2027-01-12T08:00:00");
    project.edit(FILE, "0419,0", "<<<<<<< HEAD\n0419,0");
    shows!(project.run("schedule --check"), @"");
}

#[test]
fn without_schedules_there_is_nothing_to_do() {
    let project = Project::started();
    shows!(project.run("schedule"), @"");
}
