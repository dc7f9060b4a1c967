//! Records as text: what is remembered, and what a person needs to find a ticket in the portal.

use std::fmt::Write as _;

use owo_colors::OwoColorize;

use super::plan::step_text;
use super::source::clean;
use super::values::{fields, in_order, value, visit};
use crate::plan::{Plan, Step};
use crate::state::{Key, Phase, Record, Request, Senders, State};

/// Every visit of an address, in full.
pub fn state_text(visits: &[(&Key, &Record)]) -> String {
    let blocks: Vec<String> =
        visits.iter().map(|(key, record)| format!("{}\n{}", key.to_string().bold(), record_text(&key.address.kind, record))).collect();
    blocks.join("\n")
}

fn record_text(kind: &str, record: &Record) -> String {
    let mut text = String::new();
    let mut line = |name: &str, content: &str| {
        let _ = writeln!(text, "    {name}: {}", clean(content));
    };
    match &record.phase {
        Phase::Pending if record.adopted => line("standing", "in doubt: it may have been sent before the state was rebuilt"),
        Phase::Pending => line("standing", "create in doubt"),
        Phase::Live { id } if record.finished => line("standing", &format!("ticket {id}, finished")),
        Phase::Live { id } => line("standing", &format!("ticket {id}, open")),
        Phase::Closed { id, why } => line("standing", &format!("{why} (ticket {})", id.as_deref().unwrap_or("unknown"))),
        Phase::NotCreated { why, .. } => line("standing", &format!("not created: {why}")),
    }
    if let Some(intent) = &record.intent {
        line("in doubt", &format!("{} since {:.0}, payload {}", intent.write, intent.at, intent.payload.short()));
    }
    let optional = [
        ("status", record.status.clone()),
        ("mark", record.request.mark.as_ref().map(ToString::to_string)),
        ("outcome", record.outcome.map(|outcome| outcome.to_string())),
        ("visit", record.request.visit.as_ref().map(visit)),
    ];
    for (name, content) in optional {
        if let Some(content) = content {
            line(name, &content);
        }
    }
    line("system", &format!("{} at {}", record.request.system, record.request.origin));
    let began = match (record.is_presumed(), record.adopted) {
        (true, _) => "presumed",
        (false, true) => "adopted",
        (false, false) => "created",
    };
    line(began, &format!("{:.0}", record.since));
    line("on_remove", &record.request.lifecycle.on_remove.to_string());
    text.push_str("    sent:\n");
    text + &fields(6, kind, &record.request.fields)
}

/// What needs a person: each step of the plan, with all that helps to look it up in the portal, and who may know more.
pub fn settle_text(plan: &Plan, state: &State, senders: &Senders) -> String {
    if plan.steps.is_empty() {
        return "Nothing needs a person.\n".to_owned();
    }
    let mut text = match plan.steps.len() {
        1 => "1 ticket needs a person:\n".to_owned(),
        many => format!("{many} tickets need a person:\n"),
    };
    for step in &plan.steps {
        text.push('\n');
        text.push_str(&step_text(plan, step));
        let Some((key, record)) = recorded(step, state) else { continue };
        let since = record.intent.as_ref().map_or(record.since, |intent| intent.at);
        let by = senders.of_write(key, since).map(|by| format!(", by {by}")).unwrap_or_default();
        let facts = [
            // Where it is to be looked for, the step has told it.
            ("mark", record.request.mark.as_ref().filter(|_| step.mark.is_none()).map(ToString::to_string)),
            ("visit", record.request.visit.as_ref().map(visit)),
            ("system", Some(format!("{} at {}", record.request.system, record.request.origin))),
            ("since", Some(format!("{since:.0}, {} ago{by}", age(plan.made.duration_since(since).as_secs())))),
            ("sent", summary(key, &record.request)),
        ];
        for (name, fact) in facts {
            if let Some(fact) = fact {
                let _ = writeln!(text, "    {name}: {}", clean(&fact));
            }
        }
    }
    text
}

/// The record that a step is about: its own visit's, or that of the earlier one in its way.
fn recorded<'a>(step: &Step, state: &'a State) -> Option<(&'a Key, &'a Record)> {
    let from = step.renamed_from().unwrap_or(&step.key.address);
    state.records.get_key_value(&Key::new(from.clone(), step.key.reissue)).or_else(|| state.latest(from))
}

/// So much of a value helps to recognise a ticket.
const SHORT: usize = 40;

/// So many values do; with the site above them, a line.
const FEW: usize = 5;

/// What was sent, on a line: enough to tell the ticket from its neighbours. `callout state show` has all of it.
fn summary(key: &Key, request: &Request) -> Option<String> {
    let shown = |name: &str| request.fields.get(name).filter(|value| !value.is_boolean() && !value.is_null()).map(value);
    let names = in_order(&key.address.kind, request.fields.iter().map(|(name, _)| name));
    let told: Vec<String> = names.into_iter().filter_map(shown).map(|value| shortened(&value)).take(FEW).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn shortened(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHORT { line } else { line.chars().take(SHORT).chain("...".chars()).collect() }
}

/// `3 days`, `5 h`, `12 min`.
pub(super) fn age(seconds: i64) -> String {
    match seconds {
        ..3_600 => format!("{} min", seconds.max(0) / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
