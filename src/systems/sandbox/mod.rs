//! The sandbox: the vendors' APIs, answered by this process, with no account and no technician.
//!
//! Owns what every vendor's sandbox shares: the tickets and their file, tokens and the rate limit, faults, the log of
//! requests, and the listener that can break a connection. What a vendor documents is in that vendor's own `sandbox` room;
//! what a vendor does not document, the sandbox does not offer.
//!
//! With [`Options::inspection`] there are also paths below `/_sandbox`, for people and tests, never for the engine:
//!
//! | call | what it does |
//! | --- | --- |
//! | `GET /_sandbox/tickets` | all tickets, with what was received for each, and the number of creates |
//! | `GET /_sandbox/requests` | the last 1,000 requests, without their tokens |
//! | `PATCH /_sandbox/tickets/{id}` | changes fields by hand, as somebody at the vendor would |
//! | `POST /_sandbox/tickets/{id}/resolve` | the work is over |
//! | `DELETE /_sandbox/tickets/{id}` | the API does not show the ticket any more |
//! | `GET`, `POST`, `DELETE /_sandbox/faults` | the faults that are switched on: list, replace, clear |

mod faults;
mod file;
mod gate;
mod inspection;
mod line;
mod server;
mod world;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::diagnostics::Outcome;
use crate::systems::g360::sandbox::{Vendor, routes, settings as g360_settings, ticket};
use crate::systems::{billing_platform, nocexpress, readydesk, techexpress};
use crate::ticket::{Clock, Digest};

pub(crate) use faults::Troubles;
pub use faults::{Call, Fault, Trouble};
pub use gate::Refusal;
pub use line::Line;
pub use server::{Running, TOKEN_VARIABLE};
pub use world::Logged;

pub(crate) use server::{Body, answer, turned};
use world::World;

/// What a NOCExpress create with several sites makes. The vendor's page says both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeveralSites {
    /// As the page's types for several sites suggest.
    OneTicket,
    /// As the page's note says.
    TicketEach,
}

/// How the Billing Platform sorts its lists. The vendor's page does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListOrder {
    OldestFirst,
    NewestFirst,
}

/// How the sandbox behaves where a vendor's pages leave a choice, and what it needs from its surroundings.
#[derive(Clone)]
pub struct Options {
    pub clock: Arc<dyn Clock>,
    /// Requests a minute and token; `None` is unlimited.
    pub rate_limit: Option<u32>,
    /// Whether a refusal for the rate limit names the seconds to wait. No vendor's page promises that.
    pub retry_after: bool,
    /// Of the random numbers behind [`Fault::percent`]: the same seed gives the same faults.
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
    pub list_order: ListOrder,
    /// The most tickets in one page of a list of the Billing Platform, whatever is asked for. The vendor's page names no number.
    pub longest_page: usize,
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
            list_order: ListOrder::OldestFirst,
            longest_page: 1000,
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

/// A ticket as the vendor would keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    pub id: u64,
    /// The key of the system that it belongs to.
    #[serde(default = "first_system")]
    pub system: String,
    /// The number of the create that made it, from 1. One create makes a ticket for each location.
    pub create: u64,
    /// The company it was created for: only requests for the same company see it.
    pub tenant: Option<String>,
    /// The form as it was received, before anything was read into it.
    pub received: BTreeMap<String, String>,
    pub files: Vec<StoredFile>,
    /// What a read answers, apart from the files.
    pub fields: Map<String, Value>,
    /// The API does not show it.
    #[serde(default)]
    pub hidden: bool,
}

/// What kept files without a system's name are of: at first there was one system.
fn first_system() -> String {
    techexpress::API.id.to_owned()
}

/// A ticket's fields, the changes to them, and when.
type Edit = fn(&mut Map<String, Value>, &Map<String, Value>, Timestamp) -> Result<(), String>;

/// What one system adds to the sandbox.
struct Room {
    /// The system's key.
    id: &'static str,
    routes: fn() -> Router<Sandbox>,
    /// A section of the project file, turned to a sandbox at this address.
    settings: fn(Map<String, Value>, &str) -> Map<String, Value>,
    /// A change of a ticket's fields by hand.
    edit: Edit,
    /// The work on a ticket is over.
    resolve: fn(&mut Map<String, Value>, Timestamp),
}

