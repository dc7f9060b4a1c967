//! The calls against servers that misbehave: what is told, and that nothing is sent twice or to the wrong place.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::TechExpress;
use super::stage::{Stage, TOKEN};
use crate::support::clock::JumpingClock;
use crate::support::server::{Reply, Server};
use crate::systems::{Context, HoldUp, Limit, Observed, Sent, System, Unready};
use crate::ticket::{Attachment, Digest};

fn unknown(why: &str) -> Sent {
    Sent::Unknown { why: why.to_owned() }
}

fn unread(why: &str) -> Observed {
    Observed::Unread { why: why.to_owned(), stops_system: false }
}

#[tokio::test]
async fn a_create_is_sent_once_with_the_token_and_names_its_ticket() {
    let server = Server::with([Reply::json(&json!([{"id": 77, "status_name": "New"}]))]).await;
    let stage = Stage::with(&server.url, &json!({"granted_tenant_macnum": "0099"}));
    let Sent::Done(seen) = stage.create().await else { panic!("not done") };
    assert_eq!((seen.id.as_str(), seen.status.as_deref()), ("77", Some("New")));
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert!(request.starts_with("POST /api/v1/tickets/external HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("authorization: Bearer {TOKEN}\r\n")), "{request}");
    assert!(request.contains("name=\"granted_tenant_macnum\"\r\n\r\n0099\r\n"), "{request}");
}

#[tokio::test]
async fn a_read_names_ticket_and_tenant() {
    let server = Server::with([Reply::json(&json!({"id": 77, "po_number": "P"}))]).await;
    let stage = Stage::with(&server.url, &json!({"granted_tenant_macnum": "00 99"}));
    let Observed::Found(seen) = stage.read().await else { panic!("not found") };
    assert_eq!(seen.fields.text("po_number"), Some("P"));
    assert!(server.requests()[0].starts_with("GET /api/v1/tickets/77?granted_tenant_macnum=00+99 HTTP/1.1\r\n"));
}

#[tokio::test]
async fn files_go_as_parts_named_file_if_they_are_what_was_reviewed() {
    let server = Server::with([Reply::json(&json!({"id": 77}))]).await;
    let stage = Stage::at(&server.url);
    let attachment = |name: &str, content: &[u8]| Attachment {
        filename: name.to_owned(),
        path: name.into(),
        size: content.len() as u64,
        sha256: Digest::of_bytes(content),
    };
    for name in ["a.pdf", "b.png"] {
        std::fs::write(stage.folder.path().join(name), name).expect("a file");
    }
    let changed = vec![attachment("a.pdf", b"a.pdf"), attachment("b.png", b"as reviewed")];
    let why = "the file b.png changed since the plan; make a new plan".to_owned();
    assert_eq!(stage.ready(&Stage::payload(changed.clone())).await, Err(Unready::Ticket(why.clone())));
    assert_eq!(stage.create_with(changed).await, Sent::Unsent { why, retry_after: None, stops_system: false });
    assert_eq!(server.requests(), Vec::<String>::new());

    assert!(matches!(stage.create_with(vec![attachment("a.pdf", b"a.pdf"), attachment("b.png", b"b.png")]).await, Sent::Done(_)));
    let request = &server.requests()[0];
    assert!(request.contains("name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\na.pdf\r\n"), "{request}");
    assert!(request.contains("name=\"file\"; filename=\"b.png\"\r\nContent-Type: image/png\r\n\r\nb.png\r\n"), "{request}");
}

#[tokio::test]
async fn every_answer_that_names_no_ticket_leaves_the_create_in_doubt() {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[{\"id\": 77, \"status";
    for (reply, why) in [
        (
            Reply::status("200 OK", "<html><h1>Sign in</h1>"),
            "TechExpress took the ticket and answered with something that is no JSON: a web page, not an answer of the API: Sign in",
        ),
        (Reply::status("200 OK", "{}"), "TechExpress took the ticket and answered without a ticket: {}"),
        (
            Reply::status("200 OK", r#"[{"id": 7}, {"id": 8}]"#),
            "TechExpress took the ticket and answered with 2 tickets for one location: 7, 8",
        ),
        (Reply::Endless, "TechExpress sent an answer that is too long; callout stopped reading after 32 MiB, after the status 200"),
        (Reply::status("502 Bad Gateway", "upstream \u{1b}[2J down"), "TechExpress answered 502 Bad Gateway: upstream [2J down"),
        (Reply::status("500 Internal Server Error", ""), "TechExpress answered 500 Internal Server Error"),
        (Reply::status("408 Request Timeout", ""), "TechExpress answered 408 Request Timeout"),
        (Reply::status("501 Not Implemented", TOKEN), "TechExpress answered 501 Not Implemented: [token]"),
    ] {
        let server = Server::with([reply]).await;
        assert_eq!(Stage::at(&server.url).create().await, unknown(why));
        assert_eq!(server.requests().len(), 1, "{why}");
    }
    for reply in [half, "", "HTTP/1.1 200", "nonsense\r\n\r\n"] {
        let server = Server::with([Reply::Raw(reply.to_owned())]).await;
        let sent = Stage::at(&server.url).create().await;
        assert!(matches!(sent, Sent::Unknown { .. }), "{reply:?}: {sent:?}");
        assert_eq!(server.requests().len(), 1, "{reply:?}");
    }
}

#[tokio::test]
async fn a_create_without_an_answer_in_time_is_in_doubt() {
    let server = Server::with([Reply::Silence]).await;
    let stage = Stage::with(&server.url, &json!({"timeout_seconds": 1}));
    assert_eq!(stage.create().await, unknown("TechExpress did not answer within 1 s"));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let other = Server::with([Reply::json(&json!({"id": 77}))]).await;
    for status in ["301 Moved Permanently", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let redirect = Reply::Whole(status, format!("Location: {}/elsewhere\r\n", other.url), String::new());
        let server = Server::with([redirect]).await;
        let why = format!(
            "TechExpress answered {status}; it points to {}/elsewhere, and callout never follows with the token: check base_url",
            other.url
        );
        assert_eq!(Stage::at(&server.url).create().await, unknown(&why));
        assert_eq!(Stage::at(&server.url).read().await, unread(&why));
        assert_eq!(server.requests().len(), 2);
    }
    assert_eq!(other.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_refusal_is_told_in_the_servers_words() {
    let server = Server::with([Reply::status("400 Bad Request", r#"{"message": "po_number is too long"}"#)]).await;
    let why = "TechExpress answered 400 Bad Request: po_number is too long".to_owned();
    assert_eq!(Stage::at(&server.url).create().await, Sent::Rejected { why, stops_system: false });
}

#[tokio::test]
async fn a_token_that_is_not_accepted_stops_the_system_for_writes_and_reads() {
    for (status, why) in [
        (
            "401 Unauthorized",
            "TechExpress answered 401 Unauthorized: bad token [token]; it did not accept the token from the variable TOKEN",
        ),
        (
            "403 Forbidden",
            "TechExpress answered 403 Forbidden: bad token [token]; the token from the variable TOKEN lacks permission: it needs the scope urn:grt:techexpress, and leave to act for granted_tenant_macnum if that is set",
        ),
    ] {
        let server = Server::with([Reply::status(status, &format!("bad token {TOKEN}"))]).await;
        assert_eq!(Stage::at(&server.url).create().await, Sent::Rejected { why: why.to_owned(), stops_system: true });
        assert_eq!(Stage::at(&server.url).read().await, Observed::Unread { why: why.to_owned(), stops_system: true });
        assert_eq!(server.requests().len(), 2, "neither is repeated");
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    // The port was free a moment ago, and nobody listens on it now.
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let stage = Stage::at(&format!("http://{free}"));
    let Sent::Unsent { why, retry_after: None, stops_system: true } = stage.create().await else { panic!("not unsent") };
    assert!(why.starts_with("TechExpress cannot be reached at 127.0.0.1: "), "{why}");
    let Observed::Unread { why, stops_system: true } = stage.read().await else { panic!("not unread") };
    assert!(why.starts_with("TechExpress cannot be reached at 127.0.0.1: "), "{why}");
    assert_eq!(stage.clock.slept(), [1, 2, 4, 8].map(Duration::from_secs), "a read is tried five times");
}

#[tokio::test]
async fn told_to_wait_a_create_is_unsent_and_the_next_request_waits() {
    let wait = Reply::Whole("429 Too Many Requests", "Retry-After: 17\r\n".to_owned(), String::new());
    let server = Server::with([wait, Reply::json(&json!({"id": 77}))]).await;
    let stage = Stage::at(&server.url);
    let why = "TechExpress answered 429 Too Many Requests; it wants a pause of 17s".to_owned();
    assert_eq!(stage.create().await, Sent::Unsent { why, retry_after: Some(Duration::from_secs(17)), stops_system: false });
    assert_eq!(stage.clock.slept(), []);
    assert!(matches!(stage.create().await, Sent::Done(_)));
    assert_eq!(stage.clock.slept(), [Duration::from_secs(17)]);
    let limit = Limit { id: "techexpress", title: "TechExpress", own: Some(60), printed: Some(60) };
    let told = [HoldUp::TooMany(limit), HoldUp::Turn { title: "TechExpress", seconds: 17 }];
    assert_eq!(*stage.told.lock().expect("the list"), told);
}

#[tokio::test]
async fn a_pause_that_is_too_long_stops_the_system_instead_of_seeming_to_hang() {
    let wait = Reply::Whole("429 Too Many Requests", "Retry-After: Mon, 04 Jan 2027 14:00:00 GMT\r\n".to_owned(), String::new());
    let server = Server::with([wait]).await;
    let stage = Stage::at(&server.url);
    let why =
        "TechExpress answered 429 Too Many Requests; it wants a pause of 2h, which is too long to wait for; try again then".to_owned();
    let pause = Duration::from_secs(2 * 60 * 60);
    assert_eq!(stage.create().await, Sent::Unsent { why: why.clone(), retry_after: Some(pause), stops_system: true });
    assert_eq!(stage.read().await, Observed::Unread { why, stops_system: true });
    assert_eq!((stage.clock.slept(), server.requests().len()), (vec![], 2));
}

#[tokio::test]
async fn a_read_is_asked_again_until_the_trouble_passes() {
    let half = Reply::Raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\"".to_owned());
    let busy = Reply::status("429 Too Many Requests", "");
    let down = Reply::status("503 Service Unavailable", "");
    let server = Server::with([down, busy, half, Reply::json(&json!({"id": 77}))]).await;
    let stage = Stage::at(&server.url);
    assert!(matches!(stage.read().await, Observed::Found(_)));
    // Pauses of 1, 2 and 4 s; after the second, the rest of the 15 s that a 429 costs.
    assert_eq!(stage.clock.slept(), [1, 2, 13, 4].map(Duration::from_secs));
}

#[tokio::test]
async fn a_read_that_stays_in_trouble_says_what_the_trouble_is() {
    let server = Server::with([Reply::status("500 Internal Server Error", "oops")]).await;
    assert_eq!(Stage::at(&server.url).read().await, unread("TechExpress answered 500 Internal Server Error: oops"));
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn no_such_ticket_is_missing_and_another_ticket_is_nothing() {
    let server = Server::with([Reply::status("404 Not Found", "")]).await;
    assert_eq!(Stage::at(&server.url).read().await, Observed::Missing);
    assert_eq!(server.requests().len(), 1);
    let server = Server::with([Reply::json(&json!({"id": 78}))]).await;
    assert_eq!(Stage::at(&server.url).read().await, unread("TechExpress was asked for ticket 77 and answered with ticket 78"));
    let server = Server::with([Reply::status("200 OK", "<html>Sign in")]).await;
    let why = "TechExpress answered with something that is no JSON: a web page, not an answer of the API: Sign in";
    assert_eq!(Stage::at(&server.url).read().await, unread(why));
}

#[tokio::test]
async fn an_id_that_would_lead_elsewhere_is_not_asked_for() {
    let server = Server::with([Reply::json(&json!({"id": 77}))]).await;
    let stage = Stage::at(&server.url);
    for id in ["", "..", "../77", "77?x=1", "7 7", "77/notes"] {
        let why = format!("`{id}` cannot be the id of a TechExpress ticket");
        assert_eq!(stage.remote.reader().read(id).await, unread(&why));
    }
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn without_its_credential_nothing_is_sent_and_the_next_step_is_told() {
    let server = Server::with([Reply::json(&json!({"id": 77}))]).await;
    let stage = Stage::with(&server.url, &json!({"credential": {"bearer": "env:OTHER"}}));
    let why = "the variable OTHER, which holds the access token, is not set. Set it and try again: export OTHER=YOUR_TOKEN".to_owned();
    assert_eq!(stage.ready(&Stage::payload(Vec::new())).await, Err(Unready::System(why.clone())));
    assert_eq!(stage.create().await, Sent::Unsent { why: why.clone(), retry_after: None, stops_system: true });
    assert_eq!(stage.read().await, Observed::Unread { why, stops_system: true });
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[test]
fn settings_that_are_wrong_connect_to_nothing_and_repeat_no_secret() {
    let context = || Context {
        clock: JumpingClock::at("2027-01-04T12:00:00Z"),
        variables: Arc::default(),
        folder: "/".into(),
        waiting: Arc::new(|_| {}),
    };
    for settings in [
        json!({}),
        json!({"base_url": "https://api.example.com", "credential": TOKEN}),
        json!({"base_url": "https://api.example.com", "credential": {"bearer": TOKEN}}),
        json!({"base_url": "http://api.example.com", "credential": {"bearer": "env:T"}}),
    ] {
        let error = TechExpress.connect(&settings, context()).err().expect("wrong settings");
        assert_eq!(error.message, "the settings of techexpress in callout.yaml are not complete or not right");
        assert_eq!(error.help.as_deref(), Some("Run `callout validate` to see what is wrong."));
    }
    // The platform's list of certificates is there or it is not; neither may panic.
    let good = json!({"base_url": "https://api.example.com", "credential": {"bearer": "env:T"}});
    if let Err(error) = TechExpress.connect(&good, context()) {
        assert_eq!(error.help.as_deref(), Some("On Linux, install the package `ca-certificates`."));
    }
}
