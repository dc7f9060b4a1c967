//! A short fingerprint of a value: equal values have equal digests, whatever the order of their keys.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// SHA-256 over the value's JSON with sorted keys, as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest of anything that has a JSON form.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        // A value that has no JSON form has one here too: its error. callout's own types always have one.
        let json = serde_json::to_value(value).unwrap_or_else(|error| Value::String(error.to_string()));
        Self::of_bytes(sorted(json).to_string().as_bytes())
    }

    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(64);
        for byte in Sha256::digest(bytes) {
            // Writing into a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// The first twelve digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => leaf,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn key_order_does_not_matter_and_every_value_does() {
        let one = Digest::of(&json!({"a": 1, "b": {"c": [1, 2], "d": null}}));
        assert_eq!(one, Digest::of(&json!({"b": {"d": null, "c": [1, 2]}, "a": 1})));
        assert_ne!(one, Digest::of(&json!({"a": 1, "b": {"c": [2, 1], "d": null}})));
    }
}
