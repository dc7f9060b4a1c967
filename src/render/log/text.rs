//! The log for people: one line an event, under a heading for each run.

use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use owo_colors::OwoColorize;

use super::{Said, plan};
use crate::render::source::clean;
use crate::state::{By, Commit, Entry};

/// Columns of an address; a longer one moves its line on.
const ADDRESS: usize = 34;
/// The longest of the usual names of events.
const VERB: usize = 13;

/// Makes the lines, one event after the other.
#[derive(Debug, Default)]
pub struct LogText {
    /// The run and the day of the last line.
    last: Option<(String, Date)>,
    events: usize,
    runs: usize,
}

impl LogText {
    /// The lines of one more event.
    pub fn line(&mut self, entry: &Entry<'_>) -> String {
        let commit = entry.commit;
        let at = commit.at.to_zoned(TimeZone::UTC);
        let mut text = String::new();
        match &self.last {
            Some((run, day)) if *run == commit.run && *day == at.date() => {}
            Some((run, _)) if *run == commit.run => {
                let _ = writeln!(text, "  {}", at.date());
            }
            Some(_) | None => {
                text.push_str(if self.runs > 0 { "\n" } else { "" });
                text.push_str(&heading(entry));
                self.runs += 1;
            }
        }
        self.events += 1;
        self.last = Some((commit.run.clone(), at.date()));
        let address = entry.key().map(ToString::to_string).unwrap_or_default();
        let line = format!("  {}  {:VERB$}  {address:ADDRESS$}  {}", at.strftime("%H:%M:%S"), entry.event.verb(), details(entry));
        text + line.trim_end() + "\n"
    }

    /// The last lines: how much it was, and how many writes have no outcome at all.
    pub fn end(&self, in_doubt: usize) -> String {
        let counted = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
        let count = match self.events {
            0 => "No events.\n".to_owned(),
            events => format!("\n{} in {}.\n", counted(events, "event"), counted(self.runs, "run")),
        };
        match in_doubt {
            0 => count,
            1 => count + "1 write has no outcome: callout settle says what is in doubt.\n",
            many => format!("{count}{many} writes have no outcome: callout settle says what is in doubt.\n"),
        }
    }
}

/// When, who, from which files; the CI run's page on a line of its own.
fn heading(entry: &Entry<'_>) -> String {
    let Commit { at, by, command, .. } = entry.commit;
    let By { ci_run, commit, .. } = by;
    let command = command.as_ref().map(|command| format!("{command} ")).unwrap_or_default();
    let plan = plan(entry).map(|plan| format!(", plan {plan}")).unwrap_or_default();
    let commit = commit.as_ref().map(|commit| format!(", commit {commit}")).unwrap_or_default();
    let mut text = format!("{}\n", clean(&format!("{at:.0}  {command}by {by}{plan}{commit}")).bold());
    if let Some(page) = ci_run {
        let _ = writeln!(text, "  {}", clean(page).dimmed());
    }
    text
}

/// `ticket 482001, cancelled: the store closed`, on one line.
fn details(entry: &Entry<'_>) -> String {
    let Said { write, outcome, answer, reason } = Said::by(entry.event);
    let ticket = entry.ticket().map(|id| format!("ticket {id}"));
    let facts: Vec<String> = [write, ticket, outcome, answer].into_iter().flatten().collect();
    let parts: Vec<String> = [facts.join(", "), reason.unwrap_or_default()].into_iter().filter(|part| !part.is_empty()).collect();
    clean(&parts.join(": ")).replace('\n', " ")
}
