//! A plan as Markdown, for a comment on a pull request or the summary of a job.
//!
//! Owns its order: what merging approves and what needs a person come first, each ticket's fields last. Refuses to grow: it is as
//! long as its host takes at most, and says what is not in it. Refuses to believe a ticket: whatever is not callout's own words stands
//! in a code span or a code block, where nobody is mentioned, nothing is linked and no tag is one.

mod details;
mod escape;
mod page;
mod tables;
#[cfg(test)]
mod tests;
mod urgent;

use std::fmt::Write as _;

use self::escape::code;
use self::page::Page;
use super::headline::headline;
use super::html::Report;
use super::since::since_line;
use crate::plan::Plan;

/// GitHub takes a comment of so many characters, and GitLab takes more. In bytes, which are never fewer.
pub const COMMENT: usize = 65_536;

/// GitHub takes a job's summary of 1 MiB from each step. In bytes, with some room for what another command of the step wrote.
pub const SUMMARY: usize = 1_000_000;

/// The whole report. `plan` is as it may be shown: [`Plan::without_people`] hides what names somebody.
///
/// It is at most so many bytes long.
pub fn markdown(plan: &Plan, report: &Report<'_>, most: usize) -> String {
    let end = ending(plan, report);
    let show = report.saved_as.map(|file| (report.complete)(&format!("callout show {file}")));
    let reserved = end.len() + show.as_ref().map_or(0, |show| code(show, SHOWN).len()) + LEFT_OUT;
    let mut page = Page::new(most, reserved);
    page.push(&beginning(plan));
    urgent::write(&mut page, plan, report);
    tables::write(&mut page, plan);
    details::write(&mut page, plan, report);
    page.finish(show.as_deref(), &end)
}

/// In bytes: the sentences that say what was left out are never longer, without the command that shows it.
const LEFT_OUT: usize = 1_000;

/// In characters: a command that shows a plan.
const SHOWN: usize = 500;

/// The hidden line that a comment is found by, and the first screen.
fn beginning(plan: &Plan) -> String {
    let mut text = format!("<!-- callout: {} -->\n### Plan for {}\n", marker(&plan.project), code(&plan.project, 100));
    for sentence in headline(plan).sentences() {
        let _ = write!(text, "\n**{sentence}**\n");
    }
    if !plan.selection.is_all() {
        let _ = write!(text, "\nOnly a part of the project: {}\n", code(&plan.selection.to_string(), 1_000));
    }
    if let Some(line) = since_line(plan) {
        let _ = write!(text, "\n{}\n", code(&line, 1_000));
    }
    if let Some(take) = plan.take {
        let _ = write!(text, "\nWhere a ticket was changed on both sides: {}\n", code(&take.to_string(), 100));
    }
    text
}

/// A project's name as it can stand in a comment of HTML.
fn marker(project: &str) -> String {
    let plain: String = project.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')).take(100).collect();
    plain.replace("--", "-")
}

/// Which plan it is, and what applies it.
fn ending(plan: &Plan, report: &Report<'_>) -> String {
    let mut text = String::from("\n---\n");
    if !report.shows_people {
        text.push_str("\nNames of people and how to reach them are hidden.\n");
    }
    let changes = if plan.uncommitted { " and changes that were not committed" } else { "" };
    let commit = plan.commit.as_ref().map(|commit| format!(" from commit {}{changes}", code(commit, 100))).unwrap_or_default();
    let _ = write!(text, "\nPlan {}, made {:.0}{commit}, good until {:.0}.", code(&plan.id, 100), plan.made, plan.expires);
    let command = |words: String| code(&(report.complete)(&words), 1_000);
    let is_denied = plan.denials().next().is_some();
    let _ = match (report.saved_as, plan.is_refused()) {
        (_, true) if is_denied => writeln!(text, " It is refused, and cannot be applied."),
        // A limit can be lifted for one run.
        (_, true) => writeln!(text, " It is refused as it stands."),
        (None, false) => {
            writeln!(
                text,
                " It was not saved: {} keeps it, so that exactly this can be applied.",
                command("callout plan --out FILE".to_owned())
            )
        }
        (Some(file), false) => writeln!(text, " To apply exactly this, once: {}", command(format!("callout apply {file}"))),
    };
    text
}
