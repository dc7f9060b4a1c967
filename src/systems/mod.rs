//! Ticket systems: what they can do, how their tickets read, and the calls.
//!
//! Owns the traits that the engine plans and applies with, and the registry. Each system is a folder of the same four rooms:
//! `spec` (what a user writes), `wire` (the vendor's fields), `remote` (the calls), `sandbox` (the same API, in-process).
//! Refuses to know the engine: a system never sees a plan, a manifest file or the state.

mod checks;
mod credential;
pub mod envelope;
mod g360;
mod http;
mod nearest;
pub mod nocexpress;
mod normal;
mod permits;
pub mod sandbox;
pub mod schema;
mod seen;
mod settings;
pub mod techexpress;

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use crate::diagnostics::{Outcome, Severity};
use crate::state::Permit;
use crate::ticket::{Attachment, Clock, Fields, Lifecycle, Mark, Visit};

pub use nearest::nearest;
pub use seen::{Observed, Seen, Sent};

/// Every system that callout knows. A further one is a folder and a line here.
pub fn registry() -> &'static [&'static dyn System] {
    &[&techexpress::TechExpress, &nocexpress::NocExpress]
}

/// The system whose documents have this `kind`.
pub fn by_kind(kind: &str) -> Option<&'static dyn System> {
    registry().iter().copied().find(|system| system.kind() == kind)
}

/// The system with this key under `spec.systems` of the project file.
pub fn by_id(id: &str) -> Option<&'static dyn System> {
    registry().iter().copied().find(|system| system.id() == id)
}

/// Whether a system can do a thing, and if not, what a person does instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ability {
    Yes,
    /// The remark is shown to people, as the reason of a blocked step.
    No(&'static str),
}

impl Ability {
    pub fn yes(self) -> bool {
        self == Self::Yes
    }

    /// Why not, if not.
    pub fn remark(self) -> Option<&'static str> {
        match self {
            Self::Yes => None,
            Self::No(remark) => Some(remark),
        }
    }
}

/// What a system can do beyond creating a ticket and reading it by id.
#[derive(Debug, Clone, Copy)]
pub struct Capabilities {
    pub update: Ability,
    pub close: Ability,
    pub delete: Ability,
    /// Find a ticket by its mark, by search or by listing.
    pub find: Ability,
}

/// Limits on files sent with a create.
#[derive(Debug, Clone, Copy)]
pub struct AttachmentRules {
    /// Lower-case, without the dot.
    pub extensions: &'static [&'static str],
    /// In bytes, over all files of one create.
    pub total_bytes: u64,
}

/// One field of a system's tickets: a row of the table behind the documentation and the comparisons.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The vendor's name.
    pub name: &'static str,
    /// Whether a manifest gives it and a create sends it. What only the server sets is in no comparison.
    pub sent: bool,
    /// Whether the create's answer holds it.
    pub in_create: bool,
    /// Whether a read holds it.
    pub in_read: bool,
    /// How two values of it are compared.
    pub compare: Compare,
}

/// How two values of a field are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// As text; null, absent and empty are the same.
    Text,
    /// As a comma list: order kept, blanks around entries and the mark dropped.
    List,
    /// As a phone number: digits only.
    Phone,
    /// As an integer, written as a number or as text.
    Integer,
    Boolean,
    /// As a moment.
    Moment,
    /// The server may store other words for it: two reads are compared, what was sent and a read are not.
    Reworded,
}

/// One ticket of a document, before it has its project-wide identity.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The location's key.
    pub key: Option<String>,
    pub reissue: u32,
    pub fields: Fields,
    /// Paths as written, relative to the manifest's folder.
    pub attachments: Vec<String>,
    pub lifecycle: Lifecycle,
    pub visit: Option<Visit>,
    /// JSON pointer into the document to the part that describes this ticket.
    pub pointer: String,
}

