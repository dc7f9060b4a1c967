//! A whole run, and another one behind it: whatever happened on the way to the store, what a run was told to be kept is kept, and once.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::{at_once, objects};
use crate::diagnostics::Outcome;
use crate::state::event::Event;
use crate::state::log::Log;
use crate::state::samples::{at, commit, owner};
use crate::state::shared::faulty::Still;
use crate::state::shared::{Objects, SharedStore};
use crate::state::store::Store;
use crate::state::transition::State;
use crate::support::stores::fault::Fault;
use crate::support::stores::{Bucket, gcs, s3};

/// A lease that nobody renews is over after so many looks, and a few more where one of them failed.
const LOOKS: u32 = 20;

/// What a run knows of its commits.
#[derive(Debug, Default)]
struct Told {
    /// It was told that these are kept.
    kept: Vec<String>,
    /// It was told nothing of this one.
    open: Option<String>,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// With one request.
    Once(Fault),
    /// With every request from one on, until the run has ended.
    Outage(Fault),
}

/// When a request that was held on its way reaches the store.
#[derive(Debug, Clone, Copy)]
enum Landing {
    /// Before the next run begins.
    Before,
    /// When the next run has read the state.
    Between,
    /// When the next run has ended.
    After,
}

struct Job {
    trouble: Trouble,
    number: usize,
    landing: Landing,
}

impl Job {
    /// Whether a run goes on as if nothing had happened. A look fails where its answer is no good; then nothing was done.
    fn is_borne(&self, requests: &[String]) -> bool {
        let is_write = requests.get(self.number).is_some_and(|request| !request.starts_with("GET"));
        match self.trouble {
            Trouble::Once(Fault::Truncated | Fault::Conflict) => is_write,
            Trouble::Once(Fault::Busy | Fault::Failed | Fault::Lost | Fault::Twice | Fault::Late(_)) => true,
            Trouble::Once(Fault::Denied) | Trouble::Outage(_) => false,
        }
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at request {}, what is late lands {:?}", self.trouble, self.number, self.landing)
    }
}

fn store(objects: &Objects) -> SharedStore {
    SharedStore::new(objects.clone(), Arc::new(Still), None)
}

/// The only writer. A run that was killed leaves a lease, which is over when it was looked at for long enough.
fn locked(objects: &Objects) -> Outcome<SharedStore> {
    let mut store = store(objects);
    for _ in 0..LOOKS {
        match store.lock(&owner()) {
            Err(error) if error.code == "state/locked" => {}
            end => return end.map(|()| store),
        }
    }
    panic!("the lease of a run that has ended is never over");
}

impl Told {
    fn add(&mut self, store: &mut SharedStore, state: &mut State, who: &str) -> Outcome<()> {
        let sequence = state.through + 1;
        let plan = format!("{who} {sequence}");
        let event = Event::PlanStarted { plan: plan.clone() };
        self.open = Some(plan.clone());
        store.append(&commit(sequence, vec![event.clone()]))?;
        self.open = None;
        self.kept.push(plan);
        *state = State { through: sequence, ..state.clone().with(&event, at(0)).expect("possible") };
        Ok(())
    }

    /// Makes a state where there is none, adds to it, folds it, comes back as a new process, and does it again. Ends with the first error.
    fn run(&mut self, objects: &Objects, who: &str, when_read: impl FnOnce()) -> Outcome<()> {
        let mut store = locked(objects)?;
        let mut state = if let Some(loaded) = store.load()? {
            loaded.state
        } else {
            store.create(&State::new("l1"))?;
            State::new("l1")
        };
        when_read();
        self.add(&mut store, &mut state, who)?;
        self.add(&mut store, &mut state, who)?;
        store.compact(&state)?;
        self.add(&mut store, &mut state, who)?;
        drop(store);
        let mut store = locked(objects)?;
        let loaded = store.load()?.expect("the state that this run made");
        assert_eq!(loaded.state, state, "a load that succeeds tells the truth");
        self.add(&mut store, &mut state, who)?;
        store.compact(&state)
    }
}

/// What the journals say, and that the state says the same.
fn written(objects: &Objects, moment: &str) -> Vec<String> {
    let (mut plans, mut state) = (Vec::new(), State::new("l1"));
    let log = Log::of(&store(objects), Some("l1"), &mut |entry| {
        let Event::PlanStarted { plan } = entry.event else { panic!("{:?}", entry.event) };
        plans.push(plan.clone());
        state = State { through: entry.commit.sequence, ..state.clone().with(entry.event, entry.commit.at).expect("possible") };
    });
    assert!(log.is_whole(), "{log:?} after {moment}");
    let loaded = store(objects).load().unwrap_or_else(|error| panic!("{error} after {moment}"));
    assert_eq!(loaded.expect("a state").state, state, "{moment}");
    // A kept journal repeats what the objects of the commits say, and here these are asked too: behind the first line, one for each number.
    let keys: Vec<String> = objects.list("journal/l1").expect("a list").into_iter().map(|listed| listed.key).skip(1).collect();
    let lines = objects.get_many(&keys).expect("readable").into_iter().flatten();
    let lines: Vec<String> = lines.map(|found| String::from_utf8(found.bytes).expect("text")).collect();
    let says_so = |(line, plan): (&String, &String)| line.contains(&format!("\"{plan}\""));
    assert!(lines.len() == plans.len() && lines.iter().zip(&plans).all(says_so), "{plans:?} and {lines:#?} after {moment}");
    plans
}

