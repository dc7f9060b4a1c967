//! From settings and variables to a connection.
//!
//! Owns which of the two counts: the settings, and what they leave out the cloud's usual variables. Refuses to mix them where they say who
//! asks: half a key of one person and half of another is nobody's. No secret is in any message, and nothing is asked of the network yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey as S3};
use object_store::azure::{AzureConfigKey as Azure, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey as Google};
use secrecy::{ExposeSecret, SecretString};

use super::address::{Cloud, StoreUrl};
use super::objects::Objects;
use super::transport::{Connector, options, retry};
use super::variables::{AZURE_IDENTITY, AZURE_PLACE, GOOGLE_IDENTITY, GOOGLE_PLACE, S3_IDENTITY, S3_PLACE, set, value};
use crate::diagnostics::{Diagnostic, Outcome};

/// A store as the project file has it, with every reference looked up.
#[derive(Debug, Clone)]
pub struct Settings {
    pub url: StoreUrl,
    /// The server, if it is not the cloud's own.
    pub endpoint: Option<String>,
    /// For S3.
    pub region: Option<String>,
    /// For Azure.
    pub account: Option<String>,
    /// Without it, the variables tell who asks.
    pub credential: Option<Credential>,
}

/// Who asks.
#[derive(Debug, Clone)]
pub enum Credential {
    /// S3: a key with its two halves, and a token if it is a temporary one.
    AccessKey { id: String, secret: SecretString, session: Option<SecretString> },
    /// Azure: the key of the storage account.
    AccountKey(SecretString),
    /// Azure: a shared access signature.
    Sas(SecretString),
    /// Google: the JSON text of a service account's key.
    ServiceAccount(SecretString),
}

type Variables = BTreeMap<String, String>;
type Built = Outcome<Arc<dyn ObjectStore>>;

/// A connection to the state's store.
pub fn connect(settings: &Settings, variables: &Variables) -> Outcome<Objects> {
    let store = match settings.url.cloud {
        Cloud::S3 => s3(settings, variables),
        Cloud::Azure => azure(settings, variables),
        Cloud::Google => google(settings, variables),
    };
    Objects::new(store?, &settings.url.prefix, settings.url.to_string())
}

fn s3(settings: &Settings, variables: &Variables) -> Built {
    let place = set(S3_PLACE, variables)?.into_iter();
    let own = [(S3::Endpoint, &settings.endpoint), (S3::Region, &settings.region)];
    let own = own.into_iter().filter_map(|(key, value)| Some((key, value.clone()?)));
    let who = match &settings.credential {
        Some(Credential::AccessKey { id, secret, session }) => {
            let session = session.as_ref().map(|token| (S3::Token, exposed(token)));
            [(S3::AccessKeyId, id.clone()), (S3::SecretAccessKey, exposed(secret))].into_iter().chain(session).collect()
        }
        Some(Credential::AccountKey(_) | Credential::Sas(_) | Credential::ServiceAccount(_)) => return Err(other_cloud(settings).into()),
        None => s3_identity(variables)?,
    };
    let builder = AmazonS3Builder::new().with_bucket_name(&settings.url.bucket);
    let builder = place.chain(own).chain(who).fold(builder, |builder, (key, value)| builder.with_config(key, value));
    let encrypted = is_encrypted(builder.get_config_value(&S3::Endpoint));
    let builder = builder.with_client_options(options(encrypted)).with_retry(retry()).with_http_connector(Connector);
    // Not every store that speaks this protocol deletes several objects at once.
    Ok(Arc::new(builder.with_disable_bulk_delete(true).build().map_err(|error| unusable(settings, &error))?))
}

