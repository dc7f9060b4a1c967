//! The issues that a ticket of one type and subtype can have.

use std::collections::BTreeMap;

use serde_json::Value;

use super::asker::{Asker, Subject};
use super::{API, Wanted};
use crate::systems::Finding;
use crate::systems::g360::rows::text;
use crate::systems::g360::words::{ISSUE, Offer, Valid, unknown};

/// Where the list is in the answer: the one name of it that the vendor prints.
const LIST: &str = "ticket_issues_dropdown_values";

/// The parts of an entry that may be its name, where an entry is no plain text.
const NAMES: [&str; 4] = ["issue_name", "name", "value", "label"];

#[derive(Debug, Default)]
pub struct Issues(BTreeMap<(String, String), Option<Vec<String>>>);

impl Issues {
    /// The list for a ticket's type and subtype, asked for once; `None` without an answer.
    pub async fn of(&mut self, asker: &mut Asker<'_>, ticket: &Wanted) -> Option<&Vec<String>> {
        let key = (ticket.type_name.clone(), ticket.subtype_name.clone());
        if !self.0.contains_key(&key) {
            let list = list(asker, ticket).await;
            self.0.insert(key.clone(), list);
        }
        self.0.get(&key)?.as_ref()
    }
}

async fn list(asker: &mut Asker<'_>, ticket: &Wanted) -> Option<Vec<String>> {
    let settings = asker.settings;
    let both =
        [(settings.issues_type_parameter.as_str(), ticket.type_name.as_str()), (&settings.issues_subtype_parameter, &ticket.subtype_name)];
    let query: Vec<(&str, &str)> = both.into_iter().filter(|(name, _)| !name.is_empty()).collect();
    let answer = asker.ask(Subject::Issues, &query).await?;
    match find(&answer, 0).map(names) {
        Some(Some(names)) => Some(names),
        Some(None) | None => asker.is_unusable(Subject::Issues, &format!("without names in `{LIST}`"), &answer),
    }
}

/// The list, bare or a few levels deep.
fn find(answer: &Value, depth: usize) -> Option<&Value> {
    let object = answer.as_object().filter(|_| depth < 4)?;
    object.get(LIST).or_else(|| object.values().find_map(|inner| find(inner, depth + 1)))
}

/// Every name in the list; `None` if it has entries without one.
fn names(list: &Value) -> Option<Vec<String>> {
    let entry = |entry: &Value| {
        let parts: Vec<String> = NAMES.iter().filter_map(|name| entry.get(*name).and_then(text)).collect();
        let names: Vec<String> = entry.as_str().and_then(|_| text(entry)).into_iter().chain(parts).collect();
        (!names.is_empty()).then_some(names)
    };
    let all: Option<Vec<Vec<String>>> = list.as_array()?.iter().map(entry).collect();
    Some(all?.concat())
}

/// Whether the ticket's issue is in the list.
pub fn judge(ticket: &Wanted, list: &[String]) -> Option<Finding> {
    let Wanted { issue_name, type_name, subtype_name, .. } = ticket;
    let message = format!("{} has no issue `{issue_name}` for the type `{type_name}` and the subtype `{subtype_name}`", API.title);
    let valid = list.iter().map(|value| Valid { value, name: "" }).collect();
    let offer = Offer { written: issue_name, all: "It has", valid };
    (!list.contains(issue_name)).then(|| unknown(ISSUE, "/spec/issue_name".to_owned(), message, &offer))
}
