//! `callout settle`: the one place for what needs a person.

mod choose;
mod list;

use std::collections::BTreeSet;

use self::choose::{Chosen, chosen};
use super::args::{Choice, Global, Settle as Words};
use super::opened::{self, Opened, Remotes};
use super::settlement::{Settlement, Verdict, in_words, is_doubted_create, unlooked};
use super::state::{reasoned, way_back};
use super::taking::{Wanted, take};
use super::{Ending, Environment, Exit, Failure, all_or, finding, planning};
use crate::diagnostics::Diagnostic;
use crate::plan::Companions;
use crate::refresh::{Filter, Selection, renamed_from};
use crate::render::{self, Pass};
use crate::state::{Closing, Event, Key, Phase, State};
use crate::systems::by_kind;
use crate::ticket::{Address, Mark};

pub(super) async fn run(words: &Words, global: &Global, environment: &mut Environment) -> Ending {
    if Verdict::of(words).is_none() && words.from.is_none() {
        return list::list(words, global, environment).await;
    }
    // Each row of a file has a reason of its own.
    if let Some(reason) = &words.reason {
        reasoned(reason, "settle")?;
    }
    let opened = Opened::open(global, environment).await?;
    let ledger = opened.ledger("callout settle", words.waiting, environment).await?;
    let state = ledger.state();
    let chosen = chosen(words, &opened, &state, environment).await?;
    let left = chosen.left;
    let events = events(&opened, &state, chosen, environment).await?;
    for event in &events {
        environment.out.line(&render::clean(&in_words(event)));
        // Nobody typed the addresses of a selection: each is told so that it can be recognised.
        if let Some(known) = known(event, &state).filter(|_| !words.part.is_all()) {
            environment.out.line(&format!("    {}", render::clean(&known)));
        }
    }
    match left {
        0 => {}
        1 => environment.out.line("1 other selected ticket does not wait for this, and is left as it is."),
        many => environment.out.line(&format!("{many} other selected tickets do not wait for this, and are left as they are.")),
    }
    if !words.yes && !environment.confirms("\nKeep this?") {
        return Err(Diagnostic::error("settle/declined", "nothing was settled").help("--yes settles without asking").into());
    }
    let has_way_back = events.iter().any(|event| has_way_back(event, &state));
    ledger.record(events, opened.clock().now()).await?;
    opened::finish(&ledger, environment).await;
    environment.out.line("Settled.");
    if has_way_back {
        environment.out.line(&way_back(state.through));
    }
    Ok(Exit::Done)
}

/// The ticket of a settlement, its site and its visit.
fn known(event: &Event, state: &State) -> Option<String> {
    let key = event.key()?;
    let record = state.records.get(key)?;
    let site = by_kind(&key.address.kind).map(|system| system.site(&record.request.fields)).filter(|site| !site.is_empty());
    let ticket = record.id().map(|id| format!("ticket {id}"));
    Some([ticket, site, record.request.visit.as_ref().map(render::visit)].into_iter().flatten().collect::<Vec<_>>().join("; "))
}

/// Whether `state restore` takes it back, if it was said by mistake.
fn has_way_back(event: &Event, state: &State) -> bool {
    let was_known = |key: &Key| state.records.get(key).is_some_and(|record| matches!(record.phase, Phase::Live { .. } | Phase::Pending));
    let is_cancelled = |event: &Event| matches!(event, Event::Closed { key, why: Closing::Cancelled, .. } if was_known(key));
    matches!(event, Event::NotCreated { .. }) || is_cancelled(event)
}

/// What a record's address is in the files, which may be about to rename it.
fn described_as(opened: &Opened, state: &State, address: &Address) -> Address {
    let renamed = opened.tickets.iter().find(|ticket| renamed_from(ticket, state).as_ref() == Some(address));
    renamed.map_or(address, |ticket| &ticket.address).clone()
}

