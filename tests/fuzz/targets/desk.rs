//! A connection to a system whose server answers what an input says, and the permits that its writes need.

use std::collections::BTreeMap;
use std::sync::Arc;

use callout::state::memory::{Disk, MemoryStore};
use callout::state::{Intention, Key, Ledger, Permit, Session, State, Store as _, Write};
use callout::systems::{Context, Payload, Remote, System};
use callout::ticket::{Address, Clock as _, Digest, Mark};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::story::{LINEAGE, owner, request};
use super::support::clock::JumpingClock;
use super::support::server::Reply;

/// The secret that a credential refers to. Nothing may repeat it.
pub const SECRET: &str = "s3cr3t-of-acme";

/// What an input says: the status, a word about the rest, and the body.
pub struct Answer {
    pub status: u16,
    pub word: String,
    pub body: String,
}

impl Answer {
    /// The first line has the status and the word, and the body stands behind it. What is no status counts as 200.
    pub fn of(input: &[u8]) -> Self {
        let text = String::from_utf8_lossy(input);
        let (head, body) = text.split_once('\n').unwrap_or((&text, ""));
        let mut words = head.split_whitespace();
        let status = words.next().and_then(|word| word.parse().ok()).filter(|status| (200..600).contains(status)).unwrap_or(200);
        Self { status, word: words.next().unwrap_or_default().to_owned(), body: body.to_owned() }
    }

    pub fn reply(&self) -> Reply {
        let Self { status, body, .. } = self;
        Reply::Raw(format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()))
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Where a target's calls run: one thread, so that one input is one story.
pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

pub struct Desk {
    pub system: &'static dyn System,
    pub remote: Box<dyn Remote>,
    pub payload: Payload,
    pub mark: Mark,
    clock: Arc<JumpingClock>,
    ledger: Ledger,
    permits: std::cell::Cell<u32>,
}

impl Desk {
    /// `document` is a ticket of the system's kind.
    pub fn new(system: &'static dyn System, settings: &Value, document: &Value) -> Self {
        let clock = JumpingClock::at("2027-01-04T12:00:00Z");
        let context = Context {
            clock: clock.clone(),
            variables: Arc::new(BTreeMap::from([("T".to_owned(), SECRET.to_owned())])),
            folder: std::env::temp_dir(),
            waiting: Arc::new(|_| {}),
        };
        let remote = system.connect(settings, context).expect("a connection");
        let (drafts, _) = system.tickets(document).expect("a document");
        let mark = Mark::new(LINEAGE, &Address::new(system.kind(), "a"), 0);
        let fields = system.with_mark(drafts.into_iter().next().expect("a ticket").fields, &mark);
        let payload = Payload { fields, attachments: Vec::new() };
        Self { system, remote, payload, mark, clock, ledger: ledger(), permits: std::cell::Cell::new(0) }
    }

    /// As apply gets one: by a durable intent.
    pub async fn permit(&self) -> Permit {
        self.permits.set(self.permits.get() + 1);
        let key = Key::new(Address::new(self.system.kind(), format!("t{}", self.permits.get())), 0);
        let intention = Intention { key, write: Write::Create, payload: Digest::of_bytes(b""), request: Some(Box::new(request("t"))) };
        self.ledger.intend(intention, self.clock.now()).await.expect("a permit")
    }
}

fn ledger() -> Ledger {
    let disk = Disk::default();
    let mut store = MemoryStore::new(&disk);
    store.lock(&owner()).expect("a free lock");
    store.create(&State::new(LINEAGE)).expect("a state");
    drop(store);
    Ledger::open(Box::new(MemoryStore::new(&disk)), LINEAGE, Session::new(owner())).expect("a ledger")
}
