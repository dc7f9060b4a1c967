//! What a user writes: a `HelpdeskTicket`, in the vendor's names for writing.
//!
//! Owns the shape and its documentation. Every description here ends up in the schema, in editors and in the generated pages. The
//! vendor's page is `add_ticket` (`addticket.aspx`). As far as it is known it ends after `customer_group`: what stands here behind
//! that is known from the page of `get_tickets`, and that it can be sent is taken for likely. Refuses to check what a schema can check.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

use crate::systems::envelope::{LifecycleSpec, Metadata, text_or_integer};
use crate::systems::schema::tidy;

/// A ticket for a ReadyDesk help desk. Texts are at most 255 characters long where the vendor says so.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HelpdeskTicket", transform = tidy)]
pub struct HelpdeskTicketDocument {
    /// The version of this format.
    #[serde(rename = "apiVersion")]
    #[schemars(extend("const" = "callout/v1"))]
    pub api_version: String,
    /// What this document describes.
    #[schemars(extend("const" = "HelpdeskTicket"))]
    pub kind: String,
    /// Who this document is.
    pub metadata: Metadata,
    /// What is sent to ReadyDesk, in its own names.
    pub spec: HelpdeskTicketSpec,
    /// What is to happen to the ticket besides what it says. Not sent.
    #[serde(default)]
    pub lifecycle: Option<LifecycleSpec>,
}

/// What is sent to ReadyDesk, in its own names (vendor page `addticket.aspx`).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct HelpdeskTicketSpec {
    /// The customer's id in ReadyDesk; the customer must exist. Upper and lower case mean the same.
    #[schemars(length(min = 1, max = 255), extend("examples" = ["store-0417"]))]
    pub cid: String,
    /// The customer's company: its name, or its id as a whole number.
    #[serde(default)]
    #[schemars(extend("examples" = ["Larkspur Hardware", 12]))]
    pub company: Option<NameOrId>,
    /// The customer's contact for this ticket.
    #[serde(default)]
    #[schemars(length(max = 255), extend("examples" = ["Sam Lee"]))]
    pub contact: Option<String>,
    /// The contact's telephone number.
    #[serde(default)]
    #[schemars(length(max = 255), extend("examples" = ["617-555-0123"]))]
    pub phone: Option<String>,
    /// The contact's e-mail address.
    #[serde(default)]
    #[schemars(length(max = 255), extend("examples" = ["sam@example.com"]))]
    pub email: Option<String>,
    /// Where the ticket comes from: one of the sources that your ReadyDesk is set up with.
    #[serde(default)]
    #[schemars(length(max = 255), extend("examples" = ["Monitoring"]))]
    pub source: Option<String>,
    /// One of your ReadyDesk's categories.
    #[serde(default)]
    #[schemars(length(max = 255), extend("examples" = ["Network"]))]
    pub category: Option<String>,
    /// One of that category's sub-categories.
    #[serde(default)]
    #[schemars(length(max = 255), extend("examples" = ["Router"]))]
    pub sub_category: Option<String>,
    /// One of your ReadyDesk's statuses. Without it, ReadyDesk decides, and people may move it as they work.
    #[serde(default)]
    #[schemars(length(max = 255), extend("examples" = ["Open"]))]
    pub status: Option<String>,
    /// The id of the technician that it is for.
    #[serde(default)]
    #[schemars(length(max = 255), extend("examples" = ["jdoe"]))]
    pub assigned_to: Option<String>,
    /// The group of technicians that it is for: its name, or its id as a whole number.
    #[serde(default)]
    #[schemars(extend("examples" = ["Field team", 3]))]
    pub assigned_group: Option<NameOrId>,
    /// The name of the escalation level.
    #[serde(default)]
    #[schemars(length(max = 255), extend("examples" = ["Level 2"]))]
    pub escalation_level: Option<String>,
    /// The group of customers that it belongs to: its name, or its id as a whole number.
    #[serde(default)]
    #[schemars(extend("examples" = ["Northeast", 7]))]
    pub customer_group: Option<NameOrId>,
    /// What it is about, in a line. At most 241 characters: callout puts its mark behind it, as in `Router is down [co-7k2m9q4x]`,
    /// so that a ticket whose answer was lost can be found.
    #[schemars(length(min = 1, max = 241), extend("examples" = ["Router is down"]))]
    pub subject: String,
    /// All that you know of it. Not in the known part of the vendor's page; a long one may need the setting `write_method: POST`.
    #[serde(default)]
    #[schemars(extend("examples" = ["No link since 06:40; the modem was restarted twice."]))]
    pub summary: Option<String>,
    /// One of your ReadyDesk's priorities. Not in the known part of the vendor's page.
    #[serde(default)]
    #[schemars(length(max = 255), extend("examples" = ["High"]))]
    pub priority: Option<String>,
    /// When it is to be done, in the server's own time: `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`. Not in the known part of the vendor's page.
    #[serde(default)]
    #[schemars(extend("examples" = ["2027-01-11T17:00:00"]))]
    pub due_date: Option<String>,
    /// Who else gets mail about it. Not in the known part of the vendor's page.
    #[serde(default)]
    #[schemars(inner(length(min = 1)), extend("uniqueItems" = true, "examples" = [["noc@example.com"]]))]
    pub cc_addresses: Option<Vec<String>>,
    /// Your ReadyDesk's own fields, by their names as its API shows them. Not in the known part of the vendor's page.
    #[serde(default)]
    #[schemars(extend("examples" = [{"Rack": "R12"}]))]
    pub custom_fields: Option<BTreeMap<String, String>>,
}

/// The name of a company or group as written, or its id: a whole number, also in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameOrId {
    Name(String),
    Id(String),
}

impl<'de> Deserialize<'de> for NameOrId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = text_or_integer(deserializer)?;
        let digits = text.trim();
        let is_id = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        Ok(if is_id { Self::Id(digits.to_owned()) } else { Self::Name(text) })
    }
}

impl JsonSchema for NameOrId {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NameOrId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": ["string", "integer"], "minimum": 1, "minLength": 1, "maxLength": 255})
    }
}
