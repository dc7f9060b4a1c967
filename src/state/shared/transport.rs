//! Connections to an object store, and how long each of its answers is waited for.
//!
//! Owns the patience: a store that says nothing must not make a run seem to hang, and a large snapshot over a slow line must not be
//! broken off. Refuses redirects and unencrypted ways, as the connections to the ticket systems do: the client below is the same.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::SignedDuration;
use object_store::client::{
    ClientConfigKey, ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use object_store::{BackoffConfig, Error, Result, RetryConfig};

use crate::transport;

/// A store's own servers are near. Where nobody answers at all, that is known soon.
const CONNECT: Duration = Duration::from_secs(5);

/// Until the answer to a request begins, apart from the time to send its body.
const ANSWER: Duration = Duration::from_secs(15);

/// What a slow line sends in a second. A snapshot of 10,000 tickets has some megabytes.
const BYTES_PER_SECOND: u64 = 64 * 1024;

/// For a whole request with its answer, however large.
const WHOLE: Duration = Duration::from_secs(5 * 60);

/// The requests of a store's client that changed nothing are made at most three times, and no more after this time. What a write means
/// whose answer was lost is for [`super::Objects`] to find out, which tries by itself.
pub(super) fn retry() -> RetryConfig {
    let backoff = BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(2), base: 2.0 };
    RetryConfig { backoff, max_retries: 2, retry_timeout: Duration::from_secs(20) }
}

/// `encrypted`: the address is https.
pub(super) fn options(encrypted: bool) -> ClientOptions {
    ClientOptions::new().with_allow_http(!encrypted).with_connect_timeout(CONNECT)
}

/// Makes the clients: for the store, and for where a cloud gives its tokens.
#[derive(Debug)]
pub(super) struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> Result<HttpClient> {
        let option = |key| options.get_config_value(&key);
        // What a machine in a cloud is told about itself comes unencrypted, from an address that leads nowhere else.
        let encrypted = option(ClientConfigKey::AllowHttp).as_deref() != Some("true");
        let connect = option(ClientConfigKey::ConnectTimeout).and_then(|text| text.parse::<SignedDuration>().ok());
        let connect = connect.and_then(|time| Duration::try_from(time).ok()).unwrap_or(CONNECT);
        let client = transport::builder(encrypted, WHOLE).and_then(|builder| transport::build(builder.connect_timeout(connect)));
        let client = client.map_err(|why| Error::Generic { store: "callout", source: why })?;
        Ok(HttpClient::new(Patient(client)))
    }
}

/// Waits for an answer as long as its request is worth.
#[derive(Debug)]
struct Patient(reqwest::Client);

impl HttpService for Patient {
    fn call<'life, 'call>(
        &'life self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'call>>
    where
        'life: 'call,
        Self: 'call,
    {
        let patience = patience(request.body().content_length());
        Box::pin(async move {
            let silent = |_| Err(HttpError::new(HttpErrorKind::Timeout, Silent(patience)));
            tokio::time::timeout(patience, self.0.call(request)).await.unwrap_or_else(silent)
        })
    }
}

fn patience(bytes: usize) -> Duration {
    let sending = u64::try_from(bytes).unwrap_or(u64::MAX) / BYTES_PER_SECOND;
    ANSWER.saturating_add(Duration::from_secs(sending)).min(WHOLE)
}

#[derive(Debug)]
struct Silent(Duration);

impl fmt::Display for Silent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer within {} s", self.0.as_secs())
    }
}

impl std::error::Error for Silent {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_body_gets_the_time_to_be_sent() {
        assert_eq!(patience(0), Duration::from_secs(15));
        assert_eq!(patience(64 * 1024 * 60), Duration::from_secs(75));
        assert_eq!(patience(usize::MAX), Duration::from_secs(300));
    }
}
