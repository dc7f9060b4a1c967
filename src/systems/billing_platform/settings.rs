//! The section `billing_platform` of the project file.
//!
//! Owns its shape, its checks, and the defaults for what the vendor's pages leave open. Refuses to hold a secret.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::spec::PresetValue;
use crate::systems::credential::CredentialSettings;
use crate::systems::schema::{flatten_enum, tidy};
use crate::systems::settings::{self, Pace};
use crate::systems::{Endings, Finding, Origin};

/// The path of the vendor's tickets, unless the settings say otherwise.
pub const TICKETS_PATH: &str = "/backend/api/v1/tickets/";

/// How to reach the Billing Platform. What its pages leave open is a setting, with what they suggest as its default.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BillingPlatformSettings", transform = tidy)]
pub struct Settings {
    /// Where your installation is, `https://`; the path below is put after it.
    #[schemars(length(min = 1), extend("examples" = ["https://billing.example.com"]))]
    pub base_url: String,
    /// How callout proves who it is. The vendor names a bearer token, and no scope.
    pub credential: CredentialSettings,
    /// How many requests callout sends in a minute, over all calls together. The vendor names no limit. `unlimited` is for your own test servers.
    #[serde(default)]
    pub requests_per_minute: Pace,
    /// The path of the tickets; the id of one is put after it.
    #[serde(default = "tickets_path")]
    pub tickets_path: String,
    /// The method of a change. The vendor's page does not print it.
    #[serde(default)]
    pub update_method: UpdateMethod,
    /// What is sent for a field that was taken out of the file. The vendor's page does not say how a field is emptied.
    #[serde(default)]
    pub clear_with: ClearWith,
    /// The statuses that mean that the work is over, in any letter case. Such a ticket is never changed again.
    #[serde(default = "finished")]
    #[schemars(length(min = 1), extend("examples" = [["closed", "resolved"]]))]
    pub finished_statuses: Vec<PresetValue>,
    /// The status that closes a ticket; one of `finished_statuses`.
    #[serde(default = "closed")]
    pub closed_status: PresetValue,
    /// How many tickets are asked for in one page of a list. The server may send fewer.
    #[serde(default = "page_size")]
    #[schemars(range(min = 1, max = 1000))]
    pub page_size: u32,
    /// Which tickets a look at many of them asks for.
    #[serde(default)]
    pub list_since: ListSince,
    /// The values that your installation knows, by field. A field that is not named here takes any value.
    #[serde(default)]
    #[allow(dead_code, reason = "read from the JSON, where the project's documents are checked against it")]
    pub allowed: Option<Allowed>,
    /// How long callout waits for an answer, in seconds. A create without an answer is in doubt, so do not be stingy.
    #[serde(default = "timeout")]
    #[schemars(range(min = 1, max = 600))]
    pub timeout_seconds: u64,
    /// Allow `http://` to a host that is not this machine. The token then travels in the open.
    #[serde(default)]
    #[allow(dead_code, reason = "`check` reads it from the JSON, so that it is heard also when another setting is wrong")]
    pub insecure_http: bool,
}

/// The values that an installation knows. A document with another one is refused before anything is sent.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AllowedPresets", transform = tidy)]
#[allow(dead_code, reason = "the shape alone: see `Settings::allowed`")]
pub struct Allowed {
    /// The ticket types.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = [["billing", "sales"]]))]
    pub ticket_type: Option<Vec<PresetValue>>,
    /// The statuses, `closed_status` among them.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = [["open", "assigned", "resolved", "closed"]]))]
    pub status: Option<Vec<PresetValue>>,
    /// The priorities.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = [["low", "normal", "high"]]))]
    pub ticket_priority: Option<Vec<PresetValue>>,
    /// Who can own a ticket.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = [["asmith", "bjones"]]))]
    pub owner: Option<Vec<PresetValue>>,
}

