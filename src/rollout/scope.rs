//! What an expression sees: one site, by its columns, its wave, its visit, and the rollout's name.
//!
//! Owns the site as a value. Refuses to be undefined quietly: a column that the list does not have is remembered, so that a
//! comparison with it, which would just be false, is told as the mistake that it is.

use std::sync::{Arc, Mutex};

use minijinja::context;
use minijinja::value::{Object, Value};

use super::columns::Columns;
use super::schedule::Visit;
use super::waves::Member;
use crate::diagnostics::Diagnostic;

/// A site for expressions.
#[derive(Debug)]
pub struct Scope {
    cells: Arc<Cells>,
    value: Value,
}

#[derive(Debug)]
struct Cells {
    columns: Arc<Columns>,
    values: Vec<Value>,
    /// The first column that was asked for in vain since somebody looked.
    missing: Mutex<Option<String>>,
}

impl Object for Cells {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        let found = self.columns.find(name).and_then(|at| self.values.get(at)).cloned();
        if found.is_none()
            && let Ok(mut missing) = self.missing.lock()
        {
            missing.get_or_insert_with(|| name.to_owned());
        }
        found
    }
}

impl Scope {
    pub fn new(rollout: &str, member: Member<'_>, columns: &Arc<Columns>, visit: Option<&Visit>) -> Self {
        let values = member.site.cells.iter().map(|cell| Value::from(cell.as_str())).collect();
        let cells = Arc::new(Cells { columns: Arc::clone(columns), values, missing: Mutex::new(None) });
        let site = context! { site => Value::from_dyn_object(Arc::clone(&cells)), rollout => context! { name => rollout } };
        let site = match member.wave {
            Some(wave) => context! { wave => context! { name => wave.name.as_str() }, ..site },
            None => site,
        };
        let value = match visit {
            Some(Visit { start, end, timezone, .. }) => {
                context! { visit => context! { start => start.to_string(), end => end.to_string(), timezone => timezone }, ..site }
            }
            None => site,
        };
        Self { cells, value }
    }

    /// The value that expressions are given.
    pub fn value(&self) -> Value {
        self.value.clone()
    }

    /// What is wrong if a column was asked for in vain since the last call.
    pub fn missing(&self) -> Option<Diagnostic> {
        let name = self.cells.missing.lock().ok()?.take()?;
        Some(self.cells.columns.unknown(&name))
    }
}
