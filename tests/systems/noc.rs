//! NOCExpress in the sandbox, against the vendor's two pages: every field, every documented refusal, and nothing beyond.

use std::collections::BTreeSet;

use callout::systems::sandbox::SeveralSites;
use callout::systems::{Sent, by_kind};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::stage::{Stage, file, noc_form, sites, told};

const CREATE: &str = "id address_1 attachments city company_identifier company_name configurations date_entered date_resolved \
    g360_escalated g360_status issue last_updated site_name state status_name summary zip";

const DETAILS: &str = "id summary city state zip company_identifier issue status_name last_updated date_entered company_name site_name \
    address_1 address_2 service_name service_id service_id_label configurations";

fn names(ticket: &Value) -> BTreeSet<String> {
    ticket.as_object().expect("a ticket").keys().cloned().collect()
}

fn listed(names: &str) -> BTreeSet<String> {
    names.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_create_answers_18_fields_and_a_read_the_18_that_are_known() {
    let stage = Stage::new().await;
    let (status, body) = told(stage.post_noc(noc_form(&[]).part("file", file("outage.png", 3)))).await;
    assert_eq!((status, listed(CREATE).len(), listed(DETAILS).len()), (200, 18, 18));
    assert_eq!((body.as_array().map(Vec::len), names(&body[0])), (Some(1), listed(CREATE)));
    assert_eq!(body[0]["attachments"], json!([{"filename": "outage.png", "status": "success"}]));
    let read = stage.read_noc(482_001).await;
    assert_eq!(names(&read), listed(DETAILS));
    assert_eq!((&read["issue"], &read["status_name"]), (&json!("Circuit down"), &json!("Open")));
    let ids: Vec<_> = read["configurations"].as_array().expect("a list").iter().map(|configuration| &configuration["id"]).collect();
    assert_eq!(ids, [88_213, 88_214]);
}

#[tokio::test]
async fn what_the_page_requires_is_required() {
    let stage = Stage::new().await;
    let required = "issue_name type_name subtype_name configuration_ids contact_name contact_email_address local_contact_name \
        local_contact_number automatic_email_cc sites access_hours";
    for name in required.split_whitespace() {
        let (status, body) = told(stage.post_noc(noc_form(&[(name, "")]))).await;
        assert_eq!((status, &body["detail"][name]), (400, &json!(["This field is required."])), "{body}");
    }
    assert_eq!(stage.sandbox.creates(), 0);
}

#[tokio::test]
async fn what_the_page_restricts_is_refused() {
    let stage = Stage::new().await;
    let contact = |role: &str, number: Value| json!([{"type": role, "name": "Kim Roe", "number": number}]).to_string();
    let long = "x".repeat(63);
    let kinds = "Must be one of: Technical contact, Local contact, Other.";
    for (name, text, at, why) in [
        ("contact_name", long.as_str(), "contact_name", "Must not be longer than 62 characters."),
        ("configuration_ids", "88213;88214", "configuration_ids", "Must be a comma-separated list of identifiers."),
        ("local_contact_number", "617-555-0123", "local_contact_number", "Must be an integer."),
        ("automatic_email_cc", "perhaps", "automatic_email_cc", "Must be true or false."),
        ("prior_ticket", "T-1", "prior_ticket", "Must be an integer."),
        ("sites", "[]", "sites", "At least one site is required."),
        ("sites", "01234567", "sites", "Must be a JSON array of objects, or one object."),
        ("sites", r#"[{"macnum": "1"}]"#, "sites[0].maintenance_window", "This field is required."),
        ("sites", r#"[{"macnum": 1, "maintenance_window": "x"}]"#, "sites[0].macnum", "Must be a string."),
        ("additional_contacts", &contact("Boss", json!(6_175_550_199_u64)), "additional_contacts[0].type", kinds),
        ("additional_contacts", &contact("Other", json!("617")), "additional_contacts[0].number", "Must be an integer."),
    ] {
        let (status, body) = told(stage.post_noc(noc_form(&[(name, text)]))).await;
        assert_eq!((status, &body["detail"][at]), (400, &json!([why])), "{name}: {text}: {body}");
    }
    let (status, body) = told(stage.post_noc(noc_form(&[]).part("file", file("notes.txt", 3)))).await;
    assert_eq!((status, &body["detail"]["file"]), (400, &json!(["\"notes.txt\" has none of the allowed extensions."])));
    assert_eq!(stage.sandbox.creates(), 0);
}

#[tokio::test]
async fn several_sites_need_their_type_and_are_one_ticket_or_one_each() {
    let three = sites(&["01234567", "01234568", "01234569"]);
    let several = [("sites", three.as_str()), ("type_name", "Multi-Site Service Request"), ("subtype_name", "Multi-Site Outage")];
    let stage = Stage::new().await;
    let (status, body) = told(stage.post_noc(noc_form(&several[..1]))).await;
    let subtypes = "Multi-Site Outage, Multi-Site Service Impact, Multi-Site Informational, Multi-Site Configuration Request";
    let wanted = json!({
        "type_name": ["With several sites, must be one of: Multi-Site Service Request."],
        "subtype_name": [format!("With several sites, must be one of: {subtypes}.")],
    });
    assert_eq!((status, &body["detail"]), (400, &wanted));
    let (_, body) = told(stage.post_noc(noc_form(&several))).await;
    assert_eq!(body.as_array().map(Vec::len), Some(1), "{body}");

    let stage = Stage::with(|options| options.several_sites = SeveralSites::TicketEach).await;
    let (_, body) = told(stage.post_noc(noc_form(&several))).await;
    assert_eq!(body.as_array().map(Vec::len), Some(3), "{body}");
    assert_eq!((stage.sandbox.creates(), stage.sandbox.tickets().len()), (1, 3));
}

#[tokio::test]
async fn a_document_that_became_several_tickets_is_in_doubt_and_names_them_all() {
    let system = by_kind("NocTicket").expect("NOCExpress is registered");
    let bench = Bench::with(system, json!({}), "sandbox", |options| options.several_sites = SeveralSites::TicketEach).await;
    let why = "NOCExpress took the ticket and answered with 2 tickets for one document: 482001, 482002".to_owned();
    assert_eq!(bench.create(&bench.payload(&[])).await, Sent::Unknown { why });
    assert_eq!(bench.requests(), 1);
}

#[tokio::test]
async fn each_system_shows_its_own_tickets_only_and_ids_are_never_shared() {
    let stage = Stage::new().await;
    let (dispatch, noc) = (stage.create().await, stage.create_noc().await);
    assert_eq!((dispatch, noc), (482_001, 482_002));
    assert_eq!(told(stage.get(&format!("/api/v1/tickets/{noc}"))).await.0, 404);
    assert_eq!(told(stage.get(&format!("/api/v1/noc/tickets/{dispatch}"))).await.0, 404);
    let systems: Vec<String> = stage.sandbox.tickets().into_iter().map(|ticket| ticket.system).collect();
    assert_eq!(systems, ["techexpress", "nocexpress"]);
}

#[tokio::test]
async fn nothing_beyond_the_documented_calls_is_served() {
    let stage = Stage::new().await;
    let id = stage.create_noc().await;
    for (method, path) in [("PATCH", format!("/api/v1/noc/tickets/{id}")), ("DELETE", format!("/api/v1/noc/tickets/{id}"))] {
        assert_eq!(told(stage.request(method, &path).bearer_auth("sandbox")).await.0, 405, "{method} {path}");
    }
    for path in ["/api/v1/noc/tickets", "/api/v1/noc/tickets/static/x", "/api/v1/noc/configurations", "/api/v1/noc/companies"] {
        assert_eq!(told(stage.get(path)).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn sites_have_the_fields_of_their_page_and_are_found_by_its_filters() {
    let stage = Stage::new().await;
    let fields = "name address_line_1 address_line_2 city state zip id parent_macnum parent_name site_name account_name parent_account \
        macnum is_chronic";
    let page = stage.found("/api/v1/noc/companies/sites").await;
    let rows = page.as_array().expect("a list");
    assert_eq!((rows.len(), names(&rows[0])), (20, listed(fields)));
    let macnums = async |query: &str| -> Vec<String> {
        let page = stage.found(&format!("/api/v1/noc/companies/sites?{query}")).await;
        page.as_array().expect("a list").iter().filter_map(|row| row["macnum"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(macnums("account=01234567").await, ["01234567"]);
    assert_eq!(macnums("store=4567").await, ["01234567"]);
    assert_eq!(macnums("account=01234567&store=0000").await, Vec::<String>::new());
    for nobodys in ["99234567", "0123456X"] {
        assert_eq!(macnums(&format!("account={nobodys}")).await, Vec::<String>::new(), "{nobodys}");
    }
    assert_eq!(macnums("page_size=1000").await.len(), 1000);
    let city = rows[0]["city"].as_str().expect("a city");
    let named = macnums(&format!("search={city}&page_size=1000")).await;
    assert!((1..1000).contains(&named.len()), "{} in {city}", named.len());
    assert_eq!(told(stage.get("/api/v1/noc/companies/sites?page_size=all")).await.0, 400);
}

#[tokio::test]
async fn configurations_follow_from_the_site_and_say_no_more_than_their_page() {
    let stage = Stage::new().await;
    let path = |query: &str| format!("/api/v1/noc/configurations/external?{query}");
    let ids = async |query: &str| -> Vec<u64> {
        stage.found(&path(query)).await.as_array().expect("a list").iter().filter_map(|row| row["id"].as_u64()).collect()
    };
    let services = "services=DIA,Managed%20SD-WAN,Broadband,ePOTS";
    assert_eq!(ids(&format!("macnums=01234567&{services}")).await, [88_213, 88_214, 88_301]);
    assert_eq!(ids(&format!("macnums=01234567,99000000,01234569&{services}&page_size=4")).await, [88_213, 88_214, 88_301, 88_215]);
    assert_eq!(ids("macnums=01234567&services=DIA").await, [88_213, 88_301]);
    let row = &stage.found(&path("macnums=01234567&services=DIA")).await[0];
    assert_eq!(names(row), listed("id name type status"));
    let (status, body) = told(stage.get(&path("macnums=01234567"))).await;
    assert_eq!((status, &body["detail"]), (400, &json!({"services": ["This field is required."]})));
}

#[tokio::test]
async fn the_static_values_hold_the_issues_and_are_no_ticket() {
    let stage = Stage::new().await;
    let issues = stage.found("/api/v1/noc/tickets/static?type_name=Service%20Request").await;
    let list = issues["ticket_issues_dropdown_values"].as_array().expect("a list");
    assert!(list.contains(&json!("Circuit down")) && names(&issues).len() == 1, "{issues}");
}

#[tokio::test]
async fn look_ups_are_made_for_the_tenant() {
    let system = by_kind("NocTicket").expect("NOCExpress is registered");
    let bench = Bench::with(system, json!({"granted_tenant_macnum": "0099"}), "sandbox", |_| {}).await;
    bench.remote.reader().look_up(&[&bench.draft()], &|_, _| {}).await.expect("look-ups");
    let requests = bench.stage.sandbox.requests();
    assert_eq!(requests.len(), 5);
    assert!(requests.iter().all(|request| request.path.ends_with("&granted_tenant_macnum=0099")), "{requests:?}");
}

#[tokio::test]
async fn look_ups_need_the_scope_too() {
    let stage = Stage::new().await;
    for path in ["/api/v1/noc/companies/sites", "/api/v1/noc/configurations/external", "/api/v1/noc/tickets/static"] {
        let request = stage.request("GET", path).bearer_auth("sandbox-without-scope");
        assert_eq!(told(request).await.0, 403, "{path}");
        assert_eq!(told(stage.request("GET", path)).await.0, 401, "{path}");
    }
}

#[tokio::test]
async fn the_token_needs_this_systems_scope() {
    let stage = Stage::new().await;
    let request = stage.request("GET", "/api/v1/noc/tickets/1").bearer_auth("sandbox-without-scope");
    let (status, body) = told(request).await;
    assert_eq!((status, &body["detail"]), (403, &json!("The token lacks the scope urn:grt:nocexpress.")));
}

#[tokio::test]
async fn changes_by_hand_reach_a_read_and_resolving_shows_in_words_only() {
    let stage = Stage::new().await;
    let id = stage.create_noc().await;
    let path = format!("/_sandbox/tickets/{id}");
    assert_eq!(told(stage.request("PATCH", &path).json(&json!({"service_name": "DIA 100"}))).await.0, 200);
    assert_eq!(told(stage.request("PATCH", &path).json(&json!({"technician_id": 7}))).await.0, 400);
    assert_eq!(told(stage.request("POST", &format!("{path}/resolve"))).await.0, 200);
    let read = stage.read_noc(id).await;
    assert_eq!((&read["service_name"], &read["status_name"]), (&json!("DIA 100"), &json!("Resolved")));
    assert_eq!(names(&read), listed(DETAILS));
}

#[tokio::test]
async fn the_sandbox_is_asked_in_its_own_way_whatever_the_settings_say() {
    let system = by_kind("NocTicket").expect("NOCExpress is registered");
    let own = json!({"list_encoding": "indexed", "create_path": "/elsewhere"});
    Bench::with(system, own, "sandbox", |_| {}).await.created().await;
}
