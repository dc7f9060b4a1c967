//! Single objects: whatever happens to one request, a write ends as it would have without it.

use super::{at_once, objects};
use crate::state::shared::objects::{Created, Objects, Replaced};
use crate::support::stores::fault::Fault;
use crate::support::stores::{Bucket, azure, gcs, s3};

/// One step of the story, as whoever tells it sees its end.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    New,
    Other(String),
    Done,
    Stale,
    There(Option<String>),
    Keys(Vec<String>),
    Failed,
    /// It could not be asked for: the look before it failed.
    Unasked,
}

/// Two people write one object, each believing it theirs.
fn story(objects: &Objects) -> Vec<Told> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let create = |key: &str, content: &str| match objects.create(key, content.as_bytes()) {
        Ok(Created::New(_)) => Told::New,
        Ok(Created::Other(found)) => Told::Other(text(&found.bytes)),
        Err(_) => Told::Failed,
    };
    let look = |key: &str| match objects.get(key) {
        Ok(found) => Told::There(found.map(|found| text(&found.bytes))),
        Err(_) => Told::Failed,
    };
    let replace = |content: &str, version| match objects.replace("a", content.as_bytes(), version) {
        Ok(Replaced::Done(_)) => Told::Done,
        Ok(Replaced::Stale) => Told::Stale,
        Err(_) => Told::Failed,
    };
    let list = || match objects.list("") {
        Ok(listed) => Told::Keys(listed.into_iter().map(|listed| listed.key).collect()),
        Err(_) => Told::Failed,
    };
    let mut told = vec![create("a", "one of the first"), create("a", "one of the second"), look("none")];
    match objects.get("a") {
        Ok(Some(found)) => told.extend([replace("two of the first", &found.version), replace("two of the second", &found.version)]),
        Ok(None) | Err(_) => told.extend([Told::Unasked, Told::Unasked]),
    }
    told.extend([create("b/c", "another"), look("a"), list()]);
    told
}

fn every_fault_at_every_request(bucket: &(dyn Fn() -> Bucket + Sync)) {
    let calm = bucket();
    let proxy = calm.proxy();
    let expected = story(&objects(&calm.through(&proxy)));
    let requests = proxy.seen().len();
    assert!(!expected.contains(&Told::Failed) && requests > expected.len(), "{requests} requests: {expected:?}");
    let jobs: Vec<(Fault, usize)> = Fault::ALL.into_iter().flat_map(|fault| (0..requests).map(move |number| (fault, number))).collect();
    at_once(&jobs, |(fault, number)| disturbed(&bucket(), *fault, *number, &expected));
}

fn disturbed(bucket: &Bucket, fault: Fault, number: usize, expected: &[Told]) {
    let proxy = bucket.proxy();
    proxy.trouble(number, fault);
    let told = story(&objects(&bucket.through(&proxy)));
    let moment = format!("{fault:?} at request {number}: {told:?}\n{:#?}", proxy.seen());
    let twice: Vec<String> = proxy.land().into_iter().filter(|landed| landed.contains("PUT") && landed.contains(": 2")).collect();
    assert!(twice.is_empty(), "{twice:?} counted although it was written again: {moment}");
    // Without its version nobody replaces it.
    let content = if told.contains(&Told::Unasked) { "one of the first" } else { "two of the first" };
    for (told, expected) in told.iter().zip(expected) {
        let is_expected = match expected {
            Told::There(Some(_)) => *told == Told::There(Some(content.to_owned())) || *told == Told::Failed,
            Told::There(None) | Told::Keys(_) => told == expected || *told == Told::Failed,
            Told::Done | Told::Stale => told == expected || *told == Told::Unasked,
            Told::New | Told::Other(_) | Told::Failed | Told::Unasked => told == expected,
        };
        assert!(is_expected, "{expected:?} was expected of {moment}");
    }
    let after = objects(bucket);
    let found = after.get("a").expect("readable").expect("there").bytes;
    assert_eq!(String::from_utf8_lossy(&found), content, "{moment}");
    assert_eq!(after.list("").expect("a list").iter().map(|listed| &*listed.key).collect::<Vec<_>>(), ["a", "b/c"], "{moment}");
}

#[test]
fn over_the_stub_of_google() {
    every_fault_at_every_request(&gcs);
}

#[test]
fn over_s3() {
    if s3().is_some() {
        every_fault_at_every_request(&|| s3().expect("it is there"));
    }
}

#[test]
fn over_azure() {
    if azure().is_some() {
        every_fault_at_every_request(&|| azure().expect("it is there"));
    }
}
