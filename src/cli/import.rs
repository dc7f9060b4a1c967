//! `callout import`: tickets that exist already become the tickets of addresses.

use std::path::Path;

use super::args::{Global, Import as Words, MatchBy};
use super::opened::{self, Opened, Remotes};
use super::rows::{Table, placed};
use super::settlement::{gone_on, is_doubted_create};
use super::state::{reasoned, standing, typed};
use super::taking::{Wanted, take};
use super::{Ending, Environment, Exit, Failure, all_or, finding, planning};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::plan::{Companions, marked_request};
use crate::refresh::{Filter, Selection, booking_mismatch};
use crate::render;
use crate::state::{Event, Key, Record, State};
use crate::systems::{by_kind, nearest};
use crate::ticket::{Address, NotAnAddress, Ticket};

pub(super) async fn run(words: &Words, global: &Global, environment: &mut Environment) -> Ending {
    reasoned(&words.reason, "import")?;
    let named = Named::of(words, &environment.folder)?;
    let opened = Opened::open(global, environment).await?;
    let ledger = opened.ledger("callout import", words.waiting, environment).await?;
    let state = ledger.state();
    let events = match named {
        Named::Pairs(mut pairs) => {
            pairs.retain(|pair| pair.row.is_none() || !is_linked(&opened, &state, pair));
            planning::announce(&opened, pairs.len(), environment);
            let events = events(words, &opened, &state, &pairs).await?;
            environment.out.write(&events.iter().map(in_words).collect::<String>());
            events
        }
        Named::Marks(addresses) => by_mark(words, &opened, &state, addresses, environment).await?,
    };
    let count = events.iter().filter(|event| matches!(event, Event::Adopted { .. })).count();
    if count == 0 {
        environment.out.line("Nothing to take over.");
        return Ok(Exit::Done);
    }
    if !words.yes && !environment.confirms(&format!("\nTake over {}? Nothing is sent.", counted(count))) {
        return Err(Diagnostic::error("import/declined", "nothing was imported").help("--yes imports without asking").into());
    }
    ledger.record(events, opened.clock().now()).await?;
    opened::finish(&ledger, environment).await;
    environment.out.line(&format!("Imported {}.", counted(count)));
    Ok(Exit::Done)
}

fn counted(count: usize) -> String {
    if count == 1 { "1 ticket".to_owned() } else { format!("{count} tickets") }
}

/// What is to be imported, as the command line says it.
enum Named {
    Pairs(Vec<Pair>),
    /// Whatever carries the mark of one of these addresses.
    Marks(Vec<Address>),
}

/// An address, and the id of its ticket.
struct Pair {
    address: Address,
    id: String,
    /// The row of a file that says so, for messages.
    row: Option<String>,
}

impl Named {
    fn of(words: &Words, folder: &Path) -> Result<Self, Failure> {
        let address = |text: &String| {
            let wrong = |error: NotAnAddress| Failure::from(Diagnostic::error("import/address", error.to_string()));
            text.parse::<Address>().map_err(wrong)
        };
        match (&words.by, &words.from, words.words.as_slice()) {
            (Some(MatchBy::Mark), _, addresses) => Ok(Self::Marks(addresses.iter().map(address).collect::<Result<_, _>>()?)),
            (None, Some(path), _) => from_csv(path, folder).map(Self::Pairs),
            (None, None, [name, id]) => Ok(Self::Pairs(vec![Pair { address: address(name)?, id: id.clone(), row: None }])),
            (None, None, _) => {
                let diagnostic = Diagnostic::error("import/words", "an import needs one address and the id of its ticket");
                Err(diagnostic.help("callout import ADDRESS ID; many with --from FILE.csv; by their marks with --match mark").into())
            }
        }
    }
}

/// What the systems list, shown.
async fn by_mark(
    words: &Words,
    opened: &Opened,
    state: &State,
    addresses: Vec<Address>,
    environment: &Environment,
) -> Result<Vec<Event>, Failure> {
    let is_described = |address: &Address| opened.tickets.iter().any(|ticket| address.covers(&ticket.address));
    if let Some(unknown) = addresses.iter().find(|address| !is_described(address)) {
        described_as(opened, unknown)?;
    }
    let selection = Selection::of(Filter::of_tickets(addresses), &opened.tickets, state)?;
    let passes = finding::look(opened, state, &selection, environment).await?;
    environment.out.write(&render::passes_text(&passes));
    Ok(finding::adoptions(&passes, &words.reason))
}

/// What would be linked, and how the ticket differs from what the file says.
fn in_words(event: &Event) -> String {
    let Event::Adopted { key, id, request, seen: Some(seen), .. } = event else { return String::new() };
    let changes = by_kind(&key.address.kind).map(|system| booking_mismatch(system, request, &seen.fields)).unwrap_or_default();
    render::adoption_text((key, id), request, seen, &changes)
}

