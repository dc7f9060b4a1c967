//! The validation that the vendor's Create Ticket page states, and no other.

use jiff::civil::DateTime;
use serde_json::{Map, Value};

use crate::systems::g360::sandbox::form::Form;
use crate::systems::g360::sandbox::parameters::{Checks, Parameter, Problems, Type, optional, required};

/// A create that passed every check.
pub struct Order {
    pub(super) form: Form,
    /// The form's fields in their own types, without `locations`.
    pub(super) fields: Map<String, Value>,
    pub(super) locations: Vec<Location>,
}

/// One place to go to.
pub(super) struct Location {
    pub(super) fields: Map<String, Value>,
    pub(super) start: DateTime,
    pub(super) end: DateTime,
}

const FORM: [Parameter; 14] = [
    required("contact_name", Type::Text),
    required("initial_description", Type::Text),
    required("automatic_email_contact", Type::Boolean),
    required("contact_email_address", Type::Text),
    required("automatic_email_cc", Type::Boolean),
    optional("automatic_email_cc_address", Type::Text),
    optional("customer_ticket_number", Type::Text),
    optional("po_number", Type::Text),
    optional("customer_preferred_tech", Type::Boolean),
    optional("prior_ticket", Type::Integer),
    optional("special_instructions", Type::Text),
    optional("non_standard_tools", Type::Text),
    required("service_type", Type::Text),
    optional("granted_tenant_macnum", Type::Text),
];

const LOCATION: [Parameter; 13] = [
    required("location_name", Type::Text),
    optional("location_number", Type::Text),
    required("local_contact_name", Type::Text),
    required("local_contact_number", Type::Integer),
    optional("location_contact_ext", Type::Text),
    optional("location_contact_email", Type::Text),
    optional("secondary_lcon_name", Type::Text),
    optional("secondary_lcon_number", Type::Text),
    optional("secondary_lcon_ext", Type::Text),
    optional("secondary_lcon_email", Type::Text),
    required("account_macnum", Type::Text),
    required("start_date", Type::Text),
    required("end_date", Type::Text),
];

pub(super) const SERVICE_TYPES: [&str; 15] = [
    "Equipment Install",
    "Smart Hands",
    "Site Audit",
    "Move",
    "POTS Extension",
    "Circuit Extension",
    "Circuit Extension (GRT Provided)",
    "Fiber Extension (GRT Provided)",
    "Broadband Circuit (GRT Provided)",
    "POTS (GRT Provided)",
    "Broadband Circuit (Customer Provided)",
    "POTS (Customer Provided)",
    "Circuit Extension (Customer Provided)",
    "Fiber Extension (Customer Provided)",
    "Customer Equipment (Customer Provided)",
];

const PO_NUMBER_LIMIT: usize = 25;

/// Checks everything, so that all problems are told at once.
pub(super) fn order(form: Form) -> Result<Order, Problems> {
    let mut checks = Checks::default();
    let fields = checks.form(&FORM, &form.texts);
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    if text("po_number").is_some_and(|number| number.chars().count() > PO_NUMBER_LIMIT) {
        checks.problem("po_number", format!("Must not be longer than {PO_NUMBER_LIMIT} characters."));
    }
    if let Some(unknown) = text("service_type").filter(|service| !SERVICE_TYPES.contains(service)) {
        checks.problem("service_type", format!("\"{unknown}\" is not one of the service types."));
    }
    checks.files(&form.files);
    let list = checks.list("locations", "location", form.texts.get("locations"), true);
    let locations = list.iter().enumerate().filter_map(|(at, item)| location(&mut checks, at, item)).collect();
    checks.done(Order { form, fields, locations })
}

fn location(checks: &mut Checks, at: usize, item: &Value) -> Option<Location> {
    let at = format!("locations[{at}]");
    let fields = checks.item(&LOCATION, &at, item)?;
    let start = date(checks, &at, "start_date", &fields);
    let end = date(checks, &at, "end_date", &fields);
    let (start, end) = start.zip(end)?;
    // The page asks for an end after the start, and for an equal one where the start is hard.
    if end < start || end.date() != start.date() {
        checks.problem(format!("{at}.end_date"), "Must not be before start_date, and must be on the same day.");
    }
    Some(Location { fields, start, end })
}

fn date(checks: &mut Checks, at: &str, name: &str, fields: &Map<String, Value>) -> Option<DateTime> {
    let date = date_time(fields.get(name)?.as_str()?);
    if date.is_none() {
        checks.problem(format!("{at}.{name}"), "Must have the format YYYY-MM-DDTHH:MM:SS.");
    }
    date
}

/// Parsing alone would also take a date without its seconds, or with a zone.
pub(super) fn date_time(text: &str) -> Option<DateTime> {
    text.parse::<DateTime>().ok().filter(|date| date.strftime("%Y-%m-%dT%H:%M:%S").to_string() == text)
}
