//! `callout settle`: the one place for what needs a person.

use std::collections::BTreeSet;
use std::path::Path;

use super::args::{Choice, Global, PlanFormat, Settle as Words};
use super::opened::{self, Opened, Remotes};
use super::rows::Table;
use super::settlement::{Settlement, Verdict, in_words, is_doubted_create, key_of, unlooked};
use super::taking::{Wanted, take};
use super::{Ending, Environment, Exit, Failure, all_or, finding, planning};
use crate::diagnostics::Diagnostic;
use crate::plan::{Action, Companions, Plan, Reason, Step};
use crate::refresh::{Filter, Selection, renamed_from};
use crate::render;
use crate::state::{Event, Key, Record, State};
use crate::ticket::Address;

pub(super) async fn run(words: &Words, global: &Global, environment: &mut Environment) -> Ending {
    let verdict = Verdict::of(words);
    if verdict.is_none() && words.from.is_none() {
        return list(words, global, environment).await;
    }
    let opened = Opened::open(global, environment).await?;
    let ledger = opened.ledger("callout settle", environment)?;
    let state = ledger.state().await;
    let settlements = match (&words.from, verdict) {
        (Some(path), _) => from_csv(path, &environment.folder, &state)?,
        (None, Some(verdict)) => named(words, &verdict, &state)?,
        (None, None) => Vec::new(),
    };
    let events = events(&opened, &state, &settlements, environment).await?;
    for event in &events {
        environment.out.line(&render::clean(&in_words(event)));
    }
    if !words.yes && !environment.confirms("\nKeep this?") {
        return Err(Diagnostic::error("settle/declined", "nothing was settled").help("--yes settles without asking").into());
    }
    ledger.record(events, opened.clock().now()).await?;
    opened::finish(&ledger, environment).await;
    environment.out.line("Settled.");
    Ok(Exit::Done)
}

