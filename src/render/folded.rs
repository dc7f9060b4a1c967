//! Many alike tickets of a wave as a few lines: how many, what varies, from when to when, which sites, and one of them in full.
//!
//! Refuses to hide who needs a person: their addresses stand on lines of their own.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use owo_colors::OwoColorize;

use super::alike::Alike;
use super::cost::folded_cost;
use super::plan::{sign_style, step_text};
use super::source::clean;
use super::values::{in_order, visit, wrapped};
use crate::plan::{Action, Plan, Step};

/// Keys of sites that are named: enough to recognise the list.
const SITES: usize = 5;

/// Addresses that need a person are named up to here: a screenful. `--verbose` lists them all.
const PEOPLE: usize = 20;

pub(super) fn folded_text(plan: &Plan, alike: &Alike<'_>) -> String {
    let first = alike.first;
    let sign = first.sign();
    let style = sign_style(sign);
    let count = format!("{} tickets", alike.steps.len());
    let mut text = format!("{} {}{}\n", sign.style(style), count.style(style.bold()), tail(alike));
    let varying: Vec<String> = in_order(&first.key.address.kind, alike.varying()).into_iter().map(clean).collect();
    if !varying.is_empty() {
        text.push_str(&wrapped(4, &format!("vary: {}", varying.join(", "))));
    }
    if alike.files_vary() {
        text.push_str("    their files vary, too\n");
    }
    visits(&mut text, alike);
    requests(&mut text, &alike.steps);
    text.push_str(&folded_cost(&alike.steps));
    let is_told = deferred(&mut text, alike);
    if first.needs_person() {
        people(&mut text, &alike.steps);
    } else {
        sites(&mut text, &alike.steps);
    }
    if is_told {
        return text;
    }
    text.push_str("    one of them in full:\n");
    for line in step_text(plan, first).lines() {
        let _ = writeln!(text, "    {line}");
    }
    text
}

/// Until when they wait, or for what. Answers whether that is all there is to tell of them.
fn deferred(text: &mut String, alike: &Alike<'_>) -> bool {
    if !matches!(alike.first.action, Action::Deferred { .. }) {
        return false;
    }
    if let Some([(first_on, first), (last_on, last)]) = alike.due() {
        let _ = if first_on == last_on {
            writeln!(text, "    not due yet: each is sent by the first apply from {first_on:.0} on")
        } else {
            writeln!(text, "    not due yet: each is sent by the first apply from its own date on")
                .and_then(|()| writeln!(text, "    first date: {first_on:.0}, {}", first.key))
                .and_then(|()| writeln!(text, "    last date: {last_on:.0}, {}", last.key))
        };
        return true;
    }
    let Some(reason) = alike.reason() else { return false };
    let _ = write!(text, "{}", wrapped(4, &clean(&reason)).style(sign_style('@')));
    if let Some(next) = alike.first.next_step() {
        let _ = writeln!(text, "    next: {}", clean(&next));
    }
    true
}

/// What they are, behind their number.
fn tail(alike: &Alike<'_>) -> String {
    let what = match alike.first.action {
        Action::Blocked { .. } if alike.first.is_still_coming() => " left the files, and their technicians are still coming",
        Action::Blocked { .. } => " need a person, for the same kind of reason",
        Action::InDoubt { .. } => " are in doubt",
        Action::Deferred { .. } => " are deferred",
        Action::Create { .. }
        | Action::Adopt { .. }
        | Action::Update { .. }
        | Action::Close { .. }
        | Action::Delete { .. }
        | Action::Retire { .. }
        | Action::Keep => "",
    };
    match (alike.fields(), alike.varying().len()) {
        (0, _) => what.to_owned(),
        (1, 0) => format!("{what}: same field, same value"),
        (1, _) => format!("{what}: same field, its value varies by site"),
        (fields, 0) => format!("{what}: same {fields} fields, same values"),
        (fields, 1) => format!("{what}: same {fields} fields, 1 varies by site"),
        (fields, varying) => format!("{what}: same {fields} fields, {varying} vary by site"),
    }
}

fn visits(text: &mut String, alike: &Alike<'_>) {
    let Some((first, last)) = alike.visits() else { return };
    let shown = |request: &crate::state::Request| request.visit.as_ref().map(visit).unwrap_or_default();
    let (first, last) = (shown(first), shown(last));
    let _ = if first == last {
        writeln!(text, "    visit: {first}")
    } else {
        writeln!(text, "    first visit: {first}\n    last visit: {last}")
    };
}

/// How many requests they are, where some travel together.
fn requests(text: &mut String, steps: &[&Step]) {
    let batches: BTreeSet<_> = steps.iter().filter_map(|step| step.batch.as_ref()).map(|batch| &batch.first).collect();
    let alone = steps.iter().filter(|step| step.batch.is_none()).count();
    let _ = match (batches.len(), batches.len() + alone) {
        (0, _) => Ok(()),
        (_, 1) => writeln!(text, "    in 1 request"),
        (_, requests) => writeln!(text, "    in {requests} requests"),
    };
}

fn sites(text: &mut String, steps: &[&Step]) {
    let keys: Vec<String> = steps.iter().filter_map(|step| step.rollout.as_ref()).take(SITES).map(|site| clean(&site.key)).collect();
    let rest = match steps.len().saturating_sub(SITES) {
        0 => String::new(),
        more => format!(" and {more} more, --verbose lists them"),
    };
    text.push_str(&wrapped(4, &format!("sites: {}{rest}", keys.join(", "))));
}

/// Who needs a person is named, with what to look for. Each technician that nobody wants any more is, however many they are.
fn people(text: &mut String, steps: &[&Step]) {
    let most = if steps.iter().any(|step| step.is_still_coming()) { steps.len() } else { PEOPLE };
    for step in steps.iter().take(most) {
        let id = step.id.as_ref().map(|id| format!(" (ticket {})", clean(id))).unwrap_or_default();
        let mark = step.mark.as_ref().map(|mark| format!(" (mark {mark})")).unwrap_or_default();
        let comes = step.comes().map(|start| format!(", at {}", clean(start))).unwrap_or_default();
        let _ = writeln!(text, "    {}{id}{mark}{comes}", step.key);
    }
    if let Some(more) = steps.len().checked_sub(most).filter(|more| *more > 0) {
        let _ = writeln!(text, "    and {more} more, --verbose lists them");
    }
}
