//! What a plan has against itself, at the lines that describe its tickets: refusals, what policies say, what needs a person.

use std::collections::HashMap;
use std::path::Path;

use super::super::source::clean;
use super::{Completed, Named, Note, Spot, in_order};
use crate::diagnostics::Severity;
use crate::plan::{Action, Effect, Plan, Ruling, Step};
use crate::state::Key;

/// Notes of a plan, errors first. `plan` is as it may be shown.
pub fn notes_of_plan(plan: &Plan, named: Named<'_>, complete: Completed<'_>) -> Vec<Note> {
    let spots: HashMap<&Key, Spot> = plan.steps.iter().filter_map(|step| Some((&step.key, spot(step, named)?))).collect();
    let refusals = plan.refusals.iter().map(|refusal| Note {
        code: "plan/refused".to_owned(),
        severity: Severity::Error,
        message: clean(&refusal.to_string()),
        help: Some(next(&refusal.next_step(plan), complete)),
        address: None,
        spot: None,
    });
    let rulings = plan.rulings.iter().map(|ruling| judged(ruling, &spots));
    let people = plan.steps.iter().filter_map(|step| person(step, &spots, complete));
    in_order(refusals.chain(rulings).chain(people).collect())
}

fn judged(ruling: &Ruling, spots: &HashMap<&Key, Spot>) -> Note {
    Note {
        code: format!("policy/{}", clean(&ruling.policy)),
        severity: match ruling.effect {
            Effect::Deny => Severity::Error,
            Effect::Warn => Severity::Warning,
        },
        message: clean(&ruling.message),
        help: None,
        address: ruling.key.as_ref().map(|key| clean(&key.to_string())),
        spot: ruling.key.as_ref().and_then(|key| spots.get(key)).cloned(),
    }
}

fn person(step: &Step, spots: &HashMap<&Key, Spot>, complete: Completed<'_>) -> Option<Note> {
    let (code, severity, reason) = match &step.action {
        Action::InDoubt { reason } => ("plan/in-doubt", Severity::Error, reason),
        Action::Blocked { reason } => ("plan/needs-person", Severity::Warning, reason),
        Action::Create { .. }
        | Action::Adopt { .. }
        | Action::Update { .. }
        | Action::Close { .. }
        | Action::Delete { .. }
        | Action::Retire { .. }
        | Action::Deferred { .. }
        | Action::Keep => return None,
    };
    Some(Note {
        code: code.to_owned(),
        severity,
        message: clean(&reason.to_string()),
        help: step.next_step().map(|step| next(&step, complete)),
        address: Some(clean(&step.key.to_string())),
        spot: spots.get(&step.key).cloned(),
    })
}

fn next(step: &str, complete: Completed<'_>) -> String {
    format!("next: {}", clean(&complete(step)))
}

/// From `file:line:column`.
fn spot(step: &Step, named: Named<'_>) -> Option<Spot> {
    let mut parts = step.place.as_ref()?.rsplitn(3, ':');
    let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let path = clean(&named(Path::new(parts.next()?)));
    Some(Spot { path, line, column, end_line: line, end_column: column + 1 })
}