/// The same for each address that was named.
fn named(words: &Words, verdict: &Verdict, state: &State) -> Result<Vec<Settlement>, Failure> {
    let wrong = |message, help| Err(Diagnostic::error("settle/no-address", message).help(help).into());
    match (words.addresses.len(), verdict) {
        (0, _) => {
            return wrong("which ticket is settled?", "name its address, or settle many with --from FILE.csv; `callout settle` lists them");
        }
        (2.., Verdict::Is(_)) => return wrong("one id is one ticket's", "name one address, or settle many with --from FILE.csv"),
        (1.., _) => {}
    }
    let (mut settlements, mut diagnostics) = (Vec::new(), Vec::new());
    for address in &words.addresses {
        match key_of(address, state) {
            Ok(key) => settlements.push(Settlement { key, verdict: verdict.clone(), reason: words.reason.clone().unwrap_or_default() }),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    all_or(settlements, diagnostics)
}

/// What a record's address is in the files, which may be about to rename it.
fn described_as(opened: &Opened, state: &State, address: &Address) -> Address {
    let renamed = opened.tickets.iter().find(|ticket| renamed_from(ticket, state).as_ref() == Some(address));
    renamed.map_or(address, |ticket| &ticket.address).clone()
}

/// Checks all of them before any is kept.
async fn events(opened: &Opened, state: &State, settlements: &[Settlement], environment: &Environment) -> Result<Vec<Event>, Failure> {
    let is_searched = |settlement: &Settlement| {
        let side = opened.sides.get(&settlement.key.address.kind);
        settlement.verdict == Verdict::NotCreated && side.is_some_and(|side| side.system.capabilities().find.yes())
    };
    let told = settlements.iter().filter(|settlement| settlement.verdict == Verdict::Accept || is_searched(settlement));
    let targets: Vec<Address> = told.map(|settlement| described_as(opened, state, &settlement.key.address)).collect();
    let plan = if targets.is_empty() { None } else { Some(plan(opened, state, targets, environment).await?) };
    let mut events = Vec::with_capacity(settlements.len());
    let mut diagnostics = found_by_mark(opened, state, settlements, environment).await?;
    let mut settled = BTreeSet::new();
    let linked = settlements.iter().filter(|settlement| matches!(settlement.verdict, Verdict::Is(_)));
    let remotes = opened.connect_for(linked.map(|settlement| &settlement.key.address))?;
    let companions = Companions::new(&opened.tickets, state, &opened.given_up);
    // Each is checked against the state as the ones before it leave it: no ticket can be two visits'.
    let mut state = state.clone();
    for settlement in settlements {
        if !settled.insert(&settlement.key) {
            diagnostics.push(settlement.wrong("it is settled twice at once"));
            continue;
        }
        let event = match &settlement.verdict {
            Verdict::Is(id) => link((opened, &remotes), (&state, &companions), settlement, id).await,
            Verdict::NotCreated | Verdict::Write { .. } | Verdict::Accept | Verdict::Cancelled | Verdict::Ended(_) => {
                settlement.event(&state, plan.as_ref(), opened.clock().now())
            }
        };
        let possible = event.and_then(|event| {
            let applied = state.apply(&event, opened.clock().now());
            applied.map(|()| event).map_err(|impossible| settlement.wrong(impossible.why).into())
        });
        match possible {
            Ok(event) => events.push(event),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    all_or(events, diagnostics)
}

/// What is presumed sent may have been made at any time, so it is looked for in the whole list before it counts as not created.
async fn found_by_mark(
    opened: &Opened,
    state: &State,
    settlements: &[Settlement],
    environment: &Environment,
) -> Result<Vec<Diagnostic>, Failure> {
    let is_listed = |key: &Key| opened.sides.get(&key.address.kind).is_some_and(|side| side.system.capabilities().list.yes());
    let is_presumed = |key: &Key| state.records.get(key).is_some_and(Record::is_presumed);
    let is_asked =
        |settlement: &&Settlement| settlement.verdict == Verdict::NotCreated && is_presumed(&settlement.key) && is_listed(&settlement.key);
    let asked: Vec<&Settlement> = settlements.iter().filter(is_asked).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let addresses = asked.iter().map(|settlement| described_as(opened, state, &settlement.key.address));
    let selection = Selection::of(Filter::of_tickets(addresses), &opened.tickets, state)?;
    let passes = finding::look(opened, state, &selection, environment).await?;
    let unlooked = |settlement: &&Settlement| {
        let pass = passes.iter().find(|pass| pass.system.kind() == settlement.key.address.kind);
        pass.and_then(|pass| pass.refusal.as_deref()).map(unlooked)
    };
    let found =
        |settlement: &&Settlement| passes.iter().find_map(|pass| settlement.found_among(&pass.matches)).or_else(|| unlooked(settlement));
    Ok(asked.iter().filter_map(|settlement| Some(settlement.wrong(&found(settlement)?))).collect())
}

async fn link(
    (opened, remotes): (&Opened, &Remotes),
    (state, companions): (&State, &Companions<'_>),
    settlement: &Settlement,
    id: &str,
) -> Result<Event, Box<Diagnostic>> {
    let doubted = state.records.get(&settlement.key).filter(|record| is_doubted_create(record));
    let Some(record) = doubted else { return Err(settlement.wrong("no create of it is in doubt").into()) };
    let wanted = Wanted { key: &settlement.key, request: &record.request, id, reason: &settlement.reason, companions };
    take(opened, remotes, state, wanted).await
}

/// The plan for these tickets, or for all.
async fn plan(opened: &Opened, state: &State, target: Vec<Address>, environment: &Environment) -> Result<Plan, Failure> {
    let choice = Choice::of_tickets(target);
    planning::make(opened, state, &choice, environment).await
}

/// What needs a person, with all that helps to look it up in the portal.
async fn list(words: &Words, global: &Global, environment: &Environment) -> Ending {
    let (opened, state) = Opened::with_state(global, environment).await?;
    let plan = plan(&opened, &state, Vec::new(), environment).await?;
    let keys = words.addresses.iter().map(|address| key_of(address, &state)).collect::<Result<Vec<_>, _>>()?;
    let found = found_again(&plan, &state);
    let waiting = if keys.is_empty() { waiting(&plan) } else { String::new() };
    let plan = Plan {
        steps: plan
            .steps
            .into_iter()
            .filter(|step| {
                step.needs_person() && (keys.is_empty() || keys.iter().any(|key| key.address == step.key.address || step.is_of(key)))
            })
            .collect(),
        ..plan
    };
    match words.format {
        PlanFormat::Text => environment.out.write(&(render::settle_text(&plan, &state) + &found + &waiting)),
        PlanFormat::Json => environment.out.line(&render::plan_json(&plan).to_string()),
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

const COLUMNS: &[&str] = &["address", "settlement", "id", "reason"];

/// Reads `address,settlement,id,reason`.
fn from_csv(path: &Path, folder: &Path, state: &State) -> Result<Vec<Settlement>, Failure> {
    let help = "the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done, accept, cancelled, ok, failed or no-access";
    Table { name: path, code: "settle/csv", columns: COLUMNS, help }.rows(folder, |cells| match cells {
        [address, name, id, reason] => settlement(address, (name, id), reason, state),
        _ => Err("a cell is missing".to_owned()),
    })
}

fn settlement(address: &str, (name, id): (&str, &str), reason: &str, state: &State) -> Result<Settlement, String> {
    if name == "id" && id.is_empty() {
        return Err("the settlement `id` needs an id".to_owned());
    }
    let verdict = Verdict::named(name, id).ok_or_else(|| format!("`{name}` is no settlement"))?;
    if reason.is_empty() {
        return Err("the reason is missing".to_owned());
    }
    let key = key_of(address, state).map_err(|error| error.message)?;
    Ok(Settlement { key, verdict, reason: reason.to_owned() })
}
