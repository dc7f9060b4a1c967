//! What the recipes work on: the example as a repository with eight tickets, ticket systems, object storage and a code host.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use callout::cli::SystemClock;
use callout::state::shared::{Asking, Lease, Settings, Watch, connect};
use callout::state::{By, Owner};
use callout::systems::sandbox::{Options, Running, Sandbox};
use callout::ticket::Clock;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::hub::Hub;
use super::terms::Names;
use crate::stage::root;
use crate::support::git::{commit, git};
use crate::support::stores::{self, Bucket};
use crate::support::tools;

pub const TOKEN: &str = "token-of-acme";

/// Of the store that is added or changed.
pub const PERSON: [&str; 2] = ["Toni Maren", "617-555-0199"];

pub struct World {
    folder: TempDir,
    pub hub: Hub,
    pub sandbox: Sandbox,
    bucket: Bucket,
    _runtime: Runtime,
    running: Running,
}

impl World {
    /// None where a program is missing that the recipes use.
    pub fn new() -> Option<Self> {
        if !tools::are_there(&["bash", "git", "curl", "jq"]) {
            return None;
        }
        let mut options = Options::new(Arc::new(SystemClock));
        (options.tokens, options.rate_limit) = (vec![TOKEN.to_owned()], None);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let sandbox = Sandbox::new(options);
        let running = runtime.block_on(sandbox.serve(0)).expect("a free port");
        let folder = TempDir::new().expect("a folder");
        let world = Self { hub: Hub::new(), sandbox, bucket: stores::gcs(), _runtime: runtime, running, folder };
        for name in ["home", "bin", "artifacts"] {
            fs::create_dir(world.path(name)).expect("a folder");
        }
        for name in ["gh", "docker"] {
            fs::copy(root().join("tests/repo/recipes").join(name), world.path("bin").join(name)).expect("a copy");
        }
        world.begin();
        Some(world)
    }

    /// Eight stores, all of them sent.
    fn begin(&self) {
        crate::stage::copy_folder(&root().join("examples/gitops"), &self.origin());
        let base = format!("{}\n      requests_per_minute: unlimited", self.running.base_url);
        self.edit(
            "callout.yaml",
            &[("https://api.example.com ", &base), ("s3://acme-field-ops", &self.bucket.url()), (", region: us-east-1", "")],
        );
        let callout = |words: &[&str]| {
            let mut command = self.command(env!("CARGO_BIN_EXE_callout"), &self.origin());
            let output = command.args(words).envs(self.secrets()).output().expect("callout");
            assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        };
        callout(&["state", "init"]);
        self.commit();
        callout(&["apply", "--yes"]);
        assert_eq!(self.tickets(), 8);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The repository on the code host.
    pub fn origin(&self) -> PathBuf {
        self.path("origin")
    }

    /// How many tickets were ever made.
    pub fn tickets(&self) -> usize {
        self.sandbox.tickets().len()
    }

    /// A run on another machine that took the lock at this moment, and never gives it back.
    pub fn other_run(&self, clock: Arc<dyn Clock>) {
        let url = format!("{}/routers", self.bucket.url()).parse().expect("an address");
        let settings = Settings { url, endpoint: None, region: None, account: None, credential: None };
        let objects = connect(&settings, &self.bucket.variables()).expect("connected");
        let by = By { user: Some("ana".to_owned()), host: Some("ci-7".to_owned()), ci_run: None, commit: None };
        let owner = Owner { by, pid: 7, command: "callout apply".to_owned(), since: clock.now() };
        let asking = Asking { owner, id: "lease-of-ana".to_owned(), clock, renew_every: None };
        std::mem::forget(Lease::take(&objects, asking, &mut Watch::default()).expect("a lease"));
    }

    /// Somebody changes the ticket of a store in the portal.
    pub fn person_changes(&self, store: &str, fields: &serde_json::Value) {
        let ticket = self.sandbox.tickets().into_iter().find(|ticket| ticket.fields["location_number"] == store).expect("a ticket");
        self.sandbox.edit(ticket.id, fields.as_object().expect("fields")).expect("a change");
    }

    pub fn commit(&self) -> String {
        commit(&self.origin())
    }

    /// A branch with twelve more stores, and another contact at three; then the merge as the code host makes it to try it. Answers with
    /// the branch's commit and the merge.
    pub fn pull_request(&self) -> (String, String) {
        let origin = self.origin();
        git(&origin, &["switch", "--quiet", "--create", "more"]);
        let more: Vec<String> =
            (9..21).map(|n| format!("04{n:02},Store {n},012304{n:02},{},{},2035-06-08\n", PERSON[0], PERSON[1])).collect();
        let stores = fs::read_to_string(origin.join("rollouts/stores.csv")).expect("stores");
        fs::write(origin.join("rollouts/stores.csv"), stores + &more.concat()).expect("stores");
        self.edit("rollouts/stores.csv", &[("Sam Lee", PERSON[0]), ("Ann Rivera", PERSON[0]), ("Joe Park", PERSON[0])]);
        let head = self.commit();
        git(&origin, &["switch", "--quiet", "main"]);
        (head, self.merge("more"))
    }

    /// A merge that is on no branch yet.
    pub fn merge(&self, branch: &str) -> String {
        let origin = self.origin();
        git(&origin, &["switch", "--quiet", "--detach", "main"]);
        git(&origin, &["merge", "--quiet", "--no-ff", "--message", "Merge", branch]);
        let merge = git(&origin, &["rev-parse", "HEAD"]);
        git(&origin, &["update-ref", "refs/pull/7/merge", "HEAD"]);
        git(&origin, &["switch", "--quiet", "main"]);
        merge
    }

    pub fn edit(&self, name: &str, changes: &[(&str, &str)]) {
        let path = self.origin().join(name);
        let mut text = fs::read_to_string(&path).expect("a text");
        for (from, to) in changes {
            assert!(text.contains(from), "{name} has no `{from}`");
            text = text.replace(from, to);
        }
        fs::write(path, text).expect("a file");
    }

    /// A folder for one job.
    pub fn workspace(&self) -> TempDir {
        tempfile::Builder::new().prefix("job").tempdir_in(self.folder.path()).expect("a folder")
    }

    /// Clones the repository at a commit into a folder, so deep or whole.
    pub fn check_out(&self, folder: &Path, at: &str, depth: Option<u64>) {
        git(folder, &["init", "--quiet"]);
        let origin = format!("file://{}", self.origin().display());
        let depth = depth.filter(|depth| *depth > 0).map(|depth| format!("--depth={depth}"));
        let all = ["fetch", "--quiet", &origin, at];
        git(folder, &all.into_iter().chain(depth.as_deref()).collect::<Vec<_>>());
        git(folder, &["checkout", "--quiet", "--detach", "FETCH_HEAD"]);
    }

    /// What the recipes call their credentials, and who the cloud takes the runner for.
    pub fn secrets(&self) -> Names {
        let mut secrets: Names = self.bucket.variables();
        secrets.insert("G360_TOKEN".to_owned(), TOKEN.to_owned());
        secrets
    }

    /// A command with nothing of this process but what it needs, the stand-ins before everything else.
    pub fn command(&self, program: &str, folder: &Path) -> Command {
        let mut command = Command::new(program);
        let others = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(self.path("bin")).chain(std::env::split_paths(&others))).expect("a path");
        command.current_dir(folder).env_clear().env("PATH", path).env("HOME", self.path("home"));
        command.env("HUB", &self.hub.origin).env("ARTIFACTS", self.path("artifacts")).env("CALLOUT", env!("CARGO_BIN_EXE_callout"));
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }
}
