//! One create for several tickets: its form, and what a refusal of it says.
//!
//! Owns what the vendor's page leaves open about such a request. Refuses to send what does not share all that is said once.

use std::path::Path;

use reqwest::multipart::Form;
use serde_json::Value;

use super::form::{assembled, text_parts};
use super::{Api, Together};
use crate::systems::http::Refused;
use crate::systems::{Payload, Sent, Several};
use crate::ticket::{Attachment, Fields};

/// The form of all of them, and its size in bytes.
pub async fn form(api: &Api, payloads: &[Payload], settings: &Value, folder: &Path) -> Result<(Form, u64), String> {
    let attachments = payloads.first().map(|first| first.attachments.as_slice()).unwrap_or_default();
    assembled(parts(api, payloads, settings)?, attachments, folder).await
}

/// What is said once, and the one part that has something of each. Nothing is left out: what differs elsewhere cannot travel together.
fn parts(api: &Api, payloads: &[Payload], settings: &Value) -> Result<Vec<(String, String)>, String> {
    let Some((Together { part, .. }, first)) = api.together.as_ref().zip(payloads.first()) else {
        return Err(format!("{} takes one ticket in a request", api.title));
    };
    let fields: Vec<&Fields> = payloads.iter().map(|payload| &payload.fields).collect();
    let (name, all) = part(&fields);
    let said_once = |payload: &Payload| {
        let mut parts = text_parts(api, payload, settings)?;
        parts.retain(|(of, _)| of != name);
        Ok::<_, String>(parts)
    };
    let files = |payload: &Payload| {
        payload.attachments.iter().map(Attachment::identity).map(|(name, content)| (name.to_owned(), content.clone())).collect::<Vec<_>>()
    };
    let mut parts = said_once(first)?;
    for other in payloads {
        if said_once(other)? != parts || files(other) != files(first) {
            return Err(format!("the tickets of one request do not share all that {} takes once for all of them", api.title));
        }
    }
    parts.push((name.to_owned(), all));
    Ok(parts)
}

/// `3 locations`.
pub fn counted(api: &Api, count: usize) -> String {
    format!("{count} {}s", api.one_of)
}

/// What became of all of them when the request was no success.
///
/// The page does not say whether one bad location refuses all of them, or only itself after others were made. So a refusal says that none
/// was made only where it comes before any of them is looked at: 401, 429. The 403 of the page is about the token, but one about a single
/// account would look the same.
pub fn refused(api: &Api, refused: Refused, count: usize, settings: &Value) -> Several {
    let is_whole = refused.status == Some(401) || api.together.as_ref().is_some_and(|together| (together.rejects_whole)(settings));
    match refused.sent {
        Sent::Rejected { why, stops_system } if !is_whole => {
            let words = why.trim_end_matches('.');
            let why = format!("{words}; it was asked for {}, and nobody says that it made none of them", counted(api, count));
            Several::Same { sent: Sent::Unknown { why }, stops_system }
        }
        sent @ (Sent::Done(_) | Sent::Rejected { .. } | Sent::Unsent { .. } | Sent::Unknown { .. }) => {
            Several::Same { sent, stops_system: false }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::{nocexpress, techexpress};
    use serde_json::json;

    fn payload(fields: &Value, attachments: Vec<Attachment>) -> Payload {
        Payload { fields: serde_json::from_value(fields.clone()).expect("fields"), attachments }
    }

    fn file(content: &[u8]) -> Attachment {
        let sha256 = crate::ticket::Digest::of_bytes(content);
        Attachment { filename: "a.pdf".into(), path: "a.pdf".into(), size: 1, sha256 }
    }

    #[test]
    fn the_form_says_once_what_is_shared_and_names_every_place() {
        let of = |name: &str| payload(&json!({"po_number": "P", "location_name": name}), vec![file(b"x")]);
        let parts = parts(&techexpress::API, &[of("a"), of("b")], &json!({"granted_tenant_macnum": "0099"})).expect("a form");
        let wanted =
            [("po_number", "P"), ("granted_tenant_macnum", "0099"), ("locations", r#"[{"location_name":"a"},{"location_name":"b"}]"#)];
        assert_eq!(parts, wanted.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }

    #[test]
    fn what_does_not_share_everything_has_no_form() {
        let of = |order: &str, files| payload(&json!({"po_number": order, "location_name": order}), files);
        let why = Err("the tickets of one request do not share all that TechExpress takes once for all of them".to_owned());
        assert_eq!(parts(&techexpress::API, &[of("P", vec![]), of("Q", vec![])], &json!({})), why);
        assert_eq!(parts(&techexpress::API, &[of("P", vec![]), of("P", vec![file(b"x")])], &json!({})), why);
        assert_eq!(parts(&techexpress::API, &[of("P", vec![file(b"y")]), of("P", vec![file(b"x")])], &json!({})), why);
        let hole = payload(&json!({"po_number": "P", "prior_ticket": {"ref": "Dispatch/a"}}), vec![]);
        let why = Err("prior_ticket still waits for another ticket's id".to_owned());
        assert_eq!(parts(&techexpress::API, &[of("P", vec![]), hole], &json!({})), why);
        let why = Err("NOCExpress takes one ticket in a request".to_owned());
        assert_eq!(parts(&nocexpress::API, &[of("P", vec![]), of("P", vec![])], &json!({})), why);
    }
}
