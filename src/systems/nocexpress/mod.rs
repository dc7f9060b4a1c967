//! NOCExpress: tickets for a network operations centre, created once and then only read.
//!
//! Owns what callout knows of this API: vendor pages `/g360/nocexpress/create-ticket` and `/g360/nocexpress/ticket-details`. Of the
//! second page only the first part is known; what follows it is taken for absent until an answer shows it.

mod checks;
#[cfg(test)]
mod example;
mod fields;
mod look_up;
mod remote;
pub mod sandbox;
pub mod spec;
mod tickets;
mod wire;

use schemars::{Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value;

use super::sandbox::Room;
use super::{Ability, AttachmentRules, Capabilities, Context, Draft, Field, Finding, Origin, Remote, System, g360, normal};
use crate::diagnostics::Outcome;
use crate::ticket::{Attachment, Fields, Mark, Visit};
pub use remote::API;
use spec::NocTicketDocument;

/// Granite's NOCExpress.
pub struct NocExpress;

const CAPABILITIES: Capabilities = Capabilities {
    update: Ability::No("NOCExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone"),
    close: Ability::No("NOCExpress has no call to close a ticket; have it closed in the Granite 360 portal or by telephone"),
    delete: Ability::No("NOCExpress has no call to delete a ticket; have it closed in the Granite 360 portal or by telephone"),
    list: Ability::No("NOCExpress has no call that lists tickets; the Granite 360 portal does"),
    find: Ability::No("NOCExpress cannot list or search tickets, and a read shows no mark; look for it in the Granite 360 portal"),
    notices: &[],
};

impl System for NocExpress {
    fn id(&self) -> &'static str {
        API.id
    }
    fn title(&self) -> &'static str {
        API.title
    }
    fn kind(&self) -> &'static str {
        "NocTicket"
    }
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }
    fn look_up(&self) -> Ability {
        Ability::Yes
    }
    fn fields(&self) -> &'static [Field] {
        fields::FIELDS
    }
    fn attachments(&self) -> Option<AttachmentRules> {
        Some(g360::ATTACHMENTS)
    }

    fn document_schema(&self, generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<NocTicketDocument>()
    }
    fn settings_schema(&self, generator: &mut SchemaGenerator) -> Schema {
        let own = [remote::list_encoding(), look_up::LookUps::property(generator)];
        g360::settings::schema(generator, &API, &own)
    }
    fn tickets(&self, document: &Value) -> Result<(Vec<Draft>, Vec<Finding>), serde_json::Error> {
        let document = NocTicketDocument::deserialize(document)?;
        let mut findings = checks::run(&document);
        findings.extend(document.lifecycle.iter().flat_map(|lifecycle| lifecycle.findings(self.kind(), &CAPABILITIES, fields::FIELDS)));
        Ok((vec![tickets::draft(&document)], findings))
    }
    fn check_settings(&self, settings: &Value) -> Vec<Finding> {
        g360::settings::check_with(settings, &look_up::PATHS)
    }

    fn with_mark(&self, fields: Fields, mark: &Mark) -> Fields {
        fields::with_mark(fields, mark)
    }
    fn mark_of(&self, seen: &Fields) -> Option<Mark> {
        seen.text("customer_ticket_number").and_then(fields::find_mark)
    }
    fn with_prior(&self, fields: Fields, prior: &str) -> Fields {
        g360::with_prior(fields, prior)
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
    /// A ticket of this system has no time of its own, so there is no visit to expect.
    fn expected(&self, fields: &Fields, attachments: &[Attachment], _: Option<&Visit>) -> Fields {
        normal::expected(fields::FIELDS, fields, attachments)
    }
    fn comparable(&self, seen: &Fields) -> Fields {
        normal::comparable(fields::FIELDS, seen)
    }

    fn origin(&self, settings: &Value) -> Origin {
        g360::settings::origin(settings)
    }
    fn room(&self) -> Room {
        g360::sandbox::room::<sandbox::Desk>()
    }
    fn connect(&self, settings: &Value, context: Context) -> Outcome<Box<dyn Remote>> {
        remote::connect(settings, context)
    }
}
