//! Looking for the marks of the files in every system that lists: what `import --match mark`, `state rebuild` and `settle` share.

use std::collections::BTreeSet;

use super::opened::Opened;
use super::{Environment, Failure};
use crate::diagnostics::Diagnostic;
use crate::plan::Matching;
use crate::refresh::{Selection, Side};
use crate::render::Pass;
use crate::state::{Event, Phase, State};
use crate::systems::{Ability, End, Listing};

/// At the usual 60 requests a minute, a quarter of an hour: a system that is still listing then has more tickets than anybody would
/// go through, or repeats its pages for ever.
const MOST_PAGES: usize = 1_000;

/// Lists each system that the files have tickets in, and compares. A system that cannot be listed to its end links nothing.
pub(super) async fn look(opened: &Opened, state: &State, selection: &Selection, environment: &Environment) -> Result<Vec<Pass>, Failure> {
    let mut passes = Vec::new();
    for side in sides(opened, state, selection)? {
        let search = Matching { tickets: &opened.tickets, state, side, given_up: &opened.given_up };
        let (listed, refusal) = match list(opened, side, environment).await? {
            Ok(listing) => (listing.tickets, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        passes.push(Pass { system: side.system, matches: search.among(&listed).within(selection), refusal });
    }
    Ok(passes)
}

/// The records of what was found.
pub(super) fn adoptions(passes: &[Pass], reason: &str) -> Vec<Event> {
    passes.iter().flat_map(|pass| &pass.matches.hits).flat_map(|hit| hit.events(reason)).collect()
}

/// The systems that the files have these tickets in, or that a ticket in doubt may be in whose file is gone.
fn sides<'a>(opened: &'a Opened, state: &State, selection: &Selection) -> Result<Vec<&'a Side>, Failure> {
    let doubted = state.records.iter().filter(|(_, record)| record.phase == Phase::Pending).map(|(key, _)| &key.address);
    let doubted = doubted.filter(|address| opened.sides.contains_key(&address.kind));
    let addresses = opened.tickets.iter().map(|ticket| &ticket.address).chain(doubted).filter(|address| selection.holds(address));
    let kinds: BTreeSet<&String> = addresses.map(|address| &address.kind).collect();
    let missing = |kind: &String| {
        Failure::from(Diagnostic::error("import/system", format!("callout.yaml has no section for the system of {kind} documents")))
    };
    kinds.into_iter().map(|kind| opened.sides.get(kind).ok_or_else(|| missing(kind))).collect()
}

/// Every ticket that the system has, or why that is not known.
async fn list(opened: &Opened, side: &Side, environment: &Environment) -> Result<Result<Listing, String>, Failure> {
    let title = side.system.title();
    if let Ability::No(remark) = side.system.capabilities().list {
        return Ok(Err(remark.to_owned()));
    }
    let remotes = opened.connect([side.system.id()])?;
    let Some(remote) = remotes.get(side.system.id()) else { return Ok(Err(format!("there is no connection to {title}"))) };
    environment.err.line(&format!("listing the tickets of {title}"));
    let listing = remote.reader().list(None, MOST_PAGES).await;
    Ok(match listing.end {
        End::Whole => Ok(listing),
        End::TooLong => Err(format!("{title} has more than {MOST_PAGES} pages of tickets")),
        End::Broken { why, .. } => Err(format!("the list of tickets broke off: {why}")),
        End::Cannot => Err(format!("{title} does not list its tickets")),
    })
}