/// Something wrong in a document that its schema cannot say, by JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub code: &'static str,
    pub severity: Severity,
    /// JSON pointer into the document: `/spec/locations/0/end_date`.
    pub pointer: String,
    pub message: String,
    pub help: Option<String>,
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
    fn fields(&self) -> &'static [Field];
    fn attachments(&self) -> Option<AttachmentRules>;

    /// The schema of a whole document of this kind.
    fn document_schema(&self, generator: &mut SchemaGenerator) -> Schema;
    /// The schema of the section below `spec.systems`.
    fn settings_schema(&self, generator: &mut SchemaGenerator) -> Schema;
    /// The tickets that a document describes, with the checks that its schema cannot make. Both, so that all is reported at once.
    fn tickets(&self, document: &Value) -> Result<(Vec<Draft>, Vec<Finding>), serde_json::Error>;
    /// What is wrong in the settings beyond their schema.
    fn check_settings(&self, settings: &Value) -> Vec<Finding>;

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
    /// What a read of this ticket shows if it was booked as sent: comparable fields in normal form.
    fn expected(&self, fields: &Fields, attachments: &[Attachment], visit: Option<&Visit>) -> Fields;
    /// The comparable fields of a read, in the same normal form. Idempotent.
    fn comparable(&self, seen: &Fields) -> Fields;

    /// Which API and tenant the settings mean; kept in each record.
    fn origin(&self, settings: &Value) -> Origin;
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

/// What a connection gets from its surroundings.
#[derive(Clone)]
pub struct Context {
    pub clock: Arc<dyn Clock>,
    /// For `env:` references.
    pub variables: Arc<BTreeMap<String, String>>,
    /// The folder that `file:` references and attachments are relative to: the project's.
    pub folder: PathBuf,
    /// Told about each wait for the rate limit, in words.
    pub waiting: Arc<dyn Fn(&str) + Send + Sync>,
}

/// A future of a call through a trait object.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A connection to a system: all that planning holds of it is the [`Reader`].
pub trait Remote: Reader + Writer {
    /// The part that planning may hold.
    fn reader(&self) -> &dyn Reader;
    /// The part that only apply holds.
    fn writer(&self) -> &dyn Writer;
}

/// Reading. Never changes anything, so reads are repeated on trouble.
pub trait Reader: Send + Sync {
    fn read<'a>(&'a self, id: &'a str) -> Answer<'a, Observed>;

    /// The ticket with this mark; `Unread` where the system cannot search.
    fn find<'a>(&'a self, _mark: &'a Mark) -> Answer<'a, Found> {
        Box::pin(async { Found::Cannot })
    }
}

/// What a search for a mark found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// The system cannot search, or did not answer.
    Cannot,
    None,
    One(Box<Seen>),
    /// More than one ticket has the mark: their ids.
    Several(Vec<String>),
}

/// What a create sends: the fields as they go out (mark placed, holes filled), and the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    pub fields: Fields,
    pub attachments: Vec<Attachment>,
}

/// Why a write cannot even be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unready {
    /// This ticket cannot be sent: a file changed or is gone.
    Ticket(String),
    /// Nothing can be sent to this system: no credential.
    System(String),
}

/// Writing. Each call consumes the [`Permit`] of a durable intent, sends once, and never repeats.
pub trait Writer: Send + Sync {
    /// Everything that can take time or fail without the system: the credential, the files, a slot of the rate limit.
    ///
    /// Called before the intent, so that a run killed while it waits leaves nothing in doubt. The write that follows does not wait.
    fn ready<'a>(&'a self, payload: Option<&'a Payload>) -> Answer<'a, Result<(), Unready>>;

    fn create<'a>(&'a self, permit: Permit, payload: &'a Payload) -> Answer<'a, Sent>;

    fn update<'a>(&'a self, _permit: Permit, _id: &'a str, _changed: &'a Fields) -> Answer<'a, Sent> {
        cannot("update")
    }
    fn close<'a>(&'a self, _permit: Permit, _id: &'a str) -> Answer<'a, Sent> {
        cannot("close")
    }
    fn delete<'a>(&'a self, _permit: Permit, _id: &'a str) -> Answer<'a, Sent> {
        cannot("delete")
    }
}

fn cannot(verb: &'static str) -> Answer<'static, Sent> {
    Box::pin(async move { Sent::Rejected { why: format!("this system has no {verb} call; nothing was sent"), stops_system: false } })
}
