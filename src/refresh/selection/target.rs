//! `--target`: a ticket by its address, or a rollout's tickets by its name.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ticket::{Address, NotAnAddress, RolloutSite, is_name};

const ROLLOUT: &str = "Rollout/";

/// What `--target` names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub enum Target {
    /// A ticket. Without a location's key, every location of its document.
    Ticket(Address),
    /// The tickets of a rollout; with a key, those of one site. A key is whatever the list of sites has: more than an address may hold.
    Rollout { name: String, key: Option<String> },
}

impl Target {
    /// Whether it selects this ticket. `site` is the ticket's, if a rollout made it.
    pub fn selects(&self, address: &Address, site: Option<&RolloutSite>) -> bool {
        match self {
            Self::Ticket(target) => target.covers(address),
            Self::Rollout { name, key } => {
                site.is_some_and(|site| site.rollout == *name && key.as_ref().is_none_or(|key| *key == site.key))
            }
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ticket(address) => address.fmt(f),
            Self::Rollout { name, key: None } => write!(f, "{ROLLOUT}{name}"),
            Self::Rollout { name, key: Some(key) } => write!(f, "{ROLLOUT}{name}[{key}]"),
        }
    }
}

/// Why a text is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotATarget {
    #[error(transparent)]
    Ticket(#[from] NotAnAddress),
    #[error("`{0}` names no rollout; one looks like Rollout/NAME, and one site of it like Rollout/NAME[KEY]")]
    Rollout(String),
}

impl FromStr for Target {
    type Err = NotATarget;

    fn from_str(text: &str) -> Result<Self, NotATarget> {
        let Some(rest) = text.strip_prefix(ROLLOUT) else { return Ok(Self::Ticket(text.parse()?)) };
        let wrong = || NotATarget::Rollout(text.to_owned());
        let (name, key) = match rest.split_once('[') {
            None => (rest, None),
            Some((name, key)) => (name, Some(key.strip_suffix(']').filter(|key| !key.is_empty()).ok_or_else(wrong)?)),
        };
        if !is_name(name) {
            return Err(wrong());
        }
        Ok(Self::Rollout { name: name.to_owned(), key: key.map(str::to_owned) })
    }
}

impl TryFrom<String> for Target {
    type Error = NotATarget;
    fn try_from(text: String) -> Result<Self, NotATarget> {
        text.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_read_as_they_are_written() {
        for text in ["Dispatch/store-0417", "Dispatch/store-0417[rear]", "Rollout/sdwan", "Rollout/sdwan[Store 4/17]", "Rollout/a[b]c]"] {
            assert_eq!(text.parse::<Target>().map(|target| target.to_string()), Ok(text.to_owned()));
        }
        for text in ["Rollout/", "Rollout/Big", "Rollout/a[", "Rollout/a[]", "Rollout/a[b"] {
            assert_eq!(text.parse::<Target>(), Err(NotATarget::Rollout(text.to_owned())), "{text}");
        }
        assert_eq!("store".parse::<Target>(), Err(NotATarget::Ticket(NotAnAddress("store".to_owned()))));
    }

    #[test]
    fn a_rollout_selects_its_own_sites_and_no_others() {
        let address = Address::new("Dispatch", "a");
        let site = RolloutSite { rollout: "sdwan".to_owned(), key: "0417".to_owned(), wave: None };
        let selects = |text: &str, site: Option<&RolloutSite>| text.parse::<Target>().expect("a target").selects(&address, site);
        assert!(selects("Rollout/sdwan", Some(&site)) && selects("Rollout/sdwan[0417]", Some(&site)));
        assert!(!selects("Rollout/sdwan", None) && !selects("Rollout/sdwan[417]", Some(&site)) && !selects("Rollout/wifi", Some(&site)));
    }
}
