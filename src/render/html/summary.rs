//! The report's counts: by wave, and by system. A column that would be empty is left out.

use std::collections::BTreeMap;

use serde::Serialize;

use super::names::{key_of, view};
use super::tickets::title;
use crate::plan::{Counts, Plan, Spend, Step};
use crate::render::grouped::{Group, groups};
use crate::render::source::clean;
use crate::systems::by_kind;

#[derive(Debug, Serialize)]
pub(super) struct Tally {
    /// Over the names.
    of: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Line>,
    /// Of all rows, where there are several.
    total: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    /// What the filter knows it by.
    key: String,
    link: String,
    cells: Vec<String>,
}

/// A column's heading, and what it counts.
type Column = (&'static str, fn(&Counts) -> usize);

const COLUMNS: [Column; 11] = [
    ("Create", |counts| counts.create),
    ("Adopt", |counts| counts.adopt),
    ("Update", |counts| counts.update),
    ("Rename", |counts| counts.rename),
    ("Close", |counts| counts.close),
    ("Delete", |counts| counts.delete),
    ("Record ends", |counts| counts.retire),
    ("Later", |counts| counts.deferred),
    ("Needs a person", |counts| counts.blocked),
    ("In doubt", |counts| counts.in_doubt),
    ("Unchanged", |counts| counts.unchanged + counts.closed_before),
];

/// Steps that are counted together.
struct Counted<'p> {
    name: String,
    key: String,
    link: String,
    steps: Vec<&'p Step>,
}

/// By wave; none where no ticket is of a rollout.
pub(super) fn by_wave(plan: &Plan) -> Option<Tally> {
    let groups = groups(plan);
    if !groups.iter().any(Group::is_of_rollout) {
        return None;
    }
    let counted = groups.into_iter().map(|group| {
        let key = key_of(group.rollout, group.wave);
        Counted { name: title(&group), link: view(&[("wave", &key)]), key, steps: group.steps }
    });
    Some(tally("Wave", plan, counted.collect()))
}

/// By ticket system.
pub(super) fn by_system(plan: &Plan) -> Tally {
    let mut kinds: BTreeMap<&str, Vec<&Step>> = BTreeMap::new();
    for step in &plan.steps {
        kinds.entry(&step.key.address.kind).or_default().push(step);
    }
    let counted = kinds.into_iter().map(|(kind, steps)| {
        let (name, key) = by_kind(kind).map_or((kind, kind), |system| (system.title(), system.id()));
        Counted { name: clean(name), key: key.to_owned(), link: view(&[("system", key)]), steps }
    });
    tally("System", plan, counted.collect())
}

fn tally(of: &'static str, plan: &Plan, counted: Vec<Counted<'_>>) -> Tally {
    let all = plan.counts();
    let columns: Vec<_> = COLUMNS.into_iter().filter(|(_, count)| count(&all) > 0).collect();
    let has_costs = plan.spend().was_asked();
    let cells = |counts: &Counts, spend: Spend| -> Vec<String> {
        let numbers = columns.iter().map(|(_, count)| count(counts).to_string());
        numbers.chain(has_costs.then(|| amount(spend))).collect()
    };
    let total = if counted.len() > 1 { cells(&all, plan.spend()) } else { Vec::new() };
    let rows = counted.into_iter().map(|Counted { name, key, link, steps }| Line {
        name,
        key,
        link,
        cells: cells(&Counts::of(steps.iter().copied()), Spend::of(steps.iter().copied())),
    });
    Tally { of, rows: rows.collect(), columns: columns.iter().map(|(name, _)| *name).chain(has_costs.then_some("Cost")).collect(), total }
}

/// What is known, and of how many it is not.
fn amount(spend: Spend) -> String {
    let unknown = spend.unknown + spend.not_asked;
    match (spend.estimated, unknown) {
        (0, 0) => String::new(),
        (0, unknown) => format!("{unknown} unknown"),
        (_, 0) => format!("about {}", spend.known),
        (_, unknown) => format!("about {} and {unknown} unknown", spend.known),
    }
}
