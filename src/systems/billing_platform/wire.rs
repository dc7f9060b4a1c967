//! To and from the Billing Platform's own JSON. The vendor's oddities stay in this file.
//!
//! Owns the vendor's names, how a field is emptied, and what counts as a ticket in an answer. Refuses to know any call.

use serde_json::{Map, Value};

use super::settings::ClearWith;
use crate::systems::http::{json, plain};
use crate::ticket::{Fields, references};

/// Each field by callout's name and by the vendor's (vendor page `/api/endpoints/tickets/`).
const NAMES: [(&str, &str); 15] = [
    ("customer_id", "customerID"),
    ("ticket_type", "ticketType"),
    ("status", "status"),
    ("ticket_priority", "ticketPriority"),
    ("customer_email", "customerEmail"),
    ("subject", "subject"),
    ("ticket_content", "ticketContent"),
    ("owner", "owner"),
    ("users", "users"),
    ("departments", "departments"),
    ("ticket_suppliers", "ticketSuppliers"),
    ("created_date", "createdDate"),
    ("ticket_followup_date", "ticketFollowupDate"),
    ("ticket_action_required_date", "ticketActionRequiredDate"),
    ("id", "id"),
];

/// What a whole form must not hold: only the server sets the first two, and the third is whatever the latest activity says.
const NOT_WRITTEN: [&str; 3] = ["id", "createdDate", "ticketContent"];

/// Fields as a request's body. A field without a value is emptied. A hole that was not filled is answered as the error.
pub fn body(fields: &Fields, clear_with: ClearWith) -> Result<Map<String, Value>, String> {
    let empty = match clear_with {
        ClearWith::JsonNull => Value::Null,
        ClearWith::EmptyText => Value::String(String::new()),
    };
    let part = |(name, value): (&str, &Value)| {
        if references(value).is_some() {
            return Err(format!("{name} still waits for another ticket's id"));
        }
        let value = if value.is_null() { empty.clone() } else { value.clone() };
        Ok((vendors_name(name).to_owned(), value))
    };
    fields.iter().map(part).collect()
}

fn vendors_name(name: &str) -> &str {
    NAMES.iter().find(|(own, _)| *own == name).map_or(name, |(_, vendors)| vendors)
}

/// The whole ticket with these changes, for a server that takes nothing less: everything that it showed and that can be written.
pub fn whole(mut ticket: Map<String, Value>, changes: Map<String, Value>) -> Map<String, Value> {
    ticket.retain(|name, _| !NOT_WRITTEN.contains(&name.as_str()));
    ticket.extend(changes);
    ticket
}

/// The fields of an answer by the names of manifests. One of a wrong type is for the comparison to show.
pub fn flat(ticket: &Map<String, Value>) -> Fields {
    let own = |name: &str| NAMES.iter().find(|(_, vendors)| *vendors == name).map(|(own, _)| *own);
    ticket.iter().map(|(name, value)| (own(name).unwrap_or(name).to_owned(), value.clone())).collect()
}

/// The one ticket in an answer. What stands there instead is answered as the error, to go after `Billing Platform answered`.
pub fn one_ticket(body: &str) -> Result<Map<String, Value>, String> {
    match json(body)? {
        Value::Object(ticket) if id(&ticket).is_some() => Ok(ticket),
        Value::Object(ticket) if NAMES.iter().any(|(_, name)| *name != "id" && ticket.contains_key(*name)) => {
            Err(format!("with a ticket that has no id: {}", plain(body)))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            Err(format!("without a ticket: {}", plain(body)))
        }
    }
}

/// The tickets of one page of a list, likewise.
pub fn page(body: &str) -> Result<Vec<Map<String, Value>>, String> {
    let Value::Array(rows) = json(body)? else { return Err(format!("without a list: {}", plain(body))) };
    let no_id = |row: &Value| format!("with a ticket that has no id: {}", plain(&row.to_string()));
    let ticket = |row: Value| row.as_object().filter(|ticket| id(ticket).is_some()).cloned().ok_or_else(|| no_id(&row));
    rows.into_iter().map(ticket).collect()
}

/// Whether an answer holds no word at all: it is empty, or JSON without a text in it.
pub fn is_nothing(body: &str) -> bool {
    body.trim().is_empty() || matches!(serde_json::from_str(body), Ok(Value::Null | Value::Bool(true)))
}

