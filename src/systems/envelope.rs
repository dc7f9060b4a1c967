//! What every ticket document has in common: `metadata` and `lifecycle`.
//!
//! Owns their shape, their schema and the checks that are the same for every system. Refuses to know any system's `spec`.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::normal::row;
use super::schema::{flatten_enum, tidy};
use super::{Ability, Capabilities, Field, Finding, nearest};
use crate::diagnostics::Severity;
use crate::ticket::{Address, Lifecycle, OnRemove};

/// The only version of the document format.
pub const API_VERSION: &str = "callout/v1";

/// How an address is written, for schemas.
pub const ADDRESS_PATTERN: &str = r"^[A-Z][A-Za-z0-9]*/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(\[[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\])?$";

/// Who this document is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct Metadata {
    /// The document's name, unique among documents of its kind. It is the ticket's identity: a new name means a new ticket.
    /// Lower-case letters, digits, `-` and `.`.
    #[schemars(length(min = 1, max = 100), regex(pattern = r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"), extend("examples" = ["store-0417-router"]))]
    pub name: String,
    /// Your own words for selecting and grouping tickets. Never sent.
    #[serde(default)]
    #[schemars(extend("examples" = [{"program": "sdwan-2026", "wave": "pilot"}]))]
    pub labels: Option<BTreeMap<String, String>>,
}

/// What is to happen to the ticket besides what it says. Never sent.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Lifecycle", transform = tidy)]
pub struct LifecycleSpec {
    /// What happens to the live ticket when this description leaves the files. What the system cannot do is refused.
    #[serde(default)]
    #[schemars(schema_with = "on_remove_schema")]
    pub on_remove: Option<OnRemove>,
    /// Fields that are sent when the ticket is created and not compared afterwards.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true, "examples" = [["special_instructions"]]))]
    pub ignore_changes: Option<Vec<String>>,
    /// Raise it by one for a second, deliberate visit. A location may have its own, which then counts instead.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub reissue: Option<u32>,
    /// Why there is a second visit. The plan and the log tell it; it is never sent.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500), extend("examples" = ["Nobody was there to open the door."]))]
    pub reissue_reason: Option<String>,
    /// The id of a ticket that exists already: it is looked after from now on, and none is created.
    #[serde(default)]
    #[schemars(extend("examples" = [123_456]))]
    pub adopt: Option<TicketId>,
    /// The address that this ticket had before it got its present name.
    #[serde(default)]
    #[schemars(regex(pattern = ADDRESS_PATTERN), extend("examples" = ["Dispatch/store-417"]))]
    pub renamed_from: Option<String>,
    /// A ticket at the same place, or a list of them, that is meant to be there besides this one.
    #[serde(default)]
    pub alongside: Option<Addresses>,
}

fn on_remove_schema(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = OnRemove::json_schema(generator);
    flatten_enum(&mut schema);
    schema.remove("description");
    schema.insert("default".to_owned(), "hold".into());
    schema
}

/// A ticket's id in its system: a whole number or a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketId(pub String);

impl<'de> Deserialize<'de> for TicketId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_integer(deserializer).map(Self)
    }
}

impl JsonSchema for TicketId {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TicketId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": ["integer", "string"], "minimum": 1, "minLength": 1})
    }
}

/// One address, or a list of them, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses(pub Vec<String>);

impl<'de> Deserialize<'de> for Addresses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Value::deserialize(deserializer)?;
        let list = if written.is_array() { written } else { Value::Array(vec![written]) };
        serde_json::from_value(list).map(Self).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Addresses {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Addresses".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": ["string", "array"],
            "pattern": ADDRESS_PATTERN,
            "minItems": 1,
            "items": {"type": "string", "pattern": ADDRESS_PATTERN},
            "examples": ["Dispatch/store-0417-ap"],
        })
    }
}

/// Reads a text, or a whole number as its digits.
pub fn text_or_integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        Value::Number(number) if number.is_u64() || number.is_i64() => Ok(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(serde::de::Error::custom("expected a text or a whole number"))
        }
    }
}

impl LifecycleSpec {
    /// The block as the engine knows it. An address that is none is left out: [`LifecycleSpec::findings`] reports it.
    pub fn lifecycle(&self) -> Lifecycle {
        let addresses = |texts: &[String]| texts.iter().filter_map(|text| text.parse().ok()).collect();
        Lifecycle {
            on_remove: self.on_remove.unwrap_or_default(),
            ignore_changes: self.ignore_changes.iter().flatten().cloned().collect(),
            reissue_reason: self.reissue_reason.clone(),
            adopt: self.adopt.as_ref().map(|id| id.0.clone()),
            renamed_from: self.renamed_from.as_ref().and_then(|text| text.parse().ok()),
            alongside: self.alongside.as_ref().map(|list| addresses(&list.0)).unwrap_or_default(),
        }
    }

    /// What every system refuses, and what this one cannot do.
    pub fn findings(&self, kind: &str, capabilities: &Capabilities, fields: &[Field]) -> Vec<Finding> {
        [self.cannot_remove(capabilities), self.unknown_ignored(fields), self.bad_rename(kind)].concat()
    }

    fn cannot_remove(&self, capabilities: &Capabilities) -> Vec<Finding> {
        let ability = match self.on_remove.unwrap_or_default() {
            OnRemove::Hold | OnRemove::Forget => Ability::Yes,
            OnRemove::Close => capabilities.close,
            OnRemove::Delete => capabilities.delete,
        };
        let Some(remark) = ability.remark() else { return Vec::new() };
        let message = format!("on_remove is {}; {remark}", self.on_remove.unwrap_or_default());
        let close = if capabilities.close.yes() { "`hold`, `forget` or `close`" } else { "`hold` or `forget`" };
        vec![Finding::error("lifecycle/cannot", "/lifecycle/on_remove", message).help(format!("Write {close}."))]
    }

    fn unknown_ignored(&self, fields: &[Field]) -> Vec<Finding> {
        let names: Vec<&str> = fields.iter().filter(|field| field.sent).map(|field| field.name).collect();
        let is_sent = |name: &str| row(fields, name).is_some_and(|row| row.sent);
        let unknown = self.ignore_changes.iter().flatten().enumerate().filter(|(_, name)| !is_sent(name));
        let finding = |(at, name): (usize, &String)| {
            let help = nearest(name, names.iter().copied())
                .map_or_else(|| format!("These can be ignored: {}.", names.join(", ")), |near| format!("Did you mean `{near}`?"));
            let message = format!("ignore_changes names `{name}`, which is no field of this ticket");
            Finding::error("lifecycle/unknown-field", format!("/lifecycle/ignore_changes/{at}"), message).help(help)
        };
        unknown.map(finding).collect()
    }

    fn bad_rename(&self, kind: &str) -> Vec<Finding> {
        let Some(from) = self.renamed_from.as_deref().and_then(|text| text.parse::<Address>().ok()) else { return Vec::new() };
        if from.kind == kind {
            return Vec::new();
        }
        let message = format!("renamed_from is a {}, and this is a {kind}; a ticket cannot change its kind", from.kind);
        vec![Finding::error("lifecycle/renamed-kind", "/lifecycle/renamed_from", message)]
    }
}

impl Finding {
    /// A mistake, by JSON pointer.
    pub fn error(code: &'static str, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, pointer: pointer.into(), message: message.into(), help: None }
    }

    /// Something that is allowed, and probably not meant.
    pub fn warning(code: &'static str, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, pointer, message) }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
