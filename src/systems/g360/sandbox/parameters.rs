//! The validation that every Create Ticket page of the vendor states in the same way: parameters by type, and files.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::form::Upload;
use crate::systems::g360::ATTACHMENTS;

/// What is wrong, by field.
pub type Problems = BTreeMap<String, Vec<String>>;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Text,
    Boolean,
    Integer,
}

pub struct Parameter {
    name: &'static str,
    is: Type,
    required: bool,
}

pub const fn required(name: &'static str, is: Type) -> Parameter {
    Parameter { name, is, required: true }
}

pub const fn optional(name: &'static str, is: Type) -> Parameter {
    Parameter { name, is, required: false }
}

/// Collects problems, so that all are told at once.
#[derive(Default)]
pub struct Checks(Problems);

impl Checks {
    pub fn problem(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.entry(field.into()).or_default().push(message.into());
    }

    /// The order, if there was no problem.
    pub fn done<T>(self, order: T) -> Result<T, Problems> {
        if self.0.is_empty() { Ok(order) } else { Err(self.0) }
    }

    /// The parameters of the form in their own types.
    pub fn form(&mut self, parameters: &[Parameter], texts: &BTreeMap<String, String>) -> Map<String, Value> {
        let mut fields = Map::new();
        for parameter in parameters {
            let text = texts.get(parameter.name).filter(|text| !text.trim().is_empty());
            match text.map(|text| typed(parameter.is, text)) {
                Some(Some(value)) => drop(fields.insert(parameter.name.to_owned(), value)),
                Some(None) => self.problem(parameter.name, wrong_type(parameter.is)),
                None if parameter.required => self.problem(parameter.name, "This field is required."),
                None => {}
            }
        }
        fields
    }

    pub fn files(&mut self, files: &[Upload]) {
        for file in files {
            let allowed = |end: &str| ATTACHMENTS.extensions.contains(&end.to_ascii_lowercase().as_str());
            if file.filename.is_empty() {
                self.problem("file", "The file name is empty.");
            } else if !file.filename.rsplit_once('.').is_some_and(|(_, end)| allowed(end)) {
                self.problem("file", format!("\"{}\" has none of the allowed extensions.", file.filename));
            }
        }
        if files.iter().map(|file| file.size).sum::<u64>() > ATTACHMENTS.total_bytes {
            self.problem("file", "The files are larger than 25 MB.");
        }
    }

    /// The objects in a part that holds a JSON list of them, or one object. `what` they are is for people.
    pub fn list(&mut self, name: &str, what: &str, text: Option<&String>, must_be: bool) -> Vec<Value> {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            if must_be {
                self.problem(name, "This field is required.");
            }
            return Vec::new();
        };
        match serde_json::from_str(text) {
            Ok(Value::Array(list)) if list.is_empty() && must_be => self.problem(name, format!("At least one {what} is required.")),
            Ok(Value::Array(list)) => return list,
            Ok(object) if object.is_object() => return vec![object],
            Ok(_) | Err(_) => self.problem(name, "Must be a JSON array of objects, or one object."),
        }
        Vec::new()
    }

    /// The parameters of one object of a list; `at` names it, such as `locations[0]`.
    pub fn item(&mut self, parameters: &[Parameter], at: &str, item: &Value) -> Option<Map<String, Value>> {
        let Some(item) = item.as_object() else {
            self.problem(at, "Must be an object.");
            return None;
        };
        let mut fields = Map::new();
        for parameter in parameters {
            let name = format!("{at}.{}", parameter.name);
            match item.get(parameter.name) {
                Some(value) if !fits(parameter.is, value) => self.problem(name, wrong_type(parameter.is)),
                Some(value) if !parameter.required || !is_blank(value) => drop(fields.insert(parameter.name.to_owned(), value.clone())),
                None if !parameter.required => {}
                Some(_) | None => self.problem(name, "This field is required."),
            }
        }
        Some(fields)
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
