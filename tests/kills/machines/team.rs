//! Two machines of one team: the same files, a state in one bucket, one vendor, and nothing else in common.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use callout::cli::SystemClock;
use callout::state::shared::{Objects, Settings, SharedStore, connect};
use callout::state::{State, Store};
use callout::systems::sandbox::{Options, Running, Sandbox, TOKEN_VARIABLE};
use jiff::Timestamp;
use serde_json::json;
use tokio::runtime::Runtime;

use super::counts::Counts;
use super::told::{Told, ended};
use crate::program::{self, Desk, Moment};
use crate::support::clock::JumpingClock;
use crate::support::project::Project;
use crate::support::random::Random;
use crate::support::stores::Bucket;
use crate::support::stores::proxy::Proxy;
use crate::tickets::{Shown, Wanted};
use crate::wire::Wire;

/// A working folder, and its own way to the store: first the wire, then the proxy.
pub struct Machine {
    pub project: Project,
    pub wire: Arc<Wire>,
    pub proxy: Proxy,
    variables: BTreeMap<String, String>,
}

pub struct Team {
    pub machines: [Machine; 2],
    /// The way of both to the vendor.
    pub tickets: Arc<Wire>,
    pub sandbox: Sandbox,
    /// What the files ask for: dispatches, which no search finds again.
    pub wanted: Vec<Wanted>,
    pub random: Random,
    pub counts: Counts,
    /// The bucket, directly.
    pub objects: Objects,
    /// Every commit that was ever seen there.
    pub commits: BTreeMap<String, Vec<u8>>,
    story: Vec<String>,
    _running: Running,
    runtime: Runtime,
}

impl Team {
    /// One machine begins, and the other one clones what it committed.
    pub fn new(seed: u64, bucket: &Bucket) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let sandbox = Sandbox::new(Options { rate_limit: None, seed, ..Options::new(Arc::new(SystemClock)) });
        let running = runtime.block_on(sandbox.serve(0)).expect("a free port");
        let tickets = Wire::to(running.address, &runtime);
        let first = Machine::before(bucket, Project::empty(), &runtime);
        let url = format!("{}/acme", bucket.url());
        let began = first.project.run(&format!("init --name acme --state {url}"));
        assert_eq!(began.code, 0, "{began}");
        let mut section = running.settings("techexpress", &json!({}));
        section["requests_per_minute"] = json!("unlimited");
        let section = section.to_string().replace(&running.base_url, &tickets.url);
        let limits = "{creates: 1000, creates_per_day: 100000, stop_after_unknown: 1000}";
        first.project.write(
            "callout.yaml",
            format!(
                "apiVersion: callout/v1\nkind: Project\nmetadata: {{name: acme}}\nspec:\n  manifests: [tickets/]\n  state: {{url: {url}}}\n  \
                 systems:\n    techexpress: {section}\n  limits: {limits}\n"
            ),
        );
        first.project.remove("tickets/example.yaml");
        let second = Machine::before(bucket, first.project.copy_without(".callout"), &runtime);
        let settings = Settings { url: url.parse().expect("an address"), endpoint: None, region: None, account: None, credential: None };
        Self {
            machines: [first, second],
            tickets: Arc::new(tickets),
            sandbox,
            wanted: Vec::new(),
            random: Random::new(seed),
            counts: Counts::default(),
            objects: connect(&settings, &bucket.variables()).expect("a store"),
            commits: BTreeMap::new(),
            story: vec![format!("seed {seed}")],
            _running: running,
            runtime,
        }
    }

    /// More dispatches: committed on one machine, pulled on the other.
    pub fn ask_for(&mut self, more: u64) {
        for _ in 0..more {
            let wanted = Wanted::at(4 * (self.wanted.len() as u64 + 1));
            for machine in &self.machines {
                machine.project.write(format!("tickets/{}.yaml", wanted.name), wanted.document().to_string());
            }
            self.wanted.push(wanted);
        }
    }

    /// Starts a command on a machine, to die at the moment, on its way to the store or on this one.
    pub fn starts(&mut self, who: usize, words: &str, moment: Moment, way: Option<&Arc<Wire>>) -> JoinHandle<Told> {
        self.note(&format!("machine {who}: {}  {moment:?}", words.chars().take(80).collect::<String>()));
        self.counts.runs += 1;
        let machine = &self.machines[who];
        let desk = Desk { folder: machine.project.path(""), variables: machine.variables.clone() };
        let wire = Arc::clone(way.unwrap_or(&machine.wire));
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        thread::spawn(move || {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            Told::from(program::run(&desk, &words, moment, &wire))
        })
    }

    /// Types a command on a machine and waits for its end.
    pub fn types(&mut self, who: usize, words: &str) -> Told {
        let started = self.starts(who, words, Moment::Never, None);
        self.end_of(started)
    }

    pub fn end_of(&mut self, started: JoinHandle<Told>) -> Told {
        let told = ended(started);
        self.note(&format!("    {told}"));
        told
    }

    /// Types a command on a machine whose clock jumps: it waits for nothing, whatever it waits for.
    pub fn types_patiently(&mut self, who: usize, words: &str) -> Told {
        self.note(&format!("machine {who}, patiently: {words}"));
        self.counts.runs += 1;
        let project = &mut self.machines[who].project;
        project.clock = JumpingClock::at(&Timestamp::now().to_string());
        let told = Told::from(project.run(&format!("{words} --lock-timeout 10m")));
        self.note(&format!("    {told}"));
        told
    }

    /// What the state is, to whoever reads it.
    pub fn state(&self) -> State {
        let mut store = SharedStore::new(self.objects.clone(), Arc::new(SystemClock), None);
        match store.load() {
            Ok(Some(loaded)) => loaded.state,
            Ok(None) => panic!("there is no state\n{}", self.told()),
            Err(why) => panic!("the state cannot be read: {why}\n{}", self.told()),
        }
    }

    /// Every ticket that was ever made.
    pub fn portal(&self) -> Vec<Shown> {
        self.sandbox.tickets().iter().map(Shown::of).collect()
    }

    /// All is over: nothing is on its way any more, and what was held up on it has landed.
    pub fn fall_silent(&mut self) {
        let mut landed = Vec::new();
        for machine in &self.machines {
            machine.proxy.calm();
            machine.wire.fall_silent(&self.runtime);
            landed.extend(machine.proxy.land());
        }
        self.tickets.fall_silent(&self.runtime);
        for late in landed {
            self.counts.met("write that landed late");
            self.note(&format!("landed late: {late}"));
        }
    }

    pub fn note(&mut self, line: &str) {
        self.story.push(line.to_owned());
    }

    /// All that led here.
    pub fn told(&self) -> String {
        self.story.join("\n")
    }
}

impl Machine {
    fn before(bucket: &Bucket, mut project: Project, runtime: &Runtime) -> Self {
        let proxy = bucket.proxy();
        let address = proxy.origin.strip_prefix("http://").and_then(|address| address.parse().ok()).expect("an address");
        let wire = Wire::to(address, runtime);
        let mut variables = bucket.variables();
        for value in variables.values_mut() {
            *value = value.replace(&bucket.endpoint(), &wire.url);
        }
        variables.insert(TOKEN_VARIABLE.to_owned(), "sandbox".to_owned());
        for (name, value) in &variables {
            project.set(name, value);
        }
        fs::create_dir_all(project.path("tickets")).expect("a folder");
        Self { project, wire: Arc::new(wire), proxy, variables }
    }
}
