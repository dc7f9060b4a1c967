//! A ticket as an answer has it, and as callout knows it.
//!
//! Owns the way from the one to the other. Reading is tolerant on purpose: but for its id, nothing in a ticket is trouble.

use jiff::tz::TimeZone;
use serde_json::Value;

use super::columns::{COLUMNS, Column, Form};
use super::{dates, encoded};
use crate::systems::Seen;
use crate::systems::readydesk::fields::CUSTOM;
use crate::ticket::Fields;

/// Names and raw values, in the order of the answer. A name can come twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    pub values: Vec<(String, String)>,
    pub custom: Vec<(String, String)>,
}

/// What is known of a server beforehand.
#[derive(Debug, Clone)]
pub struct Reading {
    /// In which its dates are.
    pub zone: TimeZone,
    /// Statuses of tickets whose work is over, in any case.
    pub finished: Vec<String>,
}

impl Record {
    /// The number of the ticket, which alone makes it one.
    pub fn id(&self) -> Option<&str> {
        self.first("tid").map(str::trim).filter(|id| is_id(id))
    }

    fn first(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The first of equal names counts. Where `cc_addresses` belongs, the vendor's samples have `cid` once more: a second one that is
    /// not the customer again is that.
    fn value(&self, column: &Column) -> Option<String> {
        let decoded = |raw: &str| if column.encoded { encoded::decoded(raw) } else { raw.to_owned() };
        let own = self.first(column.read).map(decoded);
        if own.is_some() || column.read != "cc_addresses" {
            return own;
        }
        let mut cids = self.values.iter().filter(|(name, _)| name == "cid").map(|(_, raw)| decoded(raw));
        let (customer, second) = (cids.next(), cids.next()?);
        let is_addresses = second.is_empty() || second.contains('@');
        (is_addresses && customer.as_ref() != Some(&second)).then_some(second)
    }
}

/// Whether a text is the number of a ticket, as the server writes it. `0` is how the vendor says none.
pub fn is_id(text: &str) -> bool {
    (1..=18).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The ticket, by the names that manifests use.
pub fn seen(record: &Record, reading: &Reading) -> Seen {
    let mut fields = Fields::default();
    for column in &COLUMNS {
        if let Some(value) = record.value(column) {
            fields.set(column.field, formed(column.form, &value, reading));
        }
    }
    for (name, raw) in &record.custom {
        fields.set(format!("{CUSTOM}{name}"), encoded::decoded(raw));
    }
    let status = fields.text("status").filter(|status| !status.trim().is_empty()).map(str::to_owned);
    let is_over = |word: &String| status.as_deref().is_some_and(|status| status.trim().to_lowercase() == word.trim().to_lowercase());
    let finished = reading.finished.iter().any(is_over);
    Seen { id: record.id().unwrap_or_default().to_owned(), fields, status, finished }
}

fn formed(form: Form, value: &str, reading: &Reading) -> Value {
    let value = if form == Form::Text { value } else { value.trim() };
    match form {
        Form::Text => value.into(),
        Form::Id => if value == "0" { "" } else { value }.into(),
        Form::List => value.replace(';', ",").into(),
        Form::Flag => match value {
            "Y" | "y" => true.into(),
            "N" | "n" => false.into(),
            // Empty in every example of the page: not said.
            other => other.into(),
        },
        Form::Local => dates::local(value).into(),
        Form::Moment => dates::moment(value, &reading.zone).into(),
    }
}
