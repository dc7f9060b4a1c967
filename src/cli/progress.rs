//! An apply for people: the plan, then while it runs one line for each ticket, and on a terminal a bar with rate and time left, and at its end what
//! is still to do.

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use owo_colors::OwoColorize;

use super::closing::{closing, left};
use super::telling::Telling;
use super::{Environment, Output};
use crate::apply::{Done, Progress, Report};
use crate::plan::{Plan, Step};
use crate::render::{self, clean};

pub(super) struct Lines {
    out: Output,
    err: Output,
    verbose: bool,
    bar: ProgressBar,
    writes: AtomicUsize,
    finished: AtomicUsize,
}

impl Lines {
    pub fn new(environment: &Environment, verbose: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, draw_target(environment));
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} tickets  {rate}  {eta} left") {
            let per_minute = |state: &ProgressState, text: &mut dyn Write| {
                let _ = write!(text, "{:.0} a minute", state.per_sec() * 60.0);
            };
            bar.set_style(style.with_key("rate", per_minute));
        }
        let (out, err) = (environment.out.clone(), environment.err.clone());
        Self { out, err, verbose, bar, writes: AtomicUsize::new(0), finished: AtomicUsize::new(0) }
    }
}

/// Bars are for terminals: a log keeps only lines.
pub(super) fn draw_target(environment: &Environment) -> ProgressDrawTarget {
    if environment.err.is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}

impl Telling for Lines {
    fn plan(&self, plan: &Plan) {
        self.out.write(&render::plan_text(plan, self.verbose));
    }

    fn refused(&self) {
        self.err.line("Nothing was applied.");
    }

    fn refused_since(&self, plan: &Plan) {
        self.out.write(&render::rulings_text(plan, self.verbose));
        self.refused();
    }

    fn nothing_to_do(&self, plan: &Plan) {
        self.out.write(&left(plan));
    }

    /// Takes the bar away.
    fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn carried_out(&self, plan: &Plan, report: &Report) {
        self.out.write(&closing(plan, report));
    }
}

impl Progress for Lines {
    fn begin(&self, writes: usize) {
        self.writes.store(writes, Ordering::Relaxed);
        self.bar.set_length(writes as u64);
    }

    fn done(&self, step: &Step, done: &Done) {
        let text = clean(&done.to_string());
        let shown = match done {
            done if done.is_different() => text.yellow().to_string(),
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
        done if done.is_different() => '!',
        Done::Created { .. } | Done::Adopted { .. } | Done::Updated { .. } | Done::Closed { .. } | Done::Deleted { .. } | Done::Retired => {
            step.sign()
        }
    }
}
