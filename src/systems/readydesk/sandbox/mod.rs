//! ReadyDesk as the sandbox serves it: `get_tickets` in full, and `add_ticket` and `update_ticket` as far as their page is known.
//!
//! Owns `/API/default.aspx`, with `GET` and with a form, in all three formats and with the oddities of the vendor's samples. Refuses
//! every other action, and `count_only`, whose answer no page shows.
//!
//! Where the pages leave a choice: the variable `format` asks for a format; a wrong key and a bad request are answered with a status of
//! their own, or with [`Errors::Text`] by a text with status 200; an unknown variable of a write is a custom field; the closing date is
//! what a write says; any source, category and status may be used.

mod answer;
mod query;
mod ticket;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::wire::Format;
use super::{ID, settings};
use crate::systems::sandbox::{Body, Call, Line, Refusal, Room, Sandbox, Stored, Trouble, Troubles, turned};

/// What this system adds to the sandbox.
pub(crate) const ROOM: Room = Room { routes, settings, edit: ticket::edit, resolve: ticket::resolve, is_over: ticket::is_over };

/// Where the vendor's pages put it.
const PATH: &str = "/API/default.aspx";

/// The zone of [`crate::systems::sandbox::Options::new`].
const ZONE: &str = "America/New_York";

/// Far above what a summary needs.
const LONGEST_FORM: usize = 4 * 1024 * 1024;

/// How errors are answered. No page shows one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errors {
    /// 403 for a wrong key, 400 for a bad request.
    Status,
    /// 200, and a text that says it.
    Text,
}

/// What only this system has a choice in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choices {
    /// Of answers to requests that ask for none.
    pub format: Format,
    pub errors: Errors,
    /// Whether JSON and the delimited form have `cid` where `cc_addresses` belongs, as the vendor's samples do.
    pub repeated_cid: bool,
    /// The most tickets of a page, whatever `count` says.
    pub longest_page: Option<usize>,
}

impl Default for Choices {
    fn default() -> Self {
        Self { format: Format::Json, errors: Errors::Status, repeated_cid: false, longest_page: None }
    }
}

/// Names and decoded values of a request.
type Variables = BTreeMap<String, String>;

/// A section, turned to a sandbox, which has the vendor's own names, and the sandbox's own zone.
fn settings(section: Map<String, Value>, base_url: &str) -> Map<String, Value> {
    let mut section = turned(section, base_url, "key");
    section.retain(|name, _| !settings::OF_SERVER.contains(&name.as_str()));
    let format = section.get("format").and_then(Value::as_str).unwrap_or("json").to_owned();
    section.insert("format_parameter".to_owned(), json!(format!("format={format}")));
    section.insert("base_url".to_owned(), json!(format!("{base_url}{PATH}")));
    section.insert("timezone".to_owned(), json!(ZONE));
    section
}

fn routes() -> Router<Sandbox> {
    Router::new().route(PATH, get(by_query).post(by_form)).layer(DefaultBodyLimit::max(LONGEST_FORM))
}

async fn by_query(State(sandbox): State<Sandbox>, ConnectInfo(line): ConnectInfo<Line>, uri: Uri) -> Response {
    serve(&sandbox, &line, variables(uri.query().unwrap_or_default())).await
}

async fn by_form(State(sandbox): State<Sandbox>, ConnectInfo(line): ConnectInfo<Line>, uri: Uri, form: String) -> Response {
    let mut all = variables(&form);
    all.extend(variables(uri.query().unwrap_or_default()));
    serve(&sandbox, &line, all).await
}

