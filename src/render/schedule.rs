//! Schedules for people: what changed in a file, which days are too full, and a calendar.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::{Date, Weekday};

use super::source::clean;
use super::values::visit;
use crate::diagnostics::listed;
use crate::rollout::schedule::{Change, Draft, Overfull, Skipped, Status};
use crate::ticket;

/// Changes and days that are shown before the rest is counted.
const SHOWN: usize = 12;

/// What became of a file, or with `check` would become of it.
pub fn schedule(draft: &Draft, check: bool) -> String {
    let mut text = format!("{}: {}\n", clean(&draft.book.shown), summary(draft, check));
    folded(&mut text, draft.changes.iter().map(change));
    if !draft.skipped.is_empty() {
        text.push_str("\nNot offered:\n");
        folded(&mut text, draft.skipped.iter().map(skipped));
    }
    if !draft.overfull.is_empty() {
        text.push_str("\nToo many visits:\n");
        folded(&mut text, draft.overfull.iter().map(overfull));
        text.push_str("  next: remove rows whose tickets are not sent yet, then: callout schedule\n");
    }
    text
}

fn summary(draft: &Draft, check: bool) -> String {
    if draft.is_written() {
        return format!("up to date, {}.", visits(draft.book.visits.len()));
    }
    let count = |of: fn(&Change) -> bool| draft.changes.iter().filter(|change| of(change)).count();
    let counts = [
        (count(|change| matches!(change, Change::Added { .. })), "added"),
        (count(|change| matches!(change, Change::Removed { .. })), "removed"),
        (count(|change| matches!(change, Change::Returned { .. })), "back"),
        (draft.book.visits.len() - draft.changes.len(), "as before"),
    ];
    let told: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let what = if draft.changes.is_empty() { "only its form changes".to_owned() } else { told.join(", ") };
    let state = if check { "not up to date: " } else { "" };
    let next = if check { " Next: callout schedule" } else { "" };
    format!("{state}{what}.{next}")
}

fn visits(count: usize) -> String {
    if count == 1 { "1 visit".to_owned() } else { format!("{count} visits") }
}

/// The first few lines, and how many more there are.
fn folded(text: &mut String, lines: impl ExactSizeIterator<Item = String>) {
    let more = lines.len().saturating_sub(SHOWN);
    for line in lines.take(SHOWN) {
        let _ = writeln!(text, "  {}", clean(&line));
    }
    if more > 0 {
        let _ = writeln!(text, "  and {more} more");
    }
}

fn change(change: &Change) -> String {
    let (sign, (key, reissue, at)) = match change {
        Change::Added { key, reissue, visit } => ('+', (key, reissue, visit)),
        Change::Removed { key, reissue, visit } => ('-', (key, reissue, visit)),
        Change::Returned { key, reissue, visit } => ('=', (key, reissue, visit)),
    };
    let number = if *reissue == 0 { String::new() } else { format!("#{reissue}") };
    let at = ticket::Visit { start: at.start, end: at.end, timezone: Some(at.timezone.clone()) };
    format!("{sign} {key}{number}  {}", visit(&at))
}

fn skipped(skipped: &Skipped) -> String {
    format!("{}: {}, because {}", skipped.key, skipped.local.strftime("%a %-d %b %Y, %H:%M"), skipped.why)
}

fn overfull(overfull: &Overfull) -> String {
    let Overfull { day, group, most, keys } = overfull;
    let of = group.as_ref().map(|group| format!(" of {group}")).unwrap_or_default();
    format!("{}: {}{of}, at most {most} are allowed: {}", day.strftime("%a %-d %b %Y"), visits(keys.len()), listed(keys))
}

/// A calendar: a line for each week, a count for each day.
pub fn calendar(draft: &Draft) -> String {
    let mut counts: BTreeMap<Date, usize> = BTreeMap::new();
    for visit in draft.book.visits.values() {
        *counts.entry(visit.start.date()).or_default() += 1;
    }
    let removed = draft.book.visits.values().filter(|visit| visit.status == Status::Removed).count();
    let mut text = format!("{}: {} on {} days", clean(&draft.rollout), visits(draft.book.visits.len()), counts.len());
    if removed > 0 {
        let _ = write!(text, ", {removed} of them removed");
    }
    let _ = writeln!(text, ", at most {} a day", draft.rules.per_day);
    let added = draft.changes.iter().filter(|change| matches!(change, Change::Added { .. })).count();
    if added > 0 {
        let _ = writeln!(text, "{} not written yet: callout schedule", visits(added));
    }
    weeks(&mut text, draft, &counts);
    text.push_str("\n. no visits on this day of the week   x blackout   - before the first day\n");
    text
}

fn weeks(text: &mut String, draft: &Draft, counts: &BTreeMap<Date, usize>) {
    let (Some((first, _)), Some((last, _))) = (counts.first_key_value(), counts.last_key_value()) else { return };
    text.push_str("\n  week of      Mon  Tue  Wed  Thu  Fri  Sat  Sun  total\n");
    let mut monday = first.checked_sub(jiff::Span::new().days(first.weekday().since(Weekday::Monday))).ok();
    while let Some(start) = monday.filter(|start| start <= last) {
        let days: Vec<Date> = start.series(jiff::Span::new().days(1)).take(7).collect();
        let total: usize = days.iter().filter_map(|day| counts.get(day)).sum();
        let _ = write!(text, "  {start} ");
        for day in &days {
            let _ = write!(text, "{:>5}", cell(draft, counts, *day));
        }
        let _ = writeln!(text, "{total:>7}");
        monday = start.checked_add(jiff::Span::new().days(7)).ok();
    }
}

fn cell(draft: &Draft, counts: &BTreeMap<Date, usize>, day: Date) -> String {
    match counts.get(&day) {
        Some(count) => count.to_string(),
        None if day < draft.rules.starts => "-".to_owned(),
        None if draft.rules.is_blackout(day) => "x".to_owned(),
        None if !draft.rules.is_open(day) => ".".to_owned(),
        None => "0".to_owned(),
    }
}
