//! Taking out of texts what names somebody.
//!
//! Owns what becomes of a value and of a text. Refuses to know where in a plan they stand.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use aho_corasick::AhoCorasick;
use serde_json::Value;

use super::folding::Folded;
use super::walk::Visitor;
use super::{Found, HIDDEN, is_personal_part, is_prose, personal, traces};
use crate::ticket::Digest;

/// Where a text only reads like a way to reach somebody.
pub(super) type Guess = fn(&str) -> Vec<Range<usize>>;

/// Takes out what was found.
pub(super) struct Mask {
    known: Option<AhoCorasick>,
    /// How texts are shown that name somebody whom only the plan knew before contacts were left out of it.
    told: BTreeMap<Digest, String>,
    fields: HashMap<(String, String), bool>,
}

impl Mask {
    pub fn new(found: Found) -> Self {
        let known = AhoCorasick::new(&found.values);
        // More than memory has room for cannot be looked for; texts are then hidden as a whole.
        Self { known: known.ok(), told: BTreeMap::new(), fields: found.fields }
    }

    /// Shows these texts as they were shown before.
    pub fn with_told(self, told: BTreeMap<Digest, String>) -> Self {
        Self { told, ..self }
    }

    /// Without the values that are known; of what only reads like a way to reach somebody, `guess` says how much.
    pub fn clean(&self, text: &mut String, guess: Guess) {
        if let Some(told) = if self.told.is_empty() { None } else { self.told.get(&Digest::of(text)) } {
            text.clone_from(told);
        }
        let Some(known) = &self.known else {
            HIDDEN.clone_into(text);
            return;
        };
        let mut hidden = names(known, text);
        hidden.extend(guess(text));
        if !hidden.is_empty() {
            *text = without(text, hidden);
        }
    }

    fn mask(&self, kind: &str, field: &str, value: &mut Value) {
        match value {
            Value::String(text) if is_prose(kind, field) => self.clean(text, traces::in_prose),
            Value::String(text) => *text = without(text, traces::in_words(text)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask(kind, field, item)),
            Value::Object(entries) => {
                for (name, entry) in entries.iter_mut() {
                    if is_personal_part(kind, name) { hide(entry) } else { self.mask(kind, name, entry) }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

impl Visitor for Mask {
    fn value(&mut self, kind: &str, field: &str, value: &mut Value) {
        if personal(&mut self.fields, kind, field) { hide(value) } else { self.mask(kind, field, value) }
    }

    fn text(&mut self, text: &mut String) {
        self.clean(text, traces::in_words);
    }

    fn name(&mut self, name: &mut String) {
        self.clean(name, traces::emails);
    }
}

/// Where a value that is known stands as words of its own, however it is written there.
fn names(known: &AhoCorasick, text: &str) -> Vec<Range<usize>> {
    if known.patterns_len() == 0 {
        return Vec::new();
    }
    let folded = Folded::of(text);
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let stands_alone = |range: &Range<usize>| {
        let (before, after) = (folded.text.get(..range.start), folded.text.get(range.end..));
        !is_word(before.and_then(|before| before.chars().next_back())) && !is_word(after.and_then(|after| after.chars().next()))
    };
    let found = known.find_overlapping_iter(folded.text.as_str()).map(|found| found.range()).filter(stands_alone);
    found.filter_map(|range| folded.written(&range)).collect()
}

/// That there is nothing tells nothing about anybody.
fn hide(value: &mut Value) {
    let is_empty = match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    if !is_empty {
        *value = HIDDEN.into();
    }
}

/// The text without these stretches of it.
fn without(text: &str, mut hidden: Vec<Range<usize>>) -> String {
    hidden.sort_by_key(|range| (range.start, range.end));
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for range in hidden {
        if range.start >= at {
            shown.push_str(text.get(at..range.start).unwrap_or_default());
            shown.push_str(HIDDEN);
        }
        at = at.max(range.end);
    }
    shown + text.get(at..).unwrap_or_default()
}
