//! `callout expand`: the tickets that the files come to, as YAML. Offline, without credentials and without state.

use std::collections::BTreeMap;

use super::args::Expand as Words;
use super::{Ending, Environment, Exit};
use crate::diagnostics::Diagnostic;
use crate::manifest::Loaded;
use crate::ticket::RolloutLimits;
use crate::{manifest, render, rollout};

pub(super) fn run(words: &Words, environment: &Environment) -> Ending {
    let request =
        manifest::Request { start: environment.folder.clone(), paths: words.paths.clone(), sandbox: true, keep: manifest::Keep::Documents };
    let loaded = rollout::load(&request);
    if loaded.has_errors() {
        return Err(loaded.diagnostics.into());
    }
    environment.err.tell(&loaded.diagnostics);
    let unsaid = unsaid(&loaded);
    environment.out.write(&render::documents(&loaded.kept, &unsaid)?);
    environment.err.tell(&unsaid.iter().map(|(rollout, what)| warning(rollout, what)).collect::<Vec<_>>());
    Ok(Exit::Done)
}

/// What rollouts say of their tickets as a whole, by rollout: no document of a single ticket can say it.
fn unsaid(loaded: &Loaded) -> BTreeMap<&str, Vec<&'static str>> {
    let mut unsaid: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
    for (name, terms) in &loaded.terms {
        let mut own = loaded.tickets.iter().filter(|ticket| ticket.site.as_ref().is_some_and(|site| site.rollout == *name));
        let booking = own.find_map(|ticket| ticket.booking);
        let all = [
            ("paused", terms.paused),
            ("waves", !terms.waves.is_empty()),
            ("limits", terms.limits != RolloutLimits::default()),
            ("lead_time", booking.is_some_and(|booking| booking.lead_time.is_positive())),
            ("book_ahead", booking.is_some_and(|booking| booking.book_ahead.is_some())),
        ];
        let said: Vec<_> = all.into_iter().filter(|(_, is_said)| *is_said).map(|(what, _)| what).collect();
        if !said.is_empty() {
            unsaid.insert(name, said);
        }
    }
    unsaid
}

fn warning(rollout: &str, what: &[&str]) -> Diagnostic {
    let message = format!("these documents do not say what Rollout/{rollout} does of all its tickets: {}", what.join(", "));
    let help = "read them and compare them; in place of the rollout they would be sent all at once, whatever it holds back";
    Diagnostic::warning("expand/unsaid", message).help(help)
}
