//! ReadyDesk in the sandbox, against the vendor's page of `get_tickets`: every variable and filter, the oddities of its samples, and
//! nothing beyond. And the connection against it in every format.

use callout::systems::readydesk::Format;
use callout::systems::readydesk::sandbox::{Choices, Errors};
use callout::systems::sandbox::{Call, Fault, Options, Trouble};
use callout::systems::{End, Found, Observed, Sent, System, by_kind};
use callout::ticket::{Clock as _, Fields};
use serde_json::{Value, json};

use crate::bench::{Bench, done};
use crate::stage::Stage;

const OUTPUTS: &str = "tid cid company_id company_name contact phone email cc_addresses date_opened date_closed source category \
    sub_category status priority escalation_level due_date opened_by last_updated updated_by updater_type assigned_tech \
    assigned_group_id assigned_group_name customer_group_id customer_group_name locked locked_by linked_asset linked_calls \
    linked_devices merged merged_to parent_ticket children_tickets custom_fields subject summary";

/// A desk of its own, asked as plain HTTP.
struct Desk(Stage);

impl Desk {
    async fn with(change: impl FnOnce(&mut Choices)) -> Self {
        Self(Stage::with(|options: &mut Options| change(&mut options.helpdesk)).await)
    }

    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// Status and body of a request with this query, besides the key.
    async fn ask(&self, query: &str) -> (u16, String) {
        let request = self.0.request("GET", &format!("/API/default.aspx?key=sandbox&{query}"));
        let response = request.send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("a whole body"))
    }

    /// The numbers of the tickets that fit, in order.
    async fn numbers(&self, query: &str) -> Vec<u64> {
        let (status, body) = self.ask(&format!("action=get_tickets&{query}")).await;
        assert_eq!(status, 200, "{query}: {body}");
        let body: Value = serde_json::from_str(&body).expect("JSON");
        let rows = body["tickets"].as_array().expect("a list");
        rows.iter().map(|row| row["tid"].as_str().and_then(|id| id.parse().ok()).expect("a number")).collect()
    }

    async fn add(&self, variables: &str) {
        let (status, body) = self.ask(&format!("action=add_ticket&{variables}")).await;
        assert_eq!(status, 200, "{body}");
    }
}

fn helpdesk() -> &'static dyn System {
    by_kind("HelpdeskTicket").expect("ReadyDesk")
}

