//! Damaged state files: each case comes back exactly, or stops with what was kept and what to type. Nobody is sent twice.

use std::fs;

use callout::state::{By, Home, Owner, Session, open_for_writing};
use jiff::Timestamp;

use crate::shown::shows;
use crate::support::project::{Project, Ran};
use crate::vendor::{Site, dispatch};

const SNAPSHOT: &str = ".callout/state.json";
const JOURNAL: &str = ".callout/journal.jsonl";

/// One ticket in the snapshot, one in the journal.
fn sent() -> Site {
    let site = Site::new();
    site.write("tickets/0417.yaml", dispatch("store-0417", "0417"));
    site.run("apply --yes").ends_with(0);
    fold(&site);
    site.write("tickets/0418.yaml", dispatch("store-0418", "0418"));
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
    site
}

/// Folds the journal into the snapshot, as a long run does at its end.
fn fold(site: &Site) {
    let home = Home { lock_file: site.path("callout.lock"), state: site.path(SNAPSHOT) };
    let owner = Owner { by: By::default(), pid: 1, command: "a test".to_owned(), since: Timestamp::UNIX_EPOCH };
    site.vendor.block_on(async {
        open_for_writing(&home, Session::new(owner)).expect("opened").compact().await.expect("folded");
    });
}

fn records(site: &Site) -> serde_json::Value {
    site.run("state list --format json").ends_with(0).json()["records"].clone()
}

#[derive(Clone, Copy, Debug)]
enum Damage {
    Half,
    Empty,
    Missing,
    AnotherProjects,
    /// The disk does not give it out: a folder stands in its place.
    Unreadable,
    /// A letter of this line, from 1.
    Line(usize),
    /// The end of the last line is not there.
    Torn,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// `state restore` brings all of it back.
    Exact,
    /// Nobody knows what was done last, or what a line said.
    Copy,
    /// As it is after a loss of power: what was acted on is in doubt.
    Doubt,
    /// Out of reach, and perhaps whole.
    Disk,
}

const CASES: [(&str, Damage, Way); 15] = [
    (SNAPSHOT, Damage::Half, Way::Exact),
    (SNAPSHOT, Damage::Empty, Way::Exact),
    (SNAPSHOT, Damage::Missing, Way::Exact),
    (SNAPSHOT, Damage::AnotherProjects, Way::Exact),
    (SNAPSHOT, Damage::Line(1), Way::Exact),
    (SNAPSHOT, Damage::Unreadable, Way::Disk),
    (JOURNAL, Damage::Half, Way::Copy),
    (JOURNAL, Damage::Empty, Way::Copy),
    (JOURNAL, Damage::Missing, Way::Copy),
    (JOURNAL, Damage::AnotherProjects, Way::Copy),
    (JOURNAL, Damage::Line(1), Way::Exact),
    (JOURNAL, Damage::Line(2), Way::Copy),
    (JOURNAL, Damage::Line(3), Way::Copy),
    (JOURNAL, Damage::Torn, Way::Doubt),
    (JOURNAL, Damage::Unreadable, Way::Disk),
];

fn damage(site: &Site, file: &str, damage: Damage) {
    let bytes = fs::read(site.path(file)).expect("a file");
    match damage {
        // Half of the first line: of a journal, less would be a torn end.
        Damage::Half => site.write(file, &bytes[..bytes.iter().position(|byte| *byte == b'\n').expect("a line") / 2]),
        Damage::Empty => site.write(file, b""),
        Damage::Missing => site.remove(file),
        Damage::AnotherProjects => site.write(file, fs::read(Project::started().path(file)).expect("a file")),
        Damage::Unreadable => {
            site.remove(file);
            fs::create_dir(site.path(file)).expect("a folder");
        }
        Damage::Line(number) => {
            let text = String::from_utf8(bytes).expect("text");
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines[number - 1] = lines[number - 1].replacen("lineage\":\"", "lineage\":\"0", 1);
            site.write(file, lines.join("\n") + "\n");
        }
        Damage::Torn => site.write(file, &bytes[..bytes.len() - 20]),
    }
}

fn back_up(site: &Site) {
    for path in site.files() {
        let name = path.strip_prefix(site.path("")).expect("a file of the project").to_owned();
        if let Ok(rest) = name.strip_prefix(".callout") {
            site.write(site.path("backup").join(rest), fs::read(&path).expect("a file"));
        }
    }
}

const RESTORE: [&str; 5] = ["state", "restore", "--reason", "the disk", "--yes"];
const RESTORE_COPY: [&str; 7] = ["state", "restore", "backup", "--nothing-since", "--reason", "the disk", "--yes"];
const REBUILD: [&str; 5] = ["state", "rebuild", "--reason", "the disk", "--yes"];

