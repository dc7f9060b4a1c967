//! How connections are made: to a ticket system, to where its tokens are given, and to an object store.
//!
//! Owns encryption, and what is never done below: no redirect is followed, nothing is sent again. Refuses to know who is connected to.

use std::error::Error;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, ClientBuilder, redirect};
use url::{Host, Url};

use crate::diagnostics::{Diagnostic, Outcome};

/// Long enough for a slow handshake. It must end before the request's own time, or a connection that never
/// came about could not be told from an answer that never came.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// `encrypted`: the address is https. `timeout` is for a whole request.
pub fn builder(encrypted: bool, timeout: Duration) -> Outcome<ClientBuilder> {
    let builder = Client::builder()
        .http1_only()
        .user_agent(concat!("callout/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .timeout(timeout)
        .connect_timeout(CONNECT_TIMEOUT.min(timeout / 2));
    if encrypted {
        // The system's own list of certificates is used, by reqwest's platform verifier; the provider it asks for is ours.
        // It fails only where one is installed already, which then is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        return Ok(builder.https_only(true));
    }
    // Not encrypted means this machine or a test server: no proxy between, and no certificates needed on a bare machine.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let tls = tls.map_err(|error| Diagnostic::error("http/client", format!("callout cannot make connections: {error}")))?;
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    // `localhost` is this machine, whatever a name server says.
    let here = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
    Ok(builder.no_proxy().resolve_to_addrs("localhost", &here).tls_backend_preconfigured(tls))
}

pub fn build(builder: ClientBuilder) -> Outcome<Client> {
    builder.build().map_err(|error| {
        let message = format!("callout cannot make connections: {}", reason(&error.without_url()));
        Diagnostic::error("http/client", message).help("On Linux, install the package `ca-certificates`.").into()
    })
}

/// Whether what is sent to this address leaves the machine: if not, it needs no encryption.
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The innermost reason of a failure: `connection refused`.
pub fn reason(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
