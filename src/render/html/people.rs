//! What needs a person, above everything else in the report, and what refuses the plan.
//!
//! Alike tickets are told together, by the same judgement as in the text form. Refuses to leave out a technician whom nobody wants any more.

use serde::Serialize;

use super::names::view;
use super::tickets::{Places, title};
use crate::plan::{Effect, Plan, Ruling, Step};
use crate::render::alike::{Part, parts};
use crate::render::grouped::groups;
use crate::render::plan::counted;
use crate::render::source::clean;
use crate::state::Key;

/// Entries of one list: who has more to see to works with the table.
const ENTRIES: usize = 50;

/// Tickets that one entry names.
const NAMED: usize = 20;

/// What the lists are written with: where each ticket is on the page, and what completes a command.
pub(super) struct Seen<'a> {
    pub places: &'a Places,
    pub complete: &'a dyn Fn(&str) -> String,
}

#[derive(Debug, Serialize)]
pub(super) struct People {
    entries: Vec<Entry>,
    /// Tickets that no entry tells of.
    more: usize,
    link: String,
}

/// One thing to see to.
#[derive(Debug, Serialize)]
struct Entry {
    sign: char,
    title: String,
    why: String,
    next: Option<String>,
    tickets: Vec<Ticket>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct Ticket {
    address: String,
    /// Its row on the page.
    at: Option<usize>,
    /// What it is known by in the portal, and where it is.
    known: String,
}

/// A reason why nothing of the plan is applied, or a warning.
#[derive(Debug, Serialize)]
pub(super) struct Objection {
    text: String,
    /// The tickets that it is about, if it names any.
    tickets: Vec<Ticket>,
    next: Option<String>,
    /// Where the rule is written.
    place: Option<String>,
}

/// Objections of one kind.
#[derive(Debug, Serialize)]
pub(super) struct Objections {
    told: Vec<Objection>,
    more: usize,
}

/// A part of a refused plan that is within all limits.
#[derive(Debug, Serialize)]
pub(super) struct Slice {
    words: String,
    holds: String,
}

pub(super) fn people(plan: &Plan, seen: &Seen<'_>) -> People {
    let mut entries: Vec<(bool, usize, Entry)> = Vec::new();
    for group in groups(plan) {
        let steps: Vec<&Step> = group.steps.iter().copied().filter(|step| step.needs_person()).collect();
        for part in parts(&steps) {
            let (steps, title) = match part {
                Part::One(step) => (vec![step], String::new()),
                Part::Alike(alike) => {
                    let title = format!("{} tickets of {}", alike.steps.len(), title(&group));
                    (alike.steps, title)
                }
            };
            // Somebody who comes in vain, or may come twice, before what only waits.
            let waits = !steps.iter().any(|step| step.is_still_coming() || step.sign() == '?');
            entries.push((waits, steps.len(), entry(&steps, title, seen)));
        }
    }
    entries.sort_by_key(|(waits, _, _)| *waits);
    let urgent = entries.iter().filter(|(waits, _, _)| !waits).count();
    let rest = entries.split_off(entries.len().min(ENTRIES.max(urgent)));
    People {
        entries: entries.into_iter().map(|(_, _, entry)| entry).collect(),
        more: rest.iter().map(|(_, tickets, _)| tickets).sum(),
        link: view(&[("action", "person")]),
    }
}

fn entry(steps: &[&Step], title: String, seen: &Seen<'_>) -> Entry {
    let named = if steps.iter().any(|step| step.is_still_coming()) { steps.len() } else { NAMED };
    let first = steps.first();
    let why = first.and_then(|step| step.action.reason()).map(|reason| clean(&reason.to_string())).unwrap_or_default();
    Entry {
        sign: first.map_or('!', |step| step.sign()),
        why: if title.is_empty() { why } else { format!("the first of them: {why}") },
        title,
        next: first.and_then(|step| step.next_step()).map(|next| clean(&(seen.complete)(&next))),
        tickets: steps.iter().take(named).map(|step| ticket(step, seen)).collect(),
        more: steps.len().saturating_sub(named),
    }
}

fn ticket(step: &Step, seen: &Seen<'_>) -> Ticket {
    let id = step.id.as_ref().map(|id| format!("ticket {id}"));
    let mark = step.mark.as_ref().map(|mark| format!("mark {mark}"));
    let site = Some(step.site.clone()).filter(|site| !site.is_empty());
    let comes = step.comes().map(|start| format!("coming {start}"));
    let known: Vec<String> = [id, mark, site, comes].into_iter().flatten().collect();
    let address = step.key.to_string();
    Ticket { at: seen.places.get(&address).copied(), address: clean(&address), known: clean(&known.join(", ")) }
}

/// A ticket by its name alone.
fn named(key: &Key, seen: &Seen<'_>) -> Ticket {
    let address = key.to_string();
    Ticket { at: seen.places.get(&address).copied(), address: clean(&address), known: String::new() }
}

/// The limits that the plan is over, then the policies that deny it.
pub(super) fn refusals(plan: &Plan, seen: &Seen<'_>) -> Objections {
    let limits = plan.refusals.iter().map(|refusal| Objection {
        text: clean(&refusal.to_string()),
        tickets: refusal.tickets.iter().map(|key| named(key, seen)).collect(),
        place: None,
        next: Some(clean(&(seen.complete)(&refusal.next_step(plan)))),
    });
    few(limits.chain(rulings(plan, Effect::Deny, seen)))
}

pub(super) fn warnings(plan: &Plan, seen: &Seen<'_>) -> Objections {
    few(rulings(plan, Effect::Warn, seen))
}

fn rulings<'p>(plan: &'p Plan, effect: Effect, seen: &'p Seen<'_>) -> impl Iterator<Item = Objection> + use<'p> {
    let told = |ruling: &Ruling| Objection {
        text: clean(&format!("policy {}: {}", ruling.policy, ruling.message)),
        tickets: ruling.key.iter().map(|key| named(key, seen)).collect(),
        next: None,
        place: ruling.place.as_deref().map(clean),
    };
    plan.rulings.iter().filter(move |ruling| ruling.effect == effect).map(told)
}

fn few(all: impl Iterator<Item = Objection>) -> Objections {
    let mut told: Vec<Objection> = all.collect();
    let more = told.split_off(told.len().min(ENTRIES)).len();
    Objections { told, more }
}

pub(super) fn slices(plan: &Plan) -> Vec<Slice> {
    let slice = |part: &crate::plan::Part| Slice { words: clean(&part.selection.to_string()), holds: counted(&part.counts).join(", ") };
    plan.parts.iter().map(slice).collect()
}
