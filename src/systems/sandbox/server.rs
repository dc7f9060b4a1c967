//! Serving: the listener on this machine alone, the log, and what faults make of an answer.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Json;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::faults::Troubles;
use super::line::Exchange;
use super::{Call, Line, Logged, ROOMS, Refusal, Sandbox, Stored, Trouble, inspection};

/// A sandbox that answers; it stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    /// Like `http://127.0.0.1:40123`, without a slash at its end.
    pub base_url: String,
    pub address: SocketAddr,
    /// Dropping it ends the server's task.
    _stop: oneshot::Sender<()>,
}

/// The variable in which a connection to the sandbox finds its token.
pub const TOKEN_VARIABLE: &str = "CALLOUT_SANDBOX_TOKEN";

impl Running {
    /// A system's settings, turned to this sandbox: its address, the vendor's own paths and form, and the token in [`TOKEN_VARIABLE`].
    ///
    /// The project's credential is not in them, so the sandbox never resolves one. The port differs from run to run: take the
    /// origin of records from settings that do not, never from these.
    pub fn settings(&self, own: &Value) -> Value {
        let mut settings = own.as_object().cloned().unwrap_or_default();
        settings.retain(|name, _| !name.ends_with("_path") && name != "list_encoding");
        settings.insert("base_url".to_owned(), self.base_url.clone().into());
        settings.insert("credential".to_owned(), json!({"bearer": format!("env:{TOKEN_VARIABLE}")}));
        Value::Object(settings)
    }
}

impl Sandbox {
    /// Serves on 127.0.0.1, on this port or, with 0, on one that the system picks. Needs a Tokio runtime.
    pub async fn serve(&self, port: u16) -> io::Result<Running> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let app = self.router().into_make_service_with_connect_info::<Line>();
        let server = axum::serve(Exchange(listener), app).with_graceful_shutdown(async {
            // The sender is only ever dropped, so the answer is always the same.
            stopped.await.unwrap_or_default();
        });
        tokio::spawn(async { server.await });
        Ok(Running { base_url: format!("http://{address}"), address, _stop: stop })
    }

    fn router(&self) -> Router {
        let vendors = ROOMS.iter().fold(Router::new(), |all, room| all.merge((room.routes)()));
        let vendors = vendors.layer(from_fn_with_state(self.clone(), log));
        let all = if self.options().inspection { vendors.merge(inspection::routes()) } else { vendors };
        all.with_state(self.clone())
    }

    /// Makes and keeps the tickets of one create.
    pub(crate) fn commit(&self, tickets: Vec<Stored>) -> Result<Vec<Stored>, Refusal> {
        let refusal =
            |error: io::Error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, format!("The sandbox cannot keep the ticket: {error}"));
        self.world().commit(tickets).map_err(refusal)
    }

    /// A ticket of this system, for a request for this company.
    pub(crate) fn visible(&self, system: &str, id: u64, tenant: Option<&str>) -> Option<Stored> {
        self.world().visible(system, id, tenant)
    }
}

async fn log(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let (at, method, path) = (sandbox.now(), request.method().to_string(), request.uri().to_string());
    let response = next.run(request).await;
    let faults = response.extensions().get::<Troubles>().map(|troubles| troubles.0.clone()).unwrap_or_default();
    sandbox.world().log(Logged { at, method, path, status: response.status().as_u16(), faults });
    response
}

/// Answers a request that passed every check: its work, between the troubles that come before it and those that come after.
///
/// A late answer is late after the work: a client that gave up meanwhile has a ticket all the same.
pub(crate) async fn answer(sandbox: &Sandbox, call: Call, line: &Line, work: impl FnOnce(&Troubles) -> Result<Value, Refusal>) -> Response {
    let troubles = sandbox.world().draw(call);
    let refused = troubles.0.iter().find_map(|trouble| before(trouble, line));
    let mut response = refused.unwrap_or_else(|| match work(&troubles) {
        Ok(body) => after(&troubles, line, body),
        Err(refusal) => refusal.into_response(),
    });
    let latency = troubles.latency();
    if !latency.is_zero() {
        sandbox.options().clock.sleep(latency).await;
    }
    response.extensions_mut().insert(troubles);
    response
}

/// The answer of a trouble that leaves nothing made.
fn before(trouble: &Trouble, line: &Line) -> Option<Response> {
    match trouble {
        Trouble::TooManyRequests { retry_after } => {
            let refusal = Refusal { status: StatusCode::TOO_MANY_REQUESTS, retry_after: *retry_after, detail: "Too many requests.".into() };
            Some(refusal.into_response())
        }
        Trouble::ErrorBeforeCommit { status } => Some(server_error(*status)),
        Trouble::DropBeforeCommit => {
            line.cut();
            Some(server_error(503))
        }
        Trouble::Redirect { to } => {
            let to = HeaderValue::from_str(to).ok()?;
            Some((StatusCode::TEMPORARY_REDIRECT, [(LOCATION, to)]).into_response())
        }
        Trouble::NotFound => Some(Refusal::new(StatusCode::NOT_FOUND, "No such ticket, or no access to it.").into_response()),
        Trouble::Latency { .. }
        | Trouble::ErrorAfterCommit { .. }
        | Trouble::DropAfterCommit
        | Trouble::HalfAnswer
        | Trouble::Html
        | Trouble::NoId
        | Trouble::UploadFailure
        | Trouble::OtherDate
        | Trouble::OtherLocation
        | Trouble::Reworded => None,
    }
}

/// The answer to work that is done.
fn after(troubles: &Troubles, line: &Line, mut body: Value) -> Response {
    if troubles.has(&Trouble::DropAfterCommit) {
        line.cut();
    }
    if troubles.has(&Trouble::HalfAnswer) {
        line.halve();
    }
    if troubles.has(&Trouble::Html) {
        let page = "<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>";
        return ([(CONTENT_TYPE, "text/html")], page).into_response();
    }
    if troubles.has(&Trouble::NoId) {
        without_id(&mut body);
    }
    let status = |trouble: &Trouble| if let Trouble::ErrorAfterCommit { status } = trouble { Some(*status) } else { None };
    troubles.0.iter().find_map(status).map_or_else(|| Json(body).into_response(), server_error)
}

fn server_error(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Refusal::new(status, "Something went wrong.").into_response()
}

fn without_id(body: &mut Value) {
    if let Some(list) = body.as_array_mut() {
        list.iter_mut().for_each(without_id);
    }
    if let Some(ticket) = body.as_object_mut() {
        ticket.remove("id");
    }
}
