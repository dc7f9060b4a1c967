//! One system's connection, held against the sandbox, with a ledger that gives permits.

use std::collections::BTreeMap;
use std::sync::Arc;

use callout::state::memory::{Disk, MemoryStore};
use callout::state::{By, Intention, Key, Ledger, Owner, Permit, Request, Session, State, Store as _, Write};
use callout::systems::sandbox::{Call, Fault, Options, TOKEN_VARIABLE, Trouble};
use callout::systems::{Context, Draft, Field, Observed, Payload, Remote, Seen, Sent, System};
use callout::ticket::{Address, Attachment, Clock as _, Digest, Fields, Mark};
use serde_json::{Value, json};

use crate::stage::Stage;

/// A document that a system takes, with every field that it knows.
fn document(system: &dyn System) -> Value {
    match system.id() {
        "techexpress" => json!({
            "apiVersion": "callout/v1", "kind": "Dispatch", "metadata": {"name": "store-0417-router"},
            "spec": {
                "service_type": "Customer Equipment (Customer Provided)", "contact_name": "Dana Ortiz",
                "contact_email_address": "dana@example.com", "initial_description": "Replace the router.\nHand back the old one.",
                "automatic_email_contact": true, "automatic_email_cc": true, "automatic_email_cc_address": "noc@example.com, it@example.com",
                "customer_ticket_number": "INC-1, INC-2", "po_number": "PO-88213", "customer_preferred_tech": true,
                "prior_ticket": 12, "special_instructions": "Läuten, 2× klingeln", "non_standard_tools": "Ladder",
                "locations": [{
                    "location_name": "Store 417", "location_number": "0417", "local_contact_name": "Sam Lee",
                    "local_contact_number": "617-555-0123", "location_contact_ext": "12", "location_contact_email": "sam@example.com",
                    "secondary_lcon_name": "Kim Roe", "secondary_lcon_number": "617-555-0199", "secondary_lcon_ext": "3",
                    "secondary_lcon_email": "kim@example.com", "account_macnum": "01234567", "timezone": "America/New_York",
                    "start_date": "2027-01-11T08:00:00", "end_date": "2027-01-11T12:00:00",
                }],
            },
        }),
        "nocexpress" => json!({
            "apiVersion": "callout/v1", "kind": "NocTicket", "metadata": {"name": "outage-417"},
            "spec": {
                "issue_name": "Circuit down", "initial_description": "No link since 06:40.\nDas Modem wurde 2× neu gestartet.",
                "type_name": "Multi-Site Service Request", "subtype_name": "Multi-Site Outage", "configuration_ids": [88_213, 7, 88_214],
                "customer_ticket_number": "INC-1", "prior_ticket": 12, "contact_name": "Dana Ortiz",
                "contact_email_address": "dana@example.com", "local_contact_name": "Sam Lee", "local_contact_number": "617-555-0123",
                "additional_contacts": [
                    {"type": "Technical contact", "name": "Kim Roe", "number": "617-555-0199"},
                    {"type": "Other", "name": "Lou Ray", "number": 6_175_550_177_u64},
                ],
                "automatic_email_contact": true, "automatic_email_cc": true, "automatic_email_cc_address": "noc@example.com",
                "sites": [
                    {"macnum": "01234567", "maintenance_window": "any time"},
                    {"macnum": "01234568", "maintenance_window": "Sun 02:00 to 05:00"},
                ],
                "access_hours": "Mon to Fri, 08:00 to 17:00", "technician_dispatch_approved": true,
            },
        }),
        other => panic!("the contract has no document for {other}: add one"),
    }
}

/// A field without which the sandbox refuses the create.
fn needed(system: &dyn System) -> &'static str {
    match system.id() {
        "techexpress" | "nocexpress" => "contact_name",
        other => panic!("the contract knows no needed field of {other}: add one"),
    }
}

pub struct Bench {
    pub stage: Stage,
    pub system: &'static dyn System,
    pub remote: Box<dyn Remote>,
    context: Context,
    ledger: Ledger,
    folder: tempfile::TempDir,
    written: std::cell::Cell<u32>,
}

impl Bench {
    pub async fn new(system: &'static dyn System) -> Self {
        Self::with(system, json!({}), "sandbox", |_| {}).await
    }

    pub async fn with(system: &'static dyn System, own: Value, token: &str, change: impl FnOnce(&mut Options)) -> Self {
        let stage = Stage::with(change).await;
        let settings = stage.running.settings(system.id(), &own);
        let folder = tempfile::tempdir().expect("a folder");
        let context = Context {
            clock: stage.clock.clone(),
            variables: Arc::new(BTreeMap::from([(TOKEN_VARIABLE.to_owned(), token.to_owned())])),
            folder: folder.path().to_owned(),
            waiting: Arc::new(|_| {}),
        };
        let remote = connect(system, &settings, context.clone());
        Self { stage, system, remote, context, ledger: ledger(), folder, written: std::cell::Cell::new(0) }
    }

