//! The two calls of TechExpress: Create Ticket and Ticket Details.
//!
//! Owns their paths and scope; the settings that only this system has are in `settings`. What every G360 system does alike is in `g360`.

use serde_json::Value;

use super::{fields, settings, wire};
use crate::diagnostics::Outcome;
use crate::systems::g360::connection::Connection;
use crate::systems::g360::{Api, Together};
use crate::systems::settings::section_unusable;
use crate::systems::{Context, Remote};

/// Vendor pages `/g360/techexpress/create-ticket` and `/g360/techexpress/ticket-details`.
pub static API: Api = Api {
    id: "techexpress",
    title: "TechExpress",
    scope: "urn:grt:techexpress",
    create_path: "/api/v1/tickets/external",
    read_path: "/api/v1/tickets/{ticket_id}",
    fields: fields::FIELDS,
    text_parts: wire::text_parts,
    flat: wire::flat,
    one_of: "location",
    together: Some(Together { part: wire::locations, rejects_whole: settings::batch_rejects_whole }),
};

pub fn connect(settings: &Value, context: Context) -> Outcome<Box<dyn Remote>> {
    let shared = settings::shared(settings).ok_or_else(|| section_unusable(API.id))?;
    Ok(Box::new(Connection::new(&API, settings, &shared, context)?))
}
