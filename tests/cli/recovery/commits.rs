//! Commits that are gone or damaged: one, the last ones, all of them.

use super::cases::damaged;
use super::*;
use crate::shown::shows;

#[test]
fn a_lost_commit_that_was_folded_is_not_needed() {
    let team = Team::sent();
    let before = team.records();
    team.delete(&team.commit(2));
    team.is_well(&before, 2);
    team.delete("acme/state.json");
    team.site.run("apply --yes").ends_with(1);
    team.site.run_words(&with_reason("state restore"), "").ends_with(0);
    team.is_well(&before, 2);
}

#[test]
fn a_lost_commit_comes_back_from_a_copy() {
    let team = Team::sent();
    let before = team.records();
    team.download("acme", "acme-copy");
    team.delete(&team.commit(4));
    shows!(team.site.run("apply --yes"), @r"
    $ callout apply --yes
    | state/gap
    |
    |   x commit 4 is missing:
    |   | `gs://[bucket]/acme/journal/[lineage]/0000000/0000000004`
    |   | is not there, though later ones are
    |   help: Nothing was changed. Next: callout state check. It says what is left, and how to bring it back.
    |         Nothing but a person, or a rule of the bucket that deletes old objects, takes them away: each may
    |         stand for a technician who was sent.
    |
    exit 1
    ");
    shows!(team.site.run("state check"), @r"
    $ callout state check
    .  gs://[bucket]/acme/state.json                                   whole: 1 record, up to commit 2
    !  gs://[bucket]/acme/journal                                      commit 4: `gs://[bucket]/acme/journal/[lineage]/0000000/0000000004` is missing
    .  gs://[bucket]/acme/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  gs://[bucket]/acme/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  gs://[bucket]/acme/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    | state/incomplete
    |
    |   x the state cannot be restored to what it was: commit 4 cannot be read
    |   help: Nothing was changed. What is wrong: commit 4 is missing:
    |         `gs://[bucket]/acme/journal/[lineage]/0000000/0000000004`
    |         is not there, though later ones are.
    |         If the bucket keeps earlier versions of its objects, bring those back: then nothing is lost.
    |         With a copy of the objects, from the last run or a backup: callout state restore FOLDER --reason
    |         TEXT.
    |         Without one: callout state rebuild --reason TEXT. It keeps the 1 record that can be read, and holds
    |         back every other ticket of the files.
    |
    exit 1
    ");
    shows!(team.site.run_words(&with_reason("state restore"), ""), @r"
    $ callout state restore --reason the bucket --yes
    | state/incomplete
    |
    |   x the state cannot be restored to what it was: commit 4 cannot be read
    |   help: Nothing was changed. What is wrong: commit 4 is missing:
    |         `gs://[bucket]/acme/journal/[lineage]/0000000/0000000004`
    |         is not there, though later ones are.
    |         If the bucket keeps earlier versions of its objects, bring those back: then nothing is lost.
    |         With a copy of the objects, from the last run or a backup: callout state restore FOLDER --reason
    |         TEXT.
    |         Without one: callout state rebuild --reason TEXT. It keeps the 1 record that can be read, and holds
    |         back every other ticket of the files.
    |
    exit 1
    ");
    shows!(team.site.run_words(&with_reason("state restore acme-copy"), ""), @r"
    $ callout state restore acme-copy --reason the bucket --yes
    The state can be put together again: 2 records, 2 of them open or in doubt, up to commit 5; nothing is missing.
    The state is restored. Next: callout plan
    | state/gap
    |
    |   ! commit 4 is missing:
    |   | `gs://[bucket]/acme/journal/[lineage]/0000000/0000000004`
    |   | is not there, though later ones are
    |
    exit 0
    ");
    team.is_well(&before, 2);
}

#[test]
fn a_damaged_commit_comes_back_from_a_copy() {
    let team = Team::sent();
    let before = team.records();
    team.download("acme", "acme-copy");
    let key = team.commit(4);
    team.put(&key, &damaged(&team.get(&key)));
    shows!(team.site.run("plan"), @r"
    $ callout plan
    | state/damaged
    |
    |   x `gs://[bucket]/acme/journal/[lineage]/0000000/0000000004`
    |   | is damaged: its checksum does not fit its content
    |   help: Nothing was changed. Next: callout state check. It says what is left, and how to bring it back. Do
    |         not delete
    |         `gs://[bucket]/acme/journal/[lineage]/0000000/0000000004`:
    |         it may stand for a technician who was sent.
    |
    exit 1
    ");
    shows!(team.site.run("state check"), @r"
    $ callout state check
    .  gs://[bucket]/acme/state.json                                   whole: 1 record, up to commit 2
    !  gs://[bucket]/acme/journal                                      commit 4: its checksum does not fit its content (`gs://[bucket]/acme/journal/[lineage]/0000000/0000000004`)
    .  gs://[bucket]/acme/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  gs://[bucket]/acme/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  gs://[bucket]/acme/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    | state/incomplete
    |
    |   x the state cannot be restored to what it was: commit 4 cannot be read
    |   help: Nothing was changed. What is wrong:
    |         `gs://[bucket]/acme/journal/[lineage]/0000000/0000000004`
    |         is damaged: its checksum does not fit its content.
    |         If the bucket keeps earlier versions of its objects, bring those back: then nothing is lost.
    |         With a copy of the objects, from the last run or a backup: callout state restore FOLDER --reason
    |         TEXT.
    |         Without one: callout state rebuild --reason TEXT. It keeps the 1 record that can be read, and holds
    |         back every other ticket of the files.
    |
    exit 1
    ");
    shows!(team.site.run("log"), @r"
    $ callout log
    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000001
      12:00:00  intended       Dispatch/store-0417                 create
      12:00:00  created        Dispatch/store-0417                 ticket 482001, Pending Tech Assignment

    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000002
      12:00:00  observed       Dispatch/store-0417                 ticket 482001, Pending Tech Assignment

    3 events in 2 runs.
    | state/damaged
    |
    |   x `gs://[bucket]/acme/journal/[lineage]` line 3 is
    |   | damaged: its checksum does not fit its content
    |   help: What stands before the damage is shown, and every journal behind it. Put back a backup of that
    |         object, then run callout log again.
    |
    exit 1
    ");
    team.site.run_words(&with_reason("state restore acme-copy"), "").ends_with(0);
    team.is_well(&before, 2);
}

#[test]
fn without_a_copy_of_a_lost_commit_what_it_may_have_sent_is_held_back() {
    let team = Team::sent();
    team.delete(&team.commit(4));
    shows!(team.site.run_words(&with_reason("state rebuild"), ""), @r"
    $ callout state rebuild --reason the bucket --yes
    1 record can still be read, and is kept.
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 1 not found.
    Dispatch/store-0418 was ticket 482002, and no more can be read of it: callout settle Dispatch/store-0418 --id 482002 --reason TEXT
    1 ticket will be in doubt: it may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next: callout plan
    | state/gap
    |
    |   ! commit 4 is missing:
    |   | `gs://[bucket]/acme/journal/[lineage]/0000000/0000000004`
    |   | is not there, though later ones are
    |
    exit 0
    ");
    shows!(team.site.run("plan"), @r"
    $ callout plan
    Plan: 1 in doubt, 1 unchanged.

    ? Dispatch/store-0418  Store 0418 (0418), account 01230418
        in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
        next: look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle Dispatch/store-0418 --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv
        mark: [mark]
        at tickets/0418.yaml:4:9

    Plan: 1 in doubt, 1 unchanged.
    exit 0
    ");
    shows!(team.site.run("state check"), @r"
    $ callout state check
    .  gs://[bucket]/acme/state.json                     whole: 1 record, up to commit 5
    !  gs://[bucket]/acme/journal                        commit 4: `gs://[bucket]/acme/journal/[lineage]/0000000/0000000004` is missing
    .  gs://[bucket]/acme/history/state-0000000005.json  whole: 1 record, up to commit 5

    The state is whole: 2 records, lineage [lineage].
    exit 0
    ");
    team.site.run("apply --yes").ends_with(5);
    assert_eq!(team.site.vendor.tickets(), 2);
    shows!(team.site.run("log"), @r"
    $ callout log
    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000001
      12:00:00  intended       Dispatch/store-0417                 create
      12:00:00  created        Dispatch/store-0417                 ticket 482001, Pending Tech Assignment

    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000002
      12:00:00  observed       Dispatch/store-0417                 ticket 482001, Pending Tech Assignment

    3 events in 2 runs.
    | An earlier state was set aside in gs://[bucket]/acme/set-aside-1: callout log --set-aside 1
    | state/damaged
    |
    |   x `gs://[bucket]/acme/journal/[lineage]` line 5 is
    |   | damaged: it is not what callout writes (expected ident at line 1 column 2)
    |   help: What stands before the damage is shown, and every journal behind it. Put back a backup of that
    |         object, then run callout log again.
    |
    exit 1
    ");
    shows!(team.site.run("log --set-aside 1"), @r"
    $ callout log --set-aside 1
    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000001
      12:00:00  intended       Dispatch/store-0417                 create
      12:00:00  created        Dispatch/store-0417                 ticket 482001, Pending Tech Assignment

    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000002
      12:00:00  observed       Dispatch/store-0417                 ticket 482001, Pending Tech Assignment

    3 events in 2 runs.
    | state/damaged
    |
    |   x `gs://[bucket]/acme/set-aside-1/journal.jsonl` line 3 is damaged: it is not
    |   | what callout writes (expected ident at line 1 column 2)
    |   help: What stands before the damage is shown, and every journal behind it. Put back a backup of that
    |         object, then run callout log again.
    |
    exit 1
    ");
}

#[test]
fn a_journal_without_its_end_is_no_shorter_journal() {
    let team = Team::sent();
    let (before, last) = (team.records(), team.commit(5));
    let kept = team.get(&last);
    team.delete(&last);
    shows!(team.site.run("apply --yes"), @r"
    $ callout apply --yes
    | state/damaged
    |
    |   x `gs://[bucket]/acme/journal/[lineage]` ends with
    |   | commit 4, but `gs://[bucket]/acme/lock.json` says that commit 5 was kept:
    |   | commits are missing
    |   help: Nothing was changed. Next: callout state check. It says what is left, and how to bring it back.
    |         Nothing but a person, or a rule of the bucket that deletes old objects, takes them away: each may
    |         stand for a technician who was sent.
    |
    exit 1
    ");
    shows!(team.site.run("state check"), @r"
    $ callout state check
    .  gs://[bucket]/acme/state.json                                   whole: 1 record, up to commit 2
    !  gs://[bucket]/acme/journal                                      commit 5: `gs://[bucket]/acme/journal/[lineage]/0000000/0000000005` is missing
    .  gs://[bucket]/acme/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  gs://[bucket]/acme/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  gs://[bucket]/acme/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    | state/incomplete
    |
    |   x the state cannot be restored to what it was: commit 5 cannot be read
    |   help: Nothing was changed. What is wrong:
    |         `gs://[bucket]/acme/journal/[lineage]` ends with
    |         commit 4, but `gs://[bucket]/acme/lock.json` says that commit 5 was kept:
    |         commits are missing.
    |         If the bucket keeps earlier versions of its objects, bring those back: then nothing is lost.
    |         With a copy of the objects, from the last run or a backup: callout state restore FOLDER --reason
    |         TEXT.
    |         Without one: callout state rebuild --reason TEXT. It keeps the 2 records that can be read, and holds
    |         back every other ticket of the files.
    |
    exit 1
    ");
    team.site.run_words(&with_reason("state restore"), "").ends_with(1);
    // As the bucket's versions bring it back.
    team.put(&last, &kept);
    team.is_well(&before, 2);
    team.delete(&last);
    team.delete(&team.commit(4));
    team.site.run_words(&with_reason("state rebuild"), "").ends_with(0);
    team.site.run("state check").ends_with(0);
    shows!(team.site.run("apply --yes"), @r"
    $ callout apply --yes
    Plan: 1 in doubt, 1 unchanged.

    ? Dispatch/store-0418  Store 0418 (0418), account 01230418
        in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
        next: look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle Dispatch/store-0418 --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv
        mark: [mark]
        at tickets/0418.yaml:4:9

    Plan: 1 in doubt, 1 unchanged.

    1 ticket needs a person: callout settle tells what to do.
    exit 5
    ");
    assert_eq!(team.site.vendor.tickets(), 2);
}

#[test]
fn a_lost_journal_comes_back_from_the_newest_copy() {
    let team = Team::sent();
    let before = team.records();
    team.download("acme", "acme-copy");
    team.keys("acme/journal").iter().for_each(|key| team.delete(key));
    shows!(team.site.run("plan"), @r"
    $ callout plan
    | state/damaged
    |
    |   x `gs://[bucket]/acme/journal/[lineage]` is missing,
    |   | though other parts of the state are there
    |   help: Nothing was changed. Next: callout state check. It says what is left, and how to bring it back.
    |
    exit 1
    ");
    shows!(team.site.run("state check"), @r"
    $ callout state check
    .  gs://[bucket]/acme/state.json                                   whole: 1 record, up to commit 2
    !  gs://[bucket]/acme/journal                                      missing
    .  gs://[bucket]/acme/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  gs://[bucket]/acme/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  gs://[bucket]/acme/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    | state/incomplete
    |
    |   x the state cannot be restored to what it was: `gs://[bucket]/acme/journal` is
    |   | missing, so nobody knows what was done last
    |   help: Nothing was changed. What is wrong:
    |         `gs://[bucket]/acme/journal/[lineage]` is
    |         missing, though other parts of the state are there.
    |         If the bucket keeps earlier versions of its objects, bring those back: then nothing is lost.
    |         With a copy of the objects, from the last run or a backup: callout state restore FOLDER --reason
    |         TEXT.
    |         Without one: callout state rebuild --reason TEXT. It keeps the 1 record that can be read, and holds
    |         back every other ticket of the files.
    |
    exit 1
    ");
    shows!(team.site.run_words(&with_reason("state restore acme-copy"), ""), @r"
    $ callout state restore acme-copy --reason the bucket --yes
    | state/incomplete
    |
    |   x the state cannot be restored to what it was: `gs://[bucket]/acme/journal` is
    |   | missing, so nobody knows what was done last
    |   help: Nothing was changed. What is wrong:
    |         `gs://[bucket]/acme/journal/[lineage]` is
    |         missing, though other parts of the state are there.
    |         If nothing was sent since that copy was made: callout state restore acme-copy --nothing-since
    |         --reason TEXT.
    |         Otherwise: callout state rebuild --from acme-copy --reason TEXT. It keeps the 2 records that can be
    |         read, and holds back every other ticket of the files.
    |
    exit 1
    ");
    team.site.run_words(&with_reason("state restore acme-copy --nothing-since"), "").ends_with(0);
    team.is_well(&before, 2);
}
