//! The half of the sandbox that every G360 system shares: the two calls, their checks' common form, and a made-up world.
//!
//! Owns the way of a request from the door to its answer. What a system documents of its own is a [`Vendor`].
//!
//! Where the pages leave a choice: a ticket of one company is shown only to requests for that company; a bad ticket id is
//! simply not found; 25 MB counts all files of a create, as 25,000,000 bytes.

pub mod form;
pub mod parameters;
mod several;
pub mod site;
pub mod ticket;

use axum::Router;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Api;
use crate::systems::sandbox::{Call, Line, Refusal, Room, Sandbox, Stored, Troubles, answer, turned};
use form::Form;
use parameters::Problems;

/// What is read of a request at most. Far above the vendor's limit, so that a file just over it still gets its reason.
const LONGEST_REQUEST: usize = 64 * 1024 * 1024;

/// What one system documents of its own.
pub trait Vendor: 'static {
    /// A create that passed every check.
    type Order: Send + Sync;
    /// The fields of a create's answer, in the order of the vendor's page.
    const CREATE_FIELDS: &'static [&'static str];

    fn api() -> &'static Api;
    /// Checks a create.
    fn order(form: Form) -> Result<Self::Order, Problems>;
    /// The tickets of a create, still without ids.
    fn book(sandbox: &Sandbox, order: &Self::Order, troubles: &Troubles) -> Vec<Stored>;
    /// A read's answer.
    fn read(ticket: &Stored) -> Value;
    /// The calls that tell which values a create may have, if there are any.
    fn look_ups() -> Router<Sandbox> {
        Router::new()
    }
}

/// What such a system adds to the sandbox.
pub fn room<V: Vendor>() -> Room {
    Room { routes: routes::<V>, settings, edit: ticket::edit, resolve: ticket::resolve, is_over: ticket::is_over }
}

/// A section, turned to a sandbox, whose form takes lists as JSON.
fn settings(section: Map<String, Value>, base_url: &str) -> Map<String, Value> {
    let mut section = turned(section, base_url, "bearer");
    section.remove("list_encoding");
    section.remove("look_ups");
    section
}

/// A system's calls, at the vendor's own paths.
fn routes<V: Vendor>() -> Router<Sandbox> {
    Router::new()
        .route(V::api().create_path, post(create::<V>))
        .route(V::api().read_path, get(details::<V>))
        .merge(V::look_ups())
        .layer(DefaultBodyLimit::max(LONGEST_REQUEST))
}

async fn create<V: Vendor>(
    State(sandbox): State<Sandbox>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    multipart: Result<Multipart, MultipartRejection>,
) -> Response {
    match order::<V>(&sandbox, &headers, multipart).await {
        Ok(order) => {
            let book = |troubles: &Troubles| {
                let booked = V::book(&sandbox, &order, troubles);
                several::refusal(troubles, &booked).map_or(Ok(()), |(made, refusal)| sandbox.commit(troubles, made).and(Err(refusal)))?;
                let tickets = sandbox.commit(troubles, booked)?;
                let told = tickets.into_iter().map(|made| sandbox.told(troubles, made));
                let mut views: Vec<Value> = told.map(|made| ticket::shown(&made, V::CREATE_FIELDS)).collect();
                several::disturb(troubles, &mut views);
                let bare = sandbox.options().bare_object && views.len() == 1;
                Ok(if bare { views.remove(0) } else { Value::Array(views) })
            };
            answer(&sandbox, Call::Create, &line, book).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// The whole request, checked; nothing is made yet.
async fn order<V: Vendor>(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<V::Order, Refusal> {
    let bad = |detail: Value| Refusal::new(StatusCode::BAD_REQUEST, detail);
    let form = match multipart {
        Ok(multipart) => form::receive(multipart).await.map_err(|error| bad(json!({"body": [error.body_text()]}))),
        Err(error) => Err(bad(json!({"body": [error.body_text()]}))),
    };
    // After the whole request: a connection that closes on unread bytes is reset, and the refusal may be lost on its way.
    sandbox.admit(headers, V::api().scope)?;
    V::order(form?).map_err(|problems| bad(json!(problems)))
}

#[derive(Deserialize)]
struct For {
    granted_tenant_macnum: Option<String>,
}

async fn details<V: Vendor>(
    State(sandbox): State<Sandbox>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(company): Query<For>,
) -> Response {
    if let Err(refusal) = sandbox.admit(&headers, V::api().scope) {
        return refusal.into_response();
    }
    let look_up = |troubles: &Troubles| {
        let tenant = company.granted_tenant_macnum.as_deref().filter(|macnum| !macnum.is_empty());
        let ticket = id.parse().ok().and_then(|id| sandbox.visible(V::api().id, id, tenant));
        ticket
            .map(|ticket| V::read(&sandbox.told(troubles, ticket)))
            .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "No such ticket, or no access to it."))
    };
    answer(&sandbox, Call::Read, &line, look_up).await
}
