//! Where a store under test keeps its files, and how they are damaged.

use std::path::PathBuf;
use std::sync::Arc;

use crate::state::file::FileStore;
use crate::state::journal::{self, Header};
use crate::state::memory::{Disk, MemoryStore};
use crate::state::samples::anas;
use crate::state::shared::faulty::{Faulty, Still};
use crate::state::shared::{Objects, SharedStore};
use crate::state::store::Store;

/// A place that outlives its stores, and hands to damage it.
pub(super) trait Place {
    fn empty() -> Self;
    fn store(&self) -> Box<dyn Store>;
    fn snapshot(&self) -> Vec<u8>;
    fn put_snapshot(&self, bytes: Option<&[u8]>);
    fn journal(&self) -> Vec<u8>;
    fn put_journal(&self, bytes: Option<&[u8]>);
    /// Of all the ways to damage a place, every so many are tried: where each costs requests, not every one.
    fn stride() -> usize {
        1
    }
    /// What a message calls a line of the journal, from its first on, as a load tells of it.
    fn line(&self, number: u64) -> String {
        format!("journal.jsonl` line {number}")
    }
    /// The same, as the log tells of it.
    fn logged_line(&self, number: u64) -> String {
        self.line(number)
    }
    /// What a message calls the journal's first line where nothing stands in it.
    fn emptied(&self) -> &'static str {
        "journal.jsonl` is empty; a journal always has a first line"
    }
}

/// A place whose journal is one file, to which lines are added: the last one may be torn. An object is there whole or not at all.
pub(super) trait LineFile: Place {}

impl LineFile for Disk {}
impl LineFile for Folder {}
impl LineFile for Safe {}

impl Place for Disk {
    fn empty() -> Self {
        Self::default()
    }
    fn store(&self) -> Box<dyn Store> {
        Box::new(MemoryStore::new(self))
    }
    fn snapshot(&self) -> Vec<u8> {
        self.contents().snapshot.clone().expect("a snapshot")
    }
    fn put_snapshot(&self, bytes: Option<&[u8]>) {
        self.contents().snapshot = bytes.map(<[u8]>::to_vec);
    }
    fn journal(&self) -> Vec<u8> {
        self.contents().journal.clone().expect("a journal")
    }
    fn put_journal(&self, bytes: Option<&[u8]>) {
        self.contents().journal = bytes.map(<[u8]>::to_vec);
    }
}

pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(".callout").join(name)
    }
    fn put(&self, name: &str, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => std::fs::write(self.path(name), bytes).expect("written"),
            None => std::fs::remove_file(self.path(name)).expect("removed"),
        }
    }
}

impl Place for Folder {
    fn empty() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }
    fn store(&self) -> Box<dyn Store> {
        Box::new(FileStore::new(self.path("state.json")))
    }
    fn snapshot(&self) -> Vec<u8> {
        std::fs::read(self.path("state.json")).expect("a snapshot")
    }
    fn put_snapshot(&self, bytes: Option<&[u8]>) {
        self.put("state.json", bytes);
    }
    fn journal(&self) -> Vec<u8> {
        std::fs::read(self.path("journal.jsonl")).expect("a journal")
    }
    fn put_journal(&self, bytes: Option<&[u8]>) {
        self.put("journal.jsonl", bytes);
    }
}

/// The same, encrypted.
pub(super) struct Safe(Folder);

impl Place for Safe {
    /// All bits of an encrypted line are tried in the cipher's own tests.
    fn stride() -> usize {
        11
    }
    fn empty() -> Self {
        Self(Folder::empty())
    }
    fn store(&self) -> Box<dyn Store> {
        Box::new(FileStore::new(self.0.path("state.json")).with_cipher(&anas()))
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
}

/// Objects, seen as the files that they would be: the journal is its first line, or one that says what was folded, and an object for each
/// line behind it.
pub(super) struct Bucket<G> {
    ground: G,
    objects: Objects,
}

/// What keeps the objects.
pub(super) trait Ground {
    const STRIDE: usize;
    fn empty() -> Self;
    fn objects(&self) -> Objects;
    /// Changes an object behind everybody's back.
    fn put(&self, key: &str, bytes: Option<&[u8]>);
}

impl Ground for Faulty {
    const STRIDE: usize = 1;
    fn empty() -> Self {
        Self::default()
    }
    fn objects(&self) -> Objects {
        self.objects()
    }
    fn put(&self, key: &str, bytes: Option<&[u8]>) {
        self.put(key, bytes);
    }
}

/// The same, encrypted.
pub(super) struct Sealed(Faulty);

impl Ground for Sealed {
    /// Each look decrypts.
    const STRIDE: usize = 7;
    fn empty() -> Self {
        Self(Faulty::default())
    }
    fn objects(&self) -> Objects {
        self.0.objects().encrypted(&anas())
    }
    fn put(&self, key: &str, bytes: Option<&[u8]>) {
        self.0.put(key, bytes);
    }
}

const JOURNAL: &str = "journal/l1";

fn key(sequence: u64) -> String {
    format!("{JOURNAL}/{:07}/{sequence:010}", sequence / 1000)
}

impl<G: Ground> Bucket<G> {
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

impl<G: Ground> Place for Bucket<G> {
    fn empty() -> Self {
        let ground = G::empty();
        Self { objects: ground.objects(), ground }
    }
    fn stride() -> usize {
        G::STRIDE
    }
    fn store(&self) -> Box<dyn Store> {
        Box::new(SharedStore::new(self.objects.clone(), Arc::new(Still), None))
    }
    fn snapshot(&self) -> Vec<u8> {
        self.get("state.json").expect("a snapshot")
    }
    fn put_snapshot(&self, bytes: Option<&[u8]>) {
        self.ground.put("state.json", bytes);
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
        self.after(follows).iter().for_each(|key| self.ground.put(key, None));
        if follows == 0 {
            self.ground.put(&key(0), bytes.map(|_| first));
        }
        for (number, line) in (follows + 1..).zip(lines) {
            self.ground.put(&key(number), Some(line));
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
