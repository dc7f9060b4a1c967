//! TechExpress in the sandbox, against the vendor's two pages: every field, every documented refusal, and nothing beyond.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stage::{Stage, file, form, location, location_with, told};

const CREATE: &str = "id address_1 attachments automatic_email_cc automatic_email_cc_address automatic_email_contact category city \
    company_id company_identifier company_name contact_email_address customer_preferred_tech customer_ticket_number date_entered \
    date_resolved last_updated local_contact_name local_contact_number location_contact_email location_contact_ext location_name \
    location_number non_standard_tools po_number prior_ticket secondary_lcon_email secondary_lcon_ext secondary_lcon_name \
    secondary_lcon_number special_instructions state_identifier status_name summary service_type priority technician_id \
    technician_name technician_phone_number zip";

const DETAILS: &str = "account_id address_1 attachments automatic_email_cc automatic_email_cc_address automatic_email_contact board_name \
    category city company_id company_identifier company_name contact_email_address customer_preferred_tech customer_ticket_number \
    date_entered date_resolved id initial_description last_updated local_contact_name local_contact_number location_contact_email \
    location_contact_ext location_name location_number non_standard_tools po_number prior_ticket priority schedule \
    secondary_lcon_email secondary_lcon_ext secondary_lcon_name secondary_lcon_number service_type site_name special_instructions \
    state_identifier status_name sub_type summary technician_id technician_name technician_phone_number type_name zip";

fn names(ticket: &Value) -> BTreeSet<String> {
    ticket.as_object().expect("a ticket").keys().cloned().collect()
}

fn listed(names: &str) -> BTreeSet<String> {
    names.split_whitespace().map(str::to_owned).collect()
}

fn everything() -> Value {
    location_with(&json!({
        "location_contact_ext": "12", "location_contact_email": "sam@example.com",
        "secondary_lcon_name": "Kim Roe", "secondary_lcon_number": "617-555-0199",
        "secondary_lcon_ext": "3", "secondary_lcon_email": "kim@example.com",
    }))
}

#[tokio::test]
async fn a_create_answers_40_fields_and_a_read_47() {
    let stage = Stage::new().await;
    let (status, body) = told(stage.post(form(&[]))).await;
    assert_eq!((status, listed(CREATE).len(), listed(DETAILS).len()), (200, 40, 47));
    let tickets = body.as_array().expect("a list");
    assert_eq!((tickets.len(), names(&tickets[0])), (1, listed(CREATE)));
    let read = stage.read(482_001).await;
    assert_eq!(names(&read), listed(DETAILS));
    assert_eq!(names(&read["schedule"]), listed("id scheduling_type start_date end_date"));
}

#[tokio::test]
async fn a_read_answers_what_was_sent() {
    let stage = Stage::new().await;
    let place = everything();
    let sent = [
        ("automatic_email_cc", "TRUE"),
        ("automatic_email_cc_address", "noc@example.com"),
        ("customer_preferred_tech", "true"),
        ("prior_ticket", "12"),
        ("special_instructions", "Call ahead."),
        ("non_standard_tools", "Ladder"),
        ("locations", &place.to_string()),
    ];
    let request = stage.post(form(&sent).part("file", file("plan.pdf", 3)).part("file", file("Site.JPG", 4)));
    let (status, body) = told(request).await;
    assert_eq!(status, 200, "{body}");
    let files = json!([{"filename": "plan.pdf", "status": "success"}, {"filename": "Site.JPG", "status": "success"}]);
    assert_eq!(body[0]["attachments"], files);

    let read = stage.read(body[0]["id"].as_u64().expect("an id")).await;
    assert_eq!(read["attachments"], json!([{"filename": "plan.pdf", "id": 9001}, {"filename": "Site.JPG", "id": 9002}]));
    let echoed = place.as_object().expect("a location").iter().filter(|(name, _)| *name != "account_macnum" && !name.ends_with("_date"));
    for (name, value) in echoed {
        assert_eq!(&read[name], value, "{name}");
    }
    let own = json!({"automatic_email_cc": true, "automatic_email_contact": true, "automatic_email_cc_address": "noc@example.com",
        "customer_preferred_tech": true, "prior_ticket": 12, "special_instructions": "Call ahead.", "non_standard_tools": "Ladder",
        "service_type": "Equipment Install", "initial_description": "Replace the branch router.", "po_number": "PO-88213",
        "customer_ticket_number": "INC-1,co-7k2m9q4x", "contact_email_address": "dana@example.com"});
    for (name, value) in own.as_object().expect("fields") {
        assert_eq!(&read[name], value, "{name}");
    }
    let shared = body[0].as_object().expect("a ticket").iter().filter(|(name, _)| *name != "attachments");
    for (name, value) in shared {
        assert_eq!(&read[name], value, "create and read differ in {name}");
    }
}

