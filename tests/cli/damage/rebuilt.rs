//! A damaged journal: what a copy, a rebuild, a name or an id that is left still says.

use super::*;

#[test]
fn a_damaged_journal_needs_a_copy_or_a_rebuild() {
    let site = sent();
    back_up(&site);
    damage(&site, JOURNAL, Damage::Line(2));
    shows!(site.run("plan"), @r"
    $ callout plan
    | state/damaged
    |
    |   x `.callout/journal.jsonl` line 2 is damaged: its checksum does not fit its content
    |   help: Nothing was changed. Next: callout state check. It says what is left, and how to bring it back. Do
    |         not delete lines of `.callout/journal.jsonl`: each may stand for a technician who was sent.
    |
    exit 1
    ");
    shows!(site.run("state check"), @r"
    $ callout state check
    .  .callout/state.json                                   whole: 1 record, up to commit 2
    !  .callout/journal.jsonl                                line 2 is damaged: its checksum does not fit its content
    .  .callout/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  .callout/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  .callout/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    | state/incomplete
    |
    |   x the state cannot be restored to what it was: commit 3 cannot be read
    |   help: Nothing was changed. What is wrong: `.callout/journal.jsonl` line 2 is damaged: its checksum does
    |         not fit its content.
    |         With a copy of the folder, from the last run or a backup: callout state restore FOLDER --reason
    |         TEXT.
    |         Without one: callout state rebuild --reason TEXT. It keeps the 2 records that can be read, and holds
    |         back every other ticket of the files.
    |
    exit 1
    ");
    shows!(site.run_words(&RESTORE, ""), @r"
    $ callout state restore --reason the disk --yes
    | state/incomplete
    |
    |   x the state cannot be restored to what it was: commit 3 cannot be read
    |   help: Nothing was changed. What is wrong: `.callout/journal.jsonl` line 2 is damaged: its checksum does
    |         not fit its content.
    |         With a copy of the folder, from the last run or a backup: callout state restore FOLDER --reason
    |         TEXT.
    |         Without one: callout state rebuild --reason TEXT. It keeps the 2 records that can be read, and holds
    |         back every other ticket of the files.
    |
    exit 1
    ");
    shows!(site.run("state restore backup --reason disk --yes"), @r"
    $ callout state restore backup --reason disk --yes
    The state can be put together again: 2 records, 2 of them open or in doubt, up to commit 5; nothing is missing.
    The state is restored. Next: callout plan
    | state/damaged
    |
    |   ! `.callout/journal.jsonl` line 2 is damaged: its checksum does not fit its content
    |
    exit 0
    ");
    site.run("apply --yes").ends_with(0);
    damage(&site, JOURNAL, Damage::Missing);
    shows!(site.run("state check"), @r"
    $ callout state check
    .  .callout/state.json                                   whole: 1 record, up to commit 2
    !  .callout/journal.jsonl                                missing
    .  .callout/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  .callout/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  .callout/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    | state/incomplete
    |
    |   x the state cannot be restored to what it was: `.callout/journal.jsonl` is missing, so nobody knows what
    |   | was done last
    |   help: Nothing was changed. What is wrong: `.callout/journal.jsonl` is missing, though other files of the
    |         state are there.
    |         With a copy of the folder, from the last run or a backup: callout state restore FOLDER --reason
    |         TEXT.
    |         Without one: callout state rebuild --reason TEXT. It keeps the 1 record that can be read, and holds
    |         back every other ticket of the files.
    |
    exit 1
    ");
    shows!(site.run("state restore backup --reason disk --yes"), @r"
    $ callout state restore backup --reason disk --yes
    | state/incomplete
    |
    |   x the state cannot be restored to what it was: `.callout/journal.jsonl` is missing, so nobody knows what
    |   | was done last
    |   help: Nothing was changed. What is wrong: `.callout/journal.jsonl` is missing, though other files of the
    |         state are there.
    |         If nothing was sent since that copy was made: callout state restore backup --nothing-since --reason
    |         TEXT.
    |         Otherwise: callout state rebuild --from backup --reason TEXT. It keeps the 2 records that can be
    |         read, and holds back every other ticket of the files.
    |
    exit 1
    ");
    // What was put aside when the line was mended is more than the snapshot.
    shows!(site.run_words(&REBUILD, ""), @r"
    $ callout state rebuild --reason the disk --yes
    | state/set-aside
    |
    |   x an earlier state of this project was put aside in `.callout/set-aside-1`, and may know tickets
    |   help: callout state rebuild --from .callout/set-aside-1 --reason TEXT keeps what it knows. If nothing of
    |         it counts, move that folder away.
    |
    exit 1
    ");
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn an_id_that_is_all_that_is_left_is_told() {
    let site = sent();
    damage(&site, JOURNAL, Damage::Line(3));
    shows!(site.run_words(&REBUILD, ""), @r"
    $ callout state rebuild --reason the disk --yes
    1 record can still be read, and is kept.
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 1 not found.
    Dispatch/store-0418 was ticket 482002, and no more can be read of it: callout settle Dispatch/store-0418 --id 482002 --reason TEXT
    1 ticket will be in doubt: it may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next: callout plan
    | state/damaged
    |
    |   ! `.callout/journal.jsonl` line 3 is damaged: its checksum does not fit its content
    |
    exit 0
    ");
    site.run("settle Dispatch/store-0418 --id 482002 --reason found --yes").ends_with(0);
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn a_file_that_is_gone_too_is_held_back_by_its_name() {
    let site = sent();
    damage(&site, JOURNAL, Damage::Line(3));
    let file = site.read("tickets/0418.yaml");
    site.remove("tickets/0418.yaml");
    site.run_words(&REBUILD, "").ends_with(0);
    assert!(site.run("settle").out.contains("? Dispatch/store-0418"));
    site.write("tickets/0418.yaml", file);
    site.run("apply --yes").ends_with(5);
    assert_eq!(site.vendor.tickets(), 2);
}
