//! Tokens for a key pair, from servers that behave and that do not.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Credential, CredentialSettings, Defaults};
use crate::diagnostics::Diagnostic;
use crate::support::clock::JumpingClock;
use crate::support::server::{Reply, Server};
use crate::systems::Context;

/// With signs that forms and JSON spell in other ways.
const SECRET: &str = "s3cr3t/+of:acme";

struct Stage {
    credential: Credential,
    clock: Arc<JumpingClock>,
}

impl Stage {
    fn at(url: &str) -> Self {
        Self::with(url, &json!({}))
    }

    fn with(url: &str, more: &Value) -> Self {
        let clock = JumpingClock::at("2027-01-04T12:00:00Z");
        let context = Context {
            clock: clock.clone(),
            variables: Arc::new([("ID", "id:1"), ("SECRET", SECRET)].map(|(name, value)| (name.into(), value.into())).into()),
            folder: std::path::PathBuf::new(),
            waiting: Arc::new(|_| {}),
        };
        let mut pair = json!({"token_url": format!("{url}/token"), "client_id": "env:ID", "client_secret": "env:SECRET"});
        pair.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        let settings: CredentialSettings = serde_json::from_value(json!({"client_credentials": pair})).expect("settings");
        let defaults = Defaults { scope: "urn:grt:techexpress", timeout: Duration::from_secs(1) };
        Self { credential: Credential::new(&settings, defaults, &context).expect("good settings"), clock }
    }

    async fn token(&self) -> Result<String, String> {
        let told = |error: Box<Diagnostic>| format!("{error} [{}]", error.help.clone().unwrap_or_default());
        let token = self.credential.token().await.map(|token| token.expose().to_owned()).map_err(told);
        if let Err(why) = &token {
            assert!(!why.contains("s3cr3t"), "the secret shows: {why}");
        }
        token
    }
}

fn grant(token: &str, expires_in: &Value) -> Reply {
    let mut body = json!({"access_token": token, "token_type": "Bearer", "expires_in": expires_in});
    body.as_object_mut().expect("a map").retain(|_, value| !value.is_null());
    Reply::json(&body)
}

#[tokio::test]
async fn the_key_pair_goes_into_a_header_and_the_scope_is_the_systems() {
    let server = Server::with([grant("one", &json!(3600))]).await;
    let stage = Stage::at(&server.url);
    assert_eq!(stage.token().await.as_deref(), Ok("one"));
    let request = &server.requests()[0];
    assert!(request.starts_with("POST /token HTTP/1.1\r\n"), "{request}");
    // id%3A1:s3cr3t%2F%2Bof%3Aacme
    assert!(request.contains("authorization: Basic aWQlM0ExOnMzY3IzdCUyRiUyQm9mJTNBYWNtZQ==\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\ngrant_type=client_credentials&scope=urn%3Agrt%3Atechexpress"), "{request}");
    assert_eq!(format!("{:?}", stage.credential), format!("Credential({}/token)", server.url));
}

#[tokio::test]
async fn or_into_the_form_with_a_scope_of_ones_own_or_none() {
    let server = Server::with([grant("one", &json!(3600))]).await;
    for (scope, sent) in [("a b", "&scope=a+b"), ("", "")] {
        let stage = Stage::with(&server.url, &json!({"client_authentication": "form", "client_id": "plain", "scope": scope}));
        assert_eq!(stage.token().await.as_deref(), Ok("one"));
        let requests = server.requests();
        let request = requests.last().expect("a request");
        let body = format!("\r\n\r\ngrant_type=client_credentials{sent}&client_id=plain&client_secret=s3cr3t%2F%2Bof%3Aacme");
        assert!(request.ends_with(&body) && !request.contains("authorization"), "{request}");
    }
}

