//! The ticket in an answer, or the several that one request made. Reading is tolerant on purpose: after a ticket was made, nothing in its answer but a missing id
//! may count as trouble.

use serde_json::{Map, Value};

use super::Api;
use super::form::scalar;
use crate::systems::Seen;
use crate::systems::http::{json, plain};
use crate::ticket::Fields;

/// Names under which a server may wrap its tickets. The vendor's pages print no example of the answer's outermost form.
const WRAPPERS: &[&str] = &["tickets", "ticket", "data", "results", "result", "response"];

/// The one ticket in an answer. What stands there instead is answered as the error, to go after `TechExpress answered`.
pub fn one_ticket(api: &Api, body: &str) -> Result<Seen, String> {
    let value = json(body)?;
    let mut found = Vec::new();
    collect(api, &value, 0, &mut found);
    match found.as_slice() {
        [] => Err(format!("without a ticket: {}", plain(body))),
        [only] => id(only).map(|id| seen(api, id, only)).ok_or_else(|| format!("with a ticket that has no id: {}", plain(body))),
        several => {
            let ids: Vec<_> = several.iter().map(|ticket| id(ticket).unwrap_or_else(|| "one without an id".to_owned())).collect();
            // An id has no control signs, and none of them may be cut off: a person has to look at each.
            Err(format!("with {} tickets for one {}: {}", several.len(), api.one_of, ids.join(", ")))
        }
    }
}

/// Each ticket in an answer once, and how many more have no id. What stands there instead is answered as the error, to go after
/// `TechExpress answered`.
pub fn tickets(api: &Api, body: &str) -> Result<(Vec<Seen>, usize), String> {
    let value = json(body)?;
    let mut found = Vec::new();
    collect(api, &value, 0, &mut found);
    if found.is_empty() {
        return Err(format!("without a ticket: {}", plain(body)));
    }
    let nameless = found.iter().filter(|ticket| id(ticket).is_none()).count();
    let mut tickets: Vec<Seen> = Vec::new();
    for ticket in found.iter().filter_map(|ticket| Some(seen(api, id(ticket)?, ticket))) {
        // Two wrappers may hold the same list.
        if !tickets.contains(&ticket) {
            tickets.push(ticket);
        }
    }
    Ok((tickets, nameless))
}

/// Tickets in a bare object, in an array, or in either below one of the wrappers.
fn collect<'a>(api: &Api, value: &'a Value, depth: usize, found: &mut Vec<&'a Map<String, Value>>) {
    if depth > 4 {
        return;
    }
    if let Value::Array(items) = value {
        for item in items {
            collect(api, item, depth + 1, found);
        }
    }
    let Value::Object(object) = value else { return };
    let inner: Vec<_> =
        WRAPPERS.iter().filter_map(|name| object.get(*name)).filter(|inner| inner.is_object() || inner.is_array()).collect();
    if !inner.is_empty() {
        for inner in inner {
            collect(api, inner, depth + 1, found);
        }
    } else if looks_like_ticket(api, object) {
        found.push(object);
    }
}

/// An id alone is enough if it is a number, as the vendor's ids are: the id of a request or of an error usually is not.
fn looks_like_ticket(api: &Api, object: &Map<String, Value>) -> bool {
    let number = |id: &Value| id.is_u64() || id.as_str().is_some_and(|text| text.parse::<u64>().is_ok());
    object.get("id").is_some_and(number) || api.fields.iter().any(|field| field.name != "id" && object.contains_key(field.name))
}

fn id(ticket: &Map<String, Value>) -> Option<String> {
    let id = ticket.get("id").filter(|id| id.is_u64() || id.is_string()).map(scalar)?;
    is_id(&id).then_some(id)
}

/// Whether a text can be put into the path of a read, as it is.
pub fn is_id(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !text.is_empty() && text.len() <= 64 && text.chars().all(fits) && text.contains(|c: char| c.is_ascii_alphanumeric())
}

/// The date of resolution is the only sign that no vocabulary can change.
fn seen(api: &Api, id: String, ticket: &Map<String, Value>) -> Seen {
    let fields = (api.flat)(ticket);
    let status = fields.text("status_name").map(str::to_owned);
    let finished = ticket.get("date_resolved").is_some_and(|date| !date.is_null() && date.as_str() != Some(""));
    Seen { id, fields, status, finished }
}

