//! Copies: a folder that a cloud's own tool filled, another part of the bucket, and what was put aside.

use jiff::SignedDuration;

use super::*;
use crate::shown::shows;
use crate::support::stores::fault::Fault;

fn lost(team: &Team) {
    team.keys("acme").iter().for_each(|key| team.delete(key));
}

#[test]
fn a_lost_state_is_restored_from_a_folder_of_its_objects() {
    let team = Team::sent();
    let before = team.records();
    team.download("acme", "acme-copy");
    lost(&team);
    shows!(team.site.run_words(&with_reason("state restore acme-copy"), ""), @r"
    $ callout state restore acme-copy --reason the bucket --yes
    | state/incomplete
    |
    |   x the state cannot be restored to what it was: `gs://[bucket]/acme/journal` is
    |   | missing, so nobody knows what was done last
    |   help: Nothing was changed. What is wrong: the state `gs://[bucket]/acme` is
    |         missing; `callout.lock` says that there is one (lineage [lineage]).
    |         If nothing was sent since that copy was made: callout state restore acme-copy --nothing-since
    |         --reason TEXT.
    |         Otherwise: callout state rebuild --from acme-copy --reason TEXT. It keeps the 2 records that can be
    |         read, and holds back every other ticket of the files.
    |
    exit 1
    ");
    shows!(team.site.run_words(&with_reason("state restore acme-copy --nothing-since"), ""), @r"
    $ callout state restore acme-copy --nothing-since --reason the bucket --yes
    The state can be put together again: 2 records, 2 of them open or in doubt, up to commit 5; as you say, nothing was sent since.
    The state is restored. Next: callout plan
    | state/missing
    |
    |   ! the state `gs://[bucket]/acme` is missing; `callout.lock` says that there is
    |   | one (lineage [lineage])
    |
    exit 0
    ");
    team.is_well(&before, 2);
    shows!(team.site.run("log"), @r"
    $ callout log
    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000001
      12:00:00  intended       Dispatch/store-0417                 create
      12:00:00  created        Dispatch/store-0417                 ticket 482001, Pending Tech Assignment

    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000002
      12:00:00  observed       Dispatch/store-0417                 ticket 482001, Pending Tech Assignment
      12:00:00  intended       Dispatch/store-0418                 create
      12:00:00  created        Dispatch/store-0418                 ticket 482002, Pending Tech Assignment

    2027-01-04T12:00:00Z  callout state restore by an unknown user
      12:00:00  mended                                             the state was put together again, up to commit 5: the bucket

    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000004
      12:00:00  observed       Dispatch/store-0418                 ticket 482002, Pending Tech Assignment

    7 events in 4 runs.
    exit 0
    ");
}

#[test]
fn a_lost_state_is_restored_from_another_prefix() {
    let team = Team::sent();
    let before = team.records();
    team.copy("acme", "backup");
    lost(&team);
    let copy = format!("{}/backup", team.bucket.url());
    shows!(team.site.run_words(&with_reason(&format!("state restore {copy}")), ""), @r"
    $ callout state restore gs://[bucket]/backup --reason the bucket --yes
    | state/incomplete
    |
    |   x the state cannot be restored to what it was: `gs://[bucket]/acme/journal` is
    |   | missing, so nobody knows what was done last
    |   help: Nothing was changed. What is wrong: the state `gs://[bucket]/acme` is
    |         missing; `callout.lock` says that there is one (lineage [lineage]).
    |         If nothing was sent since that copy was made: callout state restore
    |         gs://[bucket]/backup --nothing-since --reason TEXT.
    |         Otherwise: callout state rebuild --from gs://[bucket]/backup --reason TEXT.
    |         It keeps the 2 records that can be read, and holds back every other ticket of the files.
    |
    exit 1
    ");
    team.site.run_words(&with_reason(&format!("state restore {copy} --nothing-since")), "").ends_with(0);
    team.is_well(&before, 2);
    shows!(team.site.run_words(&with_reason(&format!("state restore {}/nowhere", team.bucket.url())), ""), @r"
    $ callout state restore gs://[bucket]/nowhere --reason the bucket --yes
    | state/no-copy
    |
    |   x there is no state at `gs://[bucket]/nowhere`
    |   help: Name a copy of the folder `.callout` or of a shared state's objects, the file `state.json` in it, or
    |         an address such as s3://bucket/copy.
    |
    exit 1
    ");
    shows!(team.site.run_words(&with_reason("state restore s3://x"), ""), @r"
    $ callout state restore s3://x --reason the bucket --yes
    | state/url
    |
    |   x the place that was typed names no bucket
    |   help: It has 3 to 63 signs: lower-case letters, digits, `-`, `.` and `_`.
    |
    exit 1
    ");
}

#[test]
fn an_older_copy_is_rebuilt_from_and_the_rest_is_held_back() {
    let team = Team::sent();
    team.download("acme", "acme-copy");
    team.send("0419");
    lost(&team);
    shows!(team.site.run_words(&with_reason("state rebuild --from acme-copy"), ""), @r"
    $ callout state rebuild --from acme-copy --reason the bucket --yes
    2 records can still be read, and are kept.
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 1 not found.
    1 ticket will be in doubt: it may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next: callout plan
    exit 0
    ");
    team.site.run("apply --yes").ends_with(5);
    assert_eq!(team.site.vendor.tickets(), 3);
    shows!(team.site.run("settle"), @r"
    $ callout settle
    1 ticket needs a person:

    ? Dispatch/store-0419  Store 0419 (0419), account 01230419
        in doubt: the state was rebuilt at 2027-01-04T12:00:00Z without it, and it may have been sent before
        next: look for its site in the portal, and not for its mark alone: sent in one request with other sites, it carries the mark of one of these; then: callout settle Dispatch/store-0419 --id ID --reason TEXT, or --not-created; many at once: callout import --from FILE.csv
        mark: [mark]
        at tickets/0419.yaml:4:9
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        system: techexpress at http://127.0.0.1:[port]
        since: 2027-01-04T12:00:00Z, 0 min ago
        sent: Equipment Install; Dana Ortiz; dana@example.com; Replace the branch router.; PO-88213
    exit 0
    ");
}

#[test]
fn a_mistaken_settlement_is_taken_back_by_the_number_of_a_commit() {
    let team = Team::sent();
    team.download("acme", "acme-copy");
    team.fold();
    team.site.run("settle Dispatch/store-0417 --cancelled --reason mixed-up --yes").ends_with(0);
    shows!(team.site.run("state history"), @r"
    $ callout state history
    COMMIT  WHEN                  BY  RECORDS  FILE
    0       -                     -   0        gs://[bucket]/acme/history/state-0000000000.json
    2       2027-01-04T12:00:00Z  -   1        gs://[bucket]/acme/history/state-0000000002.json
    5       2027-01-04T12:00:00Z  -   2        gs://[bucket]/acme/history/state-0000000005.json

    callout state restore COMMIT --reason TEXT shows what of it would come back, and asks. It takes every other commit, too: callout log --format json numbers them.
    exit 0
    ");
    shows!(team.site.run("state restore acme-copy --reason mistake"), @r"
    $ callout state restore acme-copy --reason mistake
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
    shows!(team.site.run("state restore 5 --reason mistake --yes"), @r"
    $ callout state restore 5 --reason mistake --yes
    Dispatch/store-0417: ticket 482001, cancelled -> ticket 482001, Pending Tech Assignment
    Restored. Next: callout plan
    exit 0
    ");
    shows!(team.site.run("state restore 5 --reason mistake --yes"), @r"
    $ callout state restore 5 --reason mistake --yes
    Nothing to restore: the state knows all that the copy knows.
    exit 0
    ");
    team.site.run("apply --yes").ends_with(0);
    assert_eq!(team.site.vendor.tickets(), 2);
}

#[test]
fn a_rebuild_that_was_stopped_goes_on_with_what_was_put_aside() {
    let ends_behind_the_mark = |team: &mut Team, cut: Option<usize>| {
        team.delete(&team.commit(4));
        let proxy = team.behind_a_proxy();
        if let Some(cut) = cut {
            proxy.outage(cut, Fault::Denied);
        }
        let ran = team.site.run_words(&with_reason("state rebuild"), "");
        proxy.calm();
        (ran, proxy.seen())
    };
    let (_, seen) = ends_behind_the_mark(&mut Team::sent(), None);
    let mark = seen.iter().position(|request| request.starts_with("PUT ") && request.contains("acme%2Fstate")).expect("the mark");
    let mut team = Team::sent();
    let (ran, _) = ends_behind_the_mark(&mut team, Some(mark + 1));
    shows!(ran, @r"
    $ callout state rebuild --reason the bucket --yes
    1 record can still be read, and is kept.
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 1 not found.
    Dispatch/store-0418 was ticket 482002, and no more can be read of it: callout settle Dispatch/store-0418 --id 482002 --reason TEXT
    1 ticket will be in doubt: it may have been sent before, and is not sent until a person says that it was not.
    | state/gap
    |
    |   ! commit 4 is missing:
    |   | `gs://[bucket]/acme/journal/[lineage]/0000000/0000000004`
    |   | is not there, though later ones are
    |
    | state/denied
    |
    |   x cannot list `gs://[bucket]/acme/history`: that is not allowed (403:
    |   | AccessDenied: Made by a test.)
    |   help: callout needs the role `roles/storage.objectUser` on the bucket. docs/credentials.md has it ready to
    |         copy.
    |
    exit 1
    ");
    let team = Team { site: Site { project: team.other_machine(), ..team.site }, ..team };
    team.site.clock.jump(SignedDuration::from_mins(2));
    shows!(team.site.run("plan"), @r#"
    $ callout plan
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
    shows!(team.site.run_words(&with_reason("state rebuild"), ""), @r"
    $ callout state rebuild --reason the bucket --yes
    | The state is in use by `callout state rebuild` (process [pid], an unknown user, since 2027-01-04T12:00:00Z), which gave no sign of life since 2027-01-04T12:00:00Z. Waiting for its end, at most 1m. Ctrl-C gives up.
    | state/set-aside
    |
    |   x an earlier state of this project was put aside in
    |   | `gs://[bucket]/acme/set-aside-1`, and may know tickets
    |   help: callout state rebuild --from gs://[bucket]/acme/set-aside-1 --reason TEXT
    |         keeps what it knows. If nothing of it counts, move those objects away.
    |
    exit 1
    ");
    let from = format!("{}/acme/set-aside-1", team.bucket.url());
    shows!(team.site.run_words(&with_reason(&format!("state rebuild --from {from}")), ""), @r"
    $ callout state rebuild --from gs://[bucket]/acme/set-aside-1 --reason the bucket --yes
    1 record can still be read, and is kept.
    ! TechExpress was not searched: TechExpress has no call that lists tickets; the Granite 360 portal does
        next: look the ids up there, then: callout import --from FILE.csv (address,id)
    Tickets: 0 found by their marks, 1 not found.
    Dispatch/store-0418 was ticket 482002, and no more can be read of it: callout settle Dispatch/store-0418 --id 482002 --reason TEXT
    1 ticket will be in doubt: it may have been sent before, and is not sent until a person says that it was not.
    The state is rebuilt. Next: callout plan
    exit 0
    ");
    team.site.run("apply --yes").ends_with(5);
    assert_eq!(team.site.vendor.tickets(), 2);
}

#[test]
fn another_projects_copy_is_refused() {
    let (team, other) = (Team::sent(), Team::sent());
    other.download("acme", "copy");
    let copy = other.site.path("copy");
    shows!(team.site.run_words(&with_reason(&format!("state restore {}", copy.display())), ""), @r"
    $ callout state restore [folder]/copy --reason the bucket --yes
    | state/lineage
    |
    |   x the copy `[folder]/copy/state.json` is
    |   | of another state: its lineage is [lineage], and this one's is
    |   | [lineage]
    |   help: Nothing was changed. Name a copy of this project's own state. The sandbox has a state of its own,
    |         and so has each project.
    |
    exit 1
    ");
}
