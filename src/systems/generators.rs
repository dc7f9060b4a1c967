//! Random tickets of every system, and how a server may spell them, for the properties of this room and of those above it.
//!
//! Driven by the field tables: a field that is added is tried without a word here.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::{Compare, Field, System, registry};
use crate::ticket::{Fields, Mark, Visit};

/// A ticket as its files describe it.
#[derive(Debug, Clone)]
pub struct Described {
    pub fields: Fields,
    pub visit: Option<Visit>,
}

/// Any text that is more than blanks.
pub fn words() -> impl Strategy<Value = String> {
    let forms = prop_oneof!["[a-c]{1,2}", "[ -~]{1,16}", "\\PC{1,8}", "[a-z]{1,4}\n[ \t]{0,2}[a-z]{1,4}", "[0-9]{1,6}"];
    forms.prop_filter("more than blanks", |text| !text.trim().is_empty() && Mark::find(text).is_none())
}

/// A telephone number as the systems take it.
pub fn phone() -> impl Strategy<Value = String> {
    "[1-9][0-9]{6,14}"
}

/// The entries of a comma list.
pub fn entries() -> impl Strategy<Value = Vec<String>> {
    vec("[a-z0-9@.-]{1,6}( [a-z]{1,3})?", 1..4)
}

pub fn zone() -> impl Strategy<Value = &'static str> {
    select(vec!["America/New_York", "Europe/Berlin", "Pacific/Auckland", "Asia/Kolkata", "UTC"])
}

/// A visit whose ends the site's clock shows exactly once.
pub fn visit() -> impl Strategy<Value = Visit> {
    let local = (2027_i16..2029, 1_i8..13, 1_i8..29, 0_i8..24, 0_i8..60, 0_i64..10);
    (local, zone())
        .prop_map(|((year, month, day, hour, minute, hours), zone)| {
            let start = jiff::civil::date(year, month, day).at(hour, minute, 0, 0);
            let end = start.checked_add(jiff::Span::new().hours(hours)).expect("a later time");
            Visit { start, end, timezone: Some(zone.to_owned()) }
        })
        .prop_filter("times that the clock shows once", |visit| {
            let zone = TimeZone::get(visit.timezone.as_deref().unwrap_or("UTC")).expect("a zone");
            [visit.start, visit.end].iter().all(|local: &DateTime| !zone.to_ambiguous_timestamp(*local).is_ambiguous())
        })
}

/// A value as a manifest gives it.
fn value(field: &Field) -> BoxedStrategy<Value> {
    match (field.name, field.compare) {
        ("configuration_ids", _) => vec(1_u64..1_000, 1..4).prop_map(Value::from).boxed(),
        (_, Compare::List) => entries().prop_map(|entries| entries.join(",").into()).boxed(),
        (_, Compare::Phone) => phone().prop_map(|digits| digits.parse::<u64>().map_or(Value::Null, Value::from)).boxed(),
        ("prior_ticket", _) => {
            prop_oneof![(1_u64..9).prop_map(Value::from), select(vec!["Dispatch/x", "Dispatch/y"]).prop_map(|to| json!({ "ref": to }))]
                .boxed()
        }
        (_, Compare::Integer) => (1_u64..50).prop_map(Value::from).boxed(),
        (_, Compare::Boolean) => any::<bool>().prop_map(Value::from).boxed(),
        (_, Compare::Preset) => prop_oneof!["[A-Za-z]{1,6}".prop_map(Value::from), (1_u64..9).prop_map(Value::from)].boxed(),
        (_, Compare::Marked) => "[A-Za-z]{1,6}( [a-zäß0-9]{1,6}){0,2}".prop_map(Value::from).boxed(),
        (_, Compare::Text | Compare::Reworded | Compare::CreateOnly | Compare::Moment) => words().prop_map(Value::from).boxed(),
    }
}

