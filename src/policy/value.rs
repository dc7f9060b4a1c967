//! The values that expressions are given.
//!
//! Owns two objects: one with a fixed set of names, and one for what is not there. Both remember what was asked for in vain, because an
//! expression that compares nothing with something is just false, and a rule must not be silent for that reason.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex};

use minijinja::value::{Enumerator, Object, Value};

use super::names::told;

/// What was asked for in vain since somebody looked.
#[derive(Debug, Clone, Default)]
pub struct Misses(Arc<Mutex<Option<String>>>);

impl Misses {
    fn add(&self, why: impl FnOnce() -> String) {
        if let Ok(mut first) = self.0.lock() {
            first.get_or_insert_with(why);
        }
    }

    /// The first of them, once.
    pub fn take(&self) -> Option<String> {
        self.0.lock().ok()?.take()
    }

    /// A value with these names and no others.
    pub fn closed(&self, path: &'static str, entries: Vec<(Cow<'static, str>, Value)>) -> Value {
        Value::from_object(Closed { path, entries, misses: self.clone() })
    }

    /// A value that is not there: false, and whatever is asked of it fails. `why` is a whole sentence for people.
    pub fn absent(&self, why: impl Into<Cow<'static, str>>) -> Value {
        Value::from_object(Absent { why: why.into(), misses: self.clone() })
    }
}

#[derive(Debug)]
struct Closed {
    path: &'static str,
    entries: Vec<(Cow<'static, str>, Value)>,
    misses: Misses,
}

impl Object for Closed {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        let found = self.entries.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        if found.is_none() {
            self.misses.add(|| {
                let all: Vec<&str> = self.entries.iter().map(|(own, _)| &**own).collect();
                told(self.path, name, &all).message
            });
        }
        found
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.entries.iter().map(|(name, _)| Value::from(&**name)).collect())
    }
}

#[derive(Debug)]
struct Absent {
    why: Cow<'static, str>,
    misses: Misses,
}

impl Object for Absent {
    fn get_value(self: &Arc<Self>, _: &Value) -> Option<Value> {
        self.misses.add(|| self.why.to_string());
        None
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("none")
    }
}
