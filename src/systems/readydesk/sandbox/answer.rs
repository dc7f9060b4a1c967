//! Answers in the three formats, as the vendor's samples have them: some values encoded, dates American, every value a text.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use quick_xml::escape::escape;
use serde_json::Value;

use super::{Format, Work};
use crate::systems::readydesk::wire::columns::{COLUMNS, Column, Form};
use crate::systems::readydesk::wire::{dates, encoded};
use crate::systems::sandbox::Stored;

/// Type and text of an answer.
type Text = (&'static str, String);

/// A list of tickets, or one of them. `without_id` leaves the number out.
pub fn tickets(found: &[Stored], work: &Work<'_>, without_id: bool) -> Text {
    let zone = &work.sandbox.options().timezone;
    let rows = found.iter().map(|ticket| Row::of(ticket, zone, without_id));
    let text = match work.format {
        Format::Json => {
            format!("{{\"tickets\":[{}]}}", rows.map(|row| row.json(work.choices.repeated_cid)).collect::<Vec<_>>().join(","))
        }
        Format::Xml => format!("<?xml version=\"1.0\"?>\n<tickets>{}</tickets>\n", rows.map(|row| row.xml()).collect::<String>()),
        Format::Delimited => rows.map(|row| row.delimited(work.choices.repeated_cid)).collect::<Vec<_>>().join("\n"),
    };
    (content_type(work.format), text)
}

/// The answer to a write: the id alone.
pub fn written(format: Format, name: &str, id: Option<u64>) -> Text {
    let id = id.map(|id| id.to_string());
    let text = match (format, id) {
        (Format::Json, Some(id)) => format!("{{\"response\":[{{\"{name}\":\"{id}\"}}]}}"),
        (Format::Json, None) => "{\"response\":[{}]}".to_owned(),
        (Format::Xml, Some(id)) => format!("<response><{name}>{id}</{name}></response>"),
        (Format::Xml, None) => "<response></response>".to_owned(),
        (Format::Delimited, Some(id)) => format!("{name}={id}"),
        (Format::Delimited, None) => format!("{name}="),
    };
    (content_type(format), text)
}

fn content_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/json",
        Format::Xml => "text/xml",
        Format::Delimited => "text/plain",
    }
}

/// Names and values as they are written.
struct Row {
    values: Vec<(&'static str, String)>,
    custom: Vec<(String, String)>,
}

impl Row {
    fn of(ticket: &Stored, zone: &TimeZone, without_id: bool) -> Self {
        let columns = COLUMNS.iter().filter(|column| !(without_id && column.read == "tid"));
        let values = columns.map(|column| (column.read, value(ticket, column, zone)));
        let custom = ticket.fields.get("custom_fields").and_then(Value::as_object).into_iter().flatten();
        let custom = custom.map(|(name, value)| (name.clone(), encoded::encoded(value.as_str().unwrap_or_default())));
        Self { values: values.collect(), custom: custom.collect() }
    }

    /// The slip of the vendor's samples, where it is switched on.
    fn named(&self, repeated_cid: bool) -> impl Iterator<Item = (&'static str, &str)> {
        let name = move |name: &'static str| if repeated_cid && name == "cc_addresses" { "cid" } else { name };
        self.values.iter().map(move |(own, value)| (name(own), value.as_str()))
    }

    /// By hand, as no library writes a key twice.
    fn json(&self, repeated_cid: bool) -> String {
        let pair = |(name, value): (&str, &str)| format!("{}:{}", Value::from(name), Value::from(value));
        let own: Vec<String> = self.custom.iter().map(|(name, value)| pair((name, value))).collect();
        let custom = format!("\"custom_fields\":[{{{}}}]", own.join(","));
        let values = self.named(repeated_cid).map(pair).chain([custom]);
        format!("{{{}}}", values.collect::<Vec<_>>().join(","))
    }

    fn xml(&self) -> String {
        let element = |name: &str, value: &str| format!("<{name}>{}</{name}>", escape(value));
        let values: String = self.values.iter().map(|(name, value)| element(name, value)).collect();
        let custom: String = self.custom.iter().map(|(name, value)| element(name, value)).collect();
        format!("<ticket>{values}<custom_fields>{custom}</custom_fields></ticket>")
    }

    /// Broken into lines, as the sample is.
    fn delimited(&self, repeated_cid: bool) -> String {
        let own = self.custom.iter().map(|(name, value)| format!("{name}={value}"));
        let names = self.custom.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(",");
        let (first, last): (Vec<_>, Vec<_>) = self.named(repeated_cid).partition(|(name, _)| !["subject", "summary"].contains(name));
        let pair = |(name, value): &(&str, &str)| format!("{name}={value}");
        let all = first.iter().map(pair).chain(own).chain([format!("custom_fields={names}")]).chain(last.iter().map(pair));
        all.collect::<Vec<_>>().chunks(6).map(|line| line.join("&")).collect::<Vec<_>>().join("\n&")
    }
}

fn value(ticket: &Stored, column: &Column, zone: &TimeZone) -> String {
    if column.read == "tid" {
        return ticket.id.to_string();
    }
    let text = ticket.fields.get(column.read).and_then(Value::as_str).unwrap_or_default();
    match column.form {
        Form::Moment => text.parse::<Timestamp>().map_or_else(|_| text.to_owned(), |at| twelve_hours(dates::at_server(at, zone))),
        Form::Local => dates::strict(text).map_or_else(|| text.to_owned(), twelve_hours),
        Form::Text | Form::Id | Form::List | Form::Flag => {
            if column.encoded {
                encoded::encoded(text)
            } else {
                text.to_owned()
            }
        }
    }
}

fn twelve_hours(local: jiff::civil::DateTime) -> String {
    local.strftime("%-m/%-d/%Y %-I:%M:%S %p").to_string()
}
