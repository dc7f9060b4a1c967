//! The list of what needs a person.

use std::collections::BTreeSet;

use super::super::args::{Choice, Global, ListFormat, Settle as Words};
use super::super::opened::Opened;
use super::super::settlement::{is_doubted_create, key_of};
use super::super::{Ending, Environment, Exit, planning};
use crate::plan::{Action, Plan, Reason, Step};
use crate::render;
use crate::state::{Senders, State};

/// What needs a person, with all that helps to look it up in the portal.
pub(super) async fn list(words: &Words, global: &Global, environment: &Environment) -> Ending {
    let (opened, state) = Opened::with_state(global, environment).await?;
    let plan = planning::make(&opened, &state, &Choice::of_part(words.part.clone()), environment).await?;
    let keys = words.addresses.iter().map(|address| key_of(address, &state)).collect::<Result<Vec<_>, _>>()?;
    let found = found_again(&plan, &state);
    let waiting = if keys.is_empty() { waiting(&plan) } else { String::new() };
    let is_meant = |step: &Step| keys.is_empty() || keys.iter().any(|key| key.address == step.key.address || step.is_of(key));
    let plan = Plan { steps: plan.steps.into_iter().filter(|step| step.needs_person() && is_meant(step)).collect(), ..plan };
    match words.format {
        ListFormat::Text => {
            // Who sent it is only for people to ask: where the journals do not tell, the list does without.
            let senders = if plan.steps.is_empty() { Senders::default() } else { Senders::of(&opened.home) };
            environment.out.write(&(render::settle_text(&plan, &state, &senders) + &found + &waiting));
        }
        ListFormat::Json => environment.out.document(&format!("{}\n", render::plan_json(&plan))),
    }
    Ok(Exit::Done)
}

/// Creates in doubt that apply settles by itself.
fn found_again(plan: &Plan, state: &State) -> String {
    let is_doubted = |step: &&Step| state.records.get(&step.key).is_some_and(is_doubted_create);
    let found = plan.steps.iter().filter(|step| matches!(step.action, Action::Adopt { .. })).filter(is_doubted);
    let named: Vec<String> = found.map(|step| format!("{} (ticket {})", step.key, step.id.as_deref().unwrap_or_default())).collect();
    match named.len() {
        0 => String::new(),
        1 => format!("\nFound by its mark, and linked by the next callout apply: {}.\n", render::clean(&named.join(", "))),
        _ => format!("\nFound by their marks, and linked by the next callout apply: {}.\n", render::clean(&named.join(", "))),
    }
}

/// Waves that wait for visits, of which somebody may know more than their tickets show.
fn waiting(plan: &Plan) -> String {
    let told = plan.steps.iter().filter_map(|step| match step.action.reason() {
        Some(reason @ Reason::GateShut(shut)) => Some((&shut.rollout, reason.to_string(), step.next_step()?)),
        Some(_) | None => None,
    });
    let told: BTreeSet<_> = told.collect();
    told.into_iter().map(|(rollout, why, next)| render::clean(&format!("\n@ Rollout/{rollout}: {why}\n    next: {next}\n"))).collect()
}
