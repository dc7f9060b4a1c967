//! The order in which mistakes are told.
//!
//! Owns sorting and folding: what is wrong in many tickets for one reason is one message. Refuses to drop one: it counts the others.

use crate::diagnostics::{Diagnostic, listed};

/// By file and place; what has no place comes first. A mistake in a default shows in every document, and is told once.
pub fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_cached_key(|diagnostic| (start(diagnostic), diagnostic.code, diagnostic.message.clone()));
    diagnostics.dedup_by(|a, b| a.code == b.code && a.message == b.message && a.place.is_some() && start(a) == start(b));
    diagnostics.chunk_by(same).filter_map(folded).collect()
}

fn start(diagnostic: &Diagnostic) -> Option<(String, usize)> {
    diagnostic.place.as_ref().map(|place| (place.file.name.clone(), place.span.start))
}

/// Whether two that follow each other are the same mistake of two tickets: a template stands for all of its sites.
fn same(a: &Diagnostic, b: &Diagnostic) -> bool {
    let kind = a.code == b.code && a.severity == b.severity;
    kind && a.place.is_some() && start(a) == start(b) && a.address.is_some() && b.address.is_some() && a.address != b.address
}

/// Tells a mistake of many tickets once.
fn folded(group: &[Diagnostic]) -> Option<Diagnostic> {
    let (first, others) = group.split_first()?;
    let names: Vec<&str> = others.iter().filter_map(|other| other.address.as_deref()).collect();
    if names.is_empty() {
        return Some(first.clone());
    }
    let help: Vec<String> = first.help.iter().cloned().chain([format!("Likewise {}.", listed(&names))]).collect();
    Some(first.clone().help(help.join("\n")))
}
