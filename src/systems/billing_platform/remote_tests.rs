//! The calls against a server that answers whatever a test wants.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{BillingPlatform, example};
use crate::state::Permit;
use crate::support::clock::JumpingClock;
use crate::support::server::{Reply, Server};
use crate::systems::{Context, End, Found, Observed, Payload, Remote, Sent, System};
use crate::ticket::{Address, Fields, Mark};

struct Bare {
    server: Server,
    remote: Box<dyn Remote>,
}

impl Bare {
    async fn with(more: &Value, replies: impl IntoIterator<Item = Reply>) -> Self {
        let server = Server::with(replies).await;
        let mut settings = json!({"base_url": server.url, "credential": {"bearer": "env:TOKEN"}});
        settings.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        let context = Context {
            clock: JumpingClock::at("2027-01-04T12:00:00Z"),
            variables: Arc::new([("TOKEN".to_owned(), "s3cr3t-token".to_owned())].into()),
            folder: "/".into(),
            waiting: Arc::new(|_| {}),
        };
        let remote = BillingPlatform.connect(&settings, context).expect("good settings");
        Self { server, remote }
    }

    async fn answering(more: &Value, answers: &[Value]) -> Self {
        Self::with(more, answers.iter().map(Reply::json)).await
    }

    async fn update(&self, changed: &Value) -> Sent {
        let changed: Fields = serde_json::from_value(changed.clone()).expect("fields");
        self.remote.update(Permit::in_a_test(), "77", &changed).await
    }

    /// Method and path of each request.
    fn lines(&self) -> Vec<String> {
        let line = |request: &String| request.split(" HTTP/1.1").next().unwrap_or_default().to_owned();
        self.server.requests().iter().map(line).collect()
    }

    fn bodies(&self) -> Vec<Value> {
        let body = |request: &String| serde_json::from_str(request.split("\r\n\r\n").nth(1).unwrap_or_default()).unwrap_or(Value::Null);
        self.server.requests().iter().map(body).collect()
    }
}

fn ticket(more: &Value) -> Value {
    let mut ticket = json!({"id": "77", "customerID": 4711, "status": "open", "subject": "Line rental charged twice"});
    ticket.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
    ticket
}

fn why(sent: Sent) -> String {
    match sent {
        Sent::Unknown { why } | Sent::Rejected { why, .. } | Sent::Unsent { why, .. } => why,
        Sent::Done(seen) => panic!("done: {seen:?}"),
    }
}

#[tokio::test]
async fn each_call_has_its_method_and_path() {
    let bare = Bare::answering(&json!({}), &[ticket(&json!({})), ticket(&json!({})), ticket(&json!({"status": "Closed"}))]).await;
    let (drafts, _) = BillingPlatform.tickets(&example::ticket()).expect("a customer ticket");
    let payload = Payload { fields: drafts[0].fields.clone(), attachments: Vec::new() };
    assert!(matches!(bare.remote.create(Permit::in_a_test(), &payload).await, Sent::Done(_)));
    assert!(matches!(bare.remote.reader().read("77").await, Observed::Found(_)));
    assert!(matches!(bare.remote.close(Permit::in_a_test(), "77").await, Sent::Done(_)));
    assert!(matches!(bare.remote.delete(Permit::in_a_test(), "77").await, Sent::Done(_)));
    let tickets = "/backend/api/v1/tickets/";
    assert_eq!(
        bare.lines(),
        [format!("POST {tickets}"), format!("GET {tickets}77"), format!("PATCH {tickets}77"), format!("DELETE {tickets}77")]
    );
    assert_eq!((&bare.bodies()[0]["customerID"], &bare.bodies()[2]), (&json!(4711), &json!({"status": "closed"})));
    assert!(bare.server.requests()[0].to_lowercase().contains("authorization: bearer s3cr3t-token"));
}

#[tokio::test]
async fn the_tickets_may_be_elsewhere_and_another_status_may_close_them() {
    let own = json!({"tickets_path": "/v2/tickets", "closed_status": 5, "finished_statuses": [5, "gone"]});
    let bare = Bare::answering(&own, &[ticket(&json!({"status": "5"}))]).await;
    assert!(matches!(bare.remote.close(Permit::in_a_test(), "77").await, Sent::Done(_)));
    assert_eq!((bare.lines(), bare.bodies()), (vec!["PATCH /v2/tickets/77".to_owned()], vec![json!({"status": 5})]));
}

