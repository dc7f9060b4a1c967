//! The summary: small tables of what happens by wave, by day and by system.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;

use super::super::grouped::{Group, groups};
use super::super::headline::{Headline, changes, headline};
use super::escape::cell;
use super::page::Page;
use crate::plan::{Action, Counts, Plan, Spend, Step};
use crate::systems::by_kind;

/// Rows of one table: more than a screen is no summary.
const ROWS: usize = 31;

pub(super) fn write(page: &mut Page, plan: &Plan) {
    // A column in which nobody was asked says nothing.
    let has_costs = plan.spend().was_asked();
    let tables = [("waves", waves(plan, has_costs)), ("days", days(plan, has_costs)), ("systems", systems(plan, has_costs))];
    for (what, table) in tables {
        if !table.is_empty() && !page.push(&table) {
            page.leave_out(format!("the table of {what}"));
        }
    }
}

fn waves(plan: &Plan, has_costs: bool) -> String {
    let told: Vec<_> = groups(plan).into_iter().filter(|group| group.steps.iter().copied().any(Step::is_listed)).collect();
    if !told.iter().any(Group::is_of_rollout) {
        return String::new();
    }
    let (title, line, columns) = if has_costs { (" Cost |", " ---: |", 6) } else { ("", "", 5) };
    let head = format!("\n| Wave | To create |{title} Changes | Later | Need a person |\n| --- | ---: |{line} --- | ---: | ---: |\n");
    let rows = told.iter().map(|group| {
        let steps = || group.steps.iter().copied();
        let counts = Counts::of(steps());
        let name = group.name().map_or_else(|| "no rollout".to_owned(), |name| cell(&name, 100));
        let changes = changes(counts).join(", ");
        let people = counts.blocked + counts.in_doubt;
        let spend = cell_of_cost(has_costs, &Spend::of(steps()));
        format!("| {name} | {} |{spend} {changes} | {} | {} |\n", count(counts.create), count(counts.deferred), count(people))
    });
    cut(&head, rows.collect(), "waves", columns)
}

fn days(plan: &Plan, has_costs: bool) -> String {
    let mut days: BTreeMap<Date, Vec<&Step>> = BTreeMap::new();
    for step in &plan.steps {
        if let Action::Create { request, .. } = &step.action
            && let Some(visit) = &request.visit
        {
            days.entry(visit.start.date()).or_default().push(step);
        }
    }
    if days.is_empty() {
        return String::new();
    }
    let words: Headline = headline(plan);
    let (title, line, columns) = if has_costs { (" Cost |", " ---: |", 3) } else { ("", "", 2) };
    let head = format!("\n| Day | Technicians |{title}\n| --- | ---: |{line}\n");
    let rows = days.iter().map(|(day, steps)| {
        let spend = cell_of_cost(has_costs, &Spend::of(steps.iter().copied()));
        format!("| {} | {} |{spend}\n", words.day(*day), steps.len())
    });
    cut(&head, rows.collect(), "days", columns)
}

fn systems(plan: &Plan, has_costs: bool) -> String {
    let mut kinds: BTreeMap<&str, Vec<&Step>> = BTreeMap::new();
    for step in plan.steps.iter().filter(|step| step.action.is_write()) {
        kinds.entry(&step.key.address.kind).or_default().push(step);
    }
    if kinds.is_empty() {
        return String::new();
    }
    let (title, line, columns) = if has_costs { (" Cost |", " ---: |", 5) } else { ("", "", 4) };
    let head = format!("\n| System | To create |{title} Changes | Sent to |\n| --- | ---: |{line} --- | --- |\n");
    let rows = kinds.iter().map(|(kind, steps)| {
        let counts = Counts::of(steps.iter().copied());
        let title = by_kind(kind).map_or_else(|| cell(kind, 100), |system| system.title().to_owned());
        let place = plan.origins.get(*kind).map(|origin| cell(origin, 200)).unwrap_or_default();
        let spend = cell_of_cost(has_costs, &Spend::of(steps.iter().copied()));
        format!("| {title} | {} |{spend} {} | {place} |\n", count(counts.create), changes(counts).join(", "))
    });
    cut(&head, rows.collect(), "systems", columns)
}

/// Nothing is left empty: a zero in a table is read as a number.
fn count(count: usize) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}

fn cell_of_cost(has_costs: bool, spend: &Spend) -> String {
    if has_costs { format!(" {} |", cost(spend)) } else { String::new() }
}

/// What nobody knows is no amount.
fn cost(spend: &Spend) -> String {
    let Spend { known, estimated, unknown, not_asked } = *spend;
    match (estimated, unknown + not_asked) {
        (0, 0) => String::new(),
        (0, _) if unknown == 0 => "not estimated".to_owned(),
        (0, _) => "unknown".to_owned(),
        (_, 0) => known.to_string(),
        (_, rest) => format!("{known} and {rest} unknown"),
    }
}

/// A table with so many rows at most; the last one says how many are not there.
fn cut(head: &str, rows: Vec<String>, what: &str, columns: usize) -> String {
    let all = rows.len();
    let mut table = String::from(head);
    if all <= ROWS {
        table.extend(rows);
        return table;
    }
    table.extend(rows.into_iter().take(ROWS - 1));
    let _ = writeln!(table, "| and {} more {what} {}", all - (ROWS - 1), "| ".repeat(columns).trim_end());
    table
}
