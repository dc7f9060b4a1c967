//! The probe, before real stores.

use super::{at_once, objects};
use crate::state::shared::probe::probe;
use crate::support::stores::fault::Fault;
use crate::support::stores::{Bucket, azure, gcs, ignoring_conditions, s3};

fn passes(bucket: &Bucket) {
    let objects = objects(bucket);
    assert!(probe(&objects).expect("fit").is_none());
    assert_eq!(objects.list("").expect("a list"), [], "it leaves nothing behind");
}

#[test]
fn stores_that_keep_conditions_pass() {
    passes(&gcs());
    s3().iter().chain(&azure()).for_each(passes);
}

#[test]
fn a_store_that_ignores_conditions_is_refused_in_words() {
    let Some(bucket) = ignoring_conditions() else { return };
    let refused = probe(&objects(&bucket)).expect_err("unfit");
    let message = format!(
        "`{}/team` cannot hold a state: it was asked to make an object only if there is none, and wrote over one that was there",
        bucket.url()
    );
    assert_eq!((refused.code, refused.message), ("state/unfit-store", message));
    let help = "On such a store two runs could each believe that they alone wrote the next commit, and technicians would be sent twice. \
                Nothing was made there. Take a store that keeps conditional writes: Amazon S3, Cloudflare R2, MinIO, Azure Blob Storage or \
                Google Cloud Storage, in a version of today. If it is one of these, look for a proxy or gateway in between that drops the \
                headers If-None-Match and If-Match.";
    assert_eq!(refused.help.as_deref(), Some(help));
    assert_eq!(objects(&bucket).list("").expect("a list"), [], "it leaves nothing behind");
}

/// Tries the probe with a fault at each of its requests.
fn disturbed(bucket: &(dyn Fn() -> Bucket + Sync), holds: impl Fn(&Result<(), &'static str>) -> bool + Sync) {
    let calm = bucket();
    let proxy = calm.proxy();
    let end = probe(&objects(&calm.through(&proxy))).map(drop).map_err(|error| error.code);
    assert!(holds(&end), "{end:?} without trouble");
    let requests = proxy.seen().len();
    let jobs: Vec<(Fault, usize)> = Fault::ALL.into_iter().flat_map(|fault| (0..requests).map(move |number| (fault, number))).collect();
    at_once(&jobs, |(fault, number)| {
        let bucket = bucket();
        let proxy = bucket.proxy();
        proxy.trouble(*number, *fault);
        let end = probe(&objects(&bucket.through(&proxy))).map(drop).map_err(|error| error.code);
        assert!(holds(&end), "{end:?} for {fault:?} at request {number}: {:#?}", proxy.seen());
    });
}

#[test]
fn no_trouble_makes_a_fit_store_look_unfit() {
    disturbed(&gcs, |end| *end != Err("state/unfit-store"));
}

#[test]
fn no_trouble_makes_an_unfit_store_look_fit() {
    if ignoring_conditions().is_some() {
        disturbed(&|| ignoring_conditions().expect("it is there"), Result::is_err);
    }
}
