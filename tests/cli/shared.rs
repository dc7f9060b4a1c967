//! A state in object storage, as a team has it: each machine has the repository, the credentials, and nothing else.

use callout::state::shared::{Asking, Lease, Objects, Settings, Watch, connect};
use callout::state::{By, Owner};
use jiff::SignedDuration;

use crate::shown::shows;
use crate::support::project::Project;
use crate::support::stores::{self, Bucket};
use crate::vendor::{Site, dispatch};

/// A project whose state is in this bucket, begun.
fn site(bucket: &Bucket) -> Site {
    begun(Site::new(), bucket)
}

/// A project that gets its state in this bucket.
pub fn begun(mut site: Site, bucket: &Bucket) -> Site {
    std::fs::remove_dir_all(site.path(".callout")).expect("a folder");
    site.remove("callout.lock");
    bucket.variables().iter().for_each(|(name, value)| site.set(name, value));
    site.edit("callout.yaml", "spec:\n", &format!("spec:\n  state: {{url: {}/acme}}\n", bucket.url()));
    site.run("state init").ends_with(0);
    site
}

pub fn objects(bucket: &Bucket) -> Objects {
    let url = format!("{}/acme", bucket.url()).parse().expect("an address");
    let settings = Settings { url, endpoint: None, region: None, account: None, credential: None };
    connect(&settings, &bucket.variables()).expect("connected")
}

/// A run on another machine that holds the lock, and does not renew it by itself.
pub fn other_run(site: &Site, objects: &Objects) -> Lease {
    let clock = site.clock.clone();
    let by = By { user: Some("ana".to_owned()), host: Some("ci-7".to_owned()), ci_run: None, commit: None };
    let owner = Owner { by, pid: 7, command: "callout apply".to_owned(), since: callout::ticket::Clock::now(&*clock) };
    let asking = Asking { owner, id: "lease-of-ana".to_owned(), clock, renew_every: None };
    Lease::take(objects, asking, &mut Watch::default()).expect("a lease")
}

