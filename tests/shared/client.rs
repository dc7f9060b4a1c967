//! The few calls of a plain client that these tests make.

use std::sync::Arc;

use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutResult, UpdateVersion};

pub type Client = Arc<dyn ObjectStore>;

pub async fn create(client: &Client, key: &str, text: &str) -> Result<PutResult, Error> {
    let options = PutOptions::from(PutMode::Create);
    client.put_opts(&Path::from(key), text.to_owned().into(), options).await
}

pub async fn replace(client: &Client, key: &str, text: &str, old: &PutResult) -> Result<PutResult, Error> {
    let version = UpdateVersion { e_tag: old.e_tag.clone(), version: old.version.clone() };
    let options = PutOptions::from(PutMode::Update(version));
    client.put_opts(&Path::from(key), text.to_owned().into(), options).await
}

pub async fn text(client: &Client, key: &str) -> Result<String, Error> {
    let bytes = client.get(&Path::from(key)).await?.bytes().await?;
    Ok(String::from_utf8(bytes.into()).expect("text"))
}
