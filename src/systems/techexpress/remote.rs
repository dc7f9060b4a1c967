//! The two calls of TechExpress that are about tickets, Create Ticket and Ticket Details, and the way to what it tells before.
//!
//! Owns their paths and scope; the settings that only this system has are in `settings`. What every G360 system does alike is in `g360`.

use serde_json::Value;

use super::look_up::{self, LookUps};
use super::{fields, settings, wire};
use crate::diagnostics::Outcome;
use crate::state::Permit;
use crate::systems::g360::connection::Connection;
use crate::systems::g360::{Api, Together};
use crate::systems::settings::section_unusable;
use crate::systems::{
    Answer, Context, Draft, Estimates, Kept, Looked, Observed, Payload, Reader, Remote, Sent, Several, Told, Unready, Writer,
};
use crate::ticket::Fields;

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
    let look_ups = look_up::of(settings).ok_or_else(|| section_unusable(API.id))?;
    Ok(Box::new(TechRemote { connection: Connection::new(&API, settings, &shared, context)?, look_ups }))
}

/// A G360 connection that also asks for accounts and costs.
struct TechRemote {
    connection: Connection,
    look_ups: LookUps,
}

impl Reader for TechRemote {
    fn read<'a>(&'a self, id: &'a str) -> Answer<'a, Observed> {
        self.connection.read(id)
    }

    fn look_up<'a>(&'a self, drafts: &'a [&'a Draft], told: Told<'a>) -> Answer<'a, Option<Looked>> {
        Box::pin(async move { Some(look_up::look_up(&self.connection, &self.look_ups, drafts, told).await) })
    }

    fn estimate<'a>(&'a self, creates: &'a [&'a Fields], kept: &'a mut Kept, told: Told<'a>) -> Answer<'a, Option<Estimates>> {
        Box::pin(async move { Some(look_up::estimate(&self.connection, &self.look_ups, creates, kept, told).await) })
    }
}

impl Writer for TechRemote {
    fn ready<'a>(&'a self, payload: Option<&'a Payload>) -> Answer<'a, Result<(), Unready>> {
        self.connection.ready(payload)
    }

    fn create<'a>(&'a self, permit: Permit, payload: &'a Payload) -> Answer<'a, Sent> {
        self.connection.create(permit, payload)
    }

    fn ready_together<'a>(&'a self, payloads: &'a [Payload]) -> Answer<'a, Result<(), Unready>> {
        self.connection.ready_together(payloads)
    }

    fn create_together<'a>(&'a self, permit: Permit, payloads: &'a [Payload]) -> Answer<'a, Several> {
        self.connection.create_together(permit, payloads)
    }
}

impl Remote for TechRemote {
    fn reader(&self) -> &dyn Reader {
        self
    }
    fn writer(&self) -> &dyn Writer {
        self
    }
}
