//! Which addresses a secret may be sent to.
//!
//! Owns the one rule for the API's address and the token's: encrypted, or this machine. Refuses to repeat an address that
//! may hold a password.

use url::Url;

use crate::systems::Finding;
use crate::transport::is_this_machine;

/// What is wrong with an address of the settings, which gets `what`. `pointer` ends with the setting's name; `insecure` allows `http://`
/// anywhere.
pub fn check(code: &'static str, pointer: &str, text: &str, what: &str, insecure: bool) -> Vec<Finding> {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    let wrong = |how: &str, help: &str| vec![Finding::error(code, pointer, format!("{name} {how}")).help(help)];
    let Ok(url) = Url::parse(text) else {
        return wrong("is no web address", "Write it like https://api.example.com.");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("holds a user name or a password", "Take it out: the credential goes into `credential`.");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("has a `?` or a `#`", "Write only the host, and a path if there is one.");
    }
    match url.scheme() {
        "https" => Vec::new(),
        "http" if is_this_machine(&url) => Vec::new(),
        "http" if insecure => {
            let message = format!("{name} is not encrypted: anybody on the way can read {what}");
            vec![Finding::warning("settings/insecure", pointer, message)]
        }
        "http" => wrong(
            &format!("is not encrypted, and {what} would travel in the open"),
            "Write https://. For a test server of yours, add `insecure_http: true`.",
        ),
        _ => wrong("is neither https nor http", "Write it like https://api.example.com."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_must_be_safe_to_send_a_token_to() {
        let told_of = |pointer: &str, text: &str, insecure: bool| {
            let told = |finding: Finding| format!("{:?} {}: {}", finding.severity, finding.pointer, finding.message);
            check("settings/base-url", pointer, text, "the token", insecure).into_iter().map(told).collect::<Vec<_>>()
        };
        let url = |text: &str| told_of("/base_url", text, false);
        let this_machine =
            ["http://127.0.0.1:8080", "http://127.9.9.9", "http://0x7f.1", "http://localhost", "http://LocalHost:1", "http://[::1]:1"];
        for fine in this_machine.iter().chain(&["https://api.example.com"]) {
            assert!(url(fine).is_empty(), "{fine}");
        }
        for other in [
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://notlocalhost",
            "http://localhost.",
            "http://0.0.0.0",
            "http://[::ffff:127.0.0.1]",
            "http://example.com/localhost",
        ] {
            assert_eq!(url(other), ["Error /base_url: base_url is not encrypted, and the token would travel in the open"], "{other}");
        }
        for behind in
            ["http://localhost@example.com", "http://127.0.0.1:80@example.com", "http://localhost:x@example.com", "https://@:a@x.example"]
        {
            assert_eq!(url(behind), ["Error /base_url: base_url holds a user name or a password"], "{behind}");
        }
        assert_eq!(url("http://example.com#@localhost"), ["Error /base_url: base_url has a `?` or a `#`"]);
        assert_eq!(url("http://api.example.com"), ["Error /base_url: base_url is not encrypted, and the token would travel in the open"]);
        assert_eq!(url("api.example.com"), ["Error /base_url: base_url is no web address"]);
        assert_eq!(url("ftp://api.example.com"), ["Error /base_url: base_url is neither https nor http"]);
        assert_eq!(url("https://me:pass@api.example.com"), ["Error /base_url: base_url holds a user name or a password"]);
        assert_eq!(url("https://api.example.com/?x=1"), ["Error /base_url: base_url has a `?` or a `#`"]);
        assert_eq!(
            told_of("/a/token_url", "http://api.example.com", true),
            ["Warning /a/token_url: token_url is not encrypted: anybody on the way can read the token"]
        );
    }
}
