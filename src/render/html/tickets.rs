//! The rows of the report's table: one for each ticket, with all that is sent, changed or told about it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Report;
use super::differences::{Differences, differences};
use super::names::{day, key_of};
use crate::plan::{Action, Cost, Effect, Plan, Ruling, Step};
use crate::render::grouped::{Group, groups};
use crate::render::plan::with_ids;
use crate::render::source::clean;
use crate::render::values::{in_order, size, value, visit};
use crate::state::{Key, Request};
use crate::systems::by_kind;
use crate::ticket::{Fields, Visit};

/// The tickets that stand together: of no rollout, or of one wave.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    pub title: String,
    tally: String,
    /// What the filter knows it by.
    pub wave: String,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    /// Its place on the page, for links.
    at: usize,
    sign: char,
    action: &'static str,
    word: &'static str,
    address: String,
    /// The live ticket's.
    id: Option<String>,
    site: String,
    /// Where its system says that the site is.
    account: Option<String>,
    system: &'static str,
    /// `2027-01-11`, for the filter.
    day: Option<String>,
    when: Option<String>,
    hours: Option<String>,
    cost: Option<String>,
    cost_is_known: bool,
    why: Option<String>,
    next: Option<String>,
    rulings: Vec<Told>,
    remarks: Vec<String>,
    differences: Vec<Differences>,
    sent: Vec<Field>,
    files: Vec<String>,
    place: Option<String>,
}

/// A field that is sent as it stands.
#[derive(Debug, Serialize)]
struct Field {
    name: String,
    value: String,
}

/// A ruling about one ticket.
#[derive(Debug, Serialize)]
struct Told {
    denies: bool,
    text: String,
}

/// Where each ticket of the table stands on the page.
pub(super) type Places = BTreeMap<String, usize>;

/// The table of a plan, and where each ticket is in it. What is unchanged and has nothing to tell is left out unless all are asked for.
pub(super) fn sections(plan: &Plan, report: &Report<'_>) -> (Vec<Section>, Places) {
    let mut rulings: BTreeMap<&Key, Vec<&Ruling>> = BTreeMap::new();
    for ruling in &plan.rulings {
        if let Some(key) = &ruling.key {
            rulings.entry(key).or_default().push(ruling);
        }
    }
    let (mut places, mut sections) = (Places::new(), Vec::new());
    for group in groups(plan) {
        let mut rows = Vec::new();
        for step in group.steps.iter().filter(|step| report.all || is_told(step) || rulings.contains_key(&step.key)) {
            let at = places.len() + 1;
            places.insert(step.key.to_string(), at);
            let told = rulings.get(&step.key).map(Vec::as_slice).unwrap_or_default();
            let next = step.next_step().map(|next| clean(&(report.complete)(&next)));
            rows.push(Row { next, ..row(plan, step, at, told) });
        }
        if !rows.is_empty() {
            sections.push(Section { title: title(&group), tally: group.tally(), wave: key_of(group.rollout, group.wave), rows });
        }
    }
    (sections, places)
}

fn is_told(step: &Step) -> bool {
    step.is_listed() || !step.changes.is_empty()
}

/// What stands together, in words.
pub(super) fn title(group: &Group<'_>) -> String {
    group.name().unwrap_or_else(|| "Single tickets".to_owned())
}

fn row(plan: &Plan, step: &Step, at: usize, rulings: &[&Ruling]) -> Row {
    let (action, word) = kind(step);
    let (when, hours) = when(step);
    let told =
        |ruling: &&Ruling| Told { denies: ruling.effect == Effect::Deny, text: clean(&format!("{}: {}", ruling.policy, ruling.message)) };
    let (sent, files) = match &step.action {
        Action::Create { request, payload } => (sent(&step.key.address.kind, &with_ids(payload, plan)), files(request)),
        Action::Adopt { .. }
        | Action::Update { .. }
        | Action::Close { .. }
        | Action::Delete { .. }
        | Action::Retire { .. }
        | Action::Blocked { .. }
        | Action::InDoubt { .. }
        | Action::Deferred { .. }
        | Action::Keep => Default::default(),
    };
    Row {
        at,
        sign: step.sign(),
        action,
        word,
        address: clean(&step.key.to_string()),
        id: step.id.as_deref().map(clean),
        site: clean(&step.site),
        account: step.account.as_ref().map(|account| clean(&joined(&account.name, &account.address))),
        system: by_kind(&step.key.address.kind).map_or("", |system| system.id()),
        day: step.visit.as_ref().map(|visit| visit.start.date().to_string()),
        when,
        hours,
        cost: step.cost.as_ref().map(cost),
        cost_is_known: matches!(step.cost, Some(Cost::Estimated(_))),
        why: why(&step.action),
        next: None,
        rulings: rulings.iter().map(told).collect(),
        remarks: remarks(step),
        differences: differences(step),
        sent,
        files,
        place: step.place.as_deref().map(clean),
    }
}

