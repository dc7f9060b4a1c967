//! What a system tells of creates before they are sent: what each costs, and where its account says that the site is.
//!
//! Owns what comes back, and what is kept of it for a while. Refuses to keep what was not told: a cost that nobody knows is asked for again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diagnostics::Diagnostic;
use crate::ticket::{Account, Cost};

/// What is known of one create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    pub cost: Cost,
    pub account: Option<Account>,
}

/// What is known of several.
#[derive(Debug, Clone, Default)]
pub struct Estimates {
    /// For each of them, in the order of the question.
    pub each: Vec<Estimate>,
    /// What concerns all of them: that the system did not answer.
    pub about_all: Vec<Diagnostic>,
}

/// What was told before, for a while.
pub struct Kept {
    now: Timestamp,
    entries: Entries,
    /// Puts since it was saved.
    unsaved: usize,
    save: Save,
}

/// Keeps all of it for the next run.
pub type Save = Box<dyn Fn(&Entries) + Send + Sync>;

/// It is saved after so many answers, and at the end: thousands of them take hours, and a run may be stopped before.
const ANSWERS: usize = 60;

/// What is kept, by a key of the system's own.
pub type Entries = BTreeMap<String, Entry>;

/// One answer, and for how long it is good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    since: Timestamp,
    until: Timestamp,
    told: Value,
}

impl Kept {
    /// Of these, only what is still good at this moment. What was told later than now was told by a clock that was set back since.
    pub fn at(now: Timestamp, entries: Entries, save: Save) -> Self {
        let is_good = |entry: &Entry| entry.since <= now && now < entry.until;
        Self { now, entries: entries.into_iter().filter(|(_, entry)| is_good(entry)).collect(), unsaved: 0, save }
    }

    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_value(self.entries.get(key)?.told.clone()).ok()
    }

    pub fn put(&mut self, key: String, told: &impl Serialize, hours: i64) {
        let until = self.now.checked_add(SignedDuration::from_hours(hours));
        if let (Ok(until), Ok(told)) = (until, serde_json::to_value(told)) {
            self.entries.insert(key, Entry { since: self.now, until, told });
            self.unsaved += 1;
        }
        if self.unsaved >= ANSWERS {
            self.save();
        }
    }

    /// Saves what is not saved yet.
    pub fn save(&mut self) {
        if self.unsaved > 0 {
            (self.save)(&self.entries);
            self.unsaved = 0;
        }
    }

    pub fn entries(&self) -> &Entries {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn what_was_told_is_good_for_its_time_and_for_no_other() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let told = "2027-01-04T12:00:00Z";
        let mut kept = Kept::at(at(told), Entries::new(), Box::new(|_| {}));
        kept.put("a".to_owned(), &7_u64, 24);
        let later = |moment: &str| Kept::at(at(moment), kept.entries().clone(), Box::new(|_| {})).get::<u64>("a");
        assert_eq!(later(told), Some(7));
        assert_eq!(later("2027-01-05T11:59:59Z"), Some(7));
        assert_eq!(later("2027-01-05T12:00:00Z"), None);
        assert_eq!(later("2027-01-04T11:59:59Z"), None, "the clock was set back");
        assert_eq!(kept.get::<Vec<String>>("a"), None, "something else than was kept");
    }

    #[test]
    fn it_is_saved_now_and_then_and_at_the_end() {
        let saved = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&saved);
        let save: Save = Box::new(move |entries| seen.lock().expect("the list").push(entries.len()));
        let mut kept = Kept::at(Timestamp::UNIX_EPOCH, Entries::new(), save);
        kept.save();
        (0..130).for_each(|number| kept.put(number.to_string(), &number, 1));
        kept.save();
        kept.save();
        assert_eq!(*saved.lock().expect("the list"), [60, 120, 130]);
    }
}
