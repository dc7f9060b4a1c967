//! What a user writes: a `NocTicket`, in the vendor's own field names.
//!
//! Owns the shape and its documentation. Every description here ends up in the schema, in editors and in the generated pages.
//! The vendor's page is `/g360/nocexpress/create-ticket`. Refuses to check what a schema can check.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::systems::envelope::{LifecycleSpec, Metadata};
use crate::systems::g360::spec::{PhoneNumber, PriorTicket};
use crate::systems::schema::{flatten_enum, tidy};

/// A ticket for Granite's network operations centre, sent to NOCExpress. One ticket, for one site or several.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NocTicket", transform = tidy)]
pub struct NocTicketDocument {
    /// The version of this format.
    #[serde(rename = "apiVersion")]
    #[schemars(extend("const" = "callout/v1"))]
    pub api_version: String,
    /// What this document describes.
    #[schemars(extend("const" = "NocTicket"))]
    pub kind: String,
    /// Who this document is.
    pub metadata: Metadata,
    /// What is sent to NOCExpress, in its own field names.
    pub spec: NocTicketSpec,
    /// What is to happen to the ticket besides what it says. Not sent.
    #[serde(default)]
    pub lifecycle: Option<LifecycleSpec>,
}

/// What is sent to NOCExpress, in its own field names (vendor page `/g360/nocexpress/create-ticket`).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct NocTicketSpec {
    /// What is wrong or wanted: a name from the vendor's list of issues for this type and subtype. A read may show it in other words.
    #[schemars(length(min = 1), extend("examples" = ["Circuit down"]))]
    pub issue_name: String,
    /// All that you know of it. NOCExpress takes it and never shows it again.
    #[serde(default)]
    #[schemars(extend("examples" = ["No link since 06:40; the modem was restarted twice."]))]
    pub initial_description: Option<String>,
    /// The type that the vendor gives for these configurations. With several sites: `Multi-Site Service Request`.
    #[schemars(length(min = 1), extend("examples" = ["Service Request"]))]
    pub type_name: String,
    /// The subtype that the vendor gives for these configurations. With several sites: `Multi-Site Outage`, `Multi-Site Service Impact`,
    /// `Multi-Site Informational` or `Multi-Site Configuration Request`.
    #[schemars(length(min = 1), extend("examples" = ["Outage"]))]
    pub subtype_name: String,
    /// The configurations (services, devices) that it is about, by the vendor's ids. A read shows them.
    #[schemars(length(min = 1), inner(range(min = 1)), extend("uniqueItems" = true, "examples" = [[88_213, 88_214]]))]
    pub configuration_ids: Vec<u64>,
    /// Your own reference. callout puts its mark behind it, after a blank, so that a ticket whose answer was lost can be found.
    #[serde(default)]
    #[schemars(extend("examples" = ["INC-20417"]))]
    pub customer_ticket_number: Option<String>,
    /// An earlier ticket that has to do with this one: its id, or `{ref: Kind/NAME}` for a ticket in these files.
    #[serde(default)]
    pub prior_ticket: Option<PriorTicket>,
    /// Your main contact for this ticket. At most 62 characters.
    #[schemars(length(min = 1, max = 62), extend("examples" = ["Dana Ortiz"]))]
    pub contact_name: String,
    /// E-mail address of the main contact. Mail goes here if `automatic_email_contact` is true.
    #[schemars(length(min = 1), extend("examples" = ["dana@example.com"]))]
    pub contact_email_address: String,
    /// Whom to ask for on site.
    #[schemars(length(min = 1), extend("examples" = ["Sam Lee"]))]
    pub local_contact_name: String,
    /// Telephone number of the person on site, in any common spelling; 7 to 15 digits. Sent as a whole number, so it cannot begin with 0.
    #[schemars(extend("examples" = ["617-555-0123"]))]
    pub local_contact_number: PhoneNumber,
    /// Further people to talk to.
    #[serde(default)]
    #[schemars(extend("examples" = [[{"type": "Technical contact", "name": "Kim Roe", "number": "617-555-0199"}]]))]
    pub additional_contacts: Option<Vec<NocContact>>,
    /// Whether NOCExpress mails the main contact about this ticket. Without it, NOCExpress decides.
    #[serde(default)]
    pub automatic_email_contact: Option<bool>,
    /// Whether NOCExpress mails the address in `automatic_email_cc_address` too.
    pub automatic_email_cc: bool,
    /// Who else gets mail: one address. Needs `automatic_email_cc: true`.
    #[serde(default)]
    #[schemars(extend("examples" = ["noc@example.com"]))]
    pub automatic_email_cc_address: Option<String>,
    /// The sites that it is about. It stays one ticket, also with several. Never shown again.
    #[schemars(length(min = 1, max = 1000), extend("examples" = [[{"macnum": "01234567", "maintenance_window": "Sun 02:00 to 05:00"}]]))]
    pub sites: Vec<NocSite>,
    /// When somebody is on site to open the door and to help, in your own words.
    #[schemars(length(min = 1), extend("examples" = ["Mon to Fri, 08:00 to 17:00"]))]
    pub access_hours: String,
    /// Whether a technician may be sent for it.
    #[serde(default)]
    pub technician_dispatch_approved: Option<bool>,
    /// Not a vendor field: paths of files to send with the ticket, relative to this file. pdf, doc, csv, xlsx, png, jpg or jpeg;
    /// 25 MB in all. They can be sent only when the ticket is created.
    #[serde(default)]
    #[schemars(inner(length(min = 1)), extend("uniqueItems" = true, "examples" = [["outage.png"]]))]
    pub attachments: Option<Vec<String>>,
}

/// One site of a ticket.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct NocSite {
    /// The site's account at Granite. Leading zeros stay.
    #[schemars(length(min = 1), extend("examples" = ["01234567"]))]
    pub macnum: String,
    /// When work that interrupts the service may be done there, in your own words.
    #[schemars(length(min = 1), extend("examples" = ["Sun 02:00 to 05:00"]))]
    pub maintenance_window: String,
}

/// A further person to talk to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct NocContact {
    /// What this person is for the ticket.
    #[serde(rename = "type")]
    pub role: ContactType,
    /// The person's name.
    #[schemars(length(min = 1), extend("examples" = ["Kim Roe"]))]
    pub name: String,
    /// The person's telephone number, likewise sent as a whole number.
    #[schemars(extend("examples" = ["617-555-0199"]))]
    pub number: PhoneNumber,
}

/// What a further contact is for the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(inline, transform = flatten_enum)]
pub enum ContactType {
    /// Knows the equipment.
    #[serde(rename = "Technical contact")]
    Technical,
    /// Is on site.
    #[serde(rename = "Local contact")]
    Local,
    /// Anybody else.
    Other,
}
