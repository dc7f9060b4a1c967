//! `callout state mv` and `callout state rm`: what a record is called, and whether it is looked after.
//!
//! Refuses to free an address: both leave a tombstone, and nothing is sent for it again.

use super::super::args::Said;
use super::super::opened;
use super::super::waiting::locked;
use super::super::{Ending, Environment, Exit, Failure};
use super::restore::in_words;
use super::{reason_of, session, typed, unknown, way_back};
use crate::diagnostics::Diagnostic;
use crate::manifest;
use crate::render::clean;
use crate::rollout;
use crate::state::{Closing, Event, Home, Key, Ledger, Phase, Record, State, open_for_writing};
use crate::systems::by_kind;
use crate::ticket::{Address, Ticket};

pub(super) async fn mv(home: &Home, (from, to): (&Address, &Address), how: &Said, environment: &mut Environment) -> Ending {
    let reason = reason_of(how, "state mv")?;
    let ledger = locked(how.waiting, environment, || open_for_writing(home, session(home, "callout state mv", environment))).await?;
    let state = ledger.state();
    let moved = |key: &Key| Event::Moved { key: key.clone(), to: Key::new(to.clone(), key.reissue), reason: reason.to_owned() };
    let visits = movable(&state, from, to)?;
    for (key, record) in &visits {
        let to = Key::new(to.clone(), key.reissue);
        environment.out.line(&format!("{key} becomes {to}: {}", clean(&in_words(record))));
    }
    environment.out.write(&consequences(from, to, &visits, environment));
    let events = visits.iter().map(|(key, _)| moved(key)).collect();
    keep(&ledger, events, ("\nMove it? Nothing is sent.", "nothing was moved", how.yes), environment).await?;
    environment.out.line("Moved.");
    Ok(Exit::Done)
}

/// Every visit of the address that has a ticket, may have one, or had one.
fn movable<'a>(state: &'a State, from: &Address, to: &Address) -> Result<Vec<(&'a Key, &'a Record)>, Failure> {
    let wrong = |message: String, help: String| Failure::from(Diagnostic::error("state/move", message).about(from).help(help));
    if from.kind != to.kind {
        let message = format!("{from} cannot become {to}: a {} is no {}", from.kind, to.kind);
        return Err(wrong(message, format!("name an address such as {}/{}", from.kind, to.name)));
    }
    if from == to {
        return Err(wrong(format!("{from} is to become itself"), "name another address, as in the files".to_owned()));
    }
    if state.visits(from).next().is_none() {
        return Err(unknown(state, &from.to_string()).into());
    }
    let is_trace = |record: &Record| record.is_moved() || matches!(record.phase, Phase::NotCreated { .. });
    let visits: Vec<_> = state.visits(from).filter(|(_, record)| !is_trace(record)).collect();
    if visits.is_empty() {
        let message = format!("{from} has no ticket that could get another address");
        return Err(wrong(message, format!("callout state show {} tells what became of it", typed(&Key::new(from.clone(), 0)))));
    }
    if let Some((key, record)) = state.visits(to).find(|(_, record)| !is_trace(record)) {
        let message = format!("{key} has a record already: {}", in_words(record));
        return Err(wrong(message, "two tickets cannot have one address: give one of them another name in the files".to_owned()));
    }
    Ok(visits)
}

/// What the files make of it. Broken files hide nothing: then nobody can say, and the plan will.
fn consequences(from: &Address, to: &Address, visits: &[(&Key, &Record)], environment: &Environment) -> String {
    let request = manifest::Request { start: environment.folder.clone(), paths: Vec::new(), sandbox: true, keep: manifest::Keep::Tickets };
    let loaded = rollout::load(&request);
    if loaded.has_errors() {
        return "The files have mistakes, so nobody can say yet what they make of it: callout validate.\n".to_owned();
    }
    let describes = |address: &Address| loaded.tickets.iter().any(|ticket| ticket.address == *address);
    let old = format!("The files still describe {from}. Nothing is sent for it: the address keeps a tombstone. Rename it there.\n");
    let new = format!("The files describe no {to} yet. Until they do, a plan shows its ticket as one that left the files.\n");
    let elsewhere = other_place(loaded.tickets.iter().find(|ticket| ticket.address == *to), visits);
    let remarks = [describes(from).then_some(old), (!describes(to)).then_some(new), elsewhere];
    remarks.into_iter().flatten().collect()
}

