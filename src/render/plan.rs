//! A plan as text: a summary line first and last, and between them every step that is not simply unchanged.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use owo_colors::{OwoColorize, Style};
use serde_json::Value;

use super::alike::{Part, parts};
use super::cost::{cost_lines, spend_text};
use super::folded::folded_text;
use super::grouped::{Group, groups};
use super::refused::refused_text;
use super::ruling::rulings_text;
use super::since::since_line;
use super::source::clean;
use super::values::{difference, fields, size, visit};
use crate::plan::{Action, Counts, Plan, Reason, Step};
use crate::state::Request;
use crate::ticket::{Change, Fields, references};

/// The text form, in colour; the output strips it where colour is not wanted.
///
/// `verbose` lists what is unchanged too, and tells each ticket of a rollout by itself.
pub fn plan_text(plan: &Plan, verbose: bool) -> String {
    let mut text = format!("{}\n", summary(plan).bold());
    if let Some(line) = since_line(plan) {
        let _ = writeln!(text, "{line}");
    }
    let crowds = if verbose { BTreeMap::new() } else { crowds(plan) };
    let is_told = |step: &Step| {
        let is_crowded = sole_remark(step).is_some_and(|remark| crowds.contains_key(remark));
        (verbose || step.is_listed()) && !is_crowded
    };
    let groups: Vec<(Group<'_>, Vec<&Step>)> = groups(plan).into_iter().map(|group| split(group, is_told)).collect();
    // Tickets of no rollout come first, so that none seems to be of the rollout above it.
    let (single, of_rollouts): (Vec<_>, Vec<_>) = groups.iter().partition(|(group, _)| !group.is_of_rollout());
    for (_, told) in single {
        text.push_str(&steps_text(plan, told, verbose));
    }
    for crowd in crowds.values() {
        text.push_str(&crowd_text(crowd));
    }
    for (group, told) in &of_rollouts {
        // Where one wave has something to tell, the others say how far they are.
        if of_rollouts.iter().any(|(other, told)| !told.is_empty() && other.is_of_same_rollout(group)) {
            let _ = writeln!(text, "\n{}", group.heading().trim_end().bold());
            text.push_str(&steps_text(plan, told, verbose));
        }
    }
    text.push_str(&refused_text(plan));
    text.push_str(&rulings_text(plan, verbose));
    if groups.iter().any(|(_, told)| !told.is_empty()) || !crowds.is_empty() || plan.is_refused() || !plan.rulings.is_empty() {
        let _ = write!(text, "\n{}\n", summary(plan).bold());
    }
    text
}

/// A group, and what is told of it.
fn split(group: Group<'_>, is_told: impl Fn(&Step) -> bool) -> (Group<'_>, Vec<&Step>) {
    let told = group.steps.iter().copied().filter(|step| is_told(step)).collect();
    (group, told)
}

fn steps_text(plan: &Plan, steps: &[&Step], verbose: bool) -> String {
    let parts = if verbose { steps.iter().map(|step| Part::One(step)).collect() } else { parts(steps) };
    let told = parts.iter().map(|part| match part {
        Part::One(step) => format!("\n{}", step_text(plan, step)),
        Part::Alike(alike) => format!("\n{}", folded_text(plan, alike)),
    });
    told.collect()
}

/// So many tickets that say the same are told one by one; with more, nobody would read the rest of the plan.
const CROWD: usize = 3;

/// Unchanged tickets with the same remark, such as all of a system that could not be read.
fn crowds(plan: &Plan) -> BTreeMap<&str, Vec<&Step>> {
    let mut crowds: BTreeMap<&str, Vec<&Step>> = BTreeMap::new();
    for step in &plan.steps {
        if let Some(remark) = sole_remark(step) {
            crowds.entry(remark).or_default().push(step);
        }
    }
    crowds.retain(|_, crowd| crowd.len() > CROWD);
    crowds
}

/// The remark of an unchanged ticket, if that is all there is to tell.
fn sole_remark(step: &Step) -> Option<&str> {
    let is_quiet = step.action == Action::Keep && step.changes.is_empty() && step.drift.is_empty() && step.renamed_from().is_none();
    match step.notes.as_slice() {
        [remark] if is_quiet => Some(remark),
        _ => None,
    }
}

fn crowd_text(crowd: &[&Step]) -> String {
    let named: Vec<String> = crowd.iter().take(CROWD).map(|step| step.key.to_string()).collect();
    let remark = crowd.first().and_then(|step| sole_remark(step)).unwrap_or_default();
    let heading = format!("{} tickets, such as {}", crowd.len(), named.join(", "));
    format!("\n. {}\n    {}\n    --verbose lists them all\n", heading.bold(), clean(remark))
}

/// One line: what merging or applying it means.
pub fn summary(plan: &Plan) -> String {
    let counts = plan.counts();
    let mut parts = counted(&counts);
    if parts.is_empty() && counts.unchanged + counts.closed_before == 0 {
        if plan.selection.since.is_some() {
            return "No changes: no ticket of this plan differs.".to_owned();
        }
        return "No tickets: the files describe none, and the state remembers none that is open.".to_owned();
    }
    if !plan.has_changes() && !plan.needs_person() && counts.deferred == 0 {
        return unchanged(&counts);
    }
    if counts.closed_before > 0 {
        parts.push(format!("{} closed", counts.closed_before));
    }
    if counts.unchanged > 0 {
        parts.push(format!("{} unchanged", counts.unchanged));
    }
    if counts.drifted > 0 {
        parts.push(format!("{} changed in the ticket system", counts.drifted));
    }
    let cost = spend_text(&plan.spend()).map(|spend| format!(" Cost: {spend}.")).unwrap_or_default();
    format!("Plan: {}.{cost}{}", parts.join(", "), refused(plan))
}

/// Why it is not applied, in a sentence.
fn refused(plan: &Plan) -> &'static str {
    match (!plan.refusals.is_empty(), plan.denials().next().is_some()) {
        (false, false) => "",
        (true, false) => " Refused: over a limit.",
        (false, true) => " Refused: against a policy.",
        (true, true) => " Refused: over a limit, and against a policy.",
    }
}

