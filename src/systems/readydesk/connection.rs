//! One ReadyDesk, reached: addresses of requests, reading one ticket, sending one write.
//!
//! Owns what an answer means for callout. The key is put into an address by the client alone, just before it is sent: no address that is
//! built here has it. Refuses to repeat a write, whatever happens.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::settings::{self, Settings, WriteMethod};
use super::wire::{self, Reading};
use super::{ID, TITLE};
use crate::diagnostics::{Outcome, Severity};
use crate::systems::credential::Credential;
use crate::systems::http::{Carries, Client, Profile};
use crate::systems::settings::section_unusable;
use crate::systems::{Context, Observed, Sent};
use crate::ticket::Clock;

/// The variable that carries the key.
const KEY: &str = "key";

/// Bytes of a query that are left for the key and its name. Keys are made by ReadyDesk, and no page says how long they are.
const ROOM_FOR_KEY: usize = 128;

/// Names and values, not yet encoded.
pub type Variables = Vec<(String, String)>;

/// A connection: one key, one pace.
pub struct Connection {
    pub(super) client: Client,
    pub(super) settings: Settings,
    pub(super) reading: Reading,
    pub(super) clock: Arc<dyn Clock>,
    base: Url,
}

impl Connection {
    /// Resolves no credential and opens no connection yet.
    pub fn new(settings: &Value, context: Context) -> Outcome<Self> {
        let wrong = || section_unusable(ID);
        if settings::check(settings).iter().any(|finding| finding.severity == Severity::Error) {
            return Err(wrong().into());
        }
        let own = Settings::deserialize(settings).map_err(|_| wrong())?;
        let base = Url::parse(&own.base_url).map_err(|_| wrong())?;
        let zone = TimeZone::get(&own.timezone).map_err(|_| wrong())?;
        let profile = Profile {
            id: ID,
            title: TITLE,
            permission: "it must be the key of this installation, and this machine's address must be let in by its settings".to_owned(),
            timeout: Duration::from_secs(own.timeout_seconds),
            requests_per_minute: own.requests_per_minute.0,
            printed_limit: None,
            encrypted: base.scheme() == "https",
            // No page shows how an error looks.
            documents_401: false,
            carries: Carries::Query(KEY),
            accept: own.format.media_type(),
        };
        let credential = Credential::key(&own.credential, &context)?;
        Ok(Self {
            reading: Reading { zone, finished: own.finished_statuses.clone() },
            clock: Arc::clone(&context.clock),
            client: Client::new(profile, credential, context)?,
            settings: own,
            base,
        })
    }

    /// The address of a call, still without its key.
    pub(super) fn url(&self, action: &str, variables: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        url.query_pairs_mut().append_pair("action", action).extend_pairs(variables).extend_pairs(self.settings.form());
        url
    }

    /// One ticket. It is missing only where a whole and readable answer holds none.
    pub(super) async fn read_ticket(&self, id: &str) -> Observed {
        let unread = |why| Observed::Unread { why, stops_system: false };
        if !wire::is_id(id) {
            return unread(format!("`{id}` cannot be the id of a {TITLE} ticket"));
        }
        // A 404 says something of the address, and nothing of the ticket: all tickets have one address.
        let body = match self.client.read(&self.url("get_tickets", &[("tid", id)])).await {
            Ok(body) => body,
            Err(trouble) => return Observed::Unread { why: trouble.why, stops_system: trouble.stops_system },
        };
        match wire::tickets(self.settings.format, &body).as_deref() {
            Ok([]) => Observed::Missing,
            Ok([record]) if record.id() == Some(id) => Observed::Found(Box::new(wire::seen(record, &self.reading))),
            Ok([record]) => {
                unread(format!("{TITLE} was asked for ticket {id} and answered with ticket {}", record.id().unwrap_or_default()))
            }
            Ok(several) => unread(format!("{TITLE} was asked for ticket {id} and answered with {} tickets", several.len())),
            Err(what) => unread(format!("{TITLE} answered {what}")),
        }
    }

    /// Why these variables are too long to be sent, if they are.
    pub(super) fn too_long(&self, action: &str, variables: &Variables) -> Option<String> {
        let (url, _) = self.request(action, variables);
        let (length, most) = (url.query().unwrap_or_default().len() + ROOM_FOR_KEY, self.settings.longest_query);
        (length > most).then(|| {
            format!(
                "its address would have a query of about {length} bytes, and the setting longest_query allows {most}; \
                 shorten the summary, or try `write_method: POST` below spec.systems.{ID}"
            )
        })
    }

    /// Sends a write, once, and answers with the id that its answer names, as likely or as set.
    pub(super) async fn send(&self, action: &str, variables: &Variables, (likely, set): (&str, &str)) -> Result<String, Sent> {
        let (url, form) = self.request(action, variables);
        let body = match form {
            None => self.client.send(Method::GET, url, 0, |request| request).await?,
            Some(form) => {
                let size = form.len() as u64;
                let with_form = |request: reqwest::RequestBuilder| request.header(CONTENT_TYPE, FORM).body(form);
                self.client.send(Method::POST, url, size, with_form).await?
            }
        };
        let unknown = |what| Sent::Unknown { why: format!("{TITLE} took the request and answered {what}") };
        let names = [likely, set];
        wire::written(self.settings.format, &body, if likely == set { &names[..1] } else { &names }).map_err(unknown)
    }

    /// The address of a write, and its form where it has one.
    fn request(&self, action: &str, variables: &Variables) -> (Url, Option<String>) {
        match self.settings.write_method {
            WriteMethod::Get => {
                let mut url = self.url(action, &[]);
                url.query_pairs_mut().extend_pairs(variables);
                (url, None)
            }
            WriteMethod::Post => {
                let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(variables).finish();
                (self.url(action, &[]), Some(form))
            }
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
