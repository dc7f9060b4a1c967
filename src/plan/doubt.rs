//! Writes without outcome: found again by their mark, seen to have taken effect, or left to a person.

use super::case::Case;
use super::diff::{done_by_hand, drift};
use super::existing::seen;
use super::search::Search;
use super::{Action, Reason, Step};
use crate::refresh::{booking_mismatch, config_changes, searchable_from, searched_since, sighting};
use crate::state::{Closing, Event, Intent, Key, Phase, Record, Write};
use crate::systems::{Found, Observed, Seen, System};

/// A write without outcome.
pub(super) fn in_doubt(case: &Case<'_>) -> Step {
    let Some((record, intent)) = case.record.and_then(|record| Some((record, record.intent.as_ref()?))) else {
        return case.step(Action::Keep);
    };
    match intent.write {
        Write::Create => create_in_doubt(case, record, intent),
        Write::Delete if case.observed == Some(&Observed::Missing) => deleted(case),
        Write::Update | Write::Close | Write::Delete => write_in_doubt(case, record, intent),
    }
}

fn create_in_doubt(case: &Case<'_>, record: &Record, intent: &Intent) -> Step {
    let found = case.recorded_as.and_then(|key| case.world.observed.found.get(key));
    let search = match found {
        Some(Found::One(seen)) => return found_again(case, record, seen),
        Some(Found::Several(ids)) => return doubt(case, record, Reason::SeveralFound { ids: ids.clone() }),
        Some(Found::None) => Search::Nothing { since: searched_since(record.since, case.world.now) },
        Some(Found::Unanswered { why, marked, .. }) => Search::Unanswered { why: why.clone(), marked: marked.clone() },
        Some(Found::Cannot) => Search::NotMade,
        None => not_searched(case, record),
    };
    doubt(case, record, Reason::of_doubt(record, intent, search, Some(case.side.system)))
}

/// Its mark was not looked for: the system cannot, it is too early, or reading was switched off.
fn not_searched(case: &Case<'_>, record: &Record) -> Search {
    let moment = searchable_from(record.since, case.world.now);
    let search = unsearched(record, case.side.system);
    if search == Search::Skipped && case.world.now < moment { Search::From { moment } } else { search }
}

/// What is to be said where nobody looked for its mark.
pub(super) fn unsearched(record: &Record, system: &dyn System) -> Search {
    let is_searched = record.phase == Phase::Pending && record.request.mark.is_some() && system.capabilities().find.yes();
    if is_searched { Search::Skipped } else { Search::NotMade }
}

/// One ticket carries the mark: it is linked, unless another address has it or it is for another place, where a mark was copied.
fn found_again(case: &Case<'_>, record: &Record, seen: &Seen) -> Step {
    if let Some(holder) = case.world.state.holder(&record.request, &seen.id) {
        return doubt(case, record, Reason::FoundHeld { id: seen.id.clone(), holder: holder.to_string() });
    }
    if let Some(what) = case.side.system.site_mismatch(&record.request.fields, &seen.fields) {
        return doubt(case, record, Reason::FoundElsewhere { id: seen.id.clone(), what });
    }
    let (id, request, why) = (seen.id.clone(), Box::new(record.request.clone()), "its mark was found".to_owned());
    let adopt = Action::Adopt { id: id.clone(), request, seen: sighting(case.side.system, seen), why };
    Step { key: case.recorded(), id: Some(id), ..case.step(adopt) }
}

/// A delete of unknown result, and the ticket is gone.
fn deleted(case: &Case<'_>) -> Step {
    let reason = "the ticket is gone".to_owned();
    let mut step = Step { key: case.recorded(), ..case.step(Action::Keep) };
    step.notes.push("the delete that was in doubt took effect".to_owned());
    step.events.push(Event::Closed { key: case.recorded(), why: Closing::Deleted, reason: Some(reason) });
    step
}

fn write_in_doubt(case: &Case<'_>, record: &Record, intent: &Intent) -> Step {
    let settling = seen(case).filter(|seen| took_effect(case, record, intent, seen));
    let Some(seen) = settling else {
        let search = if seen(case).is_some() { Search::NotShown } else { Search::NotMade };
        return doubt(case, record, Reason::of_doubt(record, intent, search, Some(case.side.system)));
    };
    let mut step = case.step(Action::Keep);
    let reason = "the ticket shows that it took effect".to_owned();
    step.notes.push(format!("the {} that was in doubt took effect", intent.write));
    step.events.push(Event::WriteSettled { key: case.recorded(), done: true, reason });
    // The settlement drops what was known of the changed fields; what somebody else changed stays drift.
    let seen = sighting(case.side.system, seen);
    step.events.push(Event::Observed { key: case.recorded(), seen, baseline: false, booking_checked: true });
    step
}

fn took_effect(case: &Case<'_>, record: &Record, intent: &Intent, seen: &Seen) -> bool {
    let system = case.side.system;
    let now = system.comparable(&seen.fields);
    match intent.write {
        Write::Close => seen.finished,
        Write::Update => intent.request.as_deref().is_some_and(|request| {
            let changes = config_changes(&record.request, request, case.world.state);
            // It may only have put back what somebody had changed.
            let is_as_sent = || booking_mismatch(system, request, &now).is_empty() && drift(system, record, &now).is_empty();
            done_by_hand(system, request, &now, &changes) || (changes.is_empty() && is_as_sent())
        }),
        Write::Create | Write::Delete => false,
    }
}

fn doubt(case: &Case<'_>, record: &Record, reason: Reason) -> Step {
    let notes = shared_mark(case, record).into_iter().collect();
    Step { key: case.recorded(), mark: record.request.mark.clone(), notes, ..case.step(Action::InDoubt { reason }) }
}

/// Who looks for the mark finds the tickets of all that went out with it.
fn shared_mark(case: &Case<'_>, record: &Record) -> Option<String> {
    let mark = record.request.mark.as_ref().filter(|_| record.phase == Phase::Pending && !record.is_presumed())?;
    let is_other = |key: &Key, other: &Record| {
        let may_have_ticket = !other.is_moved() && !matches!(other.phase, Phase::NotCreated { .. });
        Some(key) != case.recorded_as && may_have_ticket && other.request.mark.as_ref() == Some(mark)
    };
    let others = case.world.state.records.iter().filter(|(key, other)| is_other(key, other)).count();
    match others {
        0 => None,
        1 => Some("1 other ticket was sent with this mark, too: its own is the one for this place".to_owned()),
        many => Some(format!("{many} other tickets were sent with this mark, too: its own is the one for this place")),
    }
}
