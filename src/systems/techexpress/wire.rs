//! To and from TechExpress's own form. The vendor's oddities stay in this file.
//!
//! Owns which fields of a create belong to the location, and how an answer's fields become those of a manifest.

use serde_json::{Map, Value, json};

use crate::systems::g360::answer::set_attachments;
use crate::systems::g360::form::scalar;
use crate::ticket::Fields;

/// The fields that belong into `locations`; all others are parts of the form.
const OF_LOCATION: &[&str] = &[
    "location_name",
    "location_number",
    "local_contact_name",
    "local_contact_number",
    "location_contact_ext",
    "location_contact_email",
    "secondary_lcon_name",
    "secondary_lcon_number",
    "secondary_lcon_ext",
    "secondary_lcon_email",
    "account_macnum",
    "start_date",
    "end_date",
];

const LOCATIONS: &str = "locations";

/// The text parts of a create, in their order.
pub fn text_parts(fields: &Fields, _: &Value) -> Vec<(String, String)> {
    let (name, location) = locations(&[fields]);
    shared(fields).iter().map(|(name, value)| (name.to_owned(), scalar(value))).chain([(name.to_owned(), location)]).collect()
}

/// The part of a create that has the places of all its tickets.
pub fn locations(tickets: &[&Fields]) -> (&'static str, String) {
    let of_location = |fields: &&Fields| -> Map<String, Value> {
        let own = fields.iter().filter(|(name, _)| OF_LOCATION.contains(name));
        own.map(|(name, value)| (name.to_owned(), value.clone())).collect()
    };
    (LOCATIONS, json!(tickets.iter().map(of_location).collect::<Vec<_>>()).to_string())
}

/// What a create says once for all its tickets.
pub fn shared(fields: &Fields) -> Fields {
    let of_ticket = fields.iter().filter(|(name, _)| !OF_LOCATION.contains(name));
    of_ticket.map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

/// Fields of any type are taken as they are: one of a wrong type is for the comparison to show, and never loses the id.
pub fn flat(ticket: &Map<String, Value>) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in ticket {
        match name.as_str() {
            "schedule" => set_schedule(&mut fields, value),
            "attachments" => set_attachments(&mut fields, value),
            // Only the schedule says when the visit was booked; a local time beside it is not UTC.
            "start_date" | "end_date" => {}
            _ => fields.set(name.clone(), value.clone()),
        }
    }
    fields
}

fn set_schedule(fields: &mut Fields, schedule: &Value) {
    let names = [("start_date", "start_date"), ("end_date", "end_date"), ("id", "schedule_id"), ("scheduling_type", "scheduling_type")];
    for (theirs, ours) in names {
        if let Some(value) = schedule.get(theirs) {
            fields.set(ours, value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::System;
    use crate::systems::g360::answer::one_ticket;
    use crate::systems::techexpress::fields::FIELDS;
    use crate::systems::techexpress::{API, TechExpress, example};

    #[test]
    fn a_create_is_text_parts_and_one_location_as_json() {
        let (drafts, _) = TechExpress.tickets(&example::dispatch()).expect("a dispatch");
        let parts = text_parts(&drafts[0].fields, &Value::Null);
        let wanted = [
            ("automatic_email_cc", "false"),
            ("automatic_email_contact", "true"),
            ("contact_email_address", "dana@example.com"),
            ("contact_name", "Dana Ortiz"),
            ("customer_ticket_number", "INC-1"),
            ("initial_description", "Replace the branch router."),
            ("po_number", "PO-88213"),
            ("service_type", "Equipment Install"),
            (
                "locations",
                r#"[{"account_macnum":"01234567","end_date":"2027-01-11T12:00:00","local_contact_name":"Sam Lee","local_contact_number":6175550123,"location_name":"Store 417","location_number":"0417","start_date":"2027-01-11T08:00:00"}]"#,
            ),
        ];
        assert_eq!(parts, wanted.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }

    #[test]
    fn every_field_of_a_location_is_one_that_is_sent() {
        for name in OF_LOCATION {
            assert!(FIELDS.iter().any(|field| field.name == *name && field.sent), "{name}");
        }
    }

    #[test]
    fn every_field_of_a_read_lands_flat() {
        let body = json!({
            "id": 77, "status_name": "Pending Tech Assignment", "date_resolved": null, "po_number": 5, "start_date": "2027-01-11T08:00:00",
            "schedule": {"id": 9, "scheduling_type": "Hard", "start_date": "2027-01-11T13:00:00Z", "end_date": "2027-01-11T17:00:00Z"},
            "attachments": [{"filename": "b.pdf", "status": "success"}, {"filename": "c.pdf", "status": "failure"}, {"filename": "a.pdf", "id": 3}],
        });
        let seen = one_ticket(&API, &body.to_string()).expect("a ticket");
        let fields = json!({
            "attachments": ["b.pdf", "a.pdf"], "failed_attachments": ["c.pdf"], "id": 77, "status_name": "Pending Tech Assignment",
            "date_resolved": null, "po_number": 5, "schedule_id": 9, "scheduling_type": "Hard",
            "start_date": "2027-01-11T13:00:00Z", "end_date": "2027-01-11T17:00:00Z",
        });
        assert_eq!(Value::Object(seen.fields.0.into_iter().collect()), fields);
        assert_eq!((seen.status.as_deref(), seen.finished), (Some("Pending Tech Assignment"), false));
    }
}
