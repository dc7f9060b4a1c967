//! One create for several locations against servers that misbehave: what became of all of them, and that it is sent once.

use std::time::Duration;

use serde_json::{Value, json};

use super::stage::{Stage, TOKEN};
use crate::state::Permit;
use crate::support::server::{Reply, Server};
use crate::systems::{Payload, Sent, Several, Unready};

/// The example at these places.
fn payloads(names: &[&str]) -> Vec<Payload> {
    let at = |name: &&str| {
        let mut payload = Stage::payload(Vec::new());
        payload.fields.set("location_name", *name);
        payload
    };
    names.iter().map(at).collect()
}

async fn create(stage: &Stage, payloads: &[Payload]) -> Several {
    stage.remote.writer().ready_together(payloads).await.expect("ready");
    let several = stage.remote.create_together(Permit::in_a_test(), payloads).await;
    assert!(!format!("{several:?}").contains("s3cr3t"), "the token shows: {several:?}");
    several
}

/// What became of two locations that met this answer, and whether the run sends nothing more.
async fn same(reply: Reply, more: &Value) -> (Sent, bool) {
    let server = Server::with([reply]).await;
    let several = create(&Stage::with(&server.url, more), &payloads(&["a", "b"])).await;
    assert_eq!(server.requests().len(), 1);
    match several {
        Several::Same { sent, stops_system } => (sent, stops_system),
        Several::Answered { .. } => panic!("{several:?}"),
    }
}

fn unknown(why: &str) -> Sent {
    Sent::Unknown { why: why.to_owned() }
}

#[tokio::test]
async fn one_request_names_every_location_and_says_the_rest_once() {
    let body = json!([{"id": 8, "location_name": "b"}, {"id": 7, "location_name": "a"}, {"location_name": "c"}]);
    let server = Server::with([Reply::json(&body)]).await;
    let stage = Stage::with(&server.url, &json!({"granted_tenant_macnum": "0099", "locations_per_request": 3}));
    let Several::Answered { tickets, nameless } = create(&stage, &payloads(&["a", "b", "c"])).await else { panic!("not answered") };
    assert_eq!((tickets.iter().map(|seen| seen.id.as_str()).collect::<Vec<_>>(), nameless), (vec!["8", "7"], 1));
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert!(request.starts_with("POST /api/v1/tickets/external HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("authorization: Bearer {TOKEN}\r\n")), "{request}");
    for (part, count) in
        [("name=\"locations\"", 1), ("name=\"contact_name\"", 1), ("\"location_name\":", 3), ("name=\"granted_tenant_macnum\"", 1)]
    {
        assert_eq!(request.matches(part).count(), count, "{part} in {request}");
    }
}

#[tokio::test]
async fn a_refusal_says_nothing_of_each_unless_the_settings_do() {
    for (status, body, said) in [
        ("400 Bad Request", "bad date", "400 Bad Request: bad date"),
        ("404 Not Found", "", "404 Not Found"),
        ("409 Conflict", "twice.", "409 Conflict: twice"),
        ("422 Unprocessable Entity", "", "422 Unprocessable Entity"),
    ] {
        let why = format!("TechExpress answered {said}; it was asked for 2 locations, and nobody says that it made none of them");
        assert_eq!(same(Reply::status(status, body), &json!({})).await, (unknown(&why), false));
        let (sent, _) = same(Reply::status(status, body), &json!({"batch_rejects_whole": true})).await;
        assert!(matches!(sent, Sent::Rejected { stops_system: false, .. }), "{sent:?}");
    }
}

#[tokio::test]
async fn a_missing_permission_may_be_that_for_one_account_and_ends_the_run_for_this_system() {
    let (sent, stops_system) = same(Reply::status("403 Forbidden", ""), &json!({})).await;
    let why = "TechExpress answered 403 Forbidden; the token from the variable TOKEN lacks permission: it needs the scope urn:grt:techexpress, and \
               leave to act for granted_tenant_macnum if that is set; it was asked for 2 locations, and nobody says that it made none of them";
    assert_eq!((sent, stops_system), (unknown(why), true));
    let (sent, _) = same(Reply::status("403 Forbidden", ""), &json!({"batch_rejects_whole": true})).await;
    assert!(matches!(sent, Sent::Rejected { stops_system: true, .. }), "{sent:?}");
}

#[tokio::test]
async fn what_comes_before_any_location_is_looked_at_is_as_for_one() {
    let (sent, _) = same(Reply::status("401 Unauthorized", ""), &json!({})).await;
    assert!(matches!(sent, Sent::Rejected { stops_system: true, .. }), "{sent:?}");
    let busy = Reply::Whole("429 Too Many Requests", "Retry-After: 7\r\n".to_owned(), String::new());
    let (sent, _) = same(busy, &json!({})).await;
    assert!(matches!(sent, Sent::Unsent { retry_after: Some(pause), .. } if pause == Duration::from_secs(7)), "{sent:?}");
}

#[tokio::test]
async fn what_is_no_answer_leaves_all_of_them_in_doubt_whatever_the_settings_say() {
    for (reply, why) in [
        (Reply::status("500 Internal Server Error", ""), "TechExpress answered 500 Internal Server Error"),
        (Reply::status("408 Request Timeout", ""), "TechExpress answered 408 Request Timeout"),
        (Reply::status("200 OK", "[]"), "TechExpress took the request for 2 locations and answered without a ticket: []"),
        (
            Reply::status("200 OK", "<html>Sign in"),
            "TechExpress took the request for 2 locations and answered with something that is no JSON: a web page, not an answer of the API: Sign in",
        ),
    ] {
        assert_eq!(same(reply, &json!({"batch_rejects_whole": true})).await, (unknown(why), false));
    }
    let (sent, _) = same(Reply::Raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[{\"id\": 77".to_owned()), &json!({})).await;
    assert!(matches!(sent, Sent::Unknown { .. }), "{sent:?}");
}

#[tokio::test]
async fn what_does_not_share_everything_is_never_sent() {
    let server = Server::with([Reply::json(&json!([]))]).await;
    let stage = Stage::at(&server.url);
    let mut differing = payloads(&["a", "b"]);
    differing[1].fields.set("po_number", "PO-2");
    let why = "the tickets of one request do not share all that TechExpress takes once for all of them".to_owned();
    assert_eq!(stage.remote.writer().ready_together(&differing).await, Err(Unready::Ticket(why.clone())));
    let unsent = Sent::Unsent { why, retry_after: None, stops_system: false };
    let several = stage.remote.create_together(Permit::in_a_test(), &differing).await;
    assert_eq!(several, Several::Same { sent: unsent, stops_system: false });
    assert_eq!(server.requests(), Vec::<String>::new());
}
