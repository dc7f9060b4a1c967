//! Serving: the listener on this machine alone, the log, and what faults make of an answer.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Json;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::faults::Troubles;
use super::line::Exchange;
use super::{Call, Line, Logged, Refusal, Sandbox, Trouble, inspection, room};
use crate::systems::registry;

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
    /// This system's settings, turned to this sandbox: its address, the vendor's own paths and form, and the token in [`TOKEN_VARIABLE`].
    ///
    /// The project's credential is not in them, so the sandbox never resolves one. The port differs from run to run: take the
    /// origin of records from settings that do not, never from these.
    pub fn settings(&self, system: &str, own: &Value) -> Value {
        let own = own.as_object().cloned().unwrap_or_default();
        Value::Object(room(system).map(|room| (room.settings)(own, &self.base_url)).unwrap_or_default())
    }
}

/// A section without its paths, with this address, and with the token in [`TOKEN_VARIABLE`] under this name of a credential.
pub(crate) fn turned(mut section: Map<String, Value>, base_url: &str, credential: &str) -> Map<String, Value> {
    section.retain(|name, _| !name.ends_with("_path"));
    section.insert("base_url".to_owned(), base_url.into());
    section.insert("credential".to_owned(), json!({credential: format!("env:{TOKEN_VARIABLE}")}));
    section
}

/// What a vendor answers to work that is done.
#[derive(Debug)]
pub(crate) enum Body {
    Json(Value),
    /// Whoever makes it honours [`Trouble::NoId`].
    Text {
        content_type: &'static str,
        text: String,
    },
    /// 204.
    Empty,
}

impl From<Value> for Body {
    fn from(value: Value) -> Self {
        Self::Json(value)
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
        let vendors = registry().iter().fold(Router::new(), |all, system| all.merge((system.room().routes)()));
        let vendors = vendors.layer(from_fn_with_state(self.clone(), log));
        let all = if self.options().inspection { vendors.merge(inspection::routes()) } else { vendors };
        all.with_state(self.clone())
    }
}

async fn log(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let (at, method, path) = (sandbox.now(), request.method().to_string(), without_key(request.uri()));
    let response = next.run(request).await;
    let faults = response.extensions().get::<Troubles>().map(|troubles| troubles.0.clone()).unwrap_or_default();
    sandbox.world().log(Logged { at, method, path, status: response.status().as_u16(), faults });
    response
}

/// An address with its query; a key in it is not kept.
fn without_key(uri: &Uri) -> String {
    let Some(query) = uri.query() else { return uri.path().to_owned() };
    let masked = |part: &str| if part.to_ascii_lowercase().starts_with("key=") { "key=[key]".to_owned() } else { part.to_owned() };
    format!("{}?{}", uri.path(), query.split('&').map(masked).collect::<Vec<_>>().join("&"))
}

/// Answers a request that passed every check: its work, between the troubles that come before it and those that come after.
///
/// A late answer is late after the work: a client that gave up meanwhile has a ticket all the same.
pub(crate) async fn answer<B: Into<Body>>(
    sandbox: &Sandbox,
    call: Call,
    line: &Line,
    work: impl FnOnce(&Troubles) -> Result<B, Refusal>,
) -> Response {
    let troubles = sandbox.world().draw(call);
    let refused = troubles.0.iter().find_map(|trouble| before(trouble, line));
    let mut response = refused.unwrap_or_else(|| match work(&troubles) {
        Ok(body) => after(&troubles, line, body.into()),
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
        Trouble::ErrorBeforeCommit { status } => Some(error(*status)),
        Trouble::DropBeforeCommit => {
            line.cut();
            Some(error(503))
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
        | Trouble::LateCommit { .. }
        | Trouble::RefusedAfterCommit { .. }
        | Trouble::OtherTicket
        | Trouble::OtherIdType
        | Trouble::Shuffled
        | Trouble::Unfiltered
        | Trouble::NotListedYet { .. }
        | Trouble::NothingListed
        | Trouble::OldVersion
        | Trouble::UploadFailure
        | Trouble::OtherDate
        | Trouble::OtherLocation
        | Trouble::Reworded
        | Trouble::OtherOrder
        | Trouble::TicketLeftOut
        | Trouble::SamePlaces
        | Trouble::RefusedHalfWay
        | Trouble::RepeatedPage
        | Trouble::SkippedRow
        | Trouble::Ignored => None,
    }
}

/// The answer to work that is done.
fn after(troubles: &Troubles, line: &Line, body: Body) -> Response {
    if troubles.has(&Trouble::DropAfterCommit) || troubles.lateness().is_some() {
        line.cut();
    }
    if troubles.has(&Trouble::HalfAnswer) {
        line.halve();
    }
    if troubles.has(&Trouble::Html) {
        let page = "<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>";
        return ([(CONTENT_TYPE, "text/html")], page).into_response();
    }
    let status = |trouble: &Trouble| {
        if let Trouble::ErrorAfterCommit { status } | Trouble::RefusedAfterCommit { status } = trouble { Some(*status) } else { None }
    };
    troubles.0.iter().find_map(status).map_or_else(|| whole(body, troubles), error)
}

fn whole(body: Body, troubles: &Troubles) -> Response {
    match body {
        Body::Json(mut value) => {
            if troubles.has(&Trouble::NoId) {
                without_id(&mut value);
            }
            if troubles.has(&Trouble::OtherIdType) {
                with_other_id(&mut value);
            }
            Json(value).into_response()
        }
        Body::Text { content_type, text } => ([(CONTENT_TYPE, content_type)], text).into_response(),
        Body::Empty => StatusCode::NO_CONTENT.into_response(),
    }
}

fn error(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Refusal::new(status, "Something went wrong.").into_response()
}

/// The id as a text instead of a number, or the other way round.
fn with_other_id(body: &mut Value) {
    if let Some(list) = body.as_array_mut() {
        list.iter_mut().for_each(with_other_id);
    }
    let Some(id) = body.get_mut("id") else { return };
    *id = match id.as_u64() {
        Some(number) => number.to_string().into(),
        None => id.as_str().and_then(|text| text.parse::<u64>().ok()).map_or(id.take(), Value::from),
    };
}

fn without_id(body: &mut Value) {
    if let Some(list) = body.as_array_mut() {
        list.iter_mut().for_each(without_id);
    }
    if let Some(ticket) = body.as_object_mut() {
        ticket.remove("id");
    }
}
