//! The calls against servers that misbehave: what is told, that the key shows nowhere, and that nothing is sent twice.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ReadyDesk, example};
use crate::state::Permit;
use crate::support::clock::JumpingClock;
use crate::support::server::{Reply, Server};
use crate::systems::{Context, End, Found, Listing, Observed, Payload, Remote, Sent, System, Unready};
use crate::ticket::{Address, Fields, Mark};

/// With signs that addresses, forms and JSON spell in another way.
const KEY: &str = "c4n4ry/k+y=&%\"0123";
const SPELLINGS: [&str; 4] =
    ["c4n4ry/k+y=&%\"0123", "c4n4ry%2Fk%2By%3D%26%25%220123", "c4n4ry%2fk%2by%3d%26%25%220123", "c4n4ry/k+y=&%\\\"0123"];

fn connection(url: &str, more: &Value) -> Box<dyn Remote> {
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

fn payload() -> Payload {
    let (drafts, _) = ReadyDesk.tickets(&example::ticket()).expect("a helpdesk ticket");
    Payload { fields: drafts[0].fields.clone(), attachments: Vec::new() }
}

fn fields(value: &Value) -> Fields {
    serde_json::from_value(value.clone()).expect("fields")
}

fn mark() -> Mark {
    Mark::new("lineage", &Address::new("HelpdeskTicket", "a"), 0)
}

fn since() -> Timestamp {
    "2027-01-20T12:00:00Z".parse().expect("a moment")
}

fn added() -> Reply {
    Reply::json(&json!({"response": [{"added_ticket": "77"}]}))
}

fn updated(id: &str) -> Reply {
    Reply::json(&json!({"response": [{"updated_ticket": id}]}))
}

fn tickets(tickets: &Value) -> Reply {
    Reply::json(&json!({"tickets": tickets}))
}

fn row(id: u64, subject: &str) -> Value {
    json!({"tid": id.to_string(), "cid": "store-0417", "subject": subject, "status": "Open"})
}

/// The first lines of requests, without the key.
fn lines(server: &Server) -> Vec<String> {
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

async fn listed(replies: Vec<Reply>, more: &Value, most_pages: usize) -> (Listing, Vec<String>) {
    let server = Server::with(replies).await;
    let listing = connection(&server.url, more).reader().list(Some(since()), most_pages).await;
    (listing, lines(&server))
}

fn ids(listing: &Listing) -> Vec<&str> {
    listing.tickets.iter().map(|ticket| ticket.id.as_str()).collect()
}

#[tokio::test]
async fn a_list_ends_with_an_empty_page_and_is_counted() {
    let pages = [json!([row(1, "a"), row(2, "b")]), json!([row(2, "b"), row(3, "c")]), json!([]), json!([]), json!([row(2, "b")])];
    let (listing, lines) = listed(pages.iter().map(tickets).collect(), &json!({}), 9).await;
    assert_eq!((ids(&listing), &listing.end, listing.requests), (vec!["1", "2", "3"], &End::Whole, 5));
    let page =
        |count: u8, page: u8| format!("GET get_tickets&tid=*&count={count}&page={page}&order=TID&start_date=1%2F19%2F2027+00%3A00%3A00");
    assert_eq!(lines, [page(2, 1), page(2, 2), page(2, 3), page(1, 4), page(1, 2)]);
}

#[tokio::test]
async fn a_ticket_that_is_deleted_while_pages_are_read_hides_no_other_unnoticed() {
    // Of 1 to 4, the first is deleted after its page was read: 3 moves to that page, and the count is right all the same.
    let pages = [json!([row(1, "a"), row(2, "b")]), json!([row(4, "d")]), json!([]), json!([]), json!([row(3, "c")])];
    let (listing, lines) = listed(pages.iter().map(tickets).collect(), &json!({}), 9).await;
    let why = "ReadyDesk moved tickets from page to page while they were listed: some may be missing".to_owned();
    assert_eq!((listing.end, lines.len()), (End::Broken { why, stops_system: false }, 5));
}

#[tokio::test]
async fn a_list_that_is_not_surely_whole_is_not_called_so() {
    let full = || tickets(&json!([row(1, "a"), row(2, "b")]));
    let broken = |why: &str| End::Broken { why: why.to_owned(), stops_system: false };
    let end = async |pages: Vec<Reply>, most: usize| listed(pages, &json!({}), most).await.0.end;
    assert_eq!(end(vec![full()], 9).await, broken("ReadyDesk answered page 2 of its tickets with those of earlier pages"));
    assert_eq!(end(vec![full(), tickets(&json!([row(3, "c")]))], 2).await, End::TooLong);
    let skipped = vec![full(), tickets(&json!([])), tickets(&json!([row(3, "c")]))];
    assert_eq!(end(skipped, 9).await, broken("ReadyDesk listed 2 tickets, and has more than that: some are missing between its pages"));
    let nothing = vec![full(), Reply::status("200 OK", "")];
    assert_eq!(end(nothing, 9).await, broken("ReadyDesk answered page 2 of its tickets with nothing at all"));
    let refused = vec![full(), Reply::status("403 Forbidden", "")];
    assert!(matches!(end(refused, 9).await, End::Broken { stops_system: true, .. }));
}

#[tokio::test]
async fn the_delimited_form_ends_in_silence_only_after_a_page_that_was_not_full() {
    let line = |ids: &[u64]| {
        let rows: Vec<_> = ids.iter().map(|id| format!("tid={id}&cid=a&status=Open&subject=a&summary=")).collect();
        Reply::status("200 OK", Box::leak(rows.join("\n").into_boxed_str()))
    };
    let own = json!({"format": "delimited"});
    let (listing, _) = listed(vec![line(&[1, 2]), line(&[3]), line(&[]), line(&[]), line(&[2])], &own, 9).await;
    assert_eq!((ids(&listing), &listing.end), (vec!["1", "2", "3"], &End::Whole));
    let (listing, _) = listed(vec![line(&[1, 2]), line(&[])], &own, 9).await;
    assert!(matches!(listing.end, End::Broken { .. }), "{listing:?}");
}

async fn found(replies: Vec<Reply>) -> (Found, Vec<String>) {
    let server = Server::with(replies).await;
    (connection(&server.url, &json!({})).reader().find(&mark(), since()).await, lines(&server))
}

#[tokio::test]
async fn a_mark_is_searched_and_the_hit_is_checked() {
    let marked = format!("Router is down [{}]", mark());
    let pages = |rows: Value| vec![tickets(&rows), tickets(&json!([]))];
    let (one, lines) = found(pages(json!([row(1, &marked), row(2, "co-7k2m9q4x was here")]))).await;
    assert!(matches!(one, Found::One(seen) if seen.id == "1"));
    assert_eq!(lines[0], format!("GET get_tickets&tid=*&count=2&page=1&order=TID&keyword={}", mark()));
    let (two, _) = found(pages(json!([row(1, &marked), row(2, &marked)]))).await;
    assert_eq!(two, Found::Several(vec!["1".to_owned(), "2".to_owned()]));
}

#[tokio::test]
async fn without_a_hit_all_since_then_are_gone_through_and_none_is_said_only_of_a_whole_list() {
    let marked = format!("Router is down [{}]", mark());
    let (empty, full) = (|| tickets(&json!([])), |subject: &str| tickets(&json!([row(5, subject)])));
    // Each empty page is counted once more.
    let (one, lines) = found(vec![empty(), empty(), full(&marked), empty()]).await;
    assert!(matches!(one, Found::One(seen) if seen.id == "5"), "{lines:?}");
    assert!(lines[2].contains("&start_date="), "{lines:?}");
    assert_eq!(found(vec![empty(), empty(), full("another"), empty()]).await.0, Found::None);
    let unanswered = found(vec![empty(), empty(), full("another"), Reply::status("200 OK", "Oh.")]).await.0;
    let why = "ReadyDesk answered page 2 of its tickets with something that is not JSON: Oh.".to_owned();
    assert_eq!(unanswered, Found::Unanswered { why, marked: Vec::new(), stops_system: false });
    let hit = found(vec![empty(), empty(), full(&marked), Reply::status("200 OK", "Oh.")]).await.0;
    let why = "ReadyDesk answered page 2 of its tickets with something that is not JSON: Oh.; ticket 5 has the mark".to_owned();
    assert_eq!(hit, Found::Unanswered { why, marked: vec!["5".to_owned()], stops_system: false });
    let refused = found(vec![Reply::status("403 Forbidden", "")]).await.0;
    assert!(matches!(refused, Found::Unanswered { stops_system: true, .. }));
}

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