pub(super) fn counted(counts: &Counts) -> Vec<String> {
    let named = [
        (counts.create, "to create"),
        (counts.adopt, "to adopt"),
        (counts.update, "to update"),
        (counts.close, "to close"),
        (counts.delete, "to delete"),
        (counts.rename, "renamed"),
        (counts.retire, "to leave the records"),
        (counts.deferred, "deferred"),
        (counts.in_doubt, "in doubt"),
    ];
    let mut parts: Vec<String> = named.into_iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    parts.extend(blocked(counts));
    parts
}

/// Whose technicians come although nobody wants them any more is said in the first line that anybody reads.
fn blocked(counts: &Counts) -> Option<String> {
    let need = match counts.blocked {
        0 => return None,
        1 => "1 needs a person".to_owned(),
        many => format!("{many} need a person"),
    };
    let left = match counts.still_coming {
        0 => return Some(need),
        1 if counts.blocked == 1 => "it left the files, and its technician is still coming".to_owned(),
        1 => "1 left the files, and its technician is still coming".to_owned(),
        many if many == counts.blocked => "they left the files, and their technicians are still coming".to_owned(),
        many => format!("{many} left the files, and their technicians are still coming"),
    };
    Some(format!("{need} ({left})"))
}

/// Nothing to do, and what that means for the tickets.
fn unchanged(counts: &Counts) -> String {
    let mut text = "No changes.".to_owned();
    // Without changes and without need of a person, whatever drifted is among the unchanged.
    let quiet = counts.unchanged.saturating_sub(counts.drifted);
    if quiet > 0 {
        let _ = write!(text, " {} unchanged.", tickets(quiet));
    }
    if counts.closed_before > 0 {
        let _ = write!(
            text,
            " {} closed, and nobody comes for {}.",
            tickets(counts.closed_before),
            if counts.closed_before == 1 { "it" } else { "them" }
        );
    }
    if counts.drifted > 0 {
        let drifted = if counts.drifted == 1 { "1 ticket was".to_owned() } else { format!("{} tickets were", counts.drifted) };
        let _ = write!(text, " {drifted} changed in the ticket system.");
    }
    text
}

