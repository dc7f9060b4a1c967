//! Records in JSON: a list of entries, as JSON has no maps with structured keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::model::{Key, Record};
use crate::ticket::Address;

#[derive(Serialize)]
struct EntryRef<'a> {
    #[serde(flatten)]
    key: &'a Key,
    record: &'a Record,
}

#[derive(Deserialize)]
struct Entry {
    address: Address,
    #[serde(default)]
    reissue: u32,
    record: Record,
}

pub fn serialize<S: Serializer>(records: &BTreeMap<Key, Record>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(records.iter().map(|(key, record)| EntryRef { key, record }))
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Key, Record>, D::Error> {
    let entries = Vec::<Entry>::deserialize(deserializer)?;
    Ok(entries.into_iter().map(|entry| (Key::new(entry.address, entry.reissue), entry.record)).collect())
}
