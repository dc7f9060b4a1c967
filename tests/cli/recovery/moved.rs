//! A state goes into object storage, out of it, and from one prefix to another.

use jiff::SignedDuration;

use super::*;
use crate::shown::shows;
use crate::support::stores::fault::Fault;

/// A project in files with one ticket, and the variables of a bucket.
fn in_files() -> (Team, String) {
    let bucket = stores::gcs();
    let mut site = Site::with_ticket();
    bucket.variables().iter().for_each(|(name, value)| site.set(name, value));
    let (client, url) = (bucket.client(), format!("{}/acme", bucket.url()));
    (Team { site, bucket, client }, url)
}

fn migrate(team: &Team, to: &str) -> crate::support::project::Ran {
    team.site.run_words(&with_reason(&format!("state migrate --to {to}")), "")
}

#[test]
fn a_state_in_files_moves_into_a_bucket() {
    let (team, url) = in_files();
    let before = team.records();
    shows!(migrate(&team, &url), @r"
    $ callout state migrate --to gs://[bucket]/acme --reason the bucket --yes
    1 record, 1 open or in doubt, up to commit 2.
    from [folder]/.callout/state.json
    to   gs://[bucket]/acme
    The state has moved, and was read back.
    Next, in callout.yaml, under `spec`: state: {url: gs://[bucket]/acme}
    Commit that for everybody, then: callout plan
    exit 0
    ");
    shows!(team.site.run("plan"), @r"
    $ callout plan
    | state/left
    |
    |   x the state `.callout/state.json` went to `gs://[bucket]/acme`
    |   | (2027-01-04T12:00:00Z, by an unknown user)
    |   help: Nothing was planned or sent: what lies here is not the newest. In callout.yaml, under `spec`, say
    |         where it is now:
    |         state: {url: gs://[bucket]/acme}
    |
    exit 1
    ");
    team.site.run("apply --yes").ends_with(1);
    team.site.edit("callout.yaml", "spec:\n", &format!("spec:\n  state: {{url: {url}}}\n"));
    team.is_well(&before, 1);
    shows!(team.site.run("log"), @r"
    $ callout log
    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000001
      12:00:00  intended       Dispatch/store-0417-router          create
      12:00:00  created        Dispatch/store-0417-router          ticket 482001, Pending Tech Assignment

    2027-01-04T12:00:00Z  callout state migrate by an unknown user
      12:00:00  mended                                             the state went from [folder]/.callout/state.json to gs://[bucket]/acme: the bucket

    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000003
      12:00:00  observed       Dispatch/store-0417-router          ticket 482001, Pending Tech Assignment

    4 events in 3 runs.
    exit 0
    ");
    shows!(migrate(&team, &url), @r"
    $ callout state migrate --to gs://[bucket]/acme --reason the bucket --yes
    | state/same-place
    |
    |   x the state is at `gs://[bucket]/acme` already
    |   help: Nothing to do: go on with callout plan.
    |
    exit 1
    ");
}

#[test]
fn a_shared_state_moves_into_files_and_the_bucket_says_where_it_went() {
    let team = Team::sent();
    let before = team.records();
    let stale = team.site.project.copy_without(".callout");
    shows!(migrate(&team, ".callout"), @r"
    $ callout state migrate --to .callout --reason the bucket --yes
    2 records, 2 open or in doubt, up to commit 5.
    from gs://[bucket]/acme
    to   [folder]/.callout/state.json
    The state has moved, and was read back.
    Next, in callout.yaml, under `spec`: state: {path: .callout/state.json}
    Commit that for everybody, then: callout plan
    exit 0
    ");
    let setting = format!("  state: {{url: {}/acme}}\n", team.bucket.url());
    team.site.edit("callout.yaml", &setting, "");
    team.is_well(&before, 2);
    for words in ["plan", "apply --yes", "status", "log", "state list", "state init", "state rebuild --reason x --yes"] {
        let ran = stale.run(words).ends_with(1);
        assert!(ran.err.contains("state/left") && ran.err.contains(".callout/state.json"), "{ran}");
    }
    shows!(stale.run("plan"), @r"
    $ callout plan
    | state/left
    |
    |   x the state `gs://[bucket]/acme` went to `.callout/state.json`
    |   | (2027-01-04T12:00:00Z, by an unknown user)
    |   help: Nothing was planned or sent: what lies here is not the newest. In callout.yaml, under `spec`, say
    |         where it is now:
    |         state: {path: .callout/state.json}
    |
    exit 1
    ");
    shows!(stale.run("state check"), @r"
    $ callout state check
    .  gs://[bucket]/acme/state.json                                   whole: 1 record, up to commit 2
    .  gs://[bucket]/acme/journal                                      whole: commits 3 to 6
    .  gs://[bucket]/acme/history/state-0000000000.json                whole: 0 records, up to commit 0
    .  gs://[bucket]/acme/history/state-0000000002.json                whole: 1 record, up to commit 2
    .  gs://[bucket]/acme/history/journal-0000000001-0000000002.jsonl  whole: commits 1 to 2

    | state/left
    |
    |   x the state `gs://[bucket]/acme` went to `.callout/state.json`
    |   | (2027-01-04T12:00:00Z, by an unknown user)
    |   help: Nothing was planned or sent: what lies here is not the newest. In callout.yaml, under `spec`, say
    |         where it is now:
    |         state: {path: .callout/state.json}
    |
    exit 1
    ");
    shows!(stale.run("state init --start-over --reason x --yes"), @r"
    $ callout state init --start-over --reason x --yes
    The files describe 2 tickets. Whatever was sent before, the next apply sends it again.
    | state/left
    |
    |   x the state `gs://[bucket]/acme` went to `.callout/state.json`
    |   | (2027-01-04T12:00:00Z, by an unknown user)
    |   help: Nothing was planned or sent: what lies here is not the newest. In callout.yaml, under `spec`, say
    |         where it is now:
    |         state: {path: .callout/state.json}
    |
    exit 1
    ");
    shows!(stale.run("unlock 12"), @r"
    $ callout unlock 12
    | state/left
    |
    |   x the state `gs://[bucket]/acme` went to `.callout/state.json`
    |   | (2027-01-04T12:00:00Z, by an unknown user)
    |   help: Nothing was planned or sent: what lies here is not the newest. In callout.yaml, under `spec`, say
    |         where it is now:
    |         state: {path: .callout/state.json}
    |
    exit 1
    ");
    assert_eq!(team.site.vendor.tickets(), 2);
}

#[test]
fn a_shared_state_moves_to_another_prefix() {
    let team = Team::sent();
    let before = team.records();
    let stale = team.site.project.copy_without(".callout");
    let to = format!("{}/ops/acme", team.bucket.url());
    shows!(migrate(&team, &to), @r"
    $ callout state migrate --to gs://[bucket]/ops/acme --reason the bucket --yes
    2 records, 2 open or in doubt, up to commit 5.
    from gs://[bucket]/acme
    to   gs://[bucket]/ops/acme
    The state has moved, and was read back.
    Next, in callout.yaml, under `spec`: state: {url: gs://[bucket]/ops/acme}
    Commit that for everybody, then: callout plan
    exit 0
    ");
    team.site.edit("callout.yaml", "/acme}", "/ops/acme}");
    team.is_well(&before, 2);
    shows!(stale.run("apply --yes"), @r"
    $ callout apply --yes
    | state/left
    |
    |   x the state `gs://[bucket]/acme` went to
    |   | `gs://[bucket]/ops/acme` (2027-01-04T12:00:00Z, by an unknown user)
    |   help: Nothing was planned or sent: what lies here is not the newest. In callout.yaml, under `spec`, say
    |         where it is now:
    |         state: {url: gs://[bucket]/ops/acme}
    |
    exit 1
    ");
}

/// Wherever it is stopped, the old place is the state; the same command ends it.
#[test]
fn a_move_that_was_stopped_is_typed_again() {
    let (mut team, url) = in_files();
    let before = team.records();
    let proxy = team.behind_a_proxy();
    // Each try adds a commit to what the next one has to take along.
    let mut stopped = 0;
    loop {
        proxy.outage(4 * stopped, Fault::Denied);
        let ran = migrate(&team, &url);
        proxy.calm();
        let again = format!("{stopped}\n{ran}");
        if ran.code == 0 {
            break;
        }
        // The lease of whoever was stopped is over then.
        team.site.clock.jump(SignedDuration::from_mins(2));
        let planned = team.site.run("plan").ends_with(0);
        assert!(planned.out.starts_with("No changes."), "{again}\n{planned}");
        stopped += 1;
        assert!(stopped < 100, "{again}");
    }
    assert!(stopped > 5, "stopped {stopped} times");
    team.site.edit("callout.yaml", "spec:\n", &format!("spec:\n  state: {{url: {url}}}\n"));
    team.is_well(&before, 1);
}

#[test]
fn a_state_moves_nowhere_where_anything_else_lies() {
    let (team, url) = in_files();
    let other = Team::in_bucket(team.bucket.clone(), "acme");
    other.site.run("state init").ends_with(0);
    shows!(migrate(&team, &url), @r"
    $ callout state migrate --to gs://[bucket]/acme --reason the bucket --yes
    | state/lineage
    |
    |   x the state `gs://[bucket]/acme` belongs to another project: its lineage is
    |   | [lineage], `callout.lock` says [lineage]
    |   help: Nothing was moved. Name a place that has no state.
    |
    exit 1
    ");
    shows!(migrate(&team, "ftp://x/y"), @r"
    $ callout state migrate --to ftp://x/y --reason the bucket --yes
    | state/url
    |
    |   x the place that was typed is no address of an object store that callout knows
    |   help: Write it like s3://bucket/project, az://container/project or gs://bucket/project.
    |
    exit 1
    ");
    team.site.run("plan").ends_with(0);
}