/// Sets the names of the files that the ticket has, and apart from them those whose upload did not succeed.
pub fn set_attachments(fields: &mut Fields, attachments: &Value) {
    let name = |file: &Value| file.get("filename").and_then(Value::as_str).or(file.as_str()).map(str::to_owned);
    let failed =
        |file: &Value| file.get("status").is_some_and(|status| !status.as_str().is_some_and(|text| text.eq_ignore_ascii_case("success")));
    let Some(attachments) = attachments.as_array() else { return };
    let (failed, kept): (Vec<_>, Vec<_>) = attachments.iter().partition(|file| failed(file));
    fields.set("attachments", kept.into_iter().filter_map(name).collect::<Vec<_>>());
    if !failed.is_empty() {
        fields.set("failed_attachments", failed.into_iter().filter_map(name).collect::<Vec<_>>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::techexpress::API;
    use serde_json::json;

    #[test]
    fn a_ticket_is_found_in_every_form_that_the_pages_leave_open() {
        let ticket = json!({"id": 77, "status_name": "New"});
        for body in [
            ticket.clone(),
            json!([ticket]),
            json!({"tickets": [ticket]}),
            json!({"data": ticket}),
            json!({"id": "request-1", "data": {"tickets": [ticket]}}),
            json!({"id": 77}),
            json!({"id": "77"}),
        ] {
            assert_eq!(one_ticket(&API, &body.to_string()).map(|seen| seen.id), Ok("77".to_owned()), "{body}");
        }
    }

    #[test]
    fn what_is_not_one_ticket_with_an_id_says_what_it_is() {
        let what = |body: &str| one_ticket(&API, body).expect_err("not one ticket");
        assert_eq!(what(""), "with nothing at all");
        assert_eq!(what("<html>Sign in"), "with something that is no JSON: a web page, not an answer of the API: Sign in");
        assert_eq!(what("[]"), "without a ticket: []");
        assert_eq!(what(r#"{"message": "queued"}"#), "without a ticket: queued");
        assert_eq!(what(r#"{"id": "request-1", "message": "queued"}"#), r#"without a ticket: {"id":"request-1","message":"queued"}"#);
        assert_eq!(what(r#"{"id": null, "city": "Boston"}"#), r#"with a ticket that has no id: {"id":null,"city":"Boston"}"#);
        assert_eq!(what(r#"{"id": "../7", "city": "Boston"}"#), r#"with a ticket that has no id: {"id":"../7","city":"Boston"}"#);
        assert_eq!(
            what(r#"{"city": "Boston", "attachments": [{"id": 5}], "schedule": {"id": 6}}"#).split(':').next(),
            Some("with a ticket that has no id")
        );
        assert_eq!(what(r#"[{"id": 7}, {"id": 8}, {"city": "Boston"}]"#), "with 3 tickets for one location: 7, 8, one without an id");
    }

    #[test]
    fn no_id_of_many_is_cut_off() {
        let many: Vec<Value> = (100_000..100_100).map(|id| json!({"id": id})).collect();
        let said = one_ticket(&API, &json!(many).to_string()).expect_err("many");
        assert!(said.starts_with("with 100 tickets for one location: 100000, ") && said.ends_with(", 100099"), "{said}");
    }

    #[test]
    fn several_tickets_are_each_told_once_and_those_without_an_id_counted() {
        let (one, two) = (json!({"id": 7, "city": "Boston"}), json!({"id": "8", "city": "Quincy"}));
        let ids = |body: Value| {
            tickets(&API, &body.to_string()).map(|(seen, nameless)| (seen.into_iter().map(|seen| seen.id).collect::<Vec<_>>(), nameless))
        };
        let both = Ok((vec!["7".to_owned(), "8".to_owned()], 0));
        for body in [json!([one, two]), json!({"tickets": [one, two]}), json!({"ticket": one, "data": [one, two]}), json!([[one], [two]])] {
            assert_eq!(ids(body.clone()), both, "{body}");
        }
        assert_eq!(ids(json!([one, {"city": "Erie"}, {"id": "../8", "city": "Dayton"}])), Ok((vec!["7".to_owned()], 2)));
        assert_eq!(
            ids(json!([one, {"id": 7, "city": "Erie"}])).map(|(ids, _)| ids.len()),
            Ok(2),
            "one id for two places is for the caller to see"
        );
        assert_eq!(ids(json!([])), Err("without a ticket: []".to_owned()));
        assert_eq!(ids(json!({"message": "queued"})), Err("without a ticket: queued".to_owned()));
    }

    #[test]
    fn a_ticket_with_a_date_of_resolution_is_finished_and_wrong_types_lose_no_id() {
        let body =
            json!({"id": 77, "date_resolved": "2027-01-11T18:00:00Z", "status_name": 4, "schedule": "soon", "attachments": {"a": 1}});
        let seen = one_ticket(&API, &body.to_string()).expect("a ticket");
        assert_eq!((seen.id.as_str(), seen.status, seen.finished), ("77", None, true));
    }
}
