use callout::systems::sandbox::{Call, Fault, Trouble};
use jiff::SignedDuration;

use crate::shown::shows;
use crate::vendor::{Site, dispatch, with_lifecycle};

#[test]
fn where_nothing_needs_a_person_the_list_is_empty() {
    shows!(Site::with_ticket().run("settle"), @r"
    $ callout settle
    Nothing needs a person.
    exit 0
    ");
}

#[test]
fn a_ticket_cancelled_by_phone_is_never_sent_again() {
    let site = Site::with_ticket();
    site.remove("tickets/a.yaml");
    shows!(site.run("settle"), @r"
    $ callout settle
    1 ticket needs a person:

    ! Dispatch/store-0417-router (ticket 482001)  Store 0417 (0417), account 01230417
        left the files, and ticket 482001 is still open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone
        next: renamed? say lifecycle.renamed_from there; otherwise cancel it by phone or portal, then: callout settle Dispatch/store-0417-router --cancelled --reason TEXT
        mark: [mark]
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        since: 2027-01-04T12:00:00Z, 0 min ago
        sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213
    exit 0
    ");
    shows!(site.run_words(&["settle", "Dispatch/store-0417-router", "--cancelled", "--reason", "phoned, order 5"], "yes\n"), @r"
    $ callout settle Dispatch/store-0417-router --cancelled --reason phoned, order 5
    Dispatch/store-0417-router: cancelled; nothing is ever sent for it again, a new visit is `reissue`
    Settled.
    Said by mistake? callout state restore 2 --reason TEXT takes it back, as long as nothing was sent on it.
    |
    | Keep this? Only `yes` is taken as yes:
    exit 0
    ");
    site.write("tickets/a.yaml", dispatch("store-0417-router", "0417"));
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1);
    shows!(site.run("state show Dispatch/store-0417-router"), @r"
    $ callout state show Dispatch/store-0417-router
    Dispatch/store-0417-router
        standing: cancelled (ticket 482001)
        status: Pending Tech Assignment
        mark: [mark]
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        created: 2027-01-04T12:00:00Z
        on_remove: hold
        sent:
          service_type: Equipment Install
          contact_name: Dana Ortiz
          contact_email_address: dana@example.com
          initial_description: Replace the branch router.
          automatic_email_contact: true
          automatic_email_cc: false
          po_number: PO-88213
          location_name: Store 0417
          location_number: 0417
          local_contact_name: Sam Lee
          local_contact_number: 6175550123
          account_macnum: 01230417
          start_date: 2027-01-11T08:00:00
          end_date: 2027-01-11T12:00:00
    exit 0
    ");
    shows!(site.run("settle Dispatch/store-0417-router --cancelled --reason again --yes"), @r"
    $ callout settle Dispatch/store-0417-router --cancelled --reason again --yes
    | settle/misfit in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router cannot be settled like this: it is closed already
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
}

#[test]
fn an_address_may_be_listed_alone() {
    let site = Site::with_ticket();
    site.remove("tickets/a.yaml");
    assert!(site.run("settle Dispatch/store-0417-router").ends_with(0).out.starts_with("1 ticket needs a person:"));
    shows!(site.run("settle Dispatch/store-0417-routre"), @r"
    $ callout settle Dispatch/store-0417-routre
    | state/unknown
    |
    |   x the state remembers nothing of Dispatch/store-0417-routre
    |   help: did you mean Dispatch/store-0417-router? What was not sent yet is not remembered
    |
    exit 1
    ");
}

#[test]
fn how_a_visit_went_is_kept_once_it_has_begun() {
    let site = Site::with_ticket();
    let told = "settle Dispatch/store-0417-router --outcome no-access --reason closed --yes";
    shows!(site.run(told), @r"
    $ callout settle Dispatch/store-0417-router --outcome no-access --reason closed --yes
    | settle/misfit in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router cannot be settled like this: its visit has not begun, it starts at
    |   | 2027-01-11T08:00:00 America/New_York; if it was called off, that is --cancelled
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    site.clock.jump(SignedDuration::from_hours(24 * 7 + 1));
    shows!(site.run(told), @r"
    $ callout settle Dispatch/store-0417-router --outcome no-access --reason closed --yes
    Dispatch/store-0417-router: the visit ended as no-access
    Settled.
    exit 0
    ");
    assert_eq!(site.run("state list --format json").json()["records"][0]["record"]["outcome"], "no-access");
}

#[test]
fn a_visit_that_was_over_before_its_time_is_told_of_too() {
    let site = Site::with_ticket();
    site.vendor.resolve(482_001);
    site.run("apply --yes").ends_with(0);
    site.run("settle Dispatch/store-0417-router --outcome ok --reason early --yes").ends_with(0);
}

#[test]
fn what_was_let_go_of_has_an_outcome_too() {
    let site = Site::new();
    site.write("tickets/a.yaml", with_lifecycle(&dispatch("store-0417-router", "0417"), "{on_remove: forget}"));
    site.run("apply --yes").ends_with(0);
    site.remove("tickets/a.yaml");
    site.run("apply --yes").ends_with(0);
    site.run("settle Dispatch/store-0417-router --outcome ok --reason done --yes").ends_with(1);
    site.clock.jump(SignedDuration::from_hours(24 * 8));
    site.write("s.csv", "address,settlement,id,reason\nDispatch/store-0417-router,failed,,wrong part\n");
    site.run("settle --from s.csv --yes").ends_with(0);
    assert_eq!(site.run("state list --format json").json()["records"][0]["record"]["outcome"], "failed");
}

#[test]
fn a_settlement_that_does_not_fit_is_refused() {
    let site = Site::with_ticket();
    for settlement in ["--id 482001", "--not-created", "--done", "--not-done", "--accept"] {
        let ran = site.run(&format!("settle Dispatch/store-0417-router {settlement} --reason x --yes")).ends_with(1);
        assert!(ran.err.contains("cannot be settled like this"), "{ran}");
    }
    shows!(site.run("settle Dispatch/store-0417-router --accept --reason x --yes"), @r"
    $ callout settle Dispatch/store-0417-router --accept --reason x --yes
    | settle/misfit in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router cannot be settled like this: the plan shows no difference that could be
    |   | accepted
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    shows!(site.run("settle Dispatch/store-417-router --cancelled --reason x --yes"), @r"
    $ callout settle Dispatch/store-417-router --cancelled --reason x --yes
    | state/unknown
    |
    |   x the state remembers nothing of Dispatch/store-417-router
    |   help: did you mean Dispatch/store-0417-router? What was not sent yet is not remembered
    |
    exit 1
    ");
    shows!(site.run("settle Dispatch/store-0417-router#7 --cancelled --reason x --yes"), @r"
    $ callout settle Dispatch/store-0417-router#7 --cancelled --reason x --yes
    | state/unknown
    |
    |   x the state remembers nothing of Dispatch/store-0417-router#7
    |   help: did you mean Dispatch/store-0417-router? What was not sent yet is not remembered
    |
    exit 1
    ");
    shows!(site.run("settle --cancelled --reason x --yes"), @r"
    $ callout settle --cancelled --reason x --yes
    | settle/no-address
    |
    |   x which ticket is settled?
    |   help: name its address, or settle many with --selector, --target, --file or --from FILE.csv; `callout
    |         settle` lists them
    |
    exit 1
    ");
    shows!(site.run("settle Dispatch/store-0417-router --cancelled --not-created --reason x"), @r"
    $ callout settle Dispatch/store-0417-router --cancelled --not-created --reason x
    | error: the argument '--cancelled' cannot be used with '--not-created'
    |
    | Usage: callout settle --reason <TEXT> <--id <ID>|--not-created|--done|--not-done|--accept|--cancelled|--seen-to|--outcome <OUTCOME>> <ADDRESS>...
    |
    | For more information, try '--help'.
    exit 1
    ");
}

#[test]
fn many_are_settled_from_a_file() {
    let site = doubted();
    site.write("s.csv", "address,settlement,id,reason\nDispatch/store-0417,id,482001,found\nDispatch/store-0418,not-created,,not there\n");
    shows!(site.run("settle --from s.csv --yes"), @r"
    $ callout settle --from s.csv --yes
    Dispatch/store-0417 is ticket 482001
    Dispatch/store-0418 was not created: its address is free, and the next apply sends it
    Settled.
    Said by mistake? callout state restore 4 --reason TEXT takes it back, as long as nothing was sent on it.
    exit 0
    ");
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn a_file_with_a_mistake_settles_nothing() {
    let site = doubted();
    let mistakes = "address,settlement,id,reason
Dispatch/store-0417,id,482001,found
Dispatch/store-0418,id,,found
Dispatch/store-0418,gone,,found
Dispatch/store-9,not-created,,found
Dispatch/store-0418,not-created,,
";
    site.write("s.csv", mistakes);
    shows!(site.run("settle --from s.csv --yes"), @r"
    $ callout settle --from s.csv --yes
    | settle/csv
    |
    |   x s.csv: line 3: the settlement `id` needs an id
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    | settle/csv
    |
    |   x s.csv: line 4: `gone` is no settlement
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    | settle/csv
    |
    |   x s.csv: line 5: the state remembers nothing of Dispatch/store-9
    |   help: did you mean Dispatch/store-0417? What was not sent yet is not remembered
    |
    | settle/csv
    |
    |   x s.csv: line 6: the reason is missing
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    exit 1
    ");
    site.write("s.csv", "address,what\nDispatch/store-0417,id\n");
    shows!(site.run("settle --from s.csv --yes"), @r"
    $ callout settle --from s.csv --yes
    | settle/csv
    |
    |   x s.csv: line 1 names no column `settlement`, `id`, `reason`
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    exit 1
    ");
    site.write("s.csv", "address,settlement,id,reason\nDispatch/store-0417,not-created,,a\nDispatch/store-0417,id,482001,b\n");
    shows!(site.run("settle --from s.csv --yes"), @r"
    $ callout settle --from s.csv --yes
    | settle/misfit in Dispatch/store-0417
    |
    |   x s.csv: line 3: Dispatch/store-0417 cannot be settled like this: it is settled twice at once
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    shows!(site.run("settle --from none.csv --yes"), @r"
    $ callout settle --from none.csv --yes
    | settle/csv
    |
    |   x none.csv: cannot be read: no such file or directory
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    exit 1
    ");
    assert_eq!(site.run("settle --format json").json()["counts"]["in_doubt"], 2);
}

/// Two tickets in doubt; only the first was made.
fn doubted() -> Site {
    let site = Site::new();
    site.limit("stop_after_unknown: 5");
    site.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    site.write("tickets/b.yaml", dispatch("store-0418", "0418"));
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    site.run("apply --yes --target Dispatch/store-0417").ends_with(5);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropBeforeCommit).times(1)]);
    site.run("apply --yes --target Dispatch/store-0418").ends_with(5);
    assert_eq!(site.vendor.tickets(), 1);
    site
}
