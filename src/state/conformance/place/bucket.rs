//! A place in object storage, in memory.

use std::sync::Arc;

use super::Place;
use crate::state::journal::{self, Header};
use crate::state::samples::cipher;
use crate::state::shared::faulty::{Faulty, Still};
use crate::state::shared::{Objects, SharedStore};
use crate::state::store::Store;
use crate::support::keys::ANA;

/// Objects, seen as the files that they would be: the journal is its first line, or one that says what was folded, and an object for each
/// line behind it.
pub(in crate::state::conformance) struct Bucket {
    memory: Faulty,
    objects: Objects,
}

const JOURNAL: &str = "journal/l1";

fn key(sequence: u64) -> String {
    format!("{JOURNAL}/{:07}/{sequence:010}", sequence / 1000)
}

impl Bucket {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.objects.get(key).expect("readable").map(|found| found.bytes)
    }

    /// The journal's first line, of whatever lineage it is.
    fn first_line(&self) -> Vec<u8> {
        let all = self.objects.list("journal").expect("listed");
        all.iter().find(|listed| listed.key.ends_with("/0000000000")).and_then(|listed| self.get(&listed.key)).unwrap_or_default()
    }

    /// The last commit that a kept journal has.
    fn folded(&self) -> u64 {
        let kept = self.objects.list("history").expect("listed");
        let last = |key: &str| key.strip_prefix("history/journal-")?.strip_suffix(".jsonl")?.split_once('-')?.1.parse().ok();
        kept.iter().filter_map(|listed| last(&listed.key)).max().unwrap_or(0)
    }

    fn after(&self, follows: u64) -> Vec<String> {
        let keys = self.objects.list(JOURNAL).expect("listed").into_iter().map(|listed| listed.key);
        keys.filter(|listed| *listed > key(follows)).collect()
    }
}

impl Place for Bucket {
    fn empty() -> Self {
        let memory = Faulty::default();
        Self { objects: memory.objects(), memory }
    }
    fn store(&self) -> Box<dyn Store> {
        Box::new(SharedStore::new(self.objects.clone(), Arc::new(Still), None))
    }
    fn snapshot(&self) -> Vec<u8> {
        self.get("state.json").expect("a snapshot")
    }
    fn put_snapshot(&self, bytes: Option<&[u8]>) {
        self.memory.put("state.json", bytes);
    }
    fn journal(&self) -> Vec<u8> {
        let follows = self.folded();
        let header = || journal::header_line(&Header { lineage: "l1".to_owned(), follows }).expect("a line").into_bytes();
        let mut text = if follows == 0 { self.first_line() } else { header() };
        self.after(follows).iter().for_each(|key| text.extend(self.get(key).unwrap_or_default()));
        text
    }
    fn put_journal(&self, bytes: Option<&[u8]>) {
        let mut lines = bytes.unwrap_or_default().split_inclusive(|byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        let header = std::str::from_utf8(first).ok().and_then(|line| journal::HEADER.unseal::<Header>(line.trim_end()).ok());
        let follows = header.map_or(0, |header| header.follows);
        self.after(follows).iter().for_each(|key| self.memory.put(key, None));
        if follows == 0 {
            self.memory.put(&key(0), bytes.map(|_| first));
        }
        for (number, line) in (follows + 1..).zip(lines) {
            self.memory.put(&key(number), Some(line));
        }
    }
    fn line(&self, number: u64) -> String {
        format!("{}`", key(number - 1))
    }
    fn logged_line(&self, number: u64) -> String {
        format!("{JOURNAL}` line {number}")
    }
    fn emptied(&self) -> &'static str {
        "journal/l1/0000000/0000000000` is empty; a journal always has a first line"
    }
}

/// The same, encrypted.
pub(in crate::state::conformance) struct Vault(Bucket);

impl Place for Vault {
    fn empty() -> Self {
        Self(Bucket::empty())
    }
    fn store(&self) -> Box<dyn Store> {
        let store = SharedStore::new(self.0.objects.clone(), Arc::new(Still), None);
        Box::new(store.with_cipher(&cipher(&[ANA], Some(ANA))))
    }
    fn snapshot(&self) -> Vec<u8> {
        self.0.snapshot()
    }
    fn put_snapshot(&self, bytes: Option<&[u8]>) {
        self.0.put_snapshot(bytes);
    }
    fn journal(&self) -> Vec<u8> {
        self.0.journal()
    }
    fn put_journal(&self, bytes: Option<&[u8]>) {
        self.0.put_journal(bytes);
    }
    fn line(&self, number: u64) -> String {
        self.0.line(number)
    }
    fn logged_line(&self, number: u64) -> String {
        self.0.logged_line(number)
    }
    fn emptied(&self) -> &'static str {
        self.0.emptied()
    }
}
