//! `callout expand`: the tickets that the files come to, as YAML. Offline, without credentials and without state.

use super::args::Expand as Words;
use super::{Ending, Environment, Exit};
use crate::diagnostics::Diagnostic;
use crate::manifest::Loaded;
use crate::ticket::{RolloutLimits, Terms};
use crate::{manifest, render, rollout};

pub(super) fn run(words: &Words, environment: &Environment) -> Ending {
    let request =
        manifest::Request { start: environment.folder.clone(), paths: words.paths.clone(), sandbox: true, keep: manifest::Keep::Documents };
    let loaded = rollout::load(&request);
    if loaded.has_errors() {
        return Err(loaded.diagnostics.into());
    }
    environment.err.tell(&loaded.diagnostics);
    environment.err.tell(&left_out(&loaded));
    environment.out.document(&render::documents(&loaded.kept)?);
    Ok(Exit::Done)
}

/// Documents say what is sent. When it may be sent is said by a rollout alone: committed in its place, they would all go at once.
fn left_out(loaded: &Loaded) -> Vec<Diagnostic> {
    let told = |(name, terms): (&String, &Terms)| {
        let keys = keys(loaded, name, terms);
        let message = format!("Rollout/{name}: the printed documents leave out its keys {}", keys.join(", "));
        let help = "they are for reading and comparing: committed in place of the rollout, all of them would be sent at once";
        (!keys.is_empty()).then(|| Diagnostic::warning("expand/terms", message).help(help))
    };
    loaded.terms.iter().filter_map(told).collect()
}

/// The keys of a rollout that hold its tickets back.
fn keys(loaded: &Loaded, name: &str, terms: &Terms) -> Vec<&'static str> {
    let mut own = loaded.tickets.iter().filter(|ticket| ticket.site.as_ref().is_some_and(|site| site.rollout == name));
    let booking = own.find_map(|ticket| ticket.booking).unwrap_or_default();
    let keys = [
        ("paused", terms.paused),
        ("waves", !terms.waves.is_empty()),
        ("lead_time", booking.lead_time.is_positive()),
        ("book_ahead", booking.book_ahead.is_some()),
        ("limits", terms.limits != RolloutLimits::default()),
    ];
    keys.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| key).collect()
}
