//! The Billing Platform in the sandbox, against the vendor's page: every call, every field, the documented parameters, and nothing beyond.

use std::collections::BTreeSet;
use std::time::Duration;

use callout::systems::billing_platform::sandbox::{Choices, Order};
use callout::systems::{End, by_kind};
use callout::ticket::Clock as _;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::stage::{Stage, told};

const TICKETS: &str = "/backend/api/v1/tickets/";

const FIELDS: &str = "customerID ticketType status ticketPriority customerEmail subject ticketContent owner users departments \
    ticketSuppliers createdDate ticketFollowupDate ticketActionRequiredDate id";

async fn post(stage: &Stage, body: &Value) -> (u16, Value) {
    told(stage.request("POST", TICKETS).bearer_auth("sandbox").json(body)).await
}

async fn patch(stage: &Stage, id: &str, body: &Value) -> (u16, Value) {
    told(stage.request("PATCH", &format!("{TICKETS}{id}")).bearer_auth("sandbox").json(body)).await
}

async fn made(stage: &Stage, customer: u64) -> String {
    let (status, body) = post(stage, &json!({"customerID": customer, "subject": "Charged twice", "ticketContent": "as sent"})).await;
    assert_eq!(status, 200, "{body}");
    body["id"].as_str().expect("an id is a text").to_owned()
}

async fn listed(stage: &Stage, query: &str) -> Vec<String> {
    let (status, body) = told(stage.get(&format!("{TICKETS}{query}"))).await;
    assert_eq!(status, 200, "{body}");
    let id = |ticket: &Value| ticket["id"].as_str().expect("an id").to_owned();
    body.as_array().expect("a bare list").iter().map(id).collect()
}

#[tokio::test]
async fn a_create_a_read_and_a_change_answer_the_15_fields_of_the_page() {
    let stage = Stage::new().await;
    let names = |ticket: &Value| ticket.as_object().expect("a ticket").keys().cloned().collect::<BTreeSet<_>>();
    let wanted: BTreeSet<_> = FIELDS.split_whitespace().map(str::to_owned).collect();
    let (_, made) = post(&stage, &json!({"customerID": 4711, "subject": "Charged twice", "ticketContent": "as sent"})).await;
    assert_eq!((names(&made), wanted.len()), (wanted.clone(), 15));
    assert_eq!((&made["status"], &made["createdDate"], &made["id"]), (&json!("open"), &json!("2027-01-04"), &json!("482001")));
    assert_eq!((&made["ticketContent"], &made["owner"]), (&json!("as sent"), &Value::Null));
    assert_eq!(told(stage.get(&format!("{TICKETS}482001"))).await, (200, made.clone()));
    let (status, changed) = patch(&stage, "482001", &json!({"owner": "asmith", "subject": null})).await;
    assert_eq!((status, names(&changed)), (200, wanted));
    assert_eq!((&changed["owner"], &changed["subject"], &changed["customerID"]), (&json!("asmith"), &Value::Null, &json!(4711)));
}

#[tokio::test]
async fn a_body_that_is_no_ticket_of_the_page_is_refused() {
    let stage = Stage::new().await;
    let id = made(&stage, 4711).await;
    for (name, value, why) in [
        ("ticketFollowupDate", json!("11/01/2027"), "Must be a date, YYYY-MM-DD."),
        ("ticketFollowupDate", json!("2027-02-29"), "Must be a date, YYYY-MM-DD."),
        ("ticketActionRequiredDate", json!("2027-01-11T08:00:00Z"), "Must be a date, YYYY-MM-DD."),
        ("customerID", json!("4711"), "Must be a number."),
        ("subject", json!(7), "Must be a text."),
        ("users", json!(["asmith"]), "Must be a text."),
        ("id", json!("7"), "This field cannot be set."),
        ("createdDate", json!("2027-01-04"), "This field cannot be set."),
        ("customer_id", json!(4711), "A ticket has no such field."),
    ] {
        for (status, body) in [post(&stage, &json!({name: value})).await, patch(&stage, &id, &json!({name: value})).await] {
            assert_eq!((status, &body["detail"][name]), (400, &json!([why])), "{name}: {body}");
        }
    }
    let form = stage.request("POST", TICKETS).bearer_auth("sandbox").body("subject=x");
    assert_eq!(told(form).await.0, 400);
    assert_eq!(stage.sandbox.creates(), 1);
}