#[tokio::test]
async fn local_times_read_back_in_utc_by_the_zone_of_the_account() {
    let stage = Stage::with(|options| {
        let chicago = jiff::tz::TimeZone::get("America/Chicago").expect("a zone");
        options.timezones.insert("07654321".to_owned(), chicago);
    })
    .await;
    let hard = location_with(&json!({"account_macnum": "07654321", "end_date": "2027-01-11T08:00:00"}));
    let (_, body) = told(stage.post(form(&[("locations", &json!([location(), hard]).to_string())]))).await;
    let ids: Vec<u64> = body.as_array().expect("a list").iter().map(|ticket| ticket["id"].as_u64().expect("an id")).collect();
    assert_eq!(ids, [482_001, 482_002]);
    let new_york = stage.read(ids[0]).await;
    let window = json!({"id": 5_482_001, "scheduling_type": "Arrival window",
        "start_date": "2027-01-11T13:00:00Z", "end_date": "2027-01-11T17:00:00Z"});
    assert_eq!(new_york["schedule"], window);
    let chicago = stage.read(ids[1]).await;
    let hard = json!({"id": 5_482_002, "scheduling_type": "Hard start",
        "start_date": "2027-01-11T14:00:00Z", "end_date": "2027-01-11T14:00:00Z"});
    assert_eq!(chicago["schedule"], hard);
    assert_eq!(stage.sandbox.creates(), 1);
}

#[tokio::test]
async fn an_account_is_always_at_the_same_made_up_place() {
    let (one, two) = (Stage::new().await, Stage::new().await);
    let (a, b) = (one.create().await, two.create().await);
    assert_eq!(one.read(a).await, two.read(b).await);
    let other = location_with(&json!({"account_macnum": "00000001"}));
    let (_, body) = told(one.post(form(&[("locations", &other.to_string())]))).await;
    let (first, second) = (one.read(a).await, one.read(body[0]["id"].as_u64().expect("an id")).await);
    assert_ne!(first["site_name"], second["site_name"]);
    assert_ne!(first["account_id"], second["account_id"]);
}

#[tokio::test]
async fn one_location_may_be_a_bare_object_in_the_request_and_by_option_in_the_answer() {
    let stage = Stage::with(|options| options.bare_object = true).await;
    let (status, body) = told(stage.post(form(&[("locations", &location().to_string())]))).await;
    assert_eq!((status, &body["id"]), (200, &json!(482_001)));
    let (_, body) = told(stage.post(form(&[("locations", &json!([location(), location()]).to_string())]))).await;
    assert_eq!(body.as_array().map(Vec::len), Some(2));
}

/// A refused form: the field that is named and what is said of it.
async fn refusal(stage: &Stage, changes: &[(&str, &str)]) -> (String, String) {
    let (status, body) = told(stage.post(form(changes))).await;
    assert_eq!(status, 400, "{changes:?}: {body}");
    let detail = body["detail"].as_object().expect("a detail");
    let (field, messages) = detail.iter().next().expect("a field");
    assert_eq!((detail.len(), messages.as_array().map(Vec::len)), (1, Some(1)), "{body}");
    (field.clone(), messages[0].as_str().expect("a message").to_owned())
}

