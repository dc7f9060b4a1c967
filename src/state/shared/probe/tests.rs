use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};

use super::*;

/// What a store does that it may not do, or what it may not do that is harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Fit,
    WritesOver,
    ReplacesAnything,
    ReplacesNothing,
    MakesNothing,
    ForgetsVersions,
    ChangesBytes,
    ListsLate,
    KeepsAll,
}

#[derive(Debug)]
struct Store {
    memory: InMemory,
    way: Way,
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.way)
    }
}

#[async_trait]
impl ObjectStore for Store {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let ignored = match (&options.mode, self.way) {
            (PutMode::Create, Way::WritesOver) | (PutMode::Update(_), Way::ReplacesAnything | Way::ForgetsVersions) => true,
            (PutMode::Update(_), Way::ReplacesNothing) => {
                return Err(Error::Precondition { path: location.to_string(), source: "412".into() });
            }
            (PutMode::Create, Way::MakesNothing) => {
                return Err(Error::Generic { store: "S3", source: "501 Not Implemented".into() });
            }
            _ => false,
        };
        let options = if ignored { PutOptions::default() } else { options };
        let payload = if self.way == Way::ChangesBytes { "trimmed".into() } else { payload };
        let mut put = self.memory.put_opts(location, payload, options).await?;
        if self.way == Way::ForgetsVersions {
            put.e_tag = Some("\"always\"".to_owned());
        }
        Ok(put)
    }

    async fn put_multipart_opts(&self, location: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.memory.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.memory.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        if self.way != Way::KeepsAll {
            return self.memory.delete_stream(locations);
        }
        let denied = |path: Result<Path>| Err(Error::PermissionDenied { path: path?.to_string(), source: "403 Forbidden".into() });
        locations.map(denied).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        if self.way == Way::ListsLate { stream::empty().boxed() } else { self.memory.list(prefix) }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.memory.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.memory.copy_opts(from, to, options).await
    }
}

/// What the probe says of such a store, and how many objects are left in it.
fn probed(way: Way) -> (Outcome<Option<Diagnostic>>, usize) {
    let store = Arc::new(Store { memory: InMemory::new(), way });
    let objects = Objects::new(Arc::clone(&store) as Arc<dyn ObjectStore>, "team", "mem://bucket/team".to_owned()).expect("threads");
    let probed = probe(&objects.with_pauses(&[Duration::ZERO]).expect("threads"));
    let left = tokio::runtime::Builder::new_current_thread().build().expect("threads").block_on(store.memory.list(None).count());
    (probed, left)
}

fn refused(way: Way) -> Diagnostic {
    let (probed, left) = probed(way);
    assert_eq!(left, 0, "{way:?}");
    *probed.expect_err("unfit")
}

#[test]
fn a_store_that_keeps_conditions_is_fit_and_nothing_is_left_in_it() {
    let (probed, left) = probed(Way::Fit);
    assert!(matches!(probed, Ok(None)), "{probed:?}");
    assert_eq!(left, 0);
}

#[test]
fn a_store_that_writes_over_is_refused() {
    let told = refused(Way::WritesOver);
    assert_eq!(told.code, "state/unfit-store");
    assert_eq!(
        told.message,
        "`mem://bucket/team` cannot hold a state: it was asked to make an object only if there is none, and wrote over one that was there"
    );
    assert_eq!(
        told.help.as_deref(),
        Some(
            "On such a store two runs could each believe that they alone wrote the next commit, and technicians would be sent twice. Nothing \
             was made there. Take a store that keeps conditional writes: Amazon S3, Cloudflare R2, MinIO, Azure Blob Storage or Google Cloud \
             Storage, in a version of today. If it is one of these, look for a proxy or gateway in between that drops the headers If-None-Match \
             and If-Match."
        )
    );
}

#[test]
fn each_other_fault_is_named_with_what_it_would_mean() {
    let twice = "On such a store two runs could each believe that they alone wrote the next commit, and technicians would be sent twice.";
    let cases = [
        (
            Way::ReplacesAnything,
            "it was asked to replace an object only if it is still a certain version, and wrote over a newer one",
            twice,
        ),
        (
            Way::ReplacesNothing,
            "it did not replace an object whose newest version was named: cannot write `mem://bucket/team/probe-",
            "On such a store no run could write down what it is about to do.",
        ),
        (Way::ForgetsVersions, "it gave an object with new content the version of the old one", twice),
        (Way::ChangesBytes, "it gave back other bytes than were written", twice),
        (
            Way::ListsLate,
            "it did not list an object that was written a moment ago",
            "On such a store a run could overlook what another has sent, and technicians would be sent twice.",
        ),
    ];
    for (way, what, meaning) in cases {
        let told = refused(way);
        let expected = format!("`mem://bucket/team` cannot hold a state: {what}");
        assert_eq!((told.code, &told.message[..expected.len()]), ("state/unfit-store", expected.as_str()));
        assert!(told.help.as_deref().is_some_and(|help| help.starts_with(meaning)), "{told:?}");
    }
}

#[test]
fn a_store_that_makes_nothing_may_be_unfit_or_ill() {
    let told = refused(Way::MakesNothing);
    assert!(told.message.ends_with("/object`: 501 Not Implemented"), "{}", told.message);
    assert_eq!(
        told.help.as_deref(),
        Some(
            "See that the store can be reached from here, then run the command again. If it answers to everything else, it does not know \
             conditional writes, and cannot hold a state."
        )
    );
}

#[test]
fn a_store_that_deletes_nothing_is_fit_and_says_what_is_left() {
    let (probed, left) = probed(Way::KeepsAll);
    let told = probed.expect("fit").expect("a warning");
    assert_eq!((told.code, left, told.is_error()), ("state/left-over", 1, false));
    let (head, tail) = ("`mem://bucket/team/probe-", "/object`, which was made to try the store out, is still there: cannot delete");
    assert!(told.message.starts_with(head) && told.message.contains(tail), "{}", told.message);
}
