//! A ticket as TechExpress keeps and answers it: 40 fields from a create, 47 from a read.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value, json};

use super::checks::{Location, Order};
use crate::systems::g360::sandbox::site::Site;
use crate::systems::g360::sandbox::ticket::{seconds, stored, text};
use crate::systems::sandbox::{Sandbox, Stored, Trouble, Troubles};
use crate::systems::techexpress::API;

/// The fields of a create's answer, in the order of the vendor's page.
pub const CREATE_FIELDS: [&str; 40] = [
    "id",
    "address_1",
    "attachments",
    "automatic_email_cc",
    "automatic_email_cc_address",
    "automatic_email_contact",
    "category",
    "city",
    "company_id",
    "company_identifier",
    "company_name",
    "contact_email_address",
    "customer_preferred_tech",
    "customer_ticket_number",
    "date_entered",
    "date_resolved",
    "last_updated",
    "local_contact_name",
    "local_contact_number",
    "location_contact_email",
    "location_contact_ext",
    "location_name",
    "location_number",
    "non_standard_tools",
    "po_number",
    "prior_ticket",
    "secondary_lcon_email",
    "secondary_lcon_ext",
    "secondary_lcon_name",
    "secondary_lcon_number",
    "special_instructions",
    "state_identifier",
    "status_name",
    "summary",
    "service_type",
    "priority",
    "technician_id",
    "technician_name",
    "technician_phone_number",
    "zip",
];

/// The fields that only a read shows; with [`CREATE_FIELDS`] they are all 47.
pub const DETAIL_FIELDS: [&str; 7] = ["account_id", "board_name", "initial_description", "schedule", "site_name", "sub_type", "type_name"];

/// Optional texts that read back empty when they were left out.
const EMPTY: [&str; 8] = [
    "automatic_email_cc_address",
    "customer_ticket_number",
    "location_contact_email",
    "location_contact_ext",
    "location_number",
    "non_standard_tools",
    "po_number",
    "special_instructions",
];

/// Fields that read back null until somebody sets them.
const NULL: [&str; 9] = [
    "date_resolved",
    "prior_ticket",
    "secondary_lcon_email",
    "secondary_lcon_ext",
    "secondary_lcon_name",
    "secondary_lcon_number",
    "technician_id",
    "technician_name",
    "technician_phone_number",
];

/// A schedule's id is its ticket's id and this: unlike any ticket's.
const SCHEDULE_IDS: u64 = 5_000_000;

/// One ticket for each location, as sent unless a trouble books it otherwise. Ids come with the commit.
pub(super) fn book(sandbox: &Sandbox, order: &Order, troubles: &Troubles) -> Vec<Stored> {
    order.locations.iter().map(|location| book_one(sandbox, order, location, troubles)).collect()
}

fn book_one(sandbox: &Sandbox, order: &Order, location: &Location, troubles: &Troubles) -> Stored {
    let macnum = location.fields.get("account_macnum").and_then(Value::as_str).unwrap_or_default();
    let mut fields = defaults();
    let sent = order.fields.iter().chain(&location.fields).filter(|(name, _)| is_field(name));
    fields.extend(sent.map(|(name, value)| (name.clone(), value.clone())));
    fields.extend(place(&Site::of(macnum), macnum));
    fields.extend(times(location, sandbox.options().timezone_of(macnum), sandbox.now()));
    fields.insert("summary".to_owned(), format!("{} - {}", text(&fields, "service_type"), text(&fields, "location_name")).into());
    misbook(&mut fields, troubles);
    stored(API.id, &order.fields, &order.form, troubles, fields)
}

fn is_field(name: &str) -> bool {
    CREATE_FIELDS.contains(&name) || DETAIL_FIELDS.contains(&name)
}

fn defaults() -> Map<String, Value> {
    let words = [
        ("board_name", "Field Dispatch"),
        ("category", "Active"),
        ("priority", "Priority 3"),
        ("status_name", "Pending Tech Assignment"),
        ("sub_type", "Scheduled"),
        ("type_name", "Dispatch"),
    ];
    let empty = EMPTY.map(|name| (name, json!(""))).into_iter().chain(NULL.map(|name| (name, Value::Null)));
    let rest = words.map(|(name, word)| (name, json!(word))).into_iter().chain([("customer_preferred_tech", json!(false))]);
    empty.chain(rest).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn place(site: &Site, macnum: &str) -> Map<String, Value> {
    let fields = [
        ("account_id", json!(site.account_id)),
        ("address_1", json!(site.address)),
        ("city", json!(site.city)),
        ("state_identifier", json!(site.state)),
        ("zip", json!(site.zip)),
        ("company_id", json!(site.company_id)),
        ("company_identifier", json!(site.company_identifier)),
        ("company_name", json!(site.company)),
        ("site_name", json!(format!("{macnum} - {}, {}", site.address, site.city))),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn times(location: &Location, zone: &TimeZone, now: Timestamp) -> Map<String, Value> {
    let kind = if location.start == location.end { "Hard start" } else { "Arrival window" };
    let schedule = json!({
        "id": null,
        "scheduling_type": kind,
        "start_date": moment(location.start, zone),
        "end_date": moment(location.end, zone),
    });
    let fields = [("schedule", schedule), ("date_entered", json!(seconds(now))), ("last_updated", json!(seconds(now)))];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A site's local time as a UTC moment. A time that the zone skips or has twice is taken as most calendars take it.
fn moment(local: DateTime, zone: &TimeZone) -> String {
    zone.to_timestamp(local).map_or_else(|_| local.to_string(), |moment| moment.to_string())
}

/// Books something else than was asked for.
fn misbook(fields: &mut Map<String, Value>, troubles: &Troubles) {
    if troubles.has(&Trouble::OtherLocation) {
        let name = format!("{} Annex", text(fields, "location_name"));
        fields.insert("location_name".to_owned(), name.into());
    }
    if troubles.has(&Trouble::Reworded) {
        let word = if text(fields, "service_type").ends_with("Provided)") { "Repair" } else { "Installation" };
        fields.insert("service_type".to_owned(), word.into());
    }
    if troubles.has(&Trouble::OtherDate)
        && let Some(schedule) = fields.get_mut("schedule").and_then(Value::as_object_mut)
    {
        for name in ["start_date", "end_date"] {
            let next = text(schedule, name).parse::<Timestamp>().ok().and_then(|at| at.checked_add(24.hours()).ok());
            schedule.insert(name.to_owned(), json!(next));
        }
    }
}

/// A read's answer. Files that were not kept are not in it.
pub(super) fn read(ticket: &Stored) -> Value {
    let files = ticket.files.iter().filter(|file| file.kept).map(|file| json!({"filename": file.filename, "id": file.id}));
    let mut fields = ticket.fields.clone();
    fields.insert("id".to_owned(), json!(ticket.id));
    fields.insert("attachments".to_owned(), files.collect());
    if let Some(schedule) = fields.get_mut("schedule").and_then(Value::as_object_mut) {
        schedule.insert("id".to_owned(), json!(ticket.id + SCHEDULE_IDS));
    }
    fields.sort_keys();
    Value::Object(fields)
}
