//! The two calls of NOCExpress that are about tickets, Create Ticket and Ticket Details, and the way to its look-ups.
//!
//! Owns their paths, their scope and the settings that only this system has. What every G360 system does alike is in `g360`.

use serde_json::{Value, json};

use super::look_up::{self, LookUps};
use super::{fields, wire};
use crate::diagnostics::Outcome;
use crate::state::Permit;
use crate::systems::g360::Api;
use crate::systems::g360::connection::Connection;
use crate::systems::settings::section_unusable;
use crate::systems::{Answer, Context, Draft, Looked, Observed, Payload, Reader, Remote, Sent, Told, Unready, Writer};

/// Vendor pages `/g360/nocexpress/create-ticket` and `/g360/nocexpress/ticket-details`.
pub static API: Api = Api {
    id: "nocexpress",
    title: "NOCExpress",
    scope: "urn:grt:nocexpress",
    create_path: "/api/v1/noc/tickets/external",
    read_path: "/api/v1/noc/tickets/{ticket_id}",
    fields: fields::FIELDS,
    text_parts: wire::text_parts,
    flat: wire::flat,
    one_of: "document",
    together: None,
};

const LIST_ENCODING: &str = "list_encoding";

/// The setting for what the vendor's page leaves open, with its schema: it names lists in a form, and not how they are spelt there.
pub fn list_encoding() -> (&'static str, Value) {
    let schema = json!({
        "type": "string",
        "enum": ["json", "indexed"],
        "enumDescriptions": [
            "One part with all of the list as JSON, as the vendor's TechExpress takes its locations.",
            "A part for each value, such as `sites[0][macnum]`."
        ],
        "default": "json",
        "description": "How `sites` and `additional_contacts` are spelt in the form of a create. The vendor's page does not say; try the other one if a create is refused for them.",
    });
    (LIST_ENCODING, schema)
}

/// Whether each value of a list is a part of its own.
pub fn is_indexed(settings: &Value) -> bool {
    settings.get(LIST_ENCODING).and_then(Value::as_str) == Some("indexed")
}

pub fn connect(settings: &Value, context: Context) -> Outcome<Box<dyn Remote>> {
    let look_ups = look_up::of(settings).ok_or_else(|| section_unusable(API.id))?;
    let mut shared = settings.clone();
    if let Some(section) = shared.as_object_mut() {
        section.retain(|name, _| ![LIST_ENCODING, look_up::SECTION].contains(&name.as_str()));
    }
    Ok(Box::new(NocRemote { connection: Connection::new(&API, settings, &shared, context)?, look_ups }))
}

/// A G360 connection that also looks values up.
struct NocRemote {
    connection: Connection,
    look_ups: LookUps,
}

impl Reader for NocRemote {
    fn read<'a>(&'a self, id: &'a str) -> Answer<'a, Observed> {
        self.connection.read(id)
    }

    fn look_up<'a>(&'a self, drafts: &'a [&'a Draft], told: Told<'a>) -> Answer<'a, Option<Looked>> {
        Box::pin(async move { Some(look_up::look_up(&self.connection, &self.look_ups, drafts, told).await) })
    }
}

impl Writer for NocRemote {
    fn ready<'a>(&'a self, payload: Option<&'a Payload>) -> Answer<'a, Result<(), Unready>> {
        self.connection.ready(payload)
    }

    fn create<'a>(&'a self, permit: Permit, payload: &'a Payload) -> Answer<'a, Sent> {
        self.connection.create(permit, payload)
    }
}

impl Remote for NocRemote {
    fn reader(&self) -> &dyn Reader {
        self
    }
    fn writer(&self) -> &dyn Writer {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::state::Permit;
    use crate::support::clock::JumpingClock;
    use crate::support::server::{Reply, Server};
    use crate::systems::nocexpress::{NocExpress, example};
    use crate::systems::{Observed, Payload, Sent, System};

    /// What a server got from a create and a read with these further settings.
    async fn requests(more: &Value) -> Vec<String> {
        let server = Server::with([Reply::json(&json!([{"id": 77}])), Reply::json(&json!({"id": 77}))]).await;
        let mut settings = json!({"base_url": server.url, "credential": {"bearer": "env:TOKEN"}, "granted_tenant_macnum": "0099"});
        settings.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        let context = Context {
            clock: JumpingClock::at("2027-01-04T12:00:00Z"),
            variables: Arc::new([("TOKEN".to_owned(), "s3cr3t-token".to_owned())].into()),
            folder: "/".into(),
            waiting: Arc::new(|_| {}),
        };
        let remote = NocExpress.connect(&settings, context).expect("good settings");
        let (drafts, _) = NocExpress.tickets(&example::ticket()).expect("a NOC ticket");
        let payload = Payload { fields: drafts[0].fields.clone(), attachments: Vec::new() };
        assert!(matches!(remote.create(Permit::in_a_test(), &payload).await, Sent::Done(_)));
        assert!(matches!(remote.reader().read("77").await, Observed::Found(_)));
        server.requests()
    }

    #[tokio::test]
    async fn both_calls_go_to_this_systems_paths_and_name_the_tenant() {
        let requests = requests(&json!({})).await;
        assert!(requests[0].starts_with("POST /api/v1/noc/tickets/external HTTP/1.1\r\n"), "{}", requests[0]);
        assert!(requests[0].contains("name=\"granted_tenant_macnum\"\r\n\r\n0099\r\n"), "{}", requests[0]);
        assert!(requests[0].contains("name=\"sites\"\r\n\r\n[{\"macnum\":\"01234567\","), "{}", requests[0]);
        assert!(requests[1].starts_with("GET /api/v1/noc/tickets/77?granted_tenant_macnum=0099 HTTP/1.1\r\n"), "{}", requests[1]);
    }

    #[tokio::test]
    async fn what_the_page_leaves_open_can_be_set() {
        let requests = requests(&json!({"list_encoding": "indexed", "create_path": "/v2/new", "read_path": "/v2/{ticket_id}/all"})).await;
        assert!(requests[0].starts_with("POST /v2/new HTTP/1.1\r\n"), "{}", requests[0]);
        assert!(requests[0].contains("name=\"sites[1][macnum]\"\r\n\r\n01234568\r\n"), "{}", requests[0]);
        assert!(requests[1].starts_with("GET /v2/77/all?"), "{}", requests[1]);
    }
}
