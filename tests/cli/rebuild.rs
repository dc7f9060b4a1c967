//! A lost state, made again: nothing is sent a second time, and nothing is taken for not sent.

use std::fs;

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::shown::shows;
use crate::vendor::{Site, dispatch, with_lifecycle};

const REBUILD: [&str; 5] = ["state", "rebuild", "--reason", "the disk died", "--yes"];

/// Two tickets, sent; then the state is gone.
fn lost() -> Site {
    let site = Site::new();
    for store in ["0417", "0418"] {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
    site.run("apply --yes --parallelism 1").ends_with(0);
    lose(&site);
    site
}

fn lose(site: &Site) {
    fs::remove_dir_all(site.path(".callout")).expect("a state to lose");
}

#[test]
fn what_cannot_be_listed_is_in_doubt_and_nobody_is_sent() {
    let site = lost();
    shows!(site.run_words(&REBUILD, ""), @r"
    $ callout state rebuild --reason the disk died --yes
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 2 not found.
    2 tickets will be in doubt: each may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next: callout plan
    exit 0
    ");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 2 in doubt.

    ? Dispatch/store-0417  Store 0417 (0417), account 01230417
        in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
        next: look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle Dispatch/store-0417 --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv
        mark: [mark]
        at tickets/0417.yaml:4:9

    ? Dispatch/store-0418  Store 0418 (0418), account 01230418
        in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
        next: look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle Dispatch/store-0418 --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv
        mark: [mark]
        at tickets/0418.yaml:4:9

    Plan: 2 in doubt.

    2 tickets need a person: callout settle lists them.
    exit 5
    ");
    shows!(site.run("settle Dispatch/store-0417"), @r"
    $ callout settle Dispatch/store-0417
    1 ticket needs a person:

    ? Dispatch/store-0417  Store 0417 (0417), account 01230417
        in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
        next: look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle Dispatch/store-0417 --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv
        mark: [mark]
        at tickets/0417.yaml:4:9
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        since: 2027-01-04T12:00:00Z, 0 min ago
        sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213
    exit 0
    ");
    shows!(site.run("state show Dispatch/store-0418"), @r"
    $ callout state show Dispatch/store-0418
    Dispatch/store-0418
        standing: in doubt: it may have been sent before the state was rebuilt
        in doubt: create since 2027-01-04T12:00:00Z, payload [digest]
        mark: [mark]
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        presumed: 2027-01-04T12:00:00Z
        on_remove: hold
        sent:
          service_type: Equipment Install
          contact_name: Dana Ortiz
          contact_email_address: dana@example.com
          initial_description: Replace the branch router.
          automatic_email_contact: true
          automatic_email_cc: false
          po_number: PO-88213
          location_name: Store 0418
          location_number: 0418
          local_contact_name: Sam Lee
          local_contact_number: 6175550123
          account_macnum: 01230418
          start_date: 2027-01-11T08:00:00
          end_date: 2027-01-11T12:00:00
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn ids_that_are_known_are_read_checked_and_taken() {
    let site = lost();
    site.run_words(&REBUILD, "").ends_with(0);
    site.write("ids.csv", "address,id\nDispatch/store-0417,482001\nDispatch/store-0418,482001\n");
    shows!(site.run("import --from ids.csv --yes"), @r"
    $ callout import --from ids.csv --yes
    | reading 2 tickets
    | import/misfit in Dispatch/store-0418
    |
    |   x ids.csv: line 3: Dispatch/store-0418 is not linked to ticket 482001: it belongs to Dispatch/store-0417
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
    site.write("ids.csv", "address,id\nDispatch/store-0417,482001\nDispatch/store-0418,482002\n");
    shows!(site.run("import --from ids.csv"), @r"
    $ callout import --from ids.csv
    = Dispatch/store-0417 is ticket 482001 (Pending Tech Assignment)  Store 0417 (0417), account 01230417
    = Dispatch/store-0418 is ticket 482002 (Pending Tech Assignment)  Store 0418 (0418), account 01230418
    | reading 2 tickets
    |
    | Take over 2 tickets? Nothing is sent. Only `yes` is taken as yes:
    | import/declined
    |
    |   x nothing was imported
    |   help: --yes imports without asking
    |
    exit 1
    ");
    shows!(site.run_answering("import --from ids.csv", "yes\n"), @r"
    $ callout import --from ids.csv
    = Dispatch/store-0417 is ticket 482001 (Pending Tech Assignment)  Store 0417 (0417), account 01230417
    = Dispatch/store-0418 is ticket 482002 (Pending Tech Assignment)  Store 0418 (0418), account 01230418
    Imported 2 tickets.
    | reading 2 tickets
    |
    | Take over 2 tickets? Nothing is sent. Only `yes` is taken as yes:
    exit 0
    ");
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    No changes. 2 tickets are unchanged.
    | reading 2 tickets
    exit 0
    ");
    site.run("apply --yes").ends_with(0);
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    No changes. 2 tickets are unchanged.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn a_ticket_that_was_never_sent_is_sent_once_a_person_says_so() {
    let site = lost();
    site.write("tickets/0419.yaml", dispatch("store-0419", "0419"));
    site.write("tickets/0421.yaml", dispatch("store-0421", "0421"));
    site.run_words(&REBUILD, "").ends_with(0);
    shows!(site.run_words(&["settle", "Dispatch/store-0417", "Dispatch/store-0419", "--id", "482001", "--reason", "x", "--yes"], ""), @r"
    $ callout settle Dispatch/store-0417 Dispatch/store-0419 --id 482001 --reason x --yes
    | settle/no-address
    |
    |   x one id is one ticket's
    |   help: name one address, or settle many with --from FILE.csv
    |
    exit 1
    ");
    shows!(site.run_words(&["settle", "Dispatch/store-0418", "Dispatch/store-0420", "--not-created", "--reason", "x", "--yes"], ""), @r"
    $ callout settle Dispatch/store-0418 Dispatch/store-0420 --not-created --reason x --yes
    | state/unknown
    |
    |   x the state remembers nothing of Dispatch/store-0420
    |   help: did you mean Dispatch/store-0421? What was not sent yet is not remembered
    |
    exit 1
    ");
    shows!(site.run_words(&["settle", "Dispatch/store-0419", "Dispatch/store-0421", "--not-created", "--reason", "new", "--yes"], ""), @r"
    $ callout settle Dispatch/store-0419 Dispatch/store-0421 --not-created --reason new --yes
    Dispatch/store-0419 was not created: its address is free, and the next apply sends it
    Dispatch/store-0421 was not created: its address is free, and the next apply sends it
    Settled.
    Said by mistake? callout state restore 1 --reason TEXT takes it back, as long as nothing was sent on it.
    exit 0
    ");
    shows!(site.run("apply --yes --parallelism 1"), @r"
    $ callout apply --yes --parallelism 1
    Plan: 2 to create, 2 in doubt.

    ? Dispatch/store-0417  Store 0417 (0417), account 01230417
        in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
        next: look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle Dispatch/store-0417 --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv
        mark: [mark]
        at tickets/0417.yaml:4:9

    ? Dispatch/store-0418  Store 0418 (0418), account 01230418
        in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
        next: look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle Dispatch/store-0418 --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv
        mark: [mark]
        at tickets/0418.yaml:4:9

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
        at tickets/0419.yaml:4:9

    + Dispatch/store-0421  Store 0421 (0421), account 01230421
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: Dana Ortiz
        contact_email_address: dana@example.com
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0421
        location_number: 0421
        local_contact_name: Sam Lee
        local_contact_number: 6175550123
        account_macnum: 01230421
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        at tickets/0421.yaml:4:9

    Plan: 2 to create, 2 in doubt.
    + Dispatch/store-0419: created ticket 482003 (1/2)
    + Dispatch/store-0421: created ticket 482004 (2/2)

    Applied: 2 created.
    2 tickets need a person: callout settle lists them.
    exit 5
    ");
    shows!(site.run_words(&["settle", "Dispatch/store-0417", "Dispatch/store-0418", "--cancelled", "--reason", "phoned", "--yes"], ""), @r"
    $ callout settle Dispatch/store-0417 Dispatch/store-0418 --cancelled --reason phoned --yes
    Dispatch/store-0417: cancelled; nothing is ever sent for it again, a new visit is `reissue`
    Dispatch/store-0418: cancelled; nothing is ever sent for it again, a new visit is `reissue`
    Settled.
    Said by mistake? callout state restore 6 --reason TEXT takes it back, as long as nothing was sent on it.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 4, "the two that were sent, and the two that were new");
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 4);
}

#[test]
fn a_state_that_is_there_is_not_rebuilt() {
    let site = Site::with_ticket();
    shows!(site.run_words(&REBUILD, ""), @r"
    $ callout state rebuild --reason the disk died --yes
    | state/not-lost
    |
    |   x the state `.callout/state.json` is not lost: it is whole, with 1 ticket on record
    |   help: A rebuild would forget what it knows. Tickets that it does not know are taken over one by one:
    |         callout import ADDRESS ID, callout import --from FILE.csv, or callout import --match mark.
    |
    exit 1
    ");
    shows!(site.run_words(&["state", "rebuild", "--reason", " "], ""), @r#"
    $ callout state rebuild --reason  
    | state/no-reason
    |
    |   x `callout state rebuild` needs a reason
    |   help: say it again with --reason "why this is right"; it is kept in the journal
    |
    exit 1
    "#);
    shows!(site.run("state rebuild"), @r"
    $ callout state rebuild
    | error: the following required arguments were not provided:
    |   --reason <TEXT>
    |
    | Usage: callout state rebuild --reason <TEXT>
    |
    | For more information, try '--help'.
    exit 1
    ");
    site.remove("callout.lock");
    shows!(site.run_words(&REBUILD, ""), @r"
    $ callout state rebuild --reason the disk died --yes
    | state/no-lock-file
    |
    |   x `callout.lock` is missing, though `.callout/state.json` (lineage [lineage])
    |   | is there
    |   help: Get it back with `git checkout -- callout.lock`. If it was never committed: callout state init, then
    |         commit it.
    |
    exit 1
    ");
}

#[test]
fn a_question_that_is_not_answered_makes_no_state() {
    let site = lost();
    shows!(site.run_words(&REBUILD[..4], "no\n"), @r"
    $ callout state rebuild --reason the disk died
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 2 not found.
    2 tickets will be in doubt: each may have been sent before, and is not sent until a person says that it was not.
    |
    | Make the new state? Nothing is sent. Only `yes` is taken as yes:
    | state/declined
    |
    |   x no state was made
    |   help: --yes makes it without asking
    |
    exit 1
    ");
    assert!(site.run("plan").ends_with(1).err.contains("state/missing"));
}

#[test]
fn without_manifests_nothing_could_be_held_back() {
    let site = lost();
    site.remove("tickets/0417.yaml");
    site.remove("tickets/0418.yaml");
    shows!(site.run_words(&REBUILD, ""), @r#"
    $ callout state rebuild --reason the disk died --yes
    | state/no-tickets
    |
    |   x the files describe no ticket, so nothing could be looked for or held back
    |   help: Look at spec.manifests in callout.yaml, and check out the files as they were last applied. Where
    |         nothing was ever sent: callout state init --start-over --reason "nothing was sent".
    |
    exit 1
    "#);
    assert!(site.run("plan").ends_with(1).err.contains("state/missing"));
}

#[test]
fn a_damaged_state_is_told_and_put_aside() {
    let site = Site::with_ticket();
    let journal = site.read(".callout/journal.jsonl");
    site.write(".callout/journal.jsonl", journal.replacen("482001", "482002", 1));
    shows!(site.run_words(&REBUILD, ""), @r"
    $ callout state rebuild --reason the disk died --yes
    1 record can still be read, and is kept.
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 1 not found.
    1 ticket will be in doubt: it may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next: callout plan
    | state/damaged
    |
    |   ! `.callout/journal.jsonl` line 3 is damaged: its checksum does not fit its content
    |
    exit 0
    ");
    assert_eq!(site.read(".callout/set-aside-1/journal.jsonl"), journal.replacen("482001", "482002", 1));
    site.run("apply --yes").ends_with(5);
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_further_visit_and_a_ticket_that_its_file_names_after_a_rebuild() {
    let site = Site::with_ticket();
    site.vendor.resolve(482_001);
    let again = with_lifecycle(&dispatch("store-0417-router", "0417"), "{reissue: 1}");
    site.write("tickets/a.yaml", &again);
    site.run("apply --yes").ends_with(0);
    site.write("tickets/b.yaml", with_lifecycle(&dispatch("elsewhere", "0500"), "{adopt: 482001}"));
    lose(&site);
    shows!(site.run_words(&REBUILD, ""), @r"
    $ callout state rebuild --reason the disk died --yes
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 2 not found.
    2 tickets will be in doubt: each may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next: callout plan
    exit 0
    ");
    shows!(site.run("plan"), @r"
    $ callout plan
    Plan: 2 in doubt, 1 needs a person.

    ! Dispatch/elsewhere  Store 0500 (0500), account 01230500
        ticket 482001 does not fit: it carries the mark [mark], which belongs to another visit
        next: correct lifecycle.adopt
        at tickets/b.yaml:4:9

    ? Dispatch/store-0417-router  Store 0417 (0417), account 01230417
        in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
        next: look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle Dispatch/store-0417-router#0 --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv
        mark: [mark]

    ? Dispatch/store-0417-router#1  Store 0417 (0417), account 01230417
        in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
        next: look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle Dispatch/store-0417-router#1 --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv
        mark: [mark]
        at tickets/a.yaml:4:9

    Plan: 2 in doubt, 1 needs a person.
    exit 0
    ");
    site.run("import Dispatch/store-0417-router 482002 --yes").ends_with(0);
    site.run("settle Dispatch/store-0417-router#0 --id 482001 --reason found --yes").ends_with(0);
    let applied = site.run("apply --yes").ends_with(0);
    assert!(!applied.out.contains("in doubt"), "{applied}");
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn creates_of_the_day_of_the_loss_are_not_counted_and_a_real_doubt_is_told_as_one() {
    let site = lost();
    site.limit("creates_per_day: 2");
    site.run_words(&REBUILD, "").ends_with(0);
    site.write("tickets/0419.yaml", dispatch("store-0419", "0419"));
    site.vendor.faults(vec![Fault::on(Call::Create, Trouble::DropAfterCommit).times(1)]);
    let ran = site.run("apply --yes").ends_with(5);
    assert!(ran.out.contains("Dispatch/store-0419: in doubt: TechExpress did not answer"), "{ran}");
    assert!(site.run("plan").out.contains("the create started at 2027-01-04T12:00:00Z has no known result"));
}

/// The fenced blocks of a language in docs/recovery.md.
fn printed(language: &str) -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recovery.md");
    let text = fs::read_to_string(path).expect("docs/recovery.md");
    let opening = format!("```{language}\n");
    text.split(&opening).skip(1).filter_map(|rest| Some(format!("{}\n", rest.split("\n```").next()?))).collect()
}

/// The words of a line, as a shell takes them apart.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    parts
        .flat_map(|(at, part)| if at % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() })
        .collect()
}

#[test]
fn the_page_on_recovery_brings_back_a_lost_state_command_by_command() {
    let site = Site::new();
    for store in ["0417", "0418"] {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}-router"), store));
    }
    site.run("apply --yes --parallelism 1").ends_with(0);
    site.write("tickets/0419.yaml", dispatch("store-0419-router", "0419"));
    lose(&site);
    let (commands, lists) = (printed("sh"), printed("csv"));
    site.write("ids.csv", &lists[0]);
    let lines: Vec<&str> = commands[0].lines().collect();
    assert_eq!(lines.len(), 6, "{lines:?}");
    for line in lines {
        // Whatever is done on the way, an apply sends nobody.
        if !line.ends_with(" apply") && !line.ends_with(" plan") {
            site.run("apply --yes");
            assert_eq!(site.vendor.tickets(), 2, "before `{line}`");
        }
        let words = words(line.strip_prefix("callout ").expect("a command"));
        site.run_words(&words.iter().map(String::as_str).collect::<Vec<_>>(), "yes\n").ends_with(0);
    }
    assert_eq!(site.vendor.tickets(), 3, "only the one that was never sent");
    shows!(site.run("plan --detailed-exitcode"), @r"
    $ callout plan --detailed-exitcode
    No changes. 3 tickets are unchanged.
    exit 0
    ");
}

#[test]
fn marks_are_looked_for_in_no_system_that_cannot_list() {
    let site = lost();
    site.run_words(&REBUILD, "").ends_with(0);
    shows!(site.run("import --match mark"), @r"
    $ callout import --match mark
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 2 not found.
    Nothing to take over.
    exit 0
    ");
    shows!(site.run("import --match mark Dispatch/store-0417 --yes"), @r"
    $ callout import --match mark Dispatch/store-0417 --yes
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 1 not found.
    Nothing to take over.
    exit 0
    ");
    shows!(site.run("import --match mark Dispatch/store-0471"), @r"
    $ callout import --match mark Dispatch/store-0471
    | import/undescribed
    |
    |   x the files describe no Dispatch/store-0471
    |   help: did you mean Dispatch/store-0417? describe it in a manifest first, as it is in the ticket system
    |
    exit 1
    ");
    shows!(site.run("import --match site"), @r"
    $ callout import --match site
    | error: invalid value 'site' for '--match <BY>'
    |   [possible values: mark]
    |
    | For more information, try '--help'.
    exit 1
    ");
    shows!(site.run("import --match mark --from ids.csv"), @r"
    $ callout import --match mark --from ids.csv
    | error: the argument '--match <BY>' cannot be used with '--from <FILE.csv>'
    |
    | Usage: callout import [OPTIONS] <ADDRESS> <ID>
    |        callout import [OPTIONS] --from <FILE.csv>
    |        callout import [OPTIONS] --match mark [ADDRESS]...
    |
    | For more information, try '--help'.
    exit 1
    ");
}

#[test]
fn an_import_that_was_cut_off_goes_on() {
    let site = lost();
    site.run_words(&REBUILD, "").ends_with(0);
    site.write("ids.csv", "address,id\nDispatch/store-0417,482001\n");
    site.run("import --from ids.csv --yes").ends_with(0);
    let half = site.read(".callout/journal.jsonl");
    site.write("ids.csv", "address,id\nDispatch/store-0417,482001\nDispatch/store-0418,482002\n");
    shows!(site.run("import --from ids.csv --yes"), @r"
    $ callout import --from ids.csv --yes
    = Dispatch/store-0418 is ticket 482002 (Pending Tech Assignment)  Store 0418 (0418), account 01230418
    Imported 1 ticket.
    exit 0
    ");
    let whole = site.read(".callout/journal.jsonl");
    // Cut off while the second was written down.
    site.write(".callout/journal.jsonl", &whole[..half.len() + (whole.len() - half.len()) / 2]);
    site.run("apply --yes").ends_with(5);
    shows!(site.run("import --from ids.csv --yes"), @r"
    $ callout import --from ids.csv --yes
    = Dispatch/store-0418 is ticket 482002 (Pending Tech Assignment)  Store 0418 (0418), account 01230418
    Imported 1 ticket.
    exit 0
    ");
    shows!(site.run("import --from ids.csv --yes"), @r"
    $ callout import --from ids.csv --yes
    Nothing to take over.
    exit 0
    ");
    site.run("plan --detailed-exitcode").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}
