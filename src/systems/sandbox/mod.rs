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
//! | `POST /_sandbox/tickets/{id}/copy` | a second ticket with the same content, mark included |
//! | `DELETE /_sandbox/tickets/{id}` | the API does not show the ticket any more |
//! | `GET`, `POST`, `DELETE /_sandbox/faults` | the faults that are switched on: list, replace, clear |

mod faults;
mod file;
mod gate;
mod inspection;
mod line;
mod options;
mod server;
mod tickets;
mod world;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::diagnostics::Outcome;
use crate::systems::{System, by_id, techexpress};
use crate::ticket::Digest;

pub(crate) use faults::Troubles;
pub use faults::{Call, Fault, Trouble};
pub use gate::Refusal;
pub use line::Line;
pub use options::{Options, SeveralSites};
pub use server::{Running, TOKEN_VARIABLE};
pub use world::Logged;

pub(crate) use server::{Body, answer, turned};
use world::World;

/// A ticket as the vendor would keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    pub id: u64,
    /// The key of the system that it belongs to.
    #[serde(default = "first_system")]
    pub system: String,
    /// The number of the create that made it, from 1; 0 for a copy that somebody made by hand. One create makes a ticket for each location.
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
pub(crate) type Edit = fn(&mut Map<String, Value>, &Map<String, Value>, Timestamp) -> Result<(), String>;

/// What one system adds to the sandbox. Every system of the registry is served.
#[derive(Clone, Copy)]
pub struct Room {
    pub(crate) routes: fn() -> Router<Sandbox>,
    /// A section of the project file, turned to a sandbox at this address.
    pub(crate) settings: fn(Map<String, Value>, &str) -> Map<String, Value>,
    /// A change of a ticket's fields by hand.
    pub(crate) edit: Edit,
    /// The work on a ticket is over.
    pub(crate) resolve: fn(&mut Map<String, Value>, Timestamp),
    /// Whether it is over already.
    pub(crate) is_over: fn(&Map<String, Value>) -> bool,
}

/// The room of a system, by the system's key.
fn room(system: &str) -> Option<Room> {
    by_id(system).map(System::room)
}

fn room_of(ticket: &Stored) -> Result<Room, NotDone> {
    room(&ticket.system).ok_or_else(|| NotDone::Refused(format!("no system `{}` is served", ticket.system)))
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

    /// The ids of the tickets that are shown and not over.
    pub fn open(&self) -> Vec<u64> {
        let is_open = |ticket: &Stored| !ticket.hidden && room_of(ticket).is_ok_and(|room| !(room.is_over)(&ticket.fields));
        self.tickets().into_iter().filter(is_open).map(|ticket| ticket.id).collect()
    }

    /// The API does not show the ticket any more, as if it were deleted.
    pub fn hide(&self, id: u64) -> Result<Stored, NotDone> {
        self.world().change(id, |ticket| {
            ticket.hidden = true;
            Ok(())
        })
    }

    /// Somebody copies a ticket by hand, its mark included. The copy is no create of the API: its number of a create is 0.
    pub fn copy(&self, id: u64) -> Result<Stored, NotDone> {
        let now = self.now();
        self.world().copy(id, now)
    }

    fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.catch_up(self.now());
        world
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