/// Everything that a run was told to be kept is written, once and in its order; of what it heard nothing about, either.
fn holds(written: &[String], runs: &[&Told], moment: &str) {
    let mut rest = written;
    for run in runs {
        let (kept, further) = rest.split_at(run.kept.len().min(rest.len()));
        assert_eq!(kept, run.kept, "{written:?} after {moment}");
        let is_open = further.first().is_some_and(|first| run.open.as_ref() == Some(first));
        rest = if is_open { &further[1..] } else { further };
    }
    assert!(rest.is_empty(), "{rest:?} is nobody's: {written:?} after {moment}");
}

fn tell(bucket: &Bucket, job: &Job) {
    let (proxy, direct) = (bucket.proxy(), objects(bucket));
    let troubled = match job.trouble {
        Trouble::Once(fault) => {
            proxy.trouble(job.number, fault);
            objects(&bucket.through(&proxy))
        }
        Trouble::Outage(fault) => {
            proxy.outage(job.number, fault);
            objects(&bucket.through(&proxy)).with_pauses(&[]).expect("threads")
        }
    };
    let (mut first, mut second, mut third) = (Told::default(), Told::default(), Told::default());
    let end = first.run(&troubled, "first", || {});
    drop(troubled);
    let moment = format!("{job}: the first run ended with {end:?}\n{:#?}", proxy.seen());
    assert!(end.is_ok() || !job.is_borne(&proxy.seen()), "{moment}");
    proxy.calm();
    if let Landing::Before = job.landing {
        proxy.land();
    }
    let between = || drop(matches!(job.landing, Landing::Between).then(|| proxy.land()));
    let end = second.run(&direct, "second", between);
    match &end {
        Ok(()) => {}
        // Somebody else wrote: this run ends, and the next one finds all as it should be.
        Err(error) if matches!(job.landing, Landing::Between) && error.code == "state/moved" => {
            third.run(&direct, "third", || {}).unwrap_or_else(|error| panic!("{error} for the third run after {moment}"));
        }
        Err(error) => panic!("{error} for the second run after {moment}"),
    }
    proxy.land();
    holds(&written(&direct, &moment), &[&first, &second, &third], &moment);
}

/// The requests of the story where nothing goes wrong.
fn calm(bucket: &Bucket) -> Vec<String> {
    let (proxy, mut told) = (bucket.proxy(), Told::default());
    told.run(&objects(&bucket.through(&proxy)), "first", || {}).expect("no trouble");
    holds(&written(&objects(bucket), "no trouble"), &[&told], "no trouble");
    assert_eq!(told.kept.len(), 4);
    proxy.seen()
}

/// Each fault at each request. An outage begins with a write: one that begins with a look is an outage of the next write.
fn every_job(requests: &[String]) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (number, request) in requests.iter().enumerate() {
        jobs.extend(Fault::ALL.map(|fault| Job { trouble: Trouble::Once(fault), number, landing: Landing::After }));
        if request.starts_with("PUT") {
            jobs.extend([Fault::Busy, Fault::Failed, Fault::Lost].map(|fault| Job {
                trouble: Trouble::Outage(fault),
                number,
                landing: Landing::Before,
            }));
            jobs.extend([Landing::Before, Landing::Between, Landing::After].map(|landing| Job { trouble: HELD, number, landing }));
        }
    }
    jobs
}

/// The worst of all: the store does it when everybody has given up.
const HELD: Trouble = Trouble::Outage(Fault::Late(usize::MAX));

/// One in so many of all stories; all of them where the variable `FAULTS` says so.
#[allow(clippy::print_stdout, reason = "a test that fails shows what it printed")]
fn some_of(jobs: Vec<Job>, one_in: usize) -> Vec<Job> {
    let asked = std::env::var("FAULTS").ok();
    if asked.as_ref().is_some_and(|asked| asked == "all") {
        return jobs;
    }
    let drawn = usize::try_from(Uuid::new_v4().as_u128() % one_in as u128).expect("small");
    let first = asked.and_then(|asked| asked.parse().ok()).unwrap_or(drawn);
    println!("one in {one_in} of {} stories; the same ones again: FAULTS={first}; all of them: FAULTS=all", jobs.len());
    jobs.into_iter().skip(first).step_by(one_in).collect()
}

/// What is late is always told: it alone is fenced by nothing but the number of a commit.
#[test]
fn any_fault_at_any_request_over_the_stub_of_google() {
    let (late, others): (Vec<_>, Vec<_>) = every_job(&calm(&gcs())).into_iter().partition(|job| job.trouble == HELD);
    let jobs: Vec<Job> = late.into_iter().chain(some_of(others, 7)).collect();
    at_once(&jobs, |job| tell(&gcs(), job));
}

#[test]
fn any_fault_at_any_request_over_s3() {
    let Some(bucket) = s3() else { return };
    let jobs = some_of(every_job(&calm(&bucket)), 11);
    at_once(&jobs, |job| tell(&s3().expect("it is there"), job));
}
