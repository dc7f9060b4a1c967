//! Conditions, versions and lists, store by store.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt as _};

use crate::client::{create, replace, text};
use crate::support::stores::{Bucket, azure, gcs, ignoring_conditions, s3};

/// At once, for one key.
const WRITERS: usize = 16;
const ROUNDS: usize = 10;

async fn a_key_is_created_once(bucket: Bucket) {
    let client = bucket.client();
    create(&client, "a/b", "one").await.expect("made");
    let again = create(&client, "a/b", "two").await.expect_err("there is one");
    assert!(matches!(again, Error::AlreadyExists { .. }), "{again:?}");
    assert_eq!(text(&client, "a/b").await.expect("there"), "one");
}

async fn of_many_creators_one_wins(bucket: Bucket) {
    let client = bucket.client();
    for round in 0..ROUNDS {
        let key = format!("race/{round}");
        let names: Vec<String> = (0..WRITERS).map(|number| format!("writer {number}")).collect();
        let answers = join_all(names.iter().map(|name| create(&client, &key, name))).await;
        let won: Vec<&String> = names.iter().zip(&answers).filter(|(_, answer)| answer.is_ok()).map(|(name, _)| name).collect();
        assert_eq!(won.len(), 1, "round {round}: {answers:?}");
        assert_eq!(&text(&client, &key).await.expect("there"), won[0]);
    }
}

async fn a_stale_version_replaces_nothing(bucket: Bucket) {
    let client = bucket.client();
    let first = create(&client, "a", "one").await.expect("made");
    let second = replace(&client, "a", "two", &first).await.expect("nobody was faster");
    let stale = replace(&client, "a", "three", &first).await.expect_err("it is another one by now");
    assert!(matches!(stale, Error::Precondition { .. }), "{stale:?}");
    assert_eq!(text(&client, "a").await.expect("there"), "two");
    client.delete(&Path::from("a")).await.expect("gone");
    let gone = replace(&client, "a", "four", &second).await.expect_err("there is none by now");
    assert!(matches!(gone, Error::Precondition { .. } | Error::NotFound { .. }), "{gone:?}");
}

async fn of_many_replacers_one_wins(bucket: Bucket) {
    let client = bucket.client();
    let mut version = create(&client, "a", "nobody").await.expect("made");
    for round in 0..ROUNDS {
        let names: Vec<String> = (0..WRITERS).map(|number| format!("{round}: writer {number}")).collect();
        let answers = join_all(names.iter().map(|name| replace(&client, "a", name, &version))).await;
        let mut won = names.iter().zip(answers).filter_map(|(name, answer)| Some((name, answer.ok()?)));
        let (name, next) = won.next().expect("one wins");
        assert_eq!(won.next(), None, "round {round}");
        assert_eq!(&text(&client, "a").await.expect("there"), name);
        version = next;
    }
}

async fn a_look_has_the_version_that_a_replacement_needs(bucket: Bucket) {
    let client = bucket.client();
    let made = create(&client, "a", "one").await.expect("made");
    let seen = client.get(&Path::from("a")).await.expect("there").meta;
    assert_eq!((seen.e_tag, seen.version), (made.e_tag, made.version));
}

/// A client whose connection breaks asks for the rest.
async fn a_part_is_read(bucket: Bucket) {
    let client = bucket.client();
    create(&client, "a", "0123456789").await.expect("made");
    let part = client.get_range(&Path::from("a"), 3..7).await.expect("a part");
    assert_eq!(&part[..], b"3456");
    let end = client.get_range(&Path::from("a"), 8..10).await.expect("a part");
    assert_eq!(&end[..], b"89");
}

