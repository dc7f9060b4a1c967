//! The Billing Platform's tickets as the sandbox serves them: the documented calls, and nothing beyond.
//!
//! Owns reading one ticket, listing all or one customer's, creating, changing and deleting (vendor page `/api/endpoints/tickets/`).
//! Where the pages leave a choice: a change is a PATCH, null empties a field, every customer exists, preset values are any words, no
//! field is required, a new ticket is `open`, and lists are sorted by id unless [`Choices`] say otherwise.

mod list;
mod ticket;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::ID;
use super::settings::TICKETS_PATH;
use crate::systems::sandbox::{Body, Call, Line, Refusal, Room, Sandbox, Trouble, Troubles, answer};
use list::Wanted;

use super::settings::turned;
pub use ticket::FIELDS;

pub(crate) const ROOM: Room = Room { routes, settings: turned, edit: ticket::edit, resolve: ticket::resolve, is_over: ticket::is_over };

/// What the pages leave open, and a list depends on.
#[derive(Debug, Clone, Copy)]
pub struct Choices {
    pub order: Order,
    /// The most tickets in one page of a list, whatever is asked for.
    pub longest_page: usize,
}

impl Default for Choices {
    fn default() -> Self {
        Self { order: Order::OldestFirst, longest_page: 1000 }
    }
}

/// How lists are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    OldestFirst,
    NewestFirst,
}

/// What a token needs. The vendor names no scopes, so this is only the word of a refusal.
const SCOPE: &str = "tickets";

type Given = Result<Json<Map<String, Value>>, JsonRejection>;

/// The calls, at the vendor's own paths.
fn routes() -> Router<Sandbox> {
    Router::new()
        .route(TICKETS_PATH, get(list_all).post(create))
        .route("/backend/api/v1/tickets/{id}", get(read).patch(update).delete(delete))
        .route("/backend/api/v1/customers/{customer}/tickets/", get(list_of_customer))
}

fn bad(detail: impl Into<Value>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, detail)
}

fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "No such ticket.")
}

/// A body that passed every check, for a request that may pass.
fn checked(sandbox: &Sandbox, headers: &HeaderMap, given: Given) -> Result<Map<String, Value>, Refusal> {
    sandbox.admit(headers, SCOPE)?;
    let Json(given) = given.map_err(|error| bad(error.body_text()))?;
    ticket::check(&given).map_err(|problems| bad(json!(problems)))?;
    Ok(given)
}

async fn create(State(sandbox): State<Sandbox>, ConnectInfo(line): ConnectInfo<Line>, headers: HeaderMap, given: Given) -> Response {
    let given = match checked(&sandbox, &headers, given) {
        Ok(given) => given,
        Err(refusal) => return refusal.into_response(),
    };
    let book = |troubles: &Troubles| {
        let mut made = sandbox.commit(troubles, vec![ticket::new(&given, troubles, sandbox.now())])?;
        Ok(made.pop().map(|made| ticket::shown(&sandbox.told(troubles, made))).unwrap_or_default())
    };
    answer(&sandbox, Call::Create, &line, book).await
}

async fn read(
    State(sandbox): State<Sandbox>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    if let Err(refusal) = sandbox.admit(&headers, SCOPE) {
        return refusal.into_response();
    }
    let look_up = |troubles: &Troubles| {
        let found = id.parse().ok().and_then(|id| sandbox.visible(ID, id, None));
        found.map(|found| ticket::shown(&sandbox.told(troubles, found))).ok_or_else(not_found)
    };
    answer(&sandbox, Call::Read, &line, look_up).await
}

async fn update(
    State(sandbox): State<Sandbox>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    Path(id): Path<String>,
    given: Given,
) -> Response {
    let given = match checked(&sandbox, &headers, given) {
        Ok(given) => given,
        Err(refusal) => return refusal.into_response(),
    };
    let change = |troubles: &Troubles| {
        let id = id.parse().map_err(|_| not_found())?;
        let changed = sandbox.rewrite(ID, id, |found| {
            if !troubles.has(&Trouble::Ignored) {
                ticket::change(&mut found.fields, &given, sandbox.now());
            }
            Ok(())
        })?;
        Ok(ticket::shown(&changed))
    };
    answer(&sandbox, Call::Update, &line, change).await
}

async fn delete(
    State(sandbox): State<Sandbox>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    if let Err(refusal) = sandbox.admit(&headers, SCOPE) {
        return refusal.into_response();
    }
    let remove = |_: &Troubles| sandbox.remove(ID, id.parse().map_err(|_| not_found())?).map(|_| Body::Empty);
    answer(&sandbox, Call::Delete, &line, remove).await
}

type Asked = Result<Query<Vec<(String, String)>>, QueryRejection>;

async fn list_all(State(sandbox): State<Sandbox>, ConnectInfo(line): ConnectInfo<Line>, headers: HeaderMap, asked: Asked) -> Response {
    page(&sandbox, &line, &headers, (asked, None)).await
}

async fn list_of_customer(
    State(sandbox): State<Sandbox>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    Path(customer): Path<String>,
    asked: Asked,
) -> Response {
    page(&sandbox, &line, &headers, (asked, Some(customer))).await
}

async fn page(sandbox: &Sandbox, line: &Line, headers: &HeaderMap, (asked, customer): (Asked, Option<String>)) -> Response {
    let wanted = sandbox.admit(headers, SCOPE).and_then(|()| {
        let Query(asked) = asked.map_err(|error| bad(error.body_text()))?;
        Wanted::read(&asked, customer).map_err(bad)
    });
    match wanted {
        Ok(wanted) => answer(sandbox, Call::List, line, |troubles: &Troubles| Ok(wanted.page(sandbox, troubles))).await,
        Err(refusal) => refusal.into_response(),
    }
}
