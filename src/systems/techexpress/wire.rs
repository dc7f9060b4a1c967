//! To and from TechExpress's own form. The vendor's oddities stay in this file.
//!
//! Owns the multipart form of a create and the reading of answers. Reading is tolerant on purpose: after a ticket was made,
//! nothing in its answer but a missing id may count as trouble.

use std::path::Path;

use reqwest::multipart::{Form, Part};
use serde_json::{Map, Value, json};

use super::fields::FIELDS;
use crate::systems::http::plain;
use crate::systems::{Payload, Seen};
use crate::ticket::{Attachment, Digest, Fields, references};

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

/// Names under which a server may wrap its tickets. The vendor's page prints no example of the answer's outermost form.
const WRAPPERS: &[&str] = &["tickets", "ticket", "data", "results", "result", "response"];

/// The text parts of a create, in their order. An unfilled hole is answered as the error.
pub fn text_parts(fields: &Fields, tenant: Option<&str>) -> Result<Vec<(String, String)>, String> {
    if let Some((name, _)) = fields.iter().find(|(_, value)| references(value).is_some()) {
        return Err(format!("{name} still waits for another ticket's id"));
    }
    let (location, ticket): (Vec<_>, Vec<_>) = fields.iter().partition(|(name, _)| OF_LOCATION.contains(name));
    let location: Map<String, Value> = location.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    let mut parts: Vec<_> = ticket.into_iter().map(|(name, value)| (name.to_owned(), scalar(value))).collect();
    parts.extend(tenant.map(|tenant| ("granted_tenant_macnum".to_owned(), tenant.to_owned())));
    parts.push(("locations".to_owned(), json!([location]).to_string()));
    Ok(parts)
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The whole form, and its size in bytes. The files are read here, and must be what was reviewed.
pub async fn form(payload: &Payload, tenant: Option<&str>, folder: &Path) -> Result<(Form, u64), String> {
    let (mut form, mut size) = (Form::new(), 0);
    for (name, text) in text_parts(&payload.fields, tenant)? {
        size += text.len() as u64;
        form = form.text(name, text);
    }
    for attachment in &payload.attachments {
        let content = content(attachment, folder).await?;
        size += content.len() as u64;
        let part = Part::bytes(content).file_name(attachment.filename.clone()).mime_str(mime(&attachment.filename));
        form = form.part("file", part.map_err(|error| error.to_string())?);
    }
    Ok((form, size))
}

async fn content(attachment: &Attachment, folder: &Path) -> Result<Vec<u8>, String> {
    let shown = attachment.path.display();
    let content =
        tokio::fs::read(folder.join(&attachment.path)).await.map_err(|error| format!("the file {shown} cannot be read: {error}"))?;
    if Digest::of_bytes(&content) == attachment.sha256 {
        return Ok(content);
    }
    Err(format!("the file {shown} changed since the plan; make a new plan"))
}

fn mime(filename: &str) -> &'static str {
    let extension = filename.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "pdf" => "application/pdf",
        "doc" => "application/msword",
        "csv" => "text/csv",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    }
}

/// The one ticket in an answer. What stands there instead is answered as the error, to go after `TechExpress answered`.
pub fn one_ticket(body: &str) -> Result<Seen, String> {
    let Ok(value) = serde_json::from_str::<Value>(body) else {
        let said = plain(body);
        return Err(if said.is_empty() { "with nothing at all".to_owned() } else { format!("with something that is no JSON: {said}") });
    };
    let mut found = Vec::new();
    collect(&value, 0, &mut found);
    match found.as_slice() {
        [] => Err(format!("without a ticket: {}", plain(body))),
        [only] => id(only).map(|id| seen(id, only)).ok_or_else(|| format!("with a ticket that has no id: {}", plain(body))),
        several => {
            let ids: Vec<_> = several.iter().map(|ticket| id(ticket).unwrap_or_else(|| "one without an id".to_owned())).collect();
            Err(format!("with {} tickets for one location: {}", several.len(), plain(&ids.join(", "))))
        }
    }
}

/// Tickets in a bare object, in an array, or in either below one of the wrappers.
fn collect<'a>(value: &'a Value, depth: usize, found: &mut Vec<&'a Map<String, Value>>) {
    if depth > 4 {
        return;
    }
    if let Value::Array(items) = value {
        for item in items {
            collect(item, depth + 1, found);
        }
    }
    let Value::Object(object) = value else { return };
    let inner: Vec<_> =
        WRAPPERS.iter().filter_map(|name| object.get(*name)).filter(|inner| inner.is_object() || inner.is_array()).collect();
    if !inner.is_empty() {
        for inner in inner {
            collect(inner, depth + 1, found);
        }
    } else if looks_like_ticket(object) {
        found.push(object);
    }
}

