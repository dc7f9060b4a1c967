//! Object storage for tests: the protocol servers of others, a stub where there is none, and a proxy that makes trouble before them.
//!
//! Each test binary starts each server once, when the first test asks for it, and gives every test a bucket of its own.
//! `tests/servers/install` installs them. Where that was not done such a test says so on the standard error and passes; with the
//! variable `CALLOUT_NEEDS_SERVERS` set, as in CI, it fails.

pub mod fault;
pub mod gcs;
mod launched;
pub mod proxy;
mod wire;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::{ObjectStore, RetryConfig};

use launched::{Launched, launch};
use proxy::Proxy;

/// Of every Azurite, as its documentation gives them. The signature is made with that key, and lets its bearer make containers.
const AZURITE_ACCOUNT: &str = "devstoreaccount1";
const AZURITE_KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const AZURITE_SIGNATURE: &str = "sv=2021-12-02&ss=b&srt=c&sp=c&se=2999-01-01T00:00:00Z&sig=J8ujdn56Lr4PkB0duefxrSpJHktTMcfJ8kCWtf1nWiM%3D";

/// The protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cloud {
    S3,
    Azure,
    Google,
}

/// A bucket, or container, that nobody else uses.
#[derive(Debug, Clone)]
pub struct Bucket {
    cloud: Cloud,
    /// Like `http://127.0.0.1:40123`.
    origin: String,
    name: String,
}

/// A bucket on moto's S3 server.
pub fn s3() -> Option<Bucket> {
    static SERVER: OnceLock<Option<Launched>> = OnceLock::new();
    bucket(Cloud::S3, SERVER.get_or_init(|| launch("s3")).as_ref()?)
}

/// A container on Azurite.
pub fn azure() -> Option<Bucket> {
    static SERVER: OnceLock<Option<Launched>> = OnceLock::new();
    bucket(Cloud::Azure, SERVER.get_or_init(|| launch("azure")).as_ref()?)
}

/// A bucket on s3rver, which speaks S3 and takes no notice of any condition.
pub fn ignoring_conditions() -> Option<Bucket> {
    static SERVER: OnceLock<Option<Launched>> = OnceLock::new();
    bucket(Cloud::S3, SERVER.get_or_init(|| launch("ignores-conditions")).as_ref()?)
}

/// A bucket on the stub of Google Cloud Storage, which is always there.
pub fn gcs() -> Bucket {
    static SERVER: OnceLock<String> = OnceLock::new();
    Bucket { cloud: Cloud::Google, origin: SERVER.get_or_init(gcs::serve).clone(), name: fresh_name() }
}

fn fresh_name() -> String {
    format!("b{}", uuid::Uuid::new_v4().simple())
}

#[allow(clippy::unnecessary_wraps, reason = "as its callers answer")]
fn bucket(cloud: Cloud, server: &Launched) -> Option<Bucket> {
    let bucket = Bucket { cloud, origin: server.origin.clone(), name: fresh_name() };
    let path = match cloud {
        Cloud::S3 | Cloud::Google => format!("/{}", bucket.name),
        Cloud::Azure => format!("/{AZURITE_ACCOUNT}/{}?restype=container&{AZURITE_SIGNATURE}", bucket.name),
    };
    let request = format!("PUT {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\n\r\n", wire::address(&bucket.origin));
    let answer = wire::exchange(wire::address(&bucket.origin), request.as_bytes()).expect("an answer of the server");
    let answer = String::from_utf8_lossy(&answer);
    let is_made = answer.split(' ').nth(1).is_some_and(|status| status.starts_with('2'));
    assert!(is_made, "no bucket was made at {}: {answer}", bucket.origin);
    Some(bucket)
}

impl Bucket {
    /// As a state's address begins: `s3://NAME`.
    pub fn url(&self) -> String {
        let scheme = match self.cloud {
            Cloud::S3 => "s3",
            Cloud::Azure => "az",
            Cloud::Google => "gs",
        };
        format!("{scheme}://{}", self.name)
    }

    /// The server, as `spec.state.endpoint` names it.
    pub fn endpoint(&self) -> String {
        match self.cloud {
            Cloud::S3 | Cloud::Google => self.origin.clone(),
            Cloud::Azure => format!("{}/{AZURITE_ACCOUNT}", self.origin),
        }
    }

    /// The cloud's usual environment variables: where it is, and who is asking.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let variables = match self.cloud {
            Cloud::S3 => vec![
                ("AWS_ENDPOINT_URL", self.endpoint()),
                ("AWS_ALLOW_HTTP", "true".to_owned()),
                ("AWS_REGION", "us-east-1".to_owned()),
                // The one pair that s3rver knows; moto takes any.
                ("AWS_ACCESS_KEY_ID", "S3RVER".to_owned()),
                ("AWS_SECRET_ACCESS_KEY", "S3RVER".to_owned()),
            ],
            Cloud::Azure => vec![
                ("AZURE_STORAGE_ENDPOINT", self.endpoint()),
                ("AZURE_ALLOW_HTTP", "true".to_owned()),
                ("AZURE_STORAGE_ACCOUNT_NAME", AZURITE_ACCOUNT.to_owned()),
                ("AZURE_STORAGE_ACCOUNT_KEY", AZURITE_KEY.to_owned()),
            ],
            Cloud::Google => {
                let account = serde_json::json!({
                    "gcs_base_url": self.endpoint(), "disable_oauth": true, "client_email": "", "private_key": "", "private_key_id": "",
                });
                vec![
                    ("STORAGE_EMULATOR_HOST", self.endpoint()),
                    ("GOOGLE_SERVICE_ACCOUNT_KEY", account.to_string()),
                    ("GOOGLE_ALLOW_HTTP", "true".to_owned()),
                ]
            }
        };
        variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// A client without callout between, which asks once and no more.
    pub fn client(&self) -> Arc<dyn ObjectStore> {
        // It fails only where a provider is installed already, which then is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let retry = RetryConfig { max_retries: 0, ..RetryConfig::default() };
        let variables = self.variables();
        let options = variables.iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
        match self.cloud {
            Cloud::S3 => {
                let known = options.filter_map(|(name, value)| Some((name.parse().ok()?, value)));
                let builder = known.fold(AmazonS3Builder::new(), |builder, (key, value)| builder.with_config(key, value));
                Arc::new(builder.with_bucket_name(&self.name).with_retry(retry).build().expect("a client"))
            }
            Cloud::Azure => {
                let known = options.filter_map(|(name, value)| Some((name.parse().ok()?, value)));
                let builder = known.fold(MicrosoftAzureBuilder::new(), |builder, (key, value)| builder.with_config(key, value));
                Arc::new(builder.with_container_name(&self.name).with_retry(retry).build().expect("a client"))
            }
            Cloud::Google => {
                let known = options.filter_map(|(name, value)| Some((name.parse().ok()?, value)));
                let builder = known.fold(GoogleCloudStorageBuilder::new(), |builder, (key, value)| builder.with_config(key, value));
                Arc::new(builder.with_bucket_name(&self.name).with_retry(retry).build().expect("a client"))
            }
        }
    }

    /// A proxy before the server, which can make trouble.
    pub fn proxy(&self) -> Proxy {
        Proxy::before(&self.origin)
    }

    /// The same bucket, for somebody who reaches it through this proxy.
    pub fn through(&self, proxy: &Proxy) -> Self {
        Self { origin: proxy.origin.clone(), ..self.clone() }
    }
}
