//! The calendar of a schedule: how many visits each day has.
//!
//! Owns its lines: one for each week, or one for each wave of a week. What takes place of somebody who is not visited any more is apart.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::{Date, Weekday};

use super::schedule::{day, visits};
use super::source::clean;
use crate::rollout::schedule::{Becomes, Draft, Status, Visit, WaveRule};

/// What the lines of one week count.
const PLANNED: &str = "planned";
const REMOVED: &str = "removed";
const TOGETHER: &str = "together";

/// Visits by day.
type Counts = BTreeMap<Date, usize>;

/// A calendar: counts by day, for each week and wave.
pub fn calendar(draft: &Draft) -> String {
    let all = counted(draft, |_| true);
    let removed = draft.book.visits.values().filter(|visit| visit.status == Status::Removed).count();
    let mut text = format!("{}: {} on {} days", clean(&draft.rollout), visits(draft.book.visits.len()), all.len());
    if removed > 0 {
        let _ = write!(text, ", {removed} of them removed");
    }
    let _ = writeln!(text, ", at most {} a day", draft.rules.per_day);
    let added = draft.changes.iter().filter(|change| change.becomes == Becomes::Added).count();
    if added > 0 {
        let _ = writeln!(text, "{} not written yet: callout schedule", visits(added));
    }
    waves(&mut text, draft);
    Weeks::of(draft).write(&mut text, &all);
    text.push_str("\n. no visits on this day of the week   x blackout   - before the first day\n");
    if removed > 0 {
        text.push_str("removed: the site takes part no more; the visit keeps its place, for its ticket may have been sent\n");
    }
    text
}

fn counted(draft: &Draft, of: impl Fn(&Visit) -> bool) -> Counts {
    let mut counts = Counts::new();
    for visit in draft.book.visits.values().filter(|visit| of(visit)) {
        *counts.entry(visit.start.date()).or_default() += 1;
    }
    counts
}

fn of_wave(visit: &Visit, wave: &str) -> bool {
    visit.status == Status::Planned && visit.wave.as_deref() == Some(wave)
}

/// Each wave with its first and its last day.
fn waves(text: &mut String, draft: &Draft) {
    let Some(width) = draft.rules.waves.iter().map(|wave| wave.name.len()).max().map(|longest| longest.max("wave".len())) else { return };
    let _ = writeln!(text, "\n  {:width$}  visits  {:15}  last", "wave", "first");
    for WaveRule { name, after, .. } in &draft.rules.waves {
        let counts = counted(draft, |visit| of_wave(visit, name));
        let end = |found: Option<(&Date, &usize)>| found.map(|(at, _)| day(*at)).unwrap_or_default();
        let (first, last) = (end(counts.first_key_value()), end(counts.last_key_value()));
        let after = after.as_ref().map(|after| format!("  after {after}")).unwrap_or_default();
        let line = format!("  {name:width$}  {:>6}  {first:15}  {last:15}{after}", counts.values().sum::<usize>());
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// The lines that each week may have, with their counts.
struct Weeks<'d> {
    draft: &'d Draft,
    lines: Vec<(&'d str, Counts)>,
    /// Of the column that names them, with the blanks behind it; 0 if there is nothing to tell apart.
    width: usize,
}

impl<'d> Weeks<'d> {
    fn of(draft: &'d Draft) -> Self {
        let mut lines: Vec<(&str, Counts)> = match draft.rules.waves.as_slice() {
            [] => vec![(PLANNED, counted(draft, |visit| visit.status == Status::Planned))],
            waves => waves.iter().map(|wave| (wave.name.as_str(), counted(draft, |visit| of_wave(visit, &wave.name)))).collect(),
        };
        let removed = counted(draft, |visit| visit.status == Status::Removed);
        let is_plain = draft.rules.waves.is_empty() && removed.is_empty();
        lines.push((REMOVED, removed));
        let longest = lines.iter().map(|(name, _)| name.len()).chain([TOGETHER.len()]).max().unwrap_or_default();
        Self { draft, lines, width: if is_plain { 0 } else { longest + 2 } }
    }

    fn write(&self, text: &mut String, all: &Counts) {
        let (Some((first, _)), Some((last, _))) = (all.first_key_value(), all.last_key_value()) else { return };
        let wave = if self.draft.rules.waves.is_empty() { "" } else { "wave" };
        let _ = writeln!(text, "\n  week of     {wave:width$} Mon  Tue  Wed  Thu  Fri  Sat  Sun  total", width = self.width);
        let mut monday = first.checked_sub(jiff::Span::new().days(first.weekday().since(Weekday::Monday))).ok();
        while let Some(start) = monday.filter(|start| start <= last) {
            self.week(text, start, all);
            monday = start.checked_add(jiff::Span::new().days(7)).ok();
        }
    }

    fn week(&self, text: &mut String, monday: Date, all: &Counts) {
        let days: Vec<Date> = monday.series(jiff::Span::new().days(1)).take(7).collect();
        let has_visits = |counts: &Counts| days.iter().any(|day| counts.contains_key(day));
        let mut lines: Vec<(&str, &Counts)> =
            self.lines.iter().filter(|(_, counts)| has_visits(counts)).map(|(name, counts)| (*name, counts)).collect();
        if lines.len() != 1 {
            lines.push((if lines.is_empty() { "" } else { TOGETHER }, all));
        }
        for (at, (name, counts)) in lines.into_iter().enumerate() {
            let week = if at == 0 { monday.to_string() } else { String::new() };
            let name = if self.width == 0 { "" } else { name };
            let total: usize = days.iter().filter_map(|day| counts.get(day)).sum();
            let _ = write!(text, "  {week:10}  {name:width$}", width = self.width);
            for day in &days {
                let _ = write!(text, "{:>4} ", self.cell(counts, *day));
            }
            let _ = writeln!(text, "{total:>6}");
        }
    }

    fn cell(&self, counts: &Counts, day: Date) -> String {
        let rules = &self.draft.rules;
        match counts.get(&day) {
            Some(count) => count.to_string(),
            None if day < rules.starts => "-".to_owned(),
            None if rules.is_blackout(day) => "x".to_owned(),
            None if !rules.is_open(day) => ".".to_owned(),
            None => "0".to_owned(),
        }
    }
}