#[tokio::test]
async fn every_documented_rule_for_the_form_is_kept() {
    let stage = Stage::with(|options| options.rate_limit = None).await;
    for name in [
        "contact_name",
        "initial_description",
        "automatic_email_contact",
        "contact_email_address",
        "automatic_email_cc",
        "service_type",
        "locations",
    ] {
        assert_eq!(refusal(&stage, &[(name, "")]).await, (name.to_owned(), "This field is required.".to_owned()));
    }
    let cases = [
        ("automatic_email_cc", "yes", "Must be true or false."),
        ("automatic_email_contact", "1", "Must be true or false."),
        ("customer_preferred_tech", "maybe", "Must be true or false."),
        ("prior_ticket", "INC-7", "Must be an integer."),
        ("po_number", "PO-8888888888888888888888-X", "Must not be longer than 25 characters."),
        ("service_type", "Repair", "\"Repair\" is not one of the service types."),
        ("service_type", "equipment install", "\"equipment install\" is not one of the service types."),
        ("locations", "Store 417", "Must be a JSON array of objects, or one object."),
        ("locations", "[]", "At least one location is required."),
    ];
    for (name, text, message) in cases {
        assert_eq!(refusal(&stage, &[(name, text)]).await, (name.to_owned(), message.to_owned()), "{text}");
    }
    assert_eq!(stage.sandbox.tickets().len(), 0);
    let (status, _) = told(stage.post(form(&[("po_number", "1234567890123456789012345")]))).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn every_documented_rule_for_a_location_is_kept() {
    let stage = Stage::with(|options| options.rate_limit = None).await;
    for name in ["location_name", "local_contact_name", "local_contact_number", "account_macnum", "start_date", "end_date"] {
        let place = json!([location(), location_with(&json!({ name: null }))]).to_string();
        let told = refusal(&stage, &[("locations", &place)]).await;
        assert_eq!(told, (format!("locations[1].{name}"), "This field is required.".to_owned()));
    }
    let format = "Must have the format YYYY-MM-DDTHH:MM:SS.";
    let order = "Must not be before start_date, and must be on the same day.";
    let cases = [
        ("local_contact_number", json!("617-555-0123"), "Must be an integer."),
        ("local_contact_number", json!("6175550123"), "Must be an integer."),
        ("account_macnum", json!(1_234_567), "Must be a string."),
        ("secondary_lcon_number", json!(6_175_550_199_u64), "Must be a string."),
        ("start_date", json!("2027-01-11"), format),
        ("start_date", json!("2027-01-11T08:00"), format),
        ("start_date", json!("2027-01-11 08:00:00"), format),
        ("start_date", json!("2027-01-11T08:00:00Z"), format),
        ("end_date", json!("2027-02-30T08:00:00"), format),
        ("end_date", json!("2027-01-11T07:59:59"), order),
        ("end_date", json!("2027-01-12T07:00:00"), order),
    ];
    for (name, value, message) in cases {
        let place = location_with(&json!({ name: value })).to_string();
        let told = refusal(&stage, &[("locations", &place)]).await;
        assert_eq!(told, (format!("locations[0].{name}"), message.to_owned()), "{place}");
    }
    assert_eq!(stage.sandbox.tickets().len(), 0);
}

#[tokio::test]
async fn every_service_type_of_the_page_is_taken() {
    let stage = Stage::with(|options| options.rate_limit = None).await;
    let page = "Equipment Install|Smart Hands|Site Audit|Move|POTS Extension|Circuit Extension|Circuit Extension (GRT Provided)|\
        Fiber Extension (GRT Provided)|Broadband Circuit (GRT Provided)|POTS (GRT Provided)|Broadband Circuit (Customer Provided)|\
        POTS (Customer Provided)|Circuit Extension (Customer Provided)|Fiber Extension (Customer Provided)|\
        Customer Equipment (Customer Provided)";
    for service in page.split('|') {
        let (status, body) = told(stage.post(form(&[("service_type", service)]))).await;
        assert_eq!((status, &body[0]["service_type"]), (200, &json!(service)));
    }
    assert_eq!(stage.sandbox.creates(), 15);
}

#[tokio::test]
async fn files_need_a_name_an_allowed_extension_and_25_mb_at_most() {
    let stage = Stage::new().await;
    let cases = [
        (vec![file("plan.docx", 1)], "\"plan.docx\" has none of the allowed extensions."),
        (vec![file("plan", 1)], "\"plan\" has none of the allowed extensions."),
        (vec![file("", 1)], "The file name is empty."),
        (vec![file("a.pdf", 24_999_999), file("b.pdf", 2)], "The files are larger than 25 MB."),
    ];
    for (files, message) in cases {
        let form = files.into_iter().fold(form(&[]), |form, file| form.part("file", file));
        assert_eq!(told(stage.post(form)).await, (400, json!({"detail": {"file": [message]}})));
    }
    let files = ["pdf", "doc", "csv", "xlsx", "png", "jpg", "jpeg"].map(|end| file(&format!("a.{end}"), 1));
    let form = files.into_iter().fold(form(&[]), |form, file| form.part("file", file)).part("file", file("b.pdf", 24_999_993));
    assert_eq!(told(stage.post(form)).await.0, 200);
}

#[tokio::test]
async fn all_problems_are_told_at_once_and_a_body_that_is_no_form_is_refused() {
    let stage = Stage::new().await;
    let (_, body) = told(stage.post(form(&[("contact_name", ""), ("prior_ticket", "x"), ("locations", "{}")]))).await;
    assert_eq!(body["detail"].as_object().map(serde_json::Map::len), Some(8), "{body}");
    let json = stage.request("POST", "/api/v1/tickets/external").bearer_auth("sandbox").json(&location());
    let (status, body) = told(json).await;
    assert_eq!((status, body["detail"]["body"][0].is_string()), (400, true), "{body}");
}

#[tokio::test]
async fn a_token_must_be_known_prefixed_and_in_scope() {
    let stage = Stage::new().await;
    let id = stage.create().await;
    for path in ["/api/v1/tickets/external".to_owned(), format!("/api/v1/tickets/{id}")] {
        let method = if path.ends_with("external") { "POST" } else { "GET" };
        let bare = || stage.request(method, &path);
        assert_eq!(told(bare()).await.0, 401);
        assert_eq!(told(bare().bearer_auth("")).await.0, 401);
        assert_eq!(told(bare().bearer_auth("wrong")).await.0, 401);
        assert_eq!(told(bare().header("authorization", "sandbox")).await.0, 401);
        let (status, body) = told(bare().bearer_auth("sandbox-without-scope")).await;
        assert_eq!((status, body), (403, json!({"detail": "The token lacks the scope urn:grt:techexpress."})));
    }
    assert_eq!(stage.sandbox.creates(), 1);
}

#[tokio::test]
async fn the_61st_request_of_a_minute_waits() {
    let stage = Stage::with(|options| options.retry_after = true).await;
    for _ in 0..60 {
        assert_eq!(told(stage.get("/api/v1/tickets/1")).await.0, 404);
    }
    let response = stage.post(form(&[])).send().await.expect("an answer");
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().ok()), (429, Some("60")));
    assert_eq!(stage.sandbox.creates(), 0);
    callout::ticket::Clock::sleep(&*stage.clock, std::time::Duration::from_secs(60)).await;
    stage.create().await;
}