fn variables(text: &str) -> Variables {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

async fn serve(sandbox: &Sandbox, line: &Line, mut variables: Variables) -> Response {
    // What is kept of a request has no key.
    let key = variables.remove("key").unwrap_or_default();
    let choices = sandbox.options().helpdesk;
    if !sandbox.knows_key(&key) {
        return refused(choices, &Refusal::new(StatusCode::FORBIDDEN, "The key is not valid."));
    }
    if let Err(refusal) = sandbox.count(&key) {
        return refusal.into_response();
    }
    let asked = variables.remove("format");
    let format = asked.and_then(|name| Format::ALL.into_iter().find(|format| format.name() == name)).unwrap_or(choices.format);
    let action = variables.remove("action").unwrap_or_default();
    let work = Work { sandbox, choices, format, variables: &variables };
    match action.as_str() {
        "get_tickets" => work.get(line).await,
        "add_ticket" => work.answered(Call::Create, line, |troubles| work.add(troubles)).await,
        "update_ticket" => work.answered(Call::Update, line, |troubles| work.update(troubles)).await,
        _ => refused(choices, &bad("action", "There is no such action.")),
    }
}

/// A refusal, in one of the two ways.
fn refused(choices: Choices, refusal: &Refusal) -> Response {
    match choices.errors {
        Errors::Status => refusal.clone().into_response(),
        Errors::Text => format!("Error: {}", refusal.detail).into_response(),
    }
}

fn bad(name: &str, why: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, json!({name: [why]}))
}

/// One request that passed the door.
struct Work<'a> {
    sandbox: &'a Sandbox,
    choices: Choices,
    format: Format,
    variables: &'a Variables,
}

impl Work<'_> {
    async fn get(&self, line: &Line) -> Response {
        let call = if self.variables.get("tid").is_some_and(|tid| tid != "*") { Call::Read } else { Call::List };
        let response = self.answered(call, line, |troubles| self.look_up(troubles)).await;
        // One address serves all tickets: one that is not there is not in the list, and no address is not found.
        if response.status() != StatusCode::NOT_FOUND {
            return response;
        }
        let (content_type, text) = answer::tickets(&[], self, false);
        let mut empty = ([(axum::http::header::CONTENT_TYPE, content_type)], text).into_response();
        *empty.extensions_mut() = response.extensions().clone();
        empty
    }

    /// The work between its troubles; a refusal of the work itself in the vendor's way.
    async fn answered(&self, call: Call, line: &Line, work: impl FnOnce(&Troubles) -> Result<Body, Refusal>) -> Response {
        let in_own_way = |troubles: &Troubles| match work(troubles) {
            Err(refusal) if self.choices.errors == Errors::Text => {
                Ok(Body::Text { content_type: "text/plain", text: format!("Error: {}", refusal.detail) })
            }
            other => other,
        };
        crate::systems::sandbox::answer(self.sandbox, call, line, in_own_way).await
    }

    fn look_up(&self, troubles: &Troubles) -> Result<Body, Refusal> {
        let zone = &self.sandbox.options().timezone;
        let found = query::select(self.sandbox.listed(ID, troubles), self.variables, zone, self.choices.longest_page, troubles)?;
        let found: Vec<Stored> = found.into_iter().map(|ticket| self.sandbox.told(troubles, ticket)).collect();
        let (content_type, text) = answer::tickets(&found, self, troubles.has(&Trouble::NoId));
        Ok(Body::Text { content_type, text })
    }

    fn add(&self, troubles: &Troubles) -> Result<Body, Refusal> {
        let ticket = ticket::book(self.sandbox, self.variables, troubles)?;
        let made = self.sandbox.commit(troubles, vec![ticket])?.pop();
        let id = made.map(|made| self.sandbox.told(troubles, made).id).unwrap_or_default();
        Ok(self.named("added_ticket", id, troubles))
    }

    fn update(&self, troubles: &Troubles) -> Result<Body, Refusal> {
        let id = self.variables.get("tid").and_then(|tid| tid.parse().ok()).ok_or_else(|| bad("tid", "This field is required."))?;
        let zone = &self.sandbox.options().timezone;
        let now = self.sandbox.now();
        let change = |ticket: &mut Stored| {
            if !troubles.has(&Trouble::Ignored) {
                ticket::change(&mut ticket.fields, self.variables, zone, now)?;
            }
            Ok(())
        };
        self.sandbox.rewrite(ID, id, change)?;
        Ok(self.named("updated_ticket", id, troubles))
    }

    fn named(&self, name: &str, id: u64, troubles: &Troubles) -> Body {
        let (content_type, text) = answer::written(self.format, name, (!troubles.has(&Trouble::NoId)).then_some(id));
        Body::Text { content_type, text }
    }
}
