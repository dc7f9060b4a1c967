//! How long a large project takes, and how much memory: `cargo bench`.
//!
//! Each measurement is a process of its own (this program, started again with what to do), so that one cannot warm another up and
//! the peak of its memory is its own. Figures and what they mean: docs/performance.md.

mod measure;
mod project;

use std::path::Path;
use std::process::Command;

use measure::{Figure, Work};
use project::{Layout, Project};

/// Runs of each measurement; the median counts.
const RUNS: usize = 7;
const SIZES: [usize; 2] = [1_000, 10_000];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.as_slice() {
        [work, folder] => println!("{}", Work::named(work).expect("a kind of work").run(Path::new(folder))),
        [] => compare(),
        _ => panic!("cargo bench takes no arguments"),
    }
}

fn compare() {
    println!("{:<22} {:>9} {:>9} {:>9} {:>9}", "tickets, files", "work", "median", "ratio", "peak");
    for (tickets, layout) in SIZES.into_iter().flat_map(|tickets| [(tickets, Layout::HundredPerFile), (tickets, Layout::OnePerFile)]) {
        let project = Project::new(tickets, layout);
        println!("\n{tickets} tickets in {} files, {:.1} MB", project.files, project.megabytes());
        let parse = median(Work::Parse, &project);
        row("parser alone", &parse, &parse);
        row("validate", &median(Work::Validate, &project), &parse);
        row("plan, none recorded", &median(Work::Plan, &project), &parse);
        project.record_all();
        row("plan, all recorded", &median(Work::Plan, &project), &parse);
    }
}

fn row(name: &str, figure: &Figure, parse: &Figure) {
    let ratio = figure.milliseconds / parse.milliseconds;
    println!("  {name:<20} {:>8.0} ms {ratio:>6.2} x {:>6.0} MB", figure.milliseconds, figure.megabytes());
}

fn median(work: Work, project: &Project) -> Figure {
    let mut figures: Vec<Figure> = (0..RUNS).map(|_| measured(work, project.folder())).collect();
    figures.sort_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds));
    let kilobytes = figures.iter().map(|figure| figure.kilobytes).max().unwrap_or(0);
    Figure { milliseconds: figures[RUNS / 2].milliseconds, kilobytes }
}

fn measured(work: Work, folder: &Path) -> Figure {
    let own = std::env::current_exe().expect("this program");
    let output = Command::new(own).arg(work.name()).arg(folder).output().expect("this program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}: {text}{}", work.name(), String::from_utf8_lossy(&output.stderr));
    text.trim().parse().unwrap_or_else(|error| panic!("{}: {error}: {text}", work.name()))
}
