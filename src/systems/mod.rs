//! Ticket systems: what they can do, how their tickets read, and the calls.
//!
//! Owns the traits that the engine plans and applies with, and the registry. Each system is a folder of the same four rooms:
//! `spec` (what a user writes), `wire` (the vendor's fields), `remote` (the calls), `sandbox` (the same API, in-process).
//! Refuses to know the engine: a system never sees a plan, a manifest file or the state.

mod attendance;
pub mod billing_platform;
mod calls;
mod checks;
mod credential;
pub mod envelope;
mod estimates;
mod facts;
mod g360;
#[cfg(test)]
pub(crate) mod generators;
mod hold_up;
mod http;
mod nearest;
pub mod nocexpress;
mod normal;
mod permits;
#[cfg(test)]
mod properties;
pub mod readydesk;
pub mod sandbox;
pub mod schema;
mod seen;
mod settings;
mod several;
mod subject;
pub mod techexpress;
mod zone;

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use crate::diagnostics::Outcome;
use crate::ticket::{Attachment, Fields, Mark, Visit};

pub use attendance::{Attendance, Technician};
pub use calls::{Answer, Context, End, Found, Listing, Payload, Reader, Remote, Told, Unready, Writer};
pub use credential::{Kind as SecretKind, check_address, check_reference, secret};
pub use estimates::{Entries, Estimate, Estimates, Kept, Save};
pub use facts::{Ability, About, AttachmentRules, Capabilities, Compare, Draft, Endings, Field, Finding, Notice};
pub use hold_up::{HoldUp, Limit};
pub use nearest::{near, nearest, ranked};
pub use seen::{Looked, Observed, Seen, Sent};
pub use several::{Place, Several, Together};
pub use zone::{zone, zone_hint};

/// Every system that callout knows. A further one is a folder and a line here.
pub fn registry() -> &'static [&'static dyn System] {
    &[&techexpress::TechExpress, &nocexpress::NocExpress, &billing_platform::BillingPlatform, &readydesk::ReadyDesk]
}

/// The system whose documents have this `kind`.
pub fn by_kind(kind: &str) -> Option<&'static dyn System> {
    registry().iter().copied().find(|system| system.kind() == kind)
}

/// The system with this key under `spec.systems` of the project file.
pub fn by_id(id: &str) -> Option<&'static dyn System> {
    registry().iter().copied().find(|system| system.id() == id)
}

/// A ticket system, as pure facts and pure functions. IO is behind [`System::connect`].
pub trait System: Send + Sync {
    /// Its key under `spec.systems`: `techexpress`.
    fn id(&self) -> &'static str;
    /// Its name for people: `TechExpress`.
    fn title(&self) -> &'static str;
    /// The `kind` of its documents: `Dispatch`.
    fn kind(&self) -> &'static str;
    fn capabilities(&self) -> &'static Capabilities;
    /// Whether the system can be asked about values before anything is sent: [`Reader::look_up`].
    fn look_up(&self) -> Ability {
        Ability::No("callout knows no call of this system that tells which values are valid")
    }
    /// Whether the system can be asked what a create costs before it is sent: [`Reader::estimate`].
    fn estimates(&self) -> Ability {
        Ability::No("callout knows no call of this system that tells what a ticket costs; creates count as not estimated")
    }
    fn fields(&self) -> &'static [Field];
    /// The row of a field, also of one that is a part of its row's: `custom_fields.Rack` is in the row `custom_fields`.
    fn row(&self, name: &str) -> Option<&'static Field> {
        normal::row(self.fields(), name)
    }
    fn attachments(&self) -> Option<AttachmentRules>;

    /// The schema of a whole document of this kind.
    fn document_schema(&self, generator: &mut SchemaGenerator) -> Schema;
    /// The schema of the section below `spec.systems`.
    fn settings_schema(&self, generator: &mut SchemaGenerator) -> Schema;
    /// The tickets that a document describes, with the checks that its schema cannot make. Both, so that all is reported at once.
    fn tickets(&self, document: &Value) -> Result<(Vec<Draft>, Vec<Finding>), serde_json::Error>;
    /// What is wrong in the settings beyond their schema.
    fn check_settings(&self, settings: &Value) -> Vec<Finding>;
    /// What is wrong in a document by this project's settings: a value that they do not list. Pointers are the document's.
    fn check_against_settings(&self, _document: &Value, _settings: &Value) -> Vec<Finding> {
        Vec::new()
    }

    /// The fields with the mark put where this system has room for it.
    fn with_mark(&self, fields: Fields, mark: &Mark) -> Fields;
    /// The mark that a read ticket carries.
    fn mark_of(&self, seen: &Fields) -> Option<Mark>;
    /// The fields with the earlier visit's id, unless they name one themselves.
    fn with_prior(&self, fields: Fields, prior: &str) -> Fields;
    /// Keys of the place and kind of work: two tickets that share one look alike.
    fn look_alike(&self, fields: &Fields) -> Vec<String>;
    /// The place, for people: `Store 417 (0417), account 01234567`.
    fn site(&self, fields: &Fields) -> String;
    /// Why a read ticket is for another site than these fields ask for, if it is.
    fn site_mismatch(&self, fields: &Fields, seen: &Fields) -> Option<String>;
    /// What this ticket shares with others of one request, and what tells it from them. `None` where every ticket is its own request.
    fn together(&self, _fields: &Fields) -> Option<Together> {
        None
    }
    /// How many tickets one create may carry at most, by the system's section.
    fn tickets_per_request(&self, _settings: &Value) -> usize {
        1
    }
    /// By which change a ticket is closed without being told to close, by the system's section.
    fn endings(&self, _settings: &Value) -> Option<Endings> {
        None
    }
    /// What a read of this ticket shows if it was booked as sent: comparable fields in normal form.
    fn expected(&self, fields: &Fields, attachments: &[Attachment], visit: Option<&Visit>) -> Fields;
    /// The comparable fields of a read, in the same normal form. Idempotent.
    fn comparable(&self, seen: &Fields) -> Fields;
    /// Who comes, and when, as the fields of a read tell it, or what is kept of them. By default they tell nothing.
    fn attendance(&self, _seen: &Fields) -> Attendance {
        Attendance::default()
    }

    /// Which API and tenant the settings mean; kept in each record.
    fn origin(&self, settings: &Value) -> Origin;
    /// The same API in this process: what it adds to the sandbox.
    fn room(&self) -> sandbox::Room;
    /// A connection. Resolves no credential before the first call.
    fn connect(&self, settings: &Value, context: Context) -> Outcome<Box<dyn Remote>>;
}

/// Whose tickets: the API's address without its credentials, and the company acted for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.url)?;
        self.tenant.as_ref().map_or(Ok(()), |tenant| write!(f, " (tenant {tenant})"))
    }
}
