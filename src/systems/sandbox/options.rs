//! How the sandbox behaves where the vendors' pages leave a choice.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::systems::{billing_platform, readydesk};
use crate::ticket::Clock;

/// What a NOCExpress create with several sites makes. The vendor's page says both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeveralSites {
    /// As the page's types for several sites suggest.
    OneTicket,
    /// As the page's note says.
    TicketEach,
}

/// How the sandbox behaves where a vendor's pages leave a choice, and what it needs from its surroundings.
#[derive(Clone)]
pub struct Options {
    pub clock: Arc<dyn Clock>,
    /// Requests a minute and token; `None` is unlimited.
    pub rate_limit: Option<u32>,
    /// Whether a refusal for the rate limit names the seconds to wait. No vendor's page promises that.
    pub retry_after: bool,
    /// Of the random numbers behind [`super::Fault::percent`]: the same seed gives the same faults.
    pub seed: u64,
    /// Tokens with every scope.
    pub tokens: Vec<String>,
    /// Tokens that are known and may do nothing.
    pub tokens_without_scope: Vec<String>,
    /// The zone in which a site's local times are meant; no vendor's page names it.
    pub timezone: TimeZone,
    /// Zones of single accounts, by macnum, where they differ from `timezone`.
    pub timezones: BTreeMap<String, TimeZone>,
    /// Whether a create of one ticket answers with the ticket instead of a list of one.
    pub bare_object: bool,
    pub several_sites: SeveralSites,
    pub billing: billing_platform::sandbox::Choices,
    pub helpdesk: readydesk::sandbox::Choices,
    /// The first ticket's id; the others count up from it.
    pub first_id: u64,
    /// Whether `/_sandbox` is served.
    pub inspection: bool,
}

impl Options {
    /// The documented behaviour: 60 requests a minute, the token `sandbox`, and `sandbox-without-scope` for a refusal.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            rate_limit: Some(60),
            retry_after: false,
            seed: 0,
            tokens: vec!["sandbox".to_owned()],
            tokens_without_scope: vec!["sandbox-without-scope".to_owned()],
            timezone: TimeZone::get("America/New_York").unwrap_or(TimeZone::UTC),
            timezones: BTreeMap::new(),
            bare_object: false,
            several_sites: SeveralSites::OneTicket,
            billing: billing_platform::sandbox::Choices::default(),
            helpdesk: readydesk::sandbox::Choices::default(),
            first_id: 482_001,
            inspection: true,
        }
    }

    /// The zone of an account's site.
    pub fn timezone_of(&self, macnum: &str) -> &TimeZone {
        self.timezones.get(macnum).unwrap_or(&self.timezone)
    }
}