/// The two methods that a change could have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline, transform = flatten_enum)]
pub enum UpdateMethod {
    /// Only what changed is sent.
    #[default]
    Patch,
    /// The ticket is read, and sent back whole with the changes in it. What somebody else changes between the two requests is lost.
    Put,
}

/// How a field is emptied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline, transform = flatten_enum)]
pub enum ClearWith {
    /// With JSON's null.
    #[default]
    JsonNull,
    /// With a text of no letters.
    EmptyText,
}

/// The filter of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline, transform = flatten_enum)]
pub enum ListSince {
    /// Those that changed since, new ones among them: `updatedSince`.
    #[default]
    Updated,
    /// Those that are new since, as they are now: `createdSince`.
    Created,
}

fn tickets_path() -> String {
    TICKETS_PATH.to_owned()
}

fn finished() -> Vec<PresetValue> {
    vec![closed()]
}

fn closed() -> PresetValue {
    PresetValue("closed".into())
}

fn page_size() -> u32 {
    100
}

fn timeout() -> u64 {
    60
}

impl Settings {
    /// Where tickets are listed and made.
    pub fn tickets_url(&self) -> String {
        format!("{}{}", settings::base(&self.base_url), self.tickets_path)
    }

    /// Whether a ticket in this status is over.
    pub fn is_finished(&self, status: &str) -> bool {
        self.finished_statuses.iter().any(|finished| is_same(&spelt(&finished.0), status))
    }
}

