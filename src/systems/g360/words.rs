//! What people are told about a value that a look-up does not know.

use crate::systems::{Finding, near, ranked};

pub const MACNUM: &str = "online/macnum";
pub const CONFIGURATION: &str = "online/configuration";
pub const TYPE: &str = "online/type";
pub const SUBTYPE: &str = "online/subtype";
pub const ISSUE: &str = "online/issue";
/// An answer may have left something out.
pub const INCOMPLETE: &str = "online/incomplete";

/// Valid values that one message names.
const MOST: usize = 5;

/// A valid value, and what people call it.
pub struct Valid<'a> {
    pub value: &'a str,
    pub name: &'a str,
}

impl Valid<'_> {
    fn shown(&self) -> String {
        if self.name.is_empty() { format!("`{}`", self.value) } else { format!("`{}` ({})", self.value, self.name) }
    }
}

/// An error at a value, with the valid ones that may be meant, or else with the nearest of them.
pub fn unknown(code: &'static str, pointer: String, message: String, offer: &Offer<'_>) -> Finding {
    let finding = Finding::error(code, pointer, message);
    offer.words().into_iter().fold(finding, Finding::help)
}

/// What could be written instead.
pub struct Offer<'a> {
    pub written: &'a str,
    /// Begins the sentence: `Its configurations are`.
    pub all: &'a str,
    pub valid: Vec<Valid<'a>>,
}

impl Offer<'_> {
    fn words(&self) -> Option<String> {
        let named = |value: &str| self.valid.iter().find(|valid| valid.value == value).map(Valid::shown);
        let values = || self.valid.iter().map(|valid| valid.value);
        let near: Vec<String> = near(self.written, values()).into_iter().take(MOST).filter_map(named).collect();
        if !near.is_empty() {
            return Some(format!("Did you mean {}?", near.join(" or ")));
        }
        let some: Vec<String> = ranked(self.written, values()).into_iter().take(MOST).filter_map(|(_, value)| named(value)).collect();
        let nearest = if some.len() < self.valid.len() { ", among others and nearest first," } else { "" };
        (!some.is_empty()).then(|| format!("{}{nearest} {}.", self.all, some.join(", ")))
    }
}
