//! The two calls of a G360 ticket system: Create Ticket and Ticket Details.
//!
//! Owns what an answer means for callout. Refuses to repeat a create, whatever happens.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::settings::{self, ID_IN_PATH, Settings};
use super::{Api, answer, form, several};
use crate::diagnostics::{Outcome, Severity};
use crate::state::Permit;
use crate::systems::credential::{Credential, Defaults};
use crate::systems::http::{Carries, Client, Profile, json};
use crate::systems::settings::section_unusable;
use crate::systems::{Answer, Context, Observed, Payload, Reader, Sent, Several, Unready, Writer};

/// A connection to one system: one credential, one pace.
pub struct Connection {
    api: &'static Api,
    client: Client,
    /// The API's address, without a slash at its end.
    base: String,
    create: Url,
    /// With `{ticket_id}` in it.
    read: String,
    tenant: Option<String>,
    /// The system's section, for its form.
    settings: Value,
    folder: PathBuf,
}

/// Why a question was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAnswer {
    pub why: String,
    /// Another question would fare the same.
    pub ends_all: bool,
}

impl Connection {
    /// `settings` are the section as it is, `shared` the part of it that every G360 system has. Resolves no credential and opens no
    /// connection yet.
    pub fn new(api: &'static Api, settings: &Value, shared: &Value, context: Context) -> Outcome<Self> {
        let wrong = || section_unusable(api.id);
        if settings::check(shared).iter().any(|finding| finding.severity == Severity::Error) {
            return Err(wrong().into());
        }
        let own = Settings::deserialize(shared).map_err(|_| wrong())?;
        let create = Url::parse(&own.create_url(api)).map_err(|_| wrong())?;
        let profile = Profile {
            id: api.id,
            title: api.title,
            permission: format!("it needs the scope {}, and leave to act for granted_tenant_macnum if that is set", api.scope),
            timeout: Duration::from_secs(own.timeout_seconds),
            requests_per_minute: own.requests_per_minute.0,
            // On the page of each call. Whether systems that use one key share it, no page says.
            printed_limit: Some(60),
            encrypted: create.scheme() == "https",
            // The pages of all these systems list it so.
            documents_401: true,
            carries: Carries::Bearer,
            accept: "application/json",
        };
        let defaults = Defaults { scope: api.scope, timeout: profile.timeout };
        let credential = Credential::new(&own.credential, defaults, &context)?;
        Ok(Self {
            api,
            base: own.base(),
            create,
            read: own.read_url(api),
            tenant: own.granted_tenant_macnum,
            settings: settings.clone(),
            folder: context.folder.clone(),
            client: Client::new(profile, credential, context)?,
        })
    }

    /// The address of a ticket's details; `None` for a text that cannot be an id.
    fn details(&self, id: &str) -> Option<Url> {
        let mut url = Url::parse(&self.read.replace(ID_IN_PATH, answer::is_id(id).then_some(id)?)).ok()?;
        if let Some(tenant) = &self.tenant {
            url.query_pairs_mut().append_pair("granted_tenant_macnum", tenant);
        }
        Some(url)
    }

    /// What a further call of this system answers at a path, for the tenant if there is one.
    pub async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, NoAnswer> {
        let title = self.api.title;
        let unusable = |why| NoAnswer { why, ends_all: false };
        let url = Url::parse(&format!("{}{path}", self.base)).map_err(|_| unusable(format!("`{path}` is no path of {title}")))?;
        let tenant = self.tenant.iter().map(|tenant| ("granted_tenant_macnum", tenant.as_str()));
        let mut asked = url;
        asked.query_pairs_mut().extend_pairs(query.iter().copied().chain(tenant));
        let body = self.client.read(&asked).await.map_err(|trouble| NoAnswer {
            // Without a status, nobody is there, or the line is bad: the next question would fare the same.
            ends_all: trouble.stops_system || trouble.status.is_none(),
            why: trouble.why,
        })?;
        json(&body).map_err(|what| unusable(format!("{title} answered {what}")))
    }

    async fn read_details(&self, id: &str) -> Observed {
        let title = self.api.title;
        let unread = |why| Observed::Unread { why, stops_system: false };
        let Some(url) = self.details(id) else { return unread(format!("`{id}` cannot be the id of a {title} ticket")) };
        let body = match self.client.read(&url).await {
            Ok(body) => body,
            Err(trouble) if trouble.status == Some(404) => return Observed::Missing,
            Err(trouble) => return Observed::Unread { why: trouble.why, stops_system: trouble.stops_system },
        };
        match answer::one_ticket(self.api, &body) {
            Ok(seen) if seen.id == id => Observed::Found(Box::new(seen)),
            Ok(other) => unread(format!("{title} was asked for ticket {id} and answered with ticket {}", other.id)),
            Err(what) => unread(format!("{title} answered {what}")),
        }
    }

    async fn send_create(&self, payload: &Payload) -> Sent {
        let unsent = |why| Sent::Unsent { why, retry_after: None, stops_system: false };
        let (form, size) = match form::form(self.api, payload, &self.settings, &self.folder).await {
            Ok(form) => form,
            Err(why) => return unsent(why),
        };
        match self.client.send(Method::POST, self.create.clone(), size, |request| request.multipart(form)).await {
            Ok(body) => match answer::one_ticket(self.api, &body) {
                Ok(seen) => Sent::Done(Box::new(seen)),
                Err(what) => Sent::Unknown { why: format!("{} took the ticket and answered {what}", self.api.title) },
            },
            Err(refused) => refused.sent,
        }
    }

    async fn send_together(&self, payloads: &[Payload]) -> Several {
        let title = self.api.title;
        let same = |sent| Several::Same { sent, stops_system: false };
        let (form, size) = match several::form(self.api, payloads, &self.settings, &self.folder).await {
            Ok(form) => form,
            Err(why) => return same(Sent::Unsent { why, retry_after: None, stops_system: false }),
        };
        match self.client.send(Method::POST, self.create.clone(), size, |request| request.multipart(form)).await {
            Ok(body) => match answer::tickets(self.api, &body) {
                Ok((tickets, nameless)) => Several::Answered { tickets, nameless },
                Err(what) => {
                    let of = several::counted(self.api, payloads.len());
                    same(Sent::Unknown { why: format!("{title} took the request for {of} and answered {what}") })
                }
            },
            Err(refused) => several::refused(self.api, refused, payloads.len(), &self.settings),
        }
    }
}

impl Reader for Connection {
    fn read<'a>(&'a self, id: &'a str) -> Answer<'a, Observed> {
        Box::pin(self.read_details(id))
    }
}

impl Writer for Connection {
    fn ready<'a>(&'a self, payload: Option<&'a Payload>) -> Answer<'a, Result<(), Unready>> {
        Box::pin(async move {
            if let Some(payload) = payload {
                form::form(self.api, payload, &self.settings, &self.folder).await.map_err(Unready::Ticket)?;
            }
            self.client.ready().await
        })
    }

    fn create<'a>(&'a self, _permit: Permit, payload: &'a Payload) -> Answer<'a, Sent> {
        Box::pin(self.send_create(payload))
    }

    fn ready_together<'a>(&'a self, payloads: &'a [Payload]) -> Answer<'a, Result<(), Unready>> {
        Box::pin(async move {
            several::form(self.api, payloads, &self.settings, &self.folder).await.map_err(Unready::Ticket)?;
            self.client.ready().await
        })
    }

    fn create_together<'a>(&'a self, _permit: Permit, payloads: &'a [Payload]) -> Answer<'a, Several> {
        Box::pin(self.send_together(payloads))
    }
}
