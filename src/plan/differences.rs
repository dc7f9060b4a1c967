//! The words of reasons that are about values: what two sides have in a field.

use std::fmt;

use serde_json::Value;

use crate::ticket::Change;

/// What became of a ticket since a plan was made.
pub(super) fn changed_since(f: &mut fmt::Formatter<'_>, fields: &[Change], is_over: bool) -> fmt::Result {
    if fields.is_empty() && !is_over {
        return f.write_str("this plan does not say what its ticket was like, so nobody knows whether it changed since");
    }
    let was = |change: &Change| format!("{} was {} and is {}", change.field, short(change.before.as_ref()), short(change.after.as_ref()));
    let told = fields.iter().map(was).chain(is_over.then(|| "its work is over".to_owned())).collect::<Vec<_>>();
    write!(f, "changed in the ticket system since this plan was made, and left alone: {}", told.join("; "))
}

/// What both sides have in each field that both changed.
pub(super) fn conflict(f: &mut fmt::Formatter<'_>, fields: &[Change]) -> fmt::Result {
    let sides: Vec<String> = fields.iter().map(both_sides).collect();
    write!(f, "conflict: changed on both sides: {}", sides.join("; "))
}

/// Tickets that nobody asked for.
pub(super) fn surplus(f: &mut fmt::Formatter<'_>, tickets: &[String]) -> fmt::Result {
    write!(f, "somebody may come for more than was asked for: {}", tickets.join("; "))
}

fn both_sides(change: &Change) -> String {
    let (file, live) = (short(change.after.as_ref()), short(change.before.as_ref()));
    format!("{} is {file} in the files and {live} in the ticket", change.field)
}

/// A value within a sentence: one line of it, and not much of that. The whole stands below it.
fn short(value: Option<&Value>) -> String {
    const LONGEST: usize = 60;
    let text = match value {
        None | Some(Value::Null) => return "empty".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let line = text.lines().next().unwrap_or_default();
    let is_cut = line.len() < text.len() || line.chars().count() > LONGEST;
    let shown: String = line.chars().take(LONGEST).collect();
    if is_cut { format!("`{}...`", shown.trim_end()) } else { format!("`{shown}`") }
}