/// Where no variable says who asks, the machine itself may be somebody, as those in a cloud are.
fn s3_identity(variables: &Variables) -> Outcome<Vec<(S3, String)>> {
    let who = set(S3_IDENTITY, variables)?;
    let has = |key: S3| who.iter().any(|(known, _)| *known == key);
    let lacks = |there: &str, missing: &str| {
        let message = format!("the variable {there} is set, and {missing} is not");
        Err(Diagnostic::error("state/credential", message).help("An access key has two halves. Set both, or neither.").into())
    };
    match (has(S3::AccessKeyId), has(S3::SecretAccessKey)) {
        (true, false) => return lacks("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        (false, true) => return lacks("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
        (true, true) => return Ok(who),
        (false, false) => {}
    }
    let named = has(S3::WebIdentityTokenFile) && has(S3::RoleArn)
        || has(S3::ContainerCredentialsRelativeUri)
        || has(S3::ContainerCredentialsFullUri);
    let profile = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"].into_iter().find(|name| value(name, variables).is_some());
    let may_ask = value("AWS_EC2_METADATA_DISABLED", variables).is_none_or(|value| !value.eq_ignore_ascii_case("true"));
    match profile {
        _ if named => Ok(who),
        Some(profile) => {
            let message = format!("the variable {profile} is set, and callout reads no profiles");
            let help = "Give it the profile's keys, for this shell: eval \"$(aws configure export-credentials --format env)\"";
            Err(Diagnostic::error("state/credential", message).help(help).into())
        }
        None if may_ask => Ok(who),
        None => Err(nobody(Cloud::S3, "no variable says who asks for the state, and the machine may not be asked").into()),
    }
}

fn azure(settings: &Settings, variables: &Variables) -> Built {
    let place = set(AZURE_PLACE, variables)?.into_iter();
    let own = [(Azure::Endpoint, &settings.endpoint), (Azure::AccountName, &settings.account)];
    let own = own.into_iter().filter_map(|(key, value)| Some((key, value.clone()?)));
    let who = match &settings.credential {
        Some(Credential::AccountKey(key)) => vec![(Azure::AccessKey, exposed(key))],
        Some(Credential::Sas(token)) => vec![(Azure::SasKey, exposed(token))],
        Some(Credential::AccessKey { .. } | Credential::ServiceAccount(_)) => return Err(other_cloud(settings).into()),
        None => set(AZURE_IDENTITY, variables)?,
    };
    let builder = MicrosoftAzureBuilder::new().with_container_name(&settings.url.bucket);
    let builder = place.chain(own).chain(who).fold(builder, |builder, (key, value)| builder.with_config(key, value));
    if builder.get_config_value(&Azure::AccountName).is_none() {
        let message = format!("`{}` names no storage account", settings.url);
        let help = "Write it into callout.yaml, spec.state.account, or set the variable AZURE_STORAGE_ACCOUNT.";
        return Err(Diagnostic::error("state/account", message).help(help).into());
    }
    let encrypted = is_encrypted(builder.get_config_value(&Azure::Endpoint));
    let builder = builder.with_client_options(options(encrypted)).with_retry(retry()).with_http_connector(Connector);
    Ok(Arc::new(builder.build().map_err(|error| unusable(settings, &error))?))
}

fn google(settings: &Settings, variables: &Variables) -> Built {
    let place = set(GOOGLE_PLACE, variables)?.into_iter();
    let own = settings.endpoint.iter().map(|endpoint| (Google::BaseUrl, endpoint.clone()));
    let who = match &settings.credential {
        Some(Credential::ServiceAccount(key)) => vec![(Google::ServiceAccountKey, exposed(key))],
        Some(Credential::AccessKey { .. } | Credential::AccountKey(_) | Credential::Sas(_)) => return Err(other_cloud(settings).into()),
        // The first of them alone: its client takes no two of them.
        None => set(GOOGLE_IDENTITY, variables)?.into_iter().take(1).collect(),
    };
    let builder = GoogleCloudStorageBuilder::new().with_bucket_name(&settings.url.bucket);
    let place = place.chain(own).map(|(key, server)| (key, server.trim_end_matches('/').to_owned()));
    let builder = place.chain(who).fold(builder, |builder, (key, value)| builder.with_config(key, value));
    let encrypted = is_encrypted(builder.get_config_value(&Google::BaseUrl));
    let builder = builder.with_client_options(options(encrypted)).with_retry(retry()).with_http_connector(Connector);
    Ok(Arc::new(builder.build().map_err(|error| unusable(settings, &error))?))
}

fn is_encrypted(endpoint: Option<String>) -> bool {
    endpoint.is_none_or(|endpoint| !endpoint.to_ascii_lowercase().starts_with("http://"))
}

/// For the store's client alone, which keeps it.
fn exposed(secret: &SecretString) -> String {
    secret.expose_secret().to_owned()
}

fn other_cloud(settings: &Settings) -> Diagnostic {
    let message = format!("the credential below spec.state is not for {}://", settings.url.cloud.scheme());
    Diagnostic::error("state/credential", message).help("Run `callout validate` to see what is wrong.")
}

/// What is told where nothing says who asks.
pub(super) fn nobody(cloud: Cloud, message: &str) -> Diagnostic {
    let usual = match cloud {
        Cloud::S3 => "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        Cloud::Azure => "AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN",
        Cloud::Google => "GOOGLE_APPLICATION_CREDENTIALS",
    };
    let help =
        format!("Set {usual}, or write in callout.yaml where the secrets are: spec.state.credential. docs/credentials.md has all ways.");
    Diagnostic::error("state/credential", message).help(help)
}

/// Why the store's client cannot be made. Its own words may repeat what somebody wrote in the place of a key.
fn unusable(settings: &Settings, error: &object_store::Error) -> Diagnostic {
    let mut deeper: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = deeper {
        if let Some(known) = inner.downcast_ref::<Diagnostic>() {
            return known.clone();
        }
        deeper = inner.source();
    }
    let (what, help) = match settings.url.cloud {
        Cloud::S3 => (
            "the settings of the state's store cannot be used",
            "Look at the variables that begin with AWS_, and at spec.state in callout.yaml.",
        ),
        Cloud::Azure => (
            "the storage account's key or SAS token cannot be used: it is not what Azure gives",
            "A key is base64, and a SAS token is like `sv=...&sig=...`. Copy it again, whole.",
        ),
        Cloud::Google => (
            "the key of the service account cannot be used: it is not the JSON text that Google gives for one",
            "Other kinds of files, such as those of a workload identity federation, callout does not read: let the workflow get an access token \
             and set GOOGLE_BEARER_TOKEN.",
        ),
    };
    Diagnostic::error("state/credential", what).help(help)
}

#[cfg(test)]
mod tests;
