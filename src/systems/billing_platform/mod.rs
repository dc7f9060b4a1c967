//! The Billing Platform (UK): customers' tickets, created, changed, closed, deleted and listed.
//!
//! Owns what callout knows of this API: vendor page `/api/endpoints/tickets/` and the general page beside it. What these leave open (the
//! method of a change, how a field is emptied, which status closes) is a setting.

mod checks;
#[cfg(test)]
mod example;
mod fields;
mod list;
mod remote;
#[cfg(test)]
mod remote_tests;
pub mod sandbox;
mod settings;
pub mod spec;
mod tickets;
mod wire;

use schemars::{Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value;

use super::sandbox::Room;
use super::{Ability, AttachmentRules, Capabilities, Context, Draft, Endings, Field, Finding, Notice, Origin, Remote, System, normal};
use crate::diagnostics::Outcome;
use crate::ticket::{Attachment, Fields, Mark, Visit};
use settings::Settings;
use spec::CustomerTicketDocument;

/// The Billing Platform.
pub struct BillingPlatform;

/// Its key below `spec.systems`.
const ID: &str = "billing_platform";
/// Its name for people.
const TITLE: &str = "Billing Platform";

const CAPABILITIES: Capabilities = Capabilities {
    update: Ability::Yes,
    close: Ability::Yes,
    delete: Ability::Yes,
    list: Ability::Yes,
    find: Ability::Yes,
    // The product guide's page on ticket management says it of closing; a status that closes is set by a change, too.
    notices: &[Notice { field: "status", on_close: true, says: "Billing Platform mails the customer when a ticket is closed" }],
};

impl System for BillingPlatform {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        TITLE
    }
    fn kind(&self) -> &'static str {
        "CustomerTicket"
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
        generator.subschema_for::<CustomerTicketDocument>()
    }
    fn settings_schema(&self, generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Settings>()
    }
    fn tickets(&self, document: &Value) -> Result<(Vec<Draft>, Vec<Finding>), serde_json::Error> {
        let document = CustomerTicketDocument::deserialize(document)?;
        let mut findings = checks::run(&document);
        findings.extend(document.lifecycle.iter().flat_map(|lifecycle| lifecycle.findings(self.kind(), &CAPABILITIES, fields::FIELDS)));
        Ok((vec![tickets::draft(&document)], findings))
    }
    fn check_settings(&self, settings: &Value) -> Vec<Finding> {
        settings::check(settings)
    }
    fn check_against_settings(&self, document: &Value, settings: &Value) -> Vec<Finding> {
        checks::against(document, settings)
    }

    fn with_mark(&self, fields: Fields, mark: &Mark) -> Fields {
        fields::with_mark(fields, mark)
    }
    fn mark_of(&self, seen: &Fields) -> Option<Mark> {
        fields::mark_of(seen)
    }
    /// A ticket has no field for an earlier one.
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
    /// Nobody is sent anywhere, so there is no visit to expect.
    fn expected(&self, fields: &Fields, attachments: &[Attachment], _: Option<&Visit>) -> Fields {
        normal::expected(fields::FIELDS, fields, attachments)
    }
    fn comparable(&self, seen: &Fields) -> Fields {
        normal::comparable(fields::FIELDS, seen)
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
