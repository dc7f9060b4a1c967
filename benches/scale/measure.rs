//! One measurement, in a process of its own.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use callout::cli::{Environment, Output, run};

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    /// The YAML parser over the bytes of all files, which are in memory: each event is taken and dropped.
    Parse,
    /// All of `callout validate`.
    Validate,
    /// All of `callout plan --refresh none`.
    Plan,
    /// All of `callout expand`.
    Expand,
    /// All of `callout schedule`, with no visit in the file yet.
    Schedule,
    /// All of `callout schedule --check`, with every visit in the file.
    Check,
}

/// How long it took, and the most memory that the process ever held.
#[derive(Debug, Clone)]
pub struct Figure {
    pub milliseconds: f64,
    /// Resident, as the kernel counts it; 0 where it does not say.
    pub kilobytes: u64,
}

impl Figure {
    #[expect(clippy::cast_precision_loss, reason = "shown without decimals")]
    pub fn megabytes(&self) -> f64 {
        self.kilobytes as f64 / 1024.0
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.milliseconds, self.kilobytes)
    }
}

impl FromStr for Figure {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (milliseconds, kilobytes) = text.split_once(' ').ok_or("no two numbers")?;
        Ok(Self {
            milliseconds: milliseconds.parse().map_err(|error| format!("{error}"))?,
            kilobytes: kilobytes.parse().map_err(|error| format!("{error}"))?,
        })
    }
}

impl Work {
    const ALL: [Self; 6] = [Self::Parse, Self::Validate, Self::Plan, Self::Expand, Self::Schedule, Self::Check];

    pub fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Validate => "validate",
            Self::Plan => "plan",
            Self::Expand => "expand",
            Self::Schedule => "schedule",
            Self::Check => "check",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|work| work.name() == name)
    }

    pub fn run(self, folder: &Path) -> Figure {
        let seconds = match self {
            Self::Parse => parse(folder),
            Self::Validate => command(folder, "validate"),
            Self::Plan => command(folder, "plan --refresh none"),
            Self::Expand => command(folder, "expand"),
            Self::Schedule => {
                forget_visits(folder);
                command(folder, "schedule")
            }
            Self::Check => command(folder, "schedule --check"),
        };
        Figure { milliseconds: seconds * 1000.0, kilobytes: peak() }
    }
}

/// Takes away what an earlier run scheduled.
fn forget_visits(folder: &Path) {
    let file = folder.join("tickets/routers.schedule.csv");
    if file.exists() {
        std::fs::remove_file(file).expect("a file that can go");
    }
}

fn parse(folder: &Path) -> f64 {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder.join("tickets")).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).expect("a text")).collect();
    let start = Instant::now();
    let mut events = 0_usize;
    for text in &texts {
        for event in granit_parser::Parser::new_from_str(text) {
            std::hint::black_box(event.expect("YAML"));
            events += 1;
        }
    }
    assert!(events > 0);
    start.elapsed().as_secs_f64()
}

/// A whole command, as `main` runs it, and the seconds that it took. Its output goes nowhere.
pub fn command(folder: &Path, words: &str) -> f64 {
    command_with(folder, words, &[])
}

/// The same, with more variables around it.
pub fn command_with(folder: &Path, words: &str, variables: &[(&str, &str)]) -> f64 {
    let sink = || Output::new(Box::new(std::io::sink()), false);
    let mut environment = Environment::of_process().expect("an environment");
    (environment.folder, environment.out) = (folder.to_path_buf(), sink());
    let mut known = environment.variables.as_ref().clone();
    known.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    environment.variables = Arc::new(known);
    let start = Instant::now();
    let code = run(["callout"].into_iter().chain(words.split(' ')).map(OsString::from), environment);
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(code, 0, "{words}");
    seconds
}

/// The peak of this process's resident memory, in kB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}
