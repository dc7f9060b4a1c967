//! `callout state rebuild`: a lost state is made again, under the lineage that the marks of live tickets were made from.
//!
//! What can still be read of it, or of a copy, is kept; what is found by its mark is a record; everything else that the files ask for is
//! presumed sent, and in doubt until a person says.

use std::collections::{BTreeMap, BTreeSet};

use super::args::{Global, Said};
use super::opened::Opened;
use super::state::{elsewhere, next, reason_of, typed};
use super::waiting::locked;
use super::{Ending, Environment, Exit, finding, shortened};
use crate::diagnostics::{Diagnostic, Severity};
use crate::refresh::Selection;
use crate::render::{Pass, clean, passes_text};
use crate::state::{Event, Key, Phase, Rebuild, Request, State};
use crate::ticket::{Fields, Lifecycle, Mark};

pub(super) async fn run(from: Option<&str>, how: &Said, global: &Global, environment: &mut Environment) -> Ending {
    let reason = reason_of(how, "state rebuild")?;
    let opened = Opened::open(global, environment).await?;
    let copy = match from {
        Some(from) => Some(elsewhere(from, (&opened.project, &opened.home), environment).await?),
        None => None,
    };
    let rebuild = locked(how.waiting, environment, || {
        Rebuild::begin(&opened.home, opened.session("callout state rebuild", environment), copy.as_ref())
    })
    .await?;
    if opened.tickets.is_empty() {
        return Err(no_tickets().into());
    }
    let is_apart = rebuild.is_apart();
    if let Some(damage) = rebuild.damage() {
        let damage = Diagnostic { severity: Severity::Warning, help: None, ..damage.clone() };
        environment.err.tell(&shortened(&[damage], environment));
    }
    if is_apart {
        environment.err.line("! The copy is of a state that went on by itself: of what it did since, only names are taken over.");
    }
    let known = rebuild.known();
    let passes = finding::look(&opened, &known, &Selection::default(), environment).await?;
    let found = finding::adoptions(&passes, reason);
    let doubted = presumed(&opened, &known, (&passes, &rebuild), reason);
    environment.out.write(&(kept(&known) + &passes_text(&passes) + &named(&rebuild, &found)));
    environment.out.line(&consequence(doubted.len() + still_doubted(&known, &found)));
    if !how.yes && !environment.confirms("\nMake the new state? Nothing is sent.") {
        let diagnostic = Diagnostic::error("state/declined", "no state was made");
        return Err(diagnostic.help("--yes makes it without asking").into());
    }
    rebuild.finish(found.into_iter().chain(doubted).collect(), reason.to_owned(), opened.clock().now())?;
    environment.out.line(&next("rebuilt", copy.filter(|_| is_apart).as_ref(), &opened.home, environment));
    Ok(Exit::Done)
}

/// Every visit that holds nothing and may have been sent: of the files, of what was not created as far as can be read, and of what only a
/// name is left.
fn presumed(opened: &Opened, known: &State, (passes, rebuild): (&[Pass], &Rebuild), reason: &str) -> Vec<Event> {
    let found: BTreeSet<&Key> = passes.iter().flat_map(|pass| &pass.matches.hits).map(|hit| &hit.key).collect();
    let is_free = |key: &Key| {
        let record = known.records.get(key);
        !found.contains(key) && record.is_none_or(|record| matches!(record.phase, Phase::NotCreated { .. }))
    };
    let named = rebuild.named().keys().filter_map(|key| Some((key.clone(), bare_request(opened, known, key)?)));
    let refused = known.records.iter().map(|(key, record)| (key.clone(), record.request.clone()));
    let missing = passes.iter().flat_map(|pass| pass.matches.missing.iter().cloned());
    // What the files say of a visit is more than its name, and newer than its record.
    let requests: BTreeMap<Key, Request> = named.chain(refused).chain(missing).filter(|(key, _)| is_free(key)).collect();
    let event = |(key, request)| Event::Presumed { key, request: Box::new(request), reason: reason.to_owned() };
    requests.into_iter().map(event).collect()
}

/// All that can be said of a visit of which only the name is left. Of a system that the project has no section for, nothing can be sent.
fn bare_request(opened: &Opened, known: &State, key: &Key) -> Option<Request> {
    let side = opened.sides.get(&key.address.kind)?;
    Some(Request {
        system: side.system.id().to_owned(),
        origin: side.origin.clone(),
        mark: Some(Mark::new(&known.lineage, &key.address, key.reissue)),
        fields: Fields::default(),
        attachments: Vec::new(),
        visit: None,
        lifecycle: Lifecycle::default(),
        labels: BTreeMap::new(),
        site: None,
    })
}

/// Doubts that the state had before, and that nothing was found for.
fn still_doubted(known: &State, found: &[Event]) -> usize {
    let is_found = |key: &Key| found.iter().any(|event| event.key() == Some(key));
    known.records.iter().filter(|(key, record)| record.in_doubt() && !is_found(key)).count()
}

fn kept(known: &State) -> String {
    match known.records.len() {
        0 => String::new(),
        1 => "1 record can still be read, and is kept.\n".to_owned(),
        many => format!("{many} records can still be read, and are kept.\n"),
    }
}

/// Ids that stand where nothing else can be read: the way out of the doubt, once a person has looked.
fn named(rebuild: &Rebuild, found: &[Event]) -> String {
    let is_found = |key: &Key| found.iter().any(|event| event.key() == Some(key));
    let told = rebuild.named().iter().filter(|(key, _)| !is_found(key)).filter_map(|(key, id)| {
        let id = clean(id.as_deref()?);
        let typed = typed(key);
        Some(format!("{key} was ticket {id}, and no more can be read of it: callout settle {typed} --id {id} --reason TEXT\n"))
    });
    told.collect()
}

fn consequence(doubted: usize) -> String {
    let will_be = match doubted {
        0 => return "Nothing is in doubt then.".to_owned(),
        1 => "1 ticket will be in doubt: it".to_owned(),
        many => format!("{many} tickets will be in doubt: each"),
    };
    format!("{will_be} may have been sent before, and is not sent until a person says that it was not.")
}

/// An empty state is what a rebuild must never leave behind.
fn no_tickets() -> Diagnostic {
    Diagnostic::error("state/no-tickets", "the files describe no ticket, so nothing could be looked for or held back").help(
        "Look at spec.manifests in callout.yaml, and check out the files as they were last applied. \
         Where nothing was ever sent: callout state init --start-over --reason \"nothing was sent\".",
    )
}
