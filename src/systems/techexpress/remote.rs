//! The two calls of TechExpress: Create Ticket and Ticket Details.
//!
//! Owns what an answer means for callout. Refuses to repeat a create, whatever happens.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::settings::{self, Settings};
use super::wire;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::Permit;
use crate::systems::credential::{Credential, Defaults};
use crate::systems::http::{Client, Profile};
use crate::systems::{Answer, Context, Observed, Payload, Reader, Remote, Sent, Unready, Writer};

/// A connection to TechExpress: one credential, one pace.
pub struct Connection {
    client: Client,
    create: Url,
    /// With `{ticket_id}` in it.
    read: String,
    tenant: Option<String>,
    folder: PathBuf,
}

impl Connection {
    /// Resolves no credential and opens no connection yet.
    pub fn new(settings: &Value, context: Context) -> Outcome<Self> {
        // The words of serde would repeat a value, and somebody may have written a token there.
        let wrong =
            || Diagnostic::error("settings/techexpress", "the settings of techexpress in callout.yaml are not complete or not right");
        let wrong = || wrong().help("Run `callout validate` to see what is wrong.");
        if settings::check(settings).iter().any(|finding| finding.severity == crate::diagnostics::Severity::Error) {
            return Err(wrong().into());
        }
        let settings = Settings::deserialize(settings).map_err(|_| wrong())?;
        let create = Url::parse(&format!("{}{}", settings.base(), settings.create_path)).map_err(|_| wrong())?;
        let profile = Profile {
            title: "TechExpress",
            permission: "it needs the scope urn:grt:techexpress, and leave to act for granted_tenant_macnum if that is set",
            timeout: Duration::from_secs(settings.timeout_seconds),
            requests_per_minute: settings.requests_per_minute.0,
            encrypted: create.scheme() == "https",
            // Both pages list it so.
            documents_401: true,
        };
        let defaults = Defaults { scope: "urn:grt:techexpress", timeout: profile.timeout };
        let credential = Credential::new(&settings.credential, defaults, &context)?;
        Ok(Self {
            create,
            read: format!("{}{}", settings.base(), settings.read_path),
            tenant: settings.granted_tenant_macnum,
            folder: context.folder.clone(),
            client: Client::new(profile, credential, context)?,
        })
    }

    /// The address of a ticket's details; `None` for a text that cannot be an id.
    fn details(&self, id: &str) -> Option<Url> {
        let mut url = Url::parse(&self.read.replace("{ticket_id}", wire::is_id(id).then_some(id)?)).ok()?;
        if let Some(tenant) = &self.tenant {
            url.query_pairs_mut().append_pair("granted_tenant_macnum", tenant);
        }
        Some(url)
    }

    async fn read_details(&self, id: &str) -> Observed {
        let unread = |why| Observed::Unread { why, stops_system: false };
        let Some(url) = self.details(id) else { return unread(format!("`{id}` cannot be the id of a TechExpress ticket")) };
        let body = match self.client.read(&url).await {
            Ok(body) => body,
            Err(trouble) if trouble.status == Some(404) => return Observed::Missing,
            Err(trouble) => return Observed::Unread { why: trouble.why, stops_system: trouble.stops_system },
        };
        match wire::one_ticket(&body) {
            Ok(seen) if seen.id == id => Observed::Found(Box::new(seen)),
            Ok(other) => unread(format!("TechExpress was asked for ticket {id} and answered with ticket {}", other.id)),
            Err(what) => unread(format!("TechExpress answered {what}")),
        }
    }

    async fn send_create(&self, payload: &Payload) -> Sent {
        let unsent = |why| Sent::Unsent { why, retry_after: None, stops_system: false };
        let (form, size) = match wire::form(payload, self.tenant.as_deref(), &self.folder).await {
            Ok(form) => form,
            Err(why) => return unsent(why),
        };
        match self.client.post(self.create.clone(), size, |request| request.multipart(form)).await {
            Ok(body) => match wire::one_ticket(&body) {
                Ok(seen) => Sent::Done(Box::new(seen)),
                Err(what) => Sent::Unknown { why: format!("TechExpress took the ticket and answered {what}") },
            },
            Err(sent) => sent,
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
                wire::form(payload, self.tenant.as_deref(), &self.folder).await.map_err(Unready::Ticket)?;
            }
            self.client.ready().await
        })
    }

    fn create<'a>(&'a self, _permit: Permit, payload: &'a Payload) -> Answer<'a, Sent> {
        Box::pin(self.send_create(payload))
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