#[tokio::test]
async fn a_write_answers_with_an_id_alone_in_each_format() {
    let desk = Desk::new().await;
    for (format, wanted) in [
        ("json", r#"{"response":[{"added_ticket":"482001"}]}"#),
        ("xml", "<response><added_ticket>482002</added_ticket></response>"),
        ("delimited", "added_ticket=482003"),
    ] {
        let answer = desk.ask(&format!("action=add_ticket&cid=demo&subject=x&format={format}")).await;
        assert_eq!(answer, (200, wanted.to_owned()));
    }
    let answer = desk.ask("action=update_ticket&tid=482001&status=On+hold").await;
    assert_eq!(answer, (200, r#"{"response":[{"updated_ticket":"482001"}]}"#.to_owned()));
    assert_eq!(desk.0.sandbox.creates(), 3);
}

#[tokio::test]
async fn a_ticket_has_the_variables_of_the_page_and_they_are_spelt_as_there() {
    let desk = Desk::new().await;
    desk.add("cid=a%2Bb&subject=Ein+Test%3A+50%25&assigned_to=c%2B%2B&due_date=1/11/2027+17:00:00&Rack=R+12&assigned_group=3").await;
    let (_, body) = desk.ask("action=get_tickets&tid=482001").await;
    let body: Value = serde_json::from_str(&body).expect("JSON");
    let ticket = body["tickets"][0].as_object().expect("a ticket");
    let mut names: Vec<&str> = ticket.keys().map(String::as_str).collect();
    let mut wanted: Vec<&str> = OUTPUTS.split_whitespace().collect();
    names.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
    // Encoded where the page says so, raw elsewhere; American, and without a zone.
    for (name, wanted) in [
        ("cid", json!("a%2Bb")),
        ("subject", json!("Ein+Test%3A+50%25")),
        ("assigned_tech", json!("c++")),
        ("due_date", json!("1/11/2027 5:00:00 PM")),
        ("date_opened", json!("1/4/2027 7:00:00 AM")),
        ("date_closed", json!("")),
        ("assigned_group_id", json!("3")),
        ("customer_group_id", json!("0")),
        ("locked", json!("N")),
        ("merged", json!("")),
        ("custom_fields", json!([{"Custom_field_1": "", "Rack": "R+12"}])),
    ] {
        assert_eq!(ticket[name], wanted, "{name}");
    }
    let (_, xml) = desk.ask("action=get_tickets&tid=482001&format=xml").await;
    assert!(xml.starts_with("<?xml version=\"1.0\"?>\n<tickets><ticket><tid>482001</tid><cid>a%2Bb</cid>"), "{xml}");
    assert!(xml.contains("<custom_fields><Custom_field_1></Custom_field_1><Rack>R+12</Rack></custom_fields>"), "{xml}");
    let (_, line) = desk.ask("action=get_tickets&tid=482001&format=delimited").await;
    assert!(line.starts_with("tid=482001&cid=a%2Bb&") && line.contains("date_opened=1/4/2027 7:00:00 AM"), "{line}");
    assert!(line.contains("custom_fields=Custom_field_1,Rack") && line.contains("\n&"), "{line}");
}

#[tokio::test]
async fn the_slip_of_the_samples_can_be_switched_on() {
    let desk = Desk::with(|choices| choices.repeated_cid = true).await;
    desk.add("cid=demo&subject=x&cc_addresses=noc@example.com").await;
    for format in ["json", "delimited"] {
        let (_, body) = desk.ask(&format!("action=get_tickets&tid=482001&format={format}")).await;
        assert!(body.matches("cid").count() > 1 && !body.contains("cc_addresses"), "{body}");
    }
    assert!(desk.ask("action=get_tickets&tid=482001&format=xml").await.1.contains("<cc_addresses>noc%40example.com</cc_addresses>"));
}

#[tokio::test]
async fn every_filter_of_the_page_filters_and_several_all_hold() {
    let desk = Desk::new().await;
    desk.add("cid=adam&subject=Router+is+down&status=Open&source=Mail&category=Network&sub_category=Router&priority=High").await;
    desk.0.clock.sleep(std::time::Duration::from_secs(86_400)).await;
    desk.add("cid=berta&subject=Printer&summary=the+router+too&escalation_level=Level+2&assigned_to=jdoe&assigned_group=Field").await;
    desk.0.clock.sleep(std::time::Duration::from_secs(86_400)).await;
    desk.add("cid=carla&subject=Phone&status=Closed").await;
    let (one, two, three) = (482_001, 482_002, 482_003);
    for (query, wanted) in [
        ("tid=*", vec![one, two, three]),
        ("tid=482002", vec![two]),
        ("tid=7", vec![]),
        ("keyword=ROUTER", vec![one, two]),
        ("status=closed", vec![three]),
        ("source=Mail&category=Network&sub_category=Router&priority=High", vec![one]),
        ("source=Mail&category=Printers", vec![]),
        ("escalation=Level+2&uid=jdoe&group=Field", vec![two]),
        ("cid=BERTA", vec![two]),
        ("start_tid=482002", vec![two, three]),
        ("end_tid=482002", vec![one, two]),
        ("start_cid=b", vec![two, three]),
        ("end_cid=b", vec![one, two]),
        ("start_date=1/5/2027+07:00:00", vec![two, three]),
        ("end_date=1/5/2027+07:00:00", vec![one, two]),
        ("start_date=soon", vec![]),
        ("tid=*&count=2", vec![one, two]),
        ("tid=*&count=2&page=2", vec![three]),
        ("tid=*&count=2&page=3", vec![]),
        ("tid=*&count=2&page=1&order=TID+DESC", vec![three, two]),
        ("tid=*&order=TID&order_direction=DESC", vec![three, two, one]),
    ] {
        assert_eq!(desk.numbers(query).await, wanted, "{query}");
    }
    for refused in ["page=1", "tid=*&page=1", "count=2&page=1", "tid=*&count=none", "tid=*&count_only=Y"] {
        assert_eq!(desk.ask(&format!("action=get_tickets&{refused}")).await.0, 400, "{refused}");
    }
}

#[tokio::test]
async fn an_update_changes_what_is_supplied_and_an_empty_value_clears() {
    let desk = Desk::new().await;
    desk.add("cid=demo&subject=x&priority=High&assigned_group=Field&Rack=R12").await;
    desk.ask("action=update_ticket&tid=482001&assigned_group=&Rack=&status=Closed&close_date=1/4/2027+08:30:00").await;
    let kept = &desk.0.sandbox.tickets()[0];
    for (name, wanted) in [
        ("priority", json!("High")),
        ("assigned_group_id", json!("0")),
        ("assigned_group_name", json!("")),
        ("custom_fields", json!({"Custom_field_1": "", "Rack": ""})),
        ("status", json!("Closed")),
        ("date_closed", json!("2027-01-04T13:30:00Z")),
    ] {
        assert_eq!(kept.fields[name], wanted, "{name}");
    }
}

#[tokio::test]
async fn what_is_refused_is_refused_with_a_status_or_with_a_text() {
    let long = format!("action=add_ticket&cid=demo&subject={}", "x".repeat(256));
    for (errors, statuses) in [(Errors::Status, [403, 400, 400, 400, 404, 400]), (Errors::Text, [200; 6])] {
        let desk = Desk::with(|choices| choices.errors = errors).await;
        let wrong_key = desk.0.request("GET", "/API/default.aspx?key=another&action=add_ticket&cid=demo").send().await.expect("an answer");
        let mut found = vec![wrong_key.status().as_u16()];
        for query in
            ["action=delete_ticket&tid=1", "action=add_ticket&subject=x", &long, "action=update_ticket&tid=7", "action=update_ticket"]
        {
            let (status, body) = desk.ask(query).await;
            assert_eq!(body.starts_with("Error: "), errors == Errors::Text, "{query}: {body}");
            found.push(status);
        }
        assert_eq!((found.as_slice(), desk.0.sandbox.creates()), (&statuses[..], 0), "{errors:?}");
    }
}

#[tokio::test]
async fn no_key_is_kept_in_the_log_or_with_a_ticket() {
    let desk = Desk::new().await;
    desk.add("cid=demo&subject=x").await;
    desk.0.request("POST", "/API/default.aspx?key=sandbox&action=add_ticket").body("cid=demo&subject=y").send().await.expect("an answer");
    let inside = desk.0.request("GET", "/_sandbox/tickets").send().await.expect("an answer").text().await.expect("a body");
    let kept = format!("{:?}{:?}{inside}", desk.0.sandbox.requests(), desk.0.sandbox.tickets());
    assert!(!kept.contains("key=sandbox") && kept.contains("key=[key]"), "{kept}");
    assert_eq!(desk.0.sandbox.creates(), 2);
}

/// One way of talking to the desk.
fn ways() -> Vec<(Format, &'static str, bool)> {
    let formats = [(Format::Json, "json"), (Format::Xml, "xml"), (Format::Delimited, "delimited")];
    formats.into_iter().flat_map(|(format, name)| [(format, name, false), (format, name, true)]).collect()
}

#[tokio::test]
async fn a_ticket_lives_its_life_in_every_format_and_by_both_methods() {
    for (format, name, slip) in ways() {
        let own = json!({"format": name, "page_size": 2, "write_method": if slip { "POST" } else { "GET" }});
        let bench = Bench::with(helpdesk(), own, "sandbox", |options| options.helpdesk.repeated_cid = slip).await;
        let payload = bench.payload(&[]);
        let seen = done(bench.create(&payload).await);
        let live = helpdesk().comparable(&seen.fields);
        for (field, value) in helpdesk().expected(&payload.fields, &[], None).iter() {
            assert_eq!(live.get(field), Some(value), "{format:?} {slip}: {field}");
        }
        let changed: Fields = [("summary", json!("Works.\nAgain.")), ("custom_fields.Rack", Value::Null)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let after = done(bench.update(&seen.id, &changed).await);
        assert_eq!(after.fields.text("summary"), Some("Works.\nAgain."), "{format:?}");
        assert_eq!(after.fields.text("custom_fields.Rack"), Some(""), "{format:?}");
        assert!(done(bench.close(&seen.id).await).finished, "{format:?}");
        bench.created().await;
        done(bench.create(&payload).await);
        // Each of the three has the same mark, and the last page is not full.
        let listed = bench.remote.list(Some(bench.stage.clock.now()), 9).await;
        assert_eq!((listed.tickets.len(), &listed.end), (3, &End::Whole), "{format:?}");
        let found = bench.remote.find(&Bench::mark(), bench.stage.clock.now()).await;
        assert!(matches!(&found, Found::Several(ids) if ids.len() == 3), "{format:?}: {found:?}");
    }
}

#[tokio::test]
async fn an_error_as_a_text_with_status_200_is_never_a_success() {
    let texts = |options: &mut Options| options.helpdesk.errors = Errors::Text;
    for (_, name, _) in ways() {
        let bench = Bench::with(helpdesk(), json!({"format": name}), "another-key-7f3a", texts).await;
        let created = bench.create(&bench.payload(&[])).await;
        assert!(matches!(created, Sent::Unknown { .. }), "{name}: {created:?}");
        assert!(matches!(bench.close("482001").await, Sent::Unknown { .. }));
        let read = bench.remote.read("482001").await;
        assert!(matches!(read, Observed::Unread { .. }), "{name}: {read:?}");
        let listed = bench.remote.list(None, 9).await;
        assert!(matches!(listed.end, End::Broken { .. }), "{name}: {listed:?}");
        let found = bench.remote.find(&Bench::mark(), bench.stage.clock.now()).await;
        assert!(matches!(found, Found::Unanswered { .. }), "{name}: {found:?}");
        assert!(!format!("{created:?}{read:?}{listed:?}{found:?}").contains("7f3a"));
    }
}

#[tokio::test]
async fn a_server_with_pages_of_its_own_length_is_listed_whole() {
    let bench = Bench::with(helpdesk(), json!({"page_size": 5}), "sandbox", |options| options.helpdesk.longest_page = Some(2)).await;
    for _ in 0..5 {
        bench.created().await;
    }
    let listed = bench.remote.list(None, 9).await;
    assert_eq!((listed.tickets.len(), listed.end), (5, End::Whole));
}

#[tokio::test]
async fn a_close_that_the_server_drops_is_in_doubt() {
    let bench = Bench::new(helpdesk()).await;
    let seen = bench.created().await;
    bench.fault(Fault::on(Call::Update, Trouble::Ignored));
    let sent = bench.close(&seen.id).await;
    let why = format!("ReadyDesk took the request to close ticket {}, and the ticket still has the status `In progress`", seen.id);
    assert_eq!(sent, Sent::Unknown { why });
}
