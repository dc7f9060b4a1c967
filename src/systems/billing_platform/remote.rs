//! The calls of the Billing Platform's tickets.
//!
//! Owns what an answer means for callout. Refuses to repeat a write, whatever happens.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::settings::{self, Settings, UpdateMethod, spelt};
use super::{ID, TITLE, list, wire};
use crate::diagnostics::{Outcome, Severity};
use crate::state::Permit;
use crate::systems::credential::{Credential, Defaults};
use crate::systems::http::{Carries, Client, Profile, Trouble, plain};
use crate::systems::settings::section_unusable;
use crate::systems::{Answer, Context, Found, Listing, Observed, Payload, Reader, Remote, Seen, Sent, Unready, Writer};
use crate::ticket::{Fields, Mark};

/// A connection to one installation: one credential, one pace.
pub struct Connection {
    pub(super) client: Client,
    pub(super) settings: Settings,
    /// Where tickets are listed and made.
    pub(super) list: Url,
}

/// Resolves no credential and opens no connection yet.
pub fn connect(section: &Value, context: Context) -> Outcome<Box<dyn Remote>> {
    let wrong = || section_unusable(ID);
    if settings::check(section).iter().any(|finding| finding.severity == Severity::Error) {
        return Err(wrong().into());
    }
    let settings = Settings::deserialize(section).map_err(|_| wrong())?;
    let list = Url::parse(&settings.tickets_url()).map_err(|_| wrong())?;
    let profile = Profile {
        id: ID,
        title: TITLE,
        permission: "it must be allowed to read and to change tickets".to_owned(),
        timeout: Duration::from_secs(settings.timeout_seconds),
        requests_per_minute: settings.requests_per_minute.0,
        printed_limit: None,
        encrypted: list.scheme() == "https",
        // The vendor's pages name 200, 400 and 404 only.
        documents_401: false,
        carries: Carries::Bearer,
        accept: "application/json",
    };
    let defaults = Defaults { scope: "", timeout: profile.timeout };
    let credential = Credential::new(&settings.credential, defaults, &context)?;
    Ok(Box::new(Connection { client: Client::new(profile, credential, context)?, settings, list }))
}

impl Connection {
    /// Where one ticket is; `None` for a text that cannot be an id.
    fn ticket(&self, id: &str) -> Option<Url> {
        let address = format!("{}/{id}", self.list.as_str().trim_end_matches('/'));
        if wire::is_id(id) { Url::parse(&address).ok() } else { None }
    }

    /// A ticket as an answer shows it; `None` without an id.
    pub(super) fn seen(&self, ticket: &Map<String, Value>) -> Option<Seen> {
        let (id, fields) = (wire::id(ticket)?, wire::flat(ticket));
        let status = fields.get("status").filter(|status| status.is_string() || status.is_number()).map(spelt);
        let finished = status.as_deref().is_some_and(|status| self.settings.is_finished(status));
        Some(Seen { id, fields, status, finished })
    }

    /// The ticket with this id in an answer. What stands there instead goes after `Billing Platform answered`.
    fn answered(&self, id: &str, body: &str) -> Result<(Seen, Map<String, Value>), String> {
        let ticket = wire::one_ticket(body)?;
        match self.seen(&ticket) {
            Some(seen) if seen.id == id => Ok((seen, ticket)),
            Some(other) => Err(format!("with ticket {}, and ticket {id} was asked for", other.id)),
            None => Err("without a ticket".to_owned()),
        }
    }

    async fn read_one(&self, id: &str) -> Observed {
        let unread = |why| Observed::Unread { why, stops_system: false };
        let Some(url) = self.ticket(id) else { return unread(no_id(id)) };
        let body = match self.client.read(&url).await {
            Ok(body) => body,
            Err(trouble) if trouble.status == Some(404) => return Observed::Missing,
            Err(Trouble { why, stops_system, .. }) => return Observed::Unread { why, stops_system },
        };
        match self.answered(id, &body) {
            Ok((seen, _)) => Observed::Found(Box::new(seen)),
            Err(what) => unread(format!("{TITLE} answered {what}")),
        }
    }

    async fn send_create(&self, payload: &Payload) -> Sent {
        let body = match wire::body(&payload.fields, self.settings.clear_with) {
            Ok(body) => body,
            Err(why) => return unsent(why),
        };
        match self.send(Method::POST, self.list.clone(), &body).await {
            Ok(answer) => match wire::one_ticket(&answer).map(|ticket| self.seen(&ticket)) {
                Ok(Some(seen)) => Sent::Done(Box::new(seen)),
                Ok(None) => Sent::Unknown { why: format!("{TITLE} took the ticket and answered without a ticket") },
                Err(what) => Sent::Unknown { why: format!("{TITLE} took the ticket and answered {what}") },
            },
            Err(sent) => sent,
        }
    }

