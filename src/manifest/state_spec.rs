//! What a user writes below `spec.state`: where callout remembers what it created.
//!
//! Owns its shape, and the checks that a schema cannot make. Refuses secrets, and settings that do nothing where they stand: whoever wrote
//! them believes that they do something.

use std::fmt;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::state::Cipher;
use crate::state::shared::{Cloud, StoreUrl};
use crate::systems::schema::tidy;
use crate::systems::{Finding, check_address, check_reference};

const CODE: &str = "settings/state";

// That there is one of `path` and `url` at most, and which key goes with which, is said by `check`.
/// Where callout remembers what it created: in a file of this project, or in object storage for the whole team.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "State", transform = tidy)]
pub struct StateSpec {
    /// The state's file, relative to this file. `.callout/state.json` without it, unless there is a `url`.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = [".callout/state.json"]))]
    pub path: Option<String>,
    /// A state that all machines share: `s3://bucket/prefix`, `az://container/prefix` or `gs://bucket/prefix`. The prefix belongs to this
    /// project alone.
    #[serde(default)]
    #[schemars(extend("examples" = ["s3://field-ops/acme", "az://field-ops/acme", "gs://field-ops/acme"]))]
    pub url: Option<String>,
    /// The server, if it is not the cloud's own: `https://`. For `s3://` what AWS_ENDPOINT_URL is, for `az://` the account's address.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = ["https://minio.example.com"]))]
    pub endpoint: Option<String>,
    /// The bucket's region, for `s3://`. Without it, AWS_REGION or AWS_DEFAULT_REGION.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = ["eu-central-1"]))]
    pub region: Option<String>,
    /// The storage account, for `az://`. Without it, AZURE_STORAGE_ACCOUNT or AZURE_STORAGE_ACCOUNT_NAME.
    #[serde(default)]
    #[schemars(length(min = 1), extend("examples" = ["acmefieldops"]))]
    pub account: Option<String>,
    /// Allow an `endpoint` with `http://` that is not this machine. Names and phone numbers then travel in the open.
    #[serde(default)]
    pub insecure_http: bool,
    /// How callout proves who it is. Without it: the cloud's usual variables, or what the machine has by itself.
    #[serde(default)]
    pub credential: Option<StoreCredential>,
    /// Encrypt what is kept: snapshots, journals and saved plans.
    #[serde(default)]
    pub encryption: Option<EncryptionSpec>,
}

/// How callout proves who it is to an object store. References only, never a secret itself.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = tidy)]
pub struct StoreCredential {
    /// For `s3://`: the id of the access key, itself or a reference.
    #[serde(default)]
    #[schemars(extend("examples" = ["env:STATE_KEY_ID"]))]
    pub access_key_id: Option<String>,
    /// For `s3://`: the secret half of the access key: `env:NAME`, `file:PATH` (relative to the project) or `command:LINE`.
    #[serde(default)]
    #[schemars(extend("examples" = ["env:STATE_SECRET_KEY"]))]
    pub secret_access_key: Option<String>,
    /// For `s3://`: the session token of a temporary key, likewise.
    #[serde(default)]
    #[schemars(extend("examples" = ["env:STATE_SESSION_TOKEN"]))]
    pub session_token: Option<String>,
    /// For `az://`: the storage account's key, likewise.
    #[serde(default)]
    #[schemars(extend("examples" = ["env:STATE_ACCOUNT_KEY"]))]
    pub access_key: Option<String>,
    /// For `az://`: a SAS token, likewise.
    #[serde(default)]
    #[schemars(extend("examples" = ["env:STATE_SAS_TOKEN"]))]
    pub sas_token: Option<String>,
    /// For `gs://`: a service account's key, the JSON text that Google gives for it, likewise.
    #[serde(default)]
    #[schemars(extend("examples" = ["file:/run/secrets/state.json"]))]
    pub service_account: Option<String>,
}

/// Who can read what is kept.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Encryption", transform = tidy)]
pub struct EncryptionSpec {
    /// The public keys (`age1...`) of all who may read it. It is encrypted for each of them.
    #[schemars(length(min = 1), extend("examples" = [["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]]))]
    pub recipients: Vec<String>,
    /// The secret key of one of them (`AGE-SECRET-KEY-1...`), with which this machine reads: `env:NAME`, `file:PATH` or `command:LINE`.
    #[serde(default)]
    #[schemars(extend("examples" = ["env:CALLOUT_AGE_IDENTITY"]))]
    pub identity: Option<String>,
}

/// Only which keys are there: somebody may have written a secret.
impl fmt::Debug for StoreCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.texts().map(|(name, _)| name)).finish()
    }
}

impl fmt::Debug for EncryptionSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionSpec").field("recipients", &self.recipients).finish_non_exhaustive()
    }
}

impl StoreCredential {
    /// The keys that are there, with what stands behind them.
    fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("access_key_id", &self.access_key_id),
            ("secret_access_key", &self.secret_access_key),
            ("session_token", &self.session_token),
            ("access_key", &self.access_key),
            ("sas_token", &self.sas_token),
            ("service_account", &self.service_account),
        ];
        all.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?)))
    }
}

/// Where a project's state lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatePlace {
    /// The snapshot, `.callout/state.json`; everything else lies beside it.
    File(PathBuf),
    Shared(Box<SharedSpec>),
}

