//! TechExpress as the sandbox serves it: the two documented calls, their validation, and their answers field by field.
//!
//! Owns `POST /api/v1/tickets/external` and `GET /api/v1/tickets/{ticket_id}` (vendor pages: Create Ticket, Ticket Details).
//! Refuses everything else: there is no list, no search, no update and no delete, so there is none here.
//!
//! Where the pages leave a choice: a ticket of one company is shown only to requests for that company; a bad ticket id is
//! simply not found; 25 MB counts all files of a create, as 25,000,000 bytes; options that were left out read back as
//! empty text, `false` or null.

mod checks;
mod form;
mod site;
mod ticket;

use axum::Router;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::systems::sandbox::{Call, Line, Refusal, Sandbox, Troubles, answer};

pub use ticket::{CREATE_FIELDS, DETAIL_FIELDS};
pub(crate) use ticket::{edit, resolve};

const SCOPE: &str = "urn:grt:techexpress";

/// What is read of a request at most. Far above the vendor's limit, so that a file just over it still gets its reason.
const LONGEST_REQUEST: usize = 64 * 1024 * 1024;

/// The vendor's paths.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/api/v1/tickets/external", post(create))
        .route("/api/v1/tickets/{ticket_id}", get(details))
        .layer(DefaultBodyLimit::max(LONGEST_REQUEST))
}

async fn create(
    State(sandbox): State<Sandbox>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    multipart: Result<Multipart, MultipartRejection>,
) -> Response {
    match order(&sandbox, &headers, multipart).await {
        Ok(order) => {
            let book = |troubles: &Troubles| {
                let tickets = sandbox.commit(ticket::book(&sandbox, &order, troubles))?;
                let mut views: Vec<Value> = tickets.iter().map(ticket::created).collect();
                let bare = sandbox.options().bare_object && views.len() == 1;
                Ok(if bare { views.remove(0) } else { Value::Array(views) })
            };
            answer(&sandbox, Call::Create, &line, book).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// The whole request, checked; nothing is made yet.
async fn order(sandbox: &Sandbox, headers: &HeaderMap, multipart: Result<Multipart, MultipartRejection>) -> Result<checks::Order, Refusal> {
    let bad = |detail: Value| Refusal::new(StatusCode::BAD_REQUEST, detail);
    let form = match multipart {
        Ok(multipart) => form::receive(multipart).await.map_err(|error| bad(json!({"body": [error.body_text()]}))),
        Err(error) => Err(bad(json!({"body": [error.body_text()]}))),
    };
    // After the whole request: a connection that closes on unread bytes is reset, and the refusal may be lost on its way.
    sandbox.admit(headers, SCOPE)?;
    checks::order(form?).map_err(|problems| bad(json!(problems)))
}

#[derive(Deserialize)]
struct For {
    granted_tenant_macnum: Option<String>,
}

async fn details(
    State(sandbox): State<Sandbox>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(company): Query<For>,
) -> Response {
    if let Err(refusal) = sandbox.admit(&headers, SCOPE) {
        return refusal.into_response();
    }
    let look_up = |_: &Troubles| {
        let tenant = company.granted_tenant_macnum.as_deref().filter(|macnum| !macnum.is_empty());
        let ticket = id.parse().ok().and_then(|id| sandbox.visible(id, tenant));
        ticket.map(|ticket| ticket::read(&ticket)).ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "No such ticket, or no access to it."))
    };
    answer(&sandbox, Call::Read, &line, look_up).await
}
