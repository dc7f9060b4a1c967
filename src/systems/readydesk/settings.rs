//! The section of ReadyDesk in the project file.
//!
//! Owns its shape, its defaults and its checks. What the vendor's pages are not known to say is a setting here, with what is likely as
//! its default.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::names;
use super::wire::Format;
use crate::systems::credential::{KeySettings, check_key};
use crate::systems::schema::{flatten_enum, tidy};
use crate::systems::settings::{self, Pace};
use crate::systems::{Endings, Finding, Origin};

/// How to reach a ReadyDesk, and what its API does where the vendor's pages leave it open.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReadyDeskSettings", transform = tidy)]
pub struct Settings {
    /// The address of the API, whole: where it lies differs by installation, and nothing is put after it but a query.
    #[schemars(length(min = 1), extend("examples" = ["https://desk.example.com/API/default.aspx"]))]
    pub base_url: String,
    /// How callout proves who it is. The key goes with every request, in its address.
    pub credential: KeySettings,
    /// The server's own time zone, by its IANA name. Its dates have none, and without it nobody could tell when a ticket was opened.
    #[schemars(length(min = 1), extend("examples" = ["America/New_York"]))]
    pub timezone: String,
    /// The form of the server's answers.
    #[serde(default)]
    pub format: Format,
    /// A variable that asks the server for that form, as `NAME=VALUE`. No page that is known has one, so none is sent without it.
    #[serde(default)]
    #[schemars(extend("examples" = ["format=json"]))]
    pub format_parameter: Option<String>,
    /// How writes go out. The vendor's pages show `GET` only. With `POST` the fields go into a form, which may be as long as it likes.
    #[serde(default)]
    pub write_method: WriteMethod,
    /// The longest query of an address, in bytes, that the server takes; 2048 is what IIS starts with. A longer write is not sent.
    #[serde(default = "longest_query")]
    #[schemars(range(min = 256, max = 65_536))]
    pub longest_query: usize,
    /// The variable that names the ticket in an update.
    #[serde(default = "ticket_variable")]
    #[schemars(regex(pattern = VARIABLE))]
    pub ticket_variable: String,
    /// What the answer to a create calls the new ticket's id. `added_ticket` is understood anyway.
    #[serde(default = "added_variable")]
    #[schemars(regex(pattern = VARIABLE))]
    pub added_variable: String,
    /// What the answer to an update calls the ticket's id. `updated_ticket` is understood anyway.
    #[serde(default = "updated_variable")]
    #[schemars(regex(pattern = VARIABLE))]
    pub updated_variable: String,
    /// The server's own names of variables for writing, by the names of fields: `{summary: description}`. A custom field is named like
    /// `custom_fields.Rack`.
    #[serde(default)]
    #[schemars(extend("examples" = [{"summary": "description"}]))]
    pub field_names: BTreeMap<String, String>,
    /// Whether an update must name the customer too. callout then reads the ticket before it changes it.
    #[serde(default)]
    pub cid_in_update: bool,
    /// How many tickets a page of a list holds.
    #[serde(default = "page_size")]
    #[schemars(range(min = 1, max = 1000))]
    pub page_size: usize,
    /// The database's column that lists are sorted by, so that pages do not shift; with `""` none is asked for.
    #[serde(default = "order")]
    pub order: String,
    /// Statuses of tickets whose work is over.
    #[serde(default = "finished_statuses")]
    #[schemars(length(min = 1), inner(length(min = 1)), extend("uniqueItems" = true))]
    pub finished_statuses: Vec<String>,
    /// The status that closes a ticket; one of `finished_statuses`.
    #[serde(default = "closed_status")]
    #[schemars(length(min = 1))]
    pub closed_status: String,
    /// How many requests callout sends in a minute. The vendor prints no limit. `unlimited` is for your own test servers.
    #[serde(default)]
    pub requests_per_minute: Pace,
    /// How long callout waits for an answer, in seconds. A create without an answer is in doubt, so do not be stingy.
    #[serde(default = "timeout_seconds")]
    #[schemars(range(min = 1, max = 600))]
    pub timeout_seconds: u64,
    /// Allow `http://` to a host that is not this machine. The key then travels in the open.
    #[serde(default)]
    #[allow(dead_code, reason = "`check` reads it from the JSON, so that it is heard also when another setting is wrong")]
    pub insecure_http: bool,
}

