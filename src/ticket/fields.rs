//! The vendor's fields of one ticket, flat and by the vendor's own names, and the files that go with them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Address, Digest};

/// Field name to value. A value `{"ref": "Kind/NAME"}` is a typed hole: the id of that ticket, known after its create.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Fields(pub BTreeMap<String, Value>);

impl Fields {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub fn digest(&self) -> Digest {
        Digest::of(self)
    }

    /// The tickets whose ids this one waits for.
    pub fn references(&self) -> Vec<Address> {
        self.0.values().filter_map(references).collect()
    }

    /// Fills the holes from the ids that are known. What stays unknown is answered as the error.
    pub fn filled(&self, id_of: impl Fn(&Address) -> Option<Value>) -> Result<Self, Address> {
        let fill = |value: &Value| references(value).map_or_else(|| Ok(value.clone()), |address| id_of(&address).ok_or(address));
        self.0.iter().map(|(name, value)| Ok((name.clone(), fill(value)?))).collect::<Result<_, _>>().map(Self)
    }
}

/// The address in a hole `{"ref": "Kind/NAME"}`, if the value is one.
pub fn references(value: &Value) -> Option<Address> {
    value.as_object().filter(|map| map.len() == 1)?.get("ref")?.as_str()?.parse().ok()
}

impl FromIterator<(String, Value)> for Fields {
    fn from_iter<T: IntoIterator<Item = (String, Value)>>(entries: T) -> Self {
        Self(entries.into_iter().collect())
    }
}

/// A file that is sent with a create.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// The name that the vendor sees.
    pub filename: String,
    /// Relative to the project's folder.
    pub path: PathBuf,
    /// In bytes.
    pub size: u64,
    /// Of its content: what was reviewed is what is sent.
    pub sha256: Digest,
}

impl Attachment {
    /// What makes it this attachment: not where it lies, but its name and content.
    pub fn identity(&self) -> (&str, &Digest) {
        (&self.filename, &self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn holes_are_filled_and_what_stays_unknown_is_named() {
        let fields: Fields = [("prior_ticket".to_owned(), json!({"ref": "Dispatch/a"})), ("x".to_owned(), json!(1))].into_iter().collect();
        assert_eq!(fields.references(), vec![Address::new("Dispatch", "a")]);
        assert_eq!(fields.filled(|_| None), Err(Address::new("Dispatch", "a")));
        let filled = fields.filled(|_| Some(json!(7))).expect("a known id");
        assert_eq!((filled.get("prior_ticket"), filled.get("x")), (Some(&json!(7)), Some(&json!(1))));
    }
}
