//! A store in memory that answers badly, as asked.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};

use super::Objects;
use crate::state::samples::at;
use crate::ticket::Clock;

/// What becomes of one write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It happens, and the answer is lost.
    LostAnswer,
    /// It does not happen.
    Refused,
    /// It does not happen, and the answer is that there is one already: another's request was in flight, and failed.
    Conflict,
    /// It does not happen, and asking again is no use.
    Denied,
    /// It is as it should be.
    Fine,
}

/// Clones share one memory and one list of faults.
#[derive(Debug, Clone, Default)]
pub struct Faulty(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    memory: InMemory,
    faults: Mutex<Faults>,
}

#[derive(Debug, Default)]
struct Faults {
    /// One for each write to come.
    writes: VecDeque<(String, Fault)>,
    /// So many reads to come fail.
    reads: usize,
    /// Keys that no list shows.
    hidden: Vec<String>,
    /// What somebody else puts there just before the next write.
    overtaken: Vec<(String, Vec<u8>)>,
    requests: Vec<String>,
}

impl Faulty {
    /// Access to a prefix of it, which waits for nothing.
    pub fn objects(&self) -> Objects {
        let objects = Objects::new(Arc::new(self.clone()), "team", "mem://bucket/team".to_owned()).expect("threads");
        objects.with_pauses(&[Duration::ZERO; 2]).expect("threads")
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.0.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next writes to keys that end so go like this, one after the other.
    pub fn on_writes(&self, end: &str, faults: &[Fault]) {
        self.faults().writes.extend(faults.iter().map(|fault| (end.to_owned(), *fault)));
    }

    /// Just before the next write to this key, somebody else writes this.
    pub fn overtake(&self, key: &str, bytes: &[u8]) {
        self.faults().overtaken.push((key.to_owned(), bytes.to_vec()));
    }

    /// From now on all is as it should be.
    pub fn no_faults(&self) {
        self.faults().writes.clear();
    }

    pub fn fail_reads(&self, count: usize) {
        self.faults().reads = count;
    }

    /// Lists do not show keys that end so: as on a store that lists what was a moment ago.
    pub fn hide(&self, end: &str) {
        self.faults().hidden.push(end.to_owned());
    }

    /// Changes an object behind everybody's back.
    pub fn put(&self, key: &str, bytes: Option<&[u8]>) {
        let path = Path::from(format!("team/{key}"));
        let done = futures_util::FutureExt::now_or_never(async {
            match bytes {
                Some(bytes) => self.0.memory.put(&path, PutPayload::from(bytes.to_vec())).await.map(drop),
                None => self.0.memory.delete(&path).await,
            }
        });
        done.expect("memory does not wait").expect("changed");
    }

    /// What was asked since the last time.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.faults().requests)
    }

    fn next_for(&self, verb: &str, path: &Path) -> Fault {
        let mut faults = self.faults();
        faults.requests.push(format!("{verb} {path}"));
        let at = faults.writes.iter().position(|(end, _)| path.as_ref().ends_with(end.as_str()));
        at.and_then(|at| faults.writes.remove(at)).map_or(Fault::Fine, |(_, fault)| fault)
    }

    fn let_others_write(&self, path: &Path) {
        let overtaken = {
            let mut faults = self.faults();
            let at = faults.overtaken.iter().position(|(key, _)| path.as_ref().ends_with(key.as_str()));
            at.map(|at| faults.overtaken.remove(at))
        };
        if let Some((key, bytes)) = overtaken {
            self.put(&key, Some(&bytes));
        }
    }

    fn is_hidden(&self, path: &Path) -> bool {
        self.faults().hidden.iter().any(|end| path.as_ref().ends_with(end.as_str()))
    }
}

fn denied(path: &Path) -> Error {
    Error::PermissionDenied { path: path.to_string(), source: "403 Forbidden".into() }
}

fn unavailable() -> Error {
    Error::Generic { store: "memory", source: "503 Service Unavailable".into() }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("faulty memory")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.let_others_write(location);
        match self.next_for("PUT", location) {
            Fault::Fine => self.0.memory.put_opts(location, payload, options).await,
            Fault::LostAnswer => {
                self.0.memory.put_opts(location, payload, options).await?;
                Err(unavailable())
            }
            Fault::Refused => Err(unavailable()),
            Fault::Conflict => Err(Error::AlreadyExists { path: location.to_string(), source: "409 Conflict".into() }),
            Fault::Denied => Err(denied(location)),
        }
    }

    async fn put_multipart_opts(&self, location: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.0.memory.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        {
            let mut faults = self.faults();
            faults.requests.push(format!("GET {location}"));
            if faults.reads > 0 {
                faults.reads -= 1;
                return Err(unavailable());
            }
        }
        self.0.memory.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let this = self.clone();
        let pass = move |location: Result<Path>| match location {
            Ok(location) if this.next_for("DELETE", &location) != Fault::Fine => Err(denied(&location)),
            Ok(_) | Err(_) => location,
        };
        self.0.memory.delete_stream(locations.map(pass).boxed())
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.faults().requests.push(format!("LIST {}", prefix.map(Path::as_ref).unwrap_or_default()));
        let this = self.clone();
        let shown = move |meta: &Result<ObjectMeta>| meta.as_ref().is_ok_and(|meta| !this.is_hidden(&meta.location));
        self.0.memory.list(prefix).filter(move |meta| std::future::ready(shown(meta))).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.faults().requests.push(format!("LIST {}/", prefix.map(Path::as_ref).unwrap_or_default()));
        self.0.memory.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.memory.copy_opts(from, to, options).await
    }
}

/// A clock that stands still.
pub struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        at(0)
    }
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}