/// How writes go out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline, transform = flatten_enum)]
pub enum WriteMethod {
    /// Everything in the address, as the vendor's pages show it.
    #[default]
    Get,
    /// The fields in a form; the key stays in the address.
    Post,
}

/// Settings that say how a server differs from what is likely. A sandbox does not.
pub const OF_SERVER: [&str; 6] = ["ticket_variable", "added_variable", "updated_variable", "field_names", "order", "timezone"];

/// A name that needs no encoding and is no other part of a query.
const VARIABLE: &str = "^[A-Za-z0-9_.-]+$";

fn longest_query() -> usize {
    2048
}
fn ticket_variable() -> String {
    "tid".to_owned()
}
fn added_variable() -> String {
    "added_ticket".to_owned()
}
fn updated_variable() -> String {
    "updated_ticket".to_owned()
}
fn page_size() -> usize {
    100
}
fn order() -> String {
    "TID".to_owned()
}
fn finished_statuses() -> Vec<String> {
    vec!["Closed".to_owned()]
}
fn closed_status() -> String {
    "Closed".to_owned()
}
fn timeout_seconds() -> u64 {
    60
}

impl Settings {
    /// The variable that asks for a form of answers, and its value.
    pub fn form(&self) -> Option<(&str, &str)> {
        self.format_parameter.as_deref().and_then(|pair| pair.split_once('='))
    }
}

/// Whose tickets a section means. Other settings may be wrong; the one that counts is read by itself.
pub fn origin(value: &Value) -> Origin {
    Origin { url: value.get("base_url").and_then(Value::as_str).map(settings::base).unwrap_or_default(), tenant: None }
}

/// The statuses that end a ticket, likewise.
pub fn endings(value: &Value) -> Endings {
    let own = value.get("finished_statuses").and_then(|list| Vec::<String>::deserialize(list).ok());
    Endings { field: "status", values: own.unwrap_or_else(finished_statuses) }
}

/// What is wrong in the section beyond its schema; pointers are relative to the section.
pub fn check(value: &Value) -> Vec<Finding> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let mut findings = settings::check_places(value, &[]);
    findings.extend(check_key(value));
    findings.extend(text("timezone").and_then(check_zone));
    findings.extend(names::check(value));
    findings.extend(check_closed(value));
    findings
}

fn check_zone(name: &str) -> Option<Finding> {
    let message = format!("timezone is `{name}`, which is no time zone");
    let say = |_| Finding::error("settings/timezone", "/timezone", message).help("Write an IANA name, such as America/New_York.");
    TimeZone::get(name).err().map(say)
}

