use crate::shown::shows;
use crate::vendor::{Site, dispatch, with_lifecycle};

/// A vendor with two tickets that were made elsewhere, and the files that describe them.
fn site() -> Site {
    let site = Site::new();
    for store in ["0417", "0418"] {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
    site.run("apply --yes --parallelism 1").ends_with(0);
    for id in [482_001, 482_002] {
        site.vendor.edit(id, &serde_json::json!({"customer_ticket_number": ""}));
    }
    std::fs::remove_dir_all(site.path(".callout")).expect("a state to lose");
    site.run_words(&["state", "init", "--start-over", "--reason", "the machine is gone", "--yes"], "").ends_with(0);
    site
}

#[test]
fn a_live_ticket_is_taken_over_and_nothing_is_sent() {
    let site = site();
    shows!(site.run_answering("import Dispatch/store-0417 482001", "yes\n"), @r"
    $ callout import Dispatch/store-0417 482001
    = Dispatch/store-0417 is ticket 482001 (Pending Tech Assignment)  Store 0417 (0417), account 01230417
    Imported 1 ticket.
    |
    | Take over 1 ticket? Nothing is sent. Only `yes` is taken as yes:
    exit 0
    ");
    shows!(site.run("import Dispatch/store-0418 482002 --yes"), @r"
    $ callout import Dispatch/store-0418 482002 --yes
    = Dispatch/store-0418 is ticket 482002 (Pending Tech Assignment)  Store 0418 (0418), account 01230418
    Imported 1 ticket.
    exit 0
    ");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    No changes. 2 tickets are unchanged.

    What was seen is recorded.
    | reading 2 tickets
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn what_does_not_fit_is_refused() {
    let site = site();
    shows!(site.run("import Dispatch/store-0417 482002 --yes"), @r"
    $ callout import Dispatch/store-0417 482002 --yes
    | import/misfit in Dispatch/store-0417
    |
    |   x Dispatch/store-0417 is not linked to ticket 482002: its location_number is `0418`, and the file says
    |   | `0417`
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
    shows!(site.run("import Dispatch/store-0419 482001 --yes"), @r"
    $ callout import Dispatch/store-0419 482001 --yes
    | import/undescribed
    |
    |   x the files describe no Dispatch/store-0419
    |   help: did you mean Dispatch/store-0417? describe it in a manifest first, as it is in the ticket system
    |
    exit 1
    ");
    shows!(site.run("import Dispatch/store-0417 482009 --yes"), @r"
    $ callout import Dispatch/store-0417 482009 --yes
    | import/misfit in Dispatch/store-0417
    |
    |   x Dispatch/store-0417 is not linked to ticket 482009: TechExpress has no such ticket, or this credential
    |   | may not see it
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
    site.run("import Dispatch/store-0417 482001 --yes").ends_with(0);
    shows!(site.run("import Dispatch/store-0417 482001 --yes"), @r"
    $ callout import Dispatch/store-0417 482001 --yes
    | import/taken in Dispatch/store-0417
    |
    |   x Dispatch/store-0417 has a record already: ticket 482001
    |   help: if this is a further visit, raise `reissue` in its file first
    |
    exit 1
    ");
    site.write("tickets/0417.yaml", with_lifecycle(&dispatch("store-0417", "0417"), "{reissue: 1}"));
    shows!(site.run("import Dispatch/store-0417 482001 --yes"), @r"
    $ callout import Dispatch/store-0417 482001 --yes
    | import/misfit in Dispatch/store-0417#1
    |
    |   x Dispatch/store-0417#1 is not linked to ticket 482001: it belongs to Dispatch/store-0417
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
    shows!(site.run("import Dispatch/store-0417"), @r"
    $ callout import Dispatch/store-0417
    | import/words
    |
    |   x an import needs one address and the id of its ticket
    |   help: callout import ADDRESS ID; many with --from FILE.csv; by their marks with --match mark
    |
    exit 1
    ");
    shows!(site.run("import store-0417 482001"), @r"
    $ callout import store-0417 482001
    | import/address
    |
    |   x `store-0417` is no ticket address; one looks like Dispatch/NAME or Dispatch/NAME[KEY]
    |
    exit 1
    ");
}

#[test]
fn a_question_that_is_not_answered_imports_nothing() {
    let site = site();
    shows!(site.run("import Dispatch/store-0417 482001"), @r"
    $ callout import Dispatch/store-0417 482001
    = Dispatch/store-0417 is ticket 482001 (Pending Tech Assignment)  Store 0417 (0417), account 01230417
    |
    | Take over 1 ticket? Nothing is sent. Only `yes` is taken as yes:
    | import/declined
    |
    |   x nothing was imported
    |   help: --yes imports without asking
    |
    exit 1
    ");
    shows!(site.run("state list"), @r"
    $ callout state list
    The state is empty: nothing was ever created or adopted.
    exit 0
    ");
}

#[test]
fn many_are_imported_from_a_file() {
    let site = site();
    site.write("i.csv", "address,id\nDispatch/store-0417,482001\nDispatch/store-0418,482002\n");
    shows!(site.run("import --from i.csv --yes"), @r"
    $ callout import --from i.csv --yes
    = Dispatch/store-0417 is ticket 482001 (Pending Tech Assignment)  Store 0417 (0417), account 01230417
    = Dispatch/store-0418 is ticket 482002 (Pending Tech Assignment)  Store 0418 (0418), account 01230418
    Imported 2 tickets.
    | reading 2 tickets
    exit 0
    ");
    site.run("plan --detailed-exitcode").ends_with(0);
}

#[test]
fn a_file_with_a_mistake_imports_nothing() {
    let site = site();
    site.write("i.csv", "address,id\nDispatch/store-0417,482001\nstore-0418,482002\nDispatch/store-0418\n");
    shows!(site.run("import --from i.csv --yes"), @r"
    $ callout import --from i.csv --yes
    | import/csv
    |
    |   x i.csv: line 3: `store-0418` is no ticket address; one looks like Dispatch/NAME or Dispatch/NAME[KEY]
    |   help: the columns are address,id
    |
    | import/csv
    |
    |   x i.csv: line 4 has 1 cells, and line 1 names 2 columns
    |   help: the columns are address,id
    |
    exit 1
    ");
    site.write("i.csv", "address,id\nDispatch/store-0417,482001\nDispatch/store-0417,482001\nDispatch/store-9,1\n");
    shows!(site.run("import --from i.csv --yes"), @r"
    $ callout import --from i.csv --yes
    | reading 3 tickets
    | import/taken in Dispatch/store-0417
    |
    |   x i.csv: line 3: Dispatch/store-0417 has a record already: ticket 482001
    |   help: if this is a further visit, raise `reissue` in its file first
    |
    | import/undescribed
    |
    |   x i.csv: line 4: the files describe no Dispatch/store-9
    |   help: did you mean Dispatch/store-0417? describe it in a manifest first, as it is in the ticket system
    |
    exit 1
    ");
    site.write("i.csv", "address,id\r\nDispatch/store-0417,482001\r\nDispatch/store-0418,999999\r\n");
    shows!(site.run("import --from i.csv --yes"), @r"
    $ callout import --from i.csv --yes
    | reading 2 tickets
    | import/misfit in Dispatch/store-0418
    |
    |   x i.csv: line 3: Dispatch/store-0418 is not linked to ticket 999999: TechExpress has no such ticket, or
    |   | this credential may not see it
    |   help: look the ticket up in the portal, and check the id
    |
    exit 1
    ");
    assert_eq!(site.run("state list --format json").json()["records"], serde_json::json!([]));
}

#[test]
fn a_manifest_may_adopt_its_ticket() {
    let site = site();
    site.write("tickets/0417.yaml", with_lifecycle(&dispatch("store-0417", "0417"), "{adopt: 482001}"));
    shows!(site.run("apply --yes --target Dispatch/store-0417"), @r"
    $ callout apply --yes --target Dispatch/store-0417
    Plan: 1 to adopt.

    = Dispatch/store-0417 (ticket 482001)  Store 0417 (0417), account 01230417
        taken over, not sent: lifecycle.adopt
        at tickets/0417.yaml:4:9

    Plan: 1 to adopt.
    = Dispatch/store-0417: adopted ticket 482001

    Applied: 1 adopted.
    exit 0
    ");
    assert_eq!(site.vendor.tickets(), 2);
    site.write("tickets/0417.yaml", dispatch("store-0417", "0417"));
    site.write("tickets/0418.yaml", with_lifecycle(&dispatch("store-0418", "0418"), "{adopt: 482001}"));
    let ran = site.run("apply --yes").ends_with(0);
    assert!(ran.out.contains("ticket 482001 already belongs to Dispatch/store-0417"), "{ran}");
    assert_eq!(site.vendor.tickets(), 2);
}
