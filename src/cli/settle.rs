//! `callout settle`: the one place for what needs a person.

use std::path::Path;

use super::args::{Choice, Global, PlanFormat, Refresh, Settle as Words};
use super::opened::Opened;
use super::settlement::{Settlement, Verdict, in_words, is_doubted_create, key_of};
use super::taking::{Wanted, take};
use super::{Ending, Environment, Exit, Failure, planning};
use crate::diagnostics::Diagnostic;
use crate::plan::Plan;
use crate::render;
use crate::state::{Event, State};

pub(super) async fn run(words: &Words, global: &Global, environment: &mut Environment) -> Ending {
    let opened = Opened::open(global, environment).await?;
    let verdict = Verdict::of(words);
    if verdict.is_none() && words.from.is_none() {
        return list(words, &opened, environment).await;
    }
    let ledger = opened.ledger("callout settle", environment)?;
    let state = ledger.state().await;
    let settlements = match (&words.from, &words.address, verdict) {
        (Some(path), _, _) => from_csv(&environment.folder.join(path), &state)?,
        (None, Some(address), Some(verdict)) => {
            vec![Settlement { key: key_of(address, &state)?, verdict, reason: words.reason.clone().unwrap_or_default() }]
        }
        (None, _, _) => {
            let diagnostic = Diagnostic::error("settle/no-address", "which ticket is settled?");
            return Err(diagnostic.help("name its address, or settle many with --from FILE.csv; `callout settle` lists them").into());
        }
    };
    let events = events(&opened, &state, &settlements, environment).await?;
    for event in &events {
        environment.out.line(&render::clean(&in_words(event)));
    }
    if !words.yes && !environment.confirms("\nKeep this?") {
        return Err(Diagnostic::error("settle/declined", "nothing was settled").help("--yes settles without asking").into());
    }
    ledger.record(events, opened.clock().now()).await?;
    ledger.finish().await?;
    environment.out.line("Settled.");
    Ok(Exit::Done)
}

/// Checks all of them before any is kept.
async fn events(opened: &Opened, state: &State, settlements: &[Settlement], environment: &Environment) -> Result<Vec<Event>, Failure> {
    let plan = if settlements.iter().any(|settlement| settlement.verdict == Verdict::Accept) {
        plan(opened, state, environment).await?
    } else {
        None
    };
    let mut events = Vec::with_capacity(settlements.len());
    let mut diagnostics = Vec::new();
    for settlement in settlements {
        let event = match &settlement.verdict {
            Verdict::Is(id) => link(opened, state, settlement, id).await,
            Verdict::NotCreated | Verdict::Write { .. } | Verdict::Accept | Verdict::Cancelled | Verdict::Ended(_) => {
                settlement.event(state, plan.as_ref())
            }
        };
        match event {
            Ok(event) => events.push(event),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    if diagnostics.is_empty() { Ok(events) } else { Err(Failure { diagnostics, exit: Exit::Error }) }
}

async fn link(opened: &Opened, state: &State, settlement: &Settlement, id: &str) -> Result<Event, Box<Diagnostic>> {
    let doubted = state.records.get(&settlement.key).filter(|record| is_doubted_create(record));
    let Some(record) = doubted else { return Err(settlement.wrong("no create of it is in doubt")) };
    take(opened, state, Wanted { key: &settlement.key, request: &record.request, id, reason: &settlement.reason }).await
}

async fn plan(opened: &Opened, state: &State, environment: &Environment) -> Result<Option<Plan>, Failure> {
    let choice = Choice { target: Vec::new(), refresh: Refresh::Auto };
    planning::make(opened, state, &choice, environment).await.map(Some)
}

/// What needs a person, with all that helps to look it up in the portal.
async fn list(words: &Words, opened: &Opened, environment: &Environment) -> Ending {
    let state = opened.state(environment)?;
    let Some(plan) = plan(opened, &state, environment).await? else { return Ok(Exit::Done) };
    let key = words.address.as_deref().map(|address| key_of(address, &state)).transpose()?;
    let plan = Plan {
        steps: plan
            .steps
            .into_iter()
            .filter(|step| step.needs_person() && key.as_ref().is_none_or(|key| key.address == step.key.address))
            .collect(),
        ..plan
    };
    match words.format {
        PlanFormat::Text => environment.out.write(&render::settle_text(&plan, &state)),
        PlanFormat::Json => environment.out.line(&render::plan_json(&plan).to_string()),
    }
    Ok(Exit::Done)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    address: String,
    settlement: String,
    #[serde(default)]
    id: String,
    reason: String,
}

/// Reads `address,settlement,id,reason`. Every row is checked before any is used.
fn from_csv(path: &Path, state: &State) -> Result<Vec<Settlement>, Failure> {
    let wrong = |message: String| {
        Diagnostic::error("settle/csv", format!("{}: {message}", path.display()))
            .help("the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done, accept, cancelled, ok, failed or no-access")
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(|error| wrong(error.to_string()))?;
    let (mut settlements, mut diagnostics) = (Vec::new(), Vec::new());
    for (number, row) in reader.deserialize::<Row>().enumerate() {
        match row.map_err(|error| wrong(error.to_string())).and_then(|row| settlement(&row, number + 2, state, wrong)) {
            Ok(settlement) => settlements.push(settlement),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    if diagnostics.is_empty() { Ok(settlements) } else { Err(Failure { diagnostics, exit: Exit::Error }) }
}

fn settlement(row: &Row, line: usize, state: &State, wrong: impl Fn(String) -> Diagnostic) -> Result<Settlement, Diagnostic> {
    let verdict = Verdict::named(&row.settlement, &row.id).ok_or_else(|| {
        let id = if row.settlement == "id" { " without an id" } else { "" };
        wrong(format!("line {line}: `{}`{id} is no settlement", row.settlement))
    })?;
    if row.reason.is_empty() {
        return Err(wrong(format!("line {line}: the reason is missing")));
    }
    let key = key_of(&row.address, state).map_err(|error| wrong(format!("line {line}: {}", error.message)))?;
    Ok(Settlement { key, verdict, reason: row.reason.clone() })
}
