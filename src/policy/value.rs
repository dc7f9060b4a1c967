//! The values that expressions are given.
//!
//! Owns three objects: one with a fixed set of names, one with names that people choose, and one for what is not there. All remember what
//! was asked for in vain. For a fixed name that is a mistake, whatever came of it: a rule must not be silent for that reason. For a chosen
//! one it explains a failure, if there is one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use minijinja::value::{Enumerator, Object, Value};
use minijinja::{Error, ErrorKind};

use super::names::told;
use crate::expression::{endless, words};

/// What was asked for in vain since somebody looked.
#[derive(Debug, Clone, Default)]
pub struct Misses(Arc<Mutex<Missed>>);

/// The first of each sort.
#[derive(Debug, Default)]
struct Missed {
    mistake: Option<String>,
    hint: Option<String>,
}

impl Misses {
    fn mistake(&self, why: impl FnOnce() -> String) {
        if let Ok(mut missed) = self.0.lock() {
            missed.mistake.get_or_insert_with(why);
        }
    }

    fn hint(&self, why: impl FnOnce() -> String) {
        if let Ok(mut missed) = self.0.lock() {
            missed.hint.get_or_insert_with(why);
        }
    }

    /// What an expression came to, since the last call. One that asked for a fixed name in vain fails, whatever it came to.
    pub fn judged<T>(&self, made: Result<T, Error>) -> Result<T, String> {
        let Missed { mistake, hint } = self.0.lock().map(|mut missed| std::mem::take(&mut *missed)).unwrap_or_default();
        match (made, mistake) {
            (_, Some(mistake)) => Err(mistake),
            (Ok(made), None) => Ok(made),
            (Err(error), None) if error.kind() == ErrorKind::UndefinedError => Err(hint.unwrap_or_else(|| words(&error))),
            (Err(error), None) => Err(endless(&error).map_or_else(|| words(&error), |(message, _)| message.to_owned())),
        }
    }

    /// A value with names that people choose. `path` leads to it.
    pub fn open(&self, path: &'static str, entries: impl IntoIterator<Item = (String, Value)>) -> Value {
        Value::from_object(Open { path, entries: entries.into_iter().collect(), misses: self.clone() })
    }

    /// A value with these names and no others.
    pub fn closed(&self, path: &'static str, entries: Vec<(Cow<'static, str>, Value)>) -> Value {
        Value::from_object(Closed { path, entries, misses: self.clone() })
    }

    /// A value that is not there: false, and whatever is asked of it fails. `why` is a whole sentence for people.
    pub fn absent(&self, why: impl Into<Cow<'static, str>>) -> Value {
        Value::from_object(Absent { why: why.into(), is_there: false, misses: self.clone() })
    }

    /// A value that is there, and that nobody knows: true, and whatever is asked of it fails.
    pub fn unknown(&self, why: impl Into<Cow<'static, str>>) -> Value {
        Value::from_object(Absent { why: why.into(), is_there: true, misses: self.clone() })
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
            self.misses.mistake(|| {
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
struct Open {
    path: &'static str,
    entries: BTreeMap<String, Value>,
    misses: Misses,
}

impl Object for Open {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        let found = self.entries.get(name).cloned();
        if found.is_none() {
            let path = self.path;
            self.misses.hint(|| format!("`{path}.{name}` is not there; `{path}.{name} | default(\"\")` is an empty text then"));
        }
        found
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.entries.keys().map(Value::from).collect())
    }
}

#[derive(Debug)]
struct Absent {
    why: Cow<'static, str>,
    is_there: bool,
    misses: Misses,
}

impl Object for Absent {
    fn get_value(self: &Arc<Self>, _: &Value) -> Option<Value> {
        self.misses.mistake(|| self.why.to_string());
        None
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.is_there
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("None")
    }
}
