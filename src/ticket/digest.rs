//! A short fingerprint of a value: equal values have equal digests, whatever the order of their keys.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// SHA-256 over the value's JSON with sorted keys, as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^[0-9a-f]{64}$"))]
pub struct Digest(String);

impl Digest {
    /// The digest of anything that has a JSON form.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        let bytes = serde_json::to_value(value).and_then(|mut json| {
            json.sort_all_objects();
            serde_json::to_vec(&json)
        });
        // What has no JSON form has a digest too, that of the error. callout's own types always have a form.
        Self::of_bytes(&bytes.unwrap_or_else(|error| error.to_string().into_bytes()))
    }

    pub fn of_bytes(bytes: &[u8]) -> Self {
        let digit = |four: u8| char::from_digit(u32::from(four), 16).unwrap_or('0');
        Self(Sha256::digest(bytes).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
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