#[tokio::test]
async fn a_ticket_is_seen_only_for_the_company_it_was_created_for() {
    let stage = Stage::new().await;
    let id = stage.create().await;
    let (_, body) = told(stage.post(form(&[("granted_tenant_macnum", "09999999")]))).await;
    let tenant = body[0]["id"].as_u64().expect("an id");
    let status = async |path: String| told(stage.get(&path)).await.0;
    assert_eq!(status(format!("/api/v1/tickets/{id}")).await, 200);
    assert_eq!(status(format!("/api/v1/tickets/{id}?granted_tenant_macnum=09999999")).await, 404);
    assert_eq!(status(format!("/api/v1/tickets/{tenant}?granted_tenant_macnum=09999999")).await, 200);
    assert_eq!(status(format!("/api/v1/tickets/{tenant}?granted_tenant_macnum=08888888")).await, 404);
    assert_eq!(status(format!("/api/v1/tickets/{tenant}")).await, 404);
    assert_eq!(status("/api/v1/tickets/store-417".to_owned()).await, 404);
}

#[tokio::test]
async fn what_no_page_offers_is_not_there() {
    let stage = Stage::with(|options| options.inspection = false).await;
    let id = stage.create().await;
    let one = format!("/api/v1/tickets/{id}");
    let cases = [
        ("GET", "/api/v1/tickets", 404),
        ("GET", "/api/v1/tickets/", 404),
        ("POST", "/api/v1/tickets/estimatedCosts/external", 405),
        ("POST", "/api/v1/companies/addresses", 405),
        ("POST", "/api/v1/tickets", 404),
        ("GET", "/api/v1/tickets/external", 405),
        ("PUT", one.as_str(), 405),
        ("PATCH", one.as_str(), 405),
        ("DELETE", one.as_str(), 405),
        ("GET", "/_sandbox/tickets", 404),
    ];
    for (method, path, status) in cases {
        assert_eq!(told(stage.request(method, path).bearer_auth("sandbox")).await.0, status, "{method} {path}");
    }
}
