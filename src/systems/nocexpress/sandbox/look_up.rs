//! The look-ups, over a made-up world: which sites there are, what is installed there, and which issues a ticket can have.
//!
//! Owns the documented parameters and fields, and no more: no field of a configuration names a type for tickets, as no page is known
//! to list one. Every macnum of digits is a site, apart from those that begin with 99, so that both can be tried. A site has three
//! configurations, whose ids follow from its macnum.
//!
//! Where the pages leave a choice: `account` finds a macnum, `search` a part of a name, `store` a macnum by its last four digits; the
//! last two, and no filter, look at a thousand sites. A page without `page_size` has 20 rows. Any type and subtype have the same issues.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::ticket::configuration;
use crate::systems::g360::sandbox::site::{LISTED, Site, exists};
use crate::systems::nocexpress::API;
use crate::systems::nocexpress::look_up::{CONFIGURATIONS_PATH, ISSUES_PATH, SITES_PATH};
use crate::systems::sandbox::{Call, Line, Refusal, Sandbox, answer};

/// Rows of a page whose size is not asked for.
const PAGE: usize = 20;

const ISSUES: [&str; 8] = [
    "Circuit down",
    "Configuration change",
    "Device unreachable",
    "Firmware update",
    "Intermittent connection",
    "No dial tone",
    "Packet loss",
    "Slow",
];

type Parameters = BTreeMap<String, String>;

pub fn routes() -> Router<Sandbox> {
    Router::new()
        .route(SITES_PATH, get(|s, l, h, q| served(s, l, h, q, sites)))
        .route(CONFIGURATIONS_PATH, get(|s, l, h, q| served(s, l, h, q, configurations)))
        .route(ISSUES_PATH, get(|s, l, h, q| served(s, l, h, q, |_| Ok(issues()))))
}

async fn served(
    State(sandbox): State<Sandbox>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    Query(parameters): Query<Parameters>,
    rows: fn(&Parameters) -> Result<Value, Refusal>,
) -> Response {
    if let Err(refusal) = sandbox.admit(&headers, API.scope) {
        return refusal.into_response();
    }
    answer(&sandbox, Call::Read, &line, |_| rows(&parameters)).await
}

fn sites(parameters: &Parameters) -> Result<Value, Refusal> {
    let parameter = |name: &str| parameters.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let rows = match parameter("account") {
        Some(account) => exists(account).then(|| account.to_owned()).into_iter().collect(),
        None => LISTED.map(|number| format!("{number:08}")).collect::<Vec<_>>(),
    };
    let rows = rows.iter().map(|macnum| (macnum, site(macnum)));
    let is_named = |row: &Value| parameter("search").is_none_or(|part| row["name"].as_str().is_some_and(|name| name.contains(part)));
    let is_store = |macnum: &str| parameter("store").is_none_or(|store| store.len() == 4 && macnum.ends_with(store));
    let rows = rows.filter(|(macnum, row)| is_named(row) && is_store(macnum)).map(|(_, row)| row);
    Ok(rows.take(page_size(parameters)?).collect())
}

fn site(macnum: &str) -> Value {
    let site = Site::of(macnum);
    json!({
        "name": format!("{} {}", site.company, site.city),
        "address_line_1": site.address,
        "address_line_2": "",
        "city": site.city,
        "state": site.state,
        "zip": site.zip,
        "id": site.account_id,
        "parent_macnum": null,
        "parent_name": site.company,
        "site_name": format!("{} {}", site.company, site.city),
        "account_name": site.company,
        "parent_account": site.company_identifier,
        "macnum": macnum,
        "is_chronic": false,
    })
}

fn configurations(parameters: &Parameters) -> Result<Value, Refusal> {
    let list = |name: &str| parameters.get(name).filter(|text| !text.trim().is_empty());
    let entries = |text: &str| text.split(',').map(|entry| entry.trim().to_owned()).collect::<Vec<_>>();
    let (Some(macnums), Some(services)) = (list("macnums"), list("services")) else {
        let missing = ["macnums", "services"].into_iter().filter(|name| list(name).is_none());
        let problems: BTreeMap<&str, [&str; 1]> = missing.map(|name| (name, ["This field is required."])).collect();
        return Err(Refusal::new(StatusCode::BAD_REQUEST, json!(problems)));
    };
    let services = entries(services);
    let rows = entries(macnums).into_iter().filter(|macnum| exists(macnum)).flat_map(|macnum| ids(&macnum)).map(|id| {
        let mut row = configuration(id);
        row.insert("status".to_owned(), json!("Active"));
        row
    });
    let rows =
        rows.filter(|row| row.get("type").and_then(Value::as_str).is_some_and(|kind| services.iter().any(|service| service == kind)));
    Ok(rows.take(page_size(parameters)?).map(Value::Object).collect())
}

/// The configurations of a site.
fn ids(macnum: &str) -> [u64; 3] {
    let digits: Vec<u64> = macnum.bytes().rev().take(5).map(|digit| u64::from(digit.wrapping_sub(b'0'))).collect();
    let first = 53_646 + digits.iter().rev().fold(0, |number, digit| number * 10 + digit);
    [first, first + 1, first + 88]
}

fn issues() -> Value {
    json!({"ticket_issues_dropdown_values": ISSUES})
}

fn page_size(parameters: &Parameters) -> Result<usize, Refusal> {
    let wrong = || Refusal::new(StatusCode::BAD_REQUEST, json!({"page_size": ["Must be an integer."]}));
    parameters.get("page_size").map_or(Ok(PAGE), |text| text.parse().map_err(|_| wrong()))
}
