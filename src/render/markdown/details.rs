//! What is folded away: each ticket on a line, and then their fields, by wave.
//!
//! Owns how the room is shared: each list of tickets is worth more than any ticket's fields. Counts what did not fit.

use std::fmt::Write as _;

use super::super::alike::{Part, parts};
use super::super::folded::folded_text;
use super::super::grouped::{Group, groups};
use super::super::headline::{Headline, headline};
use super::super::html::Report;
use super::super::plan::{counted, step_text};
use super::super::source::clean;
use super::escape::{block, html, lines};
use super::page::Page;
use crate::plan::{Action, Cost, Counts, Plan, Step};

/// Lines of one ticket, or of several alike: a description may be as long as a book.
const LINES: usize = 80;

pub(super) fn write<'a>(page: &mut Page, plan: &'a Plan, report: &'a Report<'a>) {
    let told = Told { plan, words: headline(plan), report };
    let folds: Vec<Fold<'_>> =
        groups(plan).into_iter().map(|group| Fold::new(group, report.all)).filter(|fold| !fold.steps.is_empty()).collect();
    let all: usize = folds.iter().map(|fold| fold.steps.len()).sum();
    // Half of the room for who is sent where, the rest for what they are told.
    let room = page.room() / 2;
    let listed = shared(&folds, page, room, |fold, page, room| told.list(fold, page, room));
    let room = page.room();
    let shown = shared(&folds, page, room, |fold, page, room| told.fields(fold, page, room));
    if listed < all {
        page.leave_out(format!("{} of {all} tickets in the lists", all - listed));
    }
    if shown < all {
        page.leave_out(format!("the fields of {} of {all} tickets", all - shown));
    }
}

/// In bytes: below that, a fold is not worth opening.
const SMALLEST: usize = 2_000;

/// Writes every fold, and tells how many tickets went in. Each has room by its tickets; what it leaves of that, later ones have.
fn shared<'a>(folds: &[Fold<'a>], page: &mut Page, room: usize, mut write: impl FnMut(&Fold<'a>, &mut Page, usize) -> usize) -> usize {
    let mut left: usize = folds.iter().map(|fold| fold.steps.len()).sum();
    let (mut room, mut told) = (room, 0);
    for fold in folds {
        let share = room.saturating_mul(fold.steps.len()) / left.max(1);
        let before = page.room();
        told += write(fold, page, share.max(room.min(SMALLEST)));
        room = room.saturating_sub(before - page.room());
        left -= fold.steps.len();
    }
    told
}

/// A wave, or the tickets of no rollout.
struct Fold<'a> {
    name: Option<String>,
    steps: Vec<&'a Step>,
}

impl<'a> Fold<'a> {
    fn new(group: Group<'a>, all: bool) -> Self {
        let name = group.name();
        Self { name, steps: group.steps.into_iter().filter(|step| all || step.is_listed()).collect() }
    }

    fn name(&self) -> String {
        self.name.as_ref().map_or_else(|| "Tickets of no rollout".to_owned(), |name| format!("<code>{}</code>", html(name, 100)))
    }

    fn counts(&self) -> String {
        let counts = counted(&Counts::of(self.steps.iter().copied()));
        if counts.is_empty() { format!("{} unchanged", self.steps.len()) } else { counts.join(", ") }
    }
}

struct Told<'a> {
    plan: &'a Plan,
    words: Headline,
    report: &'a Report<'a>,
}

impl<'a> Told<'a> {
    /// Each ticket on a line.
    fn list(&self, fold: &Fold<'a>, page: &mut Page, room: usize) -> usize {
        let pieces = fold.steps.iter().map(|step| (1, move || lines(&clean(&self.line(step)).replace('\n', " "))));
        folded(page, room, &format!("{}: {}", fold.name(), fold.counts()), pieces)
    }

    fn line(&self, step: &Step) -> String {
        // Who comes is told, and whose day has not come yet. When somebody else comes is in the fields.
        let is_new = matches!(step.action, Action::Create { .. } | Action::Deferred { .. });
        let visit = step.visit.as_ref().filter(|_| is_new);
        let cost = match &step.cost {
            Some(Cost::Estimated(money)) => Some(money.to_string()),
            Some(Cost::Unknown(_)) => Some("cost unknown".to_owned()),
            None => None,
        };
        let parts = [
            Some(format!("{} {}", step.sign(), step.key)),
            visit.map(|visit| self.words.moment(visit.start)),
            step.id.as_ref().map(|id| format!("ticket {id}")),
            cost,
            Some(step.site.clone()).filter(|site| !site.is_empty()),
            step.account
                .as_ref()
                .map(|account| if account.address.is_empty() { "no address told".to_owned() } else { account.address.clone() }),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
    }

    /// What is sent and what changes; tickets of a rollout that are alike are told together.
    fn fields(&self, fold: &Fold<'a>, page: &mut Page, room: usize) -> usize {
        let all = if self.report.all { fold.steps.iter().map(|step| Part::One(step)).collect() } else { parts(&fold.steps) };
        let tickets = |part: &Part<'_>| if let Part::Alike(alike) = part { alike.steps.len() } else { 1 };
        let pieces = all.iter().map(|part| (tickets(part), move || self.part(part)));
        folded(page, room, &format!("{}, field by field", fold.name()), pieces)
    }

    fn part(&self, part: &Part<'_>) -> Vec<String> {
        let text = match part {
            Part::One(step) => step_text(self.plan, step),
            Part::Alike(alike) => folded_text(self.plan, alike),
        };
        // What is sent is shown as it is, also where it looks like a command.
        let told = |line: &str| if line.starts_with(NEXT) { (self.report.complete)(line) } else { line.to_owned() };
        cut(lines(&text.lines().map(told).collect::<Vec<_>>().join("\n")))
    }
}

/// What the line of a next step begins with. Texts of tickets stand further in, or behind their field's name.
const NEXT: &str = "    next: ";

fn cut(mut lines: Vec<String>) -> Vec<String> {
    if let Some(more) = lines.len().checked_sub(LINES).filter(|more| *more > 0) {
        lines.truncate(LINES);
        lines.push(format!("    ... and {more} more lines"));
    }
    lines
}

/// Folds away so many of these pieces as there is room for, each for a number of tickets. Tells for how many there was.
fn folded<F: FnOnce() -> Vec<String>>(page: &mut Page, room: usize, heading: &str, pieces: impl Iterator<Item = (usize, F)>) -> usize {
    let room = room.min(page.room());
    let (open, close) = (format!("\n<details>\n<summary>{heading}</summary>\n\n"), "\n</details>\n");
    let (mut content, mut told, mut quotes) = (String::new(), 0, 3);
    let (mut left, mut is_full) = (0, false);
    for (tickets, lines) in pieces {
        if is_full {
            // Only how many there are is wanted.
            left += tickets;
            continue;
        }
        let piece = lines().join("\n") + "\n";
        let run = piece.split(|c| c != '`').map(str::len).max().unwrap_or_default();
        let fence = quotes.max(run + 1);
        // The fences, the language, and the line that says what is missing.
        let around = open.len() + close.len() + 2 * fence + 80;
        is_full = content.len() + piece.len() + around > room;
        if is_full {
            left += tickets;
            continue;
        }
        content.push_str(&piece);
        (told, quotes) = (told + tickets, fence);
    }
    if told == 0 {
        return 0;
    }
    if left > 0 {
        let _ = writeln!(content, "  and {left} more, which did not fit");
    }
    page.push(&format!("{open}{}{close}", block("diff", &content)));
    told
}
