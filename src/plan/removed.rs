//! Steps for tickets whose description left the files.

use super::build::Case;
use super::reason::still;
use super::{Action, Reason, Step};
use crate::state::{Closing, Event};
use crate::systems::{Ability, Observed};
use crate::ticket::OnRemove;

/// Finished: only the record ends.
pub(super) fn retire(case: &Case<'_>) -> Step {
    let mut step = case.step(Action::Retire { why: Closing::FinishedAndRemoved });
    if let Some(Observed::Found(seen)) = case.observed {
        let seen = crate::refresh::sighting(case.side.system, seen);
        step.events.push(Event::Observed { key: case.key.clone(), seen, baseline: false, booking_checked: true });
    }
    step
}

/// Still open: as the last applied `on_remove` says.
pub(super) fn removed(case: &Case<'_>) -> Step {
    let on_remove = case.record.map(|record| record.request.lifecycle.on_remove).unwrap_or_default();
    let can = case.side.system.capabilities();
    let Some(id) = case.id() else { return case.step(Action::Keep) };
    match on_remove {
        OnRemove::Forget => {
            let mut step = case.step(Action::Retire { why: Closing::Forgotten });
            step.notes.push(format!("ticket {id} stays open: {}", still(is_visit(case))));
            step
        }
        OnRemove::Close => {
            let mut step = write_or_hold(case, can.close, id.clone(), Action::Close { id });
            if matches!(step.action, Action::Close { .. }) {
                step.notes.extend(can.notices.iter().filter(|notice| notice.on_close).map(|notice| notice.says.to_owned()));
            }
            step
        }
        OnRemove::Delete => write_or_hold(case, can.delete, id.clone(), Action::Delete { id }),
        OnRemove::Hold => {
            let remark = can.close.remark().unwrap_or("`on_remove: hold` keeps it").to_owned();
            case.blocked(Reason::StillOpen { id, remark, is_visit: is_visit(case) })
        }
    }
}

fn write_or_hold(case: &Case<'_>, ability: Ability, id: String, action: Action) -> Step {
    match ability {
        Ability::Yes => case.step(action),
        Ability::No(remark) => case.blocked(Reason::StillOpen { id, remark: remark.to_owned(), is_visit: is_visit(case) }),
    }
}

/// Whether a technician was to come.
fn is_visit(case: &Case<'_>) -> bool {
    case.record.is_some_and(|record| record.request.visit.is_some())
}
