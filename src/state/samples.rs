//! Small events, owners and commits for this room's tests.

use jiff::Timestamp;
use serde_json::json;

use super::cipher::Cipher;
use super::event::{Event, Write};
use super::journal::Commit;
use super::ledger::Intention;
use super::model::{Key, Request, Sighting};
use super::session::Session;
use super::store::{By, Owner};
use crate::support::keys::{ANA, Person};
use crate::ticket::{Address, Digest, Fields, Lifecycle};

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a moment")
}

pub fn key(name: &str) -> Key {
    Key::new(Address::new("Dispatch", name), 0)
}

pub fn fields(text: &str) -> Fields {
    [("initial_description".to_owned(), json!(text))].into_iter().collect()
}

pub fn request(text: &str) -> Request {
    Request {
        system: "techexpress".to_owned(),
        origin: "https://api.example.com".to_owned(),
        mark: None,
        fields: fields(text),
        attachments: Vec::new(),
        visit: None,
        lifecycle: Lifecycle::default(),
        labels: std::collections::BTreeMap::default(),
        site: None,
    }
}

pub fn seen(text: &str) -> Sighting {
    Sighting { fields: fields(text), status: Some("Open".to_owned()), finished: false }
}

pub fn intended(name: &str, write: Write) -> Event {
    let request = matches!(write, Write::Create | Write::Update).then(|| Box::new(request(&format!("{write}"))));
    Event::Intended { key: key(name), write, payload: Digest::of(name), request }
}

pub fn created(name: &str, id: &str) -> Event {
    Event::Created { key: key(name), id: id.to_owned(), seen: seen("as booked") }
}

pub fn intention(name: &str) -> Intention {
    Intention { key: key(name), write: Write::Create, payload: Digest::of(name), request: Some(Box::new(request(name))) }
}

pub fn owner() -> Owner {
    let by = By { user: Some("ana".to_owned()), host: Some("ci-7".to_owned()), ..By::default() };
    Owner { by, pid: 4242, command: "callout apply".to_owned(), since: at(0) }
}

pub fn session() -> Session {
    Session { run: "run-1".to_owned(), owner: owner() }
}

pub fn commit(sequence: u64, events: Vec<Event>) -> Commit {
    let (run, command) = ("run-1".to_owned(), Some("callout apply".to_owned()));
    Commit { sequence, lineage: "l1".to_owned(), at: at(0), run, command, plan: None, by: owner().by, events }
}

/// Encrypts for these people, and reads as one of them.
pub fn cipher(recipients: &[Person], reader: Option<Person>) -> Cipher {
    let recipients: Vec<String> = recipients.iter().map(|person| person.recipient.to_owned()).collect();
    Cipher::new(&recipients, reader.map(|person| person.secret.to_owned().into())).expect("keys")
}

/// What Ana writes for herself.
pub fn anas() -> Cipher {
    cipher(&[ANA], Some(ANA))
}
