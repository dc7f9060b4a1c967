//! A state that everything happened to: fourteen commits, folded twice. What the files of it say is known, so that it is known too what
//! a damaged one may not say.

use std::sync::LazyLock;

use callout::state::memory::{Disk, MemoryStore};
use callout::state::{By, Closing, Commit, Event, Key, Owner, Request, Sighting, State, Store as _, Write};
use callout::ticket::{Address, Digest, Fields, Lifecycle, Mark};
use jiff::Timestamp;
use serde_json::json;

pub const LINEAGE: &str = "0b9f7a3c-fuzz";
pub const LOCK_FILE: &str = "callout.lock";
pub const SNAPSHOT: &str = ".callout/state.json";
pub const JOURNAL: &str = ".callout/journal.jsonl";

/// Where its tickets are: nobody listens there, and nobody is asked.
pub const ORIGIN: &str = "http://127.0.0.1:1";

/// After these commits the journal was folded.
const FOLDED: [u64; 2] = [4, 8];

/// The number of the last commit.
pub const LAST: u64 = 14;

static STORY: LazyLock<Story> = LazyLock::new(Story::tell);

struct Story {
    files: Vec<(String, Vec<u8>)>,
    commits: Vec<Commit>,
}

/// Every file of the state, by its name in the project's folder.
pub fn files() -> &'static [(String, Vec<u8>)] {
    &STORY.files
}

pub fn commits() -> &'static [Commit] {
    &STORY.commits
}

/// The files of a state before its first commit.
pub fn empty() -> Vec<(String, Vec<u8>)> {
    let disk = Disk::default();
    let mut store = MemoryStore::new(&disk);
    store.lock(&owner()).expect("a free lock");
    store.create(&State::new(LINEAGE)).expect("a state");
    files_of(&disk)
}

/// The state after so many commits.
pub fn after(through: u64) -> State {
    let mut state = State::new(LINEAGE);
    for commit in commits().iter().filter(|commit| commit.sequence <= through) {
        commit.events.iter().for_each(|event| state.apply(event, commit.at).expect("possible"));
        state.through = commit.sequence;
    }
    state
}

pub fn lock_file() -> String {
    format!("apiVersion: callout/v1\nkind: Lock\nspec:\n  lineage: {LINEAGE}\n")
}

pub fn owner() -> Owner {
    Owner { by: By { user: Some("ana".to_owned()), ..By::default() }, pid: 7, command: "callout apply".to_owned(), since: at(0) }
}

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_799_000_000 + second).expect("a moment")
}

pub fn key(name: &str) -> Key {
    Key::new(Address::new("Dispatch", name), 0)
}

pub fn request(name: &str) -> Request {
    let fields = [("location_name", json!(name)), ("po_number", json!("PO-1")), ("timezone", json!("America/New_York"))];
    Request {
        system: "techexpress".to_owned(),
        origin: ORIGIN.to_owned(),
        mark: Some(Mark::new(LINEAGE, &key(name).address, 0)),
        fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Fields>(),
        attachments: Vec::new(),
        visit: None,
        lifecycle: Lifecycle::default(),
        labels: [("wave".to_owned(), "pilot".to_owned())].into(),
        site: None,
    }
}

fn intended(name: &str) -> Event {
    Event::Intended { key: key(name), write: Write::Create, payload: Digest::of(name), request: Some(Box::new(request(name))) }
}

fn created(name: &str, id: &str) -> Event {
    let seen = Sighting { fields: request(name).fields, status: Some("New".to_owned()), finished: false };
    Event::Created { key: key(name), id: id.to_owned(), seen }
}

fn events() -> [Vec<Event>; 14] {
    let why = || "no such account".to_owned();
    [
        vec![intended("a")],
        vec![created("a", "101")],
        vec![intended("b")],
        vec![Event::Rejected { key: key("b"), why: why() }],
        vec![intended("c"), intended("d")],
        vec![created("c", "103"), created("d", "104")],
        vec![Event::Moved { key: key("d"), to: key("e"), reason: "renamed".to_owned() }],
        vec![intended("f")],
        vec![Event::PlanStarted { plan: "p-1".to_owned() }, intended("b")],
        vec![created("b", "102"), Event::PlanFinished { plan: "p-1".to_owned() }],
        vec![Event::Closed { key: key("c"), why: Closing::Cancelled, reason: Some("by telephone".to_owned()) }],
        vec![intended("g")],
        vec![created("g", "107")],
        vec![intended("h"), Event::Unsent { key: key("h"), why: "no connection".to_owned() }],
    ]
}

impl Story {
    fn tell() -> Self {
        let disk = Disk::default();
        let mut store = MemoryStore::new(&disk);
        let mut state = State::new(LINEAGE);
        store.lock(&owner()).expect("a free lock");
        store.create(&state).expect("a state");
        let mut commits = Vec::new();
        for (sequence, events) in (1..).zip(events()) {
            let commit = Commit {
                sequence,
                lineage: LINEAGE.to_owned(),
                at: at(i64::try_from(sequence).expect("a small number")),
                run: "r-1".to_owned(),
                command: Some("callout apply".to_owned()),
                plan: None,
                by: owner().by,
                events,
            };
            store.append(&commit).expect("added");
            commit.events.iter().for_each(|event| state.apply(event, commit.at).expect("possible"));
            state.through = sequence;
            commits.push(commit);
            if FOLDED.contains(&sequence) {
                store.compact(&state).expect("folded");
            }
        }
        Self { files: files_of(&disk), commits }
    }
}

fn files_of(disk: &Disk) -> Vec<(String, Vec<u8>)> {
    let contents = disk.contents().clone();
    let live = [(SNAPSHOT, contents.snapshot), (JOURNAL, contents.journal)];
    let live = live.into_iter().map(|(name, bytes)| (name.to_owned(), bytes.expect("a file")));
    let snapshots = contents.snapshots.into_iter().map(|(last, bytes)| (format!(".callout/history/state-{last:010}.json"), bytes));
    let journals = contents.journals.into_iter();
    let journals = journals.map(|(span, bytes)| (format!(".callout/history/journal-{:010}-{:010}.jsonl", span.first, span.last), bytes));
    live.chain(snapshots).chain(journals).collect()
}
