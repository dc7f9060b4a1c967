//! One measurement, in a process of its own.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
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
    pub fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Validate => "validate",
            Self::Plan => "plan",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        [Self::Parse, Self::Validate, Self::Plan].into_iter().find(|work| work.name() == name)
    }

    pub fn run(self, folder: &Path) -> Figure {
        let seconds = match self {
            Self::Parse => parse(folder),
            Self::Validate => command(folder, &["callout", "validate"]),
            Self::Plan => command(folder, &["callout", "plan", "--refresh", "none"]),
        };
        Figure { milliseconds: seconds * 1000.0, kilobytes: peak() }
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

/// A whole command, as `main` runs it; its output goes nowhere.
fn command(folder: &Path, words: &[&str]) -> f64 {
    let sink = || Output::new(Box::new(std::io::sink()), false);
    let mut environment = Environment::of_process().expect("an environment");
    (environment.folder, environment.out) = (folder.to_path_buf(), sink());
    let start = Instant::now();
    let code = run(words.iter().map(OsString::from), environment);
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(code, 0, "{words:?}");
    seconds
}

/// The peak of this process's resident memory, in kB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}
