//! The probe, before real stores.

use super::objects;
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

/// How the probe ends, for a fault at each of its requests.
fn disturbed(bucket: &dyn Fn() -> Bucket) -> Vec<(String, Result<(), &'static str>)> {
    let calm = bucket();
    let proxy = calm.proxy();
    let _ = probe(&objects(&calm.through(&proxy)));
    let mut ends = Vec::new();
    for fault in Fault::ALL {
        for number in 0..proxy.seen().len() {
            let bucket = bucket();
            let proxy = bucket.proxy();
            proxy.trouble(number, fault);
            let end = probe(&objects(&bucket.through(&proxy))).map(drop).map_err(|error| error.code);
            ends.push((format!("{fault:?} at request {number}: {:#?}", proxy.seen()), end));
        }
    }
    ends
}

#[test]
fn no_trouble_makes_a_fit_store_look_unfit() {
    for (moment, end) in disturbed(&gcs) {
        assert_ne!(end, Err("state/unfit-store"), "{moment}");
    }
}

#[test]
fn no_trouble_makes_an_unfit_store_look_fit() {
    if ignoring_conditions().is_some() {
        for (moment, end) in disturbed(&|| ignoring_conditions().expect("it is there")) {
            assert!(end.is_err(), "{moment}");
        }
    }
}