    /// The ticket as it is after the change.
    async fn send_change(&self, id: &str, fields: &Fields) -> Result<Seen, Sent> {
        let url = self.ticket(id).ok_or_else(|| unsent(no_id(id)))?;
        let changes = wire::body(fields, self.settings.clear_with).map_err(unsent)?;
        let (method, body) = match self.settings.update_method {
            UpdateMethod::Patch => (Method::PATCH, changes),
            UpdateMethod::Put => (Method::PUT, wire::whole(self.before(id, &url).await?, changes)),
        };
        let answer = self.send(method, url, &body).await?;
        let known = self.answered(id, &answer).map(|(seen, _)| seen);
        known.map_err(|what| Sent::Unknown { why: format!("{TITLE} took the change of ticket {id} and answered {what}") })
    }

    /// The ticket as it is, for a form that must be whole. Without it nothing is sent: what a form leaves out may be emptied.
    async fn before(&self, id: &str, url: &Url) -> Result<Map<String, Value>, Sent> {
        let not_read = |why: String, stops_system| {
            let why = format!("the ticket must be read before it can be sent back whole, and {why}");
            Sent::Unsent { why, retry_after: None, stops_system }
        };
        let body = self.client.read(url).await.map_err(|trouble| not_read(trouble.why, trouble.stops_system))?;
        let known = self.answered(id, &body).map(|(_, ticket)| ticket);
        known.map_err(|what| not_read(format!("{TITLE} answered {what}"), false))
    }

    async fn send_close(&self, id: &str) -> Sent {
        let closing = Fields::from_iter([("status".to_owned(), self.settings.closed_status.0.clone())]);
        match self.send_change(id, &closing).await {
            Ok(seen) if seen.finished => Sent::Done(Box::new(seen)),
            // It must not count as closed while its customer still waits.
            Ok(seen) => {
                let status = seen.status.as_deref().map_or_else(|| "nothing".to_owned(), plain);
                Sent::Unknown { why: format!("{TITLE} took the closing of ticket {id} and shows its status as `{status}`") }
            }
            Err(sent) => sent,
        }
    }

    /// A success without a word, or with the ticket, means that it is gone: the vendor's page says neither the status nor a body. Of
    /// other words, such as a page of HTML, nobody knows who said them: then it is gone when it is not found. A 404 to the delete
    /// itself is not that: a ticket that this credential may not see is not found either, so it is refused, and a person looks.
    async fn send_delete(&self, id: &str) -> Sent {
        let Some(url) = self.ticket(id) else { return unsent(no_id(id)) };
        let body = match self.client.send(Method::DELETE, url, 0, |request| request).await {
            Ok(body) => body,
            Err(refused) => return refused.sent,
        };
        let gone = Seen { id: id.to_owned(), fields: Fields::default(), status: None, finished: true };
        if wire::is_nothing(&body) || self.answered(id, &body).is_ok() || self.read_one(id).await == Observed::Missing {
            return Sent::Done(Box::new(gone));
        }
        Sent::Unknown { why: format!("{TITLE} took the request to delete ticket {id} and answered: {}", plain(&body)) }
    }

    async fn send(&self, method: Method, url: Url, body: &Map<String, Value>) -> Result<String, Sent> {
        let size = serde_json::to_vec(body).map_or(0, |text| text.len() as u64);
        Ok(self.client.send(method, url, size, |request| request.json(body)).await?)
    }
}

fn unsent(why: String) -> Sent {
    Sent::Unsent { why, retry_after: None, stops_system: false }
}

fn no_id(id: &str) -> String {
    format!("`{id}` cannot be the id of a {TITLE} ticket")
}

impl Reader for Connection {
    fn read<'a>(&'a self, id: &'a str) -> Answer<'a, Observed> {
        Box::pin(self.read_one(id))
    }
    fn find<'a>(&'a self, mark: &'a Mark, since: Timestamp) -> Answer<'a, Found> {
        Box::pin(list::find(self, mark, since))
    }
    fn list(&self, since: Option<Timestamp>, most_pages: usize) -> Answer<'_, Listing> {
        Box::pin(list::list(self, since, most_pages))
    }
}

impl Writer for Connection {
    fn ready<'a>(&'a self, payload: Option<&'a Payload>) -> Answer<'a, Result<(), Unready>> {
        Box::pin(async move {
            if let Some(payload) = payload {
                wire::body(&payload.fields, self.settings.clear_with).map_err(Unready::Ticket)?;
            }
            self.client.ready().await
        })
    }
    fn create<'a>(&'a self, _permit: Permit, payload: &'a Payload) -> Answer<'a, Sent> {
        Box::pin(self.send_create(payload))
    }
    fn update<'a>(&'a self, _permit: Permit, id: &'a str, changed: &'a Fields) -> Answer<'a, Sent> {
        Box::pin(async move { self.send_change(id, changed).await.map_or_else(|sent| sent, |seen| Sent::Done(Box::new(seen))) })
    }
    fn close<'a>(&'a self, _permit: Permit, id: &'a str) -> Answer<'a, Sent> {
        Box::pin(self.send_close(id))
    }
    fn delete<'a>(&'a self, _permit: Permit, id: &'a str) -> Answer<'a, Sent> {
        Box::pin(self.send_delete(id))
    }
}

impl Remote for Connection {
    fn reader(&self) -> &dyn Reader {
        self
    }
    fn writer(&self) -> &dyn Writer {
        self
    }
}
