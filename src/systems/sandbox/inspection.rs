//! `/_sandbox`: looking inside, and playing the vendor's people. No vendor has these paths; only [`super::Options::inspection`] opens them.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::{Fault, Logged, NotDone, Refusal, Sandbox, Stored};

type Answer<T> = Result<Json<T>, Refusal>;

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/_sandbox/tickets", get(tickets))
        .route("/_sandbox/tickets/{id}", patch(edit).delete(hide))
        .route("/_sandbox/tickets/{id}/resolve", post(resolve))
        .route("/_sandbox/tickets/{id}/copy", post(copy))
        .route("/_sandbox/requests", get(requests))
        .route("/_sandbox/faults", get(faults).post(set_faults).delete(clear_faults))
}

async fn tickets(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(json!({"creates": sandbox.creates(), "tickets": sandbox.tickets()}))
}

async fn requests(State(sandbox): State<Sandbox>) -> Json<Vec<Logged>> {
    Json(sandbox.requests())
}

async fn edit(
    State(sandbox): State<Sandbox>,
    Path(id): Path<u64>,
    changes: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Answer<Stored> {
    let Json(changes) = changes.map_err(|error| bad(error.body_text()))?;
    done(sandbox.edit(id, &changes))
}

async fn resolve(State(sandbox): State<Sandbox>, Path(id): Path<u64>) -> Answer<Stored> {
    done(sandbox.resolve(id))
}

async fn copy(State(sandbox): State<Sandbox>, Path(id): Path<u64>) -> Answer<Stored> {
    done(sandbox.copy(id))
}

async fn hide(State(sandbox): State<Sandbox>, Path(id): Path<u64>) -> Answer<Stored> {
    done(sandbox.hide(id))
}

async fn faults(State(sandbox): State<Sandbox>) -> Json<Vec<Fault>> {
    Json(sandbox.faults())
}

async fn set_faults(State(sandbox): State<Sandbox>, faults: Result<Json<Vec<Fault>>, JsonRejection>) -> Answer<Vec<Fault>> {
    let Json(faults) = faults.map_err(|error| bad(error.body_text()))?;
    sandbox.set_faults(faults).map_err(bad)?;
    Ok(Json(sandbox.faults()))
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> Json<Vec<Fault>> {
    sandbox.world().set_faults(Vec::new());
    Json(Vec::new())
}

fn done(ticket: Result<Stored, NotDone>) -> Answer<Stored> {
    ticket.map(Json).map_err(|error| {
        let status = match error {
            NotDone::NoSuchTicket(_) => StatusCode::NOT_FOUND,
            NotDone::Refused(_) => StatusCode::BAD_REQUEST,
            NotDone::NotKept(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Refusal::new(status, error.to_string())
    })
}

fn bad(why: String) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, why)
}
