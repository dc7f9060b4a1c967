//! What needs a person, settled many at once: by a selection, or from a file.

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::shown::shows;
use crate::vendor::{Site, dispatch};

fn in_wave(name: &str, store: &str, wave: &str) -> String {
    dispatch(name, store).replacen("spec:", &format!("  labels: {{wave: {wave}}}\nspec:"), 1)
}

/// Of the wave `pilot`, one ticket is there and two are in doubt, of which none was made; one of the wave `rest` is in doubt too.
fn doubted() -> Site {
    let mut site = Site::new();
    site.set("USER", "ana");
    site.set("HOSTNAME", "ci-7");
    site.limit("stop_after_unknown: 9");
    for (store, wave) in [("0417", "pilot"), ("0418", "pilot"), ("0419", "pilot"), ("0420", "rest")] {
        site.write(format!("tickets/{store}.yaml"), in_wave(&format!("store-{store}"), store, wave));
    }
    site.run("apply --yes --target Dispatch/store-0417").ends_with(0);
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropBeforeCommit)]);
    site.run("apply --yes --parallelism 1").ends_with(5);
    site.vendor.well();
    assert_eq!(site.vendor.tickets(), 1);
    site
}

#[test]
fn the_list_tells_who_sent_what_and_takes_a_selection() {
    shows!(doubted().run("settle --selector wave=rest"), @r"
    $ callout settle --selector wave=rest
    1 ticket needs a person:

    ? Dispatch/store-0420  Store 0420 (0420), account 01230420
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
        next: look for its mark in the portal, then: callout settle Dispatch/store-0420 --id ID --reason TEXT, or --not-created
        mark: [mark]
        at tickets/0420.yaml:4:9
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        since: 2027-01-04T12:00:00Z, 0 min ago, by ana on ci-7
        sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213
    exit 0
    ");
    let all = doubted().run("settle").ends_with(0).out;
    assert_eq!(all.matches("by ana on ci-7").count(), 3, "{all}");
}

#[test]
fn every_selected_ticket_that_is_in_doubt_is_settled_and_no_other() {
    let site = doubted();
    shows!(site.run_words(&["settle", "--selector", "wave=pilot", "--not-created", "--reason", "case 8812"], "yes\n"), @r"
    $ callout settle --selector wave=pilot --not-created --reason case 8812
    Dispatch/store-0418 was not created: its address is free, and the next apply sends it
        Store 0418 (0418), account 01230418; Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
    Dispatch/store-0419 was not created: its address is free, and the next apply sends it
        Store 0419 (0419), account 01230419; Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
    1 other selected ticket does not wait for this, and is left as it is.
    Settled.
    Said by mistake? callout state restore 9 --reason TEXT takes it back, as long as nothing was sent on it.
    |
    | Keep this? Only `yes` is taken as yes:
    exit 0
    ");
    site.run("apply --yes").ends_with(5);
    assert_eq!(site.vendor.tickets(), 3, "the two that were settled; the third is still in doubt");
    shows!(site.run("settle --selector wave=pilot --not-created --reason x --yes"), @r"
    $ callout settle --selector wave=pilot --not-created --reason x --yes
    | settle/nothing
    |
    |   x none of the 3 selected tickets waits for this: no create is in doubt
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
}

#[test]
fn a_selection_that_means_nothing_settles_nothing() {
    let site = doubted();
    shows!(site.run("settle --selector wave=pilto --not-created --reason x --yes"), @r"
    $ callout settle --selector wave=pilto --not-created --reason x --yes
    | plan/unknown-label
    |
    |   x --selector wave=pilto: no ticket of the files or of the state has the label wave=pilto
    |   help: did you mean wave=pilot?
    |
    exit 1
    ");
    shows!(site.run("settle --selector wave=pilot --id 482001 --reason x --yes"), @r"
    $ callout settle --selector wave=pilot --id 482001 --reason x --yes
    | settle/no-address
    |
    |   x one id is one ticket's
    |   help: name its address, or settle many with --from FILE.csv
    |
    exit 1
    ");
    shows!(site.run("settle Dispatch/store-0418 --selector wave=pilot --not-created --reason x --yes"), @r"
    $ callout settle Dispatch/store-0418 --selector wave=pilot --not-created --reason x --yes
    | error: the argument '[ADDRESS]...' cannot be used with '--selector <LABEL=VALUE>'
    |
    | Usage: callout settle --reason <TEXT> --yes <--id <ID>|--not-created|--done|--not-done|--accept|--cancelled|--seen-to|--outcome <OUTCOME>> <ADDRESS>...
    |
    | For more information, try '--help'.
    exit 1
    ");
    shows!(site.run("settle --selector wave=pilot --not-created --yes"), @r"
    $ callout settle --selector wave=pilot --not-created --yes
    | error: the following required arguments were not provided:
    |   --reason <TEXT>
    |
    | Usage: callout settle --reason <TEXT> --selector <LABEL=VALUE> --yes <--id <ID>|--not-created|--done|--not-done|--accept|--cancelled|--seen-to|--outcome <OUTCOME>> [ADDRESS]...
    |
    | For more information, try '--help'.
    exit 1
    ");
    shows!(site.run("settle --target Dispatch/store-0418 --done --reason x --yes"), @r"
    $ callout settle --target Dispatch/store-0418 --done --reason x --yes
    | settle/nothing
    |
    |   x the selected ticket does not wait for this: no update, close or delete is in doubt
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    assert_eq!(site.run("settle --format json").json()["counts"]["in_doubt"], 3);
}

#[test]
fn what_is_cancelled_by_a_selection_is_told_so_that_it_is_recognised_and_can_be_taken_back() {
    let site = doubted();
    let cancel = ["settle", "--selector", "wave=pilot", "--cancelled", "--reason", "called off", "--yes"];
    shows!(site.run_words(&cancel, ""), @r"
    $ callout settle --selector wave=pilot --cancelled --reason called off --yes
    Dispatch/store-0417: cancelled; nothing is ever sent for it again, a new visit is `reissue`
        ticket 482001; Store 0417 (0417), account 01230417; Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
    Dispatch/store-0418: cancelled; nothing is ever sent for it again, a new visit is `reissue`
        Store 0418 (0418), account 01230418; Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
    Dispatch/store-0419: cancelled; nothing is ever sent for it again, a new visit is `reissue`
        Store 0419 (0419), account 01230419; Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
    Settled.
    Said by mistake? callout state restore 9 --reason TEXT takes it back, as long as nothing was sent on it.
    exit 0
    ");
    site.run("state restore 9 --reason mistake --yes").ends_with(0);
    assert_eq!(site.run("settle --format json").json()["counts"]["in_doubt"], 3);
    // What was let go of is not taken back: nothing looked after it before.
    site.run("state rm Dispatch/store-0417 --reason x --yes").ends_with(0);
    assert!(!site.run("settle Dispatch/store-0417 --cancelled --reason x --yes").ends_with(0).out.contains("by mistake"));
}

#[test]
fn an_outcome_is_kept_for_visits_that_have_begun_and_have_none() {
    let site = Site::new();
    for store in ["0417", "0418", "0419"] {
        site.write(format!("tickets/{store}.yaml"), in_wave(&format!("store-{store}"), store, "pilot"));
    }
    site.edit("tickets/0419.yaml", "2027-01-11", "2027-03-11");
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.clock.jump(jiff::SignedDuration::from_hours(8 * 24));
    site.run("settle Dispatch/store-0417 --outcome failed --reason x --yes").ends_with(0);
    shows!(site.run("settle --selector wave=pilot --outcome ok --reason phoned --yes"), @r"
    $ callout settle --selector wave=pilot --outcome ok --reason phoned --yes
    Dispatch/store-0418: the visit ended as ok
        ticket 482002; Store 0418 (0418), account 01230418; Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
    2 other selected tickets do not wait for this, and are left as they are.
    Settled.
    exit 0
    ");
    let records = site.run("state list --format json").json();
    let outcome = |index: usize| records["records"][index]["record"]["outcome"].as_str().map(str::to_owned);
    assert_eq!([outcome(0), outcome(1), outcome(2)], [Some("failed".into()), Some("ok".into()), None]);
}

#[test]
fn differences_are_accepted_by_a_selection() {
    let site = Site::new();
    for store in ["0417", "0418"] {
        site.write(format!("tickets/{store}.yaml"), in_wave(&format!("store-{store}"), store, "pilot"));
    }
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.run("apply --yes").ends_with(0);
    site.edit("tickets/0418.yaml", "PO-88213", "PO-9");
    shows!(site.run("settle --selector wave=pilot --accept --reason known --yes"), @r"
    $ callout settle --selector wave=pilot --accept --reason known --yes
    Dispatch/store-0418: the difference is left alone until the file changes again
        ticket 482002; Store 0418 (0418), account 01230418; Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
    1 other selected ticket does not wait for this, and is left as it is.
    Settled.
    exit 0
    ");
    assert!(site.run("settle").out.starts_with("Nothing needs a person"));
}

#[test]
fn each_mistake_of_a_file_is_told_with_its_line() {
    let site = doubted();
    let rows = "address,settlement,id,reason
Dispatch/store-0417,not-created,,phoned
Dispatch/store-418,not-created,,phoned
Dispatch/store-0419,not-created,482001,phoned
";
    site.write("s.csv", rows);
    shows!(site.run("settle --from s.csv --yes"), @r"
    $ callout settle --from s.csv --yes
    | settle/csv
    |
    |   x s.csv: line 3: the state remembers nothing of Dispatch/store-418
    |   help: did you mean Dispatch/store-0418? What was not sent yet is not remembered
    |
    | settle/csv
    |
    |   x s.csv: line 4: the settlement `not-created` takes no id, and there is `482001`
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    exit 1
    ");
    let rows = "address,settlement,id,reason
Dispatch/store-0417,not-created,,phoned
Dispatch/store-0418,id,482001,found
Dispatch/store-0419,not-created,,phoned
Dispatch/store-0419,not-created,,phoned
";
    site.write("s.csv", rows);
    shows!(site.run("settle --from s.csv --yes"), @r"
    $ callout settle --from s.csv --yes
    | settle/misfit in Dispatch/store-0417
    |
    |   x s.csv: line 2: Dispatch/store-0417 cannot be settled like this: no create of it is in doubt
    |   help: `callout settle` lists what needs a person, and how
    |
    | import/misfit in Dispatch/store-0418
    |
    |   x s.csv: line 3: Dispatch/store-0418 is not linked to ticket 482001: it belongs to Dispatch/store-0417
    |   help: look the ticket up in the portal, and check the id
    |
    | settle/misfit in Dispatch/store-0419
    |
    |   x s.csv: line 5: Dispatch/store-0419 cannot be settled like this: it is settled twice at once
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    site.write("s.csv", "address,settlement,id,reason\n");
    shows!(site.run("settle --from s.csv --yes"), @r"
    $ callout settle --from s.csv --yes
    | settle/csv
    |
    |   x s.csv: it has no row, so nothing is settled
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    exit 1
    ");
    assert_eq!(site.run("settle --format json").json()["counts"]["in_doubt"], 3);
}

/// Programs of Windows end their lines with two characters, and spreadsheets leave empty lines.
#[test]
fn a_line_is_told_as_an_editor_counts_it() {
    let site = doubted();
    let rows = "address,settlement,id,reason\r
\"Dispatch/store-0418\",not-created,,\"phoned,\r
twice\"\r
Dispatch/store-0419,maybe,482001,phoned\r
\r
Dispatch/store-0419,ID,482001,phoned\r
Dispatch/store-0419,not-created,,phoned,\r
";
    site.write("s.csv", rows);
    shows!(site.run("settle --from s.csv --yes"), @r"
    $ callout settle --from s.csv --yes
    | settle/csv
    |
    |   x s.csv: line 4: `maybe` is no settlement
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    | settle/csv
    |
    |   x s.csv: line 6: `ID` is no settlement
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    | settle/csv
    |
    |   x s.csv: line 7 has 5 cells, and line 1 names 4 columns
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    exit 1
    ");
    site.write("s.csv", [rows.as_bytes(), b"Dispatch/store-0419,id,\xff,phoned\r\n"].concat());
    shows!(site.run("settle --from s.csv --yes"), @r"
    $ callout settle --from s.csv --yes
    | settle/csv
    |
    |   x s.csv: line 4: `maybe` is no settlement
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    | settle/csv
    |
    |   x s.csv: line 6: `ID` is no settlement
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    | settle/csv
    |
    |   x s.csv: line 7 has 5 cells, and line 1 names 4 columns
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    | settle/csv
    |
    |   x s.csv: line 8 is no UTF-8 text
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    exit 1
    ");
    site.write("s.csv", rows.replace('\r', ""));
    assert_eq!(site.run("settle --from s.csv --yes").err.matches("s.csv: line 6: ").count(), 1);
    site.write("s.csv", "\u{feff}address,settlement,id,reason\r\n\r\nDispatch/store-0417,not-created,,phoned\r\n");
    shows!(site.run("settle --from s.csv --yes"), @r"
    $ callout settle --from s.csv --yes
    | settle/misfit in Dispatch/store-0417
    |
    |   x s.csv: line 3: Dispatch/store-0417 cannot be settled like this: no create of it is in doubt
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
}
