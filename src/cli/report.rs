//! Printing a plan in the form that was asked for, and a job's summary beside it.
//!
//! Refuses to let a report fail a run: where the summary cannot be written, that is a warning.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::annotations::Annotations;
use super::args::PlanFormat;
use super::{Environment, Failure, shortened};
use crate::diagnostics::{Diagnostic, cause, typed};
use crate::plan::Plan;
use crate::render::{self, COMMENT, Report, SUMMARY, headline};

/// How a plan is printed.
pub(super) struct Shown<'a> {
    pub format: PlanFormat,
    pub verbose: bool,
    /// Reports name people, too.
    pub shows_people: bool,
    /// The file that it is saved in.
    pub file: Option<&'a Path>,
}

/// Prints a plan in the asked form.
pub(super) fn show(plan: &Plan, shown: &Shown<'_>, environment: &Environment) -> Result<(), Failure> {
    let file = shown.file.map(|path| typed(&path.display().to_string()));
    let complete = |text: &str| environment.out.completed(text);
    let report = Report { saved_as: file.as_deref(), all: shown.verbose, shows_people: shown.shows_people, complete: &complete };
    let reported = || if shown.shows_people { plan.clone() } else { plan.without_people() };
    match shown.format {
        PlanFormat::Text => environment.out.write(&render::plan_text(plan, shown.verbose)),
        PlanFormat::Json => environment.out.document(&format!("{}\n", render::plan_json(plan))),
        PlanFormat::Markdown => environment.out.document(&render::markdown(&reported(), &report, COMMENT)),
        PlanFormat::Html => environment.out.document(&render::plan_html(&reported(), &report)?),
        PlanFormat::Github => {
            let plan = reported();
            Annotations::of_plan(&plan, environment).github(environment);
            environment.err.line(&headline(&plan).to_string());
            summarise(&plan, &report, environment);
        }
        PlanFormat::Gitlab => {
            let plan = reported();
            Annotations::of_plan(&plan, environment).gitlab(environment);
            environment.err.line(&headline(&plan).to_string());
        }
    }
    Ok(())
}

/// Hosts are told why there is no plan: a job that ends without a word at any line looks as if nothing were wrong with the files.
pub(super) fn without_plan(failure: Failure, format: PlanFormat, environment: &Environment) -> Failure {
    let annotations = || Annotations::of(&shortened(&failure.diagnostics, environment), environment);
    match format {
        PlanFormat::Github => annotations().github(environment),
        PlanFormat::Gitlab => annotations().gitlab(environment),
        PlanFormat::Text | PlanFormat::Json | PlanFormat::Markdown | PlanFormat::Html => {}
    }
    failure
}

/// Where a job on GitHub keeps its summary.
const SUMMARY_FILE: &str = "GITHUB_STEP_SUMMARY";

/// In bytes: what GitHub takes of one step.
const LARGEST: u64 = 1_048_576;

/// In bytes: a shorter report says next to nothing.
const SHORTEST: usize = 8_192;

/// Adds the Markdown to the summary of the job, if there is one.
fn summarise(plan: &Plan, report: &Report<'_>, environment: &Environment) {
    let Some(path) = environment.variables.get(SUMMARY_FILE).filter(|path| !path.is_empty()) else { return };
    let path = environment.folder.join(PathBuf::from(path));
    let is_there = path.metadata().map_or(0, |file| file.len());
    let room = usize::try_from(LARGEST.saturating_sub(is_there)).unwrap_or_default().saturating_sub(1).min(SUMMARY);
    let warn = |why: &str| {
        let message = format!("the summary of the job has no plan: {why}");
        let help = "the plan is as it is; `--format markdown` prints the same text";
        environment.err.tell(&[Diagnostic::warning("plan/summary", message).help(help)]);
    };
    if room < SHORTEST {
        return warn("what this step wrote into it before leaves no room");
    }
    let text = format!("\n{}", render::markdown(plan, report, room));
    let written = OpenOptions::new().append(true).create(true).open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    if let Err(error) = written {
        warn(&format!("{} cannot be written: {}", path.display(), cause(&error)));
    }
}
