//! What differs: the files from what was sent, the ticket from what it was, the booking from the order.

use serde_json::Value;

use crate::refresh::{ATTACHMENTS, booking_mismatch};
use crate::state::{Record, Request};
use crate::systems::System;
use crate::ticket::{Change, Digest, Fields, changes};

/// Drift: what a read shows now against the baseline.
///
/// Until a full read completed the baseline, a field that one side lacks is unknown; afterwards it is empty.
pub fn drift(system: &dyn System, record: &Record, seen: &Fields) -> Vec<Change> {
    let Some(baseline) = &record.baseline else { return Vec::new() };
    let is_read = |name: &str| system.row(name).is_some_and(|row| row.in_read);
    changes(baseline, seen, &record.request.lifecycle.ignore_changes)
        .into_iter()
        .filter(|change| change.is_between_values() || (record.booking_checked && is_read(&change.field)))
        // A field that is new in the system, and empty, is nobody's change.
        .filter(|change| ![&change.before, &change.after].into_iter().flatten().all(is_empty))
        .collect()
}

/// Whether the ticket already shows everything that the files changed: a person made the change in the portal.
pub fn done_by_hand(system: &dyn System, desired: &Request, seen: &Fields, changes: &[Change]) -> bool {
    let expected = system.expected(&desired.fields, &desired.attachments, desired.visit.as_ref());
    // A read shows the names of files, never their content: whether the right ones are there, only a person can say.
    let is_visible = |change: &Change| change.field != ATTACHMENTS;
    !changes.is_empty()
        && changes.iter().all(is_visible)
        && changes.iter().all(|change| {
            let name = change.field.as_str();
            match (expected.get(name), seen.get(name).filter(|value| !is_empty(value))) {
                (Some(expected), Some(seen)) => expected == seen,
                // Taken out of the files, and gone from a field that reads do show.
                (None, None) => change.after.is_none() && system.row(name).is_some_and(|row| row.in_read),
                (Some(_), None) | (None, Some(_)) => false,
            }
        })
}

/// What a system shows as an empty text, where it tells that from a field it does not show.
pub fn is_empty(value: &Value) -> bool {
    value.as_str() == Some("")
}

/// The fingerprint of what a person may accept: what the files ask for beyond what was sent, and what was booked otherwise.
pub fn difference(changes: &[Change], booking: &[Change]) -> Option<Digest> {
    (!changes.is_empty() || !booking.is_empty()).then(|| Digest::of(&(changes, booking)))
}

/// What was booked otherwise and still is: told against the first sight, and gone once a later sight shows it corrected.
pub fn standing_mismatch(system: &dyn System, record: &Record, seen: Option<&Fields>) -> Vec<Change> {
    let first = record.baseline.as_ref().map(|baseline| booking_mismatch(system, &record.request, baseline)).unwrap_or_default();
    let Some(seen) = seen else { return first };
    let now = booking_mismatch(system, &record.request, seen);
    // A field that no answer has shown before is compared at its first sight.
    let is_first_sight = |change: &Change| record.baseline.as_ref().is_none_or(|baseline| baseline.get(&change.field).is_none());
    let told_now = now.into_iter().filter(|change| is_first_sight(change) || first.iter().any(|old| old.field == change.field));
    // What only the create's answer shows, such as a file that was not kept, no later sight can show corrected.
    let is_read = |name: &str| system.row(name).is_some_and(|row| row.in_read);
    let unseen = first.iter().filter(|old| seen.get(&old.field).is_none() && !is_read(&old.field));
    told_now.chain(unseen.cloned()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::state::{Event, Key, Sighting, State, Write};
    use crate::systems::by_kind;
    use crate::ticket::{Address, Attachment};

    fn fields(value: &Value) -> Fields {
        serde_json::from_value(value.clone()).expect("fields")
    }

    #[test]
    fn a_file_that_was_not_kept_stays_told_where_no_read_shows_files() {
        let system = by_kind("NocTicket").expect("a system");
        let file = Attachment { filename: "a.pdf".into(), path: "a.pdf".into(), size: 1, sha256: Digest::of_bytes(b"x") };
        let request = Request {
            system: system.id().to_owned(),
            origin: "here".to_owned(),
            mark: None,
            fields: fields(&json!({"configuration_ids": [5]})),
            attachments: vec![file],
            visit: None,
            lifecycle: crate::ticket::Lifecycle::default(),
            labels: std::collections::BTreeMap::default(),
            site: None,
        };
        let key = Key::new(Address::new("NocTicket", "a"), 0);
        let seen = |value: &Value| Sighting { fields: system.comparable(&fields(value)), ..Sighting::default() };
        let made = Event::Created { key: key.clone(), id: "7".into(), seen: seen(&json!({"configuration_ids": [5], "attachments": []})) };
        let at = jiff::Timestamp::UNIX_EPOCH;
        let intended =
            Event::Intended { key: key.clone(), write: Write::Create, payload: Digest::of("x"), request: Some(Box::new(request)) };
        let state = State::new("l").with(&intended, at).and_then(|state| state.with(&made, at)).expect("a history");
        let record = state.records.get(&key).expect("a record");
        let told =
            |seen: Option<&Fields>| standing_mismatch(system, record, seen).into_iter().map(|change| change.field).collect::<Vec<_>>();
        assert_eq!(told(None), ["attachments"]);
        assert_eq!(told(Some(&fields(&json!({"configuration_ids": ["5"]})))), ["attachments"], "a read shows no files");
    }
}
