//! `--selector`: tickets by a label.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `region=west`, `region!=west`, or `region`: a ticket that has the label at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Selector {
    pub label: String,
    pub test: Test,
}

/// What is asked of the label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    Is(String),
    /// Another value, or no such label.
    IsNot(String),
    IsThere,
}

impl Selector {
    pub fn selects(&self, labels: &BTreeMap<String, String>) -> bool {
        let own = labels.get(&self.label);
        match &self.test {
            Test::Is(value) => own == Some(value),
            Test::IsNot(value) => own != Some(value),
            Test::IsThere => own.is_some(),
        }
    }

    /// Whether a ticket with these labels shows that the words of the selector mean something. A misspelt `region!=wset` would select
    /// everything: so something must have the value that it leaves out, too.
    pub fn is_known_from(&self, labels: &BTreeMap<String, String>) -> bool {
        let own = labels.get(&self.label);
        match &self.test {
            Test::Is(value) | Test::IsNot(value) => own == Some(value),
            Test::IsThere => own.is_some(),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            Test::Is(value) => write!(f, "{}={value}", self.label),
            Test::IsNot(value) => write!(f, "{}!={value}", self.label),
            Test::IsThere => f.write_str(&self.label),
        }
    }
}

/// Why a text is no selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` selects by no label; a selector looks like LABEL=VALUE, LABEL!=VALUE or LABEL")]
pub struct NotASelector(pub String);

impl FromStr for Selector {
    type Err = NotASelector;

    fn from_str(words: &str) -> Result<Self, NotASelector> {
        let (label, test) = match words.split_once('=') {
            None => (words, Test::IsThere),
            Some((label, value)) => match label.strip_suffix('!') {
                Some(label) => (label, Test::IsNot(value.to_owned())),
                None => (label, Test::Is(value.to_owned())),
            },
        };
        if label.is_empty() || label.contains('!') {
            return Err(NotASelector(words.to_owned()));
        }
        Ok(Self { label: label.to_owned(), test })
    }
}

impl TryFrom<String> for Selector {
    type Error = NotASelector;
    fn try_from(text: String) -> Result<Self, NotASelector> {
        text.parse()
    }
}

impl From<Selector> for String {
    fn from(selector: Selector) -> Self {
        selector.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_read_as_they_are_written() {
        for text in ["region=west", "region!=west", "region", "note=a=b", "note="] {
            assert_eq!(text.parse::<Selector>().map(|selector| selector.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "=west", "!=west", "region!", "!region"] {
            assert_eq!(text.parse::<Selector>(), Err(NotASelector(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_ticket_without_the_label_is_another_one() {
        let west = BTreeMap::from([("region".to_owned(), "west".to_owned())]);
        let selects = |text: &str| {
            let selector: Selector = text.parse().expect("a selector");
            [&west, &BTreeMap::new()].map(|labels| selector.selects(labels))
        };
        assert_eq!(selects("region=west"), [true, false]);
        assert_eq!(selects("region!=west"), [false, true]);
        assert_eq!(selects("region!=east"), [true, true]);
        assert_eq!(selects("region"), [true, false]);
    }
}