/// Checks all of them before any is kept.
async fn events(opened: &Opened, state: &State, chosen: Chosen, environment: &Environment) -> Result<Vec<Event>, Failure> {
    let Chosen { settlements, plan, left: _ } = chosen;
    let settlements = settlements.as_slice();
    let is_searched = |settlement: &Settlement| {
        let side = opened.sides.get(&settlement.key.address.kind);
        settlement.verdict == Verdict::NotCreated && side.is_some_and(|side| side.system.capabilities().find.yes())
    };
    let told = settlements.iter().filter(|settlement| settlement.verdict == Verdict::Accept || is_searched(settlement));
    let targets: Vec<Address> = told.map(|settlement| described_as(opened, state, &settlement.key.address)).collect();
    let plan = match plan {
        Some(plan) => Some(plan),
        None if targets.is_empty() => None,
        None => Some(planning::make(opened, state, &Choice::of_tickets(targets), environment).await?),
    };
    let mut events = Vec::with_capacity(settlements.len());
    let (mut diagnostics, mut freed) = (Vec::new(), Vec::new());
    let mut settled = BTreeSet::new();
    let linked = settlements.iter().filter(|settlement| matches!(settlement.verdict, Verdict::Is(_)));
    let remotes = opened.connect_for(linked.map(|settlement| &settlement.key.address))?;
    let companions = Companions::new(&opened.tickets, state, &opened.given_up);
    // Each is checked against the state as the ones before it leave it: no ticket can be two visits'.
    let (before, mut state) = (state, state.clone());
    for settlement in settlements {
        if !settled.insert(&settlement.key) {
            diagnostics.push(settlement.placed(settlement.wrong("it is settled twice at once")));
            continue;
        }
        let event = match &settlement.verdict {
            Verdict::Is(id) => link((opened, &remotes), (&state, &companions), settlement, id).await,
            Verdict::NotCreated | Verdict::Write { .. } | Verdict::Accept | Verdict::Cancelled | Verdict::SeenTo | Verdict::Ended(_) => {
                settlement.event(&state, plan.as_ref(), opened.clock().now())
            }
        };
        let possible = event.and_then(|event| {
            let applied = state.apply(&event, opened.clock().now());
            applied.map(|()| event).map_err(|impossible| settlement.wrong(impossible.why).into())
        });
        match possible {
            Ok(event) => {
                if settlement.verdict == Verdict::NotCreated {
                    freed.push(settlement);
                }
                events.push(event);
            }
            Err(diagnostic) => diagnostics.push(settlement.placed(*diagnostic)),
        }
    }
    diagnostics.extend(found_by_mark(opened, before, &freed, environment).await?);
    all_or(events, diagnostics)
}

/// What a system lists is looked for in the whole list before it counts as not created. A search that begins at the intent is not enough:
/// what is presumed sent may have been made at any time, and of the others only this machine's clock says when.
async fn found_by_mark(
    opened: &Opened,
    state: &State,
    freed: &[&Settlement],
    environment: &Environment,
) -> Result<Vec<Diagnostic>, Failure> {
    let is_listed = |key: &Key| opened.sides.get(&key.address.kind).is_some_and(|side| side.system.capabilities().list.yes());
    let asked: Vec<&&Settlement> = freed.iter().filter(|settlement| is_listed(&settlement.key)).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let addresses = asked.iter().map(|settlement| described_as(opened, state, &settlement.key.address));
    let selection = Selection::of(Filter::of_tickets(addresses), &opened.tickets, state)?;
    let passes = finding::look(opened, state, &selection, environment).await?;
    let unlooked = |settlement: &Settlement| {
        let pass = passes.iter().find(|pass| pass.system.kind() == settlement.key.address.kind);
        pass.and_then(|pass| pass.refusal.as_deref()).map(unlooked)
    };
    let found = |settlement: &Settlement| {
        let mark = state.records.get(&settlement.key).and_then(|record| record.request.mark.as_ref());
        let in_pass = |pass: &Pass| settlement.found_among(&pass.matches).or_else(|| carried(pass, mark?));
        passes.iter().find_map(in_pass).or_else(|| unlooked(settlement))
    };
    Ok(asked.iter().filter_map(|settlement| Some(settlement.placed(settlement.wrong(&found(settlement)?)))).collect())
}

/// A ticket with this mark that no file accounts for any more.
fn carried(pass: &Pass, mark: &Mark) -> Option<String> {
    let ticket = pass.matches.strangers.iter().find(|seen| pass.system.mark_of(&seen.fields).as_ref() == Some(mark))?;
    Some(format!("ticket {} carries its mark; settle it with --id", ticket.id))
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
