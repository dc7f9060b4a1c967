//! The variables by which each cloud's own tools are told where and who, and what callout takes of them.
//!
//! Owns the tables. Refuses variables that would loosen the fence or the encryption, such as AWS_CONDITIONAL_PUT and AWS_ALLOW_HTTP: in
//! these tables they are not, so nobody hears them.

use std::collections::BTreeMap;

use object_store::aws::AmazonS3ConfigKey as S3;
use object_store::azure::AzureConfigKey as Azure;
use object_store::gcp::GoogleConfigKey as Google;
use url::Url;

use crate::diagnostics::{Diagnostic, Outcome};
use crate::transport::is_this_machine;

/// What a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    /// Yes or no.
    Flag,
    /// A server's address.
    Server,
}

use Form::{Flag, Server, Text};

/// A variable's name, what it sets, and its form. Of two that set the same, the first counts.
pub(super) type Row<K> = (&'static str, K, Form);

/// Where a bucket is, and how it is spoken to.
pub(super) const S3_PLACE: &[Row<S3>] = &[
    ("AWS_ENDPOINT_URL_S3", S3::Endpoint, Server),
    ("AWS_ENDPOINT_URL", S3::Endpoint, Server),
    ("AWS_ENDPOINT", S3::Endpoint, Server),
    ("AWS_REGION", S3::Region, Text),
    ("AWS_DEFAULT_REGION", S3::Region, Text),
    ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", S3::VirtualHostedStyleRequest, Flag),
    ("AWS_S3_EXPRESS", S3::S3Express, Flag),
];

/// Who asks.
pub(super) const S3_IDENTITY: &[Row<S3>] = &[
    ("AWS_ACCESS_KEY_ID", S3::AccessKeyId, Text),
    ("AWS_SECRET_ACCESS_KEY", S3::SecretAccessKey, Text),
    ("AWS_SESSION_TOKEN", S3::Token, Text),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", S3::WebIdentityTokenFile, Text),
    ("AWS_ROLE_ARN", S3::RoleArn, Text),
    ("AWS_ROLE_SESSION_NAME", S3::RoleSessionName, Text),
    ("AWS_ENDPOINT_URL_STS", S3::StsEndpoint, Server),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", S3::ContainerCredentialsRelativeUri, Text),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", S3::ContainerCredentialsFullUri, Text),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", S3::ContainerAuthorizationTokenFile, Text),
];

pub(super) const AZURE_PLACE: &[Row<Azure>] = &[
    ("AZURE_STORAGE_ACCOUNT", Azure::AccountName, Text),
    ("AZURE_STORAGE_ACCOUNT_NAME", Azure::AccountName, Text),
    ("AZURE_STORAGE_ENDPOINT", Azure::Endpoint, Server),
    ("AZURE_ENDPOINT", Azure::Endpoint, Server),
];

pub(super) const AZURE_IDENTITY: &[Row<Azure>] = &[
    ("AZURE_STORAGE_KEY", Azure::AccessKey, Text),
    ("AZURE_STORAGE_ACCOUNT_KEY", Azure::AccessKey, Text),
    ("AZURE_STORAGE_ACCESS_KEY", Azure::AccessKey, Text),
    ("AZURE_STORAGE_SAS_TOKEN", Azure::SasKey, Text),
    ("AZURE_STORAGE_SAS_KEY", Azure::SasKey, Text),
    ("AZURE_CLIENT_ID", Azure::ClientId, Text),
    ("AZURE_STORAGE_CLIENT_ID", Azure::ClientId, Text),
    ("AZURE_CLIENT_SECRET", Azure::ClientSecret, Text),
    ("AZURE_STORAGE_CLIENT_SECRET", Azure::ClientSecret, Text),
    ("AZURE_TENANT_ID", Azure::AuthorityId, Text),
    ("AZURE_STORAGE_TENANT_ID", Azure::AuthorityId, Text),
    ("AZURE_AUTHORITY_HOST", Azure::AuthorityHost, Server),
    ("AZURE_FEDERATED_TOKEN_FILE", Azure::FederatedTokenFile, Text),
    ("AZURE_STORAGE_TOKEN", Azure::Token, Text),
    ("AZURE_USE_AZURE_CLI", Azure::UseAzureCli, Flag),
    ("IDENTITY_ENDPOINT", Azure::MsiEndpoint, Text),
];

pub(super) const GOOGLE_PLACE: &[Row<Google>] = &[("STORAGE_EMULATOR_HOST", Google::BaseUrl, Server)];

pub(super) const GOOGLE_IDENTITY: &[Row<Google>] = &[
    // First: who sets it has another file in GOOGLE_APPLICATION_CREDENTIALS that cannot be read here.
    ("GOOGLE_BEARER_TOKEN", Google::BearerToken, Text),
    ("GOOGLE_SERVICE_ACCOUNT_KEY", Google::ServiceAccountKey, Text),
    ("GOOGLE_SERVICE_ACCOUNT_PATH", Google::ServiceAccount, Text),
    ("GOOGLE_SERVICE_ACCOUNT", Google::ServiceAccount, Text),
    ("GOOGLE_APPLICATION_CREDENTIALS", Google::ApplicationCredentials, Text),
];

/// What is set of a table. An empty variable is none: a build leaves so what a fork may not see.
pub(super) fn set<K: Copy + PartialEq>(table: &[Row<K>], variables: &BTreeMap<String, String>) -> Outcome<Vec<(K, String)>> {
    let mut found: Vec<(K, String)> = Vec::new();
    for (name, key, form) in table {
        let Some(value) = value(name, variables) else { continue };
        if found.iter().any(|(other, _)| other == key) {
            continue;
        }
        match form {
            Text => {}
            Flag => flag(name, value)?,
            Server => server(name, value)?,
        }
        found.push((*key, value.to_owned()));
    }
    Ok(found)
}

/// A variable's content, if it has one.
pub(super) fn value<'v>(name: &str, variables: &'v BTreeMap<String, String>) -> Option<&'v str> {
    variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
}

fn flag(name: &str, value: &str) -> Outcome<()> {
    let words = ["1", "true", "on", "yes", "y", "0", "false", "off", "no", "n"];
    if words.contains(&value.to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    let message = format!("the variable {name} is neither true nor false");
    Err(Diagnostic::error("state/variable", message).help(format!("Set it to true or false, or take it away: unset {name}")).into())
}

fn server(name: &str, value: &str) -> Outcome<()> {
    let wrong =
        |what: &str, help: String| Err(Diagnostic::error("state/variable", format!("the variable {name} {what}")).help(help).into());
    match Url::parse(value) {
        Ok(url) if url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(&url)) => Ok(()),
        Ok(url) if url.scheme() == "http" => wrong(
            "is not encrypted, and who is sent where would travel in the open",
            "Begin it with https://. For a test server, write it into callout.yaml: spec.state.endpoint, beside `insecure_http: true`."
                .to_owned(),
        ),
        Ok(_) | Err(_) => wrong("is no web address", format!("Write it like https://store.example.com, or take it away: unset {name}")),
    }
}