/// A ticket's id. The page prints it as a text of digits and calls it numeric; a number is taken too.
pub fn id(ticket: &Map<String, Value>) -> Option<String> {
    let id = ticket.get("id")?;
    let text = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    is_id(&text).then_some(text)
}

/// Whether a text can be put into a path as it is, and compared with other ids by its number.
pub fn is_id(text: &str) -> bool {
    !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::System;
    use crate::systems::billing_platform::{BillingPlatform, example, fields::FIELDS};
    use serde_json::json;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn a_create_is_json_in_the_vendors_names_with_values_as_written() {
        let (drafts, _) = BillingPlatform.tickets(&example::ticket()).expect("a customer ticket");
        let wanted = json!({
            "customerID": 4711, "ticketType": "billing", "status": "open", "ticketPriority": 2, "customerEmail": "dana@example.com",
            "subject": "Line rental charged twice", "ticketContent": "The January invoice has it twice.", "owner": "asmith",
            "users": "asmith, bjones", "departments": "Billing", "ticketSuppliers": "Acme Carrier",
            "ticketFollowupDate": "2027-01-11", "ticketActionRequiredDate": "2027-01-15",
        });
        assert_eq!(body(&drafts[0].fields, ClearWith::JsonNull), Ok(map(&wanted)));
    }

    #[test]
    fn every_field_of_the_table_has_the_vendors_name_and_comes_back_under_its_own() {
        for field in FIELDS {
            let name = vendors_name(field.name);
            assert!(!name.contains('_'), "{name}");
            assert_eq!(flat(&map(&json!({name: 1}))).get(field.name), Some(&json!(1)));
        }
        assert_eq!(NAMES.len(), FIELDS.len());
    }

    #[test]
    fn a_field_is_emptied_as_the_setting_says_and_a_hole_is_never_sent() {
        let fields: Fields = [("owner".to_owned(), Value::Null), ("status".to_owned(), json!(0))].into_iter().collect();
        assert_eq!(body(&fields, ClearWith::JsonNull), Ok(map(&json!({"owner": null, "status": 0}))));
        assert_eq!(body(&fields, ClearWith::EmptyText), Ok(map(&json!({"owner": "", "status": 0}))));
        let hole: Fields = [("customer_id".to_owned(), json!({"ref": "CustomerTicket/a"}))].into_iter().collect();
        assert_eq!(body(&hole, ClearWith::JsonNull), Err("customer_id still waits for another ticket's id".to_owned()));
    }

    #[test]
    fn a_whole_form_keeps_what_the_file_does_not_know_and_writes_no_activity() {
        let ticket = json!({"id": "7", "createdDate": "2027-01-04", "ticketContent": "the latest", "subject": "a", "costCentre": "x"});
        let wanted = json!({"subject": "b", "costCentre": "x", "owner": null});
        assert_eq!(whole(map(&ticket), map(&json!({"subject": "b", "owner": null}))), map(&wanted));
    }

    #[test]
    fn what_is_not_one_ticket_with_an_id_says_what_it_is() {
        let what = |body: &str| one_ticket(body).expect_err("not one ticket");
        assert_eq!(what(""), "with nothing at all");
        assert_eq!(what("<html>Sign in"), "with something that is no JSON: a web page, not an answer of the API: Sign in");
        assert_eq!(what("[]"), "without a ticket: []");
        assert_eq!(what(r#"{"message": "queued"}"#), "without a ticket: queued");
        assert_eq!(what(r#"{"subject": "a"}"#), r#"with a ticket that has no id: {"subject":"a"}"#);
        assert_eq!(what(r#"{"id": "../7", "subject": "a"}"#), r#"with a ticket that has no id: {"id":"../7","subject":"a"}"#);
        for body in [r#"{"id": "123"}"#, r#"{"id": 123}"#] {
            assert_eq!(one_ticket(body).map(|ticket| id(&ticket)), Ok(Some("123".to_owned())));
        }
    }

    #[test]
    fn a_page_is_a_list_of_tickets_and_nothing_else() {
        assert_eq!(page("[]"), Ok(Vec::new()));
        assert_eq!(page(r#"[{"id": "1"}, {"id": 2}]"#).map(|rows| rows.len()), Ok(2));
        assert_eq!(page(r#"{"tickets": []}"#), Err(r#"without a list: {"tickets":[]}"#.to_owned()));
        assert_eq!(page(r#"[{"id": "1"}, {"subject": "a"}]"#), Err(r#"with a ticket that has no id: {"subject":"a"}"#.to_owned()));
    }
}
