//! The same over a real protocol: the state is on an S3 server of others, behind a proxy that makes each request of it take longer.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use callout::state::shared::{Settings, connect};
use callout::state::{Home, Location, Start, init, open_for_reading};

use crate::creates::{TOKEN, Vendor};
use crate::measure::{Figure, command_with};
use crate::project::{Layout, NOBODY, Project, TOKEN_VARIABLE, owner};
use crate::shared::Pace;
use crate::support::clock::JumpingClock;
use crate::support::stores::{self, Bucket};

/// Whether there is a server to start.
pub fn is_installed() -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers/installed").is_file()
}

fn bucket() -> Bucket {
    stores::s3().expect("a server: tests/servers/install")
}

/// All of `callout apply`, from reading the files to giving back the lock.
pub fn apply(creates: usize, parallelism: usize, latency: Duration) -> Pace {
    let (vendor, bucket) = (Vendor::new(), bucket());
    let proxy = bucket.proxy();
    let project = Project::without_state(creates, Layout::HundredPerFile, &vendor.running.base_url);
    project.keeps_its_state_at(&format!("{}/team", bucket.url()));
    let mut variables = bucket.through(&proxy).variables();
    variables.insert(TOKEN_VARIABLE.to_owned(), TOKEN.to_owned());
    let command = |words: &str| command_with(project.folder(), words, &borrowed(&variables));
    command("state init");
    proxy.delay(latency);
    let seconds = command(&format!("apply --yes --parallelism {parallelism}"));
    assert_eq!(vendor.sandbox.tickets().len(), creates, "tickets");
    let is_commit = |request: &&String| request.starts_with("PUT ") && request.contains("/journal/");
    Pace { creates, commits: proxy.seen().iter().filter(is_commit).count(), seconds }
}

/// The state of so many tickets, read as `plan` reads it.
pub fn load(tickets: usize) -> Figure {
    let bucket = bucket();
    let project = Project::without_state(tickets, Layout::HundredPerFile, NOBODY);
    let objects = connect(&settings(&format!("{}/team", bucket.url())), &bucket.variables()).expect("a connection");
    let state = Location::shared(objects, JumpingClock::at("2026-01-05T08:00:00Z"));
    let home = Home { lock_file: project.folder().join("callout.lock"), state };
    init(&home, &owner(), &Start::New).expect("a state");
    project.record_all_in(&home);
    let start = Instant::now();
    let state = open_for_reading(&home).expect("a state");
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    assert_eq!(state.records.len(), tickets, "tickets");
    // Its memory says nothing: this process made the state, too.
    Figure { milliseconds, kilobytes: 0 }
}

fn settings(url: &str) -> Settings {
    Settings { url: url.parse().expect("an address"), endpoint: None, region: None, account: None, credential: None }
}

fn borrowed(variables: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
