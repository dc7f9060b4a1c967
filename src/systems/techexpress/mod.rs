//! TechExpress: field-technician dispatches, created once and then only read.
//!
//! Owns what callout knows of this API: vendor pages `/g360/techexpress/create-ticket` and `/g360/techexpress/ticket-details`;
//! in `look_up` also `/g360/techexpress/search-accounts` and `/g360/techexpress/estimated-costs`.

mod checks;
#[cfg(test)]
mod example;
mod fields;
mod look_up;
mod remote;
#[cfg(test)]
mod remote_tests;
#[cfg(test)]
mod renewal_tests;
pub mod sandbox;
pub mod service;
mod settings;
pub mod spec;
#[cfg(test)]
mod stage;
mod tickets;
#[cfg(test)]
mod together_tests;
mod wire;

use schemars::{Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value;

use super::sandbox::Room;
use super::{
    Ability, AttachmentRules, Attendance, Capabilities, Context, Draft, Field, Finding, Origin, Remote, System, Together, g360, normal,
};
use crate::diagnostics::Outcome;
use crate::ticket::{Attachment, Fields, Mark, Visit};
pub use remote::API;
use spec::DispatchDocument;

/// Granite's TechExpress.
pub struct TechExpress;

const CAPABILITIES: Capabilities = Capabilities {
    update: Ability::No("TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone"),
    close: Ability::No("TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone"),
    delete: Ability::No("TechExpress has no call to delete a ticket; cancel it in the Granite 360 portal or by telephone"),
    list: Ability::No("TechExpress has no call that lists tickets; the Granite 360 portal does"),
    find: Ability::No("TechExpress cannot list or search tickets; look for the mark in the Granite 360 portal"),
    notices: &[],
};

impl System for TechExpress {
    fn id(&self) -> &'static str {
        API.id
    }
    fn title(&self) -> &'static str {
        API.title
    }
    fn kind(&self) -> &'static str {
        "Dispatch"
    }
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }
    fn look_up(&self) -> Ability {
        Ability::Yes
    }
    fn estimates(&self) -> Ability {
        Ability::Yes
    }
    fn fields(&self) -> &'static [Field] {
        fields::FIELDS
    }
    fn attachments(&self) -> Option<AttachmentRules> {
        Some(g360::ATTACHMENTS)
    }

    fn document_schema(&self, generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<DispatchDocument>()
    }
    fn settings_schema(&self, generator: &mut SchemaGenerator) -> Schema {
        let own = settings::own(generator);
        g360::settings::schema(generator, &API, &own)
    }
    fn tickets(&self, document: &Value) -> Result<(Vec<Draft>, Vec<Finding>), serde_json::Error> {
        let document = DispatchDocument::deserialize(document)?;
        let mut findings = checks::run(&document);
        findings.extend(document.lifecycle.iter().flat_map(|lifecycle| lifecycle.findings(self.kind(), &CAPABILITIES, fields::FIELDS)));
        Ok((tickets::drafts(&document), findings))
    }
    fn check_settings(&self, settings: &Value) -> Vec<Finding> {
        g360::settings::check_with(settings, &look_up::PATHS)
    }

    fn with_mark(&self, fields: Fields, mark: &Mark) -> Fields {
        fields::with_mark(fields, mark)
    }
    fn mark_of(&self, seen: &Fields) -> Option<Mark> {
        seen.text("customer_ticket_number").and_then(Mark::find)
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
    fn together(&self, fields: &Fields) -> Option<Together> {
        Some(Together { shared: wire::shared(fields), place: fields::place(fields) })
    }
    fn tickets_per_request(&self, settings: &Value) -> usize {
        settings::locations_per_request(settings)
    }
    fn expected(&self, fields: &Fields, attachments: &[Attachment], visit: Option<&Visit>) -> Fields {
        fields::expected(fields, attachments, visit)
    }
    fn comparable(&self, seen: &Fields) -> Fields {
        normal::comparable(fields::FIELDS, seen)
    }
    fn attendance(&self, seen: &Fields) -> Attendance {
        fields::attendance(seen)
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
