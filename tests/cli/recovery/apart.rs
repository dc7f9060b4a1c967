//! What must not be mixed: two projects with one prefix, a state without its `callout.lock`, a new lineage over an old one.

use super::*;
use crate::shown::shows;

#[test]
fn of_two_projects_with_one_prefix_the_second_is_refused() {
    let team = Team::sent();
    let other = Team::in_bucket(team.bucket.clone(), "acme");
    other.site.write("tickets/0500.yaml", dispatch("store-0500", "0500"));
    other.site.run("plan").ends_with(1);
    // It has a lineage of its own from elsewhere.
    other.site.write("callout.lock", Site::new().read("callout.lock"));
    shows!(other.site.run("apply --yes"), @r"
    $ callout apply --yes
    | state/lineage
    |
    |   x the state `gs://[bucket]/acme` belongs to another project: its lineage is
    |   | [lineage], `callout.lock` says [lineage]
    |   help: Nothing was planned or sent. Each project needs a prefix of its own: correct spec.state.url in
    |         callout.yaml. If this project's state is lost, name a prefix where nothing lies; callout plan says
    |         then how to go on. If `callout.lock` was changed by mistake, put that back: `git checkout --
    |         callout.lock`.
    |
    exit 1
    ");
    shows!(other.site.run("state init"), @r"
    $ callout state init
    | state/lineage
    |
    |   x the state `gs://[bucket]/acme` belongs to another project: its lineage is
    |   | [lineage], `callout.lock` says [lineage]
    |   help: Nothing was planned or sent. Each project needs a prefix of its own: correct spec.state.url in
    |         callout.yaml. If this project's state is lost, name a prefix where nothing lies; callout plan says
    |         then how to go on. If `callout.lock` was changed by mistake, put that back: `git checkout --
    |         callout.lock`.
    |
    exit 1
    ");
    shows!(other.site.run("state check"), @r"
    $ callout state check
    !  gs://[bucket]/acme/state.json                                   of another state (lineage [lineage])
    !  gs://[bucket]/acme/journal                                      of another state (lineage [lineage])
    !  gs://[bucket]/acme/history/state-0000000000.json                of another state (lineage [lineage])
    !  gs://[bucket]/acme/history/state-0000000002.json                of another state (lineage [lineage])
    !  gs://[bucket]/acme/history/journal-0000000001-0000000002.jsonl  of another state (lineage [lineage])

    | state/lineage
    |
    |   x the state `gs://[bucket]/acme` belongs to another project: its lineage is
    |   | [lineage], `callout.lock` says [lineage]
    |   help: Nothing was planned or sent. Each project needs a prefix of its own: correct spec.state.url in
    |         callout.yaml. If this project's state is lost, name a prefix where nothing lies; callout plan says
    |         then how to go on. If `callout.lock` was changed by mistake, put that back: `git checkout --
    |         callout.lock`.
    |
    exit 1
    ");
    shows!(other.site.run_words(&with_reason("state rebuild"), ""), @r"
    $ callout state rebuild --reason the bucket --yes
    | state/lineage
    |
    |   x the state `gs://[bucket]/acme` belongs to another project: its lineage is
    |   | [lineage], `callout.lock` says [lineage]
    |   help: Nothing was changed. Each project needs a prefix of its own: correct spec.state.url in callout.yaml.
    |         If this project's state is lost, name a prefix where nothing lies; then callout state rebuild
    |         --reason TEXT makes a new one. If `callout.lock` was changed by mistake: `git checkout --
    |         callout.lock`.
    |
    exit 1
    ");
    shows!(other.site.run_words(&with_reason("state restore"), ""), @r"
    $ callout state restore --reason the bucket --yes
    | state/lineage
    |
    |   x the state `gs://[bucket]/acme` belongs to another project: its lineage is
    |   | [lineage], `callout.lock` says [lineage]
    |   help: Nothing was planned or sent. Each project needs a prefix of its own: correct spec.state.url in
    |         callout.yaml. If this project's state is lost, name a prefix where nothing lies; callout plan says
    |         then how to go on. If `callout.lock` was changed by mistake, put that back: `git checkout --
    |         callout.lock`.
    |
    exit 1
    ");
    assert_eq!(other.site.vendor.tickets(), 0);
    other.site.edit("callout.yaml", "/acme}", "/other}");
    shows!(other.site.run("plan"), @r#"
    $ callout plan
    | state/missing
    |
    |   x the state `gs://[bucket]/other` is missing; `callout.lock` says that there is
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
}

#[test]
fn a_state_whose_lineage_file_is_missing_is_taken_up_again() {
    let team = Team::sent();
    let before = team.records();
    team.site.remove("callout.lock");
    shows!(team.site.run("apply --yes"), @r"
    $ callout apply --yes
    | state/no-lock-file
    |
    |   x `callout.lock` is missing, though `gs://[bucket]/acme` (lineage
    |   | [lineage]) is there
    |   help: Get it back with `git checkout -- callout.lock`. If it was never committed: callout state init, then
    |         commit it.
    |
    exit 1
    ");
    shows!(team.site.run("state init"), @r"
    $ callout state init
    The state was there; callout.lock names it again (lineage [lineage]). Commit it.
    exit 0
    ");
    team.is_well(&before, 2);
}

#[test]
fn starting_over_fences_whoever_still_has_the_old_lineage() {
    let team = Team::new();
    team.site.run("state init").ends_with(0);
    team.send("0417");
    let stale = team.site.project.copy_without(".callout");
    shows!(team.site.run("state init --start-over --reason gone --yes"), @r"
    $ callout state init --start-over --reason gone --yes
    The files describe 1 ticket. Whatever was sent before, the next apply sends it again.
    | state/not-lost
    |
    |   x the state `gs://[bucket]/acme` is not lost: it is whole, and remembers 1 ticket
    |   | that is open or in doubt
    |   help: Starting over would send each of them again. If that is really meant, first name another prefix in
    |         spec.state.url.
    |
    exit 1
    ");
    team.site.vendor.resolve(482_001);
    team.site.run("apply --yes").ends_with(0);
    shows!(team.site.run("state init --start-over --reason gone --yes"), @r"
    $ callout state init --start-over --reason gone --yes
    The files describe 1 ticket. Whatever was sent before, the next apply sends it again.
    A new, empty state (lineage [lineage]). Commit callout.lock.
    exit 0
    ");
    shows!(stale.run("apply --yes"), @r"
    $ callout apply --yes
    | state/lineage
    |
    |   x the state `gs://[bucket]/acme` belongs to another project: its lineage is
    |   | [lineage], `callout.lock` says [lineage]
    |   help: Nothing was planned or sent. Each project needs a prefix of its own: correct spec.state.url in
    |         callout.yaml. If this project's state is lost, name a prefix where nothing lies; callout plan says
    |         then how to go on. If `callout.lock` was changed by mistake, put that back: `git checkout --
    |         callout.lock`.
    |
    exit 1
    ");
    shows!(team.site.run("log"), @r"
    $ callout log
    No events.
    | An earlier state was set aside in gs://[bucket]/acme/set-aside-1: callout log --set-aside 1
    exit 0
    ");
    shows!(team.site.run("log --set-aside 1"), @r"
    $ callout log --set-aside 1
    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000001
      12:00:00  intended       Dispatch/store-0417                 create
      12:00:00  created        Dispatch/store-0417                 ticket 482001, Pending Tech Assignment

    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000002
      12:00:00  observed       Dispatch/store-0417                 ticket 482001, finished, Resolved

    3 events in 2 runs.
    exit 0
    ");
    shows!(team.site.run("log --set-aside 7"), @r"
    $ callout log --set-aside 7
    | log/set-aside
    |
    |   x there is no `gs://[bucket]/acme/set-aside-7`
    |   help: There is: --set-aside 1.
    |
    exit 1
    ");
    assert_eq!(team.site.vendor.tickets(), 1);
    team.site.run("state check").ends_with(0);
}
