//! The setting `credential`, which systems share.
//!
//! Owns its shape and its checks. Refuses to hold a secret: each part is a reference.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::address;
use super::reference::Reference;
use crate::systems::Finding;
use crate::systems::schema::{flatten_enum, tidy};

const CODE: &str = "settings/credential";

// That there is exactly one of the two is said by `check`: the error of a schema would name its keyword, not the remedy.
/// How callout proves who it is: `bearer` or `client_credentials`. References only, never the credential itself.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Credential", transform = tidy, extend("examples" = [{"bearer": "env:G360_TOKEN"}]))]
pub struct CredentialSettings {
    // No pattern: the error of a schema would repeat the value, and the value may be a token. `check` refuses it instead.
    /// The access token: `env:NAME` (a variable), `file:PATH` (relative to the project) or `command:LINE` (what it prints).
    #[serde(default)]
    #[schemars(extend("examples" = ["env:G360_TOKEN", "file:/run/secrets/g360", "command:pass show g360"]))]
    pub bearer: Option<String>,
    /// A key pair, for which callout gets access tokens (OAuth2 client credentials) and renews them before they run out.
    #[serde(default)]
    pub client_credentials: Option<ClientCredentials>,
}

/// A key pair, and where it gives an access token.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct ClientCredentials {
    /// Where tokens are given, `https://`. The vendor names it beside the key pair.
    #[schemars(length(min = 1), extend("examples" = ["https://login.example.com/oauth2/v1/token"]))]
    pub token_url: String,
    /// The public half of the key pair: itself, or `env:NAME`, `file:PATH` or `command:LINE`.
    #[schemars(length(min = 1), extend("examples" = ["env:G360_CLIENT_ID"]))]
    pub client_id: String,
    /// The secret half: `env:NAME` (a variable), `file:PATH` (relative to the project) or `command:LINE` (what it prints).
    #[schemars(extend("examples" = ["env:G360_CLIENT_SECRET"]))]
    pub client_secret: String,
    /// What the token is asked for; several are separated by a blank. The system's own scope if left out; with `""` none is asked for.
    #[serde(default)]
    #[schemars(extend("examples" = ["urn:grt:techexpress"]))]
    pub scope: Option<String>,
    /// How the key pair is sent. The vendor does not say; if one is refused, try the other.
    #[serde(default)]
    pub client_authentication: ClientAuthentication,
}

/// How callout proves who it is: the key of the installation. A reference only, never the key itself.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "KeyCredential", transform = tidy, extend("examples" = [{"key": "env:READYDESK_KEY"}]))]
pub struct KeySettings {
    /// The key: `env:NAME` (a variable), `file:PATH` (relative to the project) or `command:LINE` (what it prints).
    #[schemars(extend("examples" = ["env:READYDESK_KEY"]))]
    pub key: String,
}

/// The two ways of RFC 6749, section 2.3.1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, transform = flatten_enum)]
pub enum ClientAuthentication {
    /// In a header, as HTTP Basic.
    #[default]
    Basic,
    /// In the form, as client_id and client_secret.
    Form,
}

/// What is wrong with the setting `credential` of a system beyond its schema. Pointers start with `/credential`.
pub fn check(system: &Value, insecure: bool) -> Vec<Finding> {
    let Some(credential) = system.get("credential") else { return Vec::new() };
    // A text in place of the section is taken for a reference too: it may well be a token, and must be refused as one.
    if let Some(text) = credential.as_str() {
        return check_reference("/credential", text).into_iter().collect();
    }
    let bearer = credential.get("bearer").and_then(Value::as_str).and_then(|text| check_reference("/credential/bearer", text));
    let pair = credential.get("client_credentials").map(|pair| check_pair(pair, insecure)).unwrap_or_default();
    check_choice(credential).into_iter().chain(bearer).chain(pair).collect()
}

/// The same for a system whose credential is one key.
pub fn check_key(system: &Value) -> Vec<Finding> {
    let Some(credential) = system.get("credential") else { return Vec::new() };
    let plain = credential.as_str().and_then(|text| check_reference("/credential", text));
    let key = credential.get("key").and_then(Value::as_str).and_then(|text| check_reference("/credential/key", text));
    plain.into_iter().chain(key).collect()
}

