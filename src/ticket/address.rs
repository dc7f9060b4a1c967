//! `Kind/NAME` or `Kind/NAME[KEY]`: the identity that a person gives a ticket.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `Dispatch/store-0417`, or `Dispatch/store-0417[rear]` for a location with a key.
///
/// Names and keys are callout's own and are never sent; they order as they read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = r"^[A-Z][A-Za-z0-9]*/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(\[[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\])?$"))]
pub struct Address {
    pub kind: String,
    pub name: String,
    /// The location's key, when the document has several locations.
    pub key: Option<String>,
}

impl Address {
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind: kind.into(), name: name.into(), key: None }
    }

    #[must_use]
    pub fn with_key(mut self, key: Option<String>) -> Self {
        self.key = key;
        self
    }

    /// Whether it means this ticket: the same address, or a location of the document that it names without a key.
    pub fn covers(&self, address: &Self) -> bool {
        self == address || (self.key.is_none() && self.kind == address.kind && self.name == address.name)
    }
}

/// Whether a text may be a document's name: lower-case letters, digits, `-` and `.`, at most 100 characters.
pub fn is_name(text: &str) -> bool {
    is_label(text, 100, |c| c.is_ascii_lowercase() || c.is_ascii_digit(), "-.")
}

/// Whether a text may be a location's key: letters, digits, `-`, `_` and `.`, at most 63 characters.
pub fn is_key(text: &str) -> bool {
    is_label(text, 63, |c| c.is_ascii_alphanumeric(), "-_.")
}

fn is_label(text: &str, longest: usize, edge: impl Fn(char) -> bool, inner: &str) -> bool {
    !text.is_empty()
        && text.len() <= longest
        && text.starts_with(&edge)
        && text.ends_with(&edge)
        && text.chars().all(|c| edge(c) || inner.contains(c))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)?;
        self.key.as_ref().map_or(Ok(()), |key| write!(f, "[{key}]"))
    }
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no ticket address; one looks like Dispatch/NAME or Dispatch/NAME[KEY]")]
pub struct NotAnAddress(pub String);

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let wrong = || NotAnAddress(text.to_owned());
        let (kind, rest) = text.split_once('/').ok_or_else(wrong)?;
        let (name, key) = match rest.split_once('[') {
            None => (rest, None),
            Some((name, key)) => (name, Some(key.strip_suffix(']').ok_or_else(wrong)?)),
        };
        let kind_fits = kind.starts_with(|c: char| c.is_ascii_uppercase()) && kind.chars().all(|c| c.is_ascii_alphanumeric());
        if !kind_fits || !is_name(name) || key.is_some_and(|key| !is_key(key)) {
            return Err(wrong());
        }
        Ok(Self::new(kind, name).with_key(key.map(str::to_owned)))
    }
}

impl TryFrom<String> for Address {
    type Error = NotAnAddress;
    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_as_they_are_written() {
        for text in ["Dispatch/store-0417", "Dispatch/store-0417[rear]", "NocTicket/a.b", "Dispatch/a[A_1.x]"] {
            assert_eq!(text.parse::<Address>().map(|a| a.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn an_address_without_a_key_means_every_location() {
        let target = Address::new("Dispatch", "a");
        let covered =
            ["Dispatch/a", "Dispatch/a[x]", "Dispatch/ab", "NocTicket/a"].map(|text| text.parse().is_ok_and(|other| target.covers(&other)));
        assert_eq!(covered, [true, true, false, false]);
        assert!(!target.clone().with_key(Some("x".to_owned())).covers(&target));
    }

    #[test]
    fn what_is_no_address_says_how_one_looks() {
        for text in [
            "",
            "store",
            "Dispatch/",
            "Dispatch/Store",
            "dispatch/a",
            "Dispatch/a[",
            "Dispatch/a[]",
            "Dispatch/a[b",
            "Dispatch/-a",
            "Dispatch/a b",
        ] {
            assert_eq!(text.parse::<Address>(), Err(NotAnAddress(text.to_owned())), "{text}");
        }
    }
}