#[tokio::test]
async fn a_change_sends_only_what_changed_and_empties_as_the_setting_says() {
    let changed = json!({"ticket_priority": "high", "owner": null});
    let bare = Bare::answering(&json!({}), &[ticket(&json!({}))]).await;
    assert!(matches!(bare.update(&changed).await, Sent::Done(_)));
    assert_eq!(bare.bodies(), [json!({"ticketPriority": "high", "owner": null})]);
    let bare = Bare::answering(&json!({"clear_with": "empty_text"}), &[ticket(&json!({}))]).await;
    assert!(matches!(bare.update(&changed).await, Sent::Done(_)));
    assert_eq!(bare.bodies(), [json!({"ticketPriority": "high", "owner": ""})]);
}

#[tokio::test]
async fn by_put_the_whole_ticket_goes_back_with_the_changes_in_it() {
    let before = ticket(&json!({"ticketContent": "latest", "createdDate": "2027-01-04", "owner": "asmith", "costCentre": "x"}));
    let bare = Bare::answering(&json!({"update_method": "PUT"}), &[before]).await;
    assert!(matches!(bare.update(&json!({"owner": "bjones"})).await, Sent::Done(_)));
    assert_eq!(bare.lines(), ["GET /backend/api/v1/tickets/77", "PUT /backend/api/v1/tickets/77"]);
    let wanted = json!({
        "customerID": 4711, "status": "open", "subject": "Line rental charged twice", "owner": "bjones", "costCentre": "x"
    });
    assert_eq!(bare.bodies()[1], wanted);
}

#[tokio::test]
async fn by_put_nothing_is_sent_for_a_ticket_that_cannot_be_read() {
    let bare = Bare::with(&json!({"update_method": "PUT"}), [Reply::status("404 Not Found", "")]).await;
    let sent = bare.update(&json!({"owner": "bjones"})).await;
    assert!(matches!(sent, Sent::Unsent { retry_after: None, .. }), "{sent:?}");
    assert_eq!(why(sent), "the ticket must be read before it can be sent back whole, and Billing Platform answered 404 Not Found");
    assert_eq!(bare.lines(), ["GET /backend/api/v1/tickets/77"]);
}

#[tokio::test]
async fn a_ticket_that_was_to_be_closed_and_shows_open_is_in_doubt() {
    let bare = Bare::answering(&json!({}), &[ticket(&json!({}))]).await;
    let sent = bare.remote.close(Permit::in_a_test(), "77").await;
    assert!(matches!(sent, Sent::Unknown { .. }));
    assert_eq!(why(sent), "Billing Platform took the closing of ticket 77 and shows its status as `open`");
}

#[tokio::test]
async fn an_answer_about_another_ticket_is_no_answer() {
    let bare = Bare::answering(&json!({}), &[ticket(&json!({"id": 78}))]).await;
    let sent = bare.update(&json!({"owner": "bjones"})).await;
    assert!(matches!(sent, Sent::Unknown { .. }));
    assert_eq!(why(sent), "Billing Platform took the change of ticket 77 and answered with ticket 78, and ticket 77 was asked for");
    let Observed::Unread { why, .. } = bare.remote.reader().read("77").await else { panic!("not unread") };
    assert_eq!(why, "Billing Platform answered with ticket 78, and ticket 77 was asked for");
}

#[tokio::test]
async fn a_delete_is_done_by_any_success_and_never_by_not_found() {
    for status in ["200 OK", "202 Accepted", "204 No Content"] {
        let bare = Bare::with(&json!({}), [Reply::status(status, "")]).await;
        assert!(matches!(bare.remote.delete(Permit::in_a_test(), "77").await, Sent::Done(_)), "{status}");
    }
    // This credential may not see it, or the path is wrong: the ticket may still be there.
    let bare = Bare::with(&json!({}), [Reply::status("404 Not Found", "")]).await;
    let sent = bare.remote.delete(Permit::in_a_test(), "77").await;
    assert!(matches!(sent, Sent::Rejected { stops_system: false, .. }), "{sent:?}");
    assert_eq!(why(sent), "Billing Platform answered 404 Not Found");
}

