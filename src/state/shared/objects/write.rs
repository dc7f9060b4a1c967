//! Making and replacing an object, whatever becomes of the answer.

use std::future::Future;
use std::time::Duration;

use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, PutResult, UpdateVersion};

use super::{Created, Found, Inner, Objects, Replaced, Version};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::shared::trouble::{self, Verb};

impl Objects {
    /// As [`Objects::create`], for whoever is on the runtime already.
    pub(in crate::state::shared) async fn make(&self, key: &str, bytes: Vec<u8>) -> Outcome<Created> {
        self.inner.create(key, bytes).await
    }

    /// As [`Objects::replace`].
    pub(in crate::state::shared) async fn put(&self, key: &str, bytes: Vec<u8>, version: &Version) -> Outcome<Replaced> {
        self.inner.replace(key, bytes, version.clone()).await
    }

    /// As [`Objects::delete`].
    pub(in crate::state::shared) async fn remove(&self, key: &str) -> Outcome<()> {
        match self.inner.store.delete(&self.inner.path(key)?).await {
            Ok(()) => Ok(()),
            Err(error) if trouble::is_missing(&error) => Ok(()),
            Err(error) => Err(trouble::of(Verb::Delete, &self.name_of(key), &error).into()),
        }
    }
}

impl Inner {
    /// Tries until it is known who has the key. *Already exists* may be the answer to an earlier try of the same request, and a
    /// conflict may be about a request that failed afterwards: only what lies there tells.
    pub(super) async fn create(&self, key: &str, bytes: Vec<u8>) -> Outcome<Created> {
        let mut last = None;
        for pause in self.tries() {
            pause.await;
            let error = match self.put(key, &bytes, PutMode::Create).await {
                Ok(put) => return Ok(Created::New(put.into())),
                Err(error) => error,
            };
            if trouble::is_final(&error) {
                return Err(trouble::of(Verb::Write, &self.name_of(key), &error).into());
            }
            match self.look(key).await {
                Ok(Some(found)) if found.bytes == bytes => return Ok(Created::New(found.version)),
                Ok(Some(found)) => return Ok(Created::Other(found)),
                Ok(None) => last = Some(error),
                Err(unread) => last = Some(unread),
            }
        }
        Err(self.gave_up(key, last).into())
    }

    /// Tries until it is known whether it was replaced, by this call or by another.
    pub(super) async fn replace(&self, key: &str, bytes: Vec<u8>, version: Version) -> Outcome<Replaced> {
        let mut last = None;
        for pause in self.tries() {
            pause.await;
            let error = match self.put(key, &bytes, PutMode::Update(version.0.clone())).await {
                Ok(put) => return Ok(Replaced::Done(put.into())),
                Err(error) => error,
            };
            if trouble::is_final(&error) {
                return Err(trouble::of(Verb::Write, &self.name_of(key), &error).into());
            }
            match self.look(key).await {
                Ok(Some(Found { bytes: there, version })) if there == bytes => return Ok(Replaced::Done(version)),
                // Still as it was: the request did not come through, or not yet.
                Ok(Some(found)) if found.version == version => last = Some(error),
                Ok(Some(_) | None) => return Ok(Replaced::Stale),
                Err(unread) => last = Some(unread),
            }
        }
        Err(self.gave_up(key, last).into())
    }

    async fn put(&self, key: &str, bytes: &[u8], mode: PutMode) -> Result<PutResult, Error> {
        let path = self.path(key).map_err(|error| Error::Generic { store: "callout", source: error })?;
        self.store.put_opts(&path, PutPayload::from(bytes.to_vec()), PutOptions::from(mode)).await
    }

    /// What to wait for before each try: before the first one, nothing.
    fn tries(&self) -> impl Iterator<Item = impl Future<Output = ()>> {
        [Duration::ZERO].into_iter().chain(self.pauses.clone()).map(|pause| async move {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
        })
    }

    fn gave_up(&self, key: &str, last: Option<Error>) -> Diagnostic {
        let name = self.name_of(key);
        last.map_or_else(|| trouble::broken_off(&self.name), |error| trouble::of(Verb::Write, &name, &error))
    }
}

impl From<PutResult> for Version {
    fn from(put: PutResult) -> Self {
        Self(UpdateVersion { e_tag: put.e_tag, version: put.version })
    }
}
