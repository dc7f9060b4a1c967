//! The calls against servers that misbehave: what is told, that the key shows nowhere, and that nothing is sent twice.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ReadyDesk, example};
use crate::state::Permit;
use crate::support::clock::JumpingClock;
use crate::support::server::{Reply, Server};
use crate::systems::{Context, Observed, Payload, Remote, Sent, System, Unready};
use crate::ticket::{Address, Fields, Mark};

/// With signs that addresses, forms and JSON spell in another way.
pub(super) const KEY: &str = "c4n4ry/k+y=&%\"0123";
pub(super) const SPELLINGS: [&str; 4] =
    ["c4n4ry/k+y=&%\"0123", "c4n4ry%2Fk%2By%3D%26%25%220123", "c4n4ry%2fk%2by%3d%26%25%220123", "c4n4ry/k+y=&%\\\"0123"];

pub(super) fn connection(url: &str, more: &Value) -> Box<dyn Remote> {
    let context = Context {
        clock: JumpingClock::at("2027-01-04T12:00:00Z"),
        variables: Arc::new([("KEY".to_owned(), KEY.to_owned())].into()),
        folder: "/".into(),
        waiting: Arc::new(|_| {}),
    };
    let mut settings = json!({
        "base_url": format!("{url}/desk/API/"), "credential": {"key": "env:KEY"}, "timezone": "America/New_York", "page_size": 2,
    });
    settings.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
    ReadyDesk.connect(&settings, context).expect("good settings")
}

pub(super) fn payload() -> Payload {
    let (drafts, _) = ReadyDesk.tickets(&example::ticket()).expect("a helpdesk ticket");
    Payload { fields: drafts[0].fields.clone(), attachments: Vec::new() }
}

pub(super) fn fields(value: &Value) -> Fields {
    serde_json::from_value(value.clone()).expect("fields")
}

pub(super) fn mark() -> Mark {
    Mark::new("lineage", &Address::new("HelpdeskTicket", "a"), 0)
}

pub(super) fn since() -> Timestamp {
    "2027-01-20T12:00:00Z".parse().expect("a moment")
}

pub(super) fn added() -> Reply {
    Reply::json(&json!({"response": [{"added_ticket": "77"}]}))
}

pub(super) fn updated(id: &str) -> Reply {
    Reply::json(&json!({"response": [{"updated_ticket": id}]}))
}

pub(super) fn tickets(tickets: &Value) -> Reply {
    Reply::json(&json!({"tickets": tickets}))
}

pub(super) fn row(id: u64, subject: &str) -> Value {
    json!({"tid": id.to_string(), "cid": "store-0417", "subject": subject, "status": "Open"})
}

/// The first lines of requests, without the key.
pub(super) fn lines(server: &Server) -> Vec<String> {
    let line = |request: &String| request.lines().next().unwrap_or_default().replace(&format!("&key={}", SPELLINGS[1]), "");
    server.requests().iter().map(line).map(|line| line.trim_end_matches(" HTTP/1.1").replace("/desk/API/?action=", "")).collect()
}

#[tokio::test]
async fn a_create_is_one_request_with_everything_in_its_address_and_is_read_back() {
    let server = Server::with([added(), tickets(&json!([row(77, "Router is down")]))]).await;
    let Sent::Done(seen) = connection(&server.url, &json!({})).create(Permit::in_a_test(), &payload()).await else { panic!("not done") };
    assert_eq!((seen.id.as_str(), seen.status.as_deref(), seen.fields.text("cid")), ("77", Some("Open"), Some("store-0417")));
    let create = "GET add_ticket&category=Network&cid=store-0417&contact=Sam+Lee&subject=Router+is+down&summary=No+link+since+06%3A40.";
    assert_eq!(lines(&server), [create, "GET get_tickets&tid=77"]);
    assert!(server.requests().iter().all(|request| request.contains(&format!("&key={} HTTP/1.1", SPELLINGS[1]))));
}

#[tokio::test]
async fn with_post_the_fields_go_into_a_form_and_the_key_stays_in_the_address() {
    let server = Server::with([added(), tickets(&json!([row(77, "x")]))]).await;
    let remote = connection(&server.url, &json!({"write_method": "POST", "format_parameter": "format=json"}));
    assert!(matches!(remote.create(Permit::in_a_test(), &payload()).await, Sent::Done(_)));
    assert_eq!(lines(&server), ["POST add_ticket&format=json", "GET get_tickets&tid=77&format=json"]);
    let request = &server.requests()[0];
    assert!(request.contains("content-type: application/x-www-form-urlencoded\r\n"), "{request}");
    let form = "category=Network&cid=store-0417&contact=Sam+Lee&subject=Router+is+down&summary=No+link+since+06%3A40.";
    assert_eq!(request.split("\r\n\r\n").nth(1), Some(form));
}

