//! Reading and listing.

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use object_store::{Error, GetResult, ObjectMeta, ObjectStoreExt, UpdateVersion};

use super::{Found, Inner, Listed, Objects, Version};
use crate::diagnostics::Outcome;
use crate::state::shared::trouble::{self, Verb};

/// Reads that are under way at once.
const AT_ONCE: usize = 32;

impl Objects {
    /// As [`Objects::get`], for whoever is on the runtime already.
    pub(in crate::state::shared) async fn read(&self, key: &str) -> Outcome<Option<Found>> {
        self.inner.look(key).await.map_err(|error| trouble::of(Verb::Read, &self.name_of(key), &error).into())
    }

    /// As [`Objects::get_many`].
    pub(in crate::state::shared) async fn read_all(&self, keys: &[String]) -> Outcome<Vec<Option<Found>>> {
        let read = |key: String| async move { self.read(&key).await };
        stream::iter(keys.to_vec()).map(read).buffered(AT_ONCE).try_collect().await
    }

    /// As [`Objects::list`].
    pub(in crate::state::shared) async fn listing(&self, folder: &str) -> Outcome<Vec<Listed>> {
        let path = self.inner.path(folder)?;
        let told = |error| trouble::of(Verb::List, &self.name_of(folder), &error);
        let found: Vec<ObjectMeta> = self.inner.store.list(Some(&path)).try_collect().await.map_err(told)?;
        let mut listed: Vec<Listed> = found.into_iter().filter_map(|meta| self.inner.listed(&meta)).collect();
        listed.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(listed)
    }

    /// As [`Objects::folders`].
    pub(in crate::state::shared) async fn folder_names(&self, folder: &str) -> Outcome<Vec<String>> {
        let path = self.inner.path(folder)?;
        let told = |error| trouble::of(Verb::List, &self.name_of(folder), &error);
        let found = self.inner.store.list_with_delimiter(Some(&path)).await.map_err(told)?;
        let mut names: Vec<String> = found.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect();
        names.sort();
        Ok(names)
    }
}

impl Inner {
    pub(super) async fn look(&self, key: &str) -> Result<Option<Found>, Error> {
        let path = self.path(key).map_err(|error| Error::Generic { store: "callout", source: error })?;
        let found: GetResult = match self.store.get(&path).await {
            Ok(found) => found,
            Err(error) if trouble::is_missing(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let version = Version(UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() });
        Ok(Some(Found { bytes: found.bytes().await?.to_vec(), version }))
    }

    /// What lies beside this prefix and only looks like a part of it is passed over.
    fn listed(&self, meta: &ObjectMeta) -> Option<Listed> {
        let whole = meta.location.as_ref();
        let key = if self.prefix.is_empty() { whole } else { whole.strip_prefix(&self.prefix)?.strip_prefix('/')? };
        let modified = Timestamp::from_millisecond(meta.last_modified.timestamp_millis()).ok()?;
        Some(Listed { key: key.to_owned(), size: meta.size, modified })
    }
}