    /// Connects anew, to another address.
    pub fn turn_to(&mut self, url: &str) {
        let mut settings = self.stage.running.settings(self.system.id(), &json!({}));
        settings["base_url"] = url.into();
        self.remote = connect(self.system, &settings, self.context.clone());
    }

    pub fn draft(&self) -> Draft {
        let (mut drafts, findings) = self.system.tickets(&document(self.system)).expect("a document");
        assert!(findings.is_empty(), "{findings:?}");
        drafts.remove(0)
    }

    pub fn mark() -> Mark {
        Mark::new("lineage", &Address::new("Kind", "name"), 0)
    }

    /// What a create sends: the draft's fields with the mark, and these files.
    pub fn payload(&self, files: &[(&str, &str)]) -> Payload {
        let fields = self.system.with_mark(self.draft().fields, &Self::mark());
        Payload { fields, attachments: files.iter().map(|(name, content)| self.file(name, content)).collect() }
    }

    /// A payload that the sandbox refuses.
    pub fn refused_payload(&self) -> Payload {
        let mut payload = self.payload(&[]);
        payload.fields.0.remove(needed(self.system));
        payload
    }

    fn file(&self, name: &str, content: &str) -> Attachment {
        std::fs::write(self.folder.path().join(name), content).expect("a file");
        let sha256 = Digest::of_bytes(content.as_bytes());
        Attachment { filename: name.to_owned(), path: name.into(), size: content.len() as u64, sha256 }
    }

    /// A permit, as the apply step gets one: by a durable intent of a fresh address.
    pub async fn permit(&self) -> Permit {
        self.written.set(self.written.get() + 1);
        let key = Key::new(Address::new(self.system.kind(), format!("t{}", self.written.get())), 0);
        let request = Request {
            system: self.system.id().to_owned(),
            origin: "sandbox".to_owned(),
            mark: None,
            fields: Fields::default(),
            attachments: Vec::new(),
            visit: None,
            lifecycle: callout::ticket::Lifecycle::default(),
            labels: BTreeMap::new(),
        };
        let payload = Digest::of_bytes(b"");
        let intention = Intention { key, write: Write::Create, payload, request: Some(Box::new(request)) };
        self.ledger.intend(intention, self.stage.clock.now()).await.expect("a permit")
    }

    pub async fn create(&self, payload: &Payload) -> Sent {
        self.remote.ready(Some(payload)).await.expect("ready");
        self.remote.create(self.permit().await, payload).await
    }

    /// A create that meets a fault.
    pub async fn create_with(&self, trouble: Trouble) -> Sent {
        self.stage.sandbox.set_faults(vec![Fault::on(Call::Create, trouble)]).expect("a fault");
        self.create(&self.payload(&[])).await
    }

    pub async fn created(&self) -> Seen {
        done(self.create(&self.payload(&[])).await)
    }

    pub async fn found(&self, id: &str) -> Seen {
        match self.remote.read(id).await {
            Observed::Found(seen) => *seen,
            other @ (Observed::Missing | Observed::Unread { .. }) => panic!("{}: {other:?}", self.system.id()),
        }
    }

    /// What a read shows of a payload that was booked as it was sent.
    pub fn expected(&self, payload: &Payload) -> Fields {
        let mut expected = self.system.expected(&payload.fields, &payload.attachments, self.draft().visit.as_ref());
        expected.0.retain(|name, _| self.row(name).is_some_and(|row| row.in_read));
        expected
    }

    /// A field's row in the system's table.
    pub fn row(&self, name: &str) -> Option<&'static Field> {
        self.system.fields().iter().find(|field| field.name == name)
    }

    /// Requests that reached the sandbox so far.
    pub fn requests(&self) -> usize {
        self.stage.sandbox.requests().len()
    }
}

fn connect(system: &dyn System, settings: &Value, context: Context) -> Box<dyn Remote> {
    system.connect(settings, context).unwrap_or_else(|error| panic!("{}: {error}", system.id()))
}

pub fn done(sent: Sent) -> Seen {
    match sent {
        Sent::Done(seen) => *seen,
        other @ (Sent::Rejected { .. } | Sent::Unsent { .. } | Sent::Unknown { .. }) => panic!("not done: {other:?}"),
    }
}

fn ledger() -> Ledger {
    let owner = Owner { by: By::default(), pid: 1, command: "test".to_owned(), since: jiff::Timestamp::UNIX_EPOCH };
    let disk = Disk::default();
    let mut store = MemoryStore::new(&disk);
    store.lock(&owner).expect("a lock");
    store.create(&State::new("lineage")).expect("a state");
    drop(store);
    Ledger::open(Box::new(MemoryStore::new(&disk)), "lineage", Session::new(owner)).expect("a ledger")
}