/// Reads and checks each ticket before any is linked.
async fn events(words: &Words, opened: &Opened, state: &State, pairs: &[Pair]) -> Result<Vec<Event>, Failure> {
    let (mut events, mut diagnostics) = (Vec::new(), Vec::new());
    let companions = Companions::new(&opened.tickets, state, &opened.given_up);
    let mut state = state.clone();
    let remotes = opened.connect_for(pairs.iter().map(|pair| &pair.address))?;
    for Pair { address, id, row } in pairs {
        let of_row = |diagnostic| placed(row.as_deref(), diagnostic);
        match event((opened, &remotes), (&state, &companions), address, (id, &words.reason)).await {
            Ok(event) => {
                // So that a second line for the same address or id is refused too.
                if let Err(impossible) = state.apply(&event, opened.clock().now()) {
                    diagnostics.push(of_row(Diagnostic::error("import/twice", impossible.to_string()).about(address)));
                }
                events.push(event);
            }
            Err(diagnostic) => diagnostics.push(of_row(*diagnostic)),
        }
    }
    all_or(events, diagnostics)
}

/// A list may be taken a second time, longer than before: what it brought already is passed over.
fn is_linked(opened: &Opened, state: &State, Pair { address, id, .. }: &Pair) -> bool {
    let ticket = opened.tickets.iter().find(|ticket| &ticket.address == address);
    let record = ticket.and_then(|ticket| state.records.get(&Key::new(address.clone(), ticket.reissue)));
    record.is_some_and(|record| record.is_live() && record.id() == Some(id.as_str()))
}

async fn event(
    (opened, remotes): (&Opened, &Remotes),
    (state, companions): (&State, &Companions<'_>),
    address: &Address,
    (id, reason): (&str, &str),
) -> Outcome<Event> {
    let ticket = described_as(opened, address)?;
    let key = Key::new(address.clone(), ticket.reissue);
    let Some(side) = opened.sides.get(&address.kind) else {
        return Err(Box::new(Diagnostic::error("import/system", format!("callout.yaml has no section for the system of {address}"))));
    };
    let trace = state.records.get_key_value(&key).filter(|(_, record)| record.is_moved());
    let request = match trace.or(state.latest(address)) {
        // What may have been sent is what the record says, whatever the file says since.
        Some((taken, record)) if *taken == key && is_doubted_create(record) => record.request.clone(),
        Some((taken, record)) if *taken >= key || record.in_doubt() => return Err(Box::new(already(state, taken, record))),
        Some(_) | None => marked_request(ticket, side, state),
    };
    take(opened, remotes, state, Wanted { key: &key, request: &request, id, reason, companions }).await
}

/// Why a visit needs no import.
fn already(state: &State, taken: &Key, record: &Record) -> Diagnostic {
    let (message, help) = if record.in_doubt() {
        (format!("{taken} is in doubt"), format!("settle it: callout settle {} --id ID --reason TEXT", typed(taken)))
    } else if record.is_moved() {
        (format!("{taken} has a record already: {}", gone_on(state, taken)), "rename it in the file, too".to_owned())
    } else if record.is_let_go() {
        let help = "it stays taken. By mistake? callout state restore COMMIT --reason TEXT takes it back, with the number of a commit before \
                    it was let go of: callout log --format json numbers them";
        (format!("{taken} was let go of: {}", standing_of(record)), help.to_owned())
    } else {
        let standing = record.id().map_or_else(|| standing(record), |id| format!("ticket {id}"));
        (format!("{taken} has a record already: {standing}"), "if this is a further visit, raise `reissue` in its file first".to_owned())
    };
    Diagnostic::error("import/taken", message).about(&taken.address).help(help)
}

fn standing_of(record: &Record) -> String {
    record.id().map_or_else(|| standing(record), |id| format!("ticket {id}, {}", standing(record)))
}

/// The ticket in the files: what is imported must be described, or it would at once count as removed.
fn described_as<'a>(opened: &'a Opened, address: &Address) -> Outcome<&'a Ticket> {
    opened.tickets.iter().find(|ticket| &ticket.address == address).ok_or_else(|| {
        let names: Vec<String> = opened.tickets.iter().map(|ticket| ticket.address.to_string()).collect();
        let near = nearest(&address.to_string(), names.iter().map(String::as_str)).map(|name| format!("did you mean {name}? "));
        let help = format!("{}describe it in a manifest first, as it is in the ticket system", near.unwrap_or_default());
        Box::new(Diagnostic::error("import/undescribed", format!("the files describe no {address}")).help(help))
    })
}

/// Reads `address,id`.
fn from_csv(path: &Path, folder: &Path) -> Result<Vec<Pair>, Failure> {
    let table = Table { name: path, code: "import/csv", columns: &["address", "id"], help: "the columns are address,id" };
    table.rows(folder, |line, cells| match cells {
        [_, ""] => Err("the id is missing".into()),
        [address, id] => {
            let address = address.parse().map_err(|error: NotAnAddress| error.to_string())?;
            Ok(Pair { address, id: (*id).to_owned(), row: Some(table.row_at(line)) })
        }
        _ => Err("a cell is missing".into()),
    })
}
