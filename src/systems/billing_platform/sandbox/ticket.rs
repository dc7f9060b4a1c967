//! A ticket as the Billing Platform keeps and answers it: 15 fields, in the order of its page.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde_json::{Map, Value, json};

use crate::systems::billing_platform::ID;
use crate::systems::sandbox::{Stored, Trouble, Troubles};

/// The fields of every answer.
pub const FIELDS: [&str; 15] = [
    "customerID",
    "ticketType",
    "status",
    "ticketPriority",
    "customerEmail",
    "subject",
    "ticketContent",
    "owner",
    "users",
    "departments",
    "ticketSuppliers",
    "createdDate",
    "ticketFollowupDate",
    "ticketActionRequiredDate",
    "id",
];

/// When it was made and last changed: the moments behind `createdSince` and `updatedSince`, which no answer shows.
pub const CREATED: &str = "created at";
pub const UPDATED: &str = "updated at";

/// What only the server sets.
const READ_ONLY: [&str; 2] = ["id", "createdDate"];
const DATES: [&str; 2] = ["ticketFollowupDate", "ticketActionRequiredDate"];
const PRESETS: [&str; 4] = ["ticketType", "status", "ticketPriority", "owner"];

/// What is wrong with a body, by field: the types that the page states, and no field that it does not.
pub fn check(given: &Map<String, Value>) -> Result<(), BTreeMap<String, [String; 1]>> {
    let wrong = |(name, value): (&String, &Value)| Some((name.clone(), [problem(name, value)?]));
    let problems: BTreeMap<_, _> = given.iter().filter_map(wrong).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn problem(name: &str, value: &Value) -> Option<String> {
    let text = value.as_str();
    let told = match name {
        _ if !FIELDS.contains(&name) => "A ticket has no such field.",
        _ if READ_ONLY.contains(&name) => "This field cannot be set.",
        _ if value.is_null() && name != "customerID" => return None,
        "customerID" if !value.is_u64() => "Must be a number.",
        "customerID" => return None,
        _ if DATES.contains(&name) && !text.is_some_and(|text| text.is_empty() || is_day(text)) => "Must be a date, YYYY-MM-DD.",
        _ if text.is_none() && !(PRESETS.contains(&name) && value.is_number()) => "Must be a text.",
        _ => return None,
    };
    Some(told.to_owned())
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<civil::Date>().is_ok_and(|day| day.to_string() == text)
}

/// A new ticket, before it has its id.
pub fn new(given: &Map<String, Value>, troubles: &Troubles, now: Timestamp) -> Stored {
    let mut fields = Map::new();
    fields.insert("status".to_owned(), json!("open"));
    fields.insert("createdDate".to_owned(), json!(now.to_zoned(TimeZone::UTC).date().to_string()));
    fields.insert(CREATED.to_owned(), json!(now.to_string()));
    change(&mut fields, given, now);
    if let Some(customer) = fields.get("customerID").and_then(Value::as_u64).filter(|_| troubles.has(&Trouble::OtherLocation)) {
        fields.insert("customerID".to_owned(), json!(customer + 1));
    }
    if let Some(kind) = fields.get("ticketType").and_then(Value::as_str).filter(|_| troubles.has(&Trouble::Reworded)) {
        let kind = kind.to_uppercase();
        fields.insert("ticketType".to_owned(), json!(kind));
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Stored {
        id: 0,
        system: ID.to_owned(),
        create: 0,
        tenant: None,
        received: given.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        files: Vec::new(),
        fields,
        hidden: false,
    }
}

/// Takes over what a request gives. An empty text is the same as none.
pub fn change(fields: &mut Map<String, Value>, given: &Map<String, Value>, now: Timestamp) {
    let kept = |value: &Value| if value.as_str() == Some("") { Value::Null } else { value.clone() };
    fields.extend(given.iter().map(|(name, value)| (name.clone(), kept(value))));
    fields.insert(UPDATED.to_owned(), json!(now.to_string()));
}

/// An answer with the ticket.
pub fn shown(ticket: &Stored) -> Value {
    let field = |name: &str| match name {
        // The page's table says that an id is a text.
        "id" => json!(ticket.id.to_string()),
        name => ticket.fields.get(name).cloned().unwrap_or_default(),
    };
    Value::Object(FIELDS.iter().map(|name| ((*name).to_owned(), field(name))).collect())
}

/// The customer's number, as it stands in a path.
pub fn customer(ticket: &Stored) -> Option<String> {
    ticket.fields.get("customerID").map(Value::to_string)
}

/// One of the two moments.
pub fn at(ticket: &Stored, name: &str) -> Option<Timestamp> {
    ticket.fields.get(name)?.as_str()?.parse().ok()
}

/// A change by hand, such as an activity that somebody adds: its text is the ticket's content from then on.
pub fn edit(fields: &mut Map<String, Value>, changes: &Map<String, Value>, now: Timestamp) -> Result<(), String> {
    let fits = |name: &&String| !FIELDS.contains(&name.as_str()) || READ_ONLY.contains(&name.as_str());
    if let Some(name) = changes.keys().find(fits) {
        return Err(format!("a ticket has no field `{name}` that can be changed"));
    }
    change(fields, changes, now);
    Ok(())
}

/// The work is over.
pub fn resolve(fields: &mut Map<String, Value>, now: Timestamp) {
    change(fields, &Map::from_iter([("status".to_owned(), json!("closed"))]), now);
}

pub fn is_over(fields: &Map<String, Value>) -> bool {
    fields.get("status") == Some(&json!("closed"))
}
