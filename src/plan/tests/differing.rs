//! What holds for every edit of every system's tickets: what is sent is what changed, and afterwards nothing differs.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::bench::{Bench, key};
use crate::plan::{Action, Step};
use crate::refresh::{changed_request, config_changes, is_changed, request_of, resolved};
use crate::state::{Event, Sighting, Write};
use crate::support::trials::trials;
use crate::systems::generators::{Described, Of, of_any_system};
use crate::systems::{Compare, Observed, Seen, System};
use crate::ticket::{Address, Change, Digest, Fields, Lifecycle, Ticket, is_ignored};

fn ticket(system: &dyn System, name: &str, described: &Described) -> Ticket {
    Ticket {
        address: Address::new(system.kind(), name),
        reissue: 0,
        fields: described.fields.clone(),
        attachments: Vec::new(),
        lifecycle: Lifecycle::default(),
        labels: BTreeMap::new(),
        visit: described.visit.clone(),
        place: None,
        booking: None,
        site: None,
    }
}

/// The fields with these changes.
fn with(mut fields: Fields, changes: &[Change]) -> Fields {
    for change in changes {
        match &change.after {
            Some(value) => fields.set(&change.field, value.clone()),
            None => drop(fields.0.remove(&change.field)),
        }
    }
    fields
}

/// The fields with what an update sends: nothing at all empties a field.
fn updated(mut fields: Fields, sent: &Fields) -> Fields {
    fields.0.extend(sent.0.clone());
    fields.0.retain(|_, value| !value.is_null());
    fields
}

/// What a read shows of a ticket that is as it was sent.
fn shows(system: &dyn System, ticket: &Ticket) -> Fields {
    system.expected(&ticket.fields, &[], ticket.visit.as_ref())
}

fn found(system: &dyn System, ticket: &Ticket) -> Observed {
    Observed::Found(Box::new(Seen { id: "7".to_owned(), fields: shows(system, ticket), status: Some("Open".to_owned()), finished: false }))
}

/// The ticket was made, a read found its booking right, and it is still shown so.
fn made(system: &'static dyn System, ticket: &Ticket) -> Bench {
    let seen = Sighting { fields: shows(system, ticket), status: Some("Open".to_owned()), finished: false };
    let created = Event::Created { key: key(ticket), id: "7".to_owned(), seen: seen.clone() };
    let checked = Event::Observed { key: key(ticket), seen, baseline: false, booking_checked: true };
    Bench::over(system).intended(ticket).event(&created).event(&checked).sees(ticket, found(system, ticket))
}

fn only_step(bench: &Bench) -> Step {
    let mut steps = bench.plan().steps;
    assert_eq!(steps.len(), 1, "{steps:?}");
    steps.remove(0)
}

proptest! {
    #![proptest_config(trials(96))]

    #[test]
    fn the_changes_lead_from_what_was_sent_to_what_is_wanted(
        (Of(system), tickets) in of_any_system(2), ignored in subsequence(vec!["po_number", "prior_ticket", "custom_fields", "subject", "cid"], 0..4),
    ) {
        let bench = Bench::over(system);
        let (side, before) = (bench.side(), ticket(system, "a", &tickets[0]));
        // One of the tickets that are referred to has an id.
        let x = Ticket { address: Address::new("Dispatch", "x"), ..before.clone() };
        let state = bench.sent(&x, "7").state;
        let ignored: BTreeSet<String> = ignored.into_iter().map(str::to_owned).collect();
        let mut after = ticket(system, "a", &tickets[1]);
        after.lifecycle.ignore_changes = ignored.clone();
        let sent = request_of(&before, &side, None);
        let wanted = changed_request(&sent, &after, &side);
        let changes = config_changes(&sent, &wanted, &state);
        prop_assert_eq!(with(resolved(&sent, &state), &changes), resolved(&wanted, &state));
        prop_assert_eq!(is_changed(&sent, &after, &side, &state), !changes.is_empty());

        // Exactly what differs, but for what is ignored and for what only a create sends.
        let (old, new) = (resolved(&sent, &state), resolved(&request_of(&after, &side, None), &state));
        let names: BTreeSet<&str> = old.iter().chain(new.iter()).map(|(name, _)| name).collect();
        let is_once = |name: &str| system.row(name).is_some_and(|row| row.compare == Compare::CreateOnly);
        let differing = names.into_iter().filter(|name| old.get(name) != new.get(name) && !is_ignored(name, &ignored) && !is_once(name));
        prop_assert_eq!(changes.iter().map(|change| change.field.as_str()).collect::<Vec<_>>(), differing.collect::<Vec<_>>());
        for change in &changes {
            prop_assert_eq!((&change.before, &change.after), (&old.get(&change.field).cloned(), &new.get(&change.field).cloned()));
        }
        // The same is no change, also once it was sent.
        prop_assert_eq!(config_changes(&sent, &sent, &state), vec![]);
        prop_assert!(!is_changed(&sent, &before, &side, &state));
        let again = changed_request(&wanted, &after, &side);
        prop_assert_eq!(config_changes(&wanted, &again, &state), vec![]);
    }

    #[test]
    fn an_update_sends_what_changed_and_nothing_else_and_then_nothing_differs((Of(system), tickets) in of_any_system(2)) {
        let (before, after) = (ticket(system, "a", &tickets[0]), ticket(system, "a", &tickets[1]));
        let bench = made(system, &before);
        prop_assert_eq!(&only_step(&Bench { tickets: vec![before.clone()], ..made(system, &before) }).action, &Action::Keep);
        let request = bench.state.records[&key(&before)].request.clone();
        let wanted = changed_request(&request, &after, &bench.side());
        let changes = config_changes(&request, &wanted, &bench.state);
        let mut bench = bench.wants(after.clone());
        let step = only_step(&bench);
        let mark = request.mark.clone().expect("a mark");
        match &step.action {
            Action::Update { changed, request: next, .. } => {
                let names: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
                prop_assert_eq!(changed.iter().map(|(name, _)| name).collect::<Vec<_>>(), names);
                let marked = |fields: &Fields| system.with_mark(fields.clone(), &mark);
                prop_assert_eq!(updated(marked(&request.fields), changed), marked(&wanted.fields));
                prop_assert!(system.capabilities().update.yes());
                prop_assert_eq!(&next.fields, &wanted.fields);
                let intended = Event::Intended { key: key(&before), write: Write::Update, payload: Digest::of("x"), request: Some(next.clone()) };
                bench = bench.event(&intended).event(&Event::Updated { key: key(&before), seen: None });
            }
            Action::Blocked { .. } => prop_assert!(!system.capabilities().update.yes() && !changes.is_empty(), "{:?}", step),
            // Nothing differs, or only what reads the same.
            Action::Create { .. }
            | Action::Adopt { .. }
            | Action::Close { .. }
            | Action::Delete { .. }
            | Action::Retire { .. }
            | Action::InDoubt { .. }
            | Action::Deferred { .. }
            | Action::Keep => {
                let is_shown = |change: &Change| shows(system, &after).get(&change.field) == shows(system, &before).get(&change.field);
                prop_assert!(step.action == Action::Keep && changes.iter().all(is_shown), "{:?}", step);
            }
        }
        bench = step.events.iter().fold(bench, Bench::event).sees(&after, found(system, &after));
        let step = only_step(&bench);
        let is_by_hand = !changes.is_empty() && !system.capabilities().update.yes();
        if !is_by_hand {
            prop_assert_eq!((&step.action, &step.drift, &step.changes), (&Action::Keep, &vec![], &vec![]), "{:?}", bench.state);
        }
    }
}
