//! Whether NOCExpress knows the values of tickets that are not sent yet: its sites, their configurations, its lists of issues.
//!
//! Owns which questions are asked, each distinct one once, and what a document is told of the answers. Vendor pages:
//! `/g360/nocexpress/search-sites`, `/g360/nocexpress/ticket-configurations` (its end is not known) and, for the list of issues, only
//! the remarks of `/g360/nocexpress/create-ticket`. Refuses to take silence for a no: what an answer may have left out is a warning.

mod asker;
mod configurations;
mod issues;
mod settings;
mod sites;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::Value;

use super::API;
use crate::diagnostics::Diagnostic;
use crate::systems::g360::connection::Connection;
use crate::systems::g360::words;
use crate::systems::{Draft, Finding, Looked, Told};
use asker::Asker;
use configurations::Configurations;
use issues::Issues;
pub use settings::{CONFIGURATIONS_PATH, ISSUES_PATH, LookUps, PATHS, SECTION, SITES_PATH, of};
use sites::Sites;

/// What is asked about one ticket.
struct Wanted {
    macnums: Vec<String>,
    configurations: Vec<u64>,
    type_name: String,
    subtype_name: String,
    issue_name: String,
}

impl Wanted {
    fn of(draft: &Draft) -> Self {
        let text = |name: &str| draft.fields.text(name).unwrap_or_default().trim().to_owned();
        let list = |name: &str| draft.fields.get(name).and_then(Value::as_array).into_iter().flatten();
        let macnum = |site: &Value| site.get("macnum").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        Self {
            macnums: list("sites").map(macnum).collect(),
            configurations: list("configuration_ids").filter_map(Value::as_u64).collect(),
            type_name: text("type_name"),
            subtype_name: text("subtype_name"),
            issue_name: text("issue_name"),
        }
    }

    /// Type and subtype of one site are its configurations'; those of several are the vendor's own, and checked without asking.
    fn has_one_site(&self) -> bool {
        self.macnums.len() == 1
    }
}

/// Asks everything, and tells of each ticket what is not known.
pub async fn look_up(connection: &Connection, settings: &LookUps, drafts: &[&Draft], told: Told<'_>) -> Looked {
    let wanted: Vec<Wanted> = drafts.iter().map(|draft| Wanted::of(draft)).collect();
    let mut asker = Asker::new(connection, settings, told);
    asker.expects(at_most(&wanted));
    let sites = Sites::ask(&mut asker, wanted.iter().flat_map(|ticket| &ticket.macnums)).await;
    let mut configurations = Configurations::default();
    let mut findings: Vec<Vec<Finding>> = Vec::new();
    for ticket in &wanted {
        let mut found = sites.judge(ticket);
        let known: Vec<&str> = ticket.macnums.iter().map(String::as_str).filter(|macnum| !sites.lacks(macnum)).collect();
        // Sites that do not exist have no configurations: one mistake is told once.
        if let (false, Some(seen)) = (known.is_empty(), configurations.of(&mut asker, &known).await) {
            found.extend(configurations.judge(ticket, &seen));
        }
        findings.push(found);
    }
    let mut issues = Issues::default();
    for (ticket, found) in wanted.iter().zip(&mut findings) {
        // For a type that does not exist there is no list of issues to speak of.
        let is_sound = !found.iter().any(|finding| [words::TYPE, words::SUBTYPE].contains(&finding.code));
        if is_sound && let Some(list) = issues.of(&mut asker, ticket).await {
            found.extend(issues::judge(ticket, list));
        }
    }
    let unchecked = configurations.unchecked();
    let about_all: Vec<Diagnostic> = asker.ended().into_iter().chain(unchecked).collect();
    Looked { findings, about_all }
}

/// Requests, if every site has to be asked for by itself and no page is full.
fn at_most(wanted: &[Wanted]) -> usize {
    let macnums: BTreeSet<&str> = wanted.iter().flat_map(|ticket| &ticket.macnums).map(String::as_str).collect();
    let sets: BTreeSet<Vec<&str>> = wanted.iter().flat_map(|ticket| configurations::shares(&ticket.macnums)).collect();
    let kinds: BTreeSet<(&str, &str)> = wanted.iter().map(|ticket| (ticket.type_name.as_str(), ticket.subtype_name.as_str())).collect();
    1 + macnums.len() + sets.len() + kinds.len()
}
