//! The validation that the vendor's Create Ticket page states, and no other.

use serde_json::{Map, Value};

use crate::systems::g360::sandbox::form::Form;
use crate::systems::g360::sandbox::parameters::{Checks, Parameter, Problems, Type, optional, required};

/// A create that passed every check.
pub struct Order {
    pub(super) form: Form,
    /// The form's fields in their own types, without the lists.
    pub(super) fields: Map<String, Value>,
    /// The macnums of its sites.
    pub(super) macnums: Vec<String>,
    pub(super) configurations: Vec<u64>,
}

const FORM: [Parameter; 17] = [
    required("issue_name", Type::Text),
    optional("initial_description", Type::Text),
    required("type_name", Type::Text),
    required("subtype_name", Type::Text),
    required("configuration_ids", Type::Text),
    optional("customer_ticket_number", Type::Text),
    optional("prior_ticket", Type::Integer),
    required("contact_name", Type::Text),
    required("contact_email_address", Type::Text),
    required("local_contact_name", Type::Text),
    required("local_contact_number", Type::Integer),
    optional("automatic_email_contact", Type::Boolean),
    required("automatic_email_cc", Type::Boolean),
    optional("automatic_email_cc_address", Type::Text),
    required("access_hours", Type::Text),
    optional("technician_dispatch_approved", Type::Boolean),
    optional("granted_tenant_macnum", Type::Text),
];

const SITE: [Parameter; 2] = [required("macnum", Type::Text), required("maintenance_window", Type::Text)];

const CONTACT: [Parameter; 3] = [required("type", Type::Text), required("name", Type::Text), required("number", Type::Integer)];

const CONTACT_TYPES: [&str; 3] = ["Technical contact", "Local contact", "Other"];

const MULTI_SITE_TYPES: [&str; 1] = ["Multi-Site Service Request"];
const MULTI_SITE_SUBTYPES: [&str; 4] =
    ["Multi-Site Outage", "Multi-Site Service Impact", "Multi-Site Informational", "Multi-Site Configuration Request"];

const CONTACT_NAME_LIMIT: usize = 62;

/// Checks everything, so that all problems are told at once.
pub(super) fn order(form: Form) -> Result<Order, Problems> {
    let mut checks = Checks::default();
    let fields = checks.form(&FORM, &form.texts);
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    if text("contact_name").is_some_and(|name| name.chars().count() > CONTACT_NAME_LIMIT) {
        checks.problem("contact_name", format!("Must not be longer than {CONTACT_NAME_LIMIT} characters."));
    }
    let ids: Option<Vec<u64>> = text("configuration_ids").unwrap_or_default().split(',').map(|id| id.trim().parse().ok()).collect();
    if ids.is_none() && fields.contains_key("configuration_ids") {
        checks.problem("configuration_ids", "Must be a comma-separated list of identifiers.");
    }
    checks.files(&form.files);
    let macnums = sites(&mut checks, &form);
    contacts(&mut checks, &form);
    if macnums.len() > 1 {
        one_of(&mut checks, &fields, "type_name", &MULTI_SITE_TYPES);
        one_of(&mut checks, &fields, "subtype_name", &MULTI_SITE_SUBTYPES);
    }
    checks.done(Order { form, fields, macnums, configurations: ids.unwrap_or_default() })
}

fn sites(checks: &mut Checks, form: &Form) -> Vec<String> {
    let list = checks.list("sites", "site", form.texts.get("sites"), true);
    let mut macnums = Vec::new();
    for (at, item) in list.iter().enumerate() {
        let site = checks.item(&SITE, &format!("sites[{at}]"), item).unwrap_or_default();
        macnums.push(site.get("macnum").and_then(Value::as_str).unwrap_or_default().to_owned());
    }
    macnums
}

fn contacts(checks: &mut Checks, form: &Form) {
    let list = checks.list("additional_contacts", "contact", form.texts.get("additional_contacts"), false);
    for (at, item) in list.iter().enumerate() {
        let at = format!("additional_contacts[{at}]");
        let Some(contact) = checks.item(&CONTACT, &at, item) else { continue };
        let role = contact.get("type").and_then(Value::as_str);
        if role.is_some_and(|role| !CONTACT_TYPES.contains(&role)) {
            checks.problem(format!("{at}.type"), format!("Must be one of: {}.", CONTACT_TYPES.join(", ")));
        }
    }
}

/// What the page asks of a create with several sites.
fn one_of(checks: &mut Checks, fields: &Map<String, Value>, name: &str, allowed: &[&str]) {
    let value = fields.get(name).and_then(Value::as_str);
    if value.is_some_and(|value| !allowed.contains(&value)) {
        checks.problem(name, format!("With several sites, must be one of: {}.", allowed.join(", ")));
    }
}
