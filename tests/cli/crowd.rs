//! Several projects with one key: a run that the vendor slows down says who else may be using it.

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::shared::{begun, objects, other_run};
use crate::shown::DIFFERENT;
use crate::support::project::{Project, Ran};
use crate::support::stores::{self, Bucket};
use crate::vendor::{Site, dispatch};

/// What was told meanwhile. One line comes from a thread of its own, at any time: they are in the order of the alphabet.
fn told(ran: &Ran) -> String {
    let mut lines: Vec<&str> = ran.err.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// A project that has used up the key's minute, and another one beside it that has the same key and something to send.
fn two_projects(bucket: &Bucket) -> (Site, Project) {
    let narrow = Site::with(|options| {
        options.rate_limit = Some(2);
        options.retry_after = true;
    });
    let acme = begun(narrow, bucket);
    let globex = acme.copy_without("callout.lock");
    globex.edit("callout.yaml", "/acme}", "/globex}");
    globex.run("state init").ends_with(0);
    globex.write("tickets/a.yaml", dispatch("store-0500", "0500"));
    acme.write("tickets/a.yaml", dispatch("store-0417", "0417"));
    acme.write("tickets/b.yaml", dispatch("store-0418", "0418"));
    assert_eq!(acme.run("apply --yes").ends_with(0).err, "");
    (acme, globex)
}

#[test]
fn a_run_that_is_slowed_down_names_the_projects_beside_it_that_are_at_work() {
    let bucket = stores::gcs();
    let (acme, globex) = two_projects(&bucket);
    let lease = other_run(&acme, &objects(&bucket));
    let ran = globex.run("apply --yes").ends_with(0);
    insta::with_settings!({filters => DIFFERENT}, { insta::assert_snapshot!(told(&ran), @r"
    At work now, perhaps with the same key of TechExpress: `gs://[bucket]/acme` by `callout apply` (process [pid], ana on ci-7, since 2027-01-04T12:00:00Z). Each run counts only its own requests: give each project its share with `requests_per_minute` in callout.yaml, so that together they stay below the limit of the key.
    TechExpress answered 429: too many requests. This run sends at most 60 a minute (spec.systems.techexpress.requests_per_minute); the vendor's pages print 60 for a key.
    TechExpress: waiting 60 s for the rate limit
    "); });
    assert_eq!(acme.vendor.tickets(), 3);
    drop(lease);
}

#[test]
fn where_no_other_run_is_at_work_it_says_where_to_look() {
    let bucket = stores::gcs();
    let (acme, globex) = two_projects(&bucket);
    let ran = globex.run("apply --yes").ends_with(0);
    insta::with_settings!({filters => DIFFERENT}, { insta::assert_snapshot!(told(&ran), @r"
    No other run is at work now in the states beside this one (`gs://[bucket]/acme`). What else may use the key of TechExpress: other projects, their CI jobs, a plan made on another machine, other systems of this project, other programs. Each run counts only its own requests: give each project its share with `requests_per_minute` in callout.yaml, so that together they stay below the limit of the key.
    TechExpress answered 429: too many requests. This run sends at most 60 a minute (spec.systems.techexpress.requests_per_minute); the vendor's pages print 60 for a key.
    TechExpress: waiting 60 s for the rate limit
    "); });
    assert_eq!(acme.vendor.tickets(), 3);
}

#[test]
fn a_read_that_is_slowed_down_says_so_too_and_a_state_in_files_has_nobody_beside_it() {
    let site = Site::with_ticket();
    site.vendor.faults(vec![Fault::on(Call::Read, Trouble::TooManyRequests { retry_after: Some(5) }).times(2)]);
    let ran = site.run("plan --refresh all").ends_with(0);
    insta::assert_snapshot!(ran.err, @r"
    TechExpress answered 429: too many requests. This run sends at most 60 a minute (spec.systems.techexpress.requests_per_minute); the vendor's pages print 60 for a key.
    Look for whoever else uses the key of TechExpress: other projects, their CI jobs, a plan made on another machine, other systems of this project, other programs. Each run counts only its own requests: give each project its share with `requests_per_minute` in callout.yaml, so that together they stay below the limit of the key.
    TechExpress: waiting 4 s for the rate limit
    TechExpress: waiting 3 s for the rate limit
    ");
}
