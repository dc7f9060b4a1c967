//! The validation that the vendor's Create Ticket page states, and no other.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde_json::{Map, Value};

use super::form::{Form, Upload};

/// A create that passed every check.
pub(super) struct Order {
    /// The form's fields in their own types, without `locations`.
    pub(super) fields: Map<String, Value>,
    pub(super) locations: Vec<Location>,
    pub(super) files: Vec<Upload>,
    pub(super) received: BTreeMap<String, String>,
}

/// One place to go to.
pub(super) struct Location {
    pub(super) fields: Map<String, Value>,
    pub(super) start: DateTime,
    pub(super) end: DateTime,
}

/// What is wrong, by field.
pub(super) type Problems = BTreeMap<String, Vec<String>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Boolean,
    Integer,
}

struct Parameter {
    name: &'static str,
    is: Type,
    required: bool,
}

const fn required(name: &'static str, is: Type) -> Parameter {
    Parameter { name, is, required: true }
}

const fn optional(name: &'static str, is: Type) -> Parameter {
    Parameter { name, is, required: false }
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

const SERVICE_TYPES: [&str; 15] = [
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

const EXTENSIONS: [&str; 7] = ["pdf", "doc", "csv", "xlsx", "png", "jpg", "jpeg"];

/// The page says 25 MB; taken as the smaller reading, so that what passes here passes there.
const FILES_LIMIT: u64 = 25_000_000;

const PO_NUMBER_LIMIT: usize = 25;

/// Checks everything, so that all problems are told at once.
pub(super) fn order(form: Form) -> Result<Order, Problems> {
    let mut checks = Checks::default();
    let fields = checks.form(&form.texts);
    checks.files(&form.files);
    let locations = checks.locations(form.texts.get("locations"));
    if checks.0.is_empty() { Ok(Order { fields, locations, files: form.files, received: form.texts }) } else { Err(checks.0) }
}

#[derive(Default)]
struct Checks(Problems);

impl Checks {
    fn problem(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.entry(field.into()).or_default().push(message.into());
    }

    fn form(&mut self, texts: &BTreeMap<String, String>) -> Map<String, Value> {
        let mut fields = Map::new();
        for parameter in &FORM {
            let text = texts.get(parameter.name).filter(|text| !text.trim().is_empty());
            match text.map(|text| typed(parameter.is, text)) {
                Some(Some(value)) => drop(fields.insert(parameter.name.to_owned(), value)),
                Some(None) => self.problem(parameter.name, wrong_type(parameter.is)),
                None if parameter.required => self.problem(parameter.name, "This field is required."),
                None => {}
            }
        }
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        if text("po_number").is_some_and(|number| number.chars().count() > PO_NUMBER_LIMIT) {
            self.problem("po_number", format!("Must not be longer than {PO_NUMBER_LIMIT} characters."));
        }
        if let Some(unknown) = text("service_type").filter(|service| !SERVICE_TYPES.contains(service)) {
            self.problem("service_type", format!("\"{unknown}\" is not one of the service types."));
        }
        fields
    }

    fn files(&mut self, files: &[Upload]) {
        for file in files {
            if file.filename.is_empty() {
                self.problem("file", "The file name is empty.");
            } else if !file.filename.rsplit_once('.').is_some_and(|(_, end)| EXTENSIONS.contains(&end.to_ascii_lowercase().as_str())) {
                self.problem("file", format!("\"{}\" has none of the allowed extensions.", file.filename));
            }
        }
        if files.iter().map(|file| file.size).sum::<u64>() > FILES_LIMIT {
            self.problem("file", "The files are larger than 25 MB.");
        }
    }

    fn locations(&mut self, text: Option<&String>) -> Vec<Location> {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            self.problem("locations", "This field is required.");
            return Vec::new();
        };
        let list = match serde_json::from_str(text) {
            Ok(Value::Array(list)) if list.is_empty() => {
                self.problem("locations", "At least one location is required.");
                return Vec::new();
            }
            Ok(Value::Array(list)) => list,
            Ok(object) if object.is_object() => vec![object],
            _ => {
                self.problem("locations", "Must be a JSON array of objects, or one object.");
                return Vec::new();
            }
        };
        list.iter().enumerate().filter_map(|(at, item)| self.location(at, item)).collect()
    }

    fn location(&mut self, at: usize, item: &Value) -> Option<Location> {
        let Some(item) = item.as_object() else {
            self.problem(format!("locations[{at}]"), "Must be an object.");
            return None;
        };
        let mut fields = Map::new();
        for parameter in &LOCATION {
            let name = format!("locations[{at}].{}", parameter.name);
            match item.get(parameter.name) {
                Some(value) if !fits(parameter.is, value) => self.problem(name, wrong_type(parameter.is)),
                Some(value) if !parameter.required || !is_blank(value) => drop(fields.insert(parameter.name.to_owned(), value.clone())),
                None if !parameter.required => {}
                Some(_) | None => self.problem(name, "This field is required."),
            }
        }
        let start = self.date(at, "start_date", &fields);
        let end = self.date(at, "end_date", &fields);
        let (start, end) = start.zip(end)?;
        // The page asks for an end after the start, and for an equal one where the start is hard.
        if end < start || end.date() != start.date() {
            self.problem(format!("locations[{at}].end_date"), "Must not be before start_date, and must be on the same day.");
        }
        Some(Location { fields, start, end })
    }

    fn date(&mut self, at: usize, name: &str, fields: &Map<String, Value>) -> Option<DateTime> {
        let text = fields.get(name)?.as_str()?;
        // Parsing alone would also take a date without its seconds, or with a zone.
        let exact = |date: &DateTime| date.strftime("%Y-%m-%dT%H:%M:%S").to_string() == text;
        let date = text.parse::<DateTime>().ok().filter(exact);
        if date.is_none() {
            self.problem(format!("locations[{at}].{name}"), "Must have the format YYYY-MM-DDTHH:MM:SS.");
        }
        date
    }
}

/// The value that a form's text stands for.
fn typed(is: Type, text: &str) -> Option<Value> {
    match is {
        Type::Text => Some(text.into()),
        Type::Boolean => text.trim().to_ascii_lowercase().parse::<bool>().ok().map(Value::from),
        Type::Integer => text.trim().parse::<i64>().ok().map(Value::from),
    }
}

/// Whether a JSON value has the type.
fn fits(is: Type, value: &Value) -> bool {
    match is {
        Type::Text => value.is_string(),
        Type::Boolean => value.is_boolean(),
        Type::Integer => value.is_i64() || value.is_u64(),
    }
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn wrong_type(is: Type) -> &'static str {
    match is {
        Type::Text => "Must be a string.",
        Type::Boolean => "Must be true or false.",
        Type::Integer => "Must be an integer.",
    }
}
