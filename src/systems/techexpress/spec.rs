//! What a user writes: a `Dispatch`, in the vendor's own field names.
//!
//! Owns the shape and its documentation. Every description here ends up in the schema, in editors and in the generated pages.
//! The vendor's page is `/g360/techexpress/create-ticket`. Refuses to check what a schema can check.

use schemars::JsonSchema;
use serde::Deserialize;

use super::service::ServiceType;
use crate::systems::envelope::{LifecycleSpec, Metadata};
use crate::systems::g360::spec::{PhoneNumber, PriorTicket};
use crate::systems::schema::tidy;

/// A field technician's visit, ordered from TechExpress. One ticket is created for each location.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Dispatch", transform = tidy)]
pub struct DispatchDocument {
    /// The version of this format.
    #[serde(rename = "apiVersion")]
    #[schemars(extend("const" = "callout/v1"))]
    pub api_version: String,
    /// What this document describes.
    #[schemars(extend("const" = "Dispatch"))]
    pub kind: String,
    /// Who this document is.
    pub metadata: Metadata,
    /// What is sent to TechExpress, in its own field names.
    pub spec: DispatchSpec,
    /// What is to happen to the ticket besides what it says. Not sent.
    #[serde(default)]
    pub lifecycle: Option<LifecycleSpec>,
}

/// What is sent to TechExpress, in its own field names (vendor page `/g360/techexpress/create-ticket`).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct DispatchSpec {
    /// The kind of work; one of fifteen. A read may show it in other words.
    pub service_type: ServiceType,
    /// Your main contact for this ticket. TechExpress takes it and never shows it again.
    #[schemars(length(min = 1), extend("examples" = ["Dana Ortiz"]))]
    pub contact_name: String,
    /// E-mail address of the main contact, who orders the ticket. Mail goes here if `automatic_email_contact` is true.
    #[schemars(length(min = 1), extend("examples" = ["dana@example.com"]))]
    pub contact_email_address: String,
    /// The whole task, for the technician and the vendor's desk. For customer equipment, say whether it is a repair or a replacement.
    #[schemars(length(min = 1), extend("examples" = ["Replace the branch router and hand back the old one."]))]
    pub initial_description: String,
    /// Whether TechExpress mails the main contact about this ticket.
    pub automatic_email_contact: bool,
    /// Whether TechExpress mails the addresses in `automatic_email_cc_address` too.
    pub automatic_email_cc: bool,
    /// Who else gets mail: one address, or several with commas between. Needs `automatic_email_cc: true`.
    #[serde(default)]
    #[schemars(extend("examples" = ["noc@example.com,field@example.com"]))]
    pub automatic_email_cc_address: Option<String>,
    /// Your own reference: one, or several with commas between. callout adds its mark as one more entry.
    #[serde(default)]
    #[schemars(extend("examples" = ["INC-20417"]))]
    pub customer_ticket_number: Option<String>,
    /// The purchase order that pays for the visit. At most 25 characters.
    #[serde(default)]
    #[schemars(length(max = 25), extend("examples" = ["PO-88213"]))]
    pub po_number: Option<String>,
    /// Whether you want a certain technician. No field says whom: write that into `special_instructions`.
    #[serde(default)]
    pub customer_preferred_tech: Option<bool>,
    /// An earlier ticket that has to do with this one: its id, or `{ref: Dispatch/NAME}` for a ticket in these files.
    #[serde(default)]
    pub prior_ticket: Option<PriorTicket>,
    /// What the technician must know besides the task: door codes, whom to call first.
    #[serde(default)]
    #[schemars(extend("examples" = ["Call Sam 30 minutes before arrival."]))]
    pub special_instructions: Option<String>,
    /// Tools that a technician does not usually carry.
    #[serde(default)]
    #[schemars(extend("examples" = ["12 ft ladder, fiber splicer"]))]
    pub non_standard_tools: Option<String>,
    /// Not a vendor field: paths of files to send with the ticket, relative to this file. pdf, doc, csv, xlsx, png, jpg or jpeg;
    /// 25 MB in all. They can be sent only when the ticket is created.
    #[serde(default)]
    #[schemars(inner(length(min = 1)), extend("uniqueItems" = true, "examples" = [["floor-plan.pdf"]]))]
    pub attachments: Option<Vec<String>>,
    /// Where the work is. One ticket is created, and one technician sent, for each.
    #[schemars(length(min = 1, max = 1000))]
    pub locations: Vec<DispatchLocation>,
}

/// One place to visit, at one time.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct DispatchLocation {
    /// Not sent. Names this location in its ticket's address, `Dispatch/NAME[KEY]`. At most one location of a document goes without.
    #[serde(default)]
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"), extend("examples" = ["rear"]))]
    pub key: Option<String>,
    /// Not sent. Raise it by one for a second, deliberate visit to this location; it counts instead of `lifecycle.reissue`.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub reissue: Option<u32>,
    /// What people call the place.
    #[schemars(length(min = 1), extend("examples" = ["Store 417"]))]
    pub location_name: String,
    /// The place's number in your books. Leading zeros stay.
    #[serde(default)]
    #[schemars(extend("examples" = ["0417"]))]
    pub location_number: Option<String>,
    /// Whom the technician asks for on site.
    #[schemars(length(min = 1), extend("examples" = ["Sam Lee"]))]
    pub local_contact_name: String,
    /// Telephone number of the person on site, in any common spelling; 7 to 15 digits. Sent as a whole number, so it cannot begin with 0.
    #[schemars(extend("examples" = ["617-555-0123"]))]
    pub local_contact_number: PhoneNumber,
    /// Extension of the person on site.
    #[serde(default)]
    #[schemars(extend("examples" = ["204"]))]
    pub location_contact_ext: Option<String>,
    /// E-mail address of the person on site.
    #[serde(default)]
    #[schemars(extend("examples" = ["store417@example.com"]))]
    pub location_contact_email: Option<String>,
    /// A second person on site.
    #[serde(default)]
    pub secondary_lcon_name: Option<String>,
    /// Telephone number of the second person, as you write it.
    #[serde(default)]
    #[schemars(extend("examples" = ["617-555-0124"]))]
    pub secondary_lcon_number: Option<String>,
    /// Extension of the second person.
    #[serde(default)]
    pub secondary_lcon_ext: Option<String>,
    /// E-mail address of the second person.
    #[serde(default)]
    pub secondary_lcon_email: Option<String>,
    /// The location's account at Granite, which is also where the street address comes from. Leading zeros stay. Never shown again.
    #[schemars(length(min = 1), extend("examples" = ["01234567"]))]
    pub account_macnum: String,
    /// When the visit starts, in the site's own time, without a zone.
    #[schemars(regex(pattern = DATE_PATTERN), extend("examples" = ["2027-01-11T08:00:00"]))]
    pub start_date: String,
    /// When the arrival window ends: the same day, not before the start. Equal to `start_date` for a start on the dot.
    #[schemars(regex(pattern = DATE_PATTERN), extend("examples" = ["2027-01-11T12:00:00"]))]
    pub end_date: String,
    /// Not sent. The site's time zone, by its IANA name. With it the booked time is compared with what was asked for.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = ["America/New_York"]))]
    pub timezone: Option<String>,
}

const DATE_PATTERN: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$";
