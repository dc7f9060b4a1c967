//! How long a large project takes, and how much memory: `cargo bench`.
//!
//! Each measurement is a process of its own (this program, started again with what to do), so that one cannot warm another up and
//! the peak of its memory is its own. Figures and what they mean: docs/performance.md. `cargo bench -- make FOLDER TICKETS` leaves a
//! project behind, to look at with a profiler, and `cargo bench -- rollout FOLDER SITES` one with a rollout. `cargo bench -- rollouts`
//! `cargo bench -- creates` and `cargo bench -- shared` measure that part alone.

#![expect(clippy::print_stdout, reason = "figures go to stdout")]

mod creates;
mod measure;
mod project;
mod rollout;
mod s3;
mod shared;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::process::Command;
use std::str::FromStr;
use std::time::Duration;

use creates::Race;
use measure::{Figure, Work};
use project::{Layout, Project};
use shared::Pace;

/// Of each measurement.
const RUNS: usize = 11;
const SIZES: [usize; 2] = [1_000, 10_000];
/// Tickets that are sent, by callout and by the bare client.
const CREATES: usize = 1_000;
/// Requests in flight at once, where the state is behind a slow store.
const AT_ONCE: usize = 8;
/// Of a store's commits, in milliseconds: none, one in the same region, one across an ocean.
const LATENCIES: [u32; 3] = [0, 20, 100];
/// A vendor's pace.
const PER_MINUTE: u32 = 60;
/// Enough to use up the burst that a pace allows.
const SLOW_CREATES: usize = 100;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["race", creates] => println!("{}", Race::run(number(creates))),
        ["pace", creates, at_once, latency] => println!("{}", shared::run(number(creates), number(at_once), milliseconds(latency), None)),
        ["pace", creates, at_once, latency, per_minute] => {
            let per_minute = per_minute.parse().expect("a number");
            println!("{}", shared::run(number(creates), number(at_once), milliseconds(latency), Some(per_minute)));
        }
        ["s3", creates, at_once, latency] => println!("{}", s3::apply(number(creates), number(at_once), milliseconds(latency))),
        ["s3-load", tickets] => println!("{}", s3::load(number(tickets))),
        ["make", folder, tickets] => keep(Project::new(number(tickets), Layout::HundredPerFile), folder),
        ["rollout", folder, sites] => {
            let project = Project::new(number(sites), Layout::Rollout);
            measured(Work::Schedule, project.folder());
            keep(project, folder);
        }
        ["rollouts"] => rollouts(),
        ["creates"] => creates(),
        ["shared"] => shared(),
        [work, folder] => println!("{}", Work::named(work).expect("a kind of work").run(Path::new(folder))),
        [] => {
            documents();
            rollouts();
            creates();
            shared();
        }
        _ => panic!("cargo bench, or cargo bench -- rollouts, creates, shared, make FOLDER TICKETS, rollout FOLDER SITES"),
    }
}

fn number(word: &str) -> usize {
    word.parse().expect("a number")
}

fn milliseconds(word: &str) -> Duration {
    Duration::from_millis(word.parse().expect("a number"))
}

/// A project to look at with a profiler.
fn keep(project: Project, folder: &str) {
    project.record_all();
    std::fs::rename(project.keep(), folder).expect("a folder that is not there yet, on the disk of temporary files");
}

fn documents() {
    println!("of {RUNS} runs: the median, the best, the best in times of the parser's best, and the largest peak of memory");
    for (tickets, layout) in SIZES.into_iter().flat_map(|tickets| [(tickets, Layout::HundredPerFile), (tickets, Layout::OnePerFile)]) {
        let project = Project::new(tickets, layout);
        println!("\n{tickets} tickets in {} files, {:.1} MB", project.files, project.megabytes());
        let parse = Runs::of(Work::Parse, &project);
        row("parser alone", &parse, Some(&parse));
        row("validate", &Runs::of(Work::Validate, &project), Some(&parse));
        row("plan, none recorded", &Runs::of(Work::Plan, &project), Some(&parse));
        project.record_all();
        row("plan, all recorded", &Runs::of(Work::Plan, &project), Some(&parse));
    }
}

fn rollouts() {
    for sites in SIZES {
        let project = Project::new(sites, Layout::Rollout);
        println!(
            "\na rollout of {sites} sites, {:.1} MB; of {RUNS} runs: the median, the best, and the largest peak of memory",
            project.megabytes()
        );
        row("schedule, none yet", &Runs::of(Work::Schedule, &project), None);
        row("schedule --check", &Runs::of(Work::Check, &project), None);
        row("validate", &Runs::of(Work::Validate, &project), None);
        row("expand", &Runs::of(Work::Expand, &project), None);
        row("plan, none recorded", &Runs::of(Work::Plan, &project), None);
        project.record_all();
        row("plan, all recorded", &Runs::of(Work::Plan, &project), None);
    }
}

