//! `callout import`: a ticket that exists already becomes the ticket of an address.

use std::path::Path;

use super::args::{Global, Import as Words};
use super::opened::{self, Opened};
use super::rows::Table;
use super::state::standing;
use super::taking::{Wanted, take};
use super::{Ending, Environment, Exit, Failure, all_or};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::plan::marked_request;
use crate::render;
use crate::state::{Event, Key, Record, State};
use crate::systems::nearest;
use crate::ticket::{Address, NotAnAddress, Ticket};

pub(super) async fn run(words: &Words, global: &Global, environment: &mut Environment) -> Ending {
    let opened = Opened::open(global, environment).await?;
    let pairs = match (&words.from, &words.address, &words.id) {
        (Some(path), _, _) => from_csv(path, &environment.folder)?,
        (None, Some(address), Some(id)) => vec![(address.clone(), id.clone())],
        (None, _, _) => Vec::new(),
    };
    let ledger = opened.ledger("callout import", environment)?;
    let state = ledger.state().await;
    let events = events(words, &opened, &state, &pairs).await?;
    for event in &events {
        if let Event::Adopted { key, id, seen, .. } = event {
            let standing = seen.as_ref().and_then(|seen| seen.status.as_deref()).unwrap_or("no status");
            environment.out.line(&render::clean(&format!("= {key} is ticket {id} ({standing})")));
        }
    }
    if !words.yes && !environment.confirms(&format!("\nTake over {}? Nothing is sent.", counted(events.len()))) {
        return Err(Diagnostic::error("import/declined", "nothing was imported").help("--yes imports without asking").into());
    }
    let count = events.len();
    ledger.record(events, opened.clock().now()).await?;
    opened::finish(&ledger, environment).await;
    environment.out.line(&format!("Imported {}.", counted(count)));
    Ok(Exit::Done)
}

fn counted(count: usize) -> String {
    if count == 1 { "1 ticket".to_owned() } else { format!("{count} tickets") }
}

/// Reads and checks each ticket before any is linked.
async fn events(words: &Words, opened: &Opened, state: &State, pairs: &[(Address, String)]) -> Result<Vec<Event>, Failure> {
    let (mut events, mut diagnostics) = (Vec::new(), Vec::new());
    let mut state = state.clone();
    for (address, id) in pairs {
        match event(words, opened, &state, address, id).await {
            Ok(event) => {
                // So that a second line for the same address or id is refused too.
                match state.clone().with(&event, opened.clock().now()) {
                    Ok(next) => state = next,
                    Err(impossible) => diagnostics.push(Diagnostic::error("import/twice", impossible.to_string()).about(address)),
                }
                events.push(event);
            }
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    all_or(events, diagnostics)
}

async fn event(words: &Words, opened: &Opened, state: &State, address: &Address, id: &str) -> Outcome<Event> {
    let ticket = described(opened, address)?;
    let key = Key::new(address.clone(), ticket.reissue);
    if let Some((taken, record)) = state.latest(address).filter(|(taken, record)| **taken >= key || record.in_doubt()) {
        return Err(Box::new(already(taken, record)));
    }
    let Some(side) = opened.sides.get(&address.kind) else {
        return Err(Box::new(Diagnostic::error("import/system", format!("callout.yaml has no section for the system of {address}"))));
    };
    let request = marked_request(ticket, side, state);
    take(opened, state, Wanted { key: &key, request: &request, id, reason: &words.reason }).await
}

/// Why a visit needs no import.
fn already(taken: &Key, record: &Record) -> Diagnostic {
    let (message, help) = if record.in_doubt() {
        (format!("{taken} is in doubt"), format!("settle it: callout settle {taken} --id ID --reason TEXT"))
    } else {
        let standing = record.id().map_or_else(|| standing(record), |id| format!("ticket {id}"));
        (format!("{taken} has a record already: {standing}"), "if this is a further visit, raise `reissue` in its file first".to_owned())
    };
    Diagnostic::error("import/taken", message).about(&taken.address).help(help)
}

/// The ticket in the files: what is imported must be described, or it would at once count as removed.
fn described<'a>(opened: &'a Opened, address: &Address) -> Outcome<&'a Ticket> {
    opened.tickets.iter().find(|ticket| &ticket.address == address).ok_or_else(|| {
        let names: Vec<String> = opened.tickets.iter().map(|ticket| ticket.address.to_string()).collect();
        let near = nearest(&address.to_string(), names.iter().map(String::as_str)).map(|name| format!("did you mean {name}? "));
        let help = format!("{}describe it in a manifest first, as it is in the ticket system", near.unwrap_or_default());
        Box::new(Diagnostic::error("import/undescribed", format!("the files describe no {address}")).help(help))
    })
}

/// Reads `address,id`.
fn from_csv(path: &Path, folder: &Path) -> Result<Vec<(Address, String)>, Failure> {
    let table = Table { name: path, code: "import/csv", columns: &["address", "id"], help: "the columns are address,id" };
    table.rows(folder, |cells| match cells {
        [_, ""] => Err("the id is missing".to_owned()),
        [address, id] => Ok((address.parse().map_err(|error: NotAnAddress| error.to_string())?, (*id).to_owned())),
        _ => Err("a cell is missing".to_owned()),
    })
}
