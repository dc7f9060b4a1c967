//! Sending tickets with the state behind a store that takes its time, as one in a cloud does.
//!
//! The ticket system is a sandbox in this process without a rate limit, and the store one in memory whose every commit waits for so long:
//! what is measured is what the order of commits and requests leaves of the pace. Then the same at a vendor's pace of 60 requests a minute,
//! with a clock that jumps: there counts for how much of that time the store was at work.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use callout::apply::{Done, Job, Progress, Report, Stop, Writers, apply};
use callout::cli::SystemClock;
use callout::manifest::{Loaded, Request};
use callout::plan::{self, Companions, Plan, Rules, Step, World};
use callout::refresh::{Observations, Selection, Sides};
use callout::rollout::load;
use callout::state::memory::{Disk, Effect, MemoryStore, Step as DiskStep};
use callout::state::{Distance, Ledger, Session, State, Store as _};
use callout::systems::{Context, by_kind};
use callout::ticket::Clock;
use serde_json::Value;

use crate::creates::{TOKEN, Vendor};
use crate::project::{Layout, Project, TOKEN_VARIABLE, now, owner, side};
use crate::support::clock::JumpingClock;

const LINEAGE: &str = "bench";

/// What a run took.
#[derive(Debug, Clone)]
pub struct Pace {
    pub creates: usize,
    pub commits: usize,
    /// By the clock that the run went by.
    pub seconds: f64,
}

impl Pace {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    pub fn per_second(&self, count: usize) -> f64 {
        count as f64 / self.seconds
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.creates, self.commits, self.seconds)
    }
}

impl FromStr for Pace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split(' ').collect();
        let [creates, commits, seconds] = words[..] else { return Err("no three numbers".to_owned()) };
        let count = |word: &str| word.parse().map_err(|error| format!("{error}"));
        Ok(Self { creates: count(creates)?, commits: count(commits)?, seconds: seconds.parse().map_err(|error| format!("{error}"))? })
    }
}

/// So many creates, so many at once, with so long a wait for each commit. With a pace, the ticket system has it, and the clock jumps.
pub fn run(creates: usize, parallelism: usize, latency: Duration, per_minute: Option<u32>) -> Pace {
    let vendor = Vendor::new();
    let project = Project::at(creates, Layout::HundredPerFile, &vendor.running.base_url);
    let mut loaded = load(&Request { start: project.folder().to_path_buf(), ..Request::default() });
    let settings = loaded.project.as_mut().and_then(|project| project.systems.get_mut("techexpress")).expect("settings");
    settings["requests_per_minute"] = per_minute.map_or(Value::from("unlimited"), Value::from);
    let jumping = per_minute.map(|_| JumpingClock::at(&now().to_string()));
    let clock: Arc<dyn Clock> = match &jumping {
        Some(clock) => clock.clone(),
        None => Arc::new(SystemClock),
    };
    let (ledger, commits) = ledger(latency);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let start = (Instant::now(), clock.now());
    let report = runtime.block_on(carry_out(&loaded, &ledger, &clock, parallelism));
    let seconds = match jumping {
        Some(clock) => clock.now().duration_since(start.1).as_secs_f64(),
        None => start.0.elapsed().as_secs_f64(),
    };
    assert_eq!((report.tally().created, vendor.sandbox.tickets().len()), (creates, creates), "tickets");
    Pace { creates, commits: commits.load(Ordering::Relaxed), seconds }
}

/// An empty state, and how many commits it took so far.
fn ledger(latency: Duration) -> (Ledger, Arc<AtomicUsize>) {
    let (disk, commits) = (Disk::default(), Arc::new(AtomicUsize::new(0)));
    let mut store = MemoryStore::new(&disk);
    store.lock(&owner()).expect("nobody else is there");
    store.create(&State::new(LINEAGE)).expect("an empty disk");
    drop(store);
    let counted = commits.clone();
    let waits = move |effect| {
        if effect == Effect::Before(DiskStep::Append) {
            counted.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(latency);
        }
        ControlFlow::Continue(())
    };
    let store = MemoryStore::with_hook(&disk, Box::new(waits)).far_away(Distance::Network);
    (Ledger::open(Box::new(store), LINEAGE, Session::new(owner())).expect("a state"), commits)
}

struct Silent;

impl Progress for Silent {
    fn begin(&self, _: usize) {}
    fn done(&self, _: &Step, _: &Done) {}
}

async fn carry_out(loaded: &Loaded, ledger: &Ledger, clock: &Arc<dyn Clock>, parallelism: usize) -> Report {
    let system = by_kind("Dispatch").expect("TechExpress");
    let sides = Sides::from([(system.kind().to_owned(), side(loaded))]);
    let context = Context {
        clock: clock.clone(),
        variables: Arc::new(BTreeMap::from([(TOKEN_VARIABLE.to_owned(), TOKEN.to_owned())])),
        folder: ".".into(),
        waiting: Arc::new(|_| {}),
    };
    let settings = &loaded.project.as_ref().expect("a project").systems[system.id()];
    let remote = system.connect(settings, context).expect("a connection");
    let plan = plan(loaded, ledger, &sides, clock);
    let job = Job {
        plan: &plan,
        ledger,
        writers: &Writers::from([(system.id(), remote.writer())]),
        sides: &sides,
        rules: &rules(),
        clock: clock.as_ref(),
        progress: &Silent,
        stop: &Stop::default(),
        parallelism,
        saved: false,
    };
    apply(&job).await.expect("a state that can be written")
}

fn rules() -> Rules {
    let many = 1_000_000;
    Rules { creates: many, creates_per_day: many, closes: many, removals: many, stop_after_unknown: 1, plan_expires_hours: 24, spend: None }
}

fn plan(loaded: &Loaded, ledger: &Ledger, sides: &Sides, clock: &Arc<dyn Clock>) -> Plan {
    let state = ledger.state();
    let companions = Companions::new(&loaded.tickets, &state, &[]);
    plan::build(&World {
        tickets: &loaded.tickets,
        state: &state,
        observed: &Observations::default(),
        sides,
        selection: &Selection::default(),
        rollouts: &loaded.terms,
        rules: &rules(),
        policies: &loaded.policies,
        take: None,
        companions: &companions,
        now: clock.now(),
        id: "bench".to_owned(),
        project: "scale".to_owned(),
        commit: None,
        uncommitted: false,
    })
}