/// Both in one process, one after the other, so that a busy machine hits both.
fn creates() {
    let mut races: Vec<Race> = (0..RUNS).map(|_| again(&["race", &CREATES.to_string()])).collect();
    races.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
    println!("\n{CREATES} creates over the sandbox, 4 at once; of {RUNS} runs the one with the median ratio of rates, the worst, the best");
    for race in [&races[RUNS / 2], &races[0], &races[RUNS - 1]] {
        let Race { plan, apply, kept, opened } = race;
        let bare = format!("a bare client {kept:.0} ms, with a connection for each request {opened:.0} ms");
        println!("  {:.2}: callout apply {apply:.0} ms, of which the plan takes about {plan:.0} ms; {bare}", race.ratio());
    }
}

/// The store makes a commit in so many milliseconds.
fn shared() {
    println!("\n{CREATES} creates, {AT_ONCE} at once, each commit of the state so much later; of {RUNS} runs the median and the best");
    paces("pace");
    if s3::is_installed() {
        s3_rows();
    } else {
        println!("\nNo S3 server: tests/servers/install installs one, and then the same is measured over it.");
    }
    println!("\n{SLOW_CREATES} creates at {PER_MINUTE} requests a minute, by a clock that jumps");
    for latency in LATENCIES {
        let words = ["pace", &SLOW_CREATES.to_string(), &AT_ONCE.to_string(), &latency.to_string(), &PER_MINUTE.to_string()];
        let pace: Pace = again(&words);
        let busy = pace.per_second(pace.commits) * f64::from(latency) / 10.0;
        println!(
            "  {latency:>3} ms: {:.0} s, in {} commits, for which the store is busy {busy:.0} % of the time",
            pace.seconds, pace.commits
        );
    }
}

/// Over the protocol of S3, to a server of others that is one process in Python: its own time comes on top.
fn s3_rows() {
    println!("\nthe same by `callout apply`, with the state on an S3 server and each request of it so much later");
    paces("s3");
    for tickets in SIZES {
        let mut loads: Vec<Figure> = (0..RUNS).map(|_| again(&["s3-load", &tickets.to_string()])).collect();
        loads.sort_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds));
        let loads = Runs(loads);
        println!("  load of {tickets} tickets: median {:.0} ms, best {:.0} ms", loads.median(), loads.best());
    }
}

fn paces(work: &str) {
    for latency in LATENCIES {
        let words = [work, &CREATES.to_string(), &AT_ONCE.to_string(), &latency.to_string()];
        let mut paces: Vec<Pace> = (0..RUNS).map(|_| again(&words)).collect();
        paces.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        for pace in [&paces[RUNS / 2], &paces[0]] {
            let Pace { creates, commits, seconds } = pace;
            let (sent, kept) = (pace.per_second(*creates), pace.per_second(*commits));
            println!("  {latency:>3} ms: {seconds:>6.2} s, {sent:>5.0} creates a second, in {commits} commits, {kept:.0} a second");
        }
    }
}

fn row(name: &str, runs: &Runs, parse: Option<&Runs>) {
    let (median, best, peak) = (runs.median(), runs.best(), runs.peak());
    let times = parse.map(|parse| format!(" {:>6.2} x", best / parse.best())).unwrap_or_default();
    println!("  {name:<20} {median:>8.0} ms {best:>8.0} ms{times} {peak:>6.0} MB");
}

/// All runs of one measurement, the quickest first.
struct Runs(Vec<Figure>);

impl Runs {
    fn of(work: Work, project: &Project) -> Self {
        let mut figures: Vec<Figure> = (0..RUNS).map(|_| measured(work, project.folder())).collect();
        figures.sort_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds));
        Self(figures)
    }

    fn median(&self) -> f64 {
        self.0[RUNS / 2].milliseconds
    }

    /// What else runs on the machine only ever adds time, so this one is the nearest to the truth on a busy one.
    fn best(&self) -> f64 {
        self.0[0].milliseconds
    }

    fn peak(&self) -> f64 {
        self.0.iter().map(Figure::megabytes).fold(0.0, f64::max)
    }
}

fn measured(work: Work, folder: &Path) -> Figure {
    again(&[work.name(), &folder.to_string_lossy()])
}

/// Starts this program again, with something to measure.
fn again<T: FromStr<Err = String>>(words: &[&str]) -> T {
    let own = std::env::current_exe().expect("this program");
    let output = Command::new(own).args(words).output().expect("this program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{words:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text.trim().parse().unwrap_or_else(|error| panic!("{words:?}: {error}: {text}"))
}
