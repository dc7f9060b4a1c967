//! Schedules for people: what changed in a file, and what a reviewer should know of it.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::source::clean;
use super::values::visit;
use crate::diagnostics::listed;
use crate::rollout::schedule::{Astray, Becomes, Change, Draft, Early, Misset, Order, Overfull, RowKey, Skipped, Visit};
use crate::ticket;

/// Changes and days that are shown before the rest is counted.
const SHOWN: usize = 12;

/// What became of a file, or with `check` would become of it.
pub fn schedule(draft: &Draft, check: bool) -> String {
    let mut text = format!("{}: {}\n", clean(&draft.book.shown), summary(draft, check));
    folded(&mut text, draft.changes.iter().map(change));
    let order = draft.revised.map(|revised| revised.order);
    if let Some(held) = draft.revised.map(|revised| revised.held).filter(|held| *held > 0) {
        let (stay, their) =
            if held == 1 { ("1 visit stays", "its ticket was") } else { (&*format!("{held} visits stay"), "their tickets were") };
        let _ = writeln!(text, "{stay}: {their} sent, or may have been.");
    }
    let findings = &draft.findings;
    let move_all = Some("callout schedule --reflow gives new days to all that is not sent yet").filter(|_| order != Some(Order::Reflow));
    let move_some = Some("callout schedule --repair gives other days to those that are not sent yet").filter(|_| order.is_none());
    section(&mut text, "Not offered:", draft.skipped.iter().map(skipped), Some(""));
    section(&mut text, "Too many visits:", findings.overfull.iter().map(overfull), move_some);
    // The same next step is told once.
    let move_early = if findings.astray.is_empty() { move_all } else { Some("") };
    section(&mut text, "Waves out of order:", findings.early.iter().map(early), move_early);
    section(&mut text, "On days that the rules do not offer now:", findings.astray.iter().map(astray), move_all);
    let correct = "correct its row, if its ticket was not sent; or give new days to all that is not sent: callout schedule --reflow";
    let correct = Some(correct).filter(|_| order != Some(Order::Reflow));
    section(&mut text, "By another clock than the site's is now:", findings.misset.iter().map(misset), correct);
    text
}

/// A heading, its lines, and the next step. Without one, those that could move have moved.
fn section(text: &mut String, heading: &str, lines: impl ExactSizeIterator<Item = String>, next: Option<&str>) {
    if lines.len() == 0 {
        return;
    }
    let _ = writeln!(text, "\n{heading}");
    folded(text, lines);
    match next {
        Some("") => {}
        Some(next) => drop(writeln!(text, "  next: {next}")),
        None => text.push_str("  what is left was sent, or may have been: only a person can move it\n"),
    }
}

fn summary(draft: &Draft, check: bool) -> String {
    if draft.is_written() {
        return format!("up to date, {}.", visits(draft.book.visits.len()));
    }
    let count = |of: fn(&Becomes) -> bool| draft.changes.iter().filter(|change| of(&change.becomes)).count();
    let dropped = count(|becomes| matches!(becomes, Becomes::Dropped));
    let counts = [
        (count(|becomes| matches!(becomes, Becomes::Added)), "added"),
        (count(|becomes| matches!(becomes, Becomes::Moved { .. })), "moved"),
        (count(|becomes| matches!(becomes, Becomes::Rewaved { .. })), "with a new wave"),
        (count(|becomes| matches!(becomes, Becomes::Removed)), "removed"),
        (dropped, "dropped"),
        (count(|becomes| matches!(becomes, Becomes::Returned)), "back"),
        (draft.book.visits.len() + dropped - draft.changes.len(), "as before"),
    ];
    let told: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let what = if draft.changes.is_empty() { "only its form changes".to_owned() } else { told.join(", ") };
    let state = if check { "not up to date: " } else { "" };
    let next = if check { " Next: callout schedule" } else { "" };
    format!("{state}{what}.{next}")
}

pub(super) fn visits(count: usize) -> String {
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
    let Change { row, visit, becomes } = change;
    let wave = visit.wave.as_ref().map(|wave| format!("wave {wave}"));
    let in_wave = wave.as_ref().map(|wave| format!(", {wave}")).unwrap_or_default();
    let (sign, told) = match becomes {
        Becomes::Added => ('+', format!("{}{in_wave}", when(visit))),
        Becomes::Removed => ('-', when(visit)),
        Becomes::Returned => ('=', when(visit)),
        Becomes::Moved { from } => ('~', format!("{} -> {}{in_wave}", before(from, visit), when(visit))),
        Becomes::Dropped => ('x', format!("{}, never sent and not wanted any more", when(visit))),
        Becomes::Rewaved { from } => {
            let was = from.as_ref().map(|from| format!(", was {from}")).unwrap_or_default();
            ('*', format!("{}{was}", wave.unwrap_or_default()))
        }
    };
    format!("{sign} {}  {told}", name(row))
}

/// Key and reissue.
fn name((key, reissue): &RowKey) -> String {
    if *reissue == 0 { key.clone() } else { format!("{key}#{reissue}") }
}

fn when(at: &Visit) -> String {
    visit(&ticket::Visit { start: at.start, end: at.end, timezone: Some(at.timezone.clone()) })
}

/// The time that a visit had, without what it still has.
fn before(from: &Visit, now: &Visit) -> String {
    let times = |visit: &Visit| (visit.start.time(), visit.end.time(), visit.timezone.clone());
    if times(from) == times(now) { day(from.start.date()) } else { when(from) }
}

pub(super) fn day(day: Date) -> String {
    day.strftime("%a %-d %b %Y").to_string()
}

fn skipped(skipped: &Skipped) -> String {
    format!("{}: {}, because {}", skipped.key, skipped.local.strftime("%a %-d %b %Y, %H:%M"), skipped.why)
}

fn overfull(overfull: &Overfull) -> String {
    let Overfull { day: at, group, most, keys } = overfull;
    let of = group.as_ref().map(|group| format!(" of {group}")).unwrap_or_default();
    format!("{}: {}{of}, at most {most} are allowed: {}", day(*at), visits(keys.len()), listed(keys))
}

fn early(early: &Early) -> String {
    let Early { wave, after, count, first, last, overlaps } = early;
    let what = if *overlaps { format!("before wave {after} ends") } else { format!("too soon after wave {after} ends to be sent in time") };
    let more = if *count > 1 { format!(" and {} more", count - 1) } else { String::new() };
    let at = |(row, visit): &(RowKey, Visit)| format!("{} on {}", name(row), day(visit.start.date()));
    format!("wave {wave} begins {what}: {}{more}, and {}", at(first), at(last))
}

fn astray(astray: &Astray) -> String {
    format!("{}: {}, because {}", name(&astray.row), day(astray.visit.start.date()), astray.why)
}

fn misset(misset: &Misset) -> String {
    format!("{}: {}, and its site is in {}", name(&misset.row), when(&misset.visit), misset.timezone)
}
