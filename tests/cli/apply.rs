use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::shown::shows;
use crate::vendor::{Site, dispatch, location};

#[test]
fn yes_sends_once_and_the_next_plan_has_no_changes() {
    let site = Site::with_dispatch();
    shows!(site.run_answering("apply", "yes\n"), @r"
    $ callout apply
    Plan: 1 to create.

    + Dispatch/store-0417-router  Store 0417 (0417), account 01230417
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0417
        location_number: 0417
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230417
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        at tickets/a.yaml:4:9

    Plan: 1 to create.
    + Dispatch/store-0417-router: created ticket 482001

    Applied: 1 created.
    |
    | Apply this plan? It creates 1 ticket, which cannot be undone from here. Only `yes` is taken as yes:
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
    site.run("plan --detailed-exitcode").ends_with(0);
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    No changes. 1 ticket is unchanged.

    What was seen is recorded.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn anything_but_yes_sends_nothing() {
    let site = Site::with_dispatch();
    shows!(site.run_answering("apply", "y\n"), @r"
    $ callout apply
    Plan: 1 to create.

    + Dispatch/store-0417-router  Store 0417 (0417), account 01230417
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0417
        location_number: 0417
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230417
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        at tickets/a.yaml:4:9

    Plan: 1 to create.
    |
    | Apply this plan? It creates 1 ticket, which cannot be undone from here. Only `yes` is taken as yes:
    | apply/declined
    |
    |   x nothing was applied
    |   help: --yes applies without asking
    |
    exit 1
    ");
    for answer in ["", "no\n", "yess\n", "\n"] {
        site.run_answering("apply", answer).ends_with(1);
    }
    assert_eq!(site.vendor.tickets(), 0);
    assert!(site.vendor.sandbox.requests().is_empty());
}

#[test]
fn several_tickets_are_counted_as_they_go() {
    let site = Site::new();
    for store in ["0417", "0418", "0419"] {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
    let ran = site.run("apply --yes --parallelism 1").ends_with(0);
    let (_, done) = ran.out.rsplit_once("to create.\n").expect("a summary");
    insta::assert_snapshot!(done, @r"
    + Dispatch/store-0417: created ticket 482001 (1/3)
    + Dispatch/store-0418: created ticket 482002 (2/3)
    + Dispatch/store-0419: created ticket 482003 (3/3)

    Applied: 3 created.
    ");
}

#[test]
fn two_locations_are_two_tickets_and_a_third_added_later_is_one_more() {
    let site = Site::new();
    let both = format!("{}{}", dispatch("rollout", "0417"), location("0418").replacen("- ", "- key: north\n      ", 1));
    site.write("tickets/a.yaml", &both);
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
    site.run("plan --detailed-exitcode").ends_with(0);
    site.write("tickets/a.yaml", format!("{both}{}", location("0419").replacen("- ", "- key: south\n      ", 1)));
    let ran = site.run("apply --yes").ends_with(0);
    assert!(ran.out.starts_with("Plan: 1 to create, 2 unchanged.\n"), "{ran}");
    assert!(ran.out.contains("\n+ Dispatch/rollout[south]: created ticket 482003\n"), "{ran}");
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn a_reference_orders_two_creates_and_passes_the_id_on() {
    let site = Site::new();
    let second = dispatch("a-install", "0417").replace("  po_number", "  prior_ticket: {ref: Dispatch/z-survey}\n  po_number");
    site.write("tickets/a.yaml", second);
    site.write("tickets/z.yaml", dispatch("z-survey", "0418"));
    let planned = site.run("plan").ends_with(0);
    assert!(planned.out.contains("    prior_ticket: the id of Dispatch/z-survey, known after apply\n"), "{planned}");
    let ran = site.run("apply --yes").ends_with(0);
    let (_, done) = ran.out.rsplit_once("to create.\n").expect("a summary");
    insta::assert_snapshot!(done, @r"
    + Dispatch/z-survey: created ticket 482001 (1/2)
    + Dispatch/a-install: created ticket 482002 (2/2)

    Applied: 2 created.
    ");
    assert_eq!(site.vendor.last().fields["prior_ticket"], 482_001);
    site.run("plan --detailed-exitcode").ends_with(0);
    let third = dispatch("b-install", "0419").replace("  po_number", "  prior_ticket: {ref: Dispatch/z-survey}\n  po_number");
    site.write("tickets/b.yaml", third);
    let planned = site.run("plan").ends_with(0);
    assert!(planned.out.contains("    prior_ticket: 482001, the id of Dispatch/z-survey\n"), "{planned}");
    let shown = site.run("state show Dispatch/a-install").ends_with(0);
    assert!(shown.out.contains("      prior_ticket: the id of Dispatch/z-survey\n"), "{shown}");
}

#[test]
fn a_pause_too_long_to_wait_for_ends_the_run_and_the_next_one_sends_all() {
    let site = Site::new();
    for store in ["0417", "0418", "0419"] {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::TooManyRequests { retry_after: Some(3600) }).times(1)]);
    let ran = site.run("apply --yes --parallelism 1").ends_with(1);
    let (_, done) = ran.out.rsplit_once("to create.\n").expect("a summary");
    insta::assert_snapshot!(done, @r"
    ! Dispatch/store-0417: not sent: TechExpress answered 429 Too Many Requests: Too many requests; it wants a pause of 1h, which is too long to wait for; try again then (1/3)
    ! Dispatch/store-0418: not started: TechExpress answered 429 Too Many Requests: Too many requests; it wants a pause of 1h, which is too long to wait for; try again then (2/3)
    ! Dispatch/store-0419: not started: TechExpress answered 429 Too Many Requests: Too many requests; it wants a pause of 1h, which is too long to wait for; try again then (3/3)

    Nothing was applied: 1 not sent, 2 not started.
    What was not sent is still to do: mend what is said above, then apply again.
    ");
    assert_eq!(site.vendor.tickets(), 0);
    site.clock.jump(jiff::SignedDuration::from_hours(1));
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn a_run_that_failed_in_part_goes_on_where_it_stopped() {
    let site = Site::new();
    site.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    site.write("tickets/b.yaml", dispatch("store-0418", "0418"));
    site.write("tickets/c.yaml", dispatch("store-0419", "0419"));
    site.run("apply --yes --target Dispatch/store-0417").ends_with(0);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    let ran = site.run("apply --yes --parallelism 1").ends_with(5);
    let (_, done) = ran.out.rsplit_once("to create, 1 unchanged.\n").expect("a summary");
    insta::assert_snapshot!(done, @r"
    ? Dispatch/store-0418: in doubt: TechExpress did not answer: connection closed before message completed (1/2)
    ! Dispatch/store-0419: not started: the run stopped after 1 unknown result (spec.limits.stop_after_unknown: 1) (2/2)

    Applied: 1 not started, 1 in doubt.
    What was not sent is still to do: mend what is said above, then apply again.
    1 ticket needs a person: callout settle tells what to do.
    ");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 to create, 1 in doubt, 1 unchanged.

    ? Dispatch/store-0418  Store 0418 (0418), account 01230418
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
        next: look for its mark in the portal, then: callout settle Dispatch/store-0418 --id ID --reason TEXT, or --not-created
        mark: [mark]
        at tickets/b.yaml:4:9

    + Dispatch/store-0419  Store 0419 (0419), account 01230419
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0419
        location_number: 0419
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230419
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        at tickets/c.yaml:4:9

    Plan: 1 to create, 1 in doubt, 1 unchanged.
    + Dispatch/store-0419: created ticket 482003

    Applied: 1 created.
    1 ticket needs a person: callout settle tells what to do.
    exit 5
    ");
    assert_eq!(site.vendor.tickets(), 3);
}

#[test]
fn a_repository_with_a_remote_is_warned_of_its_local_state() {
    let site = Site::with_dispatch();
    site.write(".git/HEAD", "ref: refs/heads/main\n");
    site.write(".git/config", "[core]\n\trepositoryformatversion = 0\n[remote \"origin\"]\n\turl = https://git.example.com/acme.git\n");
    std::fs::create_dir_all(site.path(".git/objects")).expect("a folder");
    std::fs::create_dir_all(site.path(".git/refs")).expect("a folder");
    let ran = site.run("apply --yes").ends_with(0);
    insta::assert_snapshot!(ran.err, @r"
    state/local

      ! the state is a file on this machine, and the repository has a remote
      help: for the whole team: callout state migrate --to s3://BUCKET/PREFIX --reason TEXT. Until then let one
            machine alone apply, and keep its .callout folder safe: a run without this state is refused
    ");
}

#[test]
fn a_question_that_is_answered_too_late_sends_nothing() {
    let site = crate::vendor::Site::new();
    site.write("tickets/a.yaml", crate::vendor::dispatch("store-0417", "0417"));
    shows!(site.run_answering_after("apply", jiff::SignedDuration::from_hours(25), "yes\n"), @r"
    $ callout apply
    Plan: 1 to create.

    + Dispatch/store-0417  Store 0417 (0417), account 01230417
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0417
        location_number: 0417
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230417
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        at tickets/a.yaml:4:9

    Plan: 1 to create.
    |
    | Apply this plan? It creates 1 ticket, which cannot be undone from here. Only `yes` is taken as yes:
    | apply/expired
    |
    |   x nothing was applied: this plan was good until 2027-01-05T12:00:00Z, and the answer came later
    |   help: make a new one and read it: callout apply
    |
    exit 3
    ");
    assert_eq!(site.vendor.tickets(), 0);
    site.run_answering_after("apply", jiff::SignedDuration::from_hours(1), "yes\n").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1);
}
