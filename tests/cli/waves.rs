//! A rollout in waves: each waits for the one before, whoever runs `apply` and however often.

use callout::systems::sandbox::{Call, Fault, Trouble};
use jiff::SignedDuration;

use crate::shown::shows;
use crate::vendor::{Site, TOKEN, TOKEN_WITHOUT_SCOPE};

const ROLLOUT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: routers}
spec:
  sites: {csv: sites.csv, key: store}
  waves:
    - {name: pilot, where: site.wave == \"pilot\", max: 2}
    - {name: second, where: site.wave == \"second\", after: pilot}
    - {name: rest, after: second, gate: {finished: 1, failed: 0}}
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
          account_macnum: 0123${{ site.store }}
          start_date: 2027-02-01T08:00:00
          end_date: 2027-02-01T12:00:00
          timezone: America/New_York
    lifecycle: {reissue: \"${{ site.again }}\"}
";

const SITES: &str = "\
store,wave,again
0401,pilot,0
0402,pilot,0
0403,second,0
0404,second,0
0405,rest,0
0406,rest,0
";

const APPLY: &str = "apply --yes --parallelism 1";

fn project() -> Site {
    let site = Site::new();
    site.write("tickets/routers.yaml", ROLLOUT);
    site.write("tickets/sites.csv", SITES);
    site
}

/// After the pilot was sent.
fn piloted() -> Site {
    let site = project();
    site.run(APPLY).ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
    site
}

/// Runs apply, and says how many tickets there are then.
fn sent(site: &Site) -> usize {
    site.run(APPLY).ends_with(0);
    site.vendor.tickets()
}

/// The reason of a step that waits.
fn why(site: &Site, store: &str) -> String {
    let plan = site.run(&format!("plan --target Rollout/routers[{store}]")).ends_with(0).out;
    plan.lines().skip_while(|line| !line.starts_with("@ ")).nth(1).unwrap_or_default().trim().to_owned()
}

#[test]
fn three_waves_go_one_after_the_other_and_nobody_is_sent_twice() {
    let site = project();
    shows!(site.run("plan"), @r"
    $ callout plan
    Plan: 2 to create, 4 deferred.

    Rollout/routers, wave pilot: 2 to create

    + Dispatch/router-0401  Store 0401 (0401), account 01230401
        visit: Mon 1 Feb 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        location_name: Store 0401
        location_number: 0401
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230401
        start_date: 2027-02-01T08:00:00
        end_date: 2027-02-01T12:00:00
        at tickets/routers.yaml:12:22

    + Dispatch/router-0402  Store 0402 (0402), account 01230402
        visit: Mon 1 Feb 2027, 08:00 to 12:00 America/New_York
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
        start_date: 2027-02-01T08:00:00
        end_date: 2027-02-01T12:00:00
        at tickets/routers.yaml:12:22

    Rollout/routers, wave second: 2 deferred

    @ 2 tickets are deferred
        wave second waits for pilot: 0 of 2 visits are known to be over
        next: not over: Dispatch/router-0401 (not sent), Dispatch/router-0402 (not sent)
        sites: 0403, 0404

    Rollout/routers, wave rest: 2 deferred

    @ 2 tickets are deferred
        wave rest waits for second: 0 visits are known to have gone well, and 1 has
            to
        next: not over: Dispatch/router-0403 (not sent), Dispatch/router-0404 (not sent)
        sites: 0405, 0406

    Plan: 2 to create, 4 deferred.
    exit 0
    ");
    assert_eq!(sent(&site), 2);
    shows!(site.run(APPLY), @r"
    $ callout apply --yes --parallelism 1
    Plan: 4 deferred, 2 unchanged.

    Rollout/routers, wave pilot: 2 unchanged

    Rollout/routers, wave second: 2 deferred

    @ 2 tickets are deferred
        wave second waits for pilot: 0 of 2 visits are known to be over
        next: not over: Dispatch/router-0401 (open), Dispatch/router-0402 (open); once one is over and its ticket does not show it: callout settle Dispatch/router-0401 --outcome ok --reason TEXT
        sites: 0403, 0404

    Rollout/routers, wave rest: 2 deferred

    @ 2 tickets are deferred
        wave rest waits for second: 0 visits are known to have gone well, and 1 has
            to
        next: not over: Dispatch/router-0403 (not sent), Dispatch/router-0404 (not sent)
        sites: 0405, 0406

    Plan: 4 deferred, 2 unchanged.

    What was seen is recorded.
    4 tickets are deferred: a later apply sends them, once what they wait for is there.
        2: wave rest waits for second: 0 visits are known to have gone well, and 1 has to
        2: wave second waits for pilot: 0 of 2 visits are known to be over
    | reading 2 tickets
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 2, "a run that is not due sends nothing");
    site.vendor.resolve(482_001);
    assert_eq!(sent(&site), 2);
    site.vendor.resolve(482_002);
    assert_eq!(sent(&site), 4);
    assert_eq!(sent(&site), 4);
    // One that goes well is enough for the last.
    site.vendor.resolve(482_004);
    assert_eq!(sent(&site), 6);
    let ended = site.run("plan").ends_with(0);
    assert!(ended.out.starts_with("No changes. 6 tickets are unchanged."), "{ended}");
}

#[test]
fn a_wave_that_waits_reads_only_what_can_open_it() {
    let site = piloted();
    // The bookings of the two are compared once.
    site.run(APPLY).ends_with(0);
    let reads = |site: &Site| site.run("plan --format json").ends_with(0).json()["plan"]["reads"].as_u64();
    assert_eq!(reads(&site), Some(2));
    site.vendor.resolve(482_001);
    site.run(APPLY).ends_with(0);
    assert_eq!(reads(&site), Some(1));
    site.edit("tickets/routers.yaml", "  waves:", "  paused: true\n  waves:");
    assert_eq!(reads(&site), Some(0));
    assert_eq!(why(&site, "0403"), "Rollout/routers is paused");
}

#[test]
fn a_pause_and_a_closed_wave_send_nothing_and_still_look_after_who_is_coming() {
    let site = project();
    site.edit("tickets/routers.yaml", "  waves:", "  paused: true\n  waves:");
    shows!(site.run(APPLY), @r"
    $ callout apply --yes --parallelism 1
    Plan: 6 deferred.

    Rollout/routers, wave pilot: 2 deferred

    @ 2 tickets are deferred
        Rollout/routers is paused
        next: take `paused: true` out of the rollout's spec when it may go on
        sites: 0401, 0402

    Rollout/routers, wave second: 2 deferred

    @ 2 tickets are deferred
        Rollout/routers is paused
        next: take `paused: true` out of the rollout's spec when it may go on
        sites: 0403, 0404

    Rollout/routers, wave rest: 2 deferred

    @ 2 tickets are deferred
        Rollout/routers is paused
        next: take `paused: true` out of the rollout's spec when it may go on
        sites: 0405, 0406

    Plan: 6 deferred.

    6 tickets are deferred: a later apply sends them, once what they wait for is there.
        6: Rollout/routers is paused
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 0);
    site.edit("tickets/routers.yaml", "  paused: true\n", "");
    assert_eq!(sent(&site), 2);
    site.edit("tickets/routers.yaml", "after: pilot}", "after: pilot, open: false}");
    site.vendor.resolve(482_001);
    site.vendor.resolve(482_002);
    assert_eq!(sent(&site), 2);
    shows!(site.run("plan --target Rollout/routers[0403]"), @r"
    $ callout plan --target Rollout/routers[0403]
    Plan: 1 deferred.

    Rollout/routers, wave second: 1 deferred

    @ Dispatch/router-0403  Store 0403 (0403), account 01230403
        wave second of Rollout/routers is not open
        next: take `open: false` out of wave second in spec.waves when it may be sent
        at tickets/routers.yaml:12:22

    Plan: 1 deferred.
    exit 0
    ");
    site.edit("tickets/routers.yaml", ", open: false}", "}");
    assert_eq!(sent(&site), 4);
}

#[test]
fn a_visit_that_failed_shuts_the_gate_until_a_further_one_went_well() {
    let site = piloted();
    site.clock.jump(SignedDuration::from_hours(24 * 29));
    // The others have a later day.
    site.edit("tickets/routers.yaml", "2027-02-01", "2027-03-01");
    site.vendor.resolve(482_001);
    site.vendor.resolve(482_002);
    site.run("settle Dispatch/router-0402 --outcome no-access --reason closed --yes").ends_with(0);
    assert_eq!(sent(&site), 2);
    shows!(site.run("plan --target Rollout/routers[0403]"), @r"
    $ callout plan --target Rollout/routers[0403]
    Plan: 1 deferred.

    Rollout/routers, wave second: 1 deferred

    @ Dispatch/router-0403  Store 0403 (0403), account 01230403
        wave second waits for pilot: 2 of 2 visits are known to be over; 1 failed, and 0 may (spec.waves gate)
        next: mend what failed: Dispatch/router-0402 (no access); a further visit is `reissue`, a refused one is sent again once it is mended; or allow it: `failed: 1` in the gate
        at tickets/routers.yaml:12:22

    Plan: 1 deferred.
    exit 0
    ");
    shows!(site.run("settle"), @r"
    $ callout settle
    Nothing needs a person.

    @ Rollout/routers: wave rest waits for second: 0 visits are known to have gone well, and 1 has to
        next: not over: Dispatch/router-0403 (not sent), Dispatch/router-0404 (not sent)

    @ Rollout/routers: wave second waits for pilot: 2 of 2 visits are known to be over; 1 failed, and 0 may (spec.waves gate)
        next: mend what failed: Dispatch/router-0402 (no access); a further visit is `reissue`, a refused one is sent again once it is mended; or allow it: `failed: 1` in the gate
    exit 0
    ");
    site.edit("tickets/sites.csv", "0402,pilot,0", "0402,pilot,1");
    assert_eq!(sent(&site), 3);
    assert_eq!(why(&site, "0403"), "wave second waits for pilot: 1 of 2 visits is known to be over");
    site.vendor.resolve(482_003);
    assert_eq!(sent(&site), 5);
}

#[test]
fn what_was_refused_or_is_in_doubt_holds_the_next_wave() {
    let mut site = project();
    site.set("G360_TOKEN", TOKEN_WITHOUT_SCOPE);
    site.run(APPLY).ends_with(1);
    assert_eq!(
        why(&site, "0403"),
        "wave second waits for pilot: 0 of 2 visits are known to be over; 1 failed, and 0 may (spec.waves gate)"
    );
    site.set("G360_TOKEN", TOKEN);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    site.run(APPLY).ends_with(5);
    assert_eq!(why(&site, "0403"), "wave second waits for pilot: 0 of 2 visits are known to be over");
    site.run("settle Dispatch/router-0401 --id 482001 --reason portal --yes").ends_with(0);
    assert_eq!(sent(&site), 2);
    site.vendor.resolve(482_001);
    site.vendor.resolve(482_002);
    assert_eq!(sent(&site), 4);
}

#[test]
fn a_site_that_leaves_the_list_is_told_loudly_and_opens_no_gate() {
    let site = piloted();
    site.vendor.resolve(482_001);
    site.edit("tickets/sites.csv", "0402,pilot,0\n", "");
    shows!(site.run(APPLY), @r"
    $ callout apply --yes --parallelism 1
    Plan: 4 deferred, 1 needs a person (it left the files, and its technician is still coming), 1 unchanged.

    Rollout/routers, wave pilot: 1 needs a person (it left the files, and its
        technician is still coming), 1 unchanged

    ! Dispatch/router-0402 (ticket 482002)  Store 0402 (0402), account 01230402
        site 0402 left Rollout/routers (wave pilot), and ticket 482002 is still open: its technician is still coming, at 2027-02-01T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone
        next: put the site back into the list, or let `where` choose it again; or cancel it by phone or portal, then: callout settle Dispatch/router-0402 --cancelled --reason TEXT; renamed? say lifecycle.renamed_from in the template

    Rollout/routers, wave second: 2 deferred

    @ 2 tickets are deferred
        wave second waits for pilot: 1 of 2 visits is known to be over
        next: not over: Dispatch/router-0402 (open); once one is over and its ticket does not show it: callout settle Dispatch/router-0402 --outcome ok --reason TEXT
        sites: 0403, 0404

    Rollout/routers, wave rest: 2 deferred

    @ 2 tickets are deferred
        wave rest waits for second: 0 visits are known to have gone well, and 1 has
            to
        next: not over: Dispatch/router-0403 (not sent), Dispatch/router-0404 (not sent)
        sites: 0405, 0406

    Plan: 4 deferred, 1 needs a person (it left the files, and its technician is still coming), 1 unchanged.

    What was seen is recorded.
    4 tickets are deferred: a later apply sends them, once what they wait for is there.
        2: wave rest waits for second: 0 visits are known to have gone well, and 1 has to
        2: wave second waits for pilot: 1 of 2 visits is known to be over
    1 ticket needs a person: callout settle tells what to do.
    The technician of one that left the files is still coming.
    | reading 2 tickets
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 2);
    let listed = site.run("plan").ends_with(0).out;
    site.write("tickets/sites.csv", SITES);
    site.edit("tickets/routers.yaml", "key: store}", "key: store, where: site.store != \"0402\"}");
    assert_eq!(site.run("plan").ends_with(0).out, listed, "a site that is not chosen any more has left, too");
    let selected = site.run("plan --target Rollout/routers[0402]").ends_with(0);
    assert!(selected.out.contains("! Dispatch/router-0402"), "{selected}");
    site.vendor.resolve(482_002);
    assert_eq!(sent(&site), 4);
}

#[test]
fn whoever_left_the_list_is_named_however_many_they_are() {
    let site = Site::new();
    site.write("tickets/routers.yaml", ROLLOUT.replace("max: 2", "max: 99"));
    let rows = |range: std::ops::Range<u32>| range.fold(String::new(), |rows, store| rows + &format!("{store:04},pilot,0\n"));
    let others = "0403,second,0\n0405,rest,0\n";
    site.write("tickets/sites.csv", format!("store,wave,again\n{}{others}", rows(500..526)));
    site.run(APPLY).ends_with(0);
    site.write("tickets/sites.csv", format!("store,wave,again\n{}{others}", rows(500..501)));
    let plan = site.run("plan").ends_with(0);
    let summary = "Plan: 2 deferred, 25 need a person (they left the files, and their technicians are still coming), 1 unchanged.";
    assert!(plan.out.starts_with(summary) && plan.out.trim_end().ends_with(summary), "{plan}");
    assert!(plan.out.contains("! 25 tickets left the files, and their technicians are still coming"), "{plan}");
    for number in 2..=26 {
        let named = format!("Dispatch/router-{:04} (ticket {}), at 2027-02-01T08:00:00 America/New_York", 499 + number, 482_000 + number);
        assert!(plan.out.contains(&named), "{named}\n{plan}");
    }
}

#[test]
fn a_saved_plan_is_stale_once_a_visit_before_it_failed() {
    let site = piloted();
    site.vendor.resolve(482_001);
    site.vendor.resolve(482_002);
    site.run(APPLY).ends_with(0);
    site.vendor.resolve(482_003);
    site.run("plan --out p.plan").ends_with(0);
    site.run("settle Dispatch/router-0404 --cancelled --reason phoned --yes").ends_with(0);
    shows!(site.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/stale
    |
    |   x p.plan is not applied: Dispatch/router-0405: wave rest waits for second: 1 visit is known to have gone
    |   | well, and 1 has to; 1 failed, and 0 may (spec.waves gate); it was not so when this plan was made
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
    assert_eq!(site.vendor.tickets(), 4);
}

#[test]
fn a_closed_wave_and_one_day_wait_together() {
    let site = project();
    site.edit(
        "tickets/routers.yaml",
        "  template:",
        "  schedule:
    starts: 2027-02-01
    days: [mon, tue, wed]
    per_day: 2
    window: {from: \"08:00\", to: \"12:00\"}
    timezone: America/New_York
    book_ahead: 10d
  template:",
    );
    site.edit("tickets/routers.yaml", "2027-02-01T08:00:00", "${{ visit.start }}");
    site.edit("tickets/routers.yaml", "2027-02-01T12:00:00", "${{ visit.end }}");
    site.run("schedule").ends_with(0);
    let ran = site.run(APPLY).ends_with(0);
    let last = ran.out.split("\n\n").last().unwrap_or_default().to_owned();
    insta::assert_snapshot!(last, @r"
    6 tickets are deferred: a later apply sends them, once what they wait for is there.
        2: not due yet, the first from 2027-01-22T13:00:00Z on
        2: wave rest waits for second: 0 visits are known to have gone well, and 1 has to
        2: wave second waits for pilot: 0 of 2 visits are known to be over
    ");
    assert_eq!(site.vendor.tickets(), 0);
    site.clock.jump(SignedDuration::from_hours(24 * 19));
    assert_eq!(sent(&site), 2);
}