/// An id alone is enough if it is a number, as the vendor's ids are: the id of a request or of an error usually is not.
fn looks_like_ticket(object: &Map<String, Value>) -> bool {
    let number = |id: &Value| id.is_u64() || id.as_str().is_some_and(|text| text.parse::<u64>().is_ok());
    object.get("id").is_some_and(number) || FIELDS.iter().any(|field| field.name != "id" && object.contains_key(field.name))
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

/// Fields of any type are taken as they are: one of a wrong type is for the comparison to show, and never loses the id.
fn seen(id: String, ticket: &Map<String, Value>) -> Seen {
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
    let status = fields.text("status_name").map(str::to_owned);
    let finished = ticket.get("date_resolved").is_some_and(|date| !date.is_null() && date.as_str() != Some(""));
    Seen { id, fields, status, finished }
}

fn set_schedule(fields: &mut Fields, schedule: &Value) {
    let names = [("start_date", "start_date"), ("end_date", "end_date"), ("id", "schedule_id"), ("scheduling_type", "scheduling_type")];
    for (theirs, ours) in names {
        if let Some(value) = schedule.get(theirs) {
            fields.set(ours, value.clone());
        }
    }
}

/// The names of the files that the ticket has, and apart from them those whose upload did not succeed.
fn set_attachments(fields: &mut Fields, attachments: &Value) {
    let name = |file: &Value| file.get("filename").and_then(Value::as_str).or(file.as_str()).map(str::to_owned);
    let failed =
        |file: &Value| file.get("status").is_some_and(|status| !status.as_str().is_some_and(|text| text.eq_ignore_ascii_case("success")));
    let (failed, kept): (Vec<_>, Vec<_>) = attachments.as_array().into_iter().flatten().partition(|file| failed(file));
    fields.set("attachments", kept.into_iter().filter_map(name).collect::<Vec<_>>());
    if !failed.is_empty() {
        fields.set("failed_attachments", failed.into_iter().filter_map(name).collect::<Vec<_>>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::System;
    use crate::systems::techexpress::{TechExpress, example};

    #[test]
    fn a_create_is_text_parts_and_one_location_as_json() {
        let (drafts, _) = TechExpress.tickets(&example::dispatch()).expect("a dispatch");
        let parts = text_parts(&drafts[0].fields, Some("0099")).expect("no holes");
        let wanted = [
            ("automatic_email_cc", "false"),
            ("automatic_email_contact", "true"),
            ("contact_email_address", "dana@example.com"),
            ("contact_name", "Dana Ortiz"),
            ("customer_ticket_number", "INC-1"),
            ("initial_description", "Replace the branch router."),
            ("po_number", "PO-88213"),
            ("service_type", "Equipment Install"),
            ("granted_tenant_macnum", "0099"),
            (
                "locations",
                r#"[{"account_macnum":"01234567","end_date":"2027-01-11T12:00:00","local_contact_name":"Sam Lee","local_contact_number":6175550123,"location_name":"Store 417","location_number":"0417","start_date":"2027-01-11T08:00:00"}]"#,
            ),
        ];
        assert_eq!(parts, wanted.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }

    #[test]
    fn a_hole_is_never_sent() {
        let fields: Fields = [("prior_ticket".to_owned(), json!({"ref": "Dispatch/a"}))].into_iter().collect();
        assert_eq!(text_parts(&fields, None), Err("prior_ticket still waits for another ticket's id".to_owned()));
    }

    #[test]
    fn every_field_of_a_location_is_one_that_is_sent() {
        for name in OF_LOCATION {
            assert!(FIELDS.iter().any(|field| field.name == *name && field.sent), "{name}");
        }
    }

    #[test]
    fn a_ticket_is_found_in_every_form_that_the_page_leaves_open() {
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
            assert_eq!(one_ticket(&body.to_string()).map(|seen| seen.id), Ok("77".to_owned()), "{body}");
        }
    }

    #[test]
    fn what_is_not_one_ticket_with_an_id_says_what_it_is() {
        let what = |body: &str| one_ticket(body).expect_err("not one ticket");
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
    fn every_field_of_a_read_lands_flat() {
        let body = json!({
            "id": 77, "status_name": "Pending Tech Assignment", "date_resolved": null, "po_number": 5, "start_date": "2027-01-11T08:00:00",
            "schedule": {"id": 9, "scheduling_type": "Hard", "start_date": "2027-01-11T13:00:00Z", "end_date": "2027-01-11T17:00:00Z"},
            "attachments": [{"filename": "b.pdf", "status": "success"}, {"filename": "c.pdf", "status": "failure"}, {"filename": "a.pdf", "id": 3}],
        });
        let seen = one_ticket(&body.to_string()).expect("a ticket");
        let fields = json!({
            "attachments": ["b.pdf", "a.pdf"], "failed_attachments": ["c.pdf"], "id": 77, "status_name": "Pending Tech Assignment",
            "date_resolved": null, "po_number": 5, "schedule_id": 9, "scheduling_type": "Hard",
            "start_date": "2027-01-11T13:00:00Z", "end_date": "2027-01-11T17:00:00Z",
        });
        assert_eq!(Value::Object(seen.fields.0.into_iter().collect()), fields);
        assert_eq!((seen.status.as_deref(), seen.finished), (Some("Pending Tech Assignment"), false));
    }

    #[test]
    fn a_ticket_with_a_date_of_resolution_is_finished_and_wrong_types_lose_no_id() {
        let body =
            json!({"id": 77, "date_resolved": "2027-01-11T18:00:00Z", "status_name": 4, "schedule": "soon", "attachments": {"a": 1}});
        let seen = one_ticket(&body.to_string()).expect("a ticket");
        assert_eq!((seen.id.as_str(), seen.status, seen.finished), ("77", None, true));
    }
}
