//! Steps for tickets whose description left the files.

use std::fmt;

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::case::Case;
use super::{Action, Reason, Step, existing};
use crate::state::{Closing, Event};
use crate::systems::{Ability, Observed};
use crate::ticket::{OnRemove, RolloutSite};

/// What goes on while a ticket is open that nobody wants any more.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Work {
    /// Nobody drives to it.
    #[default]
    Remote,
    /// A technician comes to the site, at this time by its clock.
    Coming { start: String },
    /// A technician was to come then.
    Begun { start: String },
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remote => f.write_str("people still work on it"),
            Self::Coming { start } => write!(f, "its technician is still coming, at {start}"),
            Self::Begun { start } => write!(f, "its technician was to come at {start}"),
        }
    }
}

/// What became of the description of a ticket that has none any more.
pub(super) fn left(site: Option<&RolloutSite>) -> String {
    site.map_or_else(|| "left the files".to_owned(), |site| format!("site {} left {}", site.key, rollout_of(site)))
}

/// `Rollout/routers (wave pilot)`.
fn rollout_of(site: &RolloutSite) -> String {
    let wave = site.wave.as_ref().map(|wave| format!(" (wave {wave})")).unwrap_or_default();
    format!("Rollout/{}{wave}", site.rollout)
}

impl Step {
    /// Whether its description left the files while its technician is still coming.
    pub fn is_still_coming(&self) -> bool {
        self.comes().is_some()
    }

    /// When that technician comes, by the site's clock.
    pub fn comes(&self) -> Option<&str> {
        let Some(Reason::StillOpen { work, .. }) = self.action.reason() else { return None };
        match work {
            Work::Coming { start } | Work::Begun { start } => Some(start),
            Work::Remote => None,
        }
    }
}

/// Finished: only the record ends.
pub(super) fn retire(case: &Case<'_>) -> Step {
    let mut step = case.step(Action::Retire { why: Closing::FinishedAndRemoved });
    // Once is enough: a record that may be another visit's stays for a while.
    let is_known = case.record.is_some_and(|record| record.finished);
    if let Some(Observed::Found(seen)) = case.observed.filter(|_| !is_known) {
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
            step.notes.push(format!("ticket {id} stays open: {}", work(case)));
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
            hold(case, id, remark)
        }
    }
}

fn write_or_hold(case: &Case<'_>, ability: Ability, id: String, action: Action) -> Step {
    match ability {
        Ability::Yes => case.step(action),
        Ability::No(remark) => hold(case, id, remark.to_owned()),
    }
}

/// It stays in view until a person acts.
fn hold(case: &Case<'_>, id: String, remark: String) -> Step {
    let site = case.record.and_then(|record| record.request.site.clone()).map(Box::new);
    case.blocked(Reason::StillOpen { id, remark, work: work(case), site })
}

/// Nobody knows how it looks now: it may be as good as any other that left the files, and somebody may be coming.
pub(super) fn unseen(case: &Case<'_>) -> Step {
    let mut step = existing::unseen(case);
    // Without the site's key: what is alike is told together.
    let site = case.record.and_then(|record| record.request.site.as_ref());
    let from = site.map_or_else(|| "the files".to_owned(), rollout_of);
    let what = if work(case) == Work::Remote { "people may still work on it" } else { "its technician may still be coming" };
    step.notes.push(format!("it left {from}, and {what}"));
    step
}

fn work(case: &Case<'_>) -> Work {
    let Some(visit) = case.record.and_then(|record| record.request.visit.as_ref()) else { return Work::Remote };
    let start = visit.start_in_words();
    if visit.starts_before(case.world.now, SignedDuration::ZERO) { Work::Begun { start } } else { Work::Coming { start } }
}
