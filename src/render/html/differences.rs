//! Fields before and after, as the report folds them below a ticket.

use serde::Serialize;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::plan::{Reason, Step};
use crate::render::source::clean;
use crate::render::values::value;
use crate::ticket::Change;

/// Fields that differ for one reason.
#[derive(Debug, Serialize)]
pub(super) struct Differences {
    title: &'static str,
    /// Whose values stand on the left, and whose on the right.
    before: &'static str,
    after: &'static str,
    fields: Vec<Difference>,
}

#[derive(Debug, Serialize)]
struct Difference {
    name: String,
    before: String,
    after: String,
    /// Of a text of several lines, in place of both.
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    /// The element that it stands in.
    tag: &'static str,
    sign: char,
    text: String,
}

/// What the files change, or what else is not as it should be; then what somebody changed in the ticket system.
pub(super) fn differences(step: &Step) -> Vec<Differences> {
    let (title, before, after, changes) = changed(step);
    let drift = ("Changed in the ticket system", "Before", "Now", step.drift.as_slice());
    let all = [(title, before, after, changes), drift].into_iter().filter(|(_, _, _, changes)| !changes.is_empty());
    all.map(|(title, before, after, changes)| Differences { title, before, after, fields: changes.iter().map(difference).collect() })
        .collect()
}

/// The title, both sides, and the fields.
fn changed(step: &Step) -> (&'static str, &'static str, &'static str, &[Change]) {
    match step.action.reason() {
        Some(Reason::BookedDifferently { fields }) => ("Booked differently", "Sent", "Booked", fields),
        Some(Reason::Conflict { fields }) if step.changes.is_empty() => ("Changed on both sides", "In the ticket", "In the files", fields),
        Some(Reason::ChangedSince { fields, .. }) if step.changes.is_empty() => ("Changed since", "Was", "Is", fields),
        Some(_) | None => ("Changed in the files", "Before", "After", &step.changes),
    }
}

fn difference(change: &Change) -> Difference {
    let side = |side: &Option<Value>| value(side.as_ref().unwrap_or(&Value::Null));
    let (before, after) = (side(&change.before), side(&change.after));
    let lines = if before.contains('\n') || after.contains('\n') { lines(&before, &after) } else { Vec::new() };
    Difference { name: clean(&change.field), before, after, lines }
}

fn lines(before: &str, after: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(before, after);
    let line = |tag: ChangeTag, text: &str| {
        let (tag, sign) = match tag {
            ChangeTag::Delete => ("del", '-'),
            ChangeTag::Insert => ("ins", '+'),
            ChangeTag::Equal => ("span", ' '),
        };
        Line { tag, sign, text: text.trim_end_matches('\n').to_owned() }
    };
    diff.iter_all_changes().map(|change| line(change.tag(), change.value())).collect()
}
