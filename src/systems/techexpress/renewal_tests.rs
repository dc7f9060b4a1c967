//! Calls whose token runs out before its time: what is done again, and what is not.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::{TechExpress, example};
use crate::state::Permit;
use crate::support::clock::JumpingClock;
use crate::support::server::{Reply, Server};
use crate::systems::{Context, Observed, Payload, Remote, Sent, System};

const SECRET: &str = "s3cr3t-of-the-pair";

/// A connection whose tokens are `s3cr3t-token-1`, `s3cr3t-token-2` and so on.
struct Stage {
    tokens: Server,
    remote: Box<dyn Remote>,
}

impl Stage {
    async fn at(url: &str) -> Self {
        let token = |number| Reply::json(&json!({"access_token": format!("s3cr3t-token-{number}"), "expires_in": 3600}));
        let tokens = Server::with((1..=5).map(token)).await;
        let context = Context {
            clock: JumpingClock::at("2027-01-04T12:00:00Z"),
            variables: Arc::new([("SECRET".to_owned(), SECRET.to_owned())].into()),
            folder: std::path::PathBuf::new(),
            waiting: Arc::new(|_| {}),
        };
        let pair = json!({"token_url": format!("{}/token", tokens.url), "client_id": "acme", "client_secret": "env:SECRET"});
        let settings = json!({"base_url": url, "credential": {"client_credentials": pair}});
        Self { tokens, remote: TechExpress.connect(&settings, context).expect("good settings") }
    }

    async fn create(&self) -> Sent {
        let (drafts, _) = TechExpress.tickets(&example::dispatch()).expect("a dispatch");
        let payload = Payload { fields: drafts[0].fields.clone(), attachments: Vec::new() };
        self.remote.writer().ready(Some(&payload)).await.expect("a token");
        let sent = self.remote.create(Permit::in_a_test(), &payload).await;
        assert!(!format!("{sent:?}").contains("s3cr3t"), "a secret shows: {sent:?}");
        sent
    }

    async fn read(&self) -> Observed {
        self.remote.reader().read("77").await
    }
}

/// The tokens that requests came with.
fn tokens(server: &Server) -> Vec<String> {
    let token = |request: &String| request.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).map(str::to_owned);
    server.requests().iter().filter_map(token).collect()
}

fn refusal() -> Reply {
    Reply::status("401 Unauthorized", r#"{"message": "Expired."}"#)
}

fn ticket() -> Reply {
    Reply::json(&json!({"id": 77}))
}

#[tokio::test]
async fn one_token_serves_reads_and_creates() {
    let server = Server::with([ticket()]).await;
    let stage = Stage::at(&server.url).await;
    assert!(matches!(stage.read().await, Observed::Found(_)));
    assert!(matches!(stage.create().await, Sent::Done(_)));
    assert_eq!(tokens(&server), ["s3cr3t-token-1", "s3cr3t-token-1"]);
    assert_eq!(stage.tokens.requests().len(), 1);
    assert!(stage.tokens.requests()[0].contains("scope=urn%3Agrt%3Atechexpress"));
}

#[tokio::test]
async fn a_read_is_made_again_with_another_token() {
    let server = Server::with([refusal(), ticket()]).await;
    let stage = Stage::at(&server.url).await;
    assert!(matches!(stage.read().await, Observed::Found(_)));
    assert_eq!(tokens(&server), ["s3cr3t-token-1", "s3cr3t-token-2"]);
}

#[tokio::test]
async fn a_create_is_not_made_again_here_but_told_as_unsent() {
    let server = Server::with([refusal(), ticket()]).await;
    let stage = Stage::at(&server.url).await;
    let why = "TechExpress answered 401 Unauthorized: Expired; another token is got, and it is tried again".to_owned();
    assert_eq!(stage.create().await, Sent::Unsent { why, retry_after: Some(Duration::ZERO), stops_system: false });
    assert_eq!(tokens(&server), ["s3cr3t-token-1"], "whoever tries again writes a new intent first");
    assert!(matches!(stage.create().await, Sent::Done(_)));
    assert_eq!(tokens(&server), ["s3cr3t-token-1", "s3cr3t-token-2"]);
}

#[tokio::test]
async fn a_second_refusal_stops_the_system() {
    let server = Server::with([refusal()]).await;
    let stage = Stage::at(&server.url).await;
    let why = format!(
        "TechExpress answered 401 Unauthorized: Expired; it did not accept the token from {}/token; check that token_url and scope belong to base_url",
        stage.tokens.url
    );
    assert!(matches!(stage.create().await, Sent::Unsent { stops_system: false, .. }));
    assert_eq!(stage.create().await, Sent::Rejected { why: why.clone(), stops_system: true });
    assert_eq!(stage.read().await, Observed::Unread { why, stops_system: true });
    assert_eq!((server.requests().len(), stage.tokens.requests().len()), (3, 2));
}

#[tokio::test]
async fn a_refusal_that_breaks_off_leaves_a_create_in_doubt() {
    let half = Reply::Raw("HTTP/1.1 401 Unauthorized\r\nContent-Length: 500\r\n\r\n{\"mess".to_owned());
    let server = Server::with([half]).await;
    let stage = Stage::at(&server.url).await;
    assert!(matches!(stage.create().await, Sent::Unknown { .. }));
    assert_eq!((server.requests().len(), stage.tokens.requests().len()), (1, 1));
}