fn joined(name: &str, address: &str) -> String {
    [name, address].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What happens to it: for the filter, and for people.
fn kind(step: &Step) -> (&'static str, &'static str) {
    match &step.action {
        Action::Create { .. } => ("create", "create"),
        Action::Adopt { .. } => ("adopt", "adopt"),
        Action::Update { .. } => ("update", "update"),
        Action::Close { .. } => ("close", "close"),
        Action::Delete { .. } => ("delete", "delete"),
        Action::Retire { .. } => ("retire", "record ends"),
        Action::Blocked { .. } => ("person", "needs a person"),
        Action::InDoubt { .. } => ("doubt", "in doubt"),
        Action::Deferred { .. } => ("later", "later"),
        Action::Keep if step.renamed_from().is_some() => ("rename", "rename"),
        Action::Keep if step.is_closed => ("unchanged", "closed"),
        Action::Keep => ("unchanged", "unchanged"),
    }
}

/// The day, and the hours of it.
fn when(step: &Step) -> (Option<String>, Option<String>) {
    let Some(at) = &step.visit else { return (step.comes().map(clean), None) };
    (Some(day(at.start.date())), Some(hours(at)))
}

fn hours(at: &Visit) -> String {
    let whole = visit(at);
    whole.split_once(", ").map_or_else(|| whole.clone(), |(_, hours)| hours.to_owned())
}

fn cost(cost: &Cost) -> String {
    match cost {
        Cost::Estimated(money) => money.to_string(),
        Cost::Unknown(why) => clean(&format!("unknown: {why}")),
    }
}

fn why(action: &Action) -> Option<String> {
    let told = match action {
        Action::Adopt { why, .. } => format!("taken over, not sent: {why}"),
        Action::Close { .. } => "closed in its system, as on_remove: close says".to_owned(),
        Action::Delete { .. } => "deleted in its system, as on_remove: delete says".to_owned(),
        Action::Retire { .. } => "its record ends; nothing is sent".to_owned(),
        Action::Blocked { reason } | Action::InDoubt { reason } | Action::Deferred { reason } => reason.to_string(),
        Action::Create { .. } | Action::Update { .. } | Action::Keep => return None,
    };
    Some(clean(&told))
}

fn remarks(step: &Step) -> Vec<String> {
    let renamed = step.renamed_from().map(|from| format!("renamed from {from}"));
    let others = step.batch.as_ref().map(|batch| batch.tickets.saturating_sub(1)).filter(|others| *others > 0);
    let together = others.map(|others| format!("in one request with {others} {}", if others == 1 { "other" } else { "others" }));
    let mark = step.mark.as_ref().map(|mark| format!("mark: {mark}"));
    let remarks = renamed.into_iter().chain(together).chain(mark).chain(step.notes.iter().cloned());
    remarks.map(|remark| clean(&remark)).collect()
}

/// Every field, in the order of its system's documentation.
fn sent(kind: &str, fields: &Fields) -> Vec<Field> {
    let names = in_order(kind, fields.iter().map(|(name, _)| name));
    names.into_iter().filter_map(|name| Some(Field { name: clean(name), value: value(fields.get(name)?) })).collect()
}

fn files(request: &Request) -> Vec<String> {
    request.attachments.iter().map(|file| format!("{} ({})", clean(&file.filename), size(file.size))).collect()
}
