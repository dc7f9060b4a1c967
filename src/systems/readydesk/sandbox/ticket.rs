//! A ticket as this sandbox keeps it: by the names of `get_tickets`, with moments in place of the server's dates, and nothing encoded.

use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde_json::{Map, Value, json};

use super::{Variables, bad};
use crate::systems::readydesk::ID;
use crate::systems::readydesk::wire::columns::COLUMNS;
use crate::systems::readydesk::wire::dates;
use crate::systems::sandbox::{Refusal, Sandbox, Stored, Trouble, Troubles};
use crate::ticket::Digest;

/// Of the texts that the page limits.
const LONGEST: usize = 255;
const LIMITED: [&str; 11] =
    ["cid", "contact", "phone", "email", "source", "category", "sub_category", "assigned_to", "escalation_level", "status", "subject"];

/// A new ticket, before it has its id.
pub fn book(sandbox: &Sandbox, asked: &Variables, troubles: &Troubles) -> Result<Stored, Refusal> {
    let Some(cid) = asked.get("cid").filter(|cid| !cid.trim().is_empty()) else { return Err(bad("cid", "This field is required.")) };
    let now = seconds(sandbox.now());
    let mut fields: Map<String, Value> =
        COLUMNS.iter().filter(|column| column.read != "tid").map(|c| (c.read.to_owned(), json!(""))).collect();
    for (name, value) in [
        ("company_id", "1"),
        ("company_name", "Larkspur Hardware"),
        ("status", "Open"),
        ("opened_by", "API"),
        ("updated_by", "API"),
        ("updater_type", "ADMIN"),
        ("assigned_group_id", "0"),
        ("customer_group_id", "0"),
        ("locked", "N"),
        ("parent_ticket", "0"),
        ("date_opened", &now),
    ] {
        fields.insert(name.to_owned(), value.into());
    }
    // Every ticket has the fields that the installation has.
    fields.insert("custom_fields".to_owned(), json!({"Custom_field_1": ""}));
    change(&mut fields, asked, &sandbox.options().timezone, sandbox.now())?;
    if troubles.has(&Trouble::OtherLocation) {
        fields.insert("cid".to_owned(), format!("{cid}-next-door").into());
    }
    let (system, received) = (ID.to_owned(), asked.clone());
    Ok(Stored { id: 0, system, create: 0, tenant: None, received, files: Vec::new(), fields, hidden: false })
}

/// Only what is supplied is changed.
pub fn change(fields: &mut Map<String, Value>, asked: &Variables, zone: &TimeZone, now: Timestamp) -> Result<(), Refusal> {
    let is_long = |name: &&str| asked.get(*name).is_some_and(|value| value.chars().count() > LONGEST);
    if let Some(name) = LIMITED.iter().find(|name| is_long(name)) {
        return Err(bad(name, "Must not be longer than 255 characters."));
    }
    for (name, value) in asked {
        match name.as_str() {
            "tid" => {}
            "company" => set_named(fields, "company_id", "company_name", value),
            "assigned_group" => set_named(fields, "assigned_group_id", "assigned_group_name", value),
            "customer_group" => set_named(fields, "customer_group_id", "customer_group_name", value),
            "assigned_to" => set(fields, "assigned_tech", value),
            "open_date" => set(fields, "date_opened", &moment(value, zone)),
            "close_date" => set(fields, "date_closed", &moment(value, zone)),
            "due_date" => set(fields, "due_date", &dates::local(value)),
            known if COLUMNS.iter().any(|column| column.read == known) => set(fields, known, value),
            own => {
                if let Some(custom) = fields.get_mut("custom_fields").and_then(Value::as_object_mut) {
                    set(custom, own, value);
                }
            }
        }
    }
    set(fields, "last_updated", &seconds(now));
    Ok(())
}

fn set(fields: &mut Map<String, Value>, name: &str, value: &str) {
    fields.insert(name.to_owned(), value.into());
}

/// A company or a group, by its id or by its name: a made-up world has one for each.
fn set_named(fields: &mut Map<String, Value>, id: &str, name: &str, value: &str) {
    let number = || {
        let digest = Digest::of_bytes(value.as_bytes());
        digest.as_str().get(..6).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0) % 9000 + 1000
    };
    let (number, words) = match value.trim() {
        "" => ("0".to_owned(), String::new()),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => (digits.to_owned(), format!("Number {digits}")),
        words => (number().to_string(), words.to_owned()),
    };
    set(fields, id, &number);
    set(fields, name, &words);
}

/// A date of a request as a moment; another text as it is.
fn moment(text: &str, zone: &TimeZone) -> String {
    dates::moment(text, zone)
}

/// A moment without fractions of its second.
fn seconds(now: Timestamp) -> String {
    now.round(TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Trunc)).unwrap_or(now).to_string()
}

/// A change by hand, by the names that a read shows; custom fields one by one.
pub fn edit(fields: &mut Map<String, Value>, changes: &Map<String, Value>, now: Timestamp) -> Result<(), String> {
    if let Some(unknown) = changes.keys().find(|name| !fields.contains_key(*name)) {
        return Err(format!("a ticket has no field `{unknown}` that can be changed"));
    }
    for (name, value) in changes {
        match (fields.get_mut(name).and_then(Value::as_object_mut), value.as_object()) {
            (Some(own), Some(new)) => own.extend(new.clone()),
            (Some(_), None) => return Err(format!("`{name}` is changed field by field")),
            (None, _) => drop(fields.insert(name.clone(), value.clone())),
        }
    }
    set(fields, "last_updated", &seconds(now));
    Ok(())
}

/// Somebody closes it.
pub fn resolve(fields: &mut Map<String, Value>, now: Timestamp) {
    for (name, value) in [("status", "Closed".to_owned()), ("date_closed", seconds(now)), ("last_updated", seconds(now))] {
        set(fields, name, &value);
    }
}

pub fn is_over(fields: &Map<String, Value>) -> bool {
    fields.get("status").and_then(Value::as_str) == Some("Closed")
}