/// A preset value as text.
pub fn spelt(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The statuses that end a ticket. Other settings may be wrong; the one that counts is read by itself.
pub fn endings(value: &Value) -> Endings {
    let own = value.get("finished_statuses").and_then(|list| Vec::<PresetValue>::deserialize(list).ok());
    Endings { field: "status", values: own.unwrap_or_else(finished).iter().map(|status| spelt(&status.0)).collect() }
}

/// What is wrong in the section beyond its schema; pointers are relative to the section.
pub fn check(value: &Value) -> Vec<Finding> {
    let mut findings = settings::check(value, &[("tickets_path", "")]);
    findings.extend(value.get("tickets_path").and_then(Value::as_str).and_then(check_path));
    findings.extend(closing(value));
    findings
}

/// A ticket's id is put after the path. Behind a `?` it would be no part of it, and a delete would mean the whole list.
fn check_path(path: &str) -> Option<Finding> {
    let message = format!("`{path}` has a `?` or a `#`, and a ticket's id is put after it");
    let finding = || Finding::error("settings/path", "/tickets_path", message).help("Write the path alone.");
    path.contains(['?', '#']).then(finding)
}

/// A ticket that is closed must then count as over, and its status must be one that the installation knows.
fn closing(value: &Value) -> Vec<Finding> {
    let scalar = |value: &Value| (value.is_string() || value.is_u64()).then(|| spelt(value));
    let list = |pointer: &str| Some(value.pointer(pointer)?.as_array()?.iter().map(spelt).collect::<Vec<_>>());
    let Some(closed) = value.get("closed_status").map_or(Some("closed".to_owned()), scalar) else { return Vec::new() };
    let finished = list("/finished_statuses").unwrap_or_else(|| vec!["closed".to_owned()]);
    // Where the setting itself is not written, the other one is the place to mend.
    let at = |other: &str| if value.get("closed_status").is_some() { "/closed_status".to_owned() } else { other.to_owned() };
    let mut findings = Vec::new();
    if !finished.iter().any(|status| is_same(status, &closed)) {
        let message =
            format!("closed_status is `{closed}`, and finished_statuses does not name it: a ticket that is closed would count as open");
        let help = format!("Add `{closed}` to finished_statuses, or name one of `{}` in closed_status.", finished.join("`, `"));
        findings.push(Finding::error("settings/closed-status", at("/finished_statuses"), message).help(help));
    }
    if let Some(known) = list("/allowed/status").filter(|known| !known.contains(&closed)) {
        let message = format!("closed_status is `{closed}`, and allowed.status does not list it");
        let help = format!("These are allowed: `{}`.", known.join("`, `"));
        findings.push(Finding::error("settings/closed-status", at("/allowed/status"), message).help(help));
    }
    findings
}

/// Whose tickets a section means. Other settings may be wrong; the one that counts is read by itself.
pub fn origin(value: &Value) -> Origin {
    let base_url = value.get("base_url").and_then(Value::as_str);
    Origin { url: base_url.map(settings::base).unwrap_or_default(), tenant: None }
}

/// The section turned to a sandbox at this address, which takes a change by PATCH.
pub fn turned(section: serde_json::Map<String, Value>, base_url: &str) -> serde_json::Map<String, Value> {
    let mut section = crate::systems::sandbox::turned(section, base_url, "bearer");
    section.remove("update_method");
    section
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::billing_platform::checks::PRESETS;
    use serde_json::json;

    fn section(more: &Value) -> Value {
        let mut section = json!({"base_url": "https://Billing.example.com/", "credential": {"bearer": "env:T"}});
        section.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        section
    }

    fn told(more: &Value) -> Vec<String> {
        let text = |finding: Finding| format!("{}: {} [{}]", finding.pointer, finding.message, finding.help.unwrap_or_default());
        check(&section(more)).into_iter().map(text).collect()
    }

    #[test]
    fn what_the_pages_leave_open_has_a_default() {
        let settings = Settings::deserialize(section(&json!({}))).expect("settings");
        assert_eq!(settings.tickets_url(), "https://billing.example.com/backend/api/v1/tickets/");
        assert_eq!((settings.update_method, settings.clear_with), (UpdateMethod::Patch, ClearWith::JsonNull));
        assert_eq!((settings.page_size, settings.list_since, settings.timeout_seconds), (100, ListSince::Updated, 60));
        assert!(settings.is_finished("Closed") && !settings.is_finished("resolved"));
        assert_eq!(told(&json!({})), Vec::<String>::new());
        assert_eq!(origin(&section(&json!({}))).to_string(), "https://billing.example.com");
    }

    #[test]
    fn a_closed_ticket_counts_as_over() {
        assert_eq!(
            told(&json!({"closed_status": "done"})),
            [
                "/closed_status: closed_status is `done`, and finished_statuses does not name it: a ticket that is closed would count as open [Add `done` to finished_statuses, or name one of `closed` in closed_status.]"
            ]
        );
        assert_eq!(told(&json!({"closed_status": "Done", "finished_statuses": ["resolved", "done"]})), Vec::<String>::new());
        assert_eq!(told(&json!({"finished_statuses": ["resolved"]}))[0].split(':').next(), Some("/finished_statuses"));
        assert_eq!(
            told(&json!({"allowed": {"status": ["open", "Closed"]}})),
            ["/allowed/status: closed_status is `closed`, and allowed.status does not list it [These are allowed: `open`, `Closed`.]"]
        );
    }

    #[test]
    fn a_path_begins_with_a_slash_and_a_secret_is_never_repeated() {
        assert_eq!(
            told(&json!({"tickets_path": "@example.org/"})),
            ["/tickets_path: `@example.org/` is no path of this call [Begin it with a slash.]"]
        );
        assert_eq!(
            told(&json!({"tickets_path": "/tickets/?tenant=5"})),
            ["/tickets_path: `/tickets/?tenant=5` has a `?` or a `#`, and a ticket's id is put after it [Write the path alone.]"]
        );
        let told = told(&json!({"credential": {"bearer": "s3cr3t-token"}}));
        assert!(told.len() == 1 && !told[0].contains("s3cr3t"), "{told:?}");
    }

    #[test]
    fn every_field_that_can_be_listed_is_checked() {
        let schema = schemars::schema_for!(Allowed).to_value();
        let mut named: Vec<_> = schema["properties"].as_object().expect("properties").keys().map(String::as_str).collect();
        let mut checked = PRESETS;
        named.sort_unstable();
        checked.sort_unstable();
        assert_eq!(named, checked);
    }
}