#[test]
fn a_project_begins_with_a_shared_state() {
    let bucket = stores::gcs();
    let mut project = Project::empty();
    bucket.variables().iter().for_each(|(name, value)| project.set(name, value));
    let url = format!("{}/acme", bucket.url());
    shows!(project.run(&format!("init --name acme --state {url}")), @r"
    $ callout init --name acme --state gs://[bucket]/acme
    wrote:   callout.schema.json
    wrote:   tickets/example.yaml
    wrote:   .gitignore (added /.callout/)
    wrote:   .vscode/settings.json
    wrote:   callout.yaml
    started: callout.lock belongs into git; the state is at gs://[bucket]/acme, for all who may read and write there
    next:    callout plan --sandbox
    exit 0
    ");
    assert!(!project.path(".callout").exists(), "nothing of the state is here");
    shows!(project.run("state list"), @r"
    $ callout state list
    The state is empty: nothing was ever created or adopted.
    exit 0
    ");
    shows!(project.run("state init"), @r"
    $ callout state init
    | state/exists
    |
    |   x this project has a state already: `gs://[bucket]/acme`, lineage
    |   | [lineage], 0 tickets on record
    |   help: Nothing to do: go on with callout plan.
    |
    exit 1
    ");
    shows!(Project::empty().run("init --name acme --state s3://field-ops"), @r"
    $ callout init --name acme --state s3://field-ops
    | state/url
    |
    |   x the place that was typed has no prefix
    |   help: Add a part of the project's own, so that others fit beside it: s3://field-ops/PROJECT.
    |
    exit 1
    ");
}

#[test]
fn a_second_machine_goes_on_with_nothing_but_the_repository_and_the_credentials() {
    let bucket = stores::gcs();
    let site = site(&bucket);
    site.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    site.run("apply --yes").ends_with(0);
    let other = site.project.copy_without(".callout");
    shows!(other.run("plan"), @r"
    $ callout plan
    No changes. 1 ticket is unchanged.
    exit 0
    ");
    other.write("tickets/b.yaml", dispatch("store-0418", "0418"));
    other.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
    // The first machine's files are behind: its state is not.
    shows!(site.run("plan"), @r"
    $ callout plan
    Plan: 1 needs a person (it left the files, and its technician is still coming), 1 unchanged.

    ! Dispatch/store-0418 (ticket 482002)  Store 0418 (0418), account 01230418
        left the files, and ticket 482002 is still open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone
        next: renamed? say lifecycle.renamed_from there; otherwise cancel it by phone or portal, then: callout settle Dispatch/store-0418 --cancelled --reason TEXT

    Plan: 1 needs a person (it left the files, and its technician is still coming), 1 unchanged.
    exit 0
    ");
    shows!(site.run("log"), @r"
    $ callout log
    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000001
      12:00:00  intended       Dispatch/store-0417                 create
      12:00:00  created        Dispatch/store-0417                 ticket 482001, Pending Tech Assignment

    2027-01-04T12:00:00Z  callout apply by an unknown user, plan 000000000002
      12:00:00  observed       Dispatch/store-0417                 ticket 482001, Pending Tech Assignment
      12:00:00  intended       Dispatch/store-0418                 create
      12:00:00  created        Dispatch/store-0418                 ticket 482002, Pending Tech Assignment

    5 events in 2 runs.
    exit 0
    ");
    shows!(site.run("state check"), @r"
    $ callout state check
    .  gs://[bucket]/acme/state.json                     whole: 0 records, up to commit 0
    .  gs://[bucket]/acme/journal                        whole: commits 1 to 5
    .  gs://[bucket]/acme/history/state-0000000000.json  whole: 0 records, up to commit 0

    The state is whole: 2 records, lineage [lineage].
    exit 0
    ");
    shows!(site.run("state history"), @r"
    $ callout state history
    COMMIT  WHEN  BY  RECORDS  FILE
    0       -     -   0        gs://[bucket]/acme/history/state-0000000000.json

    callout state restore COMMIT --reason TEXT shows what of it would come back, and asks. It takes every other commit, too: callout log --format json numbers them.
    exit 0
    ");
}

#[test]
fn a_lock_is_waited_for_as_long_as_somebody_says() {
    let bucket = stores::gcs();
    let site = site(&bucket);
    site.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    let lease = other_run(&site, &objects(&bucket));
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    | state/locked
    |
    |   x the state is in use by `callout apply` (process [pid], ana on ci-7, since 2027-01-04T12:00:00Z)
    |   help: It is at `gs://[bucket]/acme`. That run said at 2027-01-04T12:00:00Z that
    |         it goes on. To wait for its end, add --lock-timeout 10m. Only if it is surely dead: callout unlock
    |         lease-of-ana
    |
    exit 1
    ");
    let before = callout::ticket::Clock::now(&*site.clock);
    shows!(site.run("apply --yes --lock-timeout 12s"), @r"
    $ callout apply --yes --lock-timeout 12s
    | The state is in use by `callout apply` (process [pid], ana on ci-7, since 2027-01-04T12:00:00Z). Waiting for its end, at most 12s. Ctrl-C gives up.
    | state/locked
    |
    |   x the state is in use by `callout apply` (process [pid], ana on ci-7, since 2027-01-04T12:00:00Z), also after
    |   | 12s
    |   help: It is at `gs://[bucket]/acme`. That run said at 2027-01-04T12:00:00Z that
    |         it goes on. To wait for its end, add --lock-timeout 10m. Only if it is surely dead: callout unlock
    |         lease-of-ana
    |
    exit 1
    ");
    let waited = callout::ticket::Clock::now(&*site.clock).duration_since(before);
    assert_eq!(waited, SignedDuration::from_secs(12));
    assert_eq!(site.vendor.tickets(), 0);
    let planned = site.run("plan").ends_with(0);
    insta::assert_snapshot!(planned.err, @"`callout apply` (process 7, ana on ci-7, since 2027-01-04T12:00:00Z) is at work on this state now: what it does from here on is not in this plan. Make a new one when it has ended.");
    drop(lease);
    assert_eq!(site.run("plan").ends_with(0).err, "");
    site.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_lease_that_nobody_renews_is_taken_over_after_its_length() {
    let bucket = stores::gcs();
    let site = site(&bucket);
    let others = objects(&bucket);
    let lease = other_run(&site, &others);
    // A process that was killed gives nothing back.
    std::mem::forget(lease);
    site.clock.jump(SignedDuration::from_mins(10));
    shows!(site.run("apply --yes --lock-timeout 0s"), @r"
    $ callout apply --yes --lock-timeout 0s
    | state/silent
    |
    |   x the state is in use by `callout apply` (process [pid], ana on ci-7, since 2027-01-04T12:00:00Z), which gave
    |   | no sign of life since 2027-01-04T12:00:00Z
    |   help: It is at `gs://[bucket]/acme`. If that run stays silent for 60 more
    |         seconds, its lease is over and can be taken over. If it is surely dead, this is quicker: callout
    |         unlock lease-of-ana
    |
    exit 1
    ");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    No tickets: the files describe none, and the state remembers none that is open.
    | The state is in use by `callout apply` (process [pid], ana on ci-7, since 2027-01-04T12:00:00Z), which gave no sign of life since 2027-01-04T12:00:00Z. Waiting for its end, at most 1m. Ctrl-C gives up.
    exit 0
    ");
}

#[test]
fn a_lock_is_broken_by_its_id_and_the_run_that_held_it_adds_nothing() {
    let bucket = stores::gcs();
    let site = site(&bucket);
    let lease = other_run(&site, &objects(&bucket));
    shows!(site.run("unlock lease-of-bob"), @r"
    $ callout unlock lease-of-bob
    | state/other-lock
    |
    |   x the lock of `gs://[bucket]/acme` is not `lease-of-bob`: `callout apply`
    |   | (process [pid], ana on ci-7, since 2027-01-04T12:00:00Z) holds it now, as `lease-of-ana`
    |   help: Nothing was changed. It was last renewed at 2027-01-04T12:00:00Z. Only if that run is surely dead:
    |         callout unlock lease-of-ana
    |
    exit 1
    ");
    shows!(site.run_answering("unlock lease-of-ana", "no\n"), @r"
    $ callout unlock lease-of-ana
    The lock is held by `callout apply` (process [pid], ana on ci-7, since 2027-01-04T12:00:00Z), which said at 2027-01-04T12:00:00Z that it goes on.
    |
    | Break its lock? That run then sends nothing more, and what it just sent may be in doubt. Only `yes` is taken as yes:
    | state/declined
    |
    |   x the lock was left alone
    |   help: --lock-timeout 10m waits for its end; --yes breaks the lock without asking
    |
    exit 1
    ");
    shows!(site.run_answering("unlock lease-of-ana", "yes\n"), @r"
    $ callout unlock lease-of-ana
    The lock is held by `callout apply` (process [pid], ana on ci-7, since 2027-01-04T12:00:00Z), which said at 2027-01-04T12:00:00Z that it goes on.
    The lock of `gs://[bucket]/acme` is free. It was held by `callout apply` (process [pid], ana on ci-7, since 2027-01-04T12:00:00Z), last renewed at 2027-01-04T12:00:00Z. It looked alive at 2027-01-04T12:00:00Z.
    If that run still goes on, it stops at its next commit, before it sends anything more. What it had sent by then and could not record is in doubt for everybody else: callout plan shows it, and callout settle puts it on record.
    |
    | Break its lock? That run then sends nothing more, and what it just sent may be in doubt. Only `yes` is taken as yes:
    exit 0
    ");
    shows!(site.run("unlock lease-of-ana"), @r"
    $ callout unlock lease-of-ana
    | state/not-locked
    |
    |   x an unknown user broke the lock `lease-of-ana` of `gs://[bucket]/acme` already,
    |   | at 2027-01-04T12:00:00Z, and nobody has taken it since
    |   help: Nothing was changed, and nothing is in the way of the next run.
    |
    exit 1
    ");
    lease.renew().expect_err("it is lost");
    site.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    site.run("apply --yes").ends_with(0);
    shows!(Site::new().run("unlock lease-of-ana"), @r"
    $ callout unlock lease-of-ana
    | state/not-locked
    |
    |   x the state `.callout/state.json` is a file, and its lock ends with the process that holds it
    |   help: Nothing has to be unlocked: end that process, or wait for it with --lock-timeout 10m.
    |
    exit 1
    ");
}

#[test]
fn whoever_has_no_credentials_is_told_so_and_sends_nothing() {
    let bucket = stores::gcs();
    let mut site = site(&bucket);
    site.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    site.edit("callout.yaml", "/acme}", "/acme, credential: {service_account: \"env:STATE_KEY\"}}");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    | credential/missing
    |
    |   x the variable STATE_KEY, which holds the service account's key, is not set
    |   help: Set it and try again: export STATE_KEY=YOUR_KEY
    |
    exit 1
    ");
    site.set("STATE_KEY", "s3cr3t");
    shows!(site.run("apply --yes"), @r"
    $ callout apply --yes
    | state/credential
    |
    |   x the key of the service account cannot be used: it is not the JSON text that Google gives for one
    |   help: Other kinds of files, such as those of a workload identity federation, callout does not read: let
    |         the workflow get an access token and set GOOGLE_BEARER_TOKEN.
    |
    exit 1
    ");
    assert_eq!(site.vendor.tickets(), 0);
    site.run("validate").ends_with(0);
    site.run("plan --sandbox").ends_with(0);
}

#[test]
fn a_states_file_becomes_one_for_the_whole_team() {
    let bucket = stores::gcs();
    let mut site = Site::with_ticket();
    bucket.variables().iter().for_each(|(name, value)| site.set(name, value));
    let url = format!("{}/acme", bucket.url());
    shows!(site.run(&format!("state migrate --to {url} --reason team --yes")), @r"
    $ callout state migrate --to gs://[bucket]/acme --reason team --yes
    1 record, 1 open or in doubt, up to commit 2.
    from [folder]/.callout/state.json
    to   gs://[bucket]/acme
    The state has moved, and was read back.
    Next, in callout.yaml, under `spec`: state: {url: gs://[bucket]/acme}
    Commit that for everybody, then: callout plan
    exit 0
    ");
    site.run("apply --yes").ends_with(1);
    site.edit("callout.yaml", "spec:\n", &format!("spec:\n  state: {{url: {url}}}\n"));
    let other = site.project.copy_without(".callout");
    other.run("plan --detailed-exitcode").ends_with(0);
    shows!(other.run("state migrate --to back --reason alone --yes"), @r"
    $ callout state migrate --to back --reason alone --yes
    1 record, 1 open or in doubt, up to commit 3.
    from gs://[bucket]/acme
    to   [folder]/back/state.json
    The state has moved, and was read back.
    Next, in callout.yaml, under `spec`: state: {path: back/state.json}
    Commit that for everybody, then: callout plan
    exit 0
    ");
    shows!(site.run("plan"), @r"
    $ callout plan
    | state/left
    |
    |   x the state `gs://[bucket]/acme` went to `back/state.json` (2027-01-04T12:00:00Z,
    |   | by an unknown user)
    |   help: Nothing was planned or sent: what lies here is not the newest. In callout.yaml, under `spec`, say
    |         where it is now:
    |         state: {path: back/state.json}
    |
    exit 1
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

/// The same over the protocol servers of others.
fn short_story(bucket: Option<Bucket>) {
    let Some(bucket) = bucket else { return };
    let site = site(&bucket);
    site.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    site.run("apply --yes").ends_with(0);
    site.project.copy_without(".callout").run("plan --detailed-exitcode").ends_with(0);
    site.run("state check").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn it_works_with_s3() {
    short_story(stores::s3());
}

#[test]
fn it_works_with_azure() {
    short_story(stores::azure());
}

#[test]
fn a_store_that_takes_no_notice_of_conditions_is_refused() {
    let Some(bucket) = stores::ignoring_conditions() else { return };
    let mut project = Project::empty();
    bucket.variables().iter().for_each(|(name, value)| project.set(name, value));
    shows!(project.run(&format!("init --name acme --state {}/acme", bucket.url())), @r"
    $ callout init --name acme --state s3://[bucket]/acme
    | state/unfit-store
    |
    |   x `s3://[bucket]/acme` cannot hold a state: it was asked to make an object only
    |   | if there is none, and wrote over one that was there
    |   help: On such a store two runs could each believe that they alone wrote the next commit, and technicians
    |         would be sent twice. Nothing was made there. Take a store that keeps conditional writes: Amazon S3,
    |         Cloudflare R2, MinIO, Azure Blob Storage or Google Cloud Storage, in a version of today. If it is
    |         one of these, look for a proxy or gateway in between that drops the headers If-None-Match and
    |         If-Match.
    |
    exit 1
    ");
    assert!(!project.path("callout.lock").exists() && !project.path("callout.yaml").exists());
}

#[test]
fn a_shared_state_is_encrypted_where_the_project_says_so() {
    let bucket = stores::gcs();
    let mut site = site(&bucket);
    site.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    let keys = crate::support::keys::ANA;
    site.set("IDENTITY", keys.secret);
    let encryption = format!("/acme, encryption: {{recipients: [{}], identity: \"env:IDENTITY\"}}}}", keys.recipient);
    site.edit("callout.yaml", "/acme}", &encryption);
    site.run("apply --yes").ends_with(0);
    let objects = objects(&bucket);
    let listed = objects.list("journal").expect("a list");
    let keys: Vec<String> = listed.into_iter().map(|listed| listed.key).collect();
    let found = objects.get_many(&keys).expect("objects");
    let text: String = found.into_iter().flatten().map(|found| String::from_utf8_lossy(&found.bytes).into_owned()).collect();
    assert!(keys.len() > 2 && !text.contains("Sam Lee") && !text.contains("store-0417"), "{text}");
    site.run("plan --detailed-exitcode").ends_with(0);
}
