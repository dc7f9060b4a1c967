//! How an apply is shown while it runs: one line for each ticket, and on a terminal a bar with rate and time left.

use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use owo_colors::OwoColorize;

use super::{Environment, Output};
use crate::apply::{Done, Progress};
use crate::plan::Step;
use crate::render::clean;

pub(super) struct Lines {
    out: Output,
    bar: ProgressBar,
    writes: AtomicUsize,
    finished: AtomicUsize,
}

impl Lines {
    pub fn new(environment: &Environment) -> Self {
        let bar = ProgressBar::with_draw_target(None, draw_target(environment));
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} tickets  {per_sec}  {eta} left  {msg}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { out: environment.out.clone(), bar, writes: AtomicUsize::new(0), finished: AtomicUsize::new(0) }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Bars are for terminals: a log keeps only lines.
pub(super) fn draw_target(environment: &Environment) -> ProgressDrawTarget {
    if environment.err.is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}

impl Progress for Lines {
    fn begin(&self, writes: usize) {
        self.writes.store(writes, Ordering::Relaxed);
        self.bar.set_length(writes as u64);
    }

    fn done(&self, step: &Step, done: &Done) {
        let text = clean(&done.to_string());
        let shown = match done {
            Done::Created { differs, .. } if !differs.is_empty() => text.yellow().to_string(),
            Done::Created { .. }
            | Done::Adopted { .. }
            | Done::Updated { .. }
            | Done::Closed { .. }
            | Done::Deleted { .. }
            | Done::Retired => text.green().to_string(),
            Done::Rejected { .. } | Done::Unsent { .. } | Done::Unknown { .. } | Done::NotStarted { .. } => text.red().to_string(),
        };
        let writes = self.writes.load(Ordering::Relaxed);
        let count = if step.action.is_write() && writes > 1 {
            format!(" ({}/{writes})", self.finished.fetch_add(1, Ordering::Relaxed) + 1)
        } else {
            String::new()
        };
        self.bar.suspend(|| self.out.line(&format!("{} {}: {shown}{count}", sign(step, done), step.key)));
        if step.action.is_write() {
            self.bar.inc(1);
        }
    }
}

/// The plan's sign where it came true.
fn sign(step: &Step, done: &Done) -> char {
    match done {
        Done::Unknown { .. } => '?',
        Done::Rejected { .. } | Done::Unsent { .. } | Done::NotStarted { .. } => '!',
        Done::Created { differs, .. } if !differs.is_empty() => '!',
        Done::Created { .. } | Done::Adopted { .. } | Done::Updated { .. } | Done::Closed { .. } | Done::Deleted { .. } | Done::Retired => {
            step.sign()
        }
    }
}
