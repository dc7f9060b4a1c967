//! The calls of ReadyDesk: `get_tickets`, `add_ticket`, `update_ticket`.
//!
//! Owns what each write means: a create and an update answer with an id alone, so the ticket is read back; a close is an update of the
//! status, and is done when the ticket shows it.

use jiff::Timestamp;
use serde_json::Value;

use super::TITLE;
use super::connection::{Connection, Variables};
use super::wire::dates;
use super::wire::variables::variables;
use crate::diagnostics::Outcome;
use crate::state::Permit;
use crate::systems::http::plain;
use crate::systems::{Answer, Context, Found, Listing, Observed, Payload, Reader, Remote, Seen, Sent, Unready, Writer};
use crate::ticket::{Fields, Mark};

const ADD: &str = "add_ticket";
const UPDATE: &str = "update_ticket";

pub fn connect(settings: &Value, context: Context) -> Outcome<Box<dyn Remote>> {
    Ok(Box::new(Connection::new(settings, context)?))
}

impl Connection {
    async fn send_create(&self, payload: &Payload) -> Sent {
        let names = ("added_ticket", self.settings.added_variable.as_str());
        let id = match self.send(ADD, &self.variables(&payload.fields), names).await {
            Ok(id) => id,
            Err(sent) => return sent,
        };
        match self.read_ticket(&id).await {
            Observed::Found(seen) => Sent::Done(seen),
            // The ticket is made, and that is all that counts here: what it looks like, the next plan asks.
            Observed::Missing | Observed::Unread { .. } => {
                Sent::Done(Box::new(Seen { id, fields: Fields::default(), status: None, finished: false }))
            }
        }
    }

    /// Sends a change of one ticket. The error is what became of it instead.
    async fn send_change(&self, id: &str, changed: Variables) -> Result<(), Sent> {
        let customer = self.customer(id, &changed).await?;
        let ticket = (self.settings.ticket_variable.clone(), id.to_owned());
        let variables: Variables = [ticket].into_iter().chain(customer).chain(changed).collect();
        if let Some(why) = self.too_long(UPDATE, &variables) {
            return Err(unsent(format!("it is not sent: {why}")));
        }
        let names = ("updated_ticket", self.settings.updated_variable.as_str());
        let told = self.send(UPDATE, &variables, names).await?;
        if told == id {
            return Ok(());
        }
        Err(Sent::Unknown { why: format!("{TITLE} was told to change ticket {id} and answered that it changed ticket {told}") })
    }

    /// The customer of a ticket, where an update must name it. Nothing is sent if it cannot be read.
    async fn customer(&self, id: &str, changed: &Variables) -> Result<Option<(String, String)>, Sent> {
        let name = self.settings.field_names.get("cid").map_or("cid", String::as_str);
        if !self.settings.cid_in_update || changed.iter().any(|(own, _)| own == name) {
            return Ok(None);
        }
        match self.read_ticket(id).await {
            Observed::Found(seen) => Ok(seen.fields.text("cid").map(|cid| (name.to_owned(), cid.to_owned()))),
            Observed::Missing => Err(unsent(format!("{TITLE} has no ticket {id}, so its customer is not known"))),
            Observed::Unread { why, stops_system } => {
                let why = format!("the customer that must be named is not known: {why}");
                Err(Sent::Unsent { why, retry_after: None, stops_system })
            }
        }
    }

    /// What took effect is what the ticket shows. A ticket that cannot be read is in doubt, until a plan has read it.
    async fn send_update(&self, id: &str, changed: &Fields) -> Sent {
        if let Err(sent) = self.send_change(id, self.variables(changed)).await {
            return sent;
        }
        match self.read_ticket(id).await {
            Observed::Found(seen) => Sent::Done(seen),
            Observed::Missing => {
                Sent::Unknown { why: format!("{TITLE} took the change of ticket {id}, and does not show the ticket any more") }
            }
            Observed::Unread { why, .. } => {
                Sent::Unknown { why: format!("{TITLE} took the change of ticket {id}, and the ticket cannot be read: {why}") }
            }
        }
    }

    /// Closed is what the ticket shows, not what the answer says: a status that the server does not know may be dropped without a word.
    async fn send_close(&self, id: &str) -> Sent {
        let now = dates::for_server(dates::at_server(self.clock.now(), &self.reading.zone));
        let status: Fields = [("status".to_owned(), self.settings.closed_status.clone().into())].into_iter().collect();
        let changed = [("close_date".to_owned(), now)].into_iter().chain(self.variables(&status));
        if let Err(sent) = self.send_change(id, changed.collect()).await {
            return sent;
        }
        let taken = format!("{TITLE} took the request to close ticket {id}");
        match self.read_ticket(id).await {
            Observed::Found(seen) if seen.finished => Sent::Done(seen),
            Observed::Found(seen) => {
                let status = plain(seen.status.as_deref().unwrap_or_default());
                Sent::Unknown { why: format!("{taken}, and the ticket still has the status `{status}`") }
            }
            Observed::Missing => Sent::Unknown { why: format!("{taken}, and does not show the ticket any more") },
            Observed::Unread { why, .. } => Sent::Unknown { why: format!("{taken}, and the ticket cannot be read: {why}") },
        }
    }

    fn variables(&self, fields: &Fields) -> Variables {
        variables(fields, &self.settings.field_names)
    }
}

fn unsent(why: String) -> Sent {
    Sent::Unsent { why, retry_after: None, stops_system: false }
}

impl Reader for Connection {
    fn read<'a>(&'a self, id: &'a str) -> Answer<'a, Observed> {
        Box::pin(self.read_ticket(id))
    }
    fn find<'a>(&'a self, mark: &'a Mark, since: Timestamp) -> Answer<'a, Found> {
        Box::pin(self.find_mark(mark, since))
    }
    fn list(&self, since: Option<Timestamp>, most_pages: usize) -> Answer<'_, Listing> {
        Box::pin(self.list_since(since, most_pages))
    }
}

impl Writer for Connection {
    fn ready<'a>(&'a self, payload: Option<&'a Payload>) -> Answer<'a, Result<(), Unready>> {
        Box::pin(async move {
            let too_long = payload.and_then(|payload| self.too_long(ADD, &self.variables(&payload.fields)));
            too_long.map_or(Ok(()), |why| Err(Unready::Ticket(why)))?;
            self.client.ready().await
        })
    }
    fn create<'a>(&'a self, _permit: Permit, payload: &'a Payload) -> Answer<'a, Sent> {
        Box::pin(self.send_create(payload))
    }
    fn update<'a>(&'a self, _permit: Permit, id: &'a str, changed: &'a Fields) -> Answer<'a, Sent> {
        Box::pin(self.send_update(id, changed))
    }
    fn close<'a>(&'a self, _permit: Permit, id: &'a str) -> Answer<'a, Sent> {
        Box::pin(self.send_close(id))
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
