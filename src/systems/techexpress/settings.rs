//! The section `spec.systems.techexpress` of the project file.
//!
//! Owns its shape and its checks. Refuses to hold a secret: a credential is a reference.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use url::Url;

use crate::systems::credential::{self, CredentialSettings, check_address};
use crate::systems::schema::tidy;
use crate::systems::{Finding, Origin};

/// How to reach TechExpress. The vendor prints only a staging host, so the address has no default.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TechExpressSettings", transform = tidy)]
pub struct Settings {
    /// Where the API is, `https://`; the paths below are put after it.
    #[schemars(length(min = 1), extend("examples" = ["https://api.example.com"]))]
    pub base_url: String,
    /// How callout proves who it is.
    pub credential: CredentialSettings,
    /// How many requests callout sends in a minute, over reads and creates together. The vendor prints 60. `unlimited` is for your own test servers.
    #[serde(default)]
    pub requests_per_minute: Pace,
    /// Act for this company: its macnum. It goes with every read and create, and belongs to each ticket's record.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = ["01234567"]))]
    pub granted_tenant_macnum: Option<String>,
    /// The path of Create Ticket.
    #[serde(default = "default_create_path")]
    #[schemars(regex(pattern = "^/"))]
    pub create_path: String,
    /// The path of Ticket Details; `{ticket_id}` stands for the id.
    #[serde(default = "default_read_path")]
    #[schemars(regex(pattern = r"^/.*\{ticket_id\}"))]
    pub read_path: String,
    /// How long callout waits for an answer, in seconds. A create without an answer is in doubt, so do not be stingy.
    #[serde(default = "default_timeout")]
    #[schemars(range(min = 1, max = 600))]
    pub timeout_seconds: u64,
    /// Allow `http://` to a host that is not this machine. The token then travels in the open.
    #[serde(default)]
    #[allow(dead_code, reason = "`check` reads it from the JSON, so that it is heard also when another setting is wrong")]
    pub insecure_http: bool,
}

/// Requests in a minute; `None` for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Pace(pub Option<u32>);

impl Default for Pace {
    fn default() -> Self {
        Self(Some(60))
    }
}

impl<'de> Deserialize<'de> for Pace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value == "unlimited" {
            return Ok(Self(None));
        }
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
        number.map(|number| Self(Some(number))).ok_or_else(|| serde::de::Error::custom("expected a whole number above 0, or unlimited"))
    }
}

impl JsonSchema for Pace {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pace".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": ["integer", "string"], "minimum": 1, "maximum": 100_000, "pattern": "^unlimited$"})
    }
}

fn default_create_path() -> String {
    "/api/v1/tickets/external".to_owned()
}

fn default_read_path() -> String {
    "/api/v1/tickets/{ticket_id}".to_owned()
}

fn default_timeout() -> u64 {
    60
}

impl Settings {
    /// The API's address in one spelling, without a slash at its end.
    pub fn base(&self) -> String {
        Url::parse(&self.base_url).map_or_else(|_| self.base_url.clone(), |url| url.to_string()).trim_end_matches('/').to_owned()
    }

    pub fn origin(&self) -> Origin {
        Origin { url: self.base(), tenant: self.granted_tenant_macnum.clone() }
    }
}

/// What is wrong in the section beyond its schema; pointers are relative to the section.
pub fn check(value: &Value) -> Vec<Finding> {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
    let insecure = value.get("insecure_http") == Some(&json!(true));
    let credential = credential::check(value, insecure);
    let base_url = text("/base_url").map(|url| check_address("settings/base-url", "/base_url", url, insecure)).unwrap_or_default();
    // Put after the host as it is, a path without its slash could name another host.
    let paths = [("/create_path", ""), ("/read_path", "{ticket_id}")].into_iter().filter_map(|(pointer, part)| {
        let path = text(pointer).filter(|path| !path.starts_with('/') || !path.contains(part))?;
        let help =
            if part.is_empty() { "Begin it with a slash." } else { "Begin it with a slash, and write {ticket_id} where the id goes." };
        Some(Finding::error("settings/path", pointer, format!("`{path}` is no path of this call")).help(help))
    });
    base_url.into_iter().chain(credential).chain(paths).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(settings: &Value) -> Vec<String> {
        check(settings).into_iter().map(|finding| format!("{:?} {}: {}", finding.severity, finding.pointer, finding.message)).collect()
    }

    #[test]
    fn defaults_are_the_vendors() {
        let section = json!({"base_url": "https://API.example.com/", "credential": {"bearer": "env:T"}});
        let settings = Settings::deserialize(&section).expect("settings");
        assert_eq!(settings.requests_per_minute, Pace(Some(60)));
        assert_eq!(settings.base(), "https://api.example.com");
        assert_eq!(settings.origin().to_string(), "https://api.example.com");
        assert_eq!(
            (settings.create_path.as_str(), settings.read_path.as_str()),
            ("/api/v1/tickets/external", "/api/v1/tickets/{ticket_id}")
        );
        assert!(told(&section).is_empty());
    }

    #[test]
    fn a_pace_is_a_number_or_unlimited() {
        let pace = |value: Value| serde_json::from_value::<Pace>(value).ok();
        assert_eq!(pace(json!("unlimited")), Some(Pace(None)));
        assert_eq!(pace(json!(5)), Some(Pace(Some(5))));
        assert_eq!((pace(json!(0)), pace(json!("fast")), pace(json!(1.5))), (None, None, None));
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_never_repeated() {
        for secret in ["s3cr3t-token", "Bearer: s3cr3t-token", "env:"] {
            let section = json!({"base_url": "https://api.example.com", "credential": {"bearer": secret}});
            let told = told(&section);
            assert_eq!(told, ["Error /credential/bearer: the credential is a plain value; a file that is shared must not hold one"]);
        }
        let text = json!({"base_url": "https://api.example.com", "credential": "s3cr3t-token"});
        assert_eq!(told(&text), ["Error /credential: the credential is a plain value; a file that is shared must not hold one"]);
    }

    #[test]
    fn a_path_cannot_lead_to_another_host() {
        let section = json!({"create_path": "@example.org/", "read_path": "/tickets"});
        assert_eq!(
            told(&section),
            ["Error /create_path: `@example.org/` is no path of this call", "Error /read_path: `/tickets` is no path of this call"]
        );
    }
}
