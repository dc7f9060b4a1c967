//! Right below the first screen: why a plan is refused, what policies warn of, and what needs a person.

use std::fmt::Write as _;

use super::super::html::Report;
use super::super::plan::counted;
use super::escape::code;
use super::page::Page;
use crate::plan::{Action, Effect, Plan, Ruling, Step};
use crate::state::Key;

/// So many of each kind are told one by one: more are not read in a comment, and the lists below have them.
const TOLD: usize = 20;

/// In characters: a text of a ticket or of a policy in one line of a list.
const WORDS: usize = 400;

pub(super) fn write(page: &mut Page, plan: &Plan, report: &Report<'_>) {
    refusals(page, plan, report);
    rulings(page, plan, Effect::Deny, "Denied by policies");
    parts(page, plan);
    rulings(page, plan, Effect::Warn, "Policies warn");
    people(page, plan, report);
}

fn refusals(page: &mut Page, plan: &Plan, report: &Report<'_>) {
    let told = plan.refusals.iter().map(|refusal| {
        Item::one(format!("- {}  \n  next: {}\n", code(&refusal.to_string(), WORDS), next(&refusal.next_step(plan), report)))
    });
    list(page, "Over a limit", "limit", &told.collect::<Vec<_>>());
}

/// The same words about several tickets are told once.
fn rulings(page: &mut Page, plan: &Plan, effect: Effect, heading: &str) {
    let mut told: Vec<(&Ruling, Vec<&Key>)> = Vec::new();
    for ruling in plan.rulings.iter().filter(|ruling| ruling.effect == effect) {
        match told.last_mut().filter(|(last, _)| last.policy == ruling.policy && last.message == ruling.message) {
            Some((_, keys)) => keys.extend(&ruling.key),
            None => told.push((ruling, ruling.key.iter().collect())),
        }
    }
    let line = |(ruling, keys): (&Ruling, Vec<&Key>)| {
        let text = format!("- {}: {}{}\n", code(&ruling.policy, 100), code(&ruling.message, WORDS), named(&keys));
        Item { text, stands_for: keys.len().max(1) }
    };
    list(page, heading, "ruling", &told.into_iter().map(line).collect::<Vec<_>>());
}

/// ` (A, B, C and 4 more)`.
fn named(keys: &[&Key]) -> String {
    let first: Vec<String> = keys.iter().take(3).map(|key| code(&key.to_string(), 200)).collect();
    match (first.is_empty(), keys.len() - first.len()) {
        (true, _) => String::new(),
        (false, 0) => format!(" ({})", first.join(", ")),
        (false, more) => format!(" ({} and {more} more)", first.join(", ")),
    }
}

/// What of a refused plan could be applied by itself.
fn parts(page: &mut Page, plan: &Plan) {
    let told = plan
        .parts
        .iter()
        .map(|part| format!("- {} ({})\n", code(&part.selection.to_string(), WORDS), counted(&part.counts).join(", ")))
        .map(Item::one);
    list(page, "Parts of it that are over no limit, each by itself", "part", &told.collect::<Vec<_>>());
}

/// Doubts first, then whose technicians come although nobody wants them, then the others.
fn people(page: &mut Page, plan: &Plan, report: &Report<'_>) {
    let rank = |step: &Step| match (&step.action, step.is_still_coming()) {
        (Action::InDoubt { .. }, _) => 0,
        (_, true) => 1,
        (_, false) => 2,
    };
    let mut steps: Vec<&Step> = plan.steps.iter().filter(|step| step.needs_person()).collect();
    steps.sort_by_key(|step| rank(step));
    let mut told: Vec<(String, Vec<&Step>)> = Vec::new();
    for step in steps {
        let reason = step.action.reason().map(ToString::to_string).unwrap_or_default();
        match told.last_mut().filter(|(last, _)| *last == reason) {
            Some((_, steps)) => steps.push(step),
            None => told.push((reason, vec![step])),
        }
    }
    let one = |(reason, steps): (String, Vec<&Step>)| match steps.as_slice() {
        [step] => person(step, &reason, report),
        several => {
            let keys: Vec<&Key> = several.iter().map(|step| &step.key).collect();
            let example = several.first().and_then(|step| step.next_step());
            let example = example.map(|step| format!("  \n  next, for the first: {}", next(&step, report))).unwrap_or_default();
            format!("- {} tickets: {}{}{example}\n", several.len(), code(&reason, WORDS), named(&keys))
        }
    };
    list(page, "What needs a person", "reason", &told.into_iter().map(one).map(Item::one).collect::<Vec<_>>());
}

fn person(step: &Step, reason: &str, report: &Report<'_>) -> String {
    let mut line = format!("- {}", code(&step.key.to_string(), 200));
    if let Some(id) = &step.id {
        let _ = write!(line, ", ticket {}", code(id, 100));
    }
    if !step.site.is_empty() {
        let _ = write!(line, ", {}", code(&step.site, 200));
    }
    let _ = write!(line, ": {}", code(reason, WORDS));
    if let Some(mark) = &step.mark {
        let _ = write!(line, ", mark {}", code(&mark.to_string(), 50));
    }
    if let Some(step) = step.next_step() {
        let _ = write!(line, "  \n  next: {}", next(&step, report));
    }
    line + "\n"
}

/// A next step is copied: it is told whole, or not at all.
fn next(step: &str, report: &Report<'_>) -> String {
    code(&(report.complete)(step), 1_000)
}

/// One line of a list.
struct Item {
    text: String,
    /// How many things of the plan are told by it.
    stands_for: usize,
}

impl Item {
    fn one(text: String) -> Self {
        Self { text, stands_for: 1 }
    }
}

/// A list with its heading, as far as it fits.
fn list(page: &mut Page, heading: &str, thing: &str, items: &[Item]) {
    if items.is_empty() {
        return;
    }
    let all: usize = items.iter().map(|item| item.stands_for).sum();
    // All that is urgent together leaves room for the summary.
    let room = page.room() / 3;
    let mut text = format!("\n**{heading}**\n\n");
    let mut told = 0;
    for item in items.iter().take(TOLD) {
        if text.len() + item.text.len() + 100 > room {
            break;
        }
        text.push_str(&item.text);
        told += item.stands_for;
    }
    let more = all - told;
    if more > 0 {
        let _ = writeln!(text, "- and {more} more");
    }
    let is_there = page.push(&text);
    if more > 0 || !is_there {
        let count = if is_there { more } else { all };
        page.leave_out(format!("{count} of {all} {thing}{} below \"{heading}\"", if all == 1 { "" } else { "s" }));
    }
}
