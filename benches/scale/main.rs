//! How long a large project takes, and how much memory: `cargo bench`.
//!
//! Each measurement is a process of its own (this program, started again with what to do), so that one cannot warm another up and
//! the peak of its memory is its own. Figures and what they mean: docs/performance.md. `cargo bench -- make FOLDER TICKETS` leaves a
//! project behind, to look at with a profiler.

#![expect(clippy::print_stdout, reason = "figures go to stdout")]

mod measure;
mod project;

use std::path::Path;
use std::process::Command;

use measure::{Figure, Work};
use project::{Layout, Project};

/// Of each measurement.
const RUNS: usize = 11;
const SIZES: [usize; 2] = [1_000, 10_000];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.as_slice() {
        [work, folder] => println!("{}", Work::named(work).expect("a kind of work").run(Path::new(folder))),
        [make, folder, tickets] if make == "make" => keep(Path::new(folder), tickets.parse().expect("a number of tickets")),
        [] => compare(),
        _ => panic!("cargo bench, or cargo bench -- make FOLDER TICKETS"),
    }
}

/// A project to look at with a profiler.
fn keep(folder: &Path, tickets: usize) {
    let project = Project::new(tickets, Layout::HundredPerFile);
    project.record_all();
    std::fs::rename(project.keep(), folder).expect("a folder that is not there yet, on the disk of temporary files");
}

fn compare() {
    println!("of {RUNS} runs: the median, the best, the best in times of the parser's best, and the largest peak of memory");
    for (tickets, layout) in SIZES.into_iter().flat_map(|tickets| [(tickets, Layout::HundredPerFile), (tickets, Layout::OnePerFile)]) {
        let project = Project::new(tickets, layout);
        println!("\n{tickets} tickets in {} files, {:.1} MB", project.files, project.megabytes());
        let parse = Runs::of(Work::Parse, &project);
        row("parser alone", &parse, &parse);
        row("validate", &Runs::of(Work::Validate, &project), &parse);
        row("plan, none recorded", &Runs::of(Work::Plan, &project), &parse);
        project.record_all();
        row("plan, all recorded", &Runs::of(Work::Plan, &project), &parse);
    }
}

fn row(name: &str, runs: &Runs, parse: &Runs) {
    let (median, best, peak) = (runs.median(), runs.best(), runs.peak());
    println!("  {name:<20} {median:>8.0} ms {best:>8.0} ms {:>6.2} x {peak:>6.0} MB", best / parse.best());
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
    let own = std::env::current_exe().expect("this program");
    let output = Command::new(own).arg(work.name()).arg(folder).output().expect("this program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}: {text}{}", work.name(), String::from_utf8_lossy(&output.stderr));
    text.trim().parse().unwrap_or_else(|error| panic!("{}: {error}: {text}", work.name()))
}
