//! The two calls of NOCExpress: Create Ticket and Ticket Details.
//!
//! Owns their paths, their scope and the one setting that only this system has. What every G360 system does alike is in `g360`.

use serde_json::{Value, json};

use super::{fields, wire};
use crate::diagnostics::Outcome;
use crate::systems::g360::Api;
use crate::systems::g360::connection::Connection;
use crate::systems::{Context, Remote};

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
    let mut shared = settings.clone();
    if let Some(section) = shared.as_object_mut() {
        section.remove(LIST_ENCODING);
    }
    Ok(Box::new(Connection::new(&API, settings, &shared, context)?))
}
