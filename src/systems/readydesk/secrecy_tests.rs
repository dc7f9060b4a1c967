//! The key, which goes in the address of every request, and shows nowhere.

use serde_json::{Value, json};

use crate::state::Permit;
use crate::support::server::{Reply, Server};
use crate::systems::Sent;

use super::remote_tests::{KEY, SPELLINGS, connection, fields, mark, payload, since};

/// Everything that a connection says when all of its calls are answered so.
async fn said(url: &str, more: &Value) -> String {
    let remote = connection(url, more);
    let changed = fields(&json!({"status": "Open"}));
    let writes = [
        remote.create(Permit::in_a_test(), &payload()).await,
        remote.update(Permit::in_a_test(), "77", &changed).await,
        remote.close(Permit::in_a_test(), "77").await,
    ];
    let read = remote.reader().read("77").await;
    let (list, found) = (remote.reader().list(None, 1).await, remote.reader().find(&mark(), since()).await);
    format!("{writes:?}\n{read:?}\n{list:?}\n{found:?}\n{writes:#?}")
}

/// A server of another make escapes more signs, and what is shown of JSON and of pages is decoded first.
#[tokio::test]
async fn the_key_shows_in_no_spelling_that_is_decoded_before_it_is_shown() {
    let each = |form: fn(u8) -> String| KEY.bytes().map(form).collect::<String>();
    let (unicode, entities) = (each(|byte| format!("\\u{byte:04x}")), each(|byte| format!("&#{byte};")));
    let twice = SPELLINGS[1].replace('%', "%25");
    let cut = &KEY[..12];
    for body in [
        format!("{{\"message\": \"bad key {unicode}\"}}"),
        format!("{{\"response\": [{{\"x\": \"{unicode}\"}}], \"tickets\": \"{unicode}\"}}"),
        format!("<html><body>/login?return=%2FAPI%2F%3Fkey%3D{twice} {entities}</body></html>"),
        format!("dangerous value (key=\"{cut}...\")"),
    ] {
        for status in ["200 OK", "400 Bad Request", "500 Internal Server Error"] {
            let server = Server::with([Reply::status(status, &body)]).await;
            let said = said(&server.url, &json!({})).await;
            let leaks = |text: &str| text.contains("c4n4ry") || text.contains(&twice) || text.contains("&#99;&#52;");
            assert!(!leaks(&said) && said.contains("[token]"), "{said}");
        }
    }
}

#[tokio::test]
async fn the_key_shows_nowhere_however_a_server_fails() {
    let echo = SPELLINGS.map(|spelling| format!("/desk/API/?action=get_tickets&key={spelling}")).join(" ");
    // As a text of JSON, the last spelling comes about by itself.
    let told = SPELLINGS[..3].join(" ");
    let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let redirect = |target: &str| Reply::Whole("302 Found", format!("Location: {target}\r\n"), echo.clone());
    let mut replies = vec![
        Reply::Raw(format!("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{echo}")),
        Reply::Raw(format!("{echo}\r\n\r\n")),
        Reply::json(&json!({"error": told, "tickets": [{"tid": "8", "subject": told}], "response": [{"updated_ticket": "8", "x": told}]})),
    ];
    replies.extend(SPELLINGS.map(|key| redirect(&format!("https://example.org/login?return={key}"))));
    replies.extend(
        ["200 OK", "400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "500 Internal Server Error"]
            .map(|status| Reply::status(status, leak(&format!("<html>{echo}</html>")))),
    );
    replies.push(Reply::status("200 OK", leak(&echo)));
    let mut all = String::new();
    for reply in replies {
        let server = Server::with([reply]).await;
        all.push_str(&said(&server.url, &json!({})).await);
        assert!(server.requests()[0].contains(SPELLINGS[1]), "the key does go out");
    }
    let silent = Server::with([Reply::Silence]).await;
    let late = connection(&silent.url, &json!({"timeout_seconds": 1})).create(Permit::in_a_test(), &payload()).await;
    assert_eq!(late, Sent::Unknown { why: "ReadyDesk did not answer within 1 s".to_owned() });
    // Nobody listens on a port that was just given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    all.push_str(&said(&format!("http://127.0.0.1:{port}"), &json!({})).await);
    assert!(all.contains("cannot be reached") && all.contains("[token]"), "{all}");
    assert_eq!(all.lines().find(|line| line.contains("c4n4ry")), None);
}
