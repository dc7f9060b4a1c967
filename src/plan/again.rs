//! One more look at what a plan changes or closes, just before it does: a saved plan may be a day old, and a question may have stood on a
//! screen for hours.
//!
//! Owns what a step saw of its ticket, and holding it back where that is not so any more. Refuses to plan anew: somebody reviewed this
//! plan, and nobody what the ticket has become.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::left_out::{AS_SEEN, Returned, has_come_back, put_back_live, wants_live};
use super::{Action, Plan, Reason, Step};
use crate::refresh::{Ask, Observations, Question, Sides, searched_since, sighting};
use crate::state::{Key, Sighting, State};
use crate::systems::{Observed, Seen, System};
use crate::ticket::{Change, Fields, changes};

/// What the step's action goes by: a change by the fields that it sets, a close or a delete by all of them. None where it changes no ticket.
pub(super) fn basis(step: &Step, sides: &Sides, observed: &Observations) -> Option<Sighting> {
    changed_ticket(&step.action)?;
    let side = sides.get(&step.key.address.kind)?;
    let Some(Observed::Found(seen)) = observed.of(&recorded(step)) else { return None };
    Some(gone_by(&step.action, side.system, seen))
}

fn gone_by(action: &Action, system: &dyn System, seen: &Seen) -> Sighting {
    let now = sighting(system, seen);
    let fields = if let Action::Update { changed, .. } = action { only(&now.fields, changed) } else { now.fields };
    Sighting { fields, status: None, finished: now.finished }
}

fn only(fields: &Fields, names: &Fields) -> Fields {
    fields.iter().filter(|(name, _)| names.get(name).is_some()).map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

/// The record that the step's ticket is known by.
pub(super) fn recorded(step: &Step) -> Key {
    Key::new(step.renamed_from().unwrap_or(&step.key.address).clone(), step.key.reissue)
}

/// The live ticket that a step changes, closes or deletes.
fn changed_ticket(action: &Action) -> Option<&str> {
    match action {
        Action::Update { id, .. } | Action::Close { id } | Action::Delete { id } => Some(id),
        Action::Create { .. }
        | Action::Adopt { .. }
        | Action::Retire { .. }
        | Action::Blocked { .. }
        | Action::InDoubt { .. }
        | Action::Deferred { .. }
        | Action::Keep => None,
    }
}

/// The live ticket that a step takes over.
fn adopted_ticket(action: &Action) -> Option<&str> {
    if let Action::Adopt { id, .. } = action { Some(id) } else { None }
}

impl Plan {
    /// The tickets that it changes or closes, and those that know what the plan left out, as questions.
    pub fn looks_again(&self, state: &State, sides: &Sides, now: Timestamp) -> Vec<Ask> {
        let ask = |step: &Step, (key, id): (Key, Option<&str>)| {
            let system = sides.get(&key.address.kind)?.system.id();
            let record = state.records.get(&key).or_else(|| state.records.get(&step.key));
            let id = id.or_else(|| record?.id())?.to_owned();
            let made = record.filter(|record| !record.adopted).map(|record| searched_since(record.since, now));
            Some(Ask { key, system, question: Question::Read { id, made } })
        };
        let of_step = |step: &Step| {
            let own = recorded(step);
            let changed = changed_ticket(&step.action).map(|id| (own.clone(), Some(id.to_owned())));
            let is_asked = |key: &Key| changed.is_some() && *key == own;
            let adopted = |key: &Key| adopted_ticket(&step.action).filter(|_| *key == own).map(str::to_owned);
            let others = wants_live(step, &own).into_iter().filter(|key| !is_asked(key)).map(|key| (key.clone(), adopted(&key)));
            let all: Vec<(Key, Option<String>)> = others.collect();
            changed.into_iter().chain(all).filter_map(|(key, id)| ask(step, (key, id.as_deref()))).collect::<Vec<_>>()
        };
        self.steps.iter().flat_map(of_step).collect()
    }

    /// The same plan, without the changes whose tickets are not as it saw them.
    #[must_use]
    pub fn held_by(mut self, observed: &Observations, sides: &Sides) -> Self {
        for step in &mut self.steps {
            let Some(side) = sides.get(&step.key.address.kind) else { continue };
            let missing = put_back(step, side.system, observed);
            let moved_on = moved_on(step, side.system, observed.of(&recorded(step)));
            if let Some(reason) = moved_on.or_else(|| otherwise(step, missing)) {
                step.action = Action::Blocked { reason };
                // What was seen of it then is not recorded as seen now.
                step.events.clear();
            }
        }
        self
    }
}

/// Puts back what the plan left out and only live tickets show. Answers with the names of these fields.
fn put_back(step: &mut Step, system: &dyn System, observed: &Observations) -> BTreeSet<String> {
    let own = recorded(step);
    let wanted = wants_live(step, &own);
    let shown = |key: &Key| match observed.of(key) {
        Some(Observed::Found(seen)) => Some(sighting(system, seen).fields),
        Some(Observed::Missing | Observed::Unread { .. }) | None => None,
    };
    let shown: BTreeMap<Key, Fields> = wanted.into_iter().filter_map(|key| Some((key.clone(), shown(&key)?))).collect();
    put_back_live(step, &own, &|key| shown.get(key))
}

/// Why a step whose contacts did not come back as they were is not carried out. What is only recorded of it waits for another plan.
fn otherwise(step: &mut Step, missing: BTreeSet<String>) -> Option<Reason> {
    if has_come_back(step) == Returned::Whole {
        return None;
    }
    step.events.clear();
    let changed = |field| Change { field, before: Some(AS_SEEN.into()), after: Some("(something else)".into()) };
    step.is_change().then(|| Reason::ChangedSince { fields: missing.into_iter().map(changed).collect(), is_over: false })
}

/// Why a step's ticket is not what the plan was made for, if so.
fn moved_on(step: &Step, system: &dyn System, observed: Option<&Observed>) -> Option<Reason> {
    let id = changed_ticket(&step.action)?.to_owned();
    let unread = |why: &str| Some(Reason::NotRead { why: why.to_owned() });
    let seen = match observed {
        None => return unread("nobody could be asked"),
        Some(Observed::Missing) => return Some(Reason::Missing { id }),
        Some(Observed::Unread { why, .. }) => return unread(why),
        Some(Observed::Found(seen)) => seen,
    };
    let now = gone_by(&step.action, system, seen);
    // A plan that does not say what it saw was made by an older callout: nothing can be compared.
    let Some(then) = &step.seen else { return Some(Reason::ChangedSince { fields: Vec::new(), is_over: false }) };
    let fields: Vec<Change> = changes(&then.fields, &now.fields, &BTreeSet::new());
    let is_over = now.finished && !then.finished;
    (!fields.is_empty() || is_over).then_some(Reason::ChangedSince { fields, is_over })
}