async fn lists_have_every_key(bucket: Bucket, count: usize) {
    let client = bucket.client();
    let keys: BTreeSet<String> = (0..count).map(|number| format!("team/journal/{:03}/{number:06}", number / 5)).collect();
    let beside = ["team.json".to_owned(), "team/state.json".to_owned(), "other/journal/000/000000".to_owned()];
    let made = keys.iter().chain(&beside).map(|key| create(&client, key, key));
    // A server takes only so many connections at once.
    stream::iter(made).buffer_unordered(32).try_collect::<Vec<_>>().await.expect("all made");
    let listed: Vec<_> = client.list(Some(&Path::from("team/journal"))).try_collect().await.expect("a list");
    assert!(listed.iter().all(|object| object.size == object.location.as_ref().len() as u64));
    let listed: Vec<String> = listed.into_iter().map(|object| object.location.to_string()).collect();
    assert_eq!(listed, keys.into_iter().collect::<Vec<_>>(), "in order, and each once");
    let top = client.list_with_delimiter(Some(&Path::from("team"))).await.expect("a list");
    let folders: Vec<String> = top.common_prefixes.iter().map(ToString::to_string).collect();
    let objects: Vec<String> = top.objects.iter().map(|object| object.location.to_string()).collect();
    assert_eq!((folders, objects), (vec!["team/journal".to_owned()], vec!["team/state.json".to_owned()]));
    let blocks = client.list_with_delimiter(Some(&Path::from("team/journal"))).await.expect("a list").common_prefixes;
    assert_eq!(blocks.len(), count.div_ceil(5));
    let nothing: Vec<_> = client.list(Some(&Path::from("team/none"))).try_collect().await.expect("a list");
    assert_eq!(nothing, []);
}

/// Whether the version tells how often the same bytes were written.
async fn the_same_bytes_again(bucket: Bucket, have_another_version: bool) {
    let client = bucket.client();
    let first = create(&client, "a", "one").await.expect("made");
    let second = replace(&client, "a", "two", &first).await.expect("replaced");
    let third = replace(&client, "a", "one", &second).await.expect("replaced");
    let is_another = (&first.e_tag, &first.version) != (&third.e_tag, &third.version);
    assert_eq!(is_another, have_another_version, "{first:?} {third:?}");
}

async fn what_is_missing_is_deleted(bucket: Bucket, without_complaint: bool) {
    let client = bucket.client();
    match client.delete(&Path::from("none")).await {
        Ok(()) => assert!(without_complaint),
        Err(error) => assert!(!without_complaint && matches!(error, Error::NotFound { .. }), "{error:?}"),
    }
    let missing = client.get(&Path::from("none")).await.expect_err("nothing there");
    assert!(matches!(missing, Error::NotFound { .. }), "{missing:?}");
}

macro_rules! on_each_store {
    ($($case:ident($($moto:expr, $azurite:expr, $google:expr)?);)*) => {
        mod moto { $(#[tokio::test] async fn $case() { if let Some(bucket) = super::s3() { super::$case(bucket $(, $moto)?).await } })* }
        mod azurite { $(#[tokio::test] async fn $case() { if let Some(bucket) = super::azure() { super::$case(bucket $(, $azurite)?).await } })* }
        mod google { $(#[tokio::test] async fn $case() { super::$case(super::gcs() $(, $google)?).await })* }
    };
}

on_each_store! {
    a_key_is_created_once();
    of_many_creators_one_wins();
    a_stale_version_replaces_nothing();
    of_many_replacers_one_wins();
    a_look_has_the_version_that_a_replacement_needs();
    a_part_is_read();
    // More than one page of moto, which gives 1,000, and of the stub.
    lists_have_every_key(1003, 33, 33);
    // The ETag of S3 is made of the content alone.
    the_same_bytes_again(false, true, true);
    what_is_missing_is_deleted(true, false, false);
}

/// Why callout asks a store first: nothing of this is an error to see.
#[tokio::test]
async fn a_store_that_ignores_conditions_says_nothing_of_it() {
    let Some(bucket) = ignoring_conditions() else { return };
    let client = bucket.client();
    let first = create(&client, "a", "one").await.expect("made");
    create(&client, "a", "two").await.expect("made again, which no store with conditions does");
    assert_eq!(text(&client, "a").await.expect("there"), "two");
    replace(&client, "a", "three", &first).await.expect("replaced by a stale version, which no store with conditions does");
    assert_eq!(text(&client, "a").await.expect("there"), "three");
}
