//! Taking over a live ticket by its id: it is read and checked first. What `settle --id` and `import` share.

use super::opened::{Opened, Remotes};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::plan::{Candidate, Companions, Reason};
use crate::refresh::Side;
use crate::state::{Event, Key, Request, State};
use crate::systems::{Observed, Seen};

/// Reads the ticket and makes the event that links it, if it can be this visit's.
pub(super) async fn take(opened: &Opened, remotes: &Remotes, state: &State, wanted: Wanted<'_>) -> Outcome<Event> {
    let Wanted { key, request, id, reason, companions } = wanted;
    let refused = |why: String| {
        let message = format!("{key} is not linked to ticket {id}: {why}");
        Box::new(Diagnostic::error("import/misfit", message).about(key).help("look the ticket up in the portal, and check the id"))
    };
    let side =
        opened.sides.get(&key.address.kind).ok_or_else(|| refused(format!("callout.yaml has no section for {}", key.address.kind)))?;
    if side.origin != request.origin {
        return Err(refused(format!("its record belongs to {}, and this project now talks to {}", request.origin, side.origin)));
    }
    let seen = read(remotes, side, id).await.map_err(refused)?;
    let described = opened.tickets.iter().find(|ticket| ticket.address == key.address);
    let candidate = Candidate {
        system: side.system,
        state,
        request: request.clone(),
        key,
        renamed_from: described.and_then(|ticket| ticket.lifecycle.renamed_from.as_ref()),
        given_up: companions.given_up(),
        companions: Some(companions),
    };
    let (request, sight) = candidate.takes(&seen).map_err(|reason| refused(misfit(reason)))?;
    Ok(Event::Adopted { key: key.clone(), id: id.to_owned(), request: Box::new(request), seen: Some(sight), reason: reason.to_owned() })
}

/// The reason, without the id that the message has named.
fn misfit(reason: Reason) -> String {
    if let Reason::AdoptHeld { holder, .. } = reason {
        return format!("it belongs to {holder}");
    }
    if let Reason::AdoptMismatch { what, .. } = reason { what } else { reason.to_string() }
}

/// What is to be linked.
pub(super) struct Wanted<'a> {
    pub key: &'a Key,
    pub request: &'a Request,
    pub id: &'a str,
    pub reason: &'a str,
    pub companions: &'a Companions<'a>,
}

async fn read(remotes: &Remotes, side: &Side, id: &str) -> Result<Seen, String> {
    let Some(remote) = remotes.get(side.system.id()) else { return Err(format!("there is no connection to {}", side.system.title())) };
    match remote.reader().read(id).await {
        Observed::Found(seen) => Ok(*seen),
        Observed::Missing => Err(format!("{} has no such ticket, or this credential may not see it", side.system.title())),
        Observed::Unread { why, .. } => Err(why),
    }
}