/// Every system that the sandbox serves.
const ROOMS: &[Room] = &[
    g360::<techexpress::sandbox::Desk>("techexpress"),
    g360::<nocexpress::sandbox::Desk>("nocexpress"),
    Room {
        id: "billing_platform",
        routes: billing_platform::sandbox::routes,
        settings: billing_platform::sandbox::turned,
        edit: billing_platform::sandbox::edit,
        resolve: billing_platform::sandbox::resolve,
    },
    Room {
        id: readydesk::ID,
        routes: readydesk::sandbox::routes,
        settings: readydesk::sandbox::settings,
        edit: readydesk::sandbox::edit,
        resolve: readydesk::sandbox::resolve,
    },
];

const fn g360<V: Vendor>(id: &'static str) -> Room {
    Room { id, routes: routes::<V>, settings: g360_settings, edit: ticket::edit, resolve: ticket::resolve }
}

fn room_of(ticket: &Stored) -> Result<&'static Room, NotDone> {
    room(&ticket.system).ok_or_else(|| NotDone::Refused(format!("no system `{}` is served", ticket.system)))
}

fn room(system: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.id == system)
}

/// A file that came with a create. Its content is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    pub id: u64,
    pub filename: String,
    /// In bytes.
    pub size: u64,
    pub sha256: Digest,
    /// Whether the vendor managed to keep it.
    pub kept: bool,
}

/// A handle on one sandbox; clones share it.
#[derive(Clone)]
pub struct Sandbox {
    options: Arc<Options>,
    world: Arc<Mutex<World>>,
}

impl Sandbox {
    /// An empty sandbox that forgets everything at its end.
    pub fn new(options: Options) -> Self {
        let world = World::new(options.seed, options.first_id);
        Self { options: Arc::new(options), world: Arc::new(Mutex::new(world)) }
    }

    /// A sandbox whose tickets are kept in the file at `path`, which is made when absent. Fails on a file that is not a sandbox's, or is damaged.
    pub fn load(options: Options, path: &Path) -> Outcome<Self> {
        let (kept, tickets) = file::Kept::open(path)?;
        let sandbox = Self::new(options);
        sandbox.world().restore(kept, tickets);
        Ok(sandbox)
    }

    pub fn options(&self) -> &Options {
        &self.options
    }

    pub fn now(&self) -> Timestamp {
        self.options.clock.now()
    }

    /// Every ticket that was ever made, the hidden ones too, by id.
    pub fn tickets(&self) -> Vec<Stored> {
        self.world().tickets()
    }

    /// How many creates took effect, however they were answered.
    pub fn creates(&self) -> u64 {
        self.world().creates()
    }

    /// The last requests to the vendors' paths, oldest first.
    pub fn requests(&self) -> Vec<Logged> {
        self.world().requests()
    }

    /// Replaces the faults that are switched on. Refuses a fault that could never show on the requests it is meant for.
    pub fn set_faults(&self, faults: Vec<Fault>) -> Result<(), String> {
        faults.iter().try_for_each(Fault::check)?;
        self.world().set_faults(faults);
        Ok(())
    }

    /// The faults that are still switched on.
    pub fn faults(&self) -> Vec<Fault> {
        self.world().faults()
    }

    /// Changes fields by hand, as somebody at the vendor would. Objects are changed key by key; unknown fields are refused.
    pub fn edit(&self, id: u64, changes: &Map<String, Value>) -> Result<Stored, NotDone> {
        let now = self.now();
        self.world().change(id, |ticket| (room_of(ticket)?.edit)(&mut ticket.fields, changes, now).map_err(NotDone::Refused))
    }

    /// The work is over.
    pub fn resolve(&self, id: u64) -> Result<Stored, NotDone> {
        let now = self.now();
        self.world().change(id, |ticket| {
            (room_of(ticket)?.resolve)(&mut ticket.fields, now);
            Ok(())
        })
    }

    /// The API does not show the ticket any more, as if it were deleted.
    pub fn hide(&self, id: u64) -> Result<Stored, NotDone> {
        self.world().change(id, |ticket| {
            ticket.hidden = true;
            Ok(())
        })
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a change by hand was not made.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    #[error("the sandbox has no ticket {0}")]
    NoSuchTicket(u64),
    #[error("{0}")]
    Refused(String),
    #[error("the sandbox cannot write its file: {0}")]
    NotKept(#[from] std::io::Error),
}
