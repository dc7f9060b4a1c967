//! What a step says of itself: its mark, whether a person is asked, and what is typed next.

use super::{Action, Step, Take};
use crate::diagnostics::typed;
use crate::state::{Event, Key};
use crate::ticket::Address;

impl Step {
    /// The next step for a person, with the command to type.
    pub fn next_step(&self) -> Option<String> {
        let own = self.key.to_string();
        // In quotes where a shell would take a location's key for a pattern.
        let (visit, target) = (typed(self.settles.as_deref().unwrap_or(&own)), typed(&self.key.address.to_string()));
        self.action.reason()?.next_step(&visit, &target)
    }

    /// The mark in the text form of a plan.
    pub fn sign(&self) -> char {
        if matches!(self.action, Action::Keep) && self.renamed_from().is_some() { '=' } else { self.action.sign() }
    }

    /// The address that a record is renamed from, if this step renames one.
    pub fn renamed_from(&self) -> Option<&Address> {
        self.events.iter().find_map(|event| if let Event::Moved { key, .. } = event { Some(&key.address) } else { None })
    }

    /// Whether it is about this record, which it may also be renaming.
    pub fn is_of(&self, key: &Key) -> bool {
        let is_renamed = |event: &Event| matches!(event, Event::Moved { key: from, to, .. } if from == key && *to == self.key);
        self.key == *key || self.events.iter().any(is_renamed)
    }

    /// Whether a person is asked before it is applied.
    pub fn is_change(&self) -> bool {
        self.action.is_write() || matches!(self.action, Action::Adopt { .. } | Action::Retire { .. }) || self.renamed_from().is_some()
    }

    /// Whether somebody has to act on it outside of apply.
    pub fn needs_person(&self) -> bool {
        matches!(self.action, Action::Blocked { .. } | Action::InDoubt { .. })
    }

    /// Whether `--take` has an effect on it. Its remarks end with the flag then.
    pub fn is_taken(&self, take: Take) -> bool {
        let flag = format!("({take})");
        self.notes.iter().any(|note| note.ends_with(&flag))
    }

    /// Whether the text form lists it: all but what is unchanged and has nothing to tell.
    pub fn is_listed(&self) -> bool {
        !matches!(self.action, Action::Keep) || !self.notes.is_empty() || !self.drift.is_empty() || self.renamed_from().is_some()
    }
}
