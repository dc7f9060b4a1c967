//! Values that manifests of every G360 system have: telephone numbers, and links to earlier tickets.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::systems::envelope::{ADDRESS_PATTERN, text_or_integer};
use crate::ticket::{Fields, digits};

/// A telephone number as written, a whole number as its digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumber(pub String);

impl PhoneNumber {
    /// The number as the API wants it: a whole number. `None` for one that begins with 0, or is no telephone number.
    pub fn integer(&self) -> Option<u64> {
        digits(&self.0).filter(|digits| !digits.starts_with('0'))?.parse().ok()
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_integer(deserializer).map(Self)
    }
}

impl JsonSchema for PhoneNumber {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PhoneNumber".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": ["string", "integer"], "minLength": 1})
    }
}

/// The id of an earlier ticket, or the address of one in the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PriorTicket {
    Id(u64),
    /// As written; the project resolves it.
    Ref(String),
}

impl PriorTicket {
    /// The id, or the hole that it will fill.
    pub fn value(&self) -> Value {
        match self {
            Self::Id(id) => json!(id),
            Self::Ref(address) => json!({"ref": address}),
        }
    }
}

impl<'de> Deserialize<'de> for PriorTicket {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let reference = || value.as_object().filter(|map| map.len() == 1)?.get("ref")?.as_str();
        let id = || value.as_u64().map(Self::Id);
        id().or_else(|| reference().map(|text| Self::Ref(text.to_owned())))
            .ok_or_else(|| serde::de::Error::custom("expected a ticket's id or {ref: Kind/NAME}"))
    }
}

impl JsonSchema for PriorTicket {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PriorTicket".into()
    }
    // `type` beside `properties`, not `oneOf`: a mistake then gives one error, at its own place.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": ["integer", "object"],
            "minimum": 1,
            "properties": {"ref": {
                "type": "string",
                "description": "The address of a ticket in these files: `Kind/NAME` or `Kind/NAME[KEY]`.",
                "pattern": ADDRESS_PATTERN,
            }},
            "required": ["ref"],
            "additionalProperties": false,
            "examples": [4_471_200, {"ref": "Dispatch/store-0417-survey"}],
        })
    }
}

/// Texts and other values as fields. An empty text is the same as none, for people and for the vendor: it is not sent.
pub fn flat<'a>(
    texts: impl IntoIterator<Item = (&'static str, Option<&'a String>)>,
    others: impl IntoIterator<Item = (&'static str, Option<Value>)>,
) -> Fields {
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text.filter(|text| !text.trim().is_empty())?)));
    let texts = texts.map(|(name, text)| (name.to_owned(), json!(text)));
    texts.chain(others.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)))).collect()
}