#[tokio::test]
async fn what_the_pages_leave_open_can_be_set() {
    let answers =
        [tickets(&json!([row(77, "x")])), Reply::json(&json!({"response": [{"changed": "77"}]})), tickets(&json!([row(77, "x")]))];
    let server = Server::with(answers).await;
    let own = json!({
        "cid_in_update": true, "ticket_variable": "ticket", "updated_variable": "changed", "field_names": {"summary": "description"},
    });
    let changed = fields(&json!({"summary": "Works again.", "priority": null, "custom_fields.Rack": "R12"}));
    assert!(matches!(connection(&server.url, &own).update(Permit::in_a_test(), "77", &changed).await, Sent::Done(_)));
    let update = "GET update_ticket&ticket=77&cid=store-0417&Rack=R12&description=Works+again.&priority=";
    assert_eq!(lines(&server), ["GET get_tickets&tid=77", update, "GET get_tickets&tid=77"]);
}

#[tokio::test]
async fn a_create_may_have_another_name_for_its_id_and_a_list_no_order() {
    let own = json!({"added_variable": "new_id", "order": "", "longest_query": 300});
    let server = Server::with([Reply::json(&json!({"response": [{"new_id": "77"}]})), tickets(&json!([]))]).await;
    let remote = connection(&server.url, &own);
    assert!(matches!(remote.create(Permit::in_a_test(), &payload()).await, Sent::Done(seen) if seen.id == "77"));
    remote.reader().list(None, 1).await;
    assert_eq!(lines(&server)[2], "GET get_tickets&tid=*&count=2&page=1");
    let mut longer = payload();
    longer.fields.set("summary", "x".repeat(200));
    assert!(matches!(remote.writer().ready(Some(&longer)).await, Err(Unready::Ticket(_))));
}

