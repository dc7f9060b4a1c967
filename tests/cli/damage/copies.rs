//! Copies of a state: a missing one's, an older one, another project's, and what a mistaken settlement gets back from one.

use super::*;

#[test]
fn a_missing_state_is_restored_from_a_copy_at_a_persons_word() {
    let site = sent();
    back_up(&site);
    fs::remove_dir_all(site.path(".callout")).expect("a folder");
    shows!(site.run("state check"), @r#"
    $ callout state check
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
    site.run_words(&RESTORE, "").ends_with(1);
    shows!(site.run_words(&RESTORE_COPY, ""), @r"
    $ callout state restore backup --nothing-since --reason the disk --yes
    The state can be put together again: 2 records, 2 of them open or in doubt, up to commit 5; as you say, nothing was sent since.
    The state is restored. Next: callout plan
    | state/missing
    |
    |   ! the state `.callout/state.json` is missing; `callout.lock` says that there is one (lineage
    |   | [lineage])
    |
    exit 0
    ");
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn a_copy_that_may_be_old_is_rebuilt_from() {
    let site = sent();
    back_up(&site);
    fs::remove_dir_all(site.path(".callout")).expect("a folder");
    site.write("tickets/0419.yaml", dispatch("store-0419", "0419"));
    shows!(site.run("state rebuild --from backup --reason disk --yes"), @r"
    $ callout state rebuild --from backup --reason disk --yes
    2 records can still be read, and are kept.
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 1 not found.
    1 ticket will be in doubt: it may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next: callout plan
    exit 0
    ");
    site.run("apply --yes").ends_with(5);
    assert_eq!(site.vendor.tickets(), 2, "nobody knows whether the third was sent");
    shows!(site.run("state rebuild --from backup --reason disk --yes"), @r"
    $ callout state rebuild --from backup --reason disk --yes
    | state/not-lost
    |
    |   x the state `.callout/state.json` is not lost: it is whole, with 3 tickets on record
    |   help: A rebuild would forget what it knows. Tickets that it does not know are taken over one by one:
    |         callout import ADDRESS ID, callout import --from FILE.csv, or callout import --match mark.
    |
    exit 1
    ");
}

#[test]
fn a_mistaken_settlement_is_taken_back_from_the_history() {
    let site = sent();
    fold(&site);
    site.run("settle Dispatch/store-0417 --cancelled --reason mixed-up --yes").ends_with(0);
    let through = site.run("state history --format json").json()["snapshots"][2]["commit"].to_string();
    shows!(site.run(&format!("state restore {through} --reason mistake")), @r"
    $ callout state restore 5 --reason mistake
    Dispatch/store-0417: ticket 482001, cancelled -> ticket 482001, Pending Tech Assignment
    |
    | Take over this record? Every other record stays as it is, and nothing is sent. Only `yes` is taken as yes:
    | state/declined
    |
    |   x nothing was restored
    |   help: --yes restores without asking
    |
    exit 1
    ");
    shows!(site.run(&format!("state restore {through} --reason mistake --yes")), @r"
    $ callout state restore 5 --reason mistake --yes
    Dispatch/store-0417: ticket 482001, cancelled -> ticket 482001, Pending Tech Assignment
    Restored. Next: callout plan
    exit 0
    ");
    shows!(site.run(&format!("state restore {through} --reason mistake --yes")), @r"
    $ callout state restore 5 --reason mistake --yes
    Nothing to restore: the state knows all that the copy knows.
    exit 0
    ");
    shows!(site.run("state restore 999 --reason mistake --yes"), @r"
    $ callout state restore 999 --reason mistake --yes
    | state/no-copy
    |
    |   x what the state was after commit 999 cannot be told: it is not there yet, or its journal is not kept
    |   help: callout log --format json numbers the commits (`sequence`), and callout state history lists the
    |         snapshots
    |
    exit 1
    ");
    shows!(site.run("state restore nowhere --reason mistake --yes"), @r"
    $ callout state restore nowhere --reason mistake --yes
    | state/no-copy
    |
    |   x there is no state at `nowhere`
    |   help: Name a copy of the folder `.callout` or of a shared state's objects, the file `state.json` in it, or
    |         an address such as s3://bucket/copy.
    |
    exit 1
    ");
    shows!(site.run_words(&["state", "restore", "--reason", " ", "--yes"], ""), @r#"
    $ callout state restore --reason   --yes
    | state/no-reason
    |
    |   x `callout state restore` needs a reason
    |   help: say it again with --reason "why this is right"; it is kept in the journal
    |
    exit 1
    "#);
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}

/// The oldest snapshot knows nothing: going back to it must not send everybody again.
#[test]
fn an_older_snapshot_makes_nothing_less_known() {
    let site = sent();
    let before = records(&site);
    shows!(site.run("state restore 0 --reason old --yes"), @r"
    $ callout state restore 0 --reason old --yes
    Nothing to restore: the state knows all that the copy knows.
    exit 0
    ");
    assert_eq!(records(&site), before);
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn another_projects_copy_is_refused() {
    let site = sent();
    let other = Project::started();
    site.write("other/state.json", other.read(SNAPSHOT));
    site.write("other/journal.jsonl", other.read(JOURNAL));
    shows!(site.run("state restore other --reason x --yes"), @r"
    $ callout state restore other --reason x --yes
    | state/lineage
    |
    |   x the copy `other/state.json` is of another state: its lineage is [lineage],
    |   | and this one's is [lineage]
    |   help: Nothing was changed. Name a copy of this project's own state. The sandbox has a state of its own,
    |         and so has each project.
    |
    exit 1
    ");
}
