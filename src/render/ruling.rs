//! What the policies say of a plan: each policy once, with the first tickets that are against it.

use std::fmt::Write as _;

use owo_colors::OwoColorize;

use super::source::clean;
use crate::plan::{Effect, Plan, Ruling};

/// Tickets told of one policy. More are counted: who reads three of them knows what is wrong with all.
const NAMED: usize = 3;

/// The denials, then the warnings. `verbose` names every ticket.
pub fn rulings_text(plan: &Plan, verbose: bool) -> String {
    let told = [Effect::Deny, Effect::Warn].map(|effect| of_effect(plan, effect, verbose));
    told.concat()
}

fn of_effect(plan: &Plan, effect: Effect, verbose: bool) -> String {
    let mut policies: Vec<(&str, Vec<&Ruling>)> = Vec::new();
    for ruling in plan.rulings.iter().filter(|ruling| ruling.effect == effect) {
        match policies.last_mut() {
            Some((name, rulings)) if *name == ruling.policy => rulings.push(ruling),
            Some(_) | None => policies.push((&ruling.policy, vec![ruling])),
        }
    }
    policies.into_iter().map(|(name, rulings)| policy_text(name, &rulings, verbose)).collect()
}

fn policy_text(name: &str, rulings: &[&Ruling], verbose: bool) -> String {
    let Some(first) = rulings.first() else { return String::new() };
    let place = first.place.as_ref().map(|place| format!(" ({})", clean(place))).unwrap_or_default();
    let (label, next) = match first.effect {
        Effect::Deny => {
            ("refused:".red().bold().to_string(), "\n    next: change what is against it; if the rule itself is wrong, change the policy")
        }
        Effect::Warn => ("warning:".yellow().bold().to_string(), ""),
    };
    let mut text = format!("\n{label} policy {}{place}", clean(name));
    let named = if verbose { rulings.len() } else { NAMED };
    for ruling in rulings.iter().take(named) {
        let about = ruling.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
        let _ = write!(text, "\n    {about}{}", clean(&ruling.message).replace('\n', "\n      "));
    }
    if let Some(more) = rulings.len().checked_sub(named).filter(|more| *more > 0) {
        let _ = write!(text, "\n    and {more} more; --verbose lists them all");
    }
    format!("{text}{next}\n")
}
