//! The names of a list's columns.
//!
//! Owns looking one up, and what is said of one that is not there. Refuses to guess: a near name is offered, never taken.

use std::collections::HashMap;

use crate::diagnostics::Diagnostic;
use crate::systems::nearest;

/// The code of a column that is asked for in vain.
pub const UNKNOWN: &str = "rollout/unknown-column";

/// Names listed in a message; a sheet may have hundreds.
const LISTED: usize = 30;

/// The columns of a list of sites, in its order.
#[derive(Debug)]
pub struct Columns {
    /// What the list is called: its file, or `the list`.
    pub list: String,
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Columns {
    /// A column without a name cannot be asked for.
    pub fn new(list: impl Into<String>, names: Vec<String>) -> Self {
        let places = names.iter().enumerate().filter(|(_, name)| !name.is_empty()).map(|(at, name)| (name.clone(), at)).collect();
        Self { list: list.into(), names, places }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.names.len()
    }

    /// The number of a column.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// What to say where a column is asked for that the list does not have.
    pub fn unknown(&self, name: &str) -> Diagnostic {
        let named: Vec<&str> = self.names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        let listed = named.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
        let more = named.len().checked_sub(LISTED).filter(|more| *more > 0).map(|more| format!(" and {more} more")).unwrap_or_default();
        let near = nearest(name, named.iter().copied()).map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default();
        Diagnostic::error(UNKNOWN, format!("{} has no column `{name}`", self.list)).help(format!("{near}The columns are: {listed}{more}."))
    }
}