/// A place in object storage, with references where secrets are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedSpec {
    pub url: StoreUrl,
    pub endpoint: Option<String>,
    pub region: Option<String>,
    pub account: Option<String>,
    pub credential: Option<StoreCredential>,
}

impl StateSpec {
    /// Of settings that `check` finds no fault with.
    pub fn place(self, folder: &Path) -> StatePlace {
        let Self { path, url, endpoint, region, account, credential, .. } = self;
        match url.and_then(|url| url.parse().ok()) {
            Some(url) => StatePlace::Shared(Box::new(SharedSpec { url, endpoint, region, account, credential })),
            None => StatePlace::File(folder.join(path.as_deref().unwrap_or(".callout/state.json"))),
        }
    }
}

/// What is wrong in `spec.state` beyond its schema; pointers are relative to it.
pub fn check(state: &Value) -> Vec<Finding> {
    let text = |name: &str| state.get(name).and_then(Value::as_str);
    let mut findings = references(state);
    let Some(url) = text("url") else {
        findings.extend(without_url(state));
        return findings;
    };
    if text("path").is_some() {
        let message = "state has both path and url, and nobody can tell where it lies";
        findings.push(Finding::error(CODE, "/path", message).help("Take one of them out."));
    }
    let insecure = state.get("insecure_http") == Some(&Value::Bool(true));
    let what = "who is sent where";
    let endpoint = text("endpoint").map(|endpoint| check_address("settings/endpoint", "/endpoint", endpoint, what, insecure));
    findings.extend(endpoint.unwrap_or_default());
    match url.parse::<StoreUrl>() {
        Ok(url) => findings.extend(misplaced(state, url.cloud)),
        Err(why) => findings.push(Finding::error(CODE, "/url", format!("url {}", why.message)).help(why.help)),
    }
    findings
}

/// Settings of a shared state, where there is none.
fn without_url(state: &Value) -> Vec<Finding> {
    let shared = ["endpoint", "region", "account", "insecure_http", "credential"];
    let there = shared.iter().filter(|name| state.get(name).is_some());
    let told = |name: &&str| {
        let message = format!("{name} is for a state in object storage, and this one is a file");
        Finding::error(CODE, format!("/{name}"), message).help("Take it out, or write `url` in place of `path`.")
    };
    there.map(told).collect()
}

/// Keys that belong to another cloud, and halves without their other half.
fn misplaced(state: &Value, cloud: Cloud) -> Vec<Finding> {
    let own = |of: Cloud, at: &'static str| {
        let help = format!("Take it out, or begin url with {}://.", of.scheme());
        let name = at.rsplit('/').next().unwrap_or_default();
        let is_there = state.pointer(at).is_some() && of != cloud;
        is_there.then(|| Finding::error(CODE, at, format!("{name} is for {}://, and url is not", of.scheme())).help(help))
    };
    let mut findings: Vec<Finding> = OWNED.iter().filter_map(|(of, at)| own(*of, at)).collect();
    findings.extend(if findings.is_empty() { halves(state, cloud) } else { None });
    findings
}

const OWNED: [(Cloud, &str); 8] = [
    (Cloud::S3, "/region"),
    (Cloud::Azure, "/account"),
    (Cloud::S3, "/credential/access_key_id"),
    (Cloud::S3, "/credential/secret_access_key"),
    (Cloud::S3, "/credential/session_token"),
    (Cloud::Azure, "/credential/access_key"),
    (Cloud::Azure, "/credential/sas_token"),
    (Cloud::Google, "/credential/service_account"),
];

fn halves(state: &Value, cloud: Cloud) -> Option<Finding> {
    let credential = state.get("credential")?.as_object()?;
    let has = |name: &str| credential.contains_key(name);
    let wrong = |message: &str, help: &str| Some(Finding::error(CODE, "/credential", message).help(help));
    match cloud {
        _ if credential.is_empty() => {
            wrong("credential is empty", "Take it out to use the cloud's usual variables, or write in it where the secrets are.")
        }
        Cloud::S3 if !(has("access_key_id") && has("secret_access_key")) => {
            wrong("credential is not complete", "An access key has two halves: access_key_id and secret_access_key.")
        }
        Cloud::Azure if has("access_key") && has("sas_token") => {
            wrong("credential has both access_key and sas_token, and nobody can tell which is meant", "Take one of them out.")
        }
        Cloud::S3 | Cloud::Azure | Cloud::Google => None,
    }
}

/// Plain values in the places of secrets.
fn references(state: &Value) -> Vec<Finding> {
    let secrets = ["secret_access_key", "session_token", "access_key", "sas_token", "service_account"];
    let secrets = secrets.iter().map(|name| format!("/credential/{name}"));
    // A text in place of the section is taken for a reference too: it may well be a key, and must be refused as one.
    let all = secrets.chain(["/credential".to_owned(), "/encryption/identity".to_owned()]);
    let plain = all.filter_map(|at| check_reference(&at, state.pointer(&at)?.as_str()?));
    plain.chain(recipients(state)).collect()
}

fn recipients(state: &Value) -> impl Iterator<Item = Finding> {
    let listed = state.pointer("/encryption/recipients").and_then(Value::as_array).into_iter().flatten().enumerate();
    listed.filter_map(|(number, recipient)| {
        let why = Cipher::check_recipient(recipient.as_str()?).err()?;
        let finding = Finding::error(why.code, format!("/encryption/recipients/{number}"), why.message);
        Some(why.help.into_iter().fold(finding, Finding::help))
    })
}