#[tokio::test]
async fn a_list_knows_the_documented_parameters() {
    let stage = Stage::new().await;
    let ids = [made(&stage, 4711).await, made(&stage, 12).await];
    stage.clock.sleep(Duration::from_secs(3600)).await;
    let late = made(&stage, 4711).await;
    let since = "2027-01-04T13:00:00Z";
    assert_eq!(listed(&stage, "").await, [ids[0].as_str(), &ids[1], &late]);
    assert_eq!(listed(&stage, &format!("?idAfter={}", ids[0])).await, [ids[1].as_str(), &late]);
    assert_eq!(listed(&stage, "?limit=1&offset=1").await, [ids[1].as_str()]);
    assert_eq!(listed(&stage, &format!("?createdSince={since}")).await, [late.as_str()]);
    assert_eq!(listed(&stage, &format!("?updatedSince={since}")).await, [late.as_str()]);
    patch(&stage, &ids[0], &json!({"owner": "asmith"})).await;
    assert_eq!(listed(&stage, &format!("?createdSince={since}")).await, [late.as_str()]);
    assert_eq!(listed(&stage, &format!("?updatedSince={since}")).await, [ids[0].as_str(), &late]);
    let (_, of_customer) = told(stage.get("/backend/api/v1/customers/4711/tickets/")).await;
    assert_eq!(of_customer.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_bad_parameter_is_refused() {
    let stage = Stage::new().await;
    for query in [
        "limit=many",
        "offset=-1",
        "idAfter=x",
        "createdSince=2027-01-04",
        "createdSince=2027-01-04T13:00Z",
        "updatedSince=2027-01-04T13:00:00",
        "updatedSince=2027-01-04%2013:00:00Z",
    ] {
        assert_eq!(told(stage.get(&format!("{TICKETS}?{query}"))).await.0, 400, "{query}");
    }
}

#[tokio::test]
async fn a_deleted_ticket_is_not_found() {
    let stage = Stage::new().await;
    let id = made(&stage, 4711).await;
    let delete = async || told(stage.request("DELETE", &format!("{TICKETS}{id}")).bearer_auth("sandbox")).await.0;
    assert_eq!((delete().await, delete().await), (204, 404));
    assert_eq!(told(stage.get(&format!("{TICKETS}{id}"))).await.0, 404);
    assert_eq!((patch(&stage, &id, &json!({"owner": "x"})).await.0, listed(&stage, "").await), (404, Vec::new()));
}

#[tokio::test]
async fn nothing_beyond_the_documented_calls_is_served() {
    let stage = Stage::new().await;
    let id = made(&stage, 4711).await;
    let own = format!("{TICKETS}{id}");
    for (method, path, status) in [
        ("PUT", own.as_str(), 405),
        ("POST", own.as_str(), 405),
        ("DELETE", TICKETS, 405),
        ("POST", "/backend/api/v1/customers/4711/tickets/", 405),
        ("GET", "/backend/api/v1/customers/4711", 404),
        ("GET", "/backend/api/v1/ticketActivities/", 404),
    ] {
        assert_eq!(told(stage.request(method, path).bearer_auth("sandbox")).await.0, status, "{method} {path}");
    }
    assert_eq!(told(stage.get("/api/v1/tickets/482001")).await.0, 404, "another system's ticket");
}

#[tokio::test]
async fn an_activity_that_somebody_adds_becomes_the_content() {
    let stage = Stage::new().await;
    let id = made(&stage, 4711).await;
    let path = format!("/_sandbox/tickets/{id}");
    assert_eq!(told(stage.request("PATCH", &path).json(&json!({"ticketContent": "called back"}))).await.0, 200);
    assert_eq!(told(stage.request("PATCH", &path).json(&json!({"createdDate": "2020-01-01"}))).await.0, 400);
    assert_eq!(told(stage.request("POST", &format!("{path}/resolve"))).await.0, 200);
    let (_, read) = told(stage.get(&format!("{TICKETS}{id}"))).await;
    assert_eq!((&read["ticketContent"], &read["status"]), (&json!("called back"), &json!("closed")));
}

/// A list of a server whose pages are sorted or cut otherwise.
async fn listing(choices: Choices) -> (usize, usize, End) {
    let system = by_kind("CustomerTicket").expect("the Billing Platform is registered");
    let bench = Bench::with(system, json!({"page_size": 3}), "sandbox", |options| options.billing = choices).await;
    for _ in 0..7 {
        bench.created().await;
    }
    let listing = bench.remote.list(None, 30).await;
    (listing.tickets.len(), listing.requests, listing.end)
}

#[tokio::test]
async fn whatever_the_order_and_the_length_of_pages_a_list_is_whole() {
    let choices = |order, longest_page| Choices { order, longest_page };
    assert_eq!(listing(Choices::default()).await, (7, 4, End::Whole), "three pages, and the count");
    assert_eq!(listing(choices(Order::NewestFirst, 1000)).await, (7, 10, End::Whole), "once more by offset");
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let (tickets, _, end) = listing(choices(order, 2)).await;
        assert_eq!((tickets, end), (7, End::Whole), "{order:?}: shorter pages than were asked for");
    }
    // Pages of one ticket, and the newest first: there is no way to see the others one after the other, and it is said so.
    let (_, _, end) = listing(choices(Order::NewestFirst, 1)).await;
    assert!(matches!(end, End::Broken { .. }), "{end:?}");
}

#[tokio::test]
async fn the_sandbox_is_asked_in_its_own_way_whatever_the_settings_say() {
    let system = by_kind("CustomerTicket").expect("the Billing Platform is registered");
    let own = json!({"update_method": "PUT", "tickets_path": "/elsewhere"});
    Bench::with(system, own, "sandbox", |_| {}).await.created().await;
}