/// A slip of the hand: the ticket of one store would stand for the other, which then nobody is sent to.
fn other_place(ticket: Option<&Ticket>, visits: &[(&Key, &Record)]) -> Option<String> {
    let (ticket, (_, record)) = ticket.zip(visits.last())?;
    let system = by_kind(&ticket.address.kind)?;
    let (file, live) = (clean(&system.site(&ticket.fields)), clean(&system.site(&record.request.fields)));
    let address = &ticket.address;
    (file != live).then(|| format!("! The file of {address} is for {file}, and the ticket for {live}. Look whether that is meant.\n"))
}

pub(super) async fn rm(home: &Home, address: &str, how: &Said, environment: &mut Environment) -> Ending {
    let reason = reason_of(how, "state rm")?;
    let ledger = locked(how.waiting, environment, || open_for_writing(home, session(home, "callout state rm", environment))).await?;
    let state = ledger.state();
    let visits = removable(&state, address)?;
    for (key, record) in &visits {
        let coming = if record.is_open() { " Its technician may still be coming: nobody here will know." } else { "" };
        environment.out.line(&format!("{key} ({}) is looked after no more.{coming}", clean(&in_words(record))));
    }
    environment.out.line("The address stays taken: nothing is ever sent for it again, a new visit is `reissue`.");
    let removed =
        |(key, _): &(&Key, &Record)| Event::Closed { key: (*key).clone(), why: Closing::Removed, reason: Some(reason.to_owned()) };
    let events = visits.iter().map(removed).collect();
    keep(&ledger, events, ("\nTake it out? Nothing is sent, and nothing is cancelled.", "nothing was taken out", how.yes), environment)
        .await?;
    environment.out.line("Taken out.");
    environment.out.line(&way_back(state.through));
    Ok(Exit::Done)
}

/// The visits with a ticket. What is in doubt must be settled: a person who takes it out would decide without saying so.
fn removable<'a>(state: &'a State, text: &str) -> Result<Vec<(&'a Key, &'a Record)>, Failure> {
    let wrong = |message: String, help: String| Failure::from(Diagnostic::error("state/remove", message).help(help));
    let (name, reissue) = match text.split_once('#') {
        None => (text, None),
        Some((name, reissue)) => (name, Some(reissue)),
    };
    let address: Address = name.parse().map_err(|error: crate::ticket::NotAnAddress| wrong(error.to_string(), LISTED.to_owned()))?;
    let is_meant = |key: &Key| reissue.is_none_or(|reissue| key.reissue.to_string() == reissue);
    let visits: Vec<_> = state.visits(&address).filter(|(key, _)| is_meant(key)).collect();
    if visits.is_empty() {
        return Err(unknown(state, text).into());
    }
    if let Some((key, _)) = visits.iter().find(|(_, record)| record.in_doubt()) {
        let help = format!("settle it first: callout settle {} tells how; --cancelled ends it too", typed(key));
        return Err(wrong(format!("{key} is in doubt, and cannot be taken out"), help));
    }
    let live: Vec<_> = visits.iter().filter(|(_, record)| record.is_live()).copied().collect();
    if live.is_empty() {
        let told: Vec<String> = visits.iter().map(|(key, record)| format!("{key} is {}", in_words(record))).collect();
        return Err(wrong(format!("nothing to take out: {}", told.join(", ")), LISTED.to_owned()));
    }
    Ok(live)
}

const LISTED: &str = "`callout state list` names all addresses, and where each stands";

async fn keep(
    ledger: &Ledger,
    events: Vec<Event>,
    (question, declined, yes): (&str, &'static str, bool),
    environment: &mut Environment,
) -> Result<(), Failure> {
    if !yes && !environment.confirms(question) {
        return Err(Diagnostic::error("state/declined", declined).help("--yes does it without asking").into());
    }
    ledger.record(events, environment.clock.now()).await?;
    opened::finish(ledger, environment).await;
    Ok(())
}
