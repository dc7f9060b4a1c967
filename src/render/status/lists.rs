//! What needs eyes: overdue, without a technician, in doubt, with a person, booked differently, changed in the ticket system.
//!
//! Steps are told as a plan tells them, so that both name the same next command.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use owo_colors::OwoColorize;

use super::Depth;
use super::tables::{standing, technician};
use crate::plan::board::{Board, Row, Standing};
use crate::plan::{Plan, Step};
use crate::render::alike::{Part, parts};
use crate::render::folded::folded_text;
use crate::render::plan::step_text;
use crate::render::source::clean;
use crate::render::state::age;
use crate::render::values::visit;
use crate::systems::Technician;
use crate::ticket::Visit;

/// Tickets of a list that are told in two lines each.
const SHORT: usize = 10;

/// Steps of a list that are told in full. Alike steps of a rollout count as one.
const FULL: usize = 5;

/// Why tickets are deferred, but for those whose day has not come.
pub(super) fn waiting(text: &mut String, board: &Board<'_>, depth: Depth) {
    let mut reasons: BTreeMap<String, Vec<&Step>> = BTreeMap::new();
    for step in board.rows.iter().filter(|row| row.standing == Standing::Deferred && row.sent_from.is_none()).filter_map(|row| row.step) {
        if let Some(reason) = step.action.reason() {
            reasons.entry(reason.to_string()).or_default().push(step);
        }
    }
    if reasons.is_empty() {
        return;
    }
    let mut reasons: Vec<(String, Vec<&Step>)> = reasons.into_iter().collect();
    reasons.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    heading(text, &format!("Waiting: {}", reasons.iter().map(|(_, steps)| steps.len()).sum::<usize>()));
    let most = depth.of(reasons.len(), FULL);
    for (reason, steps) in reasons.iter().take(most) {
        let tickets = if steps.len() == 1 { "1 ticket".to_owned() } else { format!("{} tickets", steps.len()) };
        let _ = writeln!(text, "  {tickets}: {}", clean(reason));
        if let Some(next) = steps.first().and_then(|step| step.next_step()) {
            let _ = writeln!(text, "      next: {}", clean(&next));
        }
    }
    more(text, reasons.iter().skip(most).map(|(_, steps)| steps.len()).sum());
}

/// What should be over by now.
pub(super) fn overdue(text: &mut String, board: &Board<'_>, depth: Depth) {
    let mut rows: Vec<&Row<'_>> = board.rows.iter().filter(|row| row.is_overdue).collect();
    // Where somebody may be on site comes before where nobody was sent.
    rows.sort_by_key(|row| row.id.is_none() && row.standing != Standing::InDoubt);
    if rows.is_empty() {
        return;
    }
    heading(text, &format!("Overdue: {}", rows.len()));
    if rows.iter().any(|row| row.standing == Standing::Open) {
        text.push_str("  next: find out how it went, then: callout settle ADDRESS --outcome ok --reason TEXT, or failed, or no-access\n");
    }
    entries(text, &rows, depth, |row| {
        let ended = row.visit.as_ref().and_then(Visit::ends_at).map(|end| board.now.duration_since(end).as_secs());
        let ago = ended.map(|seconds| format!(", ended {} ago", age(seconds))).unwrap_or_default();
        let due = || row.due.map(|due| format!("due {due} by its system's clock")).unwrap_or_default();
        let when = row.visit.as_ref().map_or_else(due, |at| format!("{}{ago}", visit(at)));
        let who = if row.technician == Some(Technician::Nobody) { "; nobody was assigned".to_owned() } else { named(row) };
        format!("{when}; {}{who}", standing(row))
    });
}

/// Nobody is assigned, and the visit is near.
pub(super) fn unassigned(text: &mut String, board: &Board<'_>, near: u16, depth: Depth) {
    let rows: Vec<&Row<'_>> = board.rows.iter().filter(|row| row.is_unassigned).collect();
    if rows.is_empty() {
        return;
    }
    let days = if near == 1 { "1 day".to_owned() } else { format!("{near} days") };
    heading(text, &format!("No technician yet, within {days} of the visit: {}", rows.len()));
    text.push_str("  next: ask the ticket system's people whom they send; --near DAYS sets how early this is told\n");
    entries(text, &rows, depth, |row| {
        let when = row.visit.as_ref().map(visit).unwrap_or_default();
        format!("{when}; {}", standing(row))
    });
}

/// The steps of a plan that somebody has to look at, each in the one list where it belongs.
pub(super) fn attention(text: &mut String, board: &Board<'_>, plan: &Plan, depth: Depth) {
    let steps =
        |fits: fn(&Row<'_>) -> bool| -> Vec<&Step> { board.rows.iter().filter(|row| fits(row)).filter_map(|row| row.step).collect() };
    let lists: [(&str, Vec<&Step>); 4] = [
        ("In doubt", steps(|row| row.standing == Standing::InDoubt)),
        ("Need a person", steps(|row| row.needs_person() && !row.is_booked_differently())),
        ("Booked differently", steps(|row| row.needs_person() && row.is_booked_differently())),
        ("Changed in the ticket system", steps(|row| row.is_drifted() && !row.needs_person() && row.standing != Standing::InDoubt)),
    ];
    for (name, mut steps) in lists {
        if steps.is_empty() {
            continue;
        }
        // As the plan has them.
        steps.sort_by(|a, b| a.key.cmp(&b.key));
        heading(text, &format!("{name}: {}", steps.len()));
        told(text, plan, &steps, depth);
    }
}

/// Steps as a plan tells them: those of a rollout that are alike as one, unless everything is to be listed.
fn told(text: &mut String, plan: &Plan, steps: &[&Step], depth: Depth) {
    let parts = match depth {
        Depth::Screenful => parts(steps),
        Depth::Whole => steps.iter().map(|step| Part::One(step)).collect(),
    };
    let most = depth.of(parts.len(), FULL);
    for part in parts.iter().take(most) {
        let shown = match part {
            Part::One(step) => step_text(plan, step),
            Part::Alike(alike) => folded_text(plan, alike),
        };
        for line in shown.lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    let rest = parts.iter().skip(most).map(|part| match part {
        Part::One(_) => 1,
        Part::Alike(alike) => alike.steps.len(),
    });
    more(text, rest.sum());
}

/// Two lines for each ticket: which it is, and what `told` says.
fn entries(text: &mut String, rows: &[&Row<'_>], depth: Depth, told: impl Fn(&Row<'_>) -> String) {
    let most = depth.of(rows.len(), SHORT);
    for row in rows.iter().take(most) {
        let id = row.id.map(|id| format!(" (ticket {id})")).unwrap_or_default();
        let site = if row.site.is_empty() { String::new() } else { format!("  {}", clean(&row.site)) };
        let _ = writeln!(text, "  {}{}{}", row.key.to_string().bold(), clean(&id), site.dimmed());
        let _ = writeln!(text, "      {}", clean(&told(row)));
    }
    more(text, rows.len() - most);
}

fn named(row: &Row<'_>) -> String {
    if row.technician.is_some() { format!("; {}", technician(row)) } else { String::new() }
}

fn heading(text: &mut String, heading: &str) {
    let _ = writeln!(text, "\n{}", heading.bold());
}

fn more(text: &mut String, more: usize) {
    if more > 0 {
        let _ = writeln!(text, "  and {more} more, --verbose lists them");
    }
}
