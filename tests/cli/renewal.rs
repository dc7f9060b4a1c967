//! A key pair in place of a token: got when it is needed, replaced when it runs out half-way, and seen nowhere.

use serde_json::json;

use crate::shown::DIFFERENT;
use crate::support::server::{Reply, Server};
use crate::vendor::{Site, dispatch, project_file};

const SECRET: &str = "s3cr3t-of-the-pair";
const CREDENTIAL: &str = "{bearer: \"env:G360_TOKEN\"}";

/// A project with two dispatches, where tokens are given and taken as these replies say.
struct Pair {
    site: Site,
    tokens: Server,
    api: Server,
}

impl Pair {
    fn with(tokens: impl IntoIterator<Item = Reply>, api: impl IntoIterator<Item = Reply>) -> Self {
        let mut site = Site::with_dispatch();
        site.write("tickets/b.yaml", dispatch("store-0418-router", "0418"));
        site.set("SECRET", SECRET);
        let (tokens, api) = (site.vendor.block_on(Server::with(tokens)), site.vendor.block_on(Server::with(api)));
        let pair =
            format!("{{client_credentials: {{token_url: \"{}/token\", client_id: acme, client_secret: \"env:SECRET\"}}}}", tokens.url);
        site.write("callout.yaml", project_file(&api.url, "").replace(CREDENTIAL, &pair));
        Self { site, tokens, api }
    }

    /// How often the journal says that this happened.
    fn written(&self, event: &str) -> usize {
        self.site.read(".callout/journal.jsonl").matches(&format!("\"event\":\"{event}\"")).count()
    }

    /// No token and no secret is in an output or in a file.
    fn is_hidden(&self, ran: &crate::support::project::Ran) {
        assert!(!ran.out.contains("s3cr3t") && !ran.err.contains("s3cr3t"), "{ran}");
        for file in self.site.files() {
            let bytes = std::fs::read(&file).expect("a file");
            assert!(!String::from_utf8_lossy(&bytes).contains("s3cr3t"), "{} after\n{ran}", file.display());
        }
    }
}

fn token(number: u32) -> Reply {
    Reply::json(&json!({"access_token": format!("s3cr3t-token-{number}"), "token_type": "Bearer", "expires_in": 3600}))
}

fn ticket(id: u32) -> Reply {
    Reply::json(&json!([{"id": id, "status_name": "New"}]))
}

fn expired() -> Reply {
    Reply::status("401 Unauthorized", r#"{"message": "The token s3cr3t-token-1 has expired."}"#)
}

#[test]
fn a_token_that_runs_out_half_way_is_replaced_under_a_new_intent() {
    let pair = Pair::with([token(1), token(2)], [ticket(482_001), expired(), ticket(482_002)]);
    let ran = pair.site.run("apply --yes --log trace").ends_with(0);
    pair.is_hidden(&ran);
    let creates = pair.api.requests();
    let with = |number: u32| creates.iter().filter(|create| create.contains(&format!("Bearer s3cr3t-token-{number}\r\n"))).count();
    assert_eq!((creates.len(), with(1), with(2), pair.tokens.requests().len()), (3, 2, 1, 2));
    assert_eq!(["intended", "unsent", "created", "rejected"].map(|event| pair.written(event)), [3, 1, 2, 0]);
    pair.site.run("plan --refresh none --detailed-exitcode").ends_with(0);
}

#[test]
fn a_token_that_is_refused_again_stops_the_run_cleanly() {
    let pair = Pair::with([token(1), token(2)], [expired(), Reply::status("401 Unauthorized", "No.")]);
    let ran = pair.site.run("apply --yes").ends_with(1);
    pair.is_hidden(&ran);
    assert_eq!(["created", "rejected"].map(|event| pair.written(event)), [0, pair.written("intended") - pair.written("unsent")]);
    assert_eq!(pair.tokens.requests().len(), 2, "one renewal in a run");
    assert!(ran.out.contains("it did not accept the token from http://127.0.0.1:"), "{ran}");
    pair.site.run("plan --refresh none --detailed-exitcode").ends_with(2);
}

#[test]
fn a_key_pair_that_is_refused_sends_nothing() {
    let refusal = Reply::status("401 Unauthorized", r#"{"error": "invalid_client", "error_description": "No s3cr3t-of-the-pair here."}"#);
    let pair = Pair::with([refusal], [ticket(482_001)]);
    let ran = pair.site.run("apply --yes").ends_with(1);
    pair.is_hidden(&ran);
    assert_eq!((pair.api.requests(), pair.written("intended")), (Vec::new(), 0));
    let told = ran.out.lines().find(|line| line.contains("gave no access token")).unwrap_or_default().to_owned();
    insta::with_settings!({filters => DIFFERENT}, { insta::assert_snapshot!(told, @"! Dispatch/store-0417-router: not started: http://127.0.0.1:[port]/token gave no access token: it answered 401 Unauthorized (invalid_client: No [secret] here). Check client_id and client_secret (the variable SECRET). If both are right, try `client_authentication: form`. (1/2)") });
}
