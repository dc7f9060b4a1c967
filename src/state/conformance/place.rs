//! Where a store under test keeps its files, and how they are damaged.

mod bucket;

use std::path::PathBuf;

use crate::state::file::FileStore;
use crate::state::memory::{Disk, MemoryStore};
use crate::state::samples::cipher;
use crate::state::store::Store;
use crate::support::keys::ANA;

pub(super) use bucket::{Bucket, Vault};

/// A place that outlives its stores, and hands to damage it.
pub(super) trait Place {
    fn empty() -> Self;
    fn store(&self) -> Box<dyn Store>;
    fn snapshot(&self) -> Vec<u8>;
    fn put_snapshot(&self, bytes: Option<&[u8]>);
    fn journal(&self) -> Vec<u8>;
    fn put_journal(&self, bytes: Option<&[u8]>);
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
    fn empty() -> Self {
        Self(Folder::empty())
    }
    fn store(&self) -> Box<dyn Store> {
        Box::new(FileStore::new(self.0.path("state.json")).with_cipher(&cipher(&[ANA], Some(ANA))))
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
