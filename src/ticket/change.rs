//! One difference between two sets of fields.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Fields;

/// One field that differs. `None` is an absent value, in JSON null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The vendor's own name of it.
    pub field: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl Change {
    /// Whether both sides have a value: a real difference, whatever one side may not show.
    pub fn is_between_values(&self) -> bool {
        self.before.is_some() && self.after.is_some()
    }
}

/// Whether these words of `lifecycle.ignore_changes` mean this field. Who ignores a field ignores all of its parts.
pub fn is_ignored(name: &str, ignored: &BTreeSet<String>) -> bool {
    ignored.contains(name) || name.split_once('.').is_some_and(|(whole, _)| ignored.contains(whole))
}

/// Every field whose value differs, but for the ignored ones; by name.
pub fn changes(before: &Fields, after: &Fields, ignored: &BTreeSet<String>) -> Vec<Change> {
    let names: BTreeSet<&str> = before.iter().chain(after.iter()).map(|(name, _)| name).collect();
    names
        .into_iter()
        .filter(|name| !is_ignored(name, ignored) && before.get(name) != after.get(name))
        .map(|name| Change { field: name.to_owned(), before: before.get(name).cloned(), after: after.get(name).cloned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn who_ignores_a_field_ignores_its_parts_and_no_others() {
        let fields = |rack: &str| -> Fields {
            let entries = [("custom_fields.Rack", rack), ("custom", rack), ("subject", "x")];
            entries.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
        };
        let differing = |ignored: &[&str]| -> Vec<String> {
            let ignored = ignored.iter().map(|name| (*name).to_owned()).collect();
            changes(&fields("a"), &fields("b"), &ignored).into_iter().map(|change| change.field).collect()
        };
        assert_eq!(differing(&[]), ["custom", "custom_fields.Rack"]);
        assert_eq!(differing(&["custom_fields"]), ["custom"]);
        assert_eq!(differing(&["custom"]), ["custom_fields.Rack"]);
        assert_eq!(differing(&["custom_fields.Rack"]), ["custom"]);
    }
}
