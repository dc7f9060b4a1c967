//! Records as text: what is remembered.

use std::fmt::Write as _;

use owo_colors::OwoColorize;

use super::source::clean;
use super::values::{fields, visit};
use crate::state::{Key, Phase, Record};

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
        if let Some(heard) = &intent.heard {
            line("heard of it", heard);
        }
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

/// `3 days`, `5 h`, `12 min`.
pub(super) fn age(seconds: i64) -> String {
    match seconds {
        ..3_600 => format!("{} min", seconds.max(0) / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