#[tokio::test]
async fn a_delete_that_is_answered_with_other_words_is_done_when_the_ticket_is_gone() {
    let page = "<html><h1>Down for maintenance</h1></html>";
    for body in [page, r#"{"error": "It cannot be deleted now."}"#, r#"{"id": "78"}"#] {
        let bare = Bare::with(&json!({}), [Reply::status("200 OK", body), Reply::json(&ticket(&json!({})))]).await;
        let sent = bare.remote.delete(Permit::in_a_test(), "77").await;
        assert!(matches!(sent, Sent::Unknown { .. }), "{sent:?}");
        let bare = Bare::with(&json!({}), [Reply::status("200 OK", body), Reply::status("404 Not Found", "")]).await;
        assert!(matches!(bare.remote.delete(Permit::in_a_test(), "77").await, Sent::Done(_)), "{body}");
        assert_eq!(bare.lines(), ["DELETE /backend/api/v1/tickets/77", "GET /backend/api/v1/tickets/77"]);
    }
    let bare = Bare::with(&json!({}), [Reply::status("200 OK", page)]).await;
    assert_eq!(
        why(bare.remote.delete(Permit::in_a_test(), "77").await),
        "Billing Platform took the request to delete ticket 77 and answered: a web page, not an answer of the API: Down for maintenance"
    );
    for body in ["null", "true", r#"{"id": "77", "status": "deleted"}"#] {
        let bare = Bare::with(&json!({}), [Reply::status("200 OK", body)]).await;
        assert!(matches!(bare.remote.delete(Permit::in_a_test(), "77").await, Sent::Done(_)), "{body}");
        assert_eq!(bare.lines().len(), 1);
    }
}

#[tokio::test]
async fn a_page_of_long_tickets_is_read_and_one_without_an_end_is_told_with_a_remedy() {
    let long: Vec<Value> = (1..=100).map(|id| ticket(&json!({"id": id, "ticketContent": "x".repeat(60_000)}))).collect();
    let bare = Bare::answering(&json!({}), &[json!(long), json!([])]).await;
    let listing = bare.remote.reader().list(None, 100).await;
    assert_eq!((listing.tickets.len(), listing.end), (100, End::Whole));
    let bare = Bare::with(&json!({}), [Reply::Endless]).await;
    let End::Broken { why, stops_system: false } = bare.remote.reader().list(None, 100).await.end else { panic!("not broken") };
    let wanted = "Billing Platform sent an answer that is too long; callout stopped reading after 32 MiB; set a smaller page_size below spec.systems.billing_platform";
    assert_eq!((why.as_str(), bare.lines().len()), (wanted, 1), "asked again, it would be as long");
}

#[tokio::test]
async fn a_servers_status_is_made_fit_to_be_shown() {
    let bare = Bare::answering(&json!({}), &[ticket(&json!({"status": "\u{1b}[2Jopen"}))]).await;
    let told = why(bare.remote.close(Permit::in_a_test(), "77").await);
    assert_eq!(told, "Billing Platform took the closing of ticket 77 and shows its status as `[2Jopen`");
}

#[tokio::test]
async fn nothing_on_the_way_may_answer_in_the_systems_place() {
    let bare = Bare::answering(&json!({}), &[ticket(&json!({}))]).await;
    bare.update(&json!({"owner": "bjones"})).await;
    bare.remote.reader().read("77").await;
    assert!(bare.server.requests().iter().all(|request| request.to_lowercase().contains("cache-control: no-store\r\n")));
}

#[tokio::test]
async fn an_id_that_is_none_goes_nowhere() {
    let bare = Bare::answering(&json!({}), &[ticket(&json!({}))]).await;
    for id in ["", "0", "7a", "../1", "7?x=y", "99999999999999999999"] {
        assert!(matches!(bare.remote.reader().read(id).await, Observed::Unread { .. }), "{id}");
        assert!(matches!(bare.remote.delete(Permit::in_a_test(), id).await, Sent::Unsent { .. }), "{id}");
    }
    assert_eq!(bare.lines(), Vec::<String>::new());
}

fn since() -> Timestamp {
    "2027-01-04T11:45:00.5Z".parse().expect("a moment")
}

#[tokio::test]
async fn a_list_asks_for_what_changed_and_counts() {
    let bare = Bare::answering(&json!({}), &[json!([{"id": "5"}, {"id": 7}]), json!([])]).await;
    let listing = bare.remote.reader().list(Some(since()), 10).await;
    let ids: Vec<_> = listing.tickets.iter().map(|seen| seen.id.as_str()).collect();
    assert_eq!((ids, listing.requests, listing.end), (vec!["5", "7"], 2, End::Whole));
    assert!(listing.is_by_change, "a new ticket may not count as changed");
    let path = "GET /backend/api/v1/tickets/?updatedSince=2027-01-04T11%3A45%3A00Z&limit=100";
    assert_eq!(bare.lines(), [path.to_owned(), format!("{path}&offset=2")]);
}

