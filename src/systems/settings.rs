//! What the sections of all systems below `spec.systems` have in common: the address, the credential, the pace.
//!
//! Owns their shape and their checks; those of the credential are its own.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use url::Url;

use super::Finding;
use super::credential::{self, check_address};
use crate::diagnostics::Diagnostic;

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

/// An API's address in one spelling, without a slash at its end.
pub fn base(base_url: &str) -> String {
    Url::parse(base_url).map_or_else(|_| base_url.to_owned(), |url| url.to_string()).trim_end_matches('/').to_owned()
}

/// Why no connection can be made from a section. The words of serde would repeat a value, and somebody may have written a secret there.
pub fn section_unusable(id: &str) -> Diagnostic {
    let message = format!("the settings of {id} in callout.yaml are not complete or not right");
    Diagnostic::error("settings/unusable", message).help("Run `callout validate` to see what is wrong.")
}

/// What is wrong in a section beyond its schema; pointers are relative to the section. `paths` has each setting that is a path,
/// with the part that it must contain.
pub fn check(value: &Value, paths: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = check_places(value, paths);
    findings.extend(credential::check(value, is_insecure(value)));
    findings
}

fn is_insecure(value: &Value) -> bool {
    value.get("insecure_http") == Some(&json!(true))
}

/// The same without the credential, which not every system has in the same form.
pub fn check_places(value: &Value, paths: &[(&str, &str)]) -> Vec<Finding> {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
    let insecure = is_insecure(value);
    let base_url =
        text("/base_url").map(|url| check_address("settings/base-url", "/base_url", url, "the token", insecure)).unwrap_or_default();
    // Put after the host as it is, a path without its slash could name another host.
    let paths = paths.iter().filter_map(|(name, part)| {
        let pointer = format!("/{name}");
        let path = text(&pointer).filter(|path| !path.starts_with('/') || !path.contains(part))?;
        let place = if part.is_empty() { String::new() } else { format!(", and write {part} where the id goes") };
        let help = format!("Begin it with a slash{place}.");
        Some(Finding::error("settings/path", pointer, format!("`{path}` is no path of this call")).help(help))
    });
    base_url.into_iter().chain(paths).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(settings: &Value) -> Vec<String> {
        let findings = check(settings, &[("create_path", ""), ("read_path", "{ticket_id}")]);
        findings.into_iter().map(|finding| format!("{:?} {}: {}", finding.severity, finding.pointer, finding.message)).collect()
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