/// A ticket that callout closed must be one that it takes for closed.
fn check_closed(value: &Value) -> Option<Finding> {
    let closed = value.get("closed_status").and_then(Value::as_str).unwrap_or("Closed");
    let finished: Vec<&str> = value
        .get("finished_statuses")
        .and_then(Value::as_array)
        .map_or_else(|| vec!["Closed"], |list| list.iter().filter_map(Value::as_str).collect());
    let same = |word: &&str| word.trim().to_lowercase() == closed.trim().to_lowercase();
    if finished.iter().any(same) {
        return None;
    }
    let at = if value.get("closed_status").is_some() { "/closed_status" } else { "/finished_statuses" };
    let message = format!("closed_status is `{closed}`, which is not among finished_statuses: what callout closes would count as open");
    Some(
        Finding::error("settings/closed-status", at, message)
            .help(format!("Add it: finished_statuses: [{}].", [&finished[..], &[closed]].concat().join(", "))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn section(change: &Value) -> Value {
        let mut section = json!({
            "base_url": "https://desk.example.com/API/default.aspx", "credential": {"key": "env:READYDESK_KEY"},
            "timezone": "America/New_York",
        });
        section.as_object_mut().expect("a map").extend(change.as_object().expect("a map").clone());
        section
    }

    fn told(change: &Value) -> Vec<String> {
        let help = |finding: &Finding| finding.help.clone().unwrap_or_default();
        check(&section(change)).iter().map(|finding| format!("{}: {} [{}]", finding.pointer, finding.message, help(finding))).collect()
    }

    #[test]
    fn what_no_page_says_has_a_likely_default() {
        let settings = Settings::deserialize(section(&json!({}))).expect("settings");
        assert_eq!((settings.format, settings.write_method, settings.form()), (Format::Json, WriteMethod::Get, None));
        assert_eq!((settings.ticket_variable.as_str(), settings.closed_status.as_str()), ("tid", "Closed"));
        assert_eq!((settings.finished_statuses.as_slice(), settings.cid_in_update), (&["Closed".to_owned()][..], false));
        assert_eq!(told(&json!({})), Vec::<String>::new());
        assert_eq!(origin(&section(&json!({}))).to_string(), "https://desk.example.com/API/default.aspx");
    }

    #[test]
    fn settings_that_cannot_work_are_told_with_a_remedy() {
        let wrong = json!({
            "timezone": "Boston", "format_parameter": "json", "closed_status": "Done",
            "field_names": {"summery": "x", "summary": "Key", "priority": "a b", "subject": "tid", "contact": "phone", "custom_fields.Rack": "udf_1"},
        });
        assert_eq!(
            told(&wrong),
            [
                "/timezone: timezone is `Boston`, which is no time zone [Write an IANA name, such as America/New_York.]",
                "/format_parameter: format_parameter is `json`, which is no NAME=VALUE [Write it like format=json.]",
                "/field_names/summery: field_names has `summery`, which is no field that is sent [Did you mean `summary`?]",
                "/field_names/summary: field_names calls summary `Key`, which callout sends itself [Write the variable's name as your ReadyDesk documents it.]",
                "/field_names/priority: field_names calls priority `a b`, which is no name of a variable [Write the variable's name as your ReadyDesk documents it.]",
                "/field_names/subject: field_names calls subject `tid`, which callout sends itself [Write the variable's name as your ReadyDesk documents it.]",
                "/field_names/contact: field_names calls contact `phone`, and so is phone called [Each field needs a variable of its own.]",
                "/closed_status: closed_status is `Done`, which is not among finished_statuses: what callout closes would count as open [Add it: finished_statuses: [Closed, Done].]",
            ]
        );
        assert_eq!(
            told(&json!({"finished_statuses": ["Resolved"], "format_parameter": "action=json"})),
            [
                "/format_parameter: format_parameter names `action`, which callout sends itself [Write it like format=json.]",
                "/finished_statuses: closed_status is `Closed`, which is not among finished_statuses: what callout closes would count as open [Add it: finished_statuses: [Resolved, Closed].]",
            ]
        );
    }

    #[test]
    fn a_key_in_the_file_is_refused_and_never_repeated() {
        for credential in [json!("s3cr3t-key-1"), json!({"key": "s3cr3t-key-1"})] {
            let told = told(&json!({"credential": credential}));
            assert_eq!(told.len(), 1);
            assert!(!told[0].contains("s3cr3t"), "{told:?}");
        }
        let in_url = told(&json!({"base_url": "https://desk.example.com/API/?key=s3cr3t-key-1"}));
        assert!(in_url.len() == 1 && !in_url[0].contains("s3cr3t"), "{in_url:?}");
    }
}
