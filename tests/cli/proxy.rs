//! What a proxy of the environment gets: of an encrypted connection its two ends, and of one to this machine nothing.

use crate::process::program;
use crate::support::server::{Reply, Server};
use crate::vendor::{Site, TOKEN, project_file};

#[test]
fn a_proxy_sees_where_to_and_not_what() {
    let site = Site::with_dispatch();
    let proxy = site.vendor.block_on(Server::with([Reply::status("403 Forbidden", "no way through")]));
    site.write("callout.yaml", project_file("https://api.example.com", ""));
    let output = program(&site)
        .args(["import", "Dispatch/store-0417-router", "482001", "--yes"])
        .env("G360_TOKEN", TOKEN)
        .env("HTTPS_PROXY", &proxy.url)
        // Any certificate: it does not come to a handshake.
        .env("SSL_CERT_FILE", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/proxy.pem"))
        .output()
        .expect("callout");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let seen = proxy.requests();
    assert!(!seen.is_empty(), "{told}");
    for request in seen {
        assert!(request.starts_with("CONNECT api.example.com:443 HTTP/1.1\r\n"), "{request}");
        assert!(!request.contains(TOKEN) && !request.to_ascii_lowercase().contains("authorization"), "{request}");
    }
    assert_eq!(output.status.code(), Some(1), "{told}");
}

#[test]
fn what_is_not_encrypted_takes_no_proxy() {
    let site = Site::with_dispatch();
    let proxy = site.vendor.block_on(Server::with([Reply::status("200 OK", "[]")]));
    let output = program(&site)
        .args(["import", "Dispatch/store-0417-router", "482001", "--yes"])
        .env("G360_TOKEN", TOKEN)
        .envs(["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"].map(|name| (name, proxy.url.clone())))
        .output()
        .expect("callout");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(proxy.requests(), Vec::<String>::new(), "{told}");
    assert!(told.contains("has no such ticket"), "the vendor answered: {told}");
}