#[tokio::test]
async fn a_list_may_ask_for_what_was_created_or_for_all() {
    let bare = Bare::answering(&json!({"list_since": "created", "page_size": 2}), &[json!([])]).await;
    for from in [Some(since()), None] {
        let listing = bare.remote.reader().list(from, 10).await;
        assert_eq!((listing.end, listing.is_by_change), (End::Whole, false));
    }
    let path = "GET /backend/api/v1/tickets/?";
    assert_eq!(bare.lines()[0], format!("{path}createdSince=2027-01-04T11%3A45%3A00Z&limit=2"));
    assert_eq!(bare.lines()[2], format!("{path}limit=2"));
}

#[tokio::test]
async fn a_list_that_ignores_where_a_page_begins_is_never_whole() {
    let bare = Bare::answering(&json!({}), &[json!([{"id": 5}, {"id": 7}])]).await;
    let listing = bare.remote.reader().list(None, 100).await;
    let why = "Billing Platform listed 2 tickets, and then showed that this is not all or not the same any more".to_owned();
    assert_eq!((listing.tickets.len(), listing.end), (2, End::Broken { why, stops_system: false }));
}

#[tokio::test]
async fn a_ticket_that_is_deleted_while_pages_are_read_hides_no_other() {
    // By offset, newest first: 8 is deleted after its page was read, and 6 moves to a place that was passed.
    let page = |ids: &[u64]| json!(ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>());
    let moving = [page(&[9, 8]), page(&[]), page(&[7]), page(&[]), page(&[6]), page(&[9, 8]), page(&[7, 5])];
    let still = [page(&[9, 7]), page(&[7, 6]), page(&[6, 5]), page(&[5]), page(&[])];
    let bare = Bare::answering(&json!({"page_size": 2}), &[moving.as_slice(), still.as_slice()].concat()).await;
    let listing = bare.remote.reader().list(None, 100).await;
    let ids: Vec<_> = listing.tickets.iter().map(|seen| seen.id.as_str()).collect();
    assert_eq!((ids, listing.end, bare.lines().len()), (vec!["5", "6", "7", "9"], End::Whole, 12));
}

#[tokio::test]
async fn a_bad_page_breaks_a_list_and_too_many_pages_end_it() {
    let bare = Bare::answering(&json!({}), &[json!([{"id": 5}, {"subject": "a"}])]).await;
    let why = r#"Billing Platform answered with a ticket that has no id: {"subject":"a"}"#.to_owned();
    assert_eq!(bare.remote.reader().list(None, 100).await.end, End::Broken { why, stops_system: false });
    // The first page is kept: what is known of its tickets is true.
    let pages = [Reply::json(&json!([{"id": 5}, {"id": 6}])), Reply::status("400 Bad Request", "no")];
    let bare = Bare::with(&json!({"page_size": 2}), pages).await;
    let listing = bare.remote.reader().list(None, 100).await;
    let why = "Billing Platform answered 400 Bad Request: no".to_owned();
    assert_eq!((listing.tickets.len(), listing.end), (2, End::Broken { why, stops_system: false }));
    let bare = Bare::answering(&json!({"page_size": 1}), &[json!([{"id": 5}]), json!([{"id": 6}]), json!([{"id": 7}])]).await;
    let listing = bare.remote.reader().list(None, 2).await;
    assert_eq!((listing.tickets.len(), listing.requests, listing.end), (2, 2, End::TooLong));
}

#[tokio::test]
async fn a_search_names_what_it_found_although_it_could_not_see_all() {
    let mark = Mark::new("lineage", &Address::new("CustomerTicket", "a"), 0);
    let marked = json!({"id": 5, "subject": format!("Charged twice [{mark}]")});
    let bare = Bare::answering(&json!({}), &[json!([marked, {"id": 7}])]).await;
    let why = "Billing Platform listed 2 tickets, and then showed that this is not all or not the same any more; ticket 5 has the mark";
    let unanswered = Found::Unanswered { why: why.to_owned(), marked: vec!["5".to_owned()], stops_system: false };
    assert_eq!(bare.remote.reader().find(&mark, since()).await, unanswered);
    assert!(bare.lines()[0].contains("createdSince="), "{:?}", bare.lines());
}
