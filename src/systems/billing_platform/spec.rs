//! What a user writes: a `CustomerTicket`, in the vendor's own field names in snake case.
//!
//! Owns the shape and its documentation. Every description here ends up in the schema, in editors and in the generated pages.
//! The vendor's page is `/api/endpoints/tickets/`. It does not say what a create needs: that `customer_id` and `subject` are required
//! is callout's own decision. Refuses to check what a schema can check.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::systems::envelope::{LifecycleSpec, Metadata};
use crate::systems::schema::tidy;

/// A customer's ticket, sent to the Billing Platform.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CustomerTicket", transform = tidy)]
pub struct CustomerTicketDocument {
    /// The version of this format.
    #[serde(rename = "apiVersion")]
    #[schemars(extend("const" = "callout/v1"))]
    pub api_version: String,
    /// What this document describes.
    #[schemars(extend("const" = "CustomerTicket"))]
    pub kind: String,
    /// Who this document is.
    pub metadata: Metadata,
    /// What is sent to the Billing Platform, in its own field names.
    pub spec: CustomerTicketSpec,
    /// What is to happen to the ticket besides what it says. Not sent.
    #[serde(default)]
    pub lifecycle: Option<LifecycleSpec>,
}

/// What is sent to the Billing Platform, in its own field names written in snake case (vendor page `/api/endpoints/tickets/`).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct CustomerTicketSpec {
    /// The customer that the ticket is for, by the vendor's number. Required by callout: the vendor does not say what a create needs.
    #[schemars(range(min = 1), extend("examples" = [4711]))]
    pub customer_id: u64,
    /// What kind of ticket it is: one of your installation's own values. `allowed` in the project file can list them.
    #[serde(default)]
    #[schemars(extend("examples" = ["billing"]))]
    pub ticket_type: Option<PresetValue>,
    /// Where the ticket stands: one of your installation's own values. Left out, the system decides. A change may mail the customer.
    #[serde(default)]
    #[schemars(extend("examples" = ["open"]))]
    pub status: Option<PresetValue>,
    /// How urgent it is: one of your installation's own values.
    #[serde(default)]
    #[schemars(extend("examples" = ["high"]))]
    pub ticket_priority: Option<PresetValue>,
    /// The customer's e-mail address for this ticket.
    #[serde(default)]
    #[schemars(extend("examples" = ["dana@example.com"]))]
    pub customer_email: Option<String>,
    /// The ticket in one line. callout puts its mark behind it, such as `[co-7k2m9q4x]`, so that a ticket whose answer was lost can be
    /// found. Required by callout: without it a ticket has no room for the mark.
    #[schemars(length(min = 1), extend("examples" = ["Line rental charged twice"]))]
    pub subject: String,
    /// All that there is to say. Sent only when the ticket is created: afterwards the system shows the latest activity here.
    #[serde(default)]
    #[schemars(extend("examples" = ["The January invoice has the line rental twice."]))]
    pub ticket_content: Option<String>,
    /// Who is responsible: one of your installation's own values.
    #[serde(default)]
    #[schemars(extend("examples" = ["asmith"]))]
    pub owner: Option<PresetValue>,
    /// Who else works on it. One text; how several are separated is for your installation to say.
    #[serde(default)]
    #[schemars(extend("examples" = ["asmith"]))]
    pub users: Option<String>,
    /// Which departments work on it. One text, likewise.
    #[serde(default)]
    #[schemars(extend("examples" = ["Billing"]))]
    pub departments: Option<String>,
    /// Which suppliers take part. One text, likewise.
    #[serde(default)]
    #[schemars(extend("examples" = ["Acme Carrier"]))]
    pub ticket_suppliers: Option<String>,
    /// The day on which somebody must look at it again: `YYYY-MM-DD`, without a time.
    #[serde(default)]
    #[schemars(extend("examples" = ["2027-01-11"]))]
    pub ticket_followup_date: Option<String>,
    /// The day on which something must be done: `YYYY-MM-DD`, without a time.
    #[serde(default)]
    #[schemars(extend("examples" = ["2027-01-15"]))]
    pub ticket_action_required_date: Option<String>,
}

/// One of an installation's own values: a text or a whole number, sent as it is written. No page lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetValue(pub Value);

impl<'de> Deserialize<'de> for PresetValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let fits = value.is_string() || value.is_u64() || value.is_i64();
        if fits { Ok(Self(value)) } else { Err(serde::de::Error::custom("expected a text or a whole number")) }
    }
}

impl JsonSchema for PresetValue {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PresetValue".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": ["string", "integer"], "minLength": 1})
    }
}