fn tickets(count: usize) -> String {
    if count == 1 { "1 ticket is".to_owned() } else { format!("{count} tickets are") }
}

pub(super) fn step_text(plan: &Plan, step: &Step) -> String {
    let sign = step.sign();
    let style = sign_style(sign);
    let id = step.id.as_ref().map(|id| format!(" (ticket {})", clean(id))).unwrap_or_default();
    let site = if step.site.is_empty() { String::new() } else { format!("  {}", clean(&step.site)) };
    let mut text = format!("{} {}{id}{}\n", sign.style(style), step.key.to_string().style(style.bold()), site.dimmed());
    match &step.action {
        Action::Create { request, payload } => create(&mut text, &step.key.address.kind, request, &with_ids(payload, plan)),
        Action::Adopt { why, .. } => line(&mut text, &format!("taken over, not sent: {}", clean(why))),
        Action::Close { .. } => line(&mut text, "closed in its system, as `on_remove: close` says"),
        Action::Delete { .. } => line(&mut text, "deleted in its system, as `on_remove: delete` says"),
        Action::Retire { .. } => line(&mut text, "its record ends; nothing is sent"),
        Action::Blocked { reason } | Action::InDoubt { reason } | Action::Deferred { reason } => why(&mut text, step, reason, style),
        Action::Update { .. } | Action::Keep => {}
    }
    text.push_str(&cost_lines(step));
    if let Some(others) = step.batch.as_ref().map(|batch| batch.tickets - 1).filter(|others| *others > 0) {
        line(&mut text, &format!("in one request with {others} {}", if others == 1 { "other" } else { "others" }));
    }
    if let Some(mark) = &step.mark {
        line(&mut text, &format!("mark: {mark}"));
    }
    for note in &step.notes {
        line(&mut text, &clean(note));
    }
    changes(&mut text, &step.changes);
    if !step.drift.is_empty() {
        line(&mut text, "changed in the ticket system:");
        changes(&mut text, &step.drift);
    }
    if let Some(place) = &step.place {
        line(&mut text, &format!("at {}", clean(place)).dimmed().to_string());
    }
    text
}

fn why(text: &mut String, step: &Step, reason: &Reason, style: Style) {
    line(text, &clean(&reason.to_string()).style(style).to_string());
    if let Reason::BookedDifferently { fields } = reason {
        changes(text, fields);
    }
    if let Some(next) = step.next_step() {
        line(text, &format!("next: {}", clean(&next)));
    }
}

/// With the ids that references stand for, as far as the plan knows them.
pub(super) fn with_ids(payload: &Fields, plan: &Plan) -> Fields {
    let mut shown = payload.clone();
    for value in shown.0.values_mut() {
        let Some(address) = references(value) else { continue };
        let Some(step) = plan.steps.iter().find(|step| step.key.address == address) else { continue };
        let is_new = matches!(step.action, Action::Create { .. });
        let known = step.id.as_ref().filter(|_| !is_new).map(|id| format!("{id}, the id of {address}"));
        *value = Value::String(known.unwrap_or_else(|| format!("the id of {address}, known after apply")));
    }
    shown
}

fn create(text: &mut String, kind: &str, request: &Request, payload: &Fields) {
    if let Some(at) = &request.visit {
        line(text, &format!("visit: {}", visit(at)));
    }
    text.push_str(&fields(4, kind, payload));
    for file in &request.attachments {
        line(text, &format!("file: {} ({})", clean(&file.filename), size(file.size)));
    }
}

fn changes(text: &mut String, changes: &[Change]) {
    for change in changes {
        let side = |value: &Option<Value>| value.clone().unwrap_or(Value::Null);
        text.push_str(&difference(&change.field, &side(&change.before), &side(&change.after)));
    }
}

fn line(text: &mut String, content: &str) {
    let _ = writeln!(text, "    {content}");
}

pub(super) fn sign_style(sign: char) -> Style {
    match sign {
        '+' => Style::new().green(),
        '=' | '~' => Style::new().cyan(),
        '-' => Style::new().magenta(),
        '!' | '?' => Style::new().red(),
        '@' => Style::new().yellow(),
        _ => Style::new(),
    }
}
