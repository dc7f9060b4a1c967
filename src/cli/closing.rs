//! What `apply` asks before it starts, and what it says at its end: loudly last what still needs somebody.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;

use crate::apply::{Report, Tally};
use crate::plan::{Action, Plan, Reason};
use crate::render;

/// The question before anything is sent.
pub(super) fn question(plan: &Plan) -> String {
    let creates = match plan.counts().create {
        0 => String::new(),
        1 => " It creates 1 ticket, which cannot be undone from here.".to_owned(),
        many => format!(" It creates {many} tickets, which cannot be undone from here."),
    };
    let cost = render::spend_text(&plan.spend()).map(|spend| format!(" Cost: {spend}.")).unwrap_or_default();
    format!("\nApply this plan?{creates}{cost}")
}

/// What became of a plan that was carried out.
pub(super) fn closing(plan: &Plan, report: &Report) -> String {
    let (done, tally) = (upshot(plan, report), report.tally());
    let rest = if tally.failed() > 0 { "What was not sent is still to do: mend what is said above, then apply again.\n" } else { "" };
    format!("\n{done}\n{rest}{}", to_do(plan, &tally))
}

/// The same in a sentence.
pub(super) fn upshot(plan: &Plan, report: &Report) -> String {
    let tally = report.tally();
    let parts = parts(&tally, plan.counts().rename);
    match (parts.is_empty(), tally.done() + tally.unknown + plan.counts().rename) {
        (true, _) if plan.has_events() => "What was seen is recorded.".to_owned(),
        (true, _) => "Nothing was applied.".to_owned(),
        (false, 0) => format!("Nothing was applied: {}.", parts.join(", ")),
        (false, _) => format!("Applied: {}.", parts.join(", ")),
    }
}

/// How many tickets of a plan need a person, and some more as an apply left them.
pub(super) fn needing(plan: &Plan, tally: &Tally) -> usize {
    plan.steps.iter().filter(|step| step.needs_person()).count() + tally.unknown + tally.booked_differently
}

/// What a plan without anything to carry out leaves to people.
pub(super) fn left(plan: &Plan) -> String {
    let text = to_do(plan, &Tally::default());
    if text.is_empty() { text } else { format!("\n{text}") }
}

fn parts(tally: &Tally, renamed: usize) -> Vec<String> {
    let named = [
        (tally.created, "created"),
        (tally.adopted, "adopted"),
        (tally.updated, "updated"),
        (tally.closed, "closed"),
        (tally.deleted, "deleted"),
        (renamed, "renamed"),
        (tally.retired, "left the records"),
        (tally.rejected, "rejected"),
        (tally.unsent, "not sent"),
        (tally.not_started, "not started"),
        (tally.unknown, "in doubt"),
    ];
    named.into_iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect()
}

fn to_do(plan: &Plan, tally: &Tally) -> String {
    let deferred = deferred(plan);
    let needing = match needing(plan, tally) {
        0 => String::new(),
        1 => "1 ticket needs a person: callout settle tells what to do.\n".to_owned(),
        many => format!("{many} tickets need a person: callout settle lists them.\n"),
    };
    deferred + &needing + still_coming(plan)
}

/// What waits, and for what: a run from cron is read here or nowhere.
fn deferred(plan: &Plan) -> String {
    let reasons =
        || plan.steps.iter().filter(|step| matches!(step.action, Action::Deferred { .. })).filter_map(|step| step.action.reason());
    let mut text = match reasons().count() {
        0 => return String::new(),
        1 => "1 ticket is deferred: a later apply sends it, once what it waits for is there.\n".to_owned(),
        many => format!("{many} tickets are deferred: a later apply sends them, once what they wait for is there.\n"),
    };
    let first = reasons().filter_map(due).min();
    let mut waits: BTreeMap<String, usize> = BTreeMap::new();
    for reason in reasons() {
        let wait = match (reason, first) {
            (Reason::NotYetDue { .. }, Some(first)) => format!("not due yet, the first from {first:.0} on"),
            (Reason::WaitsFor { .. }, _) => "waiting for the id of another ticket".to_owned(),
            (reason, _) => reason.to_string(),
        };
        *waits.entry(wait).or_default() += 1;
    }
    for (wait, count) in waits {
        let _ = writeln!(text, "    {count}: {}", render::clean(&wait));
    }
    text
}

fn due(reason: &Reason) -> Option<Timestamp> {
    if let Reason::NotYetDue { on } = reason { Some(*on) } else { None }
}

/// What the summary said first is said last, too.
fn still_coming(plan: &Plan) -> &'static str {
    match plan.counts().still_coming {
        0 => "",
        1 => "The technician of one that left the files is still coming.\n",
        _ => "The technicians of those that left the files are still coming.\n",
    }
}
