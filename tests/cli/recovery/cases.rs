//! A snapshot, a lock object and a history that are gone, damaged or older than they should be; and all of it gone.

use super::*;
use crate::shown::shows;

pub fn damaged(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replacen("lineage\":\"", "lineage\":\"0", 1).into_bytes()
}

#[test]
fn a_lost_snapshot_comes_back_from_what_is_left() {
    let team = Team::sent();
    let before = team.records();
    team.delete("acme/state.json");
    shows!(team.site.run("apply --yes"), @r"
    $ callout apply --yes
    | state/damaged
    |
    |   x `gs://[bucket]/acme/state.json` is missing, though other parts of the state are
    |   | there
    |   help: Nothing was changed. Next: callout state check. It says what is left, and how to bring it back.
    |
    exit 1
    ");
    shows!(team.site.run("state check"), @r"
    $ callout state check
    !  gs://[bucket]/acme/state.json                                   missing
    .  gs://[bucket]/acme/journal                                      whole: commits 3 to 5
    .  gs://[bucket]/acme/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  gs://[bucket]/acme/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  gs://[bucket]/acme/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    | state/damaged
    |
    |   x `gs://[bucket]/acme/state.json` is missing, though other parts of the state are
    |   | there
    |   help: Nothing is lost: every commit up to 5 can be read. callout state restore --reason TEXT puts the
    |         state together again, exactly.
    |
    exit 1
    ");
    team.site.run_words(&with_reason("state rebuild"), "").ends_with(1);
    shows!(team.site.run_words(&with_reason("state restore"), ""), @r"
    $ callout state restore --reason the bucket --yes
    The state can be put together again: 2 records, 2 of them open or in doubt, up to commit 5; nothing is missing.
    The state is restored. Next: callout plan
    | state/damaged
    |
    |   ! `gs://[bucket]/acme/state.json` is missing, though other parts of the state are
    |   | there
    |
    exit 0
    ");
    team.is_well(&before, 2);
}

#[test]
fn a_damaged_snapshot_comes_back_from_what_is_left() {
    let team = Team::sent();
    let (before, whole) = (team.records(), team.get("acme/state.json"));
    for bytes in [b"".as_slice(), &whole[..whole.len() / 2], &damaged(&whole)] {
        team.put("acme/state.json", bytes);
        team.site.run("apply --yes").ends_with(1);
        team.site.run_words(&with_reason("state restore"), "").ends_with(0);
        team.is_well(&before, 2);
    }
    team.put("acme/state.json", b"");
    shows!(team.site.run("plan"), @r"
    $ callout plan
    | state/damaged
    |
    |   x `gs://[bucket]/acme/state.json` is empty; a state never is
    |   help: Nothing was changed. Next: callout state check. It says what is left, and how to bring it back.
    |
    exit 1
    ");
    shows!(team.site.run("state check"), @r"
    $ callout state check
    !  gs://[bucket]/acme/state.json                                   damaged: it is empty; a state never is
    .  gs://[bucket]/acme/journal                                      whole: commits 3 to 9
    .  gs://[bucket]/acme/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  gs://[bucket]/acme/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  gs://[bucket]/acme/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    | state/damaged
    |
    |   x `gs://[bucket]/acme/state.json` is empty; a state never is
    |   help: Nothing is lost: every commit up to 9 can be read. callout state restore --reason TEXT puts the
    |         state together again, exactly.
    |
    exit 1
    ");
}

#[test]
fn an_older_snapshot_harms_nothing() {
    let team = Team::sent();
    let (before, older) = (team.records(), team.get("acme/history/state-0000000000.json"));
    team.put("acme/state.json", &older);
    team.is_well(&before, 2);
}

/// Before it was folded there is one copy of a commit; from then on there are two.
#[test]
fn a_damaged_lock_object_says_what_to_do_with_it() {
    let team = Team::sent();
    let before = team.records();
    team.put("acme/lock.json", b"{}");
    shows!(team.site.run("plan"), @r"
    $ callout plan
    | state/lock-damaged
    |
    |   x `gs://[bucket]/acme/lock.json` is damaged: it is not what callout writes
    |   | (missing field `format_version` at line 1 column 2)
    |   help: Nothing was planned or sent. That object says who writes, and whether the state was moved elsewhere;
    |         no ticket is in it. See that no other callout runs and that this is still the state's place, put a
    |         copy of the object aside, then delete it: the next run makes a new one.
    |
    exit 1
    ");
    shows!(team.site.run("state check"), @r"
    $ callout state check
    .  gs://[bucket]/acme/state.json                                   whole: 1 record, up to commit 2
    !  gs://[bucket]/acme/journal                                      `gs://[bucket]/acme/lock.json` is damaged: it is not what callout writes (missing field `format_version` at line 1 column 2)
    .  gs://[bucket]/acme/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  gs://[bucket]/acme/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  gs://[bucket]/acme/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    | state/lock-damaged
    |
    |   x `gs://[bucket]/acme/lock.json` is damaged: it is not what callout writes
    |   | (missing field `format_version` at line 1 column 2)
    |   help: Nothing was planned or sent. That object says who writes, and whether the state was moved elsewhere;
    |         no ticket is in it. See that no other callout runs and that this is still the state's place, put a
    |         copy of the object aside, then delete it: the next run makes a new one.
    |
    exit 1
    ");
    team.delete("acme/lock.json");
    team.is_well(&before, 2);
}

#[test]
fn a_damaged_history_is_told_and_harms_nothing() {
    let team = Team::sent();
    team.put("acme/history/state-0000000000.json", b"");
    team.put("acme/history/journal-0000000001-0000000002.jsonl", b"");
    shows!(team.site.run("state check"), @r"
    $ callout state check
    .  gs://[bucket]/acme/state.json                                   whole: 1 record, up to commit 2
    .  gs://[bucket]/acme/journal                                      whole: commits 1 to 5
    !  gs://[bucket]/acme/history/state-0000000000.json                damaged: it is empty; a state never is
    .  gs://[bucket]/acme/history/state-0000000002.json                whole: 1 record, up to commit 2
    !  gs://[bucket]/acme/history/journal-0000000001-0000000002.jsonl  damaged: it is empty; a journal always has a first line that says where it begins

    | state/history
    |
    |   x the state is whole, but 2 objects of its history cannot be used
    |   help: Nothing needs them today: they are earlier snapshots, and the log. Copy them back from a backup if
    |         you have one; delete nothing.
    |
    exit 1
    ");
    shows!(team.site.run("state history"), @r"
    $ callout state history
    COMMIT  WHEN                  BY  RECORDS                                        FILE
    0       -                     -   cannot be used: it is empty; a state never is  gs://[bucket]/acme/history/state-0000000000.json
    2       2027-01-04T12:00:00Z  -   1                                              gs://[bucket]/acme/history/state-0000000002.json

    callout state restore COMMIT --reason TEXT shows what of it would come back, and asks. It takes every other commit, too: callout log --format json numbers them.
    exit 0
    ");
    team.site.run("log").ends_with(0);
    team.site.run("apply --yes").ends_with(0);
    assert_eq!(team.site.vendor.tickets(), 2);
}

#[test]
fn when_everything_is_gone_nothing_is_sent() {
    let team = Team::sent();
    let before = team.records();
    team.copy("acme", "backup/acme");
    team.keys("acme").iter().for_each(|key| team.delete(key));
    shows!(team.site.run("apply --yes"), @r#"
    $ callout apply --yes
    | state/missing
    |
    |   x the state `gs://[bucket]/acme` is missing; `callout.lock` says that there is
    |   | one (lineage [lineage])
    |   help: Without it nobody knows which tickets exist, so nothing is planned or sent. In this order:
    |         1. Is spec.state.url in callout.yaml what it was? If the state went elsewhere, the newest
    |         callout.yaml names that place.
    |         2. If the bucket keeps earlier versions of its objects, bring those back: then nothing is lost.
    |         3. With a copy of the objects, if nothing was sent since:
    |         callout state restore FOLDER --nothing-since --reason TEXT
    |         If that is not sure: callout state rebuild --from FOLDER --reason TEXT. It holds back what the copy
    |         does not know.
    |         4. Gone for good: callout state rebuild --reason "...". It looks for the marks of your tickets, and
    |         sends nothing again.
    |         5. Nothing was ever sent: callout state init --start-over --reason "nothing was sent".
    |
    exit 1
    "#);
    shows!(team.site.run("state check"), @r#"
    $ callout state check
    | state/missing
    |
    |   x the state `gs://[bucket]/acme` is missing; `callout.lock` says that there is
    |   | one (lineage [lineage])
    |   help: Without it nobody knows which tickets exist, so nothing is planned or sent. In this order:
    |         1. Is spec.state.url in callout.yaml what it was? If the state went elsewhere, the newest
    |         callout.yaml names that place.
    |         2. If the bucket keeps earlier versions of its objects, bring those back: then nothing is lost.
    |         3. With a copy of the objects, if nothing was sent since:
    |         callout state restore FOLDER --nothing-since --reason TEXT
    |         If that is not sure: callout state rebuild --from FOLDER --reason TEXT. It holds back what the copy
    |         does not know.
    |         4. Gone for good: callout state rebuild --reason "...". It looks for the marks of your tickets, and
    |         sends nothing again.
    |         5. Nothing was ever sent: callout state init --start-over --reason "nothing was sent".
    |
    exit 1
    "#);
    team.copy("backup/acme", "acme");
    team.is_well(&before, 2);
}
