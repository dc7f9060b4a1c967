//! `state check` and `state history` over whole and damaged files, and a snapshot that is put together again.

use super::*;

#[test]
fn a_whole_state_is_checked_file_by_file() {
    let site = sent();
    shows!(site.run("state check"), @r"
    $ callout state check
    .  .callout/state.json                                   whole: 1 record, up to commit 2
    .  .callout/journal.jsonl                                whole: commits 3 to 5
    .  .callout/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  .callout/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  .callout/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    The state is whole: 2 records, lineage [lineage].
    exit 0
    ");
    shows!(site.run("state history"), @r"
    $ callout state history
    COMMIT  WHEN                  BY  RECORDS  FILE
    0       -                     -   0        .callout/history/state-0000000000.json
    2       2027-01-04T12:00:00Z  -   1        .callout/history/state-0000000002.json

    callout state restore COMMIT --reason TEXT shows what of it would come back, and asks. It takes every other commit, too: callout log --format json numbers them.
    exit 0
    ");
    shows!(site.run_words(&RESTORE, ""), @r"
    $ callout state restore --reason the disk --yes
    The state is whole: nothing to restore. callout state history lists earlier snapshots.
    exit 0
    ");
    assert_eq!(site.run("state check --format json").json()["wrong"], serde_json::Value::Null);
    assert_eq!(site.run("state history --format json").json()["snapshots"][1]["records"], 1);
}

#[test]
fn a_damaged_snapshot_is_put_together_again() {
    let site = sent();
    damage(&site, SNAPSHOT, Damage::Half);
    shows!(site.run("plan"), @r"
    $ callout plan
    | state/damaged
    |
    |   x `.callout/state.json` is damaged: it is not what callout writes (EOF while parsing a string at line 1
    |   | column 705)
    |   help: Nothing was changed. Next: callout state check. It says what is left, and how to bring it back.
    |
    exit 1
    ");
    shows!(site.run("state check"), @r"
    $ callout state check
    !  .callout/state.json                                   damaged: it is not what callout writes (EOF while parsing a string at line 1 column 705)
    .  .callout/journal.jsonl                                whole: commits 3 to 5
    .  .callout/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  .callout/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  .callout/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    | state/damaged
    |
    |   x `.callout/state.json` is damaged: it is not what callout writes (EOF while parsing a string at line 1
    |   | column 705)
    |   help: Nothing is lost: every commit up to 5 can be read. callout state restore --reason TEXT puts the
    |         state together again, exactly.
    |
    exit 1
    ");
    shows!(site.run("state restore --reason disk"), @r"
    $ callout state restore --reason disk
    The state can be put together again: 2 records, 2 of them open or in doubt, up to commit 5; nothing is missing.
    | state/damaged
    |
    |   ! `.callout/state.json` is damaged: it is not what callout writes (EOF while parsing a string at line 1
    |   | column 705)
    |
    |
    | Restore it? What is there is put aside, and nothing is sent. Only `yes` is taken as yes:
    | state/declined
    |
    |   x nothing was restored
    |   help: --yes restores without asking
    |
    exit 1
    ");
    shows!(site.run_answering("state restore --reason disk", "yes\n"), @r"
    $ callout state restore --reason disk
    The state can be put together again: 2 records, 2 of them open or in doubt, up to commit 5; nothing is missing.
    The state is restored. Next: callout plan
    | state/damaged
    |
    |   ! `.callout/state.json` is damaged: it is not what callout writes (EOF while parsing a string at line 1
    |   | column 705)
    |
    |
    | Restore it? What is there is put aside, and nothing is sent. Only `yes` is taken as yes:
    exit 0
    ");
    shows!(site.run("state check"), @r"
    $ callout state check
    .  .callout/state.json                                   whole: 1 record, up to commit 2
    .  .callout/journal.jsonl                                whole: commits 3 to 6
    .  .callout/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  .callout/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  .callout/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    The state is whole: 2 records, lineage [lineage].
    exit 0
    ");
}

#[test]
fn a_file_of_the_history_may_be_damaged_without_harm() {
    let site = sent();
    site.write(".callout/history/state-0000000000.json", "x");
    shows!(site.run("state check"), @r"
    $ callout state check
    .  .callout/state.json                                   whole: 1 record, up to commit 2
    .  .callout/journal.jsonl                                whole: commits 3 to 5
    !  .callout/history/state-0000000000.json                damaged: it is not what callout writes (expected value at line 1 column 1)
    .  .callout/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  .callout/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    | state/history
    |
    |   x the state is whole, but a file of its history cannot be used
    |   help: Nothing needs them today: they are earlier snapshots, and the log. Copy them back from a backup if
    |         you have one; delete nothing.
    |
    exit 1
    ");
    site.run("apply --yes").ends_with(0);
    assert!(site.run("state history").ends_with(0).out.contains("cannot be used: "));
}
