//! A ticket system that can do everything, for what no real one of the planner's tests can.

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use crate::diagnostics::Outcome;
use crate::systems::techexpress::TechExpress;
use crate::systems::{Ability, AttachmentRules, Capabilities, Context, Draft, Field, Finding, Notice, Origin, Remote, System};
use crate::ticket::{Attachment, Fields, Mark, Visit};

/// TechExpress's tickets in a system that can do everything: the rows of the table that TechExpress never reaches.
pub struct Able;

const ABLE: Capabilities = Capabilities {
    update: Ability::Yes,
    close: Ability::Yes,
    delete: Ability::Yes,
    list: Ability::Yes,
    find: Ability::Yes,
    notices: &[Notice { field: "contact_name", on_close: true, says: "the customer is mailed" }],
};

impl System for Able {
    fn id(&self) -> &'static str {
        "able"
    }
    fn title(&self) -> &'static str {
        "Able"
    }
    fn kind(&self) -> &'static str {
        TechExpress.kind()
    }
    fn capabilities(&self) -> &'static Capabilities {
        &ABLE
    }
    fn fields(&self) -> &'static [Field] {
        TechExpress.fields()
    }
    fn attachments(&self) -> Option<AttachmentRules> {
        TechExpress.attachments()
    }
    fn document_schema(&self, generator: &mut SchemaGenerator) -> Schema {
        TechExpress.document_schema(generator)
    }
    fn settings_schema(&self, generator: &mut SchemaGenerator) -> Schema {
        TechExpress.settings_schema(generator)
    }
    fn tickets(&self, document: &Value) -> Result<(Vec<Draft>, Vec<Finding>), serde_json::Error> {
        TechExpress.tickets(document)
    }
    fn check_settings(&self, settings: &Value) -> Vec<Finding> {
        TechExpress.check_settings(settings)
    }
    fn with_mark(&self, fields: Fields, mark: &Mark) -> Fields {
        TechExpress.with_mark(fields, mark)
    }
    fn mark_of(&self, seen: &Fields) -> Option<Mark> {
        TechExpress.mark_of(seen)
    }
    fn with_prior(&self, fields: Fields, prior: &str) -> Fields {
        TechExpress.with_prior(fields, prior)
    }
    fn look_alike(&self, fields: &Fields) -> Vec<String> {
        TechExpress.look_alike(fields)
    }
    fn site(&self, fields: &Fields) -> String {
        TechExpress.site(fields)
    }
    fn site_mismatch(&self, fields: &Fields, seen: &Fields) -> Option<String> {
        TechExpress.site_mismatch(fields, seen)
    }
    fn expected(&self, fields: &Fields, attachments: &[Attachment], visit: Option<&Visit>) -> Fields {
        TechExpress.expected(fields, attachments, visit)
    }
    fn comparable(&self, seen: &Fields) -> Fields {
        TechExpress.comparable(seen)
    }
    fn origin(&self, settings: &Value) -> Origin {
        TechExpress.origin(settings)
    }
    fn room(&self) -> crate::systems::sandbox::Room {
        TechExpress.room()
    }
    fn connect(&self, settings: &Value, context: Context) -> Outcome<Box<dyn Remote>> {
        TechExpress.connect(settings, context)
    }
}