/// Exactly one way. Where only unknown keys stand, the schema has told enough.
fn check_choice(credential: &Value) -> Option<Finding> {
    let keys = credential.as_object()?;
    if keys.contains_key("bearer") && keys.contains_key("client_credentials") {
        let message = "credential has both bearer and client_credentials, and nobody can tell which is meant";
        return Some(Finding::error(CODE, "/credential/client_credentials", message).help("Take one of them out."));
    }
    let help = "Write `credential: {bearer: \"env:NAME\"}` for a token that you have, or `client_credentials:` with token_url, client_id and client_secret for a key pair.";
    keys.is_empty()
        .then(|| Finding::error(CODE, "/credential", "credential is empty: it has neither bearer nor client_credentials").help(help))
}

fn check_pair(pair: &Value, insecure: bool) -> Vec<Finding> {
    const AT: &str = "/credential/client_credentials";
    let text = |name: &str| Some((format!("{AT}/{name}"), pair.get(name)?.as_str()?));
    let url =
        text("token_url").map(|(at, text)| address::check("settings/token-url", &at, text, "the token", insecure)).unwrap_or_default();
    let secret = text("client_secret").and_then(|(at, text)| check_reference(&at, text));
    let id = text("client_id").filter(|(_, text)| Reference::is_meant(text)).and_then(|(at, text)| {
        Reference::parse(text).err()?;
        let help = "Write the client id itself, or where it is: `env:NAME`, `file:PATH` or `command:LINE`.";
        Some(Finding::error(CODE, at, "client_id begins like a reference and names nothing").help(help))
    });
    url.into_iter().chain(id).chain(secret).collect()
}

/// What is wrong with a text that must say where a secret is.
pub fn check_reference(pointer: &str, text: &str) -> Option<Finding> {
    let why = Reference::parse(text).err()?;
    Some(Finding::error(CODE, pointer, why.message).help(why.help))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(credential: &Value) -> Vec<String> {
        let findings = check(&json!({"credential": credential}), false);
        findings.into_iter().map(|finding| format!("{}: {}", finding.pointer, finding.message)).collect()
    }

    fn pair(change: &Value) -> Value {
        let mut pair = json!({"token_url": "https://login.example.com/token", "client_id": "0oa1", "client_secret": "env:S"});
        pair.as_object_mut().expect("a map").extend(change.as_object().expect("a map").clone());
        json!({"client_credentials": pair})
    }

    #[test]
    fn one_way_is_fine_and_defaults_are_told() {
        assert_eq!(told(&json!({"bearer": "env:T"})), Vec::<String>::new());
        assert_eq!(told(&pair(&json!({}))), Vec::<String>::new());
        assert_eq!(told(&pair(&json!({"client_id": "env:ID"}))), Vec::<String>::new());
        let settings = CredentialSettings::deserialize(pair(&json!({}))).expect("settings");
        let pair = settings.client_credentials.expect("a pair");
        assert_eq!((pair.client_authentication, pair.scope), (ClientAuthentication::Basic, None));
    }

    #[test]
    fn both_ways_and_none_are_refused_at_their_place() {
        let mut both = pair(&json!({}));
        both["bearer"] = json!("env:T");
        assert_eq!(
            told(&both),
            ["/credential/client_credentials: credential has both bearer and client_credentials, and nobody can tell which is meant"]
        );
        assert_eq!(told(&json!({})), ["/credential: credential is empty: it has neither bearer nor client_credentials"]);
        assert_eq!(told(&json!({"baerer": "env:T"})), Vec::<String>::new(), "the schema tells of it");
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_never_repeated() {
        let refused = "the credential is a plain value; a file that is shared must not hold one";
        for secret in ["s3cr3t-token", "Bearer: s3cr3t-token", "env:"] {
            assert_eq!(told(&json!({"bearer": secret})), [format!("/credential/bearer: {refused}")]);
            let pair = pair(&json!({"client_secret": secret}));
            assert_eq!(told(&pair), [format!("/credential/client_credentials/client_secret: {refused}")]);
        }
        assert_eq!(told(&json!("s3cr3t-token")), [format!("/credential: {refused}")]);
    }

    #[test]
    fn a_key_pair_goes_to_a_safe_address_only() {
        assert_eq!(
            told(&pair(&json!({"token_url": "http://login.example.com", "client_id": "env: "}))),
            [
                "/credential/client_credentials/token_url: token_url is not encrypted, and the token would travel in the open",
                "/credential/client_credentials/client_id: client_id begins like a reference and names nothing",
            ]
        );
    }
}