#[test]
fn every_damage_is_told_and_mended_and_sends_nobody_twice() {
    for (file, what, way) in CASES {
        let site = sent();
        let before = records(&site);
        back_up(&site);
        damage(&site, file, what);
        let told = |ran: Ran, code: u8| assert_eq!(ran.code, code, "{file} {what:?}\n{ran}");
        match way {
            Way::Exact => {
                told(site.run("apply --yes"), 1);
                let checked = site.run("state check");
                assert!(checked.err.contains("Nothing is lost"), "{checked}");
                told(checked, 1);
                told(site.run_words(&REBUILD, ""), 1);
                told(site.run_words(&RESTORE, ""), 0);
                assert_eq!(records(&site), before, "{file} {what:?}");
                told(site.run("state check"), 0);
                told(site.run("apply --yes"), 0);
            }
            Way::Copy => {
                told(site.run("apply --yes"), 1);
                told(site.run("state check"), 1);
                told(site.run_words(&RESTORE, ""), 1);
                told(site.run_words(&RESTORE_COPY, ""), 0);
                assert_eq!(records(&site), before, "{file} {what:?}");
                told(site.run("state check"), 0);
                told(site.run("apply --yes"), 0);
            }
            Way::Doubt => {
                told(site.run("state check"), 0);
                told(site.run("apply --yes"), 5);
            }
            Way::Disk => {
                told(site.run("apply --yes"), 1);
                let checked = site.run("state check");
                assert!(checked.err.contains("state/disk"), "{checked}");
                told(checked, 1);
                told(site.run_words(&RESTORE, ""), 1);
                told(site.run_words(&REBUILD, ""), 1);
            }
        }
        assert_eq!(site.vendor.tickets(), 2, "{file} {what:?}");
    }
}

#[test]
fn without_a_copy_a_rebuild_keeps_what_is_left_and_holds_the_rest_back() {
    for (file, what, _) in CASES.into_iter().filter(|(_, _, way)| *way == Way::Copy) {
        let site = sent();
        damage(&site, file, what);
        site.run_words(&REBUILD, "").ends_with(0);
        let ran = site.run("apply --yes");
        // In line 2 stands what was seen of the first ticket: that alone is seen again.
        let code = if matches!(what, Damage::Line(2)) { 0 } else { 5 };
        assert_eq!((ran.code, site.vendor.tickets()), (code, 2), "{file} {what:?}\n{ran}");
        let listed = site.run("state show Dispatch/store-0417").out;
        assert!(listed.contains("ticket 482001, open"), "{file} {what:?}\n{listed}");
        site.run("state check").ends_with(0);
    }
}

/// Wherever a bit flips, the next run stops, or loses nothing.
#[test]
fn a_flipped_bit_sends_nobody_wherever_it_is() {
    let site = sent();
    let before = records(&site);
    for file in [SNAPSHOT, JOURNAL] {
        let bytes = fs::read(site.path(file)).expect("a file");
        for at in (0..bytes.len()).step_by(bytes.len() / 24).chain([bytes.len() - 1]) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 4;
            site.write(file, &flipped);
            let ran = site.run("plan");
            if ran.code == 0 {
                assert!(ran.out.starts_with("No changes."), "{file} {at}\n{ran}");
                assert_eq!(records(&site), before, "{file} {at}");
            }
            assert_eq!(site.run("state check").code, ran.code, "{file} {at}");
        }
        site.write(file, &bytes);
    }
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
}

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
    shows!(site.run("state rebuild --from .callout/set-aside-1 --reason disk --yes"), @r"
    $ callout state rebuild --from .callout/set-aside-1 --reason disk --yes
    2 records can still be read, and are kept.
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks.
    Nothing is in doubt then.
    The state is rebuilt. Next: callout plan
    | state/damaged
    |
    |   ! `.callout/journal.jsonl` is missing, though other files of the state are there
    |
    exit 0
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

#[test]
fn a_missing_state_is_restored_from_a_copy_at_a_persons_word() {
    let site = sent();
    back_up(&site);
    fs::remove_dir_all(site.path(".callout")).expect("a folder");
    shows!(site.run("state check"), @r#"
    $ callout state check
    | state/missing
    |
    |   x the state `.callout/state.json` is missing; `callout.lock` says that there is one (lineage [lineage])
    |   help: Without it nobody knows which tickets exist, so nothing is planned or sent. In this order:
    |         1. With a copy of its folder, from the machine or the backup that has one: callout state restore
    |         FOLDER --reason TEXT.
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
    |   ! the state `.callout/state.json` is missing; `callout.lock` says that there is one (lineage [lineage])
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
    |   help: name a copy of the folder `.callout`, or the file `state.json` in it
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
    |   help: Nothing was changed. Name a copy of this project's own folder `.callout`. The sandbox has a state of
    |         its own, and so has each project.
    |
    exit 1
    ");
}

#[test]
fn the_sandboxs_state_is_looked_after_alike() {
    let site = sent();
    site.run("--sandbox apply --yes").ends_with(0);
    site.write(".callout/sandbox/state.json", "");
    assert!(site.run("--sandbox state check").ends_with(1).err.contains("callout --sandbox state restore"));
    site.run("--sandbox state restore --reason x --yes").ends_with(0);
    site.run("--sandbox apply --yes").ends_with(0);
}
