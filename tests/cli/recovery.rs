//! What a person does when something is wrong with a shared state: each row of the table in docs/state.md, with its own commands.

mod apart;
mod cases;
mod commits;
mod copies;
mod moved;
mod taken_over;

use std::fs;
use std::sync::Arc;

use callout::state::shared::{Objects, Settings, connect};
use callout::state::{By, Home, Location, Owner, Session, open_for_writing};
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

use crate::support::project::Project;
use crate::support::stores::proxy::Proxy;
use crate::support::stores::{self, Bucket};
use crate::vendor::{Site, dispatch};

const REASON: [&str; 3] = ["--reason", "the bucket", "--yes"];

/// A project whose state is in a bucket, and whoever may look into that bucket.
struct Team {
    site: Site,
    bucket: Bucket,
    client: Arc<dyn ObjectStore>,
}

impl Team {
    /// With nothing sent yet.
    fn new() -> Self {
        Self::in_bucket(stores::gcs(), "acme")
    }

    fn in_bucket(bucket: Bucket, prefix: &str) -> Self {
        let mut site = Site::new();
        fs::remove_dir_all(site.path(".callout")).expect("a folder");
        site.remove("callout.lock");
        bucket.variables().iter().for_each(|(name, value)| site.set(name, value));
        site.edit("callout.yaml", "spec:\n", &format!("spec:\n  state: {{url: {}/{prefix}}}\n", bucket.url()));
        let client = bucket.client();
        Self { site, bucket, client }
    }

    /// One ticket in the snapshot, one in the journal behind it.
    fn sent() -> Self {
        let team = Self::new();
        team.site.run("state init").ends_with(0);
        team.send("0417");
        team.fold();
        team.send("0418");
        assert_eq!(team.site.vendor.tickets(), 2);
        team
    }

    fn send(&self, store: &str) {
        self.site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
        self.site.run("apply --yes").ends_with(0);
    }

    fn objects(&self, prefix: &str) -> Objects {
        let url = format!("{}/{prefix}", self.bucket.url()).parse().expect("an address");
        connect(&Settings { url, endpoint: None, region: None, account: None, credential: None }, &self.bucket.variables())
            .expect("connected")
    }

    /// Folds the journal into the snapshot, as a long run does at its end.
    fn fold(&self) {
        let state = Location::shared(self.objects("acme"), self.site.clock.clone());
        let home = Home { lock_file: self.site.path("callout.lock"), state };
        let owner = Owner { by: By::default(), pid: 1, command: "a test".to_owned(), since: Timestamp::UNIX_EPOCH };
        self.site.vendor.block_on(async {
            open_for_writing(&home, Session::new(owner)).expect("opened").compact().await.expect("folded");
        });
    }

    fn wait<T>(&self, future: impl Future<Output = object_store::Result<T>>) -> T {
        self.site.vendor.block_on(future).expect("an answer of the store")
    }

    /// The keys of all objects below a folder of the bucket.
    fn keys(&self, folder: &str) -> Vec<String> {
        let folder = Path::from(folder);
        let listed = self.wait(self.client.list(Some(&folder)).try_collect::<Vec<_>>());
        listed.into_iter().map(|object| object.location.to_string()).collect()
    }

    fn get(&self, key: &str) -> Vec<u8> {
        let path = Path::from(key);
        self.wait(async { self.client.get(&path).await?.bytes().await }).into()
    }

    fn put(&self, key: &str, bytes: &[u8]) {
        self.wait(self.client.put(&Path::from(key), bytes.to_vec().into()));
    }

    fn delete(&self, key: &str) {
        self.wait(self.client.delete(&Path::from(key)));
    }

    /// Every object of a folder of the bucket, as files below a folder of the project: what a cloud's own tool does.
    fn download(&self, prefix: &str, folder: &str) {
        for key in self.keys(prefix) {
            let below = key.strip_prefix(prefix).expect("below it").trim_start_matches('/');
            self.site.write(format!("{folder}/{below}"), self.get(&key));
        }
    }

    /// The same from one part of the bucket to another.
    fn copy(&self, from: &str, to: &str) {
        for key in self.keys(from) {
            self.put(&key.replacen(from, to, 1), &self.get(&key));
        }
    }

    /// The key of a commit.
    fn commit(&self, number: u64) -> String {
        let end = format!("/{number:010}");
        self.keys("acme/journal").into_iter().find(|key| key.ends_with(&end)).expect("a commit")
    }

    /// The address of each record, its ticket and where it stands.
    fn records(&self) -> Vec<String> {
        let listed = self.site.run("state list --format json").ends_with(0).json();
        let told = |record: &serde_json::Value| format!("{} {} {}", record["address"], record["id"], record["standing"]);
        listed["records"].as_array().expect("records").iter().map(told).collect()
    }

    /// From now on the project's own commands pass this proxy.
    fn behind_a_proxy(&mut self) -> Proxy {
        let proxy = self.bucket.proxy();
        self.bucket.through(&proxy).variables().iter().for_each(|(name, value)| self.site.set(name, value));
        proxy
    }

    /// Another machine: what is committed, and the credentials.
    fn other_machine(&self) -> Project {
        let mut other = self.site.project.copy_without(".callout");
        self.bucket.variables().iter().for_each(|(name, value)| other.set(name, value));
        other
    }

    /// The lease's id, as the message of a run that it keeps waiting names it.
    fn lease(&self) -> String {
        let lock = String::from_utf8(self.get("acme/lock.json")).expect("text");
        lock.split_once("\"lease\":{\"id\":\"").and_then(|(_, rest)| rest.split_once('"')).expect("a lease").0.to_owned()
    }

    /// Everything is known, and a further apply sends nobody.
    #[track_caller]
    fn is_well(&self, before: &[String], tickets: usize) {
        self.site.run("state check").ends_with(0);
        assert_eq!(self.records(), before);
        let planned = self.site.run("plan").ends_with(0);
        assert!(planned.out.starts_with("No changes."), "{planned}");
        self.site.run("apply --yes").ends_with(0);
        assert_eq!(self.site.vendor.tickets(), tickets);
    }
}

/// The words of a command, and a reason with blanks.
fn with_reason(words: &str) -> Vec<&str> {
    words.split(' ').chain(REASON).collect()
}
