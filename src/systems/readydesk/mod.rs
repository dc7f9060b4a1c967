//! ReadyDesk: tickets of a help desk that an organisation runs itself, created, changed, closed, listed and searched.
//!
//! Owns what callout knows of this API: vendor page `gettickets.aspx` in full, and the first parts of `apioverview.aspx` and
//! `addticket.aspx`. What lies behind the known parts is a setting with what is likely as its default. Refuses to delete: no page
//! that is known has such a call.

mod checks;
mod connection;
#[cfg(test)]
mod example;
mod fields;
mod listing;
#[cfg(test)]
mod listing_tests;
mod names;
mod remote;
#[cfg(test)]
mod remote_tests;
pub mod sandbox;
#[cfg(test)]
mod secrecy_tests;
mod settings;
pub mod spec;
mod tickets;
mod wire;

use schemars::{Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value;

use super::sandbox::Room;
use super::{Ability, AttachmentRules, Attendance, Capabilities, Context, Draft, Endings, Field, Finding, Notice, Origin, Remote, System};
use crate::diagnostics::Outcome;
use crate::systems::subject;
use crate::ticket::{Attachment, Fields, Mark, Visit};
use spec::HelpdeskTicketDocument;
pub use wire::Format;

/// Its key below `spec.systems`.
pub const ID: &str = "readydesk";
/// Its name for people.
pub const TITLE: &str = "ReadyDesk";

/// A ReadyDesk of version 9.
pub struct ReadyDesk;

const CAPABILITIES: Capabilities = Capabilities {
    update: Ability::Yes,
    close: Ability::Yes,
    delete: Ability::No("no known page of ReadyDesk has a call to delete a ticket; close it, or delete it in ReadyDesk itself"),
    list: Ability::Yes,
    find: Ability::Yes,
    notices: &[
        Notice {
            field: "status",
            on_close: true,
            says: "ReadyDesk may mail the customer when the status changes or the ticket is closed; its pages do not say, its settings decide",
        },
        Notice { field: "assigned_to", on_close: false, says: "ReadyDesk may mail the technician that a ticket is assigned to" },
    ],
};

impl System for ReadyDesk {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        TITLE
    }
    fn kind(&self) -> &'static str {
        "HelpdeskTicket"
    }
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }
    fn fields(&self) -> &'static [Field] {
        fields::FIELDS
    }
    fn attachments(&self) -> Option<AttachmentRules> {
        None
    }

    fn document_schema(&self, generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<HelpdeskTicketDocument>()
    }
    fn settings_schema(&self, generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<settings::Settings>()
    }
    fn tickets(&self, document: &Value) -> Result<(Vec<Draft>, Vec<Finding>), serde_json::Error> {
        let document = HelpdeskTicketDocument::deserialize(document)?;
        let mut findings = checks::run(&document);
        findings.extend(document.lifecycle.iter().flat_map(|lifecycle| lifecycle.findings(self.kind(), &CAPABILITIES, fields::FIELDS)));
        Ok((vec![tickets::draft(&document)], findings))
    }
    fn check_settings(&self, settings: &Value) -> Vec<Finding> {
        settings::check(settings)
    }
    fn check_against_settings(&self, document: &Value, settings: &Value) -> Vec<Finding> {
        names::against(document, settings)
    }

    fn with_mark(&self, fields: Fields, mark: &Mark) -> Fields {
        fields::with_mark(fields, mark)
    }
    fn mark_of(&self, seen: &Fields) -> Option<Mark> {
        seen.text("subject").and_then(subject::find_mark)
    }
    /// No variable for writing links a ticket to an earlier one.
    fn with_prior(&self, fields: Fields, _: &str) -> Fields {
        fields
    }
    fn look_alike(&self, fields: &Fields) -> Vec<String> {
        fields::look_alike(fields)
    }
    fn site(&self, fields: &Fields) -> String {
        fields::site(fields)
    }
    fn site_mismatch(&self, fields: &Fields, seen: &Fields) -> Option<String> {
        fields::site_mismatch(fields, seen)
    }
    fn endings(&self, settings: &Value) -> Option<Endings> {
        Some(settings::endings(settings))
    }
    fn expected(&self, fields: &Fields, _: &[Attachment], _: Option<&Visit>) -> Fields {
        fields::expected(fields)
    }
    fn comparable(&self, seen: &Fields) -> Fields {
        fields::comparable(seen)
    }
    fn attendance(&self, seen: &Fields) -> Attendance {
        fields::attendance(seen)
    }

    fn origin(&self, settings: &Value) -> Origin {
        settings::origin(settings)
    }
    fn room(&self) -> Room {
        sandbox::ROOM
    }
    fn connect(&self, settings: &Value, context: Context) -> Outcome<Box<dyn Remote>> {
        remote::connect(settings, context)
    }
}
