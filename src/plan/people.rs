//! A plan without the people in it, for reports that more eyes see than the plan itself: comments, job summaries, pages.
//!
//! Owns what is hidden: the values of fields that name a person or how to reach one, the same values wherever else they stand, and
//! whatever reads like an e-mail address or a telephone number. Refuses to guess names: a name that stands in free text alone is not
//! known to be one. Addresses, files, waves and policies keep their names.

mod folding;
mod mask;
mod traces;
pub(super) mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use self::folding::Folded;
use self::mask::{Guess, Mask};
use self::walk::Visitor;
use super::Plan;
use crate::systems::{About, Compare, by_kind};
use crate::ticket::Digest;

/// What stands in place of a value.
pub const HIDDEN: &str = "(hidden)";

impl Plan {
    /// A copy for reports. Nothing can be applied from it.
    #[must_use]
    pub fn without_people(&self) -> Self {
        let mut plan = self.clone();
        let mut found = Found::default();
        walk::plan(&mut plan, &mut found);
        walk::plan(&mut plan, &mut Mask::new(found).with_told(self.hidden.clone()));
        plan
    }
}

/// The people of a plan, to be left out of texts that go with it, such as what a server says while it is applied.
pub struct People(Mask);

impl Default for People {
    /// Nobody is known: what reads like a way to reach somebody is left out all the same.
    fn default() -> Self {
        Self(Mask::new(Found::default()))
    }
}

impl People {
    pub fn of(plan: &Plan) -> Self {
        let mut found = Found::default();
        walk::plan(&mut plan.clone(), &mut found);
        Self(Mask::new(found))
    }

    /// The text without them.
    #[must_use]
    pub fn hidden_in(&self, text: &str) -> String {
        let mut text = text.to_owned();
        self.0.clean(&mut text, traces::in_words);
        text
    }
}

impl People {
    /// How each text of the plan that names one of them is shown, by the digest of the text: for whoever does not know them any more.
    pub(super) fn hidden_in_texts(&self, plan: &Plan) -> BTreeMap<Digest, String> {
        let mut texts = Texts { people: &self.0, nobody: Mask::new(Found::default()), hidden: BTreeMap::new() };
        walk::plan(&mut plan.clone(), &mut texts);
        texts.hidden
    }
}

/// Collects texts that are shown otherwise by who knows the people of the plan.
struct Texts<'a> {
    people: &'a Mask,
    nobody: Mask,
    hidden: BTreeMap<Digest, String>,
}

