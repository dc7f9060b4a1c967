//! What an operator does wrong at three in the morning: it is refused, told, or taken back, and nobody is sent twice.

use callout::systems::sandbox::{Call, Trouble};

use crate::shown::shows;
use crate::vendor::{Site, dispatch};

const A: &str = "Dispatch/store-0417-router";

/// The answer to its create was lost; the ticket is there.
fn in_doubt() -> Site {
    let site = Site::with_dispatch();
    site.vendor.trouble(Call::Create, Trouble::DropAfterCommit);
    site.run("apply --yes").ends_with(5);
    site.vendor.well();
    assert_eq!(site.vendor.tickets(), 1);
    site
}

#[test]
fn a_ticket_that_was_said_not_to_be_there_is_in_doubt_again() {
    let site = in_doubt();
    shows!(site.run(&format!("settle {A} --not-created --reason guessed --yes")), @r"
    $ callout settle Dispatch/store-0417-router --not-created --reason guessed --yes
    Dispatch/store-0417-router was not created: its address is free, and the next apply sends it
    Settled.
    Said by mistake? callout state restore 2 --reason TEXT takes it back, as long as nothing was sent on it.
    exit 0
    ");
    shows!(site.run("state restore 2 --reason wrong --yes"), @r"
    $ callout state restore 2 --reason wrong --yes
    Dispatch/store-0417-router: not created -> in doubt
    Restored. Next: callout plan
    exit 0
    ");
    site.run("apply --yes").ends_with(5);
    assert_eq!(site.vendor.tickets(), 1, "what is in doubt again is not sent");
    // Once it was sent on that word, there is nothing to take back: both are there.
    site.run(&format!("settle {A} --not-created --reason guessed --yes")).ends_with(0);
    site.run("apply --yes").ends_with(0);
    shows!(site.run("state restore 2 --reason wrong --yes"), @r"
    $ callout state restore 2 --reason wrong --yes
    Nothing to restore: the state knows all that the copy knows.
    exit 0
    ");
    shows!(site.run("state restore 99 --reason wrong --yes"), @r"
    $ callout state restore 99 --reason wrong --yes
    | state/no-copy
    |
    |   x what the state was after commit 99 cannot be told: it is not there yet, or its journal is not kept
    |   help: callout log --format json numbers the commits (`sequence`), and callout state history lists the
    |         snapshots
    |
    exit 1
    ");
}

#[test]
fn a_ticket_that_was_taken_out_is_looked_after_again() {
    let site = Site::with_ticket();
    let through = site.run("state list --format json").json()["through"].to_string();
    let ran = site.run(&format!("state rm {A} --reason wrong-one --yes")).ends_with(0);
    let told =
        format!("Said by mistake? callout state restore {through} --reason TEXT takes it back, as long as nothing was sent on it.\n");
    assert!(ran.out.ends_with(&told), "{ran}");
    shows!(site.run(&format!("import {A} 482001 --yes")), @r"
    $ callout import Dispatch/store-0417-router 482001 --yes
    | import/taken in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router was let go of: ticket 482001, taken out of the state
    |   help: it stays taken. By mistake? callout state restore COMMIT --reason TEXT takes it back, with the
    |         number of a commit before it was let go of: callout log --format json numbers them
    |
    exit 1
    ");
    site.run(&format!("state restore {through} --reason sorry --yes")).ends_with(0);
    assert!(site.run("plan").ends_with(0).out.starts_with("No changes. 1 ticket is unchanged.\n"));
}

#[test]
fn an_empty_reason_is_none() {
    let site = in_doubt();
    shows!(site.run_words(&["settle", A, "--not-created", "--reason", " ", "--yes"], ""), @r#"
    $ callout settle Dispatch/store-0417-router --not-created --reason   --yes
    | state/no-reason
    |
    |   x `callout settle` needs a reason
    |   help: say it again with --reason "why this is right"; it is kept in the journal
    |
    exit 1
    "#);
    shows!(site.run_words(&["import", A, "482001", "--reason", "", "--yes"], ""), @r#"
    $ callout import Dispatch/store-0417-router 482001 --reason  --yes
    | state/no-reason
    |
    |   x `callout import` needs a reason
    |   help: say it again with --reason "why this is right"; it is kept in the journal
    |
    exit 1
    "#);
    site.run("apply --yes").ends_with(5);
}

#[test]
fn a_list_that_cannot_be_read_in_one_way_is_not_read() {
    let site = in_doubt();
    let from = |list: &str| {
        site.write("list.csv", list);
        site.run("settle --from list.csv --yes")
    };
    shows!(from("address;settlement;id;reason\nDispatch/store-0417-router;not-created;;x\n"), @r"
    $ callout settle --from list.csv --yes
    | settle/csv
    |
    |   x list.csv: line 1 names no column `address`, `settlement`, `id`, `reason`; commas must part them
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    exit 1
    ");
    shows!(from("address,settlement,id,reason,id\nDispatch/store-0417-router,id,482001,x,482002\n"), @r"
    $ callout settle --from list.csv --yes
    | settle/csv
    |
    |   x list.csv: line 1 names the column `id` twice
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    exit 1
    ");
    shows!(from("address,settlement,id,reason\n,,,\nDispatch/store-0417-router,,,x\nDispatch/store-0417-router,not-created,,\n"), @r"
    $ callout settle --from list.csv --yes
    | settle/csv
    |
    |   x list.csv: line 2: the address is missing
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    | settle/csv
    |
    |   x list.csv: line 3: the settlement is missing
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    | settle/csv
    |
    |   x list.csv: line 4: the reason is missing
    |   help: the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done,
    |         accept, cancelled, seen-to, ok, failed or no-access
    |
    exit 1
    ");
    let marked = format!("\u{feff}address,settlement,id,reason\r\n\r\n{A},id,482001,portal\r\n");
    assert!(from(&marked).ends_with(0).out.starts_with(&format!("{A} is ticket 482001\n")));
    shows!(site.run(&format!("settle {A} --cancelled --reason x --format json")), @r"
    $ callout settle Dispatch/store-0417-router --cancelled --reason x --format json
    | error: the argument '[ADDRESS]...' cannot be used with '--format <FORMAT>'
    |
    | Usage: callout settle --reason <TEXT> <--id <ID>|--not-created|--done|--not-done|--accept|--cancelled|--seen-to|--outcome <OUTCOME>> <ADDRESS>...
    |
    | For more information, try '--help'.
    exit 1
    ");
}

#[test]
fn what_was_renamed_is_settled_under_its_name() {
    let site = in_doubt();
    site.run(&format!("state mv {A} Dispatch/b --reason renamed --yes")).ends_with(0);
    shows!(site.run(&format!("settle {A} --not-created --reason x --yes")), @r"
    $ callout settle Dispatch/store-0417-router --not-created --reason x --yes
    | settle/misfit in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router cannot be settled like this: its ticket is Dispatch/b now
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    site.run("settle Dispatch/b --id 482001 --reason portal --yes").ends_with(0);
    shows!(site.run(&format!("settle {A} --cancelled --reason x --yes")), @r"
    $ callout settle Dispatch/store-0417-router --cancelled --reason x --yes
    | settle/misfit in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router cannot be settled like this: its ticket is Dispatch/b now
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    shows!(site.run(&format!("import {A} 482001 --yes")), @r"
    $ callout import Dispatch/store-0417-router 482001 --yes
    | import/taken in Dispatch/store-0417-router
    |
    |   x Dispatch/store-0417-router has a record already: its ticket is Dispatch/b now
    |   help: rename it in the file, too
    |
    exit 1
    ");
}

#[test]
fn a_command_that_is_told_works_from_where_it_was_told() {
    let site = in_doubt();
    site.write("its folder/callout.yaml", site.read("callout.yaml"));
    site.write("its folder/callout.lock", site.read("callout.lock"));
    for name in ["state.json", "journal.jsonl"] {
        site.write(format!("its folder/.callout/{name}"), site.read(&format!(".callout/{name}")));
    }
    site.write("its folder/tickets/a.yaml", dispatch("store-0417-router", "0417"));
    shows!(site.run_words(&["-C", "its folder", "settle"], ""), @r"
    $ callout -C its folder settle
    1 ticket needs a person:

    ? Dispatch/store-0417-router  Store 0417 (0417), account 01230417
        in doubt: the create started at 2027-01-04T12:00:00Z has no known result; what was heard of it: TechExpress did not answer: connection closed before message completed
        next: look for its mark in the portal, then: callout -C 'its folder' settle Dispatch/store-0417-router --id ID --reason TEXT, or --not-created
        mark: [mark]
        at tickets/a.yaml:4:9
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        since: 2027-01-04T12:00:00Z, 0 min ago
        sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213
    exit 0
    ");
    let typed = ["-C", "its folder", "settle", A, "--id", "482001", "--reason", "see callout plan", "--yes"];
    site.run_words(&typed, "").ends_with(0);
    let log = site.run_words(&["-C", "its folder", "log", "--format", "json"], "").ends_with(0).out;
    assert!(log.contains(r#""reason":"see callout plan""#), "{log}");
}

#[test]
fn what_was_recorded_in_the_sandbox_is_shown_as_it_was_recorded() {
    let site = Site::with_dispatch();
    site.run("--sandbox apply --yes").ends_with(0);
    site.run_words(&["--sandbox", "settle", A, "--cancelled", "--reason", "see callout plan", "--yes"], "").ends_with(0);
    for format in ["text", "json", "csv"] {
        let log = site.run(&format!("--sandbox log --format {format}")).ends_with(0).out;
        assert!(log.contains("see callout plan") && !log.contains("--sandbox plan"), "{log}");
    }
}