#[tokio::test]
async fn an_answer_that_names_no_number_leaves_the_create_in_doubt() {
    let server = Server::with([Reply::json(&json!({"response": [{"added_ticket": "0"}]}))]).await;
    let sent = connection(&server.url, &json!({})).create(Permit::in_a_test(), &payload()).await;
    assert_eq!(sent, Sent::Unknown { why: "ReadyDesk took the request and answered with `0` where one id belongs".to_owned() });
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_create_is_done_although_it_cannot_be_read_back() {
    for reply in [Reply::status("404 Not Found", ""), tickets(&json!([])), Reply::status("200 OK", "<html>")] {
        let server = Server::with([added(), reply]).await;
        let Sent::Done(seen) = connection(&server.url, &json!({})).create(Permit::in_a_test(), &payload()).await else {
            panic!("not done")
        };
        assert_eq!((seen.id.as_str(), seen.fields, seen.finished), ("77", Fields::default(), false));
    }
}

#[tokio::test]
async fn an_answer_that_names_no_ticket_leaves_the_create_in_doubt() {
    for (reply, why) in [
        (
            Reply::status("200 OK", "Error: no such customer"),
            "ReadyDesk took the request and answered with something that is not JSON: Error: no such customer",
        ),
        (Reply::status("200 OK", ""), "ReadyDesk took the request and answered with nothing at all"),
        (updated("77"), r#"ReadyDesk took the request and answered without `added_ticket`: {"response":[{"updated_ticket":"77"}]}"#),
        (Reply::status("500 Internal Server Error", "Oh."), "ReadyDesk answered 500 Internal Server Error: Oh."),
        (Reply::status("408 Request Timeout", ""), "ReadyDesk answered 408 Request Timeout"),
    ] {
        let server = Server::with([reply]).await;
        let sent = connection(&server.url, &json!({})).create(Permit::in_a_test(), &payload()).await;
        assert_eq!(sent, Sent::Unknown { why: why.to_owned() });
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_key_that_is_refused_while_the_customer_is_read_stops_the_system() {
    let server = Server::with([Reply::status("403 Forbidden", "")]).await;
    let sent =
        connection(&server.url, &json!({"cid_in_update": true})).update(Permit::in_a_test(), "77", &fields(&json!({"status": "x"}))).await;
    assert!(matches!(sent, Sent::Unsent { stops_system: true, .. }), "{sent:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_change_counts_when_the_ticket_shows_it() {
    let changed = fields(&json!({"subject": "Router works"}));
    let update = async |replies: Vec<Reply>| {
        let server = Server::with(replies).await;
        connection(&server.url, &json!({})).update(Permit::in_a_test(), "77", &changed).await
    };
    let other = update(vec![updated("78")]).await;
    let why = "ReadyDesk was told to change ticket 77 and answered that it changed ticket 78";
    assert_eq!(other, Sent::Unknown { why: why.to_owned() });
    let gone = update(vec![updated("77"), tickets(&json!([]))]).await;
    let why = "ReadyDesk took the change of ticket 77, and does not show the ticket any more";
    assert_eq!(gone, Sent::Unknown { why: why.to_owned() });
    let unread = update(vec![updated("77"), Reply::status("404 Not Found", "")]).await;
    let why = "ReadyDesk took the change of ticket 77, and the ticket cannot be read: ReadyDesk answered 404 Not Found";
    assert_eq!(unread, Sent::Unknown { why: why.to_owned() });
}

#[tokio::test]
async fn a_ticket_is_closed_when_it_shows_that_it_is() {
    let close = async |shown: Value| {
        let server = Server::with([updated("77"), tickets(&json!([shown]))]).await;
        (connection(&server.url, &json!({})).close(Permit::in_a_test(), "77").await, lines(&server))
    };
    let (sent, lines) = close(json!({"tid": "77", "status": "closed"})).await;
    assert!(matches!(sent, Sent::Done(seen) if seen.finished));
    assert_eq!(lines[0], "GET update_ticket&tid=77&close_date=1%2F4%2F2027+07%3A00%3A00&status=Closed");
    let (sent, _) = close(row(77, "x")).await;
    let why = "ReadyDesk took the request to close ticket 77, and the ticket still has the status `Open`";
    assert_eq!(sent, Sent::Unknown { why: why.to_owned() });
}

#[tokio::test]
async fn what_is_too_long_for_an_address_is_not_sent() {
    let server = Server::with([added(), tickets(&json!([row(77, "x")]))]).await;
    let mut long = payload();
    long.fields.set("summary", "é".repeat(400));
    let remote = connection(&server.url, &json!({}));
    let why = "its address would have a query of about 2625 bytes, and the setting longest_query allows 2048; \
        shorten the summary, or try `write_method: POST` below spec.systems.readydesk";
    assert_eq!(remote.writer().ready(Some(&long)).await, Err(Unready::Ticket(why.to_owned())));
    let Sent::Unsent { why, retry_after: None, stops_system: false } = remote.update(Permit::in_a_test(), "77", &long.fields).await else {
        panic!("not unsent")
    };
    assert!(why.starts_with("it is not sent: its address would have"), "{why}");
    assert_eq!(server.requests(), Vec::<String>::new());
    let by_form = connection(&server.url, &json!({"write_method": "POST"}));
    assert_eq!(by_form.writer().ready(Some(&long)).await, Ok(()));
    assert!(matches!(by_form.create(Permit::in_a_test(), &long).await, Sent::Done(_)));
}

#[tokio::test]
async fn a_ticket_is_missing_only_in_a_list_that_is_there_and_empty() {
    for (reply, wanted) in [
        (tickets(&json!([])), Observed::Missing),
        (tickets(&json!([row(78, "x")])), unread("ReadyDesk was asked for ticket 77 and answered with ticket 78")),
        (tickets(&json!([row(77, "x"), row(78, "x")])), unread("ReadyDesk was asked for ticket 77 and answered with 2 tickets")),
        (Reply::status("200 OK", ""), unread("ReadyDesk answered with nothing at all")),
        (Reply::status("200 OK", "No ticket"), unread("ReadyDesk answered with something that is not JSON: No ticket")),
        (Reply::status("404 Not Found", "No page"), unread("ReadyDesk answered 404 Not Found: No page")),
    ] {
        let server = Server::with([reply]).await;
        assert_eq!(connection(&server.url, &json!({})).reader().read("77").await, wanted);
    }
}

fn unread(why: &str) -> Observed {
    Observed::Unread { why: why.to_owned(), stops_system: false }
}
