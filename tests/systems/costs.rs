//! What systems tell of creates before they are sent: the sandbox as plain HTTP, and each connection against it.

use callout::systems::{Entries, Estimates, Kept};
use callout::ticket::{Cost, Fields, Money};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::contract::systems;
use crate::stage::{Stage, told};

const ACCOUNTS: &str = "/api/v1/companies/addresses";
const COSTS: &str = "/api/v1/tickets/estimatedCosts/external";
const QUESTION: &str = "service_type=Site%20Audit&dispatch_start=2027-01-11T08:00:00&dispatch_end=2027-01-11T12:00:00&account_id=88";

fn names(row: &Value) -> Vec<&str> {
    row.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn listed(names: &str) -> Vec<&str> {
    names.split_whitespace().collect()
}

#[tokio::test]
async fn accounts_have_the_fields_of_their_page_and_are_searched_by_parts() {
    let stage = Stage::new().await;
    let found = async |query: &str| stage.found(&format!("{ACCOUNTS}?{query}")).await.as_array().cloned().expect("a list");
    let rows = found("search=01234567").await;
    let fields = "address_line_1 address_line_2 city state zip company_name id local_contact_name local_contact_phone \
        location_contact_email macnum name parent_macnum parent_name";
    assert_eq!(names(&rows[0]), listed(fields));
    assert_eq!(rows.iter().map(|row| &row["macnum"]).collect::<Vec<_>>(), ["01234567"]);
    assert!(rows[0]["name"].as_str().is_some_and(|name| name.starts_with("01234567 - ")), "{}", rows[0]);
    assert_eq!(rows, found("search=01234567").await, "the same whenever it is asked for");
    assert_eq!((found("search=0123456").await.len(), found("search=012340&page_size=1000").await.len()), (11, 101), "parts of others, too");
    assert_eq!((found("search=01").await.len(), found("search=99234567").await.len(), found("search=store").await.len()), (20, 0, 0));
    for wrong in ["", "search=%20", "search=01&page_size=all"] {
        assert_eq!(told(stage.get(&format!("{ACCOUNTS}?{wrong}"))).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn an_estimate_has_the_fields_of_its_page_and_its_checks() {
    let stage = Stage::new().await;
    let estimate = stage.found(&format!("{COSTS}?{QUESTION}")).await;
    assert_eq!(names(&estimate), listed("dispatch_fee_dollars hours misc_fee_dollars rate_per_hour total"));
    assert!(estimate["total"].as_f64().is_some_and(|total| total > 100.0) && estimate["hours"].is_u64(), "{estimate}");
    assert_eq!(estimate, stage.found(&format!("{COSTS}?{QUESTION}")).await);
    let hard = QUESTION.replace("T12", "T08");
    stage.found(&format!("{COSTS}?{hard}")).await;
    for (from, to, wrong) in [
        ("service_type=Site%20Audit&", "", "service_type"),
        ("Site%20Audit", "Installation", "service_type"),
        ("dispatch_start=2027-01-11T08:00:00&", "", "dispatch_start"),
        ("2027-01-11T08:00:00", "2027-01-11T08:00:00Z", "dispatch_start"),
        ("2027-01-11T12:00:00", "2027-01-11 12:00", "dispatch_end"),
        ("2027-01-11T12:00:00", "2027-01-12T12:00:00", "dispatch_end"),
        ("2027-01-11T12:00:00", "2027-01-11T07:00:00", "dispatch_end"),
        ("account_id=88", "account_id=01234567%20", ""),
        ("account_id=88", "account_id=store", "account_id"),
        ("&account_id=88", "", "account_id"),
    ] {
        let (status, body) = told(stage.get(&format!("{COSTS}?{}", QUESTION.replace(from, to)))).await;
        let problems: Vec<&str> = body["detail"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let wanted = if wrong.is_empty() { (200, Vec::new()) } else { (400, vec![wrong]) };
        assert_eq!((status, problems), wanted, "{to}: {body}");
    }
}

#[tokio::test]
async fn both_calls_need_the_scope() {
    let stage = Stage::new().await;
    for path in [format!("{ACCOUNTS}?search=01"), format!("{COSTS}?{QUESTION}")] {
        assert_eq!(told(stage.request("GET", &path).bearer_auth("sandbox-without-scope")).await.0, 403, "{path}");
        assert_eq!(told(stage.request("GET", &path)).await.0, 401, "{path}");
    }
}

async fn asked(bench: &Bench, creates: &[&Fields]) -> Option<(Estimates, Entries)> {
    let mut kept = Kept::at("2027-01-04T12:00:00Z".parse().expect("a moment"), Entries::new(), Box::new(|_| {}));
    let estimates = bench.remote.reader().estimate(creates, &mut kept, &|_, _| {}).await?;
    Some((estimates, kept.entries().clone()))
}

#[tokio::test]
async fn a_system_that_tells_costs_tells_them_and_no_other_is_asked() {
    let mut telling = 0;
    for system in systems() {
        let bench = Bench::new(*system).await;
        let fields = bench.draft().fields;
        let told = asked(&bench, &[&fields, &fields]).await;
        assert_eq!(told.is_some(), system.estimates().yes(), "{}", system.title());
        let Some((estimates, kept)) = told else {
            assert_eq!(bench.requests(), 0, "{}", system.title());
            continue;
        };
        telling += 1;
        assert_eq!((estimates.each.len(), estimates.about_all.len()), (2, 0));
        for estimate in &estimates.each {
            assert!(matches!(estimate.cost, Cost::Estimated(money) if money > Money::default()), "{estimate:?}");
            assert!(estimate.account.as_ref().is_some_and(|account| !account.address.is_empty()), "{estimate:?}");
        }
        assert_eq!((bench.requests(), kept.len()), (2, 2), "one for each distinct question, and both kept");
    }
    assert!(telling > 0);
}

#[tokio::test]
async fn the_company_acted_for_goes_with_every_question() {
    let system = callout::systems::by_id("techexpress").expect("TechExpress");
    let bench = Bench::with(system, json!({"granted_tenant_macnum": "0099"}), "sandbox", |_| {}).await;
    let fields = bench.draft().fields;
    asked(&bench, &[&fields]).await.expect("estimates");
    let requests = bench.stage.sandbox.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| request.path.ends_with("&granted_tenant_macnum=0099")), "{requests:?}");
}
