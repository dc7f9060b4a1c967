//! Blocking, versioned access to the objects below one prefix.
//!
//! Owns what an answer of the store means: a create or a replacement whose answer was lost is read back and compared, and counts by what
//! lies there. Refuses to overwrite: an object is made where there is none, or replaced by whoever has seen its newest version.

mod read;
mod write;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStore, UpdateVersion};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use super::trouble;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::cipher::Cipher;

/// Before a write is tried again. A store that is not back by then ends the run.
const PAUSES: [Duration; 4] = [Duration::from_millis(250), Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(8)];

/// All objects below one prefix of one store. Clones share their connections.
#[derive(Clone)]
pub struct Objects {
    inner: Arc<Inner>,
    cipher: Cipher,
}

struct Inner {
    store: Arc<dyn ObjectStore>,
    prefix: String,
    name: String,
    pauses: Vec<Duration>,
    /// Taken only when the last clone goes.
    runtime: Option<Runtime>,
}

/// Which content of an object was seen: its ETag, its generation, or both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version(UpdateVersion);

/// An object as it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    pub bytes: Vec<u8>,
    pub version: Version,
}

/// What became of a create.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Created {
    /// The object is there with these bytes, and by this call, as far as bytes can tell.
    New(Version),
    /// An object with other bytes has the key.
    Other(Found),
}

/// What became of a replacement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Replaced {
    Done(Version),
    /// Somebody else replaced or deleted it.
    Stale,
}

/// An object as it is listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Below the prefix.
    pub key: String,
    /// In bytes.
    pub size: u64,
    /// By the store's clock.
    pub modified: Timestamp,
}

impl Objects {
    /// `name` is for messages, such as `s3://bucket/prefix`; it must have no secret in it.
    pub fn new(store: Arc<dyn ObjectStore>, prefix: &str, mut name: String) -> Outcome<Self> {
        name.truncate(name.trim_end_matches('/').len());
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("state").enable_all().build();
        let runtime = runtime.map_err(|error| {
            let message = format!("callout cannot begin to talk to `{name}`: {error}");
            Diagnostic::error("state/store", message).help("This machine has no thread left. Nothing was changed.")
        })?;
        let prefix = prefix.trim_matches('/').to_owned();
        let inner = Inner { store, prefix, name, pauses: PAUSES.to_vec(), runtime: Some(runtime) };
        inner.path("")?;
        Ok(Self { inner: Arc::new(inner), cipher: Cipher::default() })
    }

    /// The same objects, whose texts are encrypted. Here they are bytes like any other.
    #[must_use]
    pub fn encrypted(self, cipher: &Cipher) -> Self {
        Self { cipher: cipher.clone(), ..self }
    }

    /// How the texts in them are written and read.
    pub fn cipher(&self) -> &Cipher {
        &self.cipher
    }

    /// The same objects, with other pauses before each repetition of a write.
    pub fn with_pauses(&self, pauses: &[Duration]) -> Outcome<Self> {
        let Self { inner, .. } = Self::new(Arc::clone(&self.inner.store), &self.inner.prefix, self.inner.name.clone())?;
        let mut inner = Arc::into_inner(inner).ok_or_else(|| trouble::broken_off(&self.inner.name))?;
        inner.pauses = pauses.to_vec();
        Ok(Self { inner: Arc::new(inner), cipher: self.cipher.clone() })
    }

    /// Such as `s3://bucket/prefix`.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// An object's name for messages.
    pub fn name_of(&self, key: &str) -> String {
        self.inner.name_of(key)
    }

    /// The object, if there is one.
    pub fn get(&self, key: &str) -> Outcome<Option<Found>> {
        let (this, key) = (self.clone(), key.to_owned());
        self.wait(async move { this.read(&key).await })
    }

