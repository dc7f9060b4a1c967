//! `callout validate --online`: after the checks that need nobody, the systems' look-ups. They change nothing and need no state.

use std::collections::BTreeSet;

use indicatif::ProgressBar;

use super::args::Global;
use super::home::unopened;
use super::opened::Opened;
use super::planning::{pace, requests};
use super::progress::draw_target;
use super::{Environment, Failure};
use crate::diagnostics::Diagnostic;
use crate::manifest::{self, Loaded, Request, Sketch};
use crate::rollout;
use crate::systems::{Draft, Remote, System, by_kind};

/// Loads, and if that finds no error, looks the tickets' values up. Whatever hinders that is among the diagnostics.
pub(super) async fn load(request: &Request, global: &Global, environment: &Environment) -> Loaded {
    let mut loaded = rollout::load(request);
    if loaded.has_errors() {
        environment.err.line("Nothing was looked up: mend these errors first.");
        return loaded;
    }
    if let Some(line) = silent_kinds(&loaded) {
        environment.err.line(&line);
    }
    if !loaded.sketches.is_empty() {
        let found = look_up(&loaded, global, environment).await.unwrap_or_else(|failure| failure.diagnostics);
        loaded.tell(found);
    }
    loaded
}

/// The line about kinds that nobody can be asked about: silence must not be taken for a check.
fn silent_kinds(loaded: &Loaded) -> Option<String> {
    let kinds: BTreeSet<&str> = loaded.tickets.iter().map(|ticket| ticket.address.kind.as_str()).collect();
    let silent = kinds.into_iter().filter_map(by_kind).filter(|system| !system.look_up().yes());
    let named: Vec<String> = silent.map(|system| format!("{} ({})", system.kind(), system.title())).collect();
    (!named.is_empty()).then(|| format!("Not looked up, as callout knows no call that tells valid values: {}.", named.join(", ")))
}

async fn look_up(loaded: &Loaded, global: &Global, environment: &Environment) -> Result<Vec<Diagnostic>, Failure> {
    let project = loaded.project.clone().ok_or_else(manifest::missing_project)?;
    let home = unopened(&project);
    let opened = Opened::of((project, home), loaded.tickets.clone(), global, environment).await?;
    let kinds: BTreeSet<&str> = loaded.sketches.iter().map(|sketch| sketch.address.kind.as_str()).collect();
    let mut found = Vec::new();
    for system in kinds.into_iter().filter_map(by_kind) {
        let sketches: Vec<&Sketch> = loaded.sketches.iter().filter(|sketch| sketch.address.kind == system.kind()).collect();
        match opened.connect([system.id()])?.get(system.id()) {
            Some(remote) => found.extend(ask(remote.as_ref(), &sketches, &opened, environment).await),
            None => found.push(no_settings(system, sketches.len())),
        }
    }
    Ok(found)
}

/// Asks one system about its tickets. Says first how much that is at most.
async fn ask(remote: &dyn Remote, sketches: &[&Sketch], opened: &Opened, environment: &Environment) -> Vec<Diagnostic> {
    let drafts: Vec<&Draft> = sketches.iter().map(|sketch| &sketch.draft).collect();
    let bar = ProgressBar::with_draw_target(None, draw_target(environment));
    let err = &environment.err;
    let told = |asked: usize, at_most: usize| {
        if asked == 0 {
            let requests = format!("at most {}{}", requests(at_most), pace(opened, at_most));
            err.line(&format!("looking up the values of {}: {requests}", tickets(sketches.len())));
        }
        bar.set_length(at_most as u64);
        bar.set_position(asked as u64);
    };
    let looked = remote.reader().look_up(&drafts, &told).await.unwrap_or_default();
    bar.finish_and_clear();
    let findings = sketches.iter().zip(looked.findings);
    let findings = findings.flat_map(|(sketch, findings)| findings.into_iter().map(|finding| sketch.tell(finding)));
    looked.about_all.into_iter().chain(findings).collect()
}

fn no_settings(system: &dyn System, count: usize) -> Diagnostic {
    let message = format!("{} was not asked: callout.yaml has no settings for {}", tickets(count), system.title());
    let help = format!("Add its section as spec.systems.{}, as `callout plan` shows, or use --sandbox.", system.id());
    Diagnostic::error("online/no-settings", message).help(help)
}

fn tickets(count: usize) -> String {
    if count == 1 { "1 ticket".to_owned() } else { format!("{count} tickets") }
}
