//! Search Accounts and Estimated Costs, over a made-up world: where each account is, and what a visit there costs.
//!
//! Owns the documented parameters and fields, and no more. The same macnums are accounts that are sites of NOCExpress here: those of digits
//! that do not begin with 99. A price follows from the account and the kind of work, so it is the same whenever it is asked for.
//!
//! Where the pages leave a choice: the search looks for a part of the macnum and of the name, among a thousand accounts and the one that is
//! named in full; a page without `page_size` has 20 rows; any account id has a price.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::Router;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::checks::{SERVICE_TYPES, date_time};
use crate::systems::g360::sandbox::site::{LISTED, Site, exists};
use crate::systems::sandbox::{Call, Line, Refusal, Sandbox, answer};
use crate::systems::techexpress::API;
use crate::systems::techexpress::look_up::{ACCOUNTS_PATH, COSTS_PATH};
use crate::ticket::Digest;

/// Rows of a page whose size is not asked for.
const PAGE: usize = 20;

type Parameters = BTreeMap<String, String>;

pub fn routes() -> Router<Sandbox> {
    Router::new()
        .route(ACCOUNTS_PATH, get(|s, l, h, q| served(s, l, h, q, accounts)))
        .route(COSTS_PATH, get(|s, l, h, q| served(s, l, h, q, costs)))
}

async fn served(
    State(sandbox): State<Sandbox>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    Query(parameters): Query<Parameters>,
    told: fn(&Parameters) -> Result<Value, Problems>,
) -> Response {
    if let Err(refusal) = sandbox.admit(&headers, API.scope) {
        return refusal.into_response();
    }
    let told = |_: &_| told(&parameters).map_err(|problems| Refusal::new(StatusCode::BAD_REQUEST, json!(problems)));
    answer(&sandbox, Call::Read, &line, told).await
}

/// What is wrong, by parameter.
type Problems = BTreeMap<&'static str, [&'static str; 1]>;

const REQUIRED: &str = "This field is required.";

fn given<'p>(parameters: &'p Parameters, name: &str) -> Option<&'p str> {
    parameters.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn accounts(parameters: &Parameters) -> Result<Value, Problems> {
    let size = given(parameters, "page_size").map_or(Ok(PAGE), |text| text.parse().map_err(|_| "Must be an integer."));
    let (search, size) = match (given(parameters, "search"), size) {
        (Some(search), Ok(size)) => (search, size),
        (None, Ok(_)) => return Err([("search", [REQUIRED])].into()),
        (_, Err(wrong)) => return Err([("page_size", [wrong])].into()),
    };
    let named = exists(search).then(|| account(search));
    let fits = |row: &Value| ["macnum", "name"].iter().any(|name| row[*name].as_str().is_some_and(|text| text.contains(search)));
    let others = listed().iter().filter(|row| row["macnum"] != search && fits(row)).cloned();
    Ok(named.into_iter().chain(others).take(size).collect())
}

/// The thousand accounts, made up once.
fn listed() -> &'static [Value] {
    static ROWS: OnceLock<Vec<Value>> = OnceLock::new();
    ROWS.get_or_init(|| LISTED.map(|number| account(&format!("{number:08}"))).collect())
}

fn account(macnum: &str) -> Value {
    let site = Site::of(macnum);
    json!({
        "address_line_1": site.address,
        "address_line_2": "",
        "city": site.city,
        "state": site.state,
        "zip": site.zip,
        "company_name": site.company,
        "id": site.account_id,
        "local_contact_name": "",
        "local_contact_phone": "",
        "location_contact_email": "",
        "macnum": macnum,
        "name": format!("{macnum} - {:06}", site.account_id % 1_000_000),
        "parent_macnum": format!("{:08}", site.company_id),
        "parent_name": site.company,
    })
}

fn costs(parameters: &Parameters) -> Result<Value, Problems> {
    let mut problems = Problems::new();
    for name in ["service_type", "dispatch_start", "dispatch_end", "account_id"] {
        if given(parameters, name).is_none() {
            problems.insert(name, [REQUIRED]);
        }
    }
    if given(parameters, "service_type").is_some_and(|service| !SERVICE_TYPES.contains(&service)) {
        problems.insert("service_type", ["Not one of the service types."]);
    }
    if given(parameters, "account_id").is_some_and(|id| id.parse::<u64>().is_err()) {
        problems.insert("account_id", ["Must be an integer."]);
    }
    let mut date = |name: &'static str| -> Option<DateTime> {
        let text = given(parameters, name)?;
        let date = date_time(text);
        if date.is_none() {
            problems.insert(name, ["Must have the format YYYY-MM-DDTHH:MM:SS."]);
        }
        date
    };
    if let (Some(start), Some(end)) = (date("dispatch_start"), date("dispatch_end"))
        && (end < start || end.date() != start.date())
    {
        problems.insert("dispatch_end", ["Must not be before dispatch_start, and must be on the same day."]);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let asked = ["account_id", "service_type"].map(|name| given(parameters, name).unwrap_or_default());
    Ok(price(&asked))
}

/// Always the same for the same account and work.
fn price(asked: &[&str; 2]) -> Value {
    let digest = Digest::of(asked);
    let number = digest.as_str().get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0);
    let hours = 2 + number % 3;
    let (fee, rate, other) = (95.0 + f64::from(number / 3 % 5) * 15.0, 62.5, f64::from(number / 15 % 2) * 12.5);
    json!({
        "dispatch_fee_dollars": fee,
        "hours": hours,
        "misc_fee_dollars": other,
        "rate_per_hour": rate,
        "total": fee + other + rate * f64::from(hours),
    })
}