impl Texts<'_> {
    fn collect(&mut self, text: &str, guess: Guess) {
        let (mut known, mut guessed) = (text.to_owned(), text.to_owned());
        self.people.clean(&mut known, guess);
        self.nobody.clean(&mut guessed, guess);
        if known != guessed {
            self.hidden.entry(Digest::of(text)).or_insert(known);
        }
    }

    fn look_into(&mut self, kind: &str, value: &Value) {
        match value {
            Value::String(text) => self.collect(text, traces::in_prose),
            Value::Array(items) => items.iter().for_each(|item| self.look_into(kind, item)),
            Value::Object(entries) => {
                entries.iter().filter(|(name, _)| !is_personal_part(kind, name)).for_each(|(_, entry)| self.look_into(kind, entry));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

impl Visitor for Texts<'_> {
    fn value(&mut self, kind: &str, field: &str, value: &mut Value) {
        // Such a value is not in the file at all.
        if !names_somebody(kind, field, value) {
            self.look_into(kind, value);
        }
    }

    fn text(&mut self, text: &mut String) {
        self.collect(text, traces::in_words);
    }

    fn name(&mut self, name: &mut String) {
        self.collect(name, traces::emails);
    }
}

/// Whether a field names a person or how to reach one. What no table knows is taken for it: better too little is shown than too much.
fn is_personal(kind: &str, field: &str) -> bool {
    let Some(row) = by_kind(kind).and_then(|system| system.row(field)) else { return true };
    // The fields of an installation's own are in one row; only their names tell what they are about.
    row.about == About::Person || (row.name != field && names_a_person(field))
}

/// Whether a value names a person or how to reach one, as a whole or in a part of it.
pub(super) fn names_somebody(kind: &str, field: &str, value: &Value) -> bool {
    fn has_part(kind: &str, value: &Value) -> bool {
        match value {
            Value::Object(entries) => entries.iter().any(|(name, entry)| is_personal_part(kind, name) || has_part(kind, entry)),
            Value::Array(items) => items.iter().any(|item| has_part(kind, item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }
    is_personal(kind, field) || has_part(kind, value)
}

/// Whether a part of another field's value does, such as an entry of a list.
fn is_personal_part(kind: &str, part: &str) -> bool {
    by_kind(kind).and_then(|system| system.row(part)).map_or_else(|| names_a_person(part), |row| row.about == About::Person)
}

fn names_a_person(name: &str) -> bool {
    let name = name.to_lowercase();
    ["contact", "phone", "mobile", "email", "e-mail"].iter().any(|word| name.contains(word))
}

/// Texts that are one of a system's own values, a date or an account all the same.
const NO_PROSE: [&str; 24] = [
    "service_type",
    "account_macnum",
    "service_id",
    "scheduling_type",
    "board_name",
    "category",
    "sub_category",
    "type_name",
    "subtype_name",
    "sub_type",
    "status",
    "status_name",
    "priority",
    "escalation_level",
    "source",
    "updater_type",
    "due_date",
    "cid",
    "company_id",
    "ticket_followup_date",
    "ticket_action_required_date",
    "created_date",
    "id",
    "state",
];

/// Whether people write there what they like. Elsewhere no name is looked for: a contact that is called like a service or a date would
/// hide from the reviewer what is done, and when.
fn is_prose(kind: &str, field: &str) -> bool {
    by_kind(kind).and_then(|system| system.row(field)).is_none_or(|row| match row.compare {
        Compare::Text | Compare::List | Compare::Reworded | Compare::Marked | Compare::CreateOnly => !NO_PROSE.contains(&row.name),
        Compare::Phone | Compare::Integer | Compare::Boolean | Compare::Moment | Compare::Preset => false,
    })
}

/// The values of personal fields, as texts that are looked for elsewhere.
#[derive(Default)]
struct Found {
    values: BTreeSet<String>,
    fields: HashMap<(String, String), bool>,
}

impl Visitor for Found {
    fn value(&mut self, kind: &str, field: &str, value: &mut Value) {
        if personal(&mut self.fields, kind, field) { self.keep(value) } else { self.look_into(kind, value) }
    }

    fn text(&mut self, _: &mut String) {}

    fn name(&mut self, _: &mut String) {}
}

/// The same question is asked for every ticket.
fn personal(known: &mut HashMap<(String, String), bool>, kind: &str, field: &str) -> bool {
    *known.entry((kind.to_owned(), field.to_owned())).or_insert_with(|| is_personal(kind, field))
}

impl Found {
    fn look_into(&mut self, kind: &str, value: &Value) {
        match value {
            Value::Object(entries) => {
                for (name, entry) in entries {
                    if is_personal_part(kind, name) { self.keep(entry) } else { self.look_into(kind, entry) }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.look_into(kind, item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn keep(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.keep_text(text),
            Value::Number(number) => self.keep_text(&number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.keep(item)),
            // What a contact is for is no name.
            Value::Object(entries) => entries.iter().filter(|(name, _)| *name != "type").for_each(|(_, entry)| self.keep(entry)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// What is too short to be told from any other word, such as an extension, is hidden in its own field alone.
    fn keep_text(&mut self, text: &str) {
        let folded = Folded::of(text).text;
        let text = folded.trim();
        let is_number = text.chars().all(|c| c.is_ascii_digit());
        let shortest = if is_number { 7 } else { 3 };
        if text.chars().count() >= shortest {
            self.values.insert(text.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
