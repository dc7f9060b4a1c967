//! The section of a G360 system in the project file: one shape for all of them, each with its own paths.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Api;
use crate::systems::credential::CredentialSettings;
use crate::systems::schema::tidy;
use crate::systems::settings::{self, Pace};
use crate::systems::{Finding, Origin};

/// What a request for a ticket must have in its path.
pub const ID_IN_PATH: &str = "{ticket_id}";

/// How to reach this system. The vendor prints only a staging host, so the address has no default.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct Settings {
    /// Where the API is, `https://`; the paths below are put after it.
    #[schemars(length(min = 1), extend("examples" = ["https://api.example.com"]))]
    pub base_url: String,
    /// How callout proves who it is.
    pub credential: CredentialSettings,
    /// How many requests callout sends in a minute, over reads and creates together. The vendor prints 60, and does not say whether
    /// systems that use one key share them: give each its part then. `unlimited` is for your own test servers.
    #[serde(default)]
    pub requests_per_minute: Pace,
    /// Act for this company: its macnum. It goes with every read and create, and belongs to each ticket's record.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = ["01234567"]))]
    pub granted_tenant_macnum: Option<String>,
    /// The path of Create Ticket.
    #[serde(default)]
    #[schemars(regex(pattern = "^/"))]
    pub create_path: Option<String>,
    /// The path of Ticket Details; `{ticket_id}` stands for the id.
    #[serde(default)]
    #[schemars(regex(pattern = r"^/.*\{ticket_id\}"))]
    pub read_path: Option<String>,
    /// How long callout waits for an answer, in seconds. A create without an answer is in doubt, so do not be stingy.
    #[serde(default = "default_timeout")]
    #[schemars(range(min = 1, max = 600))]
    pub timeout_seconds: u64,
    /// Allow `http://` to a host that is not this machine. The token then travels in the open.
    #[serde(default)]
    #[allow(dead_code, reason = "`check` reads it from the JSON, so that it is heard also when another setting is wrong")]
    pub insecure_http: bool,
}

fn default_timeout() -> u64 {
    60
}

impl Settings {
    /// The API's address in one spelling, without a slash at its end.
    pub fn base(&self) -> String {
        settings::base(&self.base_url)
    }

    /// Where tickets are made.
    pub fn create_url(&self, api: &Api) -> String {
        format!("{}{}", self.base(), self.create_path.as_deref().unwrap_or(api.create_path))
    }

    /// Where a ticket is read, with [`ID_IN_PATH`] in place of its id.
    pub fn read_url(&self, api: &Api) -> String {
        format!("{}{}", self.base(), self.read_path.as_deref().unwrap_or(api.read_path))
    }
}

/// The schema of one system's section, as a definition of its own: its paths are the defaults. `own` has what only this system has.
pub fn schema(generator: &mut SchemaGenerator, api: &Api, own: &[(&str, Value)]) -> Schema {
    let name = format!("{}Settings", api.title);
    let mut schema = Settings::json_schema(generator);
    schema.insert(
        "description".to_owned(),
        format!("How to reach {}. The vendor prints only a staging host, so the address has no default.", api.title).into(),
    );
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (path, default) in [("create_path", api.create_path), ("read_path", api.read_path)] {
            if let Some(Value::Object(property)) = properties.get_mut(path) {
                property.insert("default".to_owned(), json!(default));
            }
        }
        properties.extend(own.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())));
    }
    generator.definitions_mut().insert(name.clone(), schema.to_value());
    Schema::new_ref(format!("#/$defs/{name}"))
}

/// What is wrong in the section beyond its schema; pointers are relative to the section.
pub fn check(value: &Value) -> Vec<Finding> {
    check_with(value, &[])
}

/// The same for a system with further paths, such as `look_ups/sites_path`.
pub fn check_with(value: &Value, paths: &[&'static str]) -> Vec<Finding> {
    let own = paths.iter().map(|path| (*path, ""));
    settings::check(value, &[("create_path", ""), ("read_path", ID_IN_PATH)].into_iter().chain(own).collect::<Vec<_>>())
}

/// Whose tickets a section means. Other settings may be wrong; the two that count are read by themselves.
pub fn origin(value: &Value) -> Origin {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    Origin { url: text("base_url").map(settings::base).unwrap_or_default(), tenant: text("granted_tenant_macnum").map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::{nocexpress, techexpress};

    #[test]
    fn defaults_are_the_vendors() {
        let section = json!({"base_url": "https://API.example.com/", "credential": {"bearer": "env:T"}});
        let settings = Settings::deserialize(&section).expect("settings");
        assert_eq!(settings.requests_per_minute, Pace(Some(60)));
        assert_eq!(origin(&section).to_string(), "https://api.example.com");
        let urls = |api: &Api| [settings.create_url(api), settings.read_url(api)];
        assert_eq!(
            urls(&techexpress::API),
            ["https://api.example.com/api/v1/tickets/external", "https://api.example.com/api/v1/tickets/{ticket_id}"]
        );
        assert_eq!(
            urls(&nocexpress::API),
            ["https://api.example.com/api/v1/noc/tickets/external", "https://api.example.com/api/v1/noc/tickets/{ticket_id}"]
        );
        assert!(check(&section).is_empty());
    }

    #[test]
    fn a_path_of_ones_own_is_put_after_the_address() {
        let section = json!({"base_url": "https://api.example.com", "credential": {"bearer": "env:T"}, "create_path": "/v2/new"});
        let settings = Settings::deserialize(&section).expect("settings");
        assert_eq!(settings.create_url(&techexpress::API), "https://api.example.com/v2/new");
    }
}