/// Some of a system's fields, and times of a visit where it has them.
pub fn described(system: &'static dyn System) -> impl Strategy<Value = Described> {
    let is_given = |field: &&Field| field.sent && !["attachments", "start_date", "end_date", "custom_fields"].contains(&field.name);
    let has_visit = system.fields().iter().any(|field| field.name == "start_date" && field.sent);
    let has_custom = system.fields().iter().any(|field| field.name == "custom_fields");
    let values: Vec<_> = system.fields().iter().filter(is_given).map(|field| (Just(field.name.to_owned()), value(field))).collect();
    let all = values.len();
    let given = values.prop_flat_map(move |values| subsequence(values, 0..=all));
    let custom = vec(("custom_fields\\.[A-C]", words().prop_map(Value::from)), 0..if has_custom { 3 } else { 1 });
    (given, custom, visit()).prop_map(move |(given, custom, visit)| {
        let mut fields: Fields = given.into_iter().chain(custom.into_iter().filter(|_| has_custom)).collect();
        if !has_visit {
            return Described { fields, visit: None };
        }
        fields.set("start_date", visit.start.to_string());
        fields.set("end_date", visit.end.to_string());
        Described { fields, visit: Some(visit) }
    })
}

/// A system that can be shown in a case that fails.
#[derive(Clone, Copy)]
pub struct Of(pub &'static dyn System);

impl std::fmt::Debug for Of {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.id())
    }
}

/// A system and so many tickets of it.
pub fn of_any_system(count: usize) -> impl Strategy<Value = (Of, Vec<Described>)> {
    (0..registry().len()).prop_flat_map(move |at| (Just(Of(registry()[at])), vec(described(registry()[at]), count)))
}

/// What a server that booked everything as sent may answer: the same in other spellings, of which there are many.
pub fn echo(system: &'static dyn System, sent: &Described, spelling: &[u8]) -> Fields {
    let mut spellings = spelling.iter().copied().cycle();
    let mut echo = Fields::default();
    for (name, value) in sent.fields.iter() {
        let Some(row) = system.row(name) else { continue };
        let spelling = spellings.next().unwrap_or_default();
        let moment = sent.visit.as_ref().and_then(|visit| if name == "start_date" { visit.starts_at() } else { visit.ends_at() });
        let shown = match (row.compare, moment) {
            (Compare::Moment, Some(moment)) => {
                let text = moment.to_string();
                json!(
                    [text.clone(), text.replace('Z', ".000Z"), text.replace('Z', ""), text.replace('Z', "+00:00")]
                        [usize::from(spelling % 4)]
                )
            }
            (compare, _) => spelt(compare, value, spelling),
        };
        echo.set(name, shown);
    }
    echo
}

fn spelt(compare: Compare, value: &Value, spelling: u8) -> Value {
    let is = |bit: u8| spelling & bit != 0;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match (compare, value) {
        (Compare::Reworded | Compare::CreateOnly, _) => json!(format!("other words {spelling}")),
        (Compare::List, Value::Array(ids)) => ids.iter().rev().map(|id| if is(1) { json!(id.to_string()) } else { id.clone() }).collect(),
        (Compare::List, _) => {
            json!(text.split(',').collect::<Vec<_>>().join(if is(1) { " , " } else { "," }) + if is(2) { ", " } else { "" })
        }
        (Compare::Phone, _) if is(1) => json!(format!("+{}-{} ({})", &text[..1], &text[1..4], &text[4..])),
        (Compare::Integer | Compare::Phone | Compare::Preset, Value::Number(_)) if is(2) => json!(format!(" {text} ")),
        (Compare::Boolean, _) if is(1) => json!(if text == "true" { "True" } else { "FALSE" }),
        (Compare::Boolean, _) if is(2) => json!(u8::from(text == "true")),
        (Compare::Preset, Value::String(_)) if is(1) => json!(text.to_ascii_uppercase()),
        (Compare::Marked, _) if is(1) => json!(text.split(' ').collect::<Vec<_>>().join("  ")),
        (Compare::Text | Compare::Preset | Compare::Marked, Value::String(_)) if is(4) => {
            json!(format!(" {}\r\n", text.replace('\n', "\r\n")))
        }
        (Compare::Text | Compare::Phone | Compare::Integer | Compare::Boolean | Compare::Moment | Compare::Preset | Compare::Marked, _) => {
            value.clone()
        }
    }
}
