//! What is said of a system before any call: what it can do, its field table, what its documents describe.
//!
//! Owns the words. Refuses IO.

use super::normal::folded;
use crate::diagnostics::Severity;
use crate::ticket::{Fields, Lifecycle, Visit};

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
    /// Show every ticket that was made since a moment, page by page.
    pub list: Ability,
    /// Find a ticket by its mark, by search or by listing.
    pub find: Ability,
    /// What happens to people besides the ticket; shown where a plan does it.
    pub notices: &'static [Notice],
}

/// What a write does besides: closing a ticket may mail the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// A change of this field brings it about.
    pub field: &'static str,
    /// Closing the ticket brings it about.
    pub on_close: bool,
    pub says: &'static str,
}

/// The values of a field that end a ticket where a change sets one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endings {
    pub field: &'static str,
    /// Letters' case makes no difference.
    pub values: Vec<String>,
}

impl Endings {
    /// Whether sending these fields ends the ticket.
    pub fn are_set_by(&self, changed: &Fields) -> bool {
        let value = changed.get(self.field).and_then(folded);
        value.is_some_and(|value| self.values.iter().any(|ending| folded(&ending.as_str().into()).as_ref() == Some(&value)))
    }
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
    pub about: About,
}

/// Whom a field tells about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Work,
    /// It names a person or how to reach one: reports for others do not show it.
    Person,
}

impl Field {
    /// The same row, for what names a person or how to reach one.
    #[must_use]
    pub const fn personal(self) -> Self {
        Self { about: About::Person, ..self }
    }
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
    /// As one of an installation's own values, written as a number or as text: letters' case makes no difference.
    Preset,
    /// As text of one line that the mark stands in: the mark is dropped, and blanks count as one.
    Marked,
    /// Never: a create sends it, and afterwards the server puts something else there.
    CreateOnly,
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
