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
    let mut site = Site::new();
    std::fs::remove_dir_all(site.path(".callout")).expect("a folder");
    site.remove("callout.lock");
    bucket.variables().iter().for_each(|(name, value)| site.set(name, value));
    site.edit("callout.yaml", "spec:\n", &format!("spec:\n  state: {{url: {}/acme}}\n", bucket.url()));
    site.run("state init").ends_with(0);
    site
}

fn objects(bucket: &Bucket) -> Objects {
    let url = format!("{}/acme", bucket.url()).parse().expect("an address");
    let settings = Settings { url, endpoint: None, region: None, account: None, credential: None };
    connect(&settings, &bucket.variables()).expect("connected")
}

/// A run on another machine that holds the lock, and does not renew it by itself.
fn other_run(site: &Site, objects: &Objects) -> Lease {
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
    shows!(project.run(&format!("init --name acme --state {url}")), @"");
    assert!(!project.path(".callout").exists(), "nothing of the state is here");
    shows!(project.run("state list"), @"");
    shows!(project.run("state init"), @"");
    shows!(Project::empty().run("init --name acme --state s3://field-ops"), @"");
}

#[test]
fn a_second_machine_goes_on_with_nothing_but_the_repository_and_the_credentials() {
    let bucket = stores::gcs();
    let site = site(&bucket);
    site.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    site.run("apply --yes").ends_with(0);
    let other = site.project.copy_without(".callout");
    shows!(other.run("plan"), @"");
    other.write("tickets/b.yaml", dispatch("store-0418", "0418"));
    other.run("apply --yes").ends_with(0);
    assert_eq!(site.vendor.tickets(), 2);
    // The first machine's files are behind: its state is not.
    shows!(site.run("plan"), @"");
    shows!(site.run("log"), @"");
    shows!(site.run("state check"), @"");
    shows!(site.run("state history"), @"");
}

#[test]
fn a_lock_is_waited_for_as_long_as_somebody_says() {
    let bucket = stores::gcs();
    let site = site(&bucket);
    site.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    let lease = other_run(&site, &objects(&bucket));
    shows!(site.run("apply --yes"), @"");
    let before = callout::ticket::Clock::now(&*site.clock);
    shows!(site.run("apply --yes --lock-timeout 12s"), @"");
    let waited = callout::ticket::Clock::now(&*site.clock).duration_since(before);
    assert_eq!(waited, SignedDuration::from_secs(12));
    assert_eq!(site.vendor.tickets(), 0);
    site.run("plan").ends_with(0);
    drop(lease);
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
    shows!(site.run("apply --yes --lock-timeout 0s"), @"");
    shows!(site.run("apply --yes"), @"");
}

#[test]
fn a_lock_is_broken_by_its_id_and_the_run_that_held_it_adds_nothing() {
    let bucket = stores::gcs();
    let site = site(&bucket);
    let lease = other_run(&site, &objects(&bucket));
    shows!(site.run("unlock lease-of-bob"), @"");
    shows!(site.run_answering("unlock lease-of-ana", "no\n"), @"");
    shows!(site.run_answering("unlock lease-of-ana", "yes\n"), @"");
    shows!(site.run("unlock lease-of-ana"), @"");
    lease.renew().expect_err("it is lost");
    site.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    site.run("apply --yes").ends_with(0);
    shows!(Site::new().run("unlock lease-of-ana"), @"");
}

#[test]
fn whoever_has_no_credentials_is_told_so_and_sends_nothing() {
    let bucket = stores::gcs();
    let mut site = site(&bucket);
    site.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    site.edit("callout.yaml", "/acme}", "/acme, credential: {service_account: \"env:STATE_KEY\"}}");
    shows!(site.run("apply --yes"), @"");
    site.set("STATE_KEY", "s3cr3t");
    shows!(site.run("apply --yes"), @"");
    assert_eq!(site.vendor.tickets(), 0);
    site.run("validate").ends_with(0);
    site.run("plan --sandbox").ends_with(0);
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
    shows!(project.run(&format!("init --name acme --state {}/acme", bucket.url())), @"");
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