    /// Each of these objects, in this order, read side by side.
    pub fn get_many(&self, keys: &[String]) -> Outcome<Vec<Option<Found>>> {
        let (this, keys) = (self.clone(), keys.to_vec());
        self.wait(async move { this.read_all(&keys).await })
    }

    /// Makes an object where there is none. Where the answer was lost, or says that there is one, what lies there decides.
    pub fn create(&self, key: &str, bytes: &[u8]) -> Outcome<Created> {
        let (this, key, bytes) = (self.clone(), key.to_owned(), bytes.to_vec());
        self.wait(async move { this.make(&key, bytes).await })
    }

    /// Replaces an object that nobody has touched since this version was seen.
    pub fn replace(&self, key: &str, bytes: &[u8], version: &Version) -> Outcome<Replaced> {
        let (this, key, bytes, version) = (self.clone(), key.to_owned(), bytes.to_vec(), version.clone());
        self.wait(async move { this.put(&key, bytes, &version).await })
    }

    /// Every object below a folder, by its key. An empty folder name means all of them.
    pub fn list(&self, folder: &str) -> Outcome<Vec<Listed>> {
        let (this, folder) = (self.clone(), folder.to_owned());
        self.wait(async move { this.listing(&folder).await })
    }

    /// The names of the folders that lie directly in a folder, sorted.
    pub fn folders(&self, folder: &str) -> Outcome<Vec<String>> {
        let (this, folder) = (self.clone(), folder.to_owned());
        self.wait(async move { this.folder_names(&folder).await })
    }

    /// Access to the folder that this prefix lies in, and the prefix's own name there; nothing for the root of a bucket.
    pub fn beside(&self) -> Outcome<Option<(Self, String)>> {
        let Inner { store, prefix, name, .. } = &*self.inner;
        let (parent, own) = prefix.rsplit_once('/').unwrap_or(("", prefix));
        let Some(place) = name.strip_suffix(own).filter(|_| !own.is_empty()) else { return Ok(None) };
        Ok(Some((Self::new(Arc::clone(store), parent, place.to_owned())?, own.to_owned())))
    }

    /// Deletes an object; that there is none any more is as good.
    pub fn delete(&self, key: &str) -> Outcome<()> {
        let (this, key) = (self.clone(), key.to_owned());
        self.wait(async move { this.remove(&key).await })
    }

    /// Runs something beside whoever waits, until it ends or the last clone is gone. What holds a clone must be told to end.
    pub fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> Outcome<JoinHandle<T>> {
        Ok(self.inner.runtime()?.spawn(task))
    }

    /// Waits for what is done on the runtime. Asynchronous code cannot block on a runtime of its own, but any thread can wait for what
    /// another runtime sends.
    pub(super) fn wait<T: Send + 'static>(&self, task: impl Future<Output = Outcome<T>> + Send + 'static) -> Outcome<T> {
        let (send, receive) = mpsc::sync_channel(1);
        // Nobody waits any more only where the thread that waited is gone.
        self.inner.runtime()?.spawn(async move { drop(send.send(task.await)) });
        receive.recv().unwrap_or_else(|_| Err(trouble::broken_off(&self.inner.name).into()))
    }
}

impl Inner {
    fn runtime(&self) -> Outcome<&Runtime> {
        self.runtime.as_ref().ok_or_else(|| trouble::broken_off(&self.name).into())
    }

    fn path(&self, key: &str) -> Outcome<Path> {
        let whole = [self.prefix.as_str(), key].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        Path::parse(&whole).map_err(|error| {
            let message = format!("`{}` is no name of an object: {error}", self.name_of(key));
            Diagnostic::error("state/store", message).help("Nothing was changed. Choose another prefix for the state.").into()
        })
    }

    fn name_of(&self, key: &str) -> String {
        if key.is_empty() { self.name.clone() } else { format!("{}/{key}", self.name) }
    }
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects").field("name", &self.inner.name).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    /// Waits for nothing: this may be a thread that must not be held up, or one of the runtime's own.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests;