#[tokio::test]
async fn a_token_is_kept_until_shortly_before_its_end() {
    for (expires_in, seconds) in [
        (json!(3600), 3540),
        (json!("3600"), 3540),
        (json!(100), 50),
        (json!(1_000_000_000), 86_340),
        (json!(null), 240),
        (json!(0), 240),
        (json!("soon"), 240),
    ] {
        let server = Server::with([grant("one", &expires_in), grant("two", &expires_in)]).await;
        let stage = Stage::at(&server.url);
        assert_eq!(stage.token().await.as_deref(), Ok("one"));
        stage.clock.jump(SignedDuration::from_secs(seconds - 1));
        assert_eq!(stage.token().await.as_deref(), Ok("one"), "{expires_in}");
        stage.clock.jump(SignedDuration::from_secs(1));
        assert_eq!(stage.credential.at_hand().await.expect("a token").expose(), "one", "what cannot wait takes what is there");
        assert_eq!(stage.token().await.as_deref(), Ok("two"), "{expires_in}");
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_clock_that_was_set_back_makes_no_token_last() {
    let server = Server::with([grant("one", &json!(3600)), grant("two", &json!(3600))]).await;
    let stage = Stage::at(&server.url);
    stage.token().await.expect("a token");
    stage.clock.jump(SignedDuration::from_hours(-5));
    assert_eq!(stage.token().await.as_deref(), Ok("two"));
}

#[tokio::test]
async fn however_many_ask_at_once_one_request_is_made() {
    let server = Server::with([grant("one", &json!(3600)), grant("two", &json!(3600))]).await;
    let stage = Stage::at(&server.url);
    let tokens = futures_util::future::join_all((0..20).map(|_| stage.token())).await;
    assert!(tokens.iter().all(|token| token.as_deref() == Ok("one")), "{tokens:?}");
    assert_eq!(server.requests().len(), 1);

    let server = Server::with([Reply::status("401 Unauthorized", r#"{"error": "invalid_client"}"#)]).await;
    let stage = Stage::at(&server.url);
    let tokens = futures_util::future::join_all((0..20).map(|_| stage.token())).await;
    assert!(tokens.iter().all(Result::is_err), "{tokens:?}");
    assert_eq!(server.requests().len(), 1, "a failure is shared too: a key pair must not be locked for many wrong tries");
    assert!(stage.token().await.is_err());
    assert_eq!(server.requests().len(), 2, "who asks later asks anew");
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let server = Server::with(["one", "two", "three"].map(|token| grant(token, &json!(3600)))).await;
    let stage = Stage::at(&server.url);
    let first = stage.credential.token().await.expect("a token");
    assert!(stage.credential.replaces(&first).await);
    assert!(stage.credential.replaces(&first).await, "it was given up already");
    let second = stage.credential.token().await.expect("a token");
    assert_eq!(second.expose(), "two");
    assert!(stage.credential.replaces(&first).await);
    assert!(!stage.credential.replaces(&second).await, "a second refusal is no accident");
    assert_eq!(stage.token().await.as_deref(), Ok("two"));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn what_the_server_says_is_told_with_the_next_step() {
    let pair = "Check client_id and client_secret (the variable SECRET). If both are right, try `client_authentication: form`.";
    let address = "Check token_url in callout.yaml.";
    for (reply, why, help) in [
        (
            Reply::status(
                "401 Unauthorized",
                r#"{"error": "invalid_client", "error_description": "The client secret s3cr3t/+of:acme is wrong."}"#,
            ),
            "it answered 401 Unauthorized (invalid_client: The client secret [secret] is wrong)",
            pair,
        ),
        (Reply::status("401 Unauthorized", ""), "it answered 401 Unauthorized", pair),
        (
            Reply::status("400 Bad Request", r#"{"error": "invalid_scope"}"#),
            "it answered 400 Bad Request (invalid_scope)",
            "Check scope: callout asked for `urn:grt:techexpress`, and the key pair must be allowed to have it.",
        ),
        (
            Reply::status("400 Bad Request", r#"{"error": "unauthorized_client"}"#),
            "it answered 400 Bad Request (unauthorized_client)",
            "The key pair may not get tokens in this way; ask who made it for another.",
        ),
        (
            Reply::status("400 Bad Request", r#"{"error": "invalid_request"}"#),
            "it answered 400 Bad Request (invalid_request)",
            "Check token_url and scope, and try `client_authentication: form`.",
        ),
        (
            Reply::status("404 Not Found", "<html><h1>Nothing here</h1>"),
            "it answered 404 Not Found: a web page, not an answer of the API: Nothing here",
            address,
        ),
        (
            Reply::status("200 OK", "<html>Sign in aWQlM0ExOnMzY3IzdCUyRiUyQm9mJTNBYWNtZQ=="),
            "it answered 200 OK without an access token: a web page, not an answer of the API: Sign in [secret]",
            address,
        ),
        (Reply::status("200 OK", r#"{"token": "s3cr3t-token"}"#), "it answered 200 OK without an access token", address),
        (
            Reply::status("200 OK", r#"{"access_token": "s3cr3t token"}"#),
            "it gave a token that is empty or has signs that no token has",
            address,
        ),
        (
            Reply::status("200 OK", r#"{"access_token": "s3cr3t-token", "token_type": "mac"}"#),
            "it gave a token of the type `mac`, and callout can use `Bearer` only",
            address,
        ),
        (Reply::Endless, "it sent an answer that is too long; callout stopped reading after 32 MiB", "Try again later."),
        (Reply::Silence, "it did not answer within 1 s", "Try again later."),
    ] {
        let server = Server::with([reply]).await;
        let told = Stage::at(&server.url).token().await.expect_err(why);
        assert_eq!(told, format!("{}/token gave no access token: {why} [{help}]", server.url));
        assert_eq!(server.requests().len(), 1, "a refusal is never repeated: {why}");
    }
}

#[tokio::test]
async fn a_redirect_is_never_followed_with_the_key_pair() {
    let other = Server::with([grant("one", &json!(3600))]).await;
    let to = format!("Location: {}/elsewhere?secret=s3cr3t\r\n", other.url);
    let server = Server::with([Reply::Whole("307 Temporary Redirect", to, String::new())]).await;
    let told = Stage::at(&server.url).token().await.expect_err("a redirect");
    let wanted = format!(
        "{}/token gave no access token: it answered 307 Temporary Redirect; it points to {}/elsewhere, and callout never follows with the key pair [Check token_url in callout.yaml.]",
        server.url, other.url
    );
    assert_eq!((told, other.requests()), (wanted, Vec::new()));
}

#[tokio::test]
async fn trouble_that_passes_is_waited_for() {
    let busy = Reply::Whole("429 Too Many Requests", "Retry-After: 7\r\n".to_owned(), String::new());
    let down = Reply::status("503 Service Unavailable", "");
    let server = Server::with([busy, down, grant("one", &json!(3600))]).await;
    let stage = Stage::at(&server.url);
    assert_eq!(stage.token().await.as_deref(), Ok("one"));
    assert_eq!(stage.clock.slept(), [7, 2].map(Duration::from_secs));

    let server = Server::with([Reply::status("500 Internal Server Error", "oops")]).await;
    let told = Stage::at(&server.url).token().await.expect_err("it stays");
    assert_eq!(told, format!("{}/token gave no access token: it answered 500 Internal Server Error: oops [Try again later.]", server.url));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn where_nobody_listens_is_told() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let stage = Stage::at(&format!("http://{free}"));
    let told = stage.token().await.expect_err("nobody");
    assert!(told.starts_with(&format!("http://{free}/token gave no access token: it cannot be reached: ")), "{told}");
    assert!(told.ends_with(" [Check token_url, and the way to it.]"), "{told}");
    assert_eq!(stage.clock.slept(), [1, 2].map(Duration::from_secs));
}

#[tokio::test]
async fn without_its_secret_nothing_is_sent() {
    let server = Server::with([grant("one", &json!(3600))]).await;
    let stage = Stage::with(&server.url, &json!({"client_secret": "env:OTHER"}));
    let told = stage.token().await.expect_err("no secret");
    assert_eq!(told, "the variable OTHER, which holds the client secret, is not set [Set it and try again: export OTHER=YOUR_SECRET]");
    assert_eq!(server.requests(), Vec::<String>::new());
}
