//! One page of a list: the documented parameters, and which tickets they let through.

use jiff::Timestamp;
use serde_json::Value;

use super::{Order, ticket};
use crate::systems::billing_platform::ID;
use crate::systems::sandbox::{Sandbox, Stored, Trouble, Troubles};

/// What a request for a page asks for.
pub struct Wanted {
    customer: Option<String>,
    id_after: Option<u64>,
    created_since: Option<Timestamp>,
    updated_since: Option<Timestamp>,
    limit: Option<usize>,
    offset: Option<usize>,
}

impl Wanted {
    /// The parameters. A bad one is told; one that no page documents is let pass unread.
    pub fn read(asked: &[(String, String)], customer: Option<String>) -> Result<Self, String> {
        let text = |name: &str| asked.iter().find(|(asked, _)| asked == name).map(|(_, text)| text.as_str());
        let integer = |name: &str| {
            let number = text(name).map(|text| text.parse::<usize>().map_err(|_| format!("{name} must be an integer.")));
            number.transpose()
        };
        let moment = |name: &str| {
            let moment = text(name).map(|text| moment(text).ok_or_else(|| format!("{name} must be a datetime, YYYY-MM-DDTHH:mm:ssZ.")));
            moment.transpose()
        };
        Ok(Self {
            customer,
            id_after: integer("idAfter")?.map(|id| id as u64),
            created_since: moment("createdSince")?,
            updated_since: moment("updatedSince")?,
            limit: integer("limit")?,
            offset: integer("offset")?,
        })
    }

    /// The tickets of the page.
    pub fn page(&self, sandbox: &Sandbox, troubles: &Troubles) -> Value {
        let choices = sandbox.options().billing;
        let limit = self.limit.unwrap_or(usize::MAX).min(choices.longest_page);
        let mut rows: Vec<Stored> = sandbox.listed(ID, troubles);
        rows.retain(|ticket| troubles.has(&Trouble::Unfiltered) || self.lets_through(ticket));
        if choices.order == Order::NewestFirst {
            rows.reverse();
        }
        let mut offset = self.offset.unwrap_or(0);
        if troubles.has(&Trouble::RepeatedPage) {
            offset = offset.saturating_sub(limit);
            let before = rows.iter().filter(|ticket| self.id_after.is_some_and(|after| ticket.id <= after)).count();
            offset += before.saturating_sub(limit);
        } else {
            rows.retain(|ticket| self.id_after.is_none_or(|after| ticket.id > after));
        }
        let mut page: Vec<Value> = rows.iter().skip(offset).take(limit).map(ticket::shown).collect();
        if troubles.has(&Trouble::SkippedRow) && !page.is_empty() {
            // The first one: whoever goes on behind the last one never meets it again.
            page.remove(0);
        }
        Value::Array(page)
    }

    fn lets_through(&self, ticket: &Stored) -> bool {
        let is_since = |since: Option<Timestamp>, at: Option<Timestamp>| since.is_none_or(|since| at.is_some_and(|at| at >= since));
        self.customer.as_ref().is_none_or(|customer| ticket::customer(ticket).as_deref() == Some(customer))
            && is_since(self.created_since, ticket::at(ticket, ticket::CREATED))
            && is_since(self.updated_since, ticket::at(ticket, ticket::UPDATED))
    }
}

/// Exactly `YYYY-MM-DDTHH:mm:ssZ`.
fn moment(text: &str) -> Option<Timestamp> {
    let parsed: Timestamp = text.parse().ok()?;
    (parsed.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() == text).then_some(parsed)
}
